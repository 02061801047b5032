"""Restoring: who may, what keeps a row from coming back, what a restore leaves alone."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.models import Event, Notification, User
from members.rules import StateRefusal
from talks.actions import carries, claims, hosting, item_edits, item_order, items, life, questions
from talks.actions.history import bring_back, restore_episode, restore_row
from talks.desk import desk_of
from talks.history import base_of, state_at
from talks.models import (
    Carry,
    Claim,
    Credit,
    Delivery,
    Episode,
    Hosting,
    Item,
    ItemVote,
    KeptRow,
    PaperMention,
    Question,
    Reminder,
)
from tests.talks.boardroom import boardroom, close, nominate
from tests.talks.telling import hook


@pytest.fixture
def room(member, now):
    return boardroom(now=now, lead=member)


def acts(kind, key):
    return list(KeptRow.objects.of_row(kind, key).values_list("event", flat=True))


def edited(room, by, now, *titles):
    row = nominate(room, by, now, section=room.news, url=f"https://blog.example/{Item.objects.count()}")
    for title in titles or ("甲", "乙"):
        row = item_edits.edit(item=row, version=None, values={"title": title}, by=by, now=now)
    return row, acts("item", row.pk)


def back(row, event, by, now, **more):
    return restore_row(kind="item", key=str(row.pk), event=event, by=by, now=now, **more)


def test_every_version_is_known(room, organizer, now):
    row, [made, first, second] = edited(room, organizer, now)
    titles = [base_of("item", str(row.pk), version)["title"] for version in (1, 2, 3)]
    assert titles == ["值得一读", "甲", "乙"]
    assert base_of("item", str(row.pk), 4) is None
    assert base_of("item", "x", 1) is None
    assert base_of("nothing", "1", 1) is None
    assert [state_at("item", str(row.pk), event)["title"] for event in (made, first, second)] == titles
    assert state_at("item", str(row.pk), made - 1) is None


def test_a_restored_item_has_its_names_papers_and_html_again(room, organizer, now):
    row = nominate(room, organizer, now, url="https://arxiv.org/abs/2309.00071", text="**重要**")
    [made] = acts("item", row.pk)
    values = {"url": None, "title": "别的", "body": "没了", "credits": [{"role": "author", "name": "渡口"}]}
    item_edits.edit(item=row, version=None, values=values, by=organizer, now=now)
    assert not PaperMention.objects.filter(item=row).exists()
    version = Item.objects.get(pk=row.pk).version
    found = Item.objects.get(pk=back(row, made, organizer, now).pk)
    assert (found.url, found.body) == ("https://arxiv.org/abs/2309.00071", row.body)
    assert found.body_html == row.body_html
    assert found.version == version + 1
    assert list(Credit.objects.filter(item=row).values_list("name", "role")) == [("青禾", "source")]
    assert PaperMention.objects.get(item=row).paper.arxiv_id == "2309.00071"
    assert back(row, made, organizer, now).version == version + 1  # the same is no change
    assert len(acts("item", row.pk)) == 3


@pytest.mark.parametrize(
    ("who", "allowed"), [("organizer", True), ("member", True), ("stranger", False)]
)  # 小满 leads the news
def test_who_restores_an_item(room, organizer, member, stranger, now, who, allowed):
    row, [_made, first, _second] = edited(room, organizer, now)
    by = {"organizer": organizer, "member": member, "stranger": stranger}[who]
    if allowed:
        assert back(row, first, by, now).title == "甲"
        return
    with pytest.raises(PermissionDenied):
        back(row, first, by, now)


def test_a_nominator_restores_their_own_words_only(room, organizer, stranger, now):
    row, [_made, first, _second] = edited(room, stranger, now)
    assert back(row, first, stranger, now).title == "甲"
    accepted = items.accept(item=row, version=None, by=organizer, now=now)
    items.reopen(item=accepted, version=None, by=organizer, now=now)
    event = acts("item", row.pk)[-2]
    with pytest.raises(PermissionDenied):
        back(row, event, stranger, now)  # it was taken then: that is not theirs to say


def test_a_published_record_is_the_organizers(room, organizer, member, now):
    row, [_made, first, _second] = edited(room, organizer, now)
    close(room.episode, "published")
    with pytest.raises(StateRefusal) as refusal:
        back(row, first, member, now)
    assert refusal.value.code == "record_published"
    assert back(row, first, organizer, now).title == "甲"


def test_somebody_who_was_faster_is_told(room, organizer, now):
    row, [_made, first, _second] = edited(room, organizer, now)
    with pytest.raises(ValidationError) as refusal:
        back(row, first, organizer, now, version=1)
    [error] = refusal.value.error_dict["version"]
    assert (error.code, error.params["theirs"]["title"], error.params["yours"]["title"]) == ("conflict", "乙", "甲")


def test_an_event_of_another_row_is_none(room, organizer, now):
    row, _acts = edited(room, organizer, now)
    other = nominate(room, organizer, now, url="https://blog.example/other")
    for event in (acts("item", other.pk)[0], 10**9):
        with pytest.raises(Http404):
            back(row, event, organizer, now)


# ── What keeps a row from coming back ───────────────────────────────────────


def refused(act):
    before = KeptRow.objects.count()
    with pytest.raises(StateRefusal) as refusal:
        act()
    assert refusal.value.code == "cannot_restore"
    assert KeptRow.objects.count() == before
    return str(refusal.value)


def test_a_place_that_is_taken(room, organizer, stranger, now):
    row = claims.claim(section=room.picks, role="standby", by=stranger, now=now)
    claims.release(claim=row, by=stranger, now=now)
    claims.claim(section=room.picks, role="standby", by=organizer, now=now)
    said = refused(lambda: bring_back(kind="claim", key=str(row.pk), by=organizer, now=now))
    assert "Nora" in said
    assert Claim.objects.get(pk=row.pk).deleted_at is not None


def test_an_account_that_is_suspended(room, organizer, stranger, now):
    row = hosting.name_host(episode=room.episode, person=stranger, role="host", by=organizer, now=now)
    hosting.leave_hosting(hosting=row, by=organizer, now=now)
    User.objects.filter(person=stranger).update(suspended_at=now)
    assert "Nora" in refused(lambda: bring_back(kind="hosting", key=str(row.pk), by=organizer, now=now))
    assert Hosting.objects.get(pk=row.pk).deleted_at is not None


def test_what_others_were_merged_into_stays(room, organizer, now):
    row = nominate(room, organizer, now)
    item_edits.remove(item=row, version=None, by=organizer, now=now)
    gone = acts("item", row.pk)[-1]
    item_edits.restore(item=row, by=organizer, now=now)
    other = nominate(room, organizer, now, url="https://blog.example/other")
    items.merge(item=other, into=row, version=None, by=organizer, now=now)
    refused(lambda: back(row, gone, organizer, now))


def test_a_section_that_is_taken_out(room, organizer, now):
    row, [_made, first, _second] = edited(room, organizer, now)
    room.news.deleted_at = now
    room.news.save()
    refused(lambda: back(row, first, organizer, now))


def test_all_is_done_or_nothing(room, organizer, stranger, now):
    row, [_made, _first, _second] = edited(room, organizer, now)
    claim = claims.claim(section=room.picks, role="standby", by=stranger, now=now)
    claims.release(claim=claim, by=stranger, now=now)
    User.objects.filter(person=stranger).update(suspended_at=now)
    event = acts("claim", claim.pk)[0]
    refused(lambda: restore_episode(episode=room.episode, event=event, typed="021", by=organizer, now=now))
    item_edits.edit(item=row, version=None, values={"title": "丙"}, by=organizer, now=now)
    refused(lambda: restore_episode(episode=room.episode, event=event, typed="021", by=organizer, now=now))
    assert Item.objects.get(pk=row.pk).title == "丙"


# ── What belongs together ───────────────────────────────────────────────────


def test_an_item_goes_back_to_where_it_was(room, organizer, now):
    row, acts_of_it = edited(room, organizer, now)
    items.vote(item=row, by=organizer, now=now)
    item_order.move(item=row, section=room.later["picks"], version=None, by=organizer, now=now)
    moved = acts("item", row.pk)[-1]
    assert KeptRow.objects.filter(event=moved, kind="item").count() == 2  # for both episodes
    back(row, acts_of_it[-1], organizer, now)
    found = Item.objects.get(pk=row.pk)
    assert (found.section_id, found.title) == (room.news.pk, "乙")
    assert set(Credit.objects.filter(item=row).values_list("episode", flat=True)) == {room.episode.pk}
    assert ItemVote.objects.filter(item=row).count() == 1


def test_a_question_takes_its_follow_ups_and_answers_along(room, organizer, member, now):
    row = questions.ask(episode=room.episode, body="问？见 arXiv:2309.00071", by=member, now=now)
    answer = questions.answer(question=row, body="见 arXiv:2108.12409", by=member, now=now)
    here = acts("question", row.pk)[-1]
    item_order.move_question(question=row, episode=room.following, version=None, by=organizer, now=now)
    restore_row(kind="question", key=str(row.pk), event=here, by=organizer, now=now)
    found = Question.objects.select_related("episode").get(pk=row.pk)
    assert (found.episode_id, found.public_id) == (room.episode.pk, row.public_id)
    mentions = PaperMention.objects.filter(question=row) | PaperMention.objects.filter(answer=answer)
    assert set(mentions.values_list("episode", flat=True)) == {room.episode.pk}


def test_an_episode_gives_back_what_came_in(room, organizer, member, now):
    there = nominate(room, organizer, now, episode=room.following, url="https://blog.example/there")
    row, _acts = edited(room, organizer, now)
    event = acts("item", row.pk)[-1]
    item_order.move(item=there, section=room.picks, version=None, by=organizer, now=now)
    item_edits.edit(item=there, version=None, values={"title": "在别处改的"}, by=organizer, now=now)
    restore_episode(episode=room.episode, event=event, typed="021", by=organizer, now=now)
    found = Item.objects.get(pk=there.pk)
    assert found.section.episode_id == room.following.pk
    assert (found.title, found.deleted_at) == ("值得一读", None)


def test_a_host_does_not_reach_into_an_evening_that_is_not_theirs(room, organizer, member, now):
    hosting.name_host(episode=room.episode, person=member, role="host", by=organizer, now=now)
    row, _acts = edited(room, organizer, now)
    event = acts("item", row.pk)[-1]
    item_order.move(item=row, section=room.later["picks"], version=None, by=organizer, now=now)
    with pytest.raises(PermissionDenied):
        restore_episode(episode=room.episode, event=event, typed="021", by=member, now=now)
    other, _acts = edited(room, organizer, now, "丁")
    item_edits.remove(item=other, version=None, by=organizer, now=now)
    later = acts("item", other.pk)[-2]
    restore_episode(episode=room.episode, event=later, typed="021", by=member, now=now)
    assert Item.objects.get(pk=other.pk).deleted_at is None


def test_a_late_lead_who_comes_back_ends_the_rule(room, organizer, stranger, now):
    row = claims.claim(section=room.classic, role="lead", by=stranger, now=now)
    life.advance(episode=room.episode, to="locked", reason="好", by=organizer, now=now)
    claims.release(claim=row, by=organizer, now=now)
    room.classic.refresh_from_db()
    assert room.classic.degraded_at is not None
    bring_back(kind="claim", key=str(row.pk), by=organizer, now=now)
    room.classic.refresh_from_db()
    assert room.classic.degraded_at is None


# ── What a restore leaves alone ─────────────────────────────────────────────


def test_state_and_numbers_stay_and_the_calendar_hears_of_a_date(room, organizer, member, now):
    row, _acts = edited(room, organizer, now)
    event = acts("item", row.pk)[-1]
    starts_at = room.episode.starts_at
    life.postpone(episode=room.episode, starts_at=now + timedelta(days=9), reason="改", by=organizer, now=now)
    life.advance(episode=room.episode, to="locked", reason="好", by=organizer, now=now)
    assert desk_of(Episode.objects.get(pk=room.episode.pk), [], organizer, now=now).facts.moved.reason == "改"
    hook("https://robot.example/send?key=made-up", events=("episode_postponed",), by=organizer, now=now)
    asked = questions.ask(episode=room.episode, body="问？", by=member, now=now)
    restore_episode(episode=room.episode, event=event, typed=room.episode.label, by=organizer, now=now)
    found = Episode.objects.get(pk=room.episode.pk)
    assert (found.state, found.starts_at, found.sequence) == ("locked", starts_at, 2)
    assert found.last_serial >= asked.serial
    due = Reminder.objects.get(episode=found, kind="publish", sent_at=None).due_at
    assert due == starts_at + timedelta(hours=24)
    told = Notification.objects.filter(person=member, kind="postponed").order_by("pk").last()
    assert datetime.fromisoformat(told.values["starts_at"]) == starts_at
    assert Notification.objects.filter(person=member, kind="restored").count() == 1  # the question is taken out
    assert Delivery.objects.get().kind == "episode_postponed"
    assert desk_of(found, [], organizer, now=now).facts.moved is None  # what was said of the move is not true any more
    again = questions.ask(episode=room.episode, body="再问？", by=member, now=now)
    assert again.serial == asked.serial + 1


def test_nothing_to_restore_is_said(room, organizer, now):
    row, _acts = edited(room, organizer, now)
    with pytest.raises(StateRefusal) as refusal:
        restore_episode(episode=room.episode, event=acts("item", row.pk)[-1], typed="021", by=organizer, now=now)
    assert refusal.value.code == "nothing_changed"


def test_the_code_is_typed(room, organizer, now):
    _row, [_made, first, _second] = edited(room, organizer, now)
    with pytest.raises(ValidationError) as refusal:
        restore_episode(episode=room.episode, event=first, typed="022", by=organizer, now=now)
    assert "typed" in refusal.value.error_dict


def test_what_goes_on_is_taken_back(room, organizer, now):
    question = Question.objects.get(episode=room.past)
    row = carries.carry(question=question, episode=room.episode, by=organizer, now=now)
    carries.drop(carry=row, by=organizer, now=now)
    bring_back(kind="carry", key=str(row.pk), by=organizer, now=now)
    assert Carry.objects.get(pk=row.pk).deleted_at is None
    carries.drop(carry=row, by=organizer, now=now)
    carries.carry(question=question, episode=room.episode, by=organizer, now=now)
    refused(lambda: bring_back(kind="carry", key=str(row.pk), by=organizer, now=now))


# ── What a restore is not for ───────────────────────────────────────────────


def test_a_host_puts_no_words_into_the_mouth_of_others(room, organizer, member, stranger, now):
    hosting.host(episode=room.episode, role="host", by=member, now=now)
    asked = questions.ask(episode=room.episode, body="不该说的话？", by=stranger, now=now)
    key = {"kind": "question", "key": str(asked.pk)}
    [said] = acts("question", asked.pk)
    questions.edit_question(question=asked, version=1, body="一问？", by=stranger, now=now)
    with pytest.raises(PermissionDenied):
        restore_row(**key, event=said, by=member, now=now)
    restore_row(**key, event=said, by=organizer, now=now)
    assert Question.objects.get(pk=asked.pk).body == "不该说的话？"


def test_what_a_host_took_out_its_author_does_not_bring_back(room, organizer, stranger, now):
    row, _acts = edited(room, organizer, now)
    event = acts("item", row.pk)[-1]
    asked = questions.ask(episode=room.episode, body="多余的？", by=stranger, now=now)
    restore_episode(episode=room.episode, event=event, typed="021", by=organizer, now=now)
    assert Question.objects.get(pk=asked.pk).deleted_at is not None
    with pytest.raises(PermissionDenied):
        bring_back(kind="question", key=str(asked.pk), by=stranger, now=now)
    bring_back(kind="question", key=str(asked.pk), by=organizer, now=now)


def test_who_left_hosts_again_only_while_nobody_does(room, member, stranger, now):
    first = hosting.host(episode=room.following, role="host", by=member, now=now)
    key = {"kind": "hosting", "key": str(first.pk)}
    hosting.leave_hosting(hosting=first, by=member, now=now)
    bring_back(**key, by=member, now=now)
    handed = Hosting.objects.get(pk=first.pk)
    hosting.hand_over_hosting(hosting=handed, to=stranger, by=member, now=now)
    with pytest.raises(PermissionDenied):
        bring_back(**key, by=member, now=now)


def test_nobody_gives_a_section_up_by_way_of_the_past(room, stranger, organizer, now):
    row = claims.claim(section=room.picks, role="lead", by=stranger, now=now)
    claims.release(claim=row, by=stranger, now=now)
    released = acts("claim", row.pk)[-1]
    bring_back(kind="claim", key=str(row.pk), by=stranger, now=now)
    with pytest.raises(PermissionDenied):
        restore_row(kind="claim", key=str(row.pk), event=released, by=stranger, now=now)
    assert Claim.objects.get(pk=row.pk).deleted_at is None


def test_a_question_that_moved_away_is_not_pushed_back_into_a_record(room, organizer, member, stranger, now):
    hosting.host(episode=room.following, role="host", by=member, now=now)
    asked = questions.ask(episode=room.episode, body="哪一期？", by=stranger, now=now)
    [said] = acts("question", asked.pk)
    item_order.move_question(question=asked, episode=room.following, version=1, by=organizer, now=now)
    close(room.episode, "published")
    for who in (member, stranger):
        with pytest.raises(PermissionDenied):
            restore_row(kind="question", key=str(asked.pk), event=said, by=who, now=now)
    assert Question.objects.get(pk=asked.pk).episode == room.following


def test_a_date_that_is_over_stays_over(room, organizer, now):
    row, _acts = edited(room, organizer, now)
    event, later = acts("item", row.pk)[-1], room.episode.starts_at + timedelta(days=14)
    life.postpone(episode=room.episode, starts_at=later, reason="改", by=organizer, now=now)
    item_edits.remove(item=row, version=None, by=organizer, now=now)
    after = room.episode.starts_at + timedelta(days=1)
    restore_episode(episode=room.episode, event=event, typed="021", by=organizer, now=after)
    assert Episode.objects.get(pk=room.episode.pk).starts_at == later
    assert Item.objects.get(pk=row.pk).deleted_at is None


def test_visitors_do_not_read_what_was_taken_out_of_a_record(room, organizer, stranger, now):
    row, _acts = edited(room, organizer, now)
    told = {"target_kind": "episode", "target_key": "021", "after": {"state": "published"}}
    Event.objects.create(at=now, by="system", verb="advance", **told)
    close(room.episode, "published")
    event = Event.objects.create(at=now, by="system", verb="edit", target_kind="item", target_key=str(row.pk))
    KeptRow.objects.create(event=event, episode=room.episode, kind="item", key=str(row.pk), state={"title": "电话"})
    seen = KeptRow.objects.filter(kind="item", key=str(row.pk))
    assert seen.visible_to(None).exists()
    Item.objects.filter(pk=row.pk).update(deleted_at=now)
    assert not seen.visible_to(None).exists()
    assert seen.visible_to(stranger).exists()
