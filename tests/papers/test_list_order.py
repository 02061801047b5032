"""Entries and sections of a list are put in order by hand, by two people without stepping on each other."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.actors import ANONYMOUS, SYSTEM
from members.models import Event
from papers.actions import list_order, list_sections, lists
from papers.actions.list_imports import import_list
from papers.export import export
from papers.models import ListEntry, ListSection, ReadingList

pytestmark = pytest.mark.django_db

TEXT = """# 清单

## 一

- [甲](https://example.org/1)
- [乙](https://example.org/2)
- [丙](https://example.org/3)

### 一之一

- [丁](https://example.org/4)

## 二

### 二之一

- [戊](https://example.org/5)

## 三

- [己](https://example.org/6)
"""


@pytest.fixture(autouse=True)
def made(db, now):
    return import_list(data=TEXT.encode(), name="x.md", slug="one", by=SYSTEM, now=now).reading_list


def entry(title):
    return ListEntry.objects.get(title=title)


def section(title):
    return ListSection.objects.get(title=title)


def shown():
    """The list as one line: headings with the entries under them."""
    return " ".join(
        f"{one.title}:{''.join(e.title for e in one.entries.filter(deleted_at=None).order_by('position'))}"
        for one in ListSection.objects.filter(deleted_at=None)
    )


def place(title, under, behind, by, now, **more):
    behind = entry(behind).pk if behind else None
    return list_order.place_entry(entry=entry(title), section=section(under).pk, behind=behind, by=by, now=now, **more)


def refused(act):
    with pytest.raises(ValidationError) as caught:
        act()
    (error,) = next(iter(caught.value.error_dict.values()))
    return error.code


def test_an_entry_is_put_behind_another_in_any_section(organizer, now):
    place("丙", "一", None, organizer, now)
    assert shown() == "一:丙甲乙 一之一:丁 二: 二之一:戊 三:己"
    place("丙", "三", "己", organizer, now)
    assert shown() == "一:甲乙 一之一:丁 二: 二之一:戊 三:己丙"
    place("乙", "二", None, organizer, now)
    assert shown() == "一:甲 一之一:丁 二:乙 二之一:戊 三:己丙"
    assert [event.verb for event in Event.objects.about("list_entry", entry("丙").pk)] == ["move", "move"]


def test_at_the_end_of_a_section_it_goes_on_into_the_next(organizer, now):
    for _step in range(2):
        list_order.move_entry(entry=entry("丙"), steps=1, by=organizer, now=now)
    assert shown() == "一:甲乙 一之一:丁丙 二: 二之一:戊 三:己"
    list_order.move_entry(entry=entry("丁"), steps=-1, by=organizer, now=now)
    assert shown() == "一:甲乙丁 一之一:丙 二: 二之一:戊 三:己"
    for title, steps in (("甲", -1), ("己", 1)):
        version = entry(title).version
        list_order.move_entry(entry=entry(title), steps=steps, by=organizer, now=now)
        assert entry(title).version == version
    assert shown() == "一:甲乙丁 一之一:丙 二: 二之一:戊 三:己"


def test_two_people_do_not_step_on_each_other(organizer, now):
    place("丙", "一", None, organizer, now, version=1)
    assert refused(lambda: place("丙", "三", "己", organizer, now, version=1)) == "conflict"
    place("甲", "一", "乙", organizer, now, version=1)  # another entry, at the place that was seen
    assert shown() == "一:丙乙甲 一之一:丁 二: 二之一:戊 三:己"
    assert refused(lambda: place("丁", "三", "戊", organizer, now)) == "conflict"  # no longer there
    lists.remove_entry(entry=entry("乙"), by=organizer, now=now)
    assert refused(lambda: place("丁", "一", "乙", organizer, now)) == "conflict"
    stale = lambda: list_order.move_entry(entry=entry("丙"), steps=1, version=1, by=organizer, now=now)  # noqa: E731
    assert refused(stale) == "conflict"
    assert shown() == "一:丙甲 一之一:丁 二: 二之一:戊 三:己"


def test_between_two_of_a_group_it_belongs_to_the_group(organizer, now):
    for title in "甲乙":
        lists.edit_entry(entry=entry(title), version=1, values={"group": "一组"}, by=organizer, now=now)
    place("己", "一", "甲", organizer, now)
    assert entry("己").group == "一组"
    place("己", "一", "丙", organizer, now)  # at the end nothing says which
    assert entry("己").group == "一组"


def test_a_section_takes_those_under_it_along_and_stays_under_its_heading(organizer, now):
    def move(title, steps):
        list_order.move_section(section=section(title), steps=steps, by=organizer, now=now)
        return [one.title for one in ListSection.objects.all()]

    assert move("二", -1) == ["二", "二之一", "一", "一之一", "三"]
    assert move("二", -1) == ["二", "二之一", "一", "一之一", "三"]
    assert move("二之一", 1) == ["二", "二之一", "一", "一之一", "三"]
    assert move("二", 9) == ["一", "一之一", "三", "二", "二之一"]


def test_a_section_is_put_behind_another_never_into_it(organizer, now):
    def put(title, behind):
        behind = section(behind).pk if behind else None
        list_order.place_section(section=section(title), behind=behind, by=organizer, now=now)
        return [one.title for one in ListSection.objects.all()]

    assert put("三", "一") == ["一", "一之一", "三", "二", "二之一"]
    assert put("三", None) == ["三", "一", "一之一", "二", "二之一"]
    assert put("二之一", "一") == ["三", "一", "二之一", "一之一", "二"]
    assert refused(lambda: put("一", "二之一")) == "conflict"  # it is under itself
    stale = lambda: list_order.place_section(  # noqa: E731
        section=section("三"), behind=None, version=1, by=organizer, now=now
    )
    assert refused(stale) == "conflict"


def test_what_stands_before_the_first_heading_stays_there(organizer, now):
    mine = lists.create_list(slug="mine", title="我的", by=organizer, now=now)
    first = mine.sections.get()
    made = [
        list_sections.add_section(reading_list=mine, title=title, level=2, by=organizer, now=now)
        for title in ("上", "下")
    ]
    list_order.move_section(section=made[0], steps=-1, by=organizer, now=now)
    list_order.place_section(section=made[1], behind=None, by=organizer, now=now)
    assert [one.title for one in mine.sections.all()] == ["", "下", "上"]
    put = lambda: list_order.place_section(section=first, behind=made[0].pk, by=organizer, now=now)  # noqa: E731
    assert refused(put) == "invalid"
    assert (
        refused(lambda: list_sections.add_section(reading_list=mine, title=" ", level=2, by=organizer, now=now))
        == "required"
    )
    assert (
        refused(lambda: list_sections.add_section(reading_list=mine, title="x", level=0, by=organizer, now=now))
        == "invalid"
    )


def test_who_may_not(stranger, organizer, now):
    for by in (stranger, ANONYMOUS):
        with pytest.raises(PermissionDenied):
            place("丙", "一", None, by, now)
        with pytest.raises(PermissionDenied):
            list_order.move_section(section=section("二"), steps=1, by=by, now=now)
        with pytest.raises(PermissionDenied):
            list_sections.add_section(reading_list=ReadingList.objects.get(), title="x", level=2, by=by, now=now)
    other = lists.create_list(slug="other", title="另一份", by=organizer, now=now)
    with pytest.raises(Http404):
        list_order.place_entry(entry=entry("甲"), section=other.sections.get().pk, behind=None, by=organizer, now=now)


def test_order_by_hand_outlives_the_import_and_the_export_reads_back(made, organizer, now):
    place("丙", "三", "己", organizer, now)
    place("乙", "一", None, organizer, now)
    list_order.move_section(section=section("三"), steps=-2, by=organizer, now=now)
    before = shown()
    again = import_list(data=TEXT.encode(), name="x.md", slug="one", by=SYSTEM, now=now)
    assert again.status == "unchanged"
    assert shown() == before
    readme = export(made, "readme")
    copy = import_list(data=readme.encode(), name="x.md", slug="copy", by=SYSTEM, now=now).reading_list
    assert export(copy, "readme") == readme
