"""Nominating, voting and deciding: who may, what it leaves behind, and many people at once."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import Http404

from members.actors import ANONYMOUS, SYSTEM
from members.models import Event, Notification, Role
from members.rules import StateRefusal
from talks.actions import items, triage
from talks.export import document_of
from talks.models import Carry, Credit, EpisodeState, Item, ItemVote, PaperMention, Section, Template
from talks.notices import sentence_of
from talks.votes import voters_of, votes_given
from tests.talks.boardroom import boardroom, close, guest_for, login, nominate, seat
from tests.talks.newsroom import source, tell
from tests.threads import shared_database


@pytest.fixture
def room(empty_board, now, member):
    """小满 leads the news."""
    return seat(empty_board, now=now, lead=member)


def decide(verb, item, by, now, *, version=None, **more):
    item.refresh_from_db()
    return getattr(items, verb)(item=item, version=version or item.version, by=by, now=now, **more)


# ── Nominating ──────────────────────────────────────────────────────────────


def test_an_address_and_a_sentence_become_an_item(room, stranger, now):
    made = nominate(
        room, stranger, now, url="https://arxiv.org/pdf/2307.13304v1?utm_source=chat", text="两比特也行\n细节"
    )
    made.refresh_from_db()
    assert (made.section, made.state, made.group) == (room.news, "nominated", "学术")
    assert (made.title, made.body, made.url_key) == ("两比特也行", "细节", "arxiv:2307.13304")
    assert "utm_source" not in made.url
    assert made.title_html == "两比特也行"
    assert made.nominated_by == stranger
    [credit] = Credit.objects.filter(item=made)
    assert (credit.person, credit.role, credit.episode) == (stranger, "source", room.episode)
    assert [each.paper.arxiv_id for each in PaperMention.objects.filter(item=made)] == ["2307.13304"]
    event = Event.objects.about("item", made.pk).get()
    assert (event.verb, event.person, event.after["title"]) == ("nominate", stranger, "两比特也行")


def test_what_is_known_names_the_work_and_the_sentence_is_its_note(room, stranger, now):
    tell(source("blog", now=now), "https://blog.example/known", now=now, title="一篇\n 好文")
    made = nominate(room, stranger, now, url="blog.example/known/", text="看第三节")
    assert (made.title, made.body, made.url) == ("一篇 好文", "看第三节", "https://blog.example/known/")


@pytest.mark.parametrize(
    ("url", "kind", "group"),
    [
        ("https://arxiv.org/abs/2307.13304", "news", "学术"),
        ("https://github.com/example/x", "news", "项目"),
        ("https://zhuanlan.zhihu.com/p/1", "picks", None),
        ("", "classic", None),
    ],
)
def test_it_goes_where_its_kind_belongs(room, stranger, now, url, kind, group):
    made = nominate(room, stranger, now, url=url)
    assert (made.section.kind, made.group) == (kind, group)


def test_a_section_may_be_chosen(room, stranger, now):
    assert nominate(room, stranger, now, section=room.classic).section == room.classic
    with pytest.raises(Http404):
        nominate(room, stranger, now, url="https://a.example/2", section=Section(pk=10**6, episode=room.episode))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"url": "", "text": "  "}, "text"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "不是地址"}, "url"),
        ({"url": "https://a.example/" + "x" * 3000}, "url"),
        ({"text": "藏着\u202e一个字符"}, "text"),
        ({"text": "长" * 1001}, "text"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(room, stranger, now, values, field):
    with pytest.raises(ValidationError) as error:
        nominate(room, stranger, now, **values)
    assert list(error.value.message_dict) == [field]
    assert not Item.objects.filter(section__episode=room.episode).exists()


def test_members_and_guests_with_the_invitation_nominate(room, stranger, now):
    guest = guest_for("021", now)
    made = nominate(room, guest, now)
    assert (made.nominated_by, Credit.objects.get(item=made).name) == (guest.person, guest.person.name)
    assert Event.objects.about("item", made.pk).get().person == guest.person
    stranger.user.suspended_at = now
    stranger.user.save()
    for nobody in (ANONYMOUS, guest_for("020", now), guest_for("021", now, purpose="ask"), stranger):
        with pytest.raises(PermissionDenied):
            nominate(room, nobody, now, url="https://a.example/2")


def test_a_closed_number_hands_it_to_the_next(room, stranger, now):
    close(room.episode)
    made = nominate(room, guest_for("021", now), now, section=room.picks)
    assert (made.section.episode.code, made.section.kind) == ("022", "picks")
    for state in (EpisodeState.LIVE, EpisodeState.WRAPUP, EpisodeState.PUBLISHED):
        close(room.episode, state)
        assert nominate(room, stranger, now, url=f"https://a.example/{state}").section.episode.code == "022"
    close(room.following)
    with pytest.raises(StateRefusal) as refusal:
        nominate(room, stranger, now, url="https://a.example/9")
    assert refusal.value.code == "nominations_closed"
    assert "021" in str(refusal.value)


def test_a_draft_is_not_there(room, stranger, organizer, now):
    close(room.episode, EpisodeState.DRAFT)
    with pytest.raises(Http404):
        nominate(room, stranger, now)
    with pytest.raises(StateRefusal):
        nominate(room, organizer, now)


def test_the_week_takes_an_address_once(room, stranger, member, now):
    first = nominate(room, stranger, now)
    with pytest.raises(items.AlreadyThere) as there:
        nominate(room, member, now, url="http://www.blog.example/a/?utm_source=x")
    assert (there.value.code, there.value.item) == ("nominated_already", first)
    assert nominate(room, member, now, episode=room.following).section.episode == room.following
    decide("decline", first, room_host(room, now), now, reason="跑题")
    with pytest.raises(items.AlreadyThere, match="跑题") as declined:
        nominate(room, member, now)
    assert declined.value.code == "declined_already"


def test_the_same_words_of_one_person_are_one(room, stranger, member, now):
    made = nominate(room, stranger, now, url="", text="量化")
    with pytest.raises(items.AlreadyThere) as there:
        nominate(room, stranger, now, url="", text=" 量化 ")
    assert (there.value.code, there.value.item) == ("repeated", made)
    nominate(room, member, now, url="", text="量化")


def room_host(room, now):
    return login(f"主持{Item.objects.count()}", now, role="organizer")


# ── Votes ───────────────────────────────────────────────────────────────────


def test_votes_are_counted_and_taken_back(room, stranger, now):
    made = nominate(room, stranger, now)
    for _twice in range(2):
        items.vote(item=made, by=stranger, now=now)
    assert voters_of([made])[made.pk] == {stranger.pk}
    for _twice in range(2):
        items.unvote(item=made, by=stranger, now=now)
    assert not ItemVote.objects.exists()
    assert [event.verb for event in Event.objects.about("item", made.pk).order_by("pk")] == [
        "nominate",
        "vote",
        "unvote",
    ]


def test_a_week_has_five_votes_and_says_where_they_are(room, stranger, organizer, now):
    made = [nominate(room, stranger, now, url=f"https://a.example/{n}", text=f"第{n}条") for n in range(7)]
    for item in made[:5]:
        items.vote(item=item, by=stranger, now=now)
    with pytest.raises(StateRefusal, match="「第0条」、「第1条」") as refusal:
        items.vote(item=made[5], by=stranger, now=now)
    assert refusal.value.code == "no_votes_left"
    items.unvote(item=made[0], by=stranger, now=now)
    items.vote(item=made[5], by=stranger, now=now)
    decide("decline", made[1], organizer, now, reason="跑题")
    items.vote(item=made[6], by=stranger, now=now)  # the vote for what was turned down is free again
    template = Template.objects.create(name="每周", edition=1, votes=6, created_at=now, changed_at=now)
    room.episode.template = template
    room.episode.save()
    items.vote(item=made[0], by=stranger, now=now)
    with pytest.raises(StateRefusal, match="6"):
        items.vote(item=nominate(room, stranger, now), by=stranger, now=now)


def test_votes_are_for_members_while_it_collects(room, stranger, now):
    made = nominate(room, stranger, now)
    for nobody in (ANONYMOUS, SYSTEM, guest_for("021", now)):
        with pytest.raises(PermissionDenied):
            items.vote(item=made, by=nobody, now=now)
    close(room.episode)
    for act in (items.vote, items.unvote):
        with pytest.raises(StateRefusal) as refusal:
            act(item=made, by=stranger, now=now)
        assert refusal.value.code == "votes_closed"


def test_a_second_voice_adds_a_signed_sentence(room, stranger, member, now):
    made = nominate(room, stranger, now)
    for _twice in range(2):
        items.second(item=made, text="附录更好看 https://arxiv.org/abs/2307.13304", by=member, now=now)
    made.refresh_from_db()
    assert made.body == "附录更好看 https://arxiv.org/abs/2307.13304 —小满"
    assert "附录更好看" in made.body_html
    assert [credit.name for credit in Credit.objects.filter(item=made).order_by("position")] == ["Nora", "小满"]
    assert PaperMention.objects.filter(item=made).count() == 1
    assert voters_of([made])[made.pk] == {member.pk}
    decide("accept", made, room_host(room, now), now)
    with pytest.raises(StateRefusal):
        items.second(item=made, text="还有", by=stranger, now=now)
    items.second(item=made, text="", by=stranger, now=now)


# ── Deciding ────────────────────────────────────────────────────────────────


def test_leads_decide_in_their_section_only(room, member, stranger, organizer, now):
    ours, theirs = nominate(room, stranger, now, section=room.news), nominate(room, stranger, now, url="", text="量化")
    decide("accept", ours, member, now)
    for verb, more in (
        ("accept", {}),
        ("defer", {}),
        ("decline", {"reason": "x"}),
        ("merge", {"into": ours}),
        ("reopen", {}),
    ):
        for who in (member, stranger, ANONYMOUS, guest_for("021", now)):
            with pytest.raises(PermissionDenied):
                decide(verb, theirs, who, now, **more)
    decide("accept", theirs, organizer, now)
    close(room.episode)
    decide("reopen", ours, member, now)
    close(room.episode, EpisodeState.PUBLISHED)
    with pytest.raises(StateRefusal) as refusal:
        decide("accept", ours, organizer, now)
    assert refusal.value.code == "record_published"


def test_hosts_decide_everywhere(now, empty_board, stranger):
    room = seat(empty_board, now=now, host=stranger)
    made = nominate(room, stranger, now)
    decide("accept", made, stranger, now)
    assert (made.section, Item.objects.get(pk=made.pk).state) == (room.picks, "accepted")


def test_a_decision_is_recorded_and_told(room, member, stranger, now):
    made = nominate(room, stranger, now, section=room.news)
    decide("decline", made, member, now, reason="上周讲过")
    made.refresh_from_db()
    assert (made.state, made.decided_by, made.decided_at, made.decision_reason) == ("declined", member, now, "上周讲过")
    told = Notification.objects.get()
    assert (told.person, told.kind, told.target_key) == (stranger, "item_decline", str(made.pk))
    said = {"title": "值得一读", "code": "021", "section": "本周新闻", "who": "小满"}
    assert told.values == {**said, "reason": "上周讲过", "into": ""}
    assert sentence_of(told.kind, told.values) == "小满婉拒了你的提名「值得一读」（021）：上周讲过"
    event = Event.objects.about("item", made.pk).order_by("-pk")[0]
    assert (event.verb, event.reason, event.before["state"], event.after["state"]) == (
        "decline",
        "上周讲过",
        "nominated",
        "declined",
    )
    decide("reopen", made, member, now)
    made.refresh_from_db()
    assert (made.state, made.decided_by, made.decision_reason) == ("nominated", None, "")


def test_declining_needs_a_reason(room, member, now):
    made = nominate(room, member, now, section=room.news)
    with pytest.raises(ValidationError) as error:
        decide("decline", made, member, now, reason=" ")
    assert "reason" in error.value.message_dict
    assert not Notification.objects.exists()  # and nobody is told of what they did themselves


def test_who_is_slower_is_told_with_both(room, member, stranger, now):
    made = nominate(room, stranger, now, section=room.news)
    decide("decline", made, member, now, reason="跑题")
    with pytest.raises(ValidationError) as error:
        items.accept(item=made, version=1, by=member, now=now)
    [conflict] = error.value.error_dict["version"]
    assert conflict.code == "conflict"
    assert conflict.params["yours"] == {"state": "accepted", "reason": ""}
    assert (conflict.params["theirs"]["state"], conflict.params["theirs"]["reason"]) == ("declined", "跑题")


def test_what_is_put_off_goes_on_in_the_next_number(room, member, stranger, now):
    made = nominate(room, stranger, now, section=room.news)
    decide("defer", made, member, now)
    [carry] = Carry.objects.filter(deleted_at=None)
    assert (carry.item, carry.episode, carry.reason) == (made, room.following, "deferred")
    decide("reopen", made, member, now)
    assert not Carry.objects.filter(deleted_at=None).exists()
    close(room.following)
    decide("defer", made, member, now)
    assert not Carry.objects.filter(deleted_at=None).exists()


def test_what_is_merged_counts_there_and_comes_back_as_it_was(room, member, stranger, organizer, now):
    kept, twice = (nominate(room, stranger, now, url=f"https://a.example/{n}", section=room.news) for n in (1, 2))
    third = nominate(room, stranger, now, url="https://a.example/3", section=room.news)
    for item, person in ((kept, stranger), (twice, stranger), (twice, organizer), (third, member)):
        items.vote(item=item, by=person, now=now)
    decide("accept", twice, member, now)
    decide("merge", third, member, now, into=twice)
    decide("merge", twice, member, now, into=kept)
    everything = list(Item.objects.filter(section=room.news).select_related("merged_into__merged_into"))
    assert voters_of(everything)[kept.pk] == {stranger.pk, organizer.pk, member.pk}
    items.vote(item=twice, by=member, now=now)  # their vote for the third is one for the first by now
    assert items.vote(item=third, by=member, now=now) == kept  # two merges away
    assert ItemVote.objects.filter(person=member).count() == 1
    items.unvote(item=kept, by=member, now=now)
    assert not ItemVote.objects.filter(person=member).exists()
    document = document_of(room.episode)
    assert [len(document.sections[0].nominations), len(document.sections[0].items)] == [1, 0]
    with pytest.raises(StateRefusal, match="合并到"):
        decide("accept", twice, member, now)
    decide("reopen", twice, member, now)
    twice.refresh_from_db()
    assert (twice.state, twice.merged_into) == ("accepted", None)


def test_nothing_goes_round_in_merges(room, member, organizer, now):
    one, two = (nominate(room, member, now, url=f"https://a.example/{n}", section=room.news) for n in (1, 2))
    with pytest.raises(StateRefusal):
        decide("merge", one, member, now, into=one)
    decide("merge", one, member, now, into=two)
    with pytest.raises(StateRefusal):
        decide("merge", two, member, now, into=one)
    other = Item.objects.filter(section__episode=room.past, state="accepted").get()
    decide("merge", two, member, now, into=other)  # 与 020 期同一篇
    close(room.past, EpisodeState.DRAFT)
    with pytest.raises(Http404):
        decide("merge", nominate(room, member, now, section=room.news), member, now, into=other)


def test_items_of_the_inbox_are_undone_there_until_somebody_works_on_them(room, organizer, now):
    tell(source("blog", now=now), "https://blog.example/s", now=now)
    from news.models import NewsItem

    story = NewsItem.objects.get()
    item = triage.take(story=story, section=room.news, group="学术", by=organizer, now=now)
    story.refresh_from_db()
    story = triage.undo(story=story, version=story.version, by=organizer, now=now)
    assert not Item.objects.current().filter(pk=item.pk).exists()
    item = triage.take(story=story, section=room.news, group="学术", by=organizer, now=now)
    items.vote(item=item, by=organizer, now=now)  # a vote is no work on it
    decide("defer", item, organizer, now)
    story.refresh_from_db()
    with pytest.raises(StateRefusal) as refusal:
        triage.undo(story=story, version=story.version, by=organizer, now=now)
    assert refusal.value.code == "item_changed"


# ── At once ─────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_fifty_votes_at_once_stay_within_the_budget(now, tmp_path):
    with shared_database(tmp_path) as run:
        voter = login("投票人", now)
        room = boardroom(now=now)
        made = [nominate(room, voter, now, url=f"https://a.example/{n}", text=f"第{n}条") for n in range(50)]

        def give(item):
            try:
                return items.vote(item=item, by=voter, now=now).pk
            except StateRefusal as refusal:
                return refusal.code

        results = run(*[lambda item=item: give(item) for item in made])
        assert sum(isinstance(result, int) for result in results) == 5
        assert results.count("no_votes_left") == 45
        assert ItemVote.objects.filter(person=voter).count() == 5


@pytest.mark.django_db(transaction=True)
def test_one_address_at_once_is_one_item(now, tmp_path):
    with shared_database(tmp_path) as run:
        members = [login(f"成员{n}", now) for n in range(8)]
        room = boardroom(now=now)

        def send(person):
            try:
                return nominate(room, person, now).pk
            except items.AlreadyThere as there:
                return there.item.pk

        assert len(set(run(*[lambda person=person: send(person) for person in members]))) == 1
        assert Item.objects.filter(section__episode=room.episode).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_are_one_and_a_conflict(now, tmp_path):
    with shared_database(tmp_path) as run:
        lead = login("负责人", now)
        room = boardroom(now=now, lead=lead)
        made = nominate(room, lead, now, section=room.news)

        def do(verb, **more):
            try:
                return getattr(items, verb)(item=made, version=1, by=lead, now=now, **more).state
            except ValidationError as error:
                return error.error_dict["version"][0].code

        results = run(lambda: do("accept"), lambda: do("decline", reason="跑题"))
        assert sorted(map(str, results))[0] in ("accepted", "conflict")
        assert "conflict" in results
        made.refresh_from_db()
        assert made.version == 2


@pytest.mark.django_db(transaction=True)
def test_merged_into_each_other_at_once_is_no_ring(now, tmp_path, monkeypatch):
    with shared_database(tmp_path) as run:
        organizer = login("青禾", now, Role.ORGANIZER)
        room = boardroom(now=now)
        one = nominate(room, organizer, now, url="https://a.example/1")
        other = nominate(room, organizer, now, url="https://a.example/2", episode=room.following)
        together = threading.Barrier(2)
        looked = items._root_of

        def look_together(*args):
            found = looked(*args)
            with suppress(threading.BrokenBarrierError):  # who must wait for a lock never comes
                together.wait(timeout=1)
            return found

        monkeypatch.setattr(items, "_root_of", look_together)

        def merge(item, into):
            try:
                return items.merge(item=item, into=into, version=None, by=organizer, now=now).state
            except StateRefusal as refusal:
                return refusal.code

        results = run(lambda: merge(one, other), lambda: merge(other, one))
        assert sorted(results) == ["merged", "merged_already"]
        assert items.vote(item=one, by=organizer, now=now).state == "nominated"


def test_a_ring_of_old_ends_a_vote_with_a_refusal(room, stranger, now):
    one, other = (nominate(room, stranger, now, url=f"https://a.example/{n}") for n in range(2))
    for item, into in ((one, other), (other, one)):
        Item.objects.filter(pk=item.pk).update(state="merged", merged_into=into)
    with pytest.raises(StateRefusal) as refusal:
        items.vote(item=one, by=stranger, now=now)
    assert refusal.value.code == "decided"


@pytest.mark.django_db(transaction=True)
def test_votes_for_what_goes_on_and_what_is_new_share_one_budget(now, tmp_path, monkeypatch):
    with shared_database(tmp_path) as run:
        voter, organizer = login("投票人", now), login("青禾", now, Role.ORGANIZER)
        room = boardroom(now=now)
        old = nominate(room, organizer, now)
        items.defer(item=old, version=None, by=organizer, now=now)
        close(room.episode)
        fresh = [nominate(room, organizer, now, url=f"https://a.example/{n}", episode=room.following) for n in range(5)]
        for each in fresh[:4]:
            items.vote(item=each, by=voter, now=now + timedelta(hours=1))
        together = threading.Barrier(2)

        def count_together(person, episode):
            found = votes_given(person, episode)
            with suppress(threading.BrokenBarrierError):  # who must wait for a lock never comes
                together.wait(timeout=1)
            return found

        monkeypatch.setattr(items, "votes_given", count_together)

        def give(item):
            try:
                return items.vote(item=item, by=voter, now=now + timedelta(hours=1)).state
            except StateRefusal as refusal:
                return refusal.code

        results = run(lambda: give(old), lambda: give(fresh[4]))
        assert "no_votes_left" in results
        assert len(votes_given(voter, room.following)) == 5


def test_html_is_made_before_anything_is_locked(room, stranger, now, locked_renders):
    nominate(room, stranger, now, url="", text="标题\n正文")
    assert set(locked_renders) <= {0}
    assert connection.in_atomic_block
