"""An episode goes on and back, the next number opens once, evenings move, the schedule turns the week."""

import time as clock
from datetime import UTC, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command

from members.actors import ANONYMOUS, SYSTEM
from members.models import Event, Notification, Person
from members.rules import StateRefusal
from talks import first_edition
from talks.actions.claims import claim
from talks.actions.hosting import host
from talks.actions.life import advance, plan_next, postpone, step_back, turn_week
from talks.actions.templates import own
from talks.documents import reader, writer
from talks.documents.normal import normal
from talks.export import document_of
from talks.missing import missing_for
from talks.models import (
    Answer,
    Break,
    Claim,
    Credit,
    Episode,
    EpisodeState,
    Hosting,
    ImportedRow,
    Item,
    Question,
    Section,
    StandingOwner,
    Template,
)
from talks.rules import is_host, sections_to_run
from tests.pages.conftest import document, put
from tests.talks.week import at, board
from tests.threads import shared_database


@pytest.fixture
def week(db, now):
    return board(now=now)


def refused(code, act):
    with pytest.raises(StateRefusal) as refusal:
        act()
    assert refusal.value.code == code
    return str(refusal.value)


def fill(week, *people, now):
    for section, who in zip((week.news, week.picks), people, strict=False):
        claim(section=section, role="lead", by=who, now=now)


# ── The next number ─────────────────────────────────────────────────────────


def test_a_new_site_starts_with_the_shipped_template(week, now):
    episode = week.episode
    assert (episode.code, episode.state) == ("001", "collecting")
    assert episode.starts_at == at("2026-03-07 21:00")
    assert episode.locks_at == at("2026-03-06 21:00")
    assert episode.template == Template.objects.get(name=first_edition.NAME, edition=1)
    rows = list(Section.objects.filter(episode=episode).order_by("position").values_list("kind", "minutes", "brief"))
    assert [row[0] for row in rows] == ["news", "picks", "classic", "practice", "free_talk"]
    assert all(row[1] and row[2] for row in rows)
    assert all(Section.objects.values_list("brief_html", flat=True))
    assert episode.passages.get().body_html


def test_the_number_that_is_open_is_the_next_one(week, organizer, now):
    assert plan_next(by=organizer, now=now) == week.episode
    Episode.objects.update(state=EpisodeState.LOCKED)
    made = plan_next(by=organizer, now=now)
    assert (made.code, made.starts_at) == ("002", at("2026-03-14 21:00"))
    assert plan_next(by=SYSTEM, now=now) == made


def test_only_organizers_plan(week, member, now):
    for by in (member, ANONYMOUS):
        with pytest.raises(PermissionDenied):
            plan_next(by=by, now=now)


def test_numbers_go_on_from_the_record_and_are_never_given_again(db, now):
    put(document(7, starts_at="2023-08-05T21:00:00+08:00"), now=now)
    put(document(1, kind="special", code="S01"), now=now)
    made = plan_next(by=SYSTEM, now=now)
    assert made.code == "008"
    Episode.objects.filter(pk=made.pk).update(deleted_at=now, state=EpisodeState.LOCKED)
    assert plan_next(by=SYSTEM, now=now).code == "009"


def test_the_newest_edition_counts_and_breaks_are_skipped(week, now):
    Episode.objects.update(state=EpisodeState.PUBLISHED)
    one = {"kind": "custom", "title": "讲一篇", "is_optional": False, "brief": "", "minutes": 30, "groups": []}
    values = {"sections": [one], "weekday": 4, "time": "20:30", "locks_before": 2, "created_at": now, "changed_at": now}
    edition = Template.objects.create(name=first_edition.NAME, edition=2, **values)
    edition.refresh_from_db()
    Break.objects.create(day=at("2026-03-13 00:00").date(), reason="出差", created_at=now, changed_at=now)
    made = plan_next(by=SYSTEM, now=now)
    assert made.starts_at == at("2026-03-20 20:30")
    assert made.locks_at == at("2026-03-20 18:30")
    assert made.template == edition
    assert [row.title for row in made.sections.all()] == ["讲一篇"]
    assert week.episode.template.edition == 1


