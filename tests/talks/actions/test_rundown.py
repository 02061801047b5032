"""The rundown: made of the episode, run by its host, safe against second taps and dead servers."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.models import Event
from members.rules import StateRefusal
from talks.actions import items, life, questions
from talks.actions.rundown import add_minutes, back, end, next_cue, pause, resume, skip, start
from talks.actions.rundown_making import make_rundown
from talks.actions.rundown_order import add_cue, push_cue, put_on_stage, reorder
from talks.evening import evening_of, words_for
from talks.models import Carry, Cue, Episode, Rundown
from talks.spending import estimates
from tests.talks.boardroom import close, login, nominate
from tests.talks.evening import cues, evening, fresh, item, on_air, rundown, shown

pytestmark = pytest.mark.django_db
WHOLE = "开 第一条 第二条 推荐一条 自由 关"


def minutes(n):
    return timedelta(minutes=n)


@pytest.fixture
def room(now):
    return evening(now)


@pytest.fixture
def running(room, now):
    made(room, now)
    start(episode=room.episode, by=room.by, now=now)
    return room


def made(room, now):
    return make_rundown(episode=fresh(room), by=room.by, now=now)


def refused(code, act, *, error=StateRefusal, **values):
    with pytest.raises(error) as refusal:
        act(**values)
    assert error is not StateRefusal or refusal.value.code == code


def test_it_is_made_of_what_was_accepted_with_minutes_and_twice_is_once(room, now):
    made(room, now)
    assert shown(room) == WHOLE  # what is only listed has no cue, an optional section that is empty is left out
    assert [cue.minutes for cue in cues(room)] == [2, 3, 3, 3, None, 2]
    version = rundown(room).version
    made(room, now)
    assert shown(room) == WHOLE
    assert rundown(room).version == version
    assert Event.objects.filter(verb="make_rundown").count() == 1


def test_what_is_accepted_later_comes_behind_its_section_or_before_the_free_talk(running, now):
    close(running.episode, "collecting")
    for name, section in (("晚到新闻", running.news), ("晚到推荐", running.picks)):
        row = nominate(running, running.by, now, url=f"https://late.example/{section.pk}", text=name, section=section)
        items.accept(item=row, version=None, by=running.by, now=now)
    close(running.episode, "live")
    while str(on_air(running)) != "推荐一条":
        next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    made(running, now)
    assert shown(running) == "(开) (第一条) (第二条) *推荐一条 晚到推荐 晚到新闻 自由 关"


def test_it_is_made_when_the_episode_goes_on_the_air_and_ends_with_it(room, now):
    close(room.episode, "locked")
    life.advance(episode=room.episode, to="live", by=room.by, now=now, reason="去吧")
    assert shown(room) == WHOLE
    start(episode=room.episode, by=room.by, now=now)
    life.advance(episode=room.episode, to="wrapup", by=room.by, now=now + minutes(1), reason="好了")
    assert rundown(room).ended_at == now + minutes(1)
    assert cues(room)[0].spent_seconds == 60


def test_only_the_host_and_organizers_run_it(running, now, organizer):
    stranger = login("路人", now)
    for act in (start, pause, resume, end):
        refused("", act, error=PermissionDenied, episode=running.episode, by=stranger, now=now)
    cue = on_air(running)
    for act in (next_cue, back, skip, add_minutes, push_cue):
        refused("", act, error=PermissionDenied, episode=running.episode, cue=cue, by=stranger, now=now)
    refused("", make_rundown, error=PermissionDenied, episode=running.episode, by=stranger, now=now)
    asked = {"episode": running.episode, "question": running.question}
    refused("", put_on_stage, error=PermissionDenied, **asked, by=stranger, now=now)
    pause(episode=running.episode, by=organizer, now=now)
    assert rundown(running).paused_at == now


def test_a_second_tap_on_the_same_cue_changes_nothing(running, now):
    first = on_air(running)
    next_cue(episode=running.episode, cue=first, by=running.by, now=now + minutes(1))
    state, version, events = shown(running), rundown(running).version, Event.objects.count()
    next_cue(episode=running.episode, cue=first, by=running.by, now=now + minutes(1))
    start(episode=running.episode, by=running.by, now=now + minutes(1))
    assert (shown(running), rundown(running).version, Event.objects.count()) == (state, version, events)
    second = on_air(running)
    back(episode=running.episode, cue=second, by=running.by, now=now + minutes(2))
    back(episode=running.episode, cue=second, by=running.by, now=now + minutes(2))
    assert shown(running) == WHOLE.replace("开", "*开")
    for _tap in range(2):
        add_minutes(episode=running.episode, cue=first, seen=0, by=running.by, now=now)
    assert on_air(running).extra_minutes == 2
    add_minutes(episode=running.episode, cue=first, seen=2, by=running.by, now=now)
    assert on_air(running).extra_minutes == 4


def test_the_clock_goes_on_at_the_right_second_whoever_looks(running, now):
    at = now + minutes(1) + timedelta(seconds=7)
    assert evening_of(fresh(running), now=at).current.line.left == timedelta(seconds=53)
    pause(episode=running.episode, by=running.by, now=at)
    pause(episode=running.episode, by=running.by, now=at + minutes(1))
    later = at + minutes(10)
    assert evening_of(fresh(running), now=later).current.line.left == timedelta(seconds=53)
    resume(episode=running.episode, by=running.by, now=later)
    found = evening_of(fresh(running), now=later + minutes(1))
    assert found.current.line.left == timedelta(seconds=-7)
    assert found.behind == timedelta(seconds=7)
    assert found.elapsed == timedelta(seconds=127)
    assert found.entries[1].begins == later + minutes(1)


def test_next_while_paused_stands_still_until_it_is_resumed(running, now):
    pause(episode=running.episode, by=running.by, now=now)
    next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now + minutes(1))
    assert on_air(running).running_since is None
    resume(episode=running.episode, by=running.by, now=now + minutes(2))
    assert on_air(running).spent(now + minutes(3)) == minutes(1)


def test_back_takes_the_clock_up_where_it_stood(running, now):
    next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now + minutes(1))
    next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now + minutes(3))
    back(episode=running.episode, cue=on_air(running), by=running.by, now=now + minutes(4))
    assert on_air(running).spent(now + minutes(5)) == minutes(3)
    back(episode=running.episode, cue=on_air(running), by=running.by, now=now + minutes(5))
    refused("first_cue", back, episode=running.episode, cue=on_air(running), by=running.by, now=now)


def test_skipping_leaves_out_the_present_cue_or_one_to_come_and_back_brings_it_again(running, now):
    skip(episode=running.episode, cue=cues(running)[2], by=running.by, now=now)
    skip(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    assert shown(running) == "[开] *第一条 [第二条] 推荐一条 自由 关"
    next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    assert shown(running) == "[开] (第一条) [第二条] *推荐一条 自由 关"
    back(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    assert shown(running) == "[开] (第一条) *第二条 推荐一条 自由 关"


def test_an_item_pushed_to_the_next_number_is_put_off_and_goes_on_there(running, now):
    pushed = cues(running)[1]
    for _tap in range(2):
        push_cue(episode=running.episode, cue=pushed, by=running.by, now=now)
    assert shown(running) == "*开 <第一条> 第二条 推荐一条 自由 关"
    assert item("第一条").state == "deferred"
    next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    push_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    assert shown(running) == "(开) <第一条> <第二条> *推荐一条 自由 关"
    assert Carry.objects.get(item=item("第二条")).episode == running.following
    refused("nothing_to_push", push_cue, episode=running.episode, cue=cues(running)[4], by=running.by, now=now)


def test_a_question_on_the_stage_waits_in_the_free_talk_and_can_be_pushed_too(running, now):
    other = questions.ask(episode=fresh(running), body="八比特呢？", by=running.by, now=now)
    for asked in (running.question, other, running.question):
        put_on_stage(episode=running.episode, question=asked, by=running.by, now=now)
    assert shown(running) == "*开 第一条 第二条 推荐一条 自由 四比特够用吗？ 八比特呢？ 关"
    push_cue(episode=running.episode, cue=cues(running)[5], by=running.by, now=now)
    [carry] = Carry.objects.filter(question=running.question)
    assert (carry.episode, carry.reason) == (running.following, "unanswered")
    while str(on_air(running)) != "八比特呢？":
        next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    third = questions.ask(episode=fresh(running), body="两比特呢？", by=running.by, now=now)
    put_on_stage(episode=running.episode, question=third, by=running.by, now=now)
    assert shown(running).endswith("*八比特呢？ 两比特呢？ 关")
    elsewhere = questions.ask(episode=running.following, body="下期再问", by=running.by, now=now)
    asked = {"episode": running.episode, "question": elsewhere}
    refused("", put_on_stage, error=Http404, **asked, by=running.by, now=now)


def test_a_question_comes_behind_the_one_on_the_air_and_never_behind_a_closing_to_come(running, now):
    asked = [questions.ask(episode=fresh(running), body=f"第{n}问？", by=running.by, now=now) for n in range(4)]

    def stage(question):
        put_on_stage(episode=running.episode, question=question, by=running.by, now=now)

    while on_air(running).kind != "free_talk":
        next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    stage(asked[0])
    next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    stage(asked[1])
    assert shown(running).endswith("(自由) *第0问？ 第1问？ 关")
    free = next(cue for cue in cues(running) if cue.kind == "free_talk")
    Cue.objects.filter(pk=free.pk).update(state="planned")  # taken up before the free talk
    reorder(episode=running.episode, cue=free, behind=cues(running)[-1], by=running.by, now=now)
    stage(asked[2])
    assert shown(running).endswith("*第0问？ 第1问？ 第2问？ 关 自由")
    next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    Cue.objects.filter(rundown__episode=running.episode, kind="question").update(state="done")
    Cue.objects.filter(pk=rundown(running).current_id).update(running_since=None)
    stage(asked[3])
    assert shown(running).endswith("(第2问？) 第3问？ 关 自由")


def test_free_talk_and_the_questions_behind_it_share_its_time(running, now):
    for body in ("一问？", "二问？"):
        row = questions.ask(episode=fresh(running), body=body, by=running.by, now=now)
        put_on_stage(episode=running.episode, question=row, by=running.by, now=now)
    entries = {each.title: each.begins for each in evening_of(fresh(running), now=now).entries}
    shares = [entries["一问？"] - entries["Free Talk"], entries["二问？"] - entries["一问？"]]
    assert shares[0] == shares[1] > timedelta(minutes=5)


def test_a_question_that_was_hidden_is_shown_no_more_and_passed_over(running, now):
    cue = put_on_stage(episode=running.episode, question=running.question, by=running.by, now=now)
    type(running.question).objects.filter(pk=running.question.pk).update(review="hidden", deleted_at=now)
    assert cue.pk not in [each.cue.pk for each in evening_of(fresh(running), now=now).entries]
    assert "四比特" not in shown(running)
    while on_air(running).kind != "free_talk":
        next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    assert on_air(running).kind == "closing"
    refused("last_cue", next_cue, episode=running.episode, cue=on_air(running), by=running.by, now=now)


def test_cues_are_moved_and_added_while_it_goes_on_and_what_is_over_stays(running, now):
    opening, first, second, *_rest = cues(running)
    reorder(episode=running.episode, cue=second, behind=None, by=running.by, now=now)
    assert shown(running) == "*开 第二条 第一条 推荐一条 自由 关"
    reorder(episode=running.episode, cue=second, behind=cues(running)[3], by=running.by, now=now)
    assert shown(running) == "*开 第一条 推荐一条 第二条 自由 关"
    for _tap in range(2):
        add_cue(episode=running.episode, title="合影", minutes=1, by=running.by, now=now)
    assert shown(running) == "*开 合影 第一条 推荐一条 第二条 自由 关"
    next_cue(episode=running.episode, cue=opening, by=running.by, now=now)
    moved = {"episode": running.episode, "by": running.by, "now": now}
    refused("not_ahead", reorder, cue=opening, behind=None, **moved)
    refused("not_ahead", reorder, cue=first, behind=opening, **moved)
    refused("", add_cue, error=ValidationError, title="合影", minutes=0, **moved)


def test_the_end_is_the_end_once_and_can_be_taken_back(running, now):
    end(episode=running.episode, by=running.by, now=now + minutes(1))
    end(episode=running.episode, by=running.by, now=now + minutes(9))
    assert rundown(running).ended_at == now + minutes(1)
    refused("over", next_cue, episode=running.episode, cue=cues(running)[0], by=running.by, now=now)
    resume(episode=running.episode, by=running.by, now=now + minutes(2))
    assert on_air(running).spent(now + minutes(3)) == minutes(2)


def test_nothing_runs_before_its_time(room, now):
    refused("no_rundown", start, episode=room.episode, by=room.by, now=now)
    made(room, now)
    refused("not_started", pause, episode=room.episode, by=room.by, now=now)
    refused("not_started", next_cue, episode=room.episode, cue=cues(room)[0], by=room.by, now=now)
    close(room.episode, "locked")
    refused("not_live", start, episode=room.episode, by=room.by, now=now)
    close(room.episode, "collecting")
    refused("not_prepared", make_rundown, episode=room.episode, by=room.by, now=now)
    close(room.episode, "live")
    refused("counts_up", add_minutes, episode=room.episode, cue=cues(room)[4], by=room.by, now=now)
    foreign = Cue.objects.create(
        rundown=Rundown.objects.create(episode=room.following), position=1, kind="custom", title="别的"
    )
    refused("", skip, error=Http404, episode=room.episode, cue=foreign, by=room.by, now=now)


def test_the_words_of_a_card_come_of_the_item_the_cue_or_of_us(running, now):
    found = evening_of(fresh(running), now=now)
    words = {str(each.cue): words_for(found, each) for each in found.entries}
    opening = words_for(found, found.entries[0])
    assert "021" in opening
    assert "本周新闻" in opening
    assert "阿岚" in words["第一条"]
    assert "阿岚" in words["第二条"]
    assert "谁来主持下一期" in words_for(found, found.entries[-1])
    assert "022" in words_for(found, found.entries[-1])
    assert found.entries[1].place == (1, 2)


def test_what_it_took_is_kept_and_feeds_the_next_estimates(running, now):
    assert estimates() == {}
    for spent in (1, 6, 8):
        now += minutes(spent)
        next_cue(episode=running.episode, cue=on_air(running), by=running.by, now=now)
    end(episode=running.episode, by=running.by, now=now + minutes(4))
    cues = Cue.objects.filter(rundown__episode=running.episode, state="done").in_order()
    assert [(cue.minutes * 60, cue.spent_seconds) for cue in cues] == [(120, 60), (180, 360), (180, 480), (180, 240)]
    Episode.objects.filter(pk=running.episode.pk).update(state="published")
    assert estimates() == {"talk": 6}
