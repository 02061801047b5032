"""Reminders: planned with a date, moved with it, sent once each to whom they are for, never late, never twice."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count

from members.actions import profile
from members.actors import SYSTEM
from members.models import Event, Notification
from members.rules import StateRefusal
from talks.actions import claims, hosting, life, reminders, sample
from talks.actions.imports import import_file
from talks.models import Delivery, Episode, EpisodeState, Reminder, ReminderKind, SkipReason
from talks.reminders import outbox
from tests.talks.conftest import as_bytes, document
from tests.talks.telling import clock_at, hook, only_telling, receiver, told
from tests.talks.week import at, board, person

pytestmark = pytest.mark.django_db
MONDAY = at("2026-03-02 12:00")
SATURDAY = at("2026-03-07 21:00")


@pytest.fixture(autouse=True)
def quiet(settings):
    only_telling(settings)


@pytest.fixture
def week():
    """A board that opened on Monday, with a host, a lead and somebody who has no part."""
    made = board(now=MONDAY)
    made.host, made.lead, made.other = (person(name, now=MONDAY) for name in ("渡口", "阿岚", "路过"))
    hosting.host(episode=made.episode, role="host", by=made.host, now=MONDAY)
    claims.claim(section=made.news, role="lead", by=made.lead, now=MONDAY)
    Notification.objects.all().delete()
    return made


def moments(episode):
    return {row.kind: row.due_at for row in Reminder.objects.of(episode).filter(sent_at=None)}


def sent(episode):
    return list(Reminder.objects.of(episode).exclude(sent_at=None).values_list("kind", flat=True))


def states(episode):
    return {row.kind: row.skip_reason or ("sent" if row.sent_at else "") for row in Reminder.objects.of(episode)}


def test_a_new_number_has_its_reminders(week):
    assert moments(week.episode) == {
        "open_roles": SATURDAY - timedelta(hours=72),
        "tomorrow": SATURDAY - timedelta(hours=24),
        "soon": SATURDAY - timedelta(hours=2),
        "answers": SATURDAY + timedelta(hours=2),
        "publish": SATURDAY + timedelta(hours=24),
    }


def test_the_same_date_plans_nothing_anew(week):
    before = list(Reminder.objects.values())
    for _ in range(2):
        assert reminders.plan_reminders(week.episode, by=SYSTEM, now=MONDAY) == []
    assert list(Reminder.objects.values()) == before


def test_each_is_sent_once_to_whom_it_is_for(week):
    with clock_at(MONDAY) as clock:
        clock.to(SATURDAY - timedelta(hours=72, minutes=1))
        assert sent(week.episode) == []
        for minutes in (1, 1, 60, 60):
            clock.on(minutes=minutes)
        assert sent(week.episode) == ["open_roles"]
        assert [len(told(each)) for each in (week.host, week.lead, week.other)] == [1, 1, 1]
        clock.to(SATURDAY - timedelta(hours=24) + timedelta(minutes=1))
        clock.on(minutes=5)
        assert [len(told(each)) for each in (week.host, week.lead, week.other)] == [2, 2, 1]
        life.advance(episode=week.episode, to=EpisodeState.LOCKED, by=SYSTEM, now=SATURDAY, reason="时间到了")
        clock.to(SATURDAY - timedelta(hours=2))
        clock.on(minutes=1)
        for state in (EpisodeState.LIVE, EpisodeState.WRAPUP):
            life.advance(episode=week.episode, to=state, by=SYSTEM, now=SATURDAY)
        clock.to(SATURDAY + timedelta(hours=2))  # nothing was asked: nothing to answer
        clock.to(SATURDAY + timedelta(hours=24))
        clock.on(days=2)
    assert states(week.episode) == {
        **dict.fromkeys(("open_roles", "tomorrow", "soon", "publish"), "sent"),
        "answers": SkipReason.NOTHING,
    }
    assert [len(told(each)) for each in (week.host, week.lead, week.other)] == [4, 3, 1]
    assert told(week.host)[-1].values["what"] == "publish"


def test_what_nobody_misses_is_not_said(week):
    claims.claim(section=week.news, role="lead", by=week.other, now=MONDAY)
    for section in (week.picks, week.classic, week.practice):
        claims.claim(section=section, role="lead", by=week.lead, now=MONDAY)
    hosting.host(episode=week.episode, role="editor", by=week.lead, now=MONDAY)
    with clock_at(SATURDAY - timedelta(hours=72)) as clock:
        clock.work()
    assert states(week.episode)["open_roles"] == SkipReason.NOTHING
    assert told(week.other) == []


def test_an_open_role_is_named_and_where_it_is_taken(week):
    with clock_at(SATURDAY - timedelta(hours=72)) as clock:
        clock.work()
    [row] = told(week.other)
    assert "编辑" in row.values["text"]
    assert "本周经典" in row.values["text"]
    assert "本周新闻" not in row.values["text"]
    assert "2026-03-07 星期六 21:00" in row.values["text"]
    assert "/claim/" in row.values["text"]


def test_who_wants_no_suggestions_is_not_asked(week):
    profile.edit_profile(person=week.other, version=1, by=week.other, now=MONDAY, wants_suggestions=False)
    with clock_at(SATURDAY - timedelta(hours=72)) as clock:
        clock.work()
    assert told(week.other) == []
    assert len(told(week.lead)) == 1


def test_a_postponed_evening_takes_its_reminders_along(week):
    with clock_at(SATURDAY - timedelta(hours=71)) as clock:
        clock.work()
        assert sent(week.episode) == ["open_roles"]
        later = SATURDAY + timedelta(days=7)
        now = SATURDAY - timedelta(hours=70)
        life.postpone(episode=week.episode, starts_at=later, reason="停电", by=week.host, now=now)
        assert moments(week.episode) == {
            "open_roles": later - timedelta(hours=72),  # sent for the old date, due again for the new one
            "tomorrow": later - timedelta(hours=24),
            "soon": later - timedelta(hours=2),
            "answers": later + timedelta(hours=2),
            "publish": later + timedelta(hours=24),
        }
        clock.to(SATURDAY + timedelta(hours=24))
        assert sent(week.episode) == ["open_roles"]
        clock.to(later - timedelta(hours=72))
        clock.to(later - timedelta(hours=24))
    assert sent(week.episode) == ["open_roles", "open_roles", "tomorrow"]
    assert len(told(week.other)) == 2


def test_an_evening_moved_by_an_hour_is_not_told_twice_of_what_was_told(week):
    with clock_at(SATURDAY - timedelta(hours=71)) as clock:
        clock.work()
        life.postpone(
            episode=week.episode,
            starts_at=SATURDAY + timedelta(minutes=30),
            reason="晚半小时",
            by=week.host,
            now=SATURDAY - timedelta(hours=70),
        )
        for _ in range(3):
            clock.on(hours=1)
    assert sent(week.episode) == ["open_roles"]
    assert "open_roles" not in moments(week.episode)


def test_the_hosts_words_and_will_move_along(week):
    row = Reminder.objects.get(kind="tomorrow")
    off = Reminder.objects.get(kind="soon")
    reminders.edit_reminder(reminder=row, version=1, text="带上电源", by=week.host, now=MONDAY)
    reminders.edit_reminder(reminder=off, version=1, is_off=True, by=week.host, now=MONDAY)
    life.postpone(episode=week.episode, starts_at=SATURDAY + timedelta(days=7), reason="停电", by=week.host, now=MONDAY)
    row.refresh_from_db()
    off.refresh_from_db()
    assert (row.text, row.sequence) == ("带上电源", 1)
    assert (off.is_off, off.sequence) == (True, 1)


def test_a_site_that_was_down_sends_what_still_helps_and_nothing_late(week):
    """A day is missed: what is about tomorrow would be about today."""
    with clock_at(SATURDAY - timedelta(hours=30)) as clock:
        clock.to(SATURDAY - timedelta(minutes=20))
    assert states(week.episode) == {
        "open_roles": SkipReason.LATE,
        "tomorrow": SkipReason.LATE,
        "soon": SkipReason.LATE,
        "answers": "",
        "publish": "",
    }
    assert Notification.objects.filter(kind="reminder").count() == 0
    skipped = Event.objects.filter(verb="skip", target_kind="reminder")
    assert {event.reason for event in skipped} == {"late"}


def test_a_little_late_is_not_late(week):
    with clock_at(SATURDAY - timedelta(hours=1)) as clock:
        clock.work()
    assert states(week.episode)["soon"] == "sent"


def test_what_was_taken_out_or_is_a_draft_is_told_to_nobody(week):
    Episode.objects.filter(pk=week.episode.pk).update(deleted_at=MONDAY)
    with clock_at(SATURDAY - timedelta(hours=71)) as clock:
        clock.work()
    assert sent(week.episode) == []


def test_a_published_record_is_left_in_peace(week):
    Episode.objects.filter(pk=week.episode.pk).update(state=EpisodeState.PUBLISHED)
    with clock_at(SATURDAY + timedelta(hours=24)) as clock:
        clock.work()
    assert states(week.episode)["publish"] == SkipReason.STATE


def test_the_past_specials_and_the_sample_have_none(settings, tmp_path):
    settings.DEBUG, settings.VAR_DIR = True, tmp_path
    sample.load_sample(by=SYSTEM, now=MONDAY)
    import_file(data=as_bytes(document(30)), name="030.json", by=SYSTEM, now=MONDAY)
    with clock_at(MONDAY) as clock:
        clock.work()
        clock.on(days=6)
    assert Reminder.objects.count() == 0


def test_a_coming_number_that_was_imported_gets_its_reminders(settings):
    import_file(data=as_bytes(document(31, starts_at=SATURDAY.isoformat())), name="031.json", by=SYSTEM, now=MONDAY)
    with clock_at(MONDAY) as clock:
        clock.work()
    assert Reminder.objects.filter(episode__code="031").count() == 5


def test_what_was_long_past_when_it_was_planned_is_noted_and_not_sent():
    friday = at("2026-03-06 23:00")
    import_file(data=as_bytes(document(31, starts_at=SATURDAY.isoformat())), name="031.json", by=SYSTEM, now=friday)
    with clock_at(friday) as clock:
        clock.work()
        clock.on(minutes=1)
    episode = Episode.objects.get(code="031")
    assert states(episode)["open_roles"] == SkipReason.LATE
    assert states(episode)["tomorrow"] == "sent"  # two hours late: still of use
    assert states(episode)["soon"] == ""


# ── The host's hand ─────────────────────────────────────────────────────────


def test_the_hosts_words_are_what_is_sent(week):
    row = Reminder.objects.get(kind="tomorrow")
    reminders.edit_reminder(reminder=row, version=1, text="明晚见，带上电源。", by=week.host, now=MONDAY)
    with clock_at(SATURDAY - timedelta(hours=24)) as clock:
        clock.work()
    assert [each.values["text"] for each in told(week.lead)] == ["明晚见，带上电源。"]


def test_what_is_left_out_is_not_sent_and_can_be_taken_in_again(week):
    row = Reminder.objects.get(kind="tomorrow")
    reminders.edit_reminder(reminder=row, version=1, is_off=True, by=week.host, now=MONDAY)
    with clock_at(SATURDAY - timedelta(hours=24)) as clock:
        clock.work()
        assert sent(week.episode) == []
        reminders.edit_reminder(reminder=row, version=2, is_off=False, by=week.host, now=MONDAY)
        clock.on(minutes=1)
    assert sent(week.episode) == ["tomorrow"]


def test_send_now_sends_once(week):
    row = Reminder.objects.get(kind="soon")
    made = reminders.send_now(reminder=row, by=week.host, now=MONDAY)
    assert made.text
    with pytest.raises(StateRefusal) as refused:
        reminders.send_now(reminder=row, by=week.host, now=MONDAY)
    assert refused.value.code == "sent_already"
    with clock_at(SATURDAY - timedelta(hours=2)) as clock:
        clock.work()
    assert len(told(week.lead)) == 1


def test_a_stale_edit_is_told_both_texts(week):
    row = Reminder.objects.get(kind="soon")
    reminders.edit_reminder(reminder=row, version=1, text="一", by=week.host, now=MONDAY)
    with pytest.raises(ValidationError) as conflict:
        reminders.edit_reminder(reminder=row, version=1, text="二", by=week.host, now=MONDAY)
    [error] = conflict.value.error_dict["text"]
    assert error.code == "conflict"
    assert (error.params["yours"]["text"], error.params["theirs"]["text"]) == ("二", "一")


@pytest.mark.parametrize("act", ["edit", "send"])
def test_only_hosts_and_organizers_see_to_reminders(week, organizer, act):
    def do(by):
        row = Reminder.objects.get(kind="soon")
        if act == "edit":
            return reminders.edit_reminder(reminder=row, version=None, text=by.name, by=by, now=MONDAY)
        return reminders.send_now(reminder=row, by=by, now=MONDAY)

    for by in (week.lead, week.other):
        with pytest.raises(PermissionDenied):
            do(by)
    do(organizer)


def test_what_was_sent_or_passed_is_not_edited(week):
    row = Reminder.objects.get(kind="soon")
    reminders.send_now(reminder=row, by=week.host, now=MONDAY)
    with pytest.raises(StateRefusal):
        reminders.edit_reminder(reminder=row, version=None, text="晚了", by=week.host, now=MONDAY)
    Reminder.objects.filter(kind="tomorrow").update(skipped_at=MONDAY, skip_reason="late")
    with pytest.raises(StateRefusal) as refused:
        reminders.edit_reminder(
            reminder=Reminder.objects.get(kind="tomorrow"), version=None, text="晚了", by=week.host, now=MONDAY
        )
    assert refused.value.code == "skipped_already"
    reminders.send_now(reminder=Reminder.objects.get(kind="tomorrow"), by=week.host, now=MONDAY)
    assert Reminder.objects.get(kind="tomorrow").skip_reason == ""


# ── The group ───────────────────────────────────────────────────────────────


def test_the_group_is_told_of_open_roles_and_of_the_beginning_only(week, organizer):
    with receiver() as server, clock_at(MONDAY) as clock:
        hook(server.url("/send?key=abcdefgh12345678"), by=organizer, now=MONDAY, events=["reminder"])
        for hours in (72, 24, 2):
            clock.to(SATURDAY - timedelta(hours=hours))
            clock.work()
        assert [row.reminder.kind for row in Delivery.objects.order_by("pk")] == ["open_roles", "soon"]
        assert len(server.bodies) == 2
    assert Delivery.objects.exclude(sent_at=None).count() == 2
    kept = Reminder.objects.get(kind="open_roles")
    assert json.loads(server.bodies[0])["text"]["content"] == kept.text


def test_the_outbox_says_whom_it_reaches_and_what_it_says(week, organizer):
    hook("http://127.0.0.1:9/", by=organizer, now=MONDAY, events=["reminder"])
    entries = {entry.reminder.kind: entry for entry in outbox(week.episode)}
    assert list(entries) == [kind.value for kind in ReminderKind]
    assert {each.name for each in entries["tomorrow"].people} == {"渡口", "阿岚"}
    assert {each.name for each in entries["publish"].people} == {"渡口"}
    assert [len(entries[kind].hooks) for kind in entries] == [1, 0, 1, 0, 0]
    assert all(entry.text for entry in entries.values())


def test_nothing_is_sent_twice_by_two_jobs_of_one_reminder(week):
    payload = {"reminder": Reminder.objects.get(kind="tomorrow").pk}
    now = SATURDAY - timedelta(hours=24)
    for _ in range(3):
        reminders.send_one(payload=payload, now=now)
    counted = Notification.objects.filter(kind="reminder").values("person").annotate(n=Count("pk"))
    assert {row["n"] for row in counted} == {1}
