"""The order of a reading list by hand: entries and sections are put up, down, or behind another one.

A place is said by what stands before it, so that two people who move different rows both get what they saw. Who moves
a row that has changed since, or behind one that is no longer there, is told (`conflict`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import Actor
from members.rules import invalid
from papers.actions.list_store import followers_of, number, values_of
from papers.actions.lists import locked_entry, locked_section
from papers.models import ListEntry, ListSection


def move_entry(*, entry: ListEntry, steps: int, by: Actor, now: datetime, version: int | None = None) -> ListEntry:
    """Move an entry up (negative) or down among its section's; one at an end goes on into the section beside.

    Raises PermissionDenied, Http404, ValidationError (`conflict`).
    """
    with transaction.atomic():
        row = locked_entry(entry.pk, by)
        _check(row, version, {"steps": steps})
        rows = _entries(row.section)
        place = next(index for index, one in enumerate(rows) if one.pk == row.pk)
        target = min(max(place + steps, 0), len(rows) - 1)
        if target != place or not steps:
            return _put_entry(row, row.section, target, by=by, now=now)
        sections = _sections(row.section)
        beside = [one.pk for one in sections].index(row.section_id) + (1 if steps > 0 else -1)
        if beside not in range(len(sections)):
            return row
        there = sections[beside]
        return _put_entry(row, there, 0 if steps > 0 else len(_entries(there)), by=by, now=now)


def place_entry(
    *, entry: ListEntry, section: int, behind: int | None, by: Actor, now: datetime, version: int | None = None
) -> ListEntry:
    """Put an entry into a section of its list, right behind another entry or (None) at the section's beginning.

    Raises PermissionDenied, Http404, ValidationError (`conflict`).
    """
    with transaction.atomic():
        row = locked_entry(entry.pk, by)
        yours = {"section": section, "behind": behind}
        _check(row, version, yours)
        if ListSection.objects.filter(pk=section, reading_list=row.section.reading_list_id).exclude(deleted_at=None):
            raise _conflict(yours, values_of(row))
        there = locked_section(section, row.section.reading_list)
        rows = [one.pk for one in _entries(there) if one.pk != row.pk]
        if behind is not None and behind not in rows:
            raise _conflict(yours, values_of(row))
        place = 0 if behind is None else rows.index(behind) + 1
        return _put_entry(row, there, place, by=by, now=now)


def move_section(
    *, section: ListSection, steps: int, by: Actor, now: datetime, version: int | None = None
) -> ListSection:
    """Move a section, with those under it, past so many of its level; it never leaves the heading it stands under.

    Raises PermissionDenied, Http404, ValidationError (`conflict`).
    """
    with transaction.atomic():
        row = locked_section(section.pk, section.reading_list, by)
        _check(row, version, {"steps": steps})
        rows = _sections(row)
        for _step in range(min(abs(steps), len(rows))):
            rows = _one_step(rows, row, is_up=steps < 0)
        return _put_sections(row, rows, by=by, now=now)


def place_section(
    *, section: ListSection, behind: int | None, by: Actor, now: datetime, version: int | None = None
) -> ListSection:
    """Put a section, with those under it, behind another one or (None) at the list's beginning.

    It never comes between a heading and what stands under that. Raises PermissionDenied, Http404, ValidationError
    (`conflict`, or `invalid` for the entries before the first heading).
    """
    with transaction.atomic():
        row = locked_section(section.pk, section.reading_list, by)
        yours = {"behind": behind}
        _check(row, version, yours)
        if not row.level:
            raise invalid("section", _("What stands before the first heading stays there."), "invalid")
        rows = _sections(row)
        first, end = _block(rows, row)
        block, rest = rows[first:end], rows[:first] + rows[end:]
        if behind is None:
            place = 1 if rest and not rest[0].level else 0
        else:
            place = next((at + 1 for at, one in enumerate(rest) if one.pk == behind), -1)
            if place < 0:
                raise _conflict(yours, values_of(row))
            while place < len(rest) and rest[place].level > row.level:
                place += 1
        return _put_sections(row, [*rest[:place], *block, *rest[place:]], by=by, now=now)


def _entries(section: ListSection) -> list[ListEntry]:
    return list(ListEntry.objects.filter(section=section, deleted_at=None).in_order())


def _sections(section: ListSection) -> list[ListSection]:
    return list(ListSection.objects.filter(reading_list=section.reading_list_id, deleted_at=None))


def _put_entry(row: ListEntry, section: ListSection, place: int, *, by: Actor, now: datetime) -> ListEntry:
    """Put an entry at a place among the others of a section. Between two of one group it belongs to the group."""
    home = row.section
    before = {"section": home.pk, "place": [one.pk for one in _entries(home)].index(row.pk) + 1, "group": row.group}
    rows = [one for one in _entries(section) if one.pk != row.pk]
    if section.pk == home.pk and place + 1 == before["place"]:
        return row
    beside = {one.group for one in rows[max(place - 1, 0) : place + 1]}
    if 0 < place < len(rows) and len(beside) == 1:
        row.group = beside.pop()
    row.section, row.version, row.changed_at = section, row.version + 1, now
    row.save(update_fields=["section", "group", "version", "changed_at"])
    rows.insert(place, row)
    removed = ListEntry.objects.filter(section=section).exclude(deleted_at=None).in_order()
    number([*rows, *removed])
    after = {"section": section.pk, "place": place + 1, "group": row.group}
    record(by=by, now=now, verb="move", kind="list_entry", key=row.pk, before=before, after=after)
    return row


def _put_sections(row: ListSection, rows: Sequence[ListSection], *, by: Actor, now: datetime) -> ListSection:
    before, after = ([one.pk for one in order].index(row.pk) + 1 for order in (_sections(row), rows))
    if before == after:
        return row
    row.version, row.changed_at = row.version + 1, now
    row.save(update_fields=["version", "changed_at"])
    removed = followers_of(rows, list(ListSection.objects.filter(reading_list=row.reading_list_id)))
    wanted = [*removed.get(None, [])]
    for one in rows:
        wanted += [one, *removed.get(one.pk, [])]
    number(wanted)
    record(by=by, now=now, verb="move", kind="list_section", key=row.pk, before=before, after=after)
    return row


def _block(rows: Sequence[ListSection], row: ListSection) -> tuple[int, int]:
    """Where a section and those under it begin and end."""
    first = [one.pk for one in rows].index(row.pk)
    end = first + 1
    while end < len(rows) and rows[end].level > row.level:
        end += 1
    return first, end


def _one_step(rows: list[ListSection], row: ListSection, *, is_up: bool) -> list[ListSection]:
    first, end = _block(rows, row)
    if is_up:
        other = first - 1
        while other >= 0 and rows[other].level > row.level:
            other -= 1
        if other < 0 or rows[other].level < row.level:
            return rows
        return [*rows[:other], *rows[first:end], *rows[other:first], *rows[end:]]
    if end == len(rows) or rows[end].level < row.level:
        return rows
    _start, past = _block(rows, rows[end])
    return [*rows[:first], *rows[end:past], *rows[first:end], *rows[past:]]


def _check(row: ListEntry | ListSection, version: int | None, yours: Mapping[str, Any]) -> None:
    if version is not None and row.version != version:
        raise _conflict(yours, values_of(row))


def _conflict(yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> ValidationError:
    message = _("Somebody changed or moved this meanwhile. See where it stands now and move it again.")
    texts = {"yours": dict(yours), "theirs": dict(theirs)}
    return ValidationError({"version": [ValidationError(message, code="conflict", params=texts)]})
