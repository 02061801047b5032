"""Questions that a document names as made one with another: rows that are not shown, whose address leads there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from members.models import Person
from talks.actions.html import rendered
from talks.actions.questions import next_serial
from talks.documents.flat import FlatRow
from talks.export import Stored
from talks.models import Episode, Question, Review
from talks.models.questions import read_public_id


def missing(
    rows: Sequence[FlatRow],
    *,
    made: Mapping[int, Any],
    stored: Iterable[Stored],
    episode: Episode,
    serials: set[int],
    persons: Mapping[str, Person],
    now: datetime,
) -> list[Question]:
    """Return the merged questions of a document that are not here yet, unsaved; they keep their ids where these are
    free. One of this id and these words is here however it stands by now, and so is one that is not shown."""
    here = [each.row for each in stored if isinstance(each.row, Question)]
    ids = {(row.first_code or episode.code, row.serial, row.follow_up, row.body) for row in here}
    hidden = {row.body for row in here if row.deleted_at is not None}
    found: list[Question] = []
    for row in (row for row in rows if row.kind == "merged"):
        target, values = made.get(row.parent or 0), row.values
        place = read_public_id(values["id"]) or (None, 0, 0)
        is_here = (*place, values["body"]) in ids or values["body"] in hidden
        if is_here or not isinstance(target, Question):
            continue
        is_own = place[0] == episode.code and not place[2]
        person = persons.get(values["asker"] or "")
        question = Question(
            episode=episode,
            position=len(here) + len(found) + 1,
            serial=next_serial(episode, serials, number=place[1] if is_own else None),
            asker=person,
            asker_name=values["asker"],
            is_by_name=person is not None,
            body=values["body"],
            review=Review.MERGED,
            merged_into=target,
            created_at=values["at"] or now,
            changed_at=now,
            deleted_at=now,
        )
        found.append(question)
    return found


def bring(questions: Iterable[Question]) -> list[Question]:
    """Store the questions that `missing` returned, once those they lead to are saved."""
    brought = list(questions)
    for row in brought:
        row.merged_into = row.merged_into  # takes over the key that it has by now
        row.save()
        html = rendered(row)
        for name, value in html.items():
            setattr(row, name, value)
        row.save(update_fields=list(html))
    return brought