def test_standing_owners_have_their_section_but_for_their_skips(db, member, stranger, organizer, now):
    for who in (member, stranger, organizer):
        own(kind="news", title="", person=who, by=SYSTEM, now=now)
    own(kind="custom", title="Free Talk", person=member, by=SYSTEM, now=now)
    StandingOwner.objects.filter(person=member, kind="news").update(skips=["2026-03-07"])
    week = board(now=now)
    claims = Claim.objects.filter(section=week.news).order_by("place")
    assert [(row.place, row.person, row.role) for row in claims] == [(1, stranger, "lead"), (2, organizer, "lead")]
    assert Claim.objects.get(section=week.free_talk).person == member
    assert Notification.objects.filter(person=stranger, kind="preclaimed").count() == 1


def test_what_was_planned_reads_back_as_it_is(week, member, now):
    claim(section=week.news, role="lead", by=member, now=now)
    host(episode=week.episode, role="host", by=member, now=now)
    written = document_of(Episode.objects.get(pk=week.episode.pk))
    assert normal(reader.read(writer.write(written), name="001.md").document) == normal(written)


def test_the_sample_is_no_series(db, now, settings, tmp_path):
    from talks.actions.sample import load_sample

    settings.DEBUG, settings.VAR_DIR = True, tmp_path
    load_sample(by=SYSTEM, now=now)
    before = list(Episode.objects.values_list("code", "state"))
    turn_week(payload={}, now=now + timedelta(days=30))
    assert list(Episode.objects.values_list("code", "state")) == before
    assert plan_next(by=SYSTEM, now=now).code == "001"
    put(document(100, starts_at="2023-08-05T21:00:00+08:00"), now=now)
    with pytest.raises(ValidationError, match="101"):
        plan_next(by=SYSTEM, now=now)


def test_the_command(db, capsys, now):
    call_command("plan_next", "--json")
    assert '"status": "created", "code": "001"' in capsys.readouterr().out
    call_command("plan_next")
    assert "001" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("plan_next", "--as", "nobody")
    assert Episode.objects.count() == 1


def test_fifty_at_once_make_one(transactional_db, tmp_path, now):
    with shared_database(tmp_path) as at_once:
        results = at_once(*([lambda: plan_next(by=SYSTEM, now=now).code] * 50))
        assert set(results) == {"001"}
        assert (Episode.objects.count(), Section.objects.count(), Template.objects.count()) == (1, 5, 1)
        Episode.objects.update(state=EpisodeState.LOCKED)
        results = at_once(*([lambda: plan_next(by=SYSTEM, now=now).code] * 50))
        assert set(results) == {"002"}
        assert Section.objects.count() == 10


# ── States ──────────────────────────────────────────────────────────────────


def test_what_is_missing_refuses_and_a_reason_goes_on(week, member, stranger, organizer, now):
    codes = [each.code for each in missing_for(week.episode, "locked")]
    assert codes == ["no_host", "section_unclaimed", "section_unclaimed"]
    refused("no_host", lambda: advance(episode=week.episode, to="locked", by=organizer, now=now))
    host(episode=week.episode, role="host", by=member, now=now)
    said = refused("section_unclaimed", lambda: advance(episode=week.episode, to="locked", by=member, now=now))
    assert "本周新闻" in said
    assert "本周推荐" in said
    with pytest.raises(PermissionDenied):
        advance(episode=week.episode, to="locked", by=stranger, now=now)
    row = advance(episode=week.episode, to="locked", by=member, now=now, reason="我一个人也讲得完")
    assert row.state == "locked"
    event = Event.objects.about("episode", "001").filter(verb="advance").get()
    assert (event.reason, event.person) == ("我一个人也讲得完", member)
    assert event.after["missing"] == ["section_unclaimed", "section_unclaimed"]
    assert set(Section.objects.exclude(degraded_at=None).filter(episode=row).values_list("kind", flat=True)) == {
        *("news", "picks", "classic", "practice")
    }
    assert Episode.objects.get(code="002").state == "collecting"


