"""A section that nobody takes runs by the rule of its kind; a late claim undoes that, but not what people did since."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from members.actors import SYSTEM
from members.models import Event
from members.rules import StateRefusal
from news.models import NewsItem
from talks.actions.claims import claim, release
from talks.actions.degrade import degrade
from talks.actions.items import merge
from talks.actions.life import advance, step_back, turn_week
from talks.degrading import TOP, Rule, rule_of, sentence_of
from talks.documents import reader, writer
from talks.documents.normal import normal
from talks.export import document_of
from talks.models import Episode, Item, ItemVote, PaperMention, Section
from talks.views.record import sections_of
from tests.talks.newsroom import source, tell
from tests.talks.week import board


@pytest.fixture
def week(db, now):
    return board(now=now)


def nominate(section, title, *, now, votes=()):
    position = Item.objects.filter(section=section).count() + 1
    row = Item.objects.create(section=section, title=title, position=position, created_at=now, changed_at=now)
    for person in votes:
        ItemVote.objects.create(item=row, person=person, created_at=now)
    return row


def items(section):
    rows = Item.objects.current().filter(section=section).order_by("position")
    return [(row.title, row.state, row.depth, row.is_automatic) for row in rows]


def test_every_kind_has_its_rule_and_says_it_beforehand(week):
    rules = {kind: rule_of(getattr(week, kind)) for kind in ("news", "picks", "classic", "practice", "free_talk")}
    assert rules == {
        "news": Rule.LIST, "picks": Rule.MOST_WANTED, "classic": Rule.DROP, "practice": Rule.DROP,
        "free_talk": Rule.NOTHING,
    }  # fmt: skip
    assert len({sentence_of(getattr(week, kind)) for kind in rules}) == 4
    assert rule_of(Section(kind="practice")) is Rule.HOST
    assert sentence_of(week.free_talk) == ""


def test_the_news_are_the_top_of_the_list_without_comments(week, now):
    feed, other = source("blog", now=now), source("other", now=now)
    tell(feed, *(f"https://blog.example/{n}" for n in range(15)), "https://arxiv.org/abs/2401.00007", now=now)
    tell(other, "https://blog.example/7", "https://arxiv.org/abs/2401.00007", now=now)
    Item.objects.create(
        section=week.picks, position=1, title="已有", url_key="blog.example/3", created_at=now, changed_at=now
    )
    turn_week(payload={}, now=week.episode.locks_at)
    rows = Item.objects.current().filter(section=week.news).order_by("position")
    assert len(rows) == TOP
    assert {(row.state, row.depth, row.is_automatic, row.body) for row in rows} == {("accepted", "listed", True, "")}
    assert {rows[0].url_key, rows[1].url_key} == {"blog.example/7", "arxiv:2401.00007"}
    assert "blog.example/3" not in {row.url_key for row in rows}
    assert PaperMention.objects.filter(paper__arxiv_id="2401.00007", item__in=rows).count() == 1
    assert not NewsItem.objects.exclude(decision="open").exists()
    written = document_of(Episode.objects.get(pk=week.episode.pk))
    assert normal(reader.read(writer.write(written), name="001.md").document) == normal(written)


def test_the_most_wanted_pick_is_in(week, member, stranger, now):
    nominate(week.picks, "第一", now=now, votes=[member])
    nominate(week.picks, "第二", now=now, votes=[member, stranger])
    nominate(week.picks, "第三", now=now, votes=[member, stranger])
    turn_week(payload={}, now=week.episode.locks_at)
    assert items(week.picks) == [
        ("第一", "nominated", "talk", False),
        ("第二", "accepted", "talk", True),
        ("第三", "nominated", "talk", False),
    ]


def test_an_optional_one_is_left_out_of_the_record_unless_something_is_in_it(week, now):
    nominate(week.classic, "还没讲", now=now)
    nominate(week.practice, "收下了", now=now)
    Item.objects.filter(title="收下了").update(state="accepted")
    turn_week(payload={}, now=week.episode.locks_at)
    episode = Episode.objects.get(pk=week.episode.pk)
    assert [entry.section.kind for entry in sections_of(episode)] == ["news", "picks", "practice", "free_talk"]
    assert [row.kind for row in document_of(episode).sections] == ["news", "picks", "practice", "free_talk"]
    assert Section.objects.filter(episode=episode, deleted_at=None).count() == 5


def test_a_late_claim_undoes_it(week, member, stranger, now):
    tell(source("blog", now=now), "https://blog.example/a", "https://blog.example/b", now=now)
    nominate(week.picks, "第一", now=now, votes=[member])
    late = week.episode.locks_at
    turn_week(payload={}, now=late)
    kept = Item.objects.get(section=week.news, url_key="blog.example/a")
    Item.objects.filter(pk=kept.pk).update(body="有人补了一句", version=2, changed_at=late.replace(minute=30))
    for section in (week.news, week.picks, week.classic):
        claim(section=section, role="standby", by=stranger, now=late)
        section.refresh_from_db()
        assert section.degraded_at == late
        claim(section=section, role="lead", by=member, now=late)
        section.refresh_from_db()
        assert section.degraded_at is None
    assert items(week.news) == [(kept.title, "accepted", "listed", False)]
    assert items(week.picks) == [("第一", "nominated", "talk", False)]
    assert [entry.section.kind for entry in sections_of(week.episode)][:3] == ["news", "picks", "classic"]
    verbs = Event.objects.about("section", week.news.pk).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["degrade", "restore"]


def test_by_hand_by_who_runs_it(week, member, organizer, now):
    with pytest.raises(PermissionDenied):
        degrade(section=week.classic, by=member, now=now)
    degrade(section=week.classic, by=organizer, now=now)
    claim(section=week.news, role="lead", by=member, now=now)
    for section, code in (
        (week.classic, "degraded_already"),
        (week.free_talk, "degraded_already"),
        (week.news, "section_led"),
    ):
        with pytest.raises(StateRefusal) as refusal:
            degrade(section=section, by=organizer, now=now)
        assert refusal.value.code == code
    Episode.objects.update(state="live")
    with pytest.raises(StateRefusal):
        degrade(section=week.picks, by=organizer, now=now)


def test_nothing_to_list_is_no_error(week):
    turn_week(payload={}, now=week.episode.locks_at)
    assert Item.objects.count() == 0
    assert Event.objects.filter(verb="degrade").count() == 4
    assert SYSTEM.value in set(Event.objects.filter(verb="degrade").values_list("by", flat=True))


def test_what_runs_without_a_lead_does_not_begin_anew_when_the_standby_goes(week, member, organizer, now):
    nominate(week.picks, "第一", now=now, votes=[member])
    nominate(week.picks, "第二", now=now)
    late = week.episode.locks_at
    turn_week(payload={}, now=late)
    standby = claim(section=week.picks, role="standby", by=member, now=late)
    release(claim=standby, by=organizer, now=late + timedelta(hours=1))
    week.picks.refresh_from_db()
    assert week.picks.degraded_at == late
    assert [state for _title, state, _depth, _rule in items(week.picks)] == ["accepted", "nominated"]


def test_a_late_claim_takes_nothing_that_people_stand_behind(week, member, organizer, now):
    tell(source("blog", now=now), *(f"https://blog.example/{name}" for name in "abc"), now=now)
    own = nominate(week.news, "同一件事", now=now, votes=[member])
    late = week.episode.locks_at
    turn_week(payload={}, now=late)
    listed = {row.url_key[-1]: row for row in Item.objects.filter(section=week.news, is_automatic=True)}
    merge(item=own, into=listed["a"], version=None, by=organizer, now=late + timedelta(hours=1))
    ItemVote.objects.create(item=listed["b"], person=member, created_at=now)
    claim(section=week.news, role="lead", by=member, now=late + timedelta(hours=2))
    standing = Item.objects.current().filter(section=week.news)
    assert {row.url_key[-1:] for row in standing} == {"", "a", "b"}


def test_stepping_back_lifts_what_the_lock_did_and_not_what_a_host_did(week, member, organizer, now):
    source_, later = source("blog", now=now), now + timedelta(minutes=5)
    tell(source_, "https://blog.example/1", now=now)
    nominate(week.picks, "想听的", now=now)
    degrade(section=week.classic, by=organizer, now=now)
    held = claim(section=week.practice, role="lead", by=member, now=now)
    advance(episode=week.episode, to="locked", by=organizer, now=later, reason="先锁")
    release(claim=held, by=organizer, now=later)
    sections = Section.objects.filter(episode=week.episode)
    kinds = ("news", "picks", "classic", "practice")
    assert all(sections.get(kind=kind).degraded_at for kind in kinds)
    assert [row[1] for row in items(week.picks)] == ["accepted"]
    back = later + timedelta(minutes=5)
    step_back(episode=week.episode, to="collecting", reason="早了", by=organizer, now=back)
    assert [kind for kind in kinds if sections.get(kind=kind).degraded_at] == ["classic"]
    assert items(week.news) == []
    assert [row[1] for row in items(week.picks)] == ["nominated"]
    assert Event.objects.filter(verb="lift").count() == 3
    assert Episode.objects.get(number=2).state == "collecting"


def test_a_step_back_that_stays_locked_lifts_nothing(week, organizer, now):
    advance(episode=week.episode, to="locked", by=organizer, now=now, reason="先锁")
    advance(episode=week.episode, to="live", by=organizer, now=now, reason="开始")
    step_back(episode=week.episode, to="locked", reason="早了", by=organizer, now=now)
    assert Section.objects.get(pk=week.practice.pk).degraded_at == now
