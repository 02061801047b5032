"""Filing, declining, merging and undoing stories: who may, what it leaves behind, and two people at once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.actions import people
from members.actors import ANONYMOUS, SYSTEM
from members.models import Event, Role
from members.rules import StateRefusal
from news.actions import stories
from news.actions.store import store_entries
from news.entries import Entry
from news.models import NewsItem, Sighting
from talks.actions import triage
from talks.export import export
from talks.models import Claim, Credit, Episode, EpisodeState, Hosting, Item, PaperMention, Section
from talks.radar import twice
from tests.talks.newsroom import newsroom, tell
from tests.threads import shared_database


@pytest.fixture
def room(db, now, member):
    """小满 leads the news."""
    return newsroom(now=now, lead=member)


def take(room, story, by, now, section=None, group="学术"):
    return triage.take(story=story, section=section or room.news, group=group, by=by, now=now)


def state(story):
    story.refresh_from_db()
    return story.decision, story.decision_reason, story.decided_by, story.decided_at


def test_a_story_becomes_an_item_with_credit_and_papers(room, member, now):
    later = now + timedelta(hours=1)
    item = take(room, room.paper, member, later)
    item.refresh_from_db()
    assert (item.section, item.group, item.state, item.url) == (
        *(room.news, "学术", "accepted"),
        "https://arxiv.org/abs/2108.12409",
    )
    assert item.title == room.paper.title
    assert item.title_html == item.title
    assert item.url_key == "arxiv:2108.12409"
    assert item.news_item == room.paper
    [credit] = Credit.objects.filter(item=item)
    assert (credit.person, credit.name, credit.role, credit.episode) == (member, "小满", "transcriber", room.episode)
    assert [mention.paper.arxiv_id for mention in PaperMention.objects.filter(item=item)] == ["2108.12409"]
    assert state(room.paper) == ("taken", "", member, later)
    events = Event.objects.filter(person=member).order_by("pk")
    assert [(event.verb, event.target_kind, event.target_key) for event in events] == [
        ("file", "item", str(item.pk)),
        ("take", "news", str(room.paper.pk)),
    ]
    text = export(room.episode, "github").text
    assert text.count("https://arxiv.org/abs/2108.12409") == 1
    assert "小满" in text


def test_picks_have_no_groups_and_items_stand_in_order(room, organizer, now):
    first = take(room, room.a, organizer, now, room.picks, None)
    second = take(room, room.b, organizer, now, room.picks, None)
    assert (first.group, first.position, second.position) == (None, 1, 2)
    assert [first, second] == list(Item.objects.filter(section=room.picks).order_by("position"))


def test_a_title_of_several_lines_and_an_address_with_trackers(room, organizer, now):
    tell(room.feed, "https://blog.example/c?utm_source=x", now=now, title="两行\n  标题")
    story = NewsItem.objects.get(key="blog.example/c")
    item = take(room, story, organizer, now)
    assert (item.title, item.url) == ("两行 标题", "https://blog.example/c")


@pytest.mark.parametrize(("groups", "shown"), [((), "工业界"), (("工业",), "工业"), (("学术", "工业界"), "工业界")])
def test_the_group_is_one_the_section_has_so_that_exports_hold_it(db, organizer, now, groups, shown):
    room = newsroom(now=now, groups=groups)
    item = take(room, room.a, organizer, now, group="工业界")
    assert item.group == shown
    assert shown in [group["title"] for group in Section.objects.get(pk=room.news.pk).groups]
    assert "https://blog.example/a" in export(room.episode, "github").text


def test_undo_brings_the_exact_state_back(db, organizer, now):
    room = newsroom(now=now, groups=())
    before, text = state(room.a), export(room.episode, "json").text
    item = take(room, room.a, organizer, now)
    assert export(room.episode, "json").text != text
    room.a.refresh_from_db()
    triage.undo(story=room.a, version=room.a.version, by=organizer, now=now)
    assert state(room.a) == before
    assert export(room.episode, "json").text == text
    item.refresh_from_db()
    assert item.deleted_at == now
    again = take(room, room.a, organizer, now)
    assert again.pk != item.pk
    assert list(Item.objects.current().filter(news_item=room.a)) == [again]


def test_a_group_that_others_use_by_now_stays(db, organizer, now):
    room = newsroom(now=now, groups=())
    take(room, room.a, organizer, now)
    take(room, room.b, organizer, now)
    room.a.refresh_from_db()
    triage.undo(story=room.a, version=room.a.version, by=organizer, now=now)
    assert "https://blog.example/b" in export(room.episode, "github").text


def test_decline_says_why_and_is_undone(room, member, now):
    before = state(room.a)
    triage.decline(story=room.a, reason=" 讲过了 ", by=member, now=now)
    assert state(room.a) == ("declined", "讲过了", member, now)
    triage.undo(story=room.a, version=room.a.version, by=member, now=now)
    assert state(room.a) == before
    events = Event.objects.about("news", room.a.pk).order_by("pk")
    assert [(event.verb, event.reason) for event in events] == [("decline", "讲过了"), ("undo", "")]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "a\x00"])
def test_a_reason_is_needed_and_short(room, member, now, reason):
    with pytest.raises(ValidationError):
        triage.decline(story=room.a, reason=reason, by=member, now=now)
    assert state(room.a)[0] == "open"


def test_merge_and_undo(room, member, now):
    triage.merge(story=room.a, into=room.b, by=member, now=now)
    room.a.refresh_from_db()
    assert room.a.merged_into == room.b
    assert room.b.sightings.count() == 2
    with pytest.raises(StateRefusal, match=room.b.title):
        take(room, room.a, member, now)
    triage.undo(story=room.a, version=room.a.version, by=member, now=now)
    room.a.refresh_from_db()
    assert room.a.merged_into is None
    assert room.a.sightings.count() == 1


def test_a_decided_story_is_merged_into_nothing(room, member, now):
    take(room, room.a, member, now)
    with pytest.raises(StateRefusal):
        triage.merge(story=room.a, into=room.b, by=member, now=now)


# ── Refused ─────────────────────────────────────────────────────────────────
def test_merging_by_the_door_of_the_news_is_for_who_files_them(room, member, now):
    stories.merge(story=room.a, into=room.b, by=member, now=now)
    stories.unmerge(story=room.a, by=member, now=now)
    Episode.objects.update(state="locked")  # nobody leads any news of a coming episode
    with pytest.raises(PermissionDenied):
        stories.merge(story=room.a, into=room.b, by=member, now=now)


def test_who_may(room, member, stranger, organizer, now):
    for by in (stranger, ANONYMOUS, SYSTEM):
        for act in (
            lambda by=by: take(room, room.a, by, now),
            lambda by=by: take(room, room.a, by, now, room.picks, None),
            lambda by=by: triage.decline(story=room.a, reason="x", by=by, now=now),
            lambda by=by: triage.merge(story=room.a, into=room.b, by=by, now=now),
            lambda by=by: triage.undo(story=room.a, version=1, by=by, now=now),
            lambda by=by: stories.merge(story=room.a, into=room.b, by=by, now=now),
            lambda by=by: stories.unmerge(story=room.a, by=by, now=now),
            lambda by=by: stories.split(sighting=Sighting.objects.first(), by=by, now=now),
            lambda by=by: triage.ignore(finding=f"gap:{room.a.pk}", reason="x", by=by, now=now),
        ):
            with pytest.raises(PermissionDenied):
                act()
    with pytest.raises(PermissionDenied):  # the lead of the news does not lead the picks
        take(room, room.a, member, now, room.picks, None)
    with pytest.raises(PermissionDenied):  # nobody files into other sections
        take(room, room.a, organizer, now, room.classic, None)
    assert not Item.objects.filter(section__episode=room.episode).exists()
    take(room, room.a, organizer, now)


def test_who_led_before_or_stands_by_may_not_and_a_host_may(room, stranger, now):
    values = {"name": "Nora", "position": 2, "created_at": now, "changed_at": now}
    claim = Claim.objects.create(section=room.news, person=stranger, role="standby", **values)
    with pytest.raises(PermissionDenied):
        take(room, room.a, stranger, now)
    Claim.objects.filter(pk=claim.pk).update(role="lead", deleted_at=now)
    with pytest.raises(PermissionDenied):
        take(room, room.a, stranger, now)
    Hosting.objects.create(episode=room.episode, person=stranger, role="host", **values)
    assert take(room, room.a, stranger, now, room.picks, None)


def test_a_suspended_lead_may_not(room, member, now):
    member.user.suspended_at = now
    member.user.save()
    with pytest.raises(PermissionDenied):
        take(room, room.a, member, now)


@pytest.mark.parametrize("at", sorted(set(EpisodeState.values) - {"collecting"}))
def test_only_while_the_episode_is_collecting(room, organizer, now, at):
    item = take(room, room.b, organizer, now)
    Episode.objects.filter(pk=room.episode.pk).update(state=at)
    with pytest.raises(PermissionDenied):
        take(room, room.a, organizer, now)
    room.b.refresh_from_db()
    with pytest.raises(PermissionDenied):
        triage.undo(story=room.b, version=room.b.version, by=organizer, now=now)
    item.refresh_from_db()
    assert item.deleted_at is None


def test_an_unknown_group_and_a_hidden_story(room, organizer, now):
    with pytest.raises(ValidationError):
        take(room, room.a, organizer, now, group="杂谈")
    NewsItem.objects.filter(pk=room.a.pk).update(is_hidden=True)
    with pytest.raises(Http404):
        take(room, room.a, organizer, now)


def test_the_second_is_told_who_was_first_and_where(room, member, organizer, now):
    take(room, room.a, member, now, group="项目")
    for act in (
        lambda: take(room, room.a, organizer, now),
        lambda: triage.decline(story=room.a, reason="x", by=organizer, now=now),
    ):
        with pytest.raises(StateRefusal) as refusal:
            act()
        assert refusal.value.code == "taken_already"
        assert all(word in str(refusal.value) for word in ("小满", "021", "本周新闻", "项目"))
    triage.decline(story=room.b, reason="太旧", by=organizer, now=now)
    with pytest.raises(StateRefusal, match=r"青禾.*太旧"):
        take(room, room.b, member, now)


def test_what_the_episode_has_by_another_way_is_not_doubled(room, member, organizer, now):
    values = {"section": room.picks, "position": 1, "created_at": now, "changed_at": now}
    Item.objects.create(title="提名", url="https://blog.example/a", url_key="blog.example/a", **values)
    with pytest.raises(StateRefusal, match="021 本周推荐"):
        take(room, room.a, member, now)
    triage.merge(story=room.a, into=room.b, by=member, now=now)
    with pytest.raises(StateRefusal, match="021 本周推荐"):
        take(room, room.b, member, now)


def test_undo_of_something_that_changed_meanwhile(room, member, organizer, now):
    item = take(room, room.a, member, now)
    room.a.refresh_from_db()
    with pytest.raises(ValidationError) as conflict:
        triage.undo(story=room.a, version=room.a.version - 1, by=organizer, now=now)
    assert conflict.value.error_dict["version"][0].code == "conflict"
    Item.objects.filter(pk=item.pk).update(body="写了一段", version=2)
    with pytest.raises(StateRefusal) as refusal:
        triage.undo(story=room.a, version=room.a.version, by=organizer, now=now)
    assert refusal.value.code == "item_changed"
    assert state(room.a)[0] == "taken"
    with pytest.raises(StateRefusal):
        triage.undo(story=room.b, version=room.b.version, by=organizer, now=now)


def test_a_finding_stays_ignored_until_it_is_wanted_again(room, member, now):
    values = {"position": 1, "url": "https://blog.example/z", "url_key": "blog.example/z"}
    for section in (room.news, room.picks):
        Item.objects.create(section=section, created_at=now, changed_at=now, **values)
    [found] = twice(room.episode, member)
    assert found.item.section == room.picks
    for _ in range(2):
        triage.ignore(finding=found.key, reason="两边讲的不一样", by=member, now=now)
    assert twice(room.episode, member) == []
    triage.unignore(finding=found.key, by=member, now=now)
    assert [each.key for each in twice(room.episode, member)] == [found.key]
    events = Event.objects.filter(target_kind="radar").order_by("pk")
    assert [(event.verb, event.reason) for event in events] == [("ignore", "两边讲的不一样"), ("unignore", "")]
    with pytest.raises(Http404):
        triage.ignore(finding="gap:x", reason="x", by=member, now=now)


# ── At once ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("acts", ["take take", "take decline", "take merge"])
def test_two_people_at_once(transactional_db, tmp_path, now, password, acts):
    with shared_database(tmp_path) as at_once:
        both = [
            people.create_user(username=name, password=password, role=Role.ORGANIZER, by=SYSTEM, now=now).person
            for name in ("青禾", "Nora")
        ]
        room = newsroom(now=now)
        doing = {
            "take": lambda by: take(room, room.a, by, now, *((room.news, "项目") if by is both[0] else (room.picks,))),
            "decline": lambda by: triage.decline(story=room.a, reason="太旧", by=by, now=now),
            "merge": lambda by: triage.merge(story=room.a, into=room.b, by=by, now=now),
        }

        def attempt(name, by):
            try:
                doing[name](by)
            except StateRefusal as refusal:
                return str(refusal)
            return ""

        refusals = at_once(
            *(lambda name=name, by=by: attempt(name, by) for name, by in zip(acts.split(), both, strict=True))
        )
        assert sum(not refusal for refusal in refusals) == 1, refusals
        second = next(index for index, refusal in enumerate(refusals) if refusal)
        first = acts.split()[1 - second]
        assert both[1 - second].name in refusals[second] or first == "merge"
        room.a.refresh_from_db()
        items = Item.objects.filter(news_item=room.a)
        assert (items.count(), Credit.objects.filter(item__in=items).count()) == ((1, 1) if first == "take" else (0, 0))
        assert (room.a.decision == "taken") == (first == "take")
        assert Event.objects.about("news", room.a.pk).count() == 1


def test_what_was_filed_stays_once_the_episode_takes_no_news(room, organizer, now):
    take(room, room.a, organizer, now)
    Episode.objects.filter(pk=room.episode.pk).update(state=EpisodeState.PUBLISHED)
    room.a.refresh_from_db()
    for act in (
        lambda: triage.undo(story=room.a, version=room.a.version, by=organizer, now=now),
        lambda: take(room, room.b, organizer, now),
    ):
        with pytest.raises(StateRefusal, match="021") as refused:
            act()
        assert refused.value.code == "takes_no_news"
    assert Item.objects.current().filter(news_item=room.a).exists()


def test_a_deleted_episode_takes_no_news(room, organizer, now):
    Episode.objects.filter(pk=room.episode.pk).update(deleted_at=now)
    with pytest.raises(StateRefusal) as refused:
        take(room, room.a, organizer, now)
    assert refused.value.code == "takes_no_news"


def test_a_story_is_not_filed_twice_under_another_name(room, organizer, now):
    """Neither has an address, so that only the merge tells that they are one."""
    store_entries(source=room.feed, run=None, entries=[Entry("x", title="甲"), Entry("y", title="乙")], now=now)
    one, other = (NewsItem.objects.get(key=f"blog:{key}") for key in "xy")
    take(room, one, organizer, now)
    NewsItem.objects.filter(pk=one.pk).update(merged_into=other)  # as a change of the rules of addresses may do
    with pytest.raises(StateRefusal) as refused:
        take(room, other, organizer, now)
    assert refused.value.code == "there_already"