def test_nothing_missing_goes_on_state_by_state(week, member, stranger, organizer, now):
    fill(week, member, stranger, now=now)
    host(episode=week.episode, role="host", by=member, now=now)
    host(episode=week.episode, role="editor", by=stranger, now=now)
    refused("not_next", lambda: advance(episode=week.episode, to="live", by=member, now=now))
    refused("not_next", lambda: advance(episode=week.episode, to="nowhere", by=member, now=now))
    for state in ("locked", "live", "wrapup"):
        assert advance(episode=week.episode, to=state, by=member, now=now).state == state
    question = Question.objects.create(
        episode=week.episode, position=1, serial=1, body="？", created_at=now, changed_at=now
    )
    Answer.objects.create(question=question, position=1, body="是。", created_at=now, changed_at=now)
    week.episode.refresh_from_db()
    assert [each.code for each in missing_for(week.episode, "published")] == ["no_highlights", "unsigned_answers"]
    refused("no_highlights", lambda: advance(episode=week.episode, to="published", by=member, now=now))
    Episode.objects.filter(pk=week.episode.pk).update(highlights=["量化"])
    Answer.objects.update(author=member, author_name=member.name)
    advance(episode=week.episode, to="published", by=member, now=now)
    refused("not_next", lambda: advance(episode=week.episode, to="published", by=organizer, now=now))
    credited = Credit.objects.filter(episode=week.episode).values_list("role", "name", "section__kind")
    assert set(credited) == {
        ("host", "小满", None), ("editor", "Nora", None), ("lead", "小满", "news"), ("lead", "Nora", "picks"),
    }  # fmt: skip
    news = document_of(Episode.objects.get(pk=week.episode.pk)).sections[0]
    assert list(news.leads) == ["小满"]


def test_which_answers_want_a_signature(week, now):
    """Those of the evening: not by 群友, and none that the document of an old evening brought as it is."""
    stamp = {"created_at": now, "changed_at": now}
    question = Question.objects.create(episode=week.episode, position=1, serial=1, body="？", **stamp)
    brought, ours, signed = (
        Answer.objects.create(question=question, position=n, body=f"{n}。", **stamp) for n in range(3)
    )
    group = Person.objects.create(handle="群友", name="群友", is_collective=True, **stamp)
    Answer.objects.filter(pk=signed.pk).update(author=group, author_name="群友")
    ImportedRow.objects.create(episode=week.episode, kind="answer", row_id=brought.pk, digest="x")

    def unsigned():
        week.episode.refresh_from_db()
        return [each.sentence for each in missing_for(week.episode, "published") if each.code == "unsigned_answers"]

    assert unsigned() == ["有 2 个回答没有署名。"]  # of an evening that was planned here every one counts
    Episode.objects.filter(pk=week.episode.pk).update(template=None)
    assert unsigned() == ["有 1 个回答没有署名。"]
    Answer.objects.filter(pk=ours.pk).delete()
    assert unsigned() == []


def test_what_was_earned_ends_with_publication(week, member, now):
    Hosting.objects.create(
        episode=week.episode, person=member, name="小满", role="host", position=1, created_at=now, changed_at=now
    )
    Episode.objects.filter(pk=week.episode.pk).update(state=EpisodeState.PUBLISHED)
    with pytest.raises(PermissionDenied):
        postpone(episode=week.episode, starts_at=at("2026-03-08 21:00"), reason="x", by=member, now=now)
    with pytest.raises(PermissionDenied):
        advance(episode=week.episode, to="published", by=member, now=now)
    refused("episode_over", lambda: host(episode=week.episode, role="host", by=member, now=now))


