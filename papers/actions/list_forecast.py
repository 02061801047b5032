"""What importing a file would report of a list that stands: conflicts, and rows that the file no longer has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from papers.actions.list_store import (
    Outcome,
    clash,
    entry_pairs,
    entry_values,
    list_values,
    section_pairs,
    section_values,
)
from papers.lists.model import ListDoc
from papers.models import ListEntry, ListSection, ReadingList


def foresee(*, reading_list: ReadingList, document: ListDoc) -> Outcome:
    """Return the conflicts and what is gone, as `list_store.store` would find them. Writes nothing, locks nothing."""
    outcome = Outcome()
    if reading_list.digest:
        _weigh(outcome, [reading_list], [list_values(document)], [0], [None])
    sections = [row for row in ListSection.objects.filter(reading_list=reading_list) if row.digest or not row.level]
    wanted = [section_values(section) for section in document.sections]
    _paths, pairs = section_pairs(sections, wanted)
    _weigh(outcome, sections, wanted, pairs, [section.line for section in document.sections])
    entries = list(ListEntry.objects.filter(section__reading_list=reading_list).exclude(digest="").in_order())
    homes = [sections[pair].pk if pair is not None else -place for place, pair in enumerate(pairs, 1)]
    coming = [(home, one) for home, section in zip(homes, document.sections, strict=True) for one in section.entries]
    wanted = [entry_values(entry) for _home, entry in coming]
    pairs = entry_pairs(entries, wanted, [home for home, _entry in coming])
    _weigh(outcome, entries, wanted, pairs, [entry.line for _home, entry in coming])
    return outcome


def _weigh(
    outcome: Outcome,
    rows: Sequence[Any],
    wanted: Sequence[dict[str, Any]],
    pairs: Sequence[int | None],
    lines: Sequence[int | None],
) -> None:
    for values, pair, line in zip(wanted, pairs, lines, strict=True):
        if pair is not None and (found := clash(rows[pair], values, line)):
            outcome.conflicts.append(found)
    kept = set(pairs)
    left = [row for place, row in enumerate(rows) if place not in kept]
    outcome.gone += [str(row)[:200] for row in left if row.digest and not row.is_gone]
