"""Old files come again after their rows were moved, merged or carried on: nothing is doubled, nothing is lost."""

import pytest

from members.actors import SYSTEM
from members.models import Event
from talks.actions import carries, item_edits, item_order, items
from talks.actions.imports import import_file
from talks.documents import model
from talks.export import document_of
from talks.models import Answer, Carry, Episode, ImportedRow, Item, Question, Section
from tests.talks.conftest import as_bytes, document, item, question
from tests.talks.conftest import section as whole_section

pytestmark = pytest.mark.django_db

STARTS = {120: "2026-04-20T21:00:00+08:00", 121: "2026-04-27T21:00:00+08:00"}


def section(kind, title, rows):
    return whole_section(kind, title, items=rows, nominations=[])


def doc(number, **changes):
    rows = [
        section("news", "本周新闻", [item("甲", "https://a.example/1"), item("乙", "https://a.example/2")]),
        section("picks", "本周推荐", [item("丙", "https://a.example/3")]),
    ]
    return document(number, starts_at=STARTS[number], sections=rows if number == 120 else rows[1:2], **changes)


@pytest.fixture
def bring(now):
    def run(value):
        result = import_file(data=as_bytes(value), name=f"{value['number']}.json", by=SYSTEM, now=now)
        assert result.status != "refused", result.problems
        return result

    return run


@pytest.fixture
def both(bring):
    other = doc(121, questions=[])
    other["sections"] = [section("picks", "本周推荐", [item("丁", "https://a.example/4")])]
    bring(doc(120))
    bring(other)
    return Episode.objects.get(code="120"), Episode.objects.get(code="121"), other


def where():
    rows = Item.objects.current().order_by("section__episode__number", "section__position", "position", "pk")
    return " ".join(f"{row.section.episode.number % 100}{row.section.kind[0]}{row.title}" for row in rows)


def section_of(episode, kind):
    return Section.objects.get(episode=episode, kind=kind)


def move(title, target, by, now):
    row = Item.objects.current().get(title=title)
    item_order.move(item=row, section=target, version=row.version, by=by, now=now)
    return row


def codes(result):
    return [problem["code"] for problem in result.problems]


def test_an_item_in_another_episode_is_known_to_both_files(both, bring, organizer, now):
    old, new, other = both
    moved = move("甲", section_of(new, "picks"), organizer, now)
    stands = "20n乙 20p丙 21p丁 21p甲"
    bring(doc(120))  # closes up the gap in the order
    events = Event.objects.count()
    for value in (doc(120), other, doc(120)):
        result = bring(value)
        assert (result.status, codes(result), where()) == ("unchanged", [], stands)
    assert Event.objects.count() == events
    assert Item.objects.get(title="甲").pk == moved.pk
    # what the site now says of the week it went to may come back as a file, and is its own
    Item.objects.filter(pk=moved.pk).update(state="accepted")
    said = as_json(new)
    bring(said)
    assert (bring(said).status, bring(doc(120)).status, where()) == ("unchanged", "unchanged", stands)
    assert ImportedRow.objects.filter(kind="item", row_id=moved.pk).count() == 2
    move("甲", section_of(old, "news"), organizer, now)
    assert codes(bring(doc(120))) == []
    assert where() == "20n甲 20n乙 20p丙 21p丁"


def as_json(episode):
    return model.to_json(document_of(episode))


@pytest.mark.parametrize("target", ["picks", "news"])
def test_an_item_in_another_section_stays_there_in_its_place(both, bring, organizer, now, target):
    """Also when that section comes first in the file."""
    old, _new, _other = both
    title = {"picks": "甲", "news": "丙"}[target]
    row = move(title, section_of(old, target), organizer, now)
    item_order.arrange(item=row, behind=None, version=2, by=organizer, now=now)
    stands = where()
    assert stands.startswith({"picks": "20n乙 20p甲 20p丙", "news": "20n丙 20n甲 20n乙"}[target])
    bring(doc(120))  # closes up the gap in the order
    result = bring(doc(120))
    assert (result.status, codes(result), where()) == ("unchanged", [], stands)


def test_what_the_file_says_otherwise_is_taken_here_and_reported_there(both, bring, organizer, now):
    old, new, _other = both
    move("甲", section_of(new, "picks"), organizer, now)
    move("丙", section_of(old, "news"), organizer, now)
    value = doc(120)
    value["sections"][0]["items"][0].update(title="甲改", body="新的说明")
    value["sections"][1]["items"][0].update(group=None)
    result = bring(value)
    assert codes(result) == ["conflict"]
    assert "新的说明" in result.problems[0]["yours"]
    assert where() == "20n乙 20n丙 21p丁 21p甲"
    assert codes(bring(value)) == ["conflict"]


def test_merged_removed_and_carried_ones_are_known(both, bring, organizer, now):
    old, new, _other = both
    first, second, third = (Item.objects.get(title=title) for title in "甲乙丙")
    Episode.objects.update(state="collecting")
    items.merge(item=first, into=second, version=1, by=organizer, now=now)
    item_edits.remove(item=third, version=1, by=organizer, now=now)
    for _time in range(2):
        assert Item.objects.count() == 4
        assert codes(bring(doc(120))) == []
    assert Item.objects.get(pk=first.pk).merged_into == second
    item_edits.restore(item=third, by=organizer, now=now)
    Item.objects.filter(pk=third.pk).update(state="deferred")
    carries.take(item=third, section=section_of(new, "picks"), by=organizer, now=now)
    assert Carry.objects.get().made == third
    assert codes(bring(doc(120))) == []
    assert Item.objects.count() == 4
    # out of a published record a copy is made; the file knows the one on record
    Episode.objects.filter(pk=old.pk).update(state="published")
    Item.objects.filter(pk=second.pk).update(state="nominated")
    carries.take(item=second, section=section_of(new, "picks"), by=organizer, now=now)
    assert codes(bring(doc(120))) == []
    assert Item.objects.filter(title="乙").count() == 2


def test_a_question_that_moved_takes_its_thread_along(both, bring, organizer, now):
    old, new, _other = both
    Episode.objects.update(state="collecting")
    row = Question.objects.get(body="词表多大合适？")
    other = Question.objects.get(body="训练中断怎么续？")
    for each in (row, other):
        item_order.move_question(question=each, episode=new, version=1, by=organizer, now=now)
    before = Question.objects.count(), Answer.objects.count()
    for _time in range(2):
        result = bring(doc(120))
        assert (result.status, codes(result), (Question.objects.count(), Answer.objects.count())) == (
            "unchanged",
            [],
            before,
        )
    value = doc(120)
    value["questions"][0]["answers"].append({"author": "阿岚", "body": "再看词频。"})
    value["questions"].append(question("第三问？", number=3))
    result = bring(value)
    assert codes(result) == ["conflict"]
    assert result.problems[0]["yours"] == "再看词频。\n阿岚"
    assert [each.public_id for each in Question.objects.filter(episode=old)] == ["120-3"]
    assert Question.objects.with_public_id("120-1").get().episode == new