def test_back_with_a_reason_by_organizers(week, member, organizer, now):
    Episode.objects.filter(pk=week.episode.pk).update(state=EpisodeState.PUBLISHED)
    with pytest.raises(PermissionDenied):
        step_back(episode=week.episode, to="wrapup", reason="错别字", by=member, now=now)
    with pytest.raises(ValidationError):
        step_back(episode=week.episode, to="wrapup", reason=" ", by=organizer, now=now)
    refused("not_earlier", lambda: step_back(episode=week.episode, to="published", reason="x", by=organizer, now=now))
    assert step_back(episode=week.episode, to="wrapup", reason="错别字", by=organizer, now=now).state == "wrapup"
    event = Event.objects.about("episode", "001").get(verb="step_back")
    assert (event.before, event.after, event.reason) == ({"state": "published"}, {"state": "wrapup"}, "错别字")
    again = advance(episode=week.episode, to="published", by=organizer, now=now, reason="补上了")
    assert again.state == "published"


def test_a_step_back_gives_authority_back_and_keeps_the_credits(week, member, stranger, organizer, now):
    """Earned permissions end with the publication, so they come back when it is taken back; what was done stands."""
    fill(week, member, now=now)
    host(episode=week.episode, role="host", by=member, now=now)
    Episode.objects.filter(pk=week.episode.pk).update(state=EpisodeState.WRAPUP, highlights=["量化"])
    row = advance(episode=week.episode, to="published", by=member, now=now)
    news = Section.objects.get(pk=week.news.pk)
    assert not is_host(member, row)
    assert sections_to_run(member, row) == set()
    credited = list(Credit.objects.filter(episode=row).order_by("pk").values_list("role", "name"))
    row = step_back(episode=row, to="wrapup", reason="错别字", by=organizer, now=now)
    assert is_host(member, row)
    assert news.pk in sections_to_run(member, row)
    assert list(Credit.objects.filter(episode=row).order_by("pk").values_list("role", "name")) == credited
    host(episode=row, role="editor", by=stranger, now=now)
    row = advance(episode=row, to="published", by=member, now=now)
    assert not is_host(member, row)
    assert sorted(Credit.objects.filter(episode=row).values_list("role", "name")) == sorted(
        [*credited, ("editor", "Nora")]
    )


def test_a_second_publication_credits_nobody_twice(week, member, stranger, organizer, now):
    fill(week, member, now=now)
    host(episode=week.episode, role="host", by=member, now=now)
    for _time in range(2):
        Episode.objects.filter(pk=week.episode.pk).update(state=EpisodeState.WRAPUP)
        advance(episode=week.episode, to="published", by=organizer, now=now, reason="好")
    assert Credit.objects.filter(episode=week.episode).count() == 2


def test_a_draft_is_opened_by_organizers_when_it_has_a_date(week, member, organizer, now):
    Episode.objects.filter(pk=week.episode.pk).update(state=EpisodeState.DRAFT, starts_at=None)
    refused("no_date", lambda: advance(episode=week.episode, to="collecting", by=organizer, now=now))
    with pytest.raises(PermissionDenied):
        advance(episode=week.episode, to="collecting", by=member, now=now)


# ── The schedule ────────────────────────────────────────────────────────────


def test_the_board_is_locked_at_its_time_and_the_next_one_opens(week, member, now):
    claim(section=week.news, role="lead", by=member, now=now)
    turn_week(payload={}, now=week.episode.locks_at - timedelta(minutes=1))
    assert Episode.objects.get().state == "collecting"
    for _again in range(3):
        turn_week(payload={}, now=week.episode.locks_at)
    states = list(Episode.objects.order_by("number").values_list("code", "state"))
    assert states == [("001", "locked"), ("002", "collecting")]
    event = Event.objects.about("episode", "001").get(verb="advance")
    assert (event.by, event.reason, event.after["missing"]) == ("system", "cut-off", ["no_host", "section_unclaimed"])
    assert Notification.objects.filter(person=member, kind="advanced").count() == 1


def test_a_record_of_old_documents_does_not_start_by_itself(db, now):
    put(document(7, starts_at="2023-08-05T21:00:00+08:00"), now=now)
    turn_week(payload={}, now=now)
    assert Episode.objects.count() == 1


