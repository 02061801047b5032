"""Moderation, merging and settling of questions: who may, what follows, and that every act is undone exactly."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.actors import ANONYMOUS
from members.models import Event, Notification, Purpose, Role
from members.rules import StateRefusal
from talks.actions import carries, history, item_order, moderation, question_merges, questions, settling
from talks.actions.answers import remove_answer
from talks.models import Answer, Claim, Delivery, Episode, Hosting, KeptRow, Question, QuestionVote, Report, Review
from tests.talks import telling
from tests.talks.boardroom import boardroom, guest_for, login

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(now):
    """021 collects; who is who, two questions of 小满 and Nora, an answer of 阿岚 to the first."""
    cast = {name: login(name, now) for name in ("主持", "编辑", "小满", "Nora", "阿岚", "自由谈", "路人")}
    boss = login("青禾", now, Role.ORGANIZER)
    week = boardroom(now=now, host=cast["主持"])
    stamp = {"position": 1, "created_at": now, "changed_at": now}
    Hosting.objects.create(episode=week.episode, person=cast["编辑"], name="编辑", role="editor", **stamp)
    free = week.sections["free_talk"]
    Claim.objects.create(section=free, person=cast["自由谈"], name="自由谈", **stamp)
    first = questions.ask(episode=week.episode, body="四比特够用吗？", by=cast["小满"], now=now)
    second = questions.ask(episode=week.episode, body="量化到四比特行不行？", by=cast["Nora"], now=now)
    answer = questions.answer(question=first, body="多数够用。", by=cast["阿岚"], now=now)
    return SimpleNamespace(week=week, boss=boss, first=first, second=second, answer=answer, who=cast)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def wait(row, now):
    """As an act of a visitor leaves it."""
    type(row).objects.filter(pk=row.pk).update(review=Review.WAITING, deleted_at=now)
    return fresh(row)


# ── Accepting, settling, summing up ─────────────────────────────────────────


@pytest.mark.parametrize("name", ["主持", "编辑", "小满", "自由谈"])
def test_several_answers_are_accepted_and_not_any_more(room, now, name):
    other = questions.answer(question=room.first, body="大模型要看任务。", by=room.who["路人"], now=now)
    by = room.who[name]
    for each in (room.answer, other):
        settling.accept(answer=each, by=by, now=now)
    assert Answer.objects.filter(is_accepted=True).count() == 2
    assert Question.objects.with_state().get(pk=room.first.pk).state == "answered"
    settling.unaccept(answer=room.answer, by=by, now=now)
    settling.unaccept(answer=other, by=by, now=now)
    assert Question.objects.with_state().get(pk=room.first.pk).state == "partly"


@pytest.mark.parametrize("act", ["accept", "settle", "summarize", "reopen"])
@pytest.mark.parametrize("name", ["路人", "Nora", "阿岚"])
def test_others_settle_nothing(room, now, act, name):
    calls = {
        "accept": lambda by: settling.accept(answer=room.answer, by=by, now=now),
        "settle": lambda by: settling.settle(question=room.first, state="answered", by=by, now=now),
        "summarize": lambda by: settling.summarize(question=room.first, body="够用。", by=by, now=now),
        "reopen": lambda by: settling.reopen(question=room.first, by=by, now=now),
    }
    with pytest.raises(PermissionDenied):
        calls[act](room.who[name])
    with pytest.raises(PermissionDenied):
        calls[act](ANONYMOUS)


def test_the_author_is_told_that_an_answer_is_accepted(room, now):
    settling.accept(answer=room.answer, by=room.who["小满"], now=now)
    told = Notification.objects.get(person=room.who["阿岚"])
    assert (told.kind, told.target_key, told.values["who"]) == ("answer_accept", room.first.public_id, "小满")


def test_to_close_takes_a_reason_and_reopening_takes_it_back(room, now):
    by = room.who["主持"]
    with pytest.raises(ValidationError):
        settling.settle(question=room.first, state="closed", by=by, now=now)
    row = settling.settle(question=room.first, state="closed", reason="没有人能答", by=by, now=now)
    assert (row.settled, row.settled_reason) == ("closed", "没有人能答")
    row = settling.reopen(question=row, by=by, now=now)
    assert (row.settled, row.settled_reason) == ("", "")
    assert [e.verb for e in Event.objects.about("question", room.first.public_id).order_by("pk")][-2:] == [
        "settle",
        "reopen",
    ]
    with pytest.raises(ValidationError):
        settling.settle(question=room.first, state="open", by=by, now=now)


def test_a_summary_cites_answers_to_its_own_question_and_two_writers_meet(room, now):
    other = questions.answer(question=room.second, body="别处的回答。", by=room.who["路人"], now=now)
    by = room.who["编辑"]
    with pytest.raises(ValidationError) as wrong:
        settling.summarize(question=room.first, body="够用。", cites=[other.pk], by=by, now=now)
    assert wrong.value.error_dict["cites"][0].code == "unknown"
    row = settling.summarize(
        question=room.first, body="**够用**。", cites=[room.answer.pk], by=by, now=now, version=room.first.version
    )
    assert (row.summary, row.summary_cites) == ("**够用**。", [room.answer.pk])
    assert "<strong>够用</strong>" in row.summary_html
    with pytest.raises(ValidationError) as late:
        settling.summarize(question=room.first, body="不够。", by=room.who["主持"], now=now, version=room.first.version)
    error = late.value.error_dict["version"][0]
    assert (error.code, error.params["theirs"]["summary"], error.params["base"]["summary"]) == (
        "conflict",
        "**够用**。",
        "",
    )
    row = questions.edit_question(
        question=fresh(row), version=row.version, body="四比特够吗？", by=room.who["小满"], now=now
    )
    assert "<strong>够用</strong>" in fresh(row).summary_html
    row = settling.summarize(question=fresh(row), body=" ", by=by, now=now)
    assert (row.summary, row.summary_html, row.summary_cites) == ("", "", [])


# ── What is shown ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["小满", "阿岚", "自由谈", "路人"])
@pytest.mark.parametrize("act", ["approve", "decline", "hide", "show", "merge", "dismiss"])
def test_others_moderate_nothing(room, now, name, act):
    calls = {
        "approve": lambda by: moderation.approve(row=room.first, by=by, now=now),
        "decline": lambda by: moderation.decline(row=room.first, reason="重复", by=by, now=now),
        "hide": lambda by: moderation.hide(row=room.first, by=by, now=now),
        "show": lambda by: moderation.show(row=room.first, by=by, now=now),
        "merge": lambda by: question_merges.merge(question=room.second, into=room.first, by=by, now=now),
        "dismiss": lambda by: moderation.dismiss(row=room.first, by=by, now=now),
    }
    with pytest.raises(PermissionDenied):
        calls[act](room.who[name])


def test_what_waits_is_approved_and_robots_hear_of_it_in_the_name_of_who_asked(room, now, hook):
    row = wait(room.first, now)
    assert not Question.objects.visible_to(room.boss).filter(pk=row.pk).exists()
    Delivery.objects.all().delete()
    moderation.approve(row=row, by=room.who["主持"], now=now, version=row.version)
    assert Question.objects.visible_to(None).filter(pk=row.pk).exists()
    told = Delivery.objects.get()
    assert (told.kind, told.payload["data"]["who"]) == ("question_asked", "小满")
    assert "主持" not in told.body
    assert Notification.objects.get(person=room.who["小满"], kind="question_approve").values["id"] == row.public_id
    with pytest.raises(StateRefusal) as late:
        moderation.approve(row=row, by=room.who["编辑"], now=now)
    assert late.value.code == "not_waiting"


@pytest.fixture
def hook(room, now):
    boss = login("管群", now, Role.ORGANIZER)
    return telling.hook("https://robot.example/x", by=boss, now=now, events=("question_asked", "question_answered"))


def test_declining_takes_a_reason_that_the_asker_is_told(room, now):
    row = wait(room.first, now)
    with pytest.raises(ValidationError):
        moderation.decline(row=row, reason=" ", by=room.who["主持"], now=now)
    row = moderation.decline(row=row, reason="和 002 期重复", by=room.who["主持"], now=now)
    assert (row.review, row.review_reason) == ("declined", "和 002 期重复")
    assert (
        Notification.objects.get(person=room.who["小满"], kind="question_decline").values["reason"] == "和 002 期重复"
    )
    row = history.bring_back(kind="question", key=str(row.pk), by=room.who["主持"], now=now)
    assert row.review == Review.WAITING


def test_hiding_takes_answers_and_follow_ups_out_of_sight_and_showing_brings_all_back(room, now):
    follow = Question.objects.create(
        episode=room.week.episode, position=9, serial=room.first.serial, follow_up=1, parent=room.first, body="再问",
        created_at=now, changed_at=now,
    )  # fmt: skip
    row = moderation.hide(row=room.first, reason="骂人", by=room.who["编辑"], now=now)
    assert not Question.objects.visible_to(None).filter(pk__in=[row.pk, follow.pk]).exists()
    assert not Answer.objects.visible_to(None).filter(pk=room.answer.pk).exists()
    history.bring_back(kind="question", key=str(row.pk), by=room.who["编辑"], now=now)
    assert Question.objects.visible_to(None).filter(pk__in=[row.pk, follow.pk]).count() == 2
    assert Answer.objects.visible_to(None).filter(pk=room.answer.pk).exists()
    moderation.hide(row=room.answer, by=room.who["主持"], now=now)
    with pytest.raises(Http404):
        settling.accept(answer=room.answer, by=room.who["主持"], now=now)


def test_nobody_else_brings_back_or_reads_what_was_hidden(room, now):
    act = Event.objects.about("question", room.first.public_id).first().pk
    moderation.hide(row=room.first, by=room.who["主持"], now=now)
    key = {"kind": "question", "key": str(room.first.pk)}
    for name in ("小满", "路人", "自由谈"):
        with pytest.raises(PermissionDenied):
            history.bring_back(**key, by=room.who[name], now=now)
        with pytest.raises(StateRefusal) as refused:
            history.restore_row(**key, event=act, by=room.who[name], now=now, version=1)
        assert refused.value.code == "under_review"
    kept = KeptRow.objects.of_row("question", room.first.pk)
    readers = {name: kept.visible_to(person).exists() for name, person in room.who.items()}
    assert readers == {**dict.fromkeys(room.who, False), "主持": True, "编辑": True, "小满": True}
    assert kept.visible_to(room.boss).exists()
    of_answer = KeptRow.objects.of_row("answer", room.answer.pk)
    assert not of_answer.visible_to(room.who["路人"]).exists()
    assert of_answer.visible_to(room.who["阿岚"]).exists()


def test_a_restore_of_the_whole_decides_nothing_about_what_is_shown(room, now):
    before = Event.objects.order_by("-pk").first().pk
    moderation.hide(row=room.first, by=room.who["主持"], now=now)
    settling.settle(question=room.second, state="outdated", by=room.who["主持"], now=now)
    asked = KeptRow.objects.filter(episode=room.week.episode, event__lte=before).order_by("-event").first().event_id
    history.restore_episode(episode=room.week.episode, event=asked, typed="021", by=room.who["主持"], now=now)
    assert fresh(room.first).review == Review.HIDDEN
    assert fresh(room.second).settled == ""


def test_one_reports_once_and_nobody_their_own_words(room, now):
    by = room.who["路人"]
    for _time in range(2):
        moderation.report(row=room.first, reason="广告", by=by, now=now)
    guest = guest_for("021", now, purpose=Purpose.ASK)
    moderation.report(row=room.first, reason="广告", by=guest, now=now)
    assert Report.objects.filter(question=room.first).count() == 2
    for who in (room.who["小满"], ANONYMOUS, guest_for("022", now, purpose=Purpose.ASK)):
        with pytest.raises(PermissionDenied):
            moderation.report(row=room.first, reason="广告", by=who, now=now)
    assert moderation.dismiss(row=room.first, by=room.who["编辑"], now=now) == 2
    moderation.report(row=room.answer, reason="广告", by=by, now=now)
    moderation.hide(row=room.answer, by=room.who["编辑"], now=now)
    assert not Report.objects.filter(settled_at=None).exists()


def test_hosts_mend_words_with_a_trace(room, now):
    row = questions.edit_question(question=room.first, version=1, body="四比特够吗？", by=room.who["编辑"], now=now)
    event = Event.objects.about("question", row.public_id).order_by("-pk").first()
    assert (event.verb, event.person, event.before) == ("edit", room.who["编辑"], {"body": "四比特够用吗？"})
    with pytest.raises(PermissionDenied):
        questions.edit_question(question=room.first, version=2, body="哈", by=room.who["路人"], now=now)


# ── Merging ─────────────────────────────────────────────────────────────────


def vote(question, now, person=None, visitor=""):
    return QuestionVote.objects.create(question=question, person=person, visitor=visitor, created_at=now)


def votes():
    return sorted(QuestionVote.objects.values_list("pk", "question_id"))


def test_votes_answers_and_credit_follow_a_merge_and_come_back_exactly(room, now):
    who = room.who
    for person in (who["路人"], who["阿岚"]):
        vote(room.second, now, person)
    vote(room.second, now, visitor="v1")
    vote(room.first, now, who["路人"])
    vote(room.first, now, visitor="v2")
    said = questions.answer(question=room.second, body="看任务。", by=who["路人"], now=now)
    carry = carries.carry(question=room.second, episode=room.week.following, by=room.boss, now=now)
    before = votes(), sorted(Answer.objects.values_list("pk", "question_id", "position"))
    question_merges.merge(question=room.second, into=room.first, by=who["主持"], now=now)
    first = QuestionVote.objects.filter(question=room.first)
    assert first.count() == 5
    assert first.filter(person=who["Nora"]).exists()  # who asked the one wants the other answered
    assert fresh(said).question_id == room.first.pk
    assert fresh(carry).question_id == room.first.pk
    told = Notification.objects.get(person=who["Nora"], kind="question_merge")
    assert told.values["into"] == room.first.public_id
    assert question_merges.end_of(fresh(room.second)).pk == room.first.pk
    history.bring_back(kind="question", key=str(room.second.pk), by=who["编辑"], now=now)
    assert (votes(), sorted(Answer.objects.values_list("pk", "question_id", "position"))) == before
    assert fresh(carry).question_id == room.second.pk
    assert (fresh(room.second).review, fresh(room.second).merged_into_id, fresh(room.second).deleted_at) == (
        "",
        None,
        None,
    )


def test_who_asked_counts_once_and_a_mere_name_or_the_same_asker_not(room, now):
    by, nora = room.who["主持"], room.who["Nora"]
    assert room.second.asker == nora
    own = vote(room.first, now, nora)
    question_merges.merge(question=room.second, into=room.first, by=by, now=now)
    assert votes() == [(own.pk, room.first.pk)]
    question_merges.unmerge(question=fresh(room.second), by=by, now=now)
    assert votes() == [(own.pk, room.first.pk)]
    own.delete()
    for change in ({"is_by_name": True}, {"is_by_name": False, "asker": room.first.asker}):
        Question.objects.filter(pk=room.second.pk).update(**change)
        question_merges.merge(question=fresh(room.second), into=room.first, by=by, now=now)
        assert votes() == []
        question_merges.unmerge(question=fresh(room.second), by=by, now=now)


def test_a_merge_is_refused_where_it_would_lose_something(room, now):
    by = room.who["主持"]
    with pytest.raises(ValidationError):
        question_merges.merge(question=room.first, into=room.first, by=by, now=now)
    Question.objects.create(
        episode=room.week.episode, position=9, serial=room.first.serial, follow_up=1, parent=room.first, body="再问",
        created_at=now, changed_at=now,
    )  # fmt: skip
    with pytest.raises(StateRefusal) as refused:
        question_merges.merge(question=room.first, into=room.second, by=by, now=now)
    assert refused.value.code == "has_follow_ups"
    moved = item_order.move_question(
        question=room.second, episode=Episode.objects.get(code="022"), version=None, by=room.boss, now=now
    )
    with pytest.raises(StateRefusal) as refused:
        question_merges.merge(question=moved, into=room.first, by=room.boss, now=now)
    assert refused.value.code == "other_episode"


def test_merges_in_a_row_are_taken_back_from_the_last(room, now):
    by = room.who["主持"]
    third = questions.ask(episode=room.week.episode, body="三比特呢？", by=room.who["路人"], now=now)
    question_merges.merge(question=third, into=room.second, by=by, now=now)
    question_merges.merge(question=room.second, into=room.first, by=by, now=now)
    assert question_merges.end_of(fresh(third)).pk == room.first.pk
    with pytest.raises(StateRefusal) as refused:
        question_merges.unmerge(question=third, by=by, now=now)
    assert refused.value.code == "has_gone"
    question_merges.unmerge(question=room.second, by=by, now=now)
    question_merges.unmerge(question=third, by=by, now=now)
    assert not Question.objects.under_review().exists()


@pytest.mark.parametrize("review", ["hidden", ""])
def test_a_merge_is_taken_back_from_what_is_gone(room, now, review):
    by, who = room.who["主持"], room.who
    vote(room.second, now, who["路人"])
    question_merges.merge(question=room.second, into=room.first, by=by, now=now)
    Question.objects.filter(pk=room.first.pk).update(review=review, deleted_at=now)
    row = question_merges.unmerge(question=room.second, by=by, now=now)
    assert (row.review, row.deleted_at, row.merged_into) == ("", None, None)
    assert row.votes.filter(person=who["路人"]).exists()


def test_what_waits_is_merged_at_once_and_waits_again_after(room, now):
    row = wait(room.second, now)
    question_merges.merge(question=row, into=room.first, by=room.who["主持"], now=now)
    row = question_merges.unmerge(question=fresh(row), by=room.who["主持"], now=now)
    assert row.review == Review.WAITING
    assert row.deleted_at is not None


# ── Answers ─────────────────────────────────────────────────────────────────


def test_an_answer_is_written_down_for_somebody_else(room, now):
    by = room.who["路人"]
    row = questions.answer(question=room.first, body="够。", author="@阿岚", by=by, now=now)
    assert (row.author, row.author_name, row.transcriber, row.is_by_name) == (room.who["阿岚"], "阿岚", by, False)
    assert Notification.objects.get(person=room.who["阿岚"], kind="answer_written").values["who"] == "路人"
    row = questions.answer(question=room.first, body="不够。", author=" 阿  岚 ", by=by, now=now)
    assert (row.author_name, row.is_by_name, row.transcriber_name) == ("阿 岚", True, "路人")
    for author, code in (("@没有这个人", "unknown"), ("小结", "invalid"), ("待定", "invalid"), ("@", "invalid")):
        with pytest.raises(ValidationError) as wrong:
            questions.answer(question=room.first, body="嗯。", author=author, by=by, now=now)
        assert wrong.value.error_dict["author"][0].code == code
    own = questions.answer(question=room.first, body="嗯。", author="@路人", by=by, now=now)
    assert (own.author, own.transcriber) == (by, None)


def test_a_name_alone_gives_no_right_to_the_words_and_the_transcriber_mends_them(room, now):
    by, named = room.who["路人"], room.who["阿岚"]
    row = questions.answer(question=room.first, body="够。", author="阿岚", by=by, now=now)
    assert row.author == named
    with pytest.raises(PermissionDenied):
        questions.edit_answer(answer=row, version=1, body="不够。", by=named, now=now)
    questions.edit_answer(answer=row, version=1, body="大概够。", by=by, now=now)
    given = questions.answer(question=room.first, body="真够。", author="@阿岚", by=by, now=now)
    questions.edit_answer(answer=given, version=1, body="真的够。", by=named, now=now)


def test_the_asker_hears_of_an_answer(room):
    told = Notification.objects.get(person=room.who["小满"])
    assert (told.kind, told.values["who"], told.values["id"]) == ("question_answered", "阿岚", room.first.public_id)


def test_ones_own_answer_is_taken_out_and_brought_back(room, now):
    for who in (room.who["主持"], room.who["路人"], ANONYMOUS):
        with pytest.raises(PermissionDenied):
            remove_answer(answer=room.answer, by=who, now=now)
    remove_answer(answer=room.answer, by=room.who["阿岚"], now=now, version=1)
    assert not Answer.objects.visible_to(None).filter(pk=room.answer.pk).exists()
    history.bring_back(kind="answer", key=str(room.answer.pk), by=room.who["阿岚"], now=now)
    assert Answer.objects.visible_to(None).filter(pk=room.answer.pk).exists()


def test_no_answer_to_what_is_not_shown(room, now):
    moderation.hide(row=room.first, by=room.who["主持"], now=now)
    with pytest.raises(StateRefusal):
        questions.answer(question=room.first, body="够。", by=room.who["路人"], now=now)


def test_the_record_stands_when_it_is_published(room, now):
    Episode.objects.filter(pk=room.week.episode.pk).update(state="published")
    for name in ("主持", "编辑", "小满", "自由谈"):
        with pytest.raises(StateRefusal) as refused:
            settling.accept(answer=room.answer, by=room.who[name], now=now)
        assert refused.value.code == "record_published"
    settling.accept(answer=room.answer, by=room.boss, now=now)
    moderation.hide(row=room.first, by=room.boss, now=now)