def test_an_imported_evening_to_come_is_locked_a_day_before_and_the_series_goes_on(db, now):
    put(document(7, starts_at="2026-03-07T21:00:00+08:00"), now=now)
    turn_week(payload={}, now=at("2026-03-06 20:59"))
    assert Episode.objects.count() == 1
    turn_week(payload={}, now=at("2026-03-06 21:00"))
    assert list(Episode.objects.order_by("number").values_list("code", "state")) == [
        ("007", "locked"), ("008", "collecting"),
    ]  # fmt: skip
    assert Episode.objects.get(code="008").starts_at == at("2026-03-14 21:00")


def test_a_published_number_that_was_planned_here_is_followed(week, now):
    Episode.objects.update(state=EpisodeState.PUBLISHED)
    turn_week(payload={}, now=now)
    assert Episode.objects.get(code="002").starts_at == at("2026-03-14 21:00")


@pytest.mark.parametrize("server", ["UTC", "America/New_York"])
def test_104_weeks(db, monkeypatch, server, now):
    """The schedule turns two years of weeks; every Saturday at nine in Shanghai there is a talk, whatever the server."""
    monkeypatch.setenv("TZ", server)
    clock.tzset()
    try:
        episode = plan_next(by=SYSTEM, now=now)
        for _week in range(103):
            turn_week(payload={}, now=episode.locks_at)
            episode = Episode.objects.latest("number")
    finally:
        monkeypatch.undo()
        clock.tzset()
    found = list(Episode.objects.order_by("number").values_list("number", "starts_at"))
    first = at("2026-03-07 21:00").astimezone(UTC)
    assert found == [(n + 1, first + timedelta(weeks=n)) for n in range(104)]
    assert Item.objects.count() == 0


# ── Moved evenings ──────────────────────────────────────────────────────────


def test_a_moved_evening_takes_its_deadline_along(week, member, organizer, now):
    claim(section=week.news, role="lead", by=member, now=now)
    row = postpone(episode=week.episode, starts_at=at("2026-03-08 20:00"), reason="加班", by=organizer, now=now)
    assert (row.starts_at, row.locks_at, row.sequence) == (at("2026-03-08 20:00"), at("2026-03-07 20:00"), 1)
    assert Claim.objects.current().filter(section=week.news, person=member).exists()
    told = Notification.objects.get(person=member, kind="postponed")
    assert told.values["reason"] == "加班"
    event = Event.objects.about("episode", "001").get(verb="postpone")
    assert (event.before["sequence"], event.after["sequence"], event.reason) == (0, 1, "加班")


def test_the_evenings_behind_it_make_room(week, organizer, now):
    turn_week(payload={}, now=week.episode.locks_at)
    later = week.episode.locks_at + timedelta(hours=1)
    postpone(episode=week.episode, starts_at=at("2026-03-14 21:00"), reason="台风", by=organizer, now=later)
    rows = list(Episode.objects.order_by("number").values_list("code", "starts_at", "locks_at", "sequence"))
    assert rows == [
        ("001", at("2026-03-14 21:00"), at("2026-03-13 21:00"), 1),
        ("002", at("2026-03-21 21:00"), at("2026-03-20 21:00"), 1),
    ]


def test_dates_that_cannot_be(week, member, organizer, now):
    for starts_at in (now - timedelta(hours=1), week.episode.starts_at, now + timedelta(days=900)):
        with pytest.raises(ValidationError):
            postpone(episode=week.episode, starts_at=starts_at, reason="x", by=organizer, now=now)
    with pytest.raises(ValidationError):
        postpone(episode=week.episode, starts_at=at("2026-03-08 21:00"), reason="", by=organizer, now=now)
    with pytest.raises(PermissionDenied):
        postpone(episode=week.episode, starts_at=at("2026-03-08 21:00"), reason="x", by=member, now=now)
    with pytest.raises(ValidationError) as conflict:
        postpone(episode=week.episode, starts_at=at("2026-03-08 21:00"), reason="x", by=organizer, now=now, version=99)
    [error] = conflict.value.error_dict["starts_at"]
    assert error.code == "conflict"
    assert set(error.params) == {"yours", "theirs"}
    Episode.objects.update(state=EpisodeState.LIVE)
    refused(
        "begun",
        lambda: postpone(episode=week.episode, starts_at=at("2026-03-08 21:00"), reason="x", by=organizer, now=now),
    )
