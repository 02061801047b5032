"""Every act keeps the rows it changed, as it found them: `keep(record(…), [rows])`.

A row knows what it said when it was loaded under the lock (`Row.as_loaded`); what hangs on it, names and papers, is
noted by `hold` before it is changed. `tests/pages/test_kept_rows.py` runs every action and finds what was not kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from members.models import Event, Row
from talks.actions.rundown_version import touch_rundowns
from talks.models import Answer, Item, KeptRow, Question
from talks.states import KIND_OF, hanging_of, homes_of, loaded_fields, states_of

CHUNK = 500


def hold(rows: Iterable[Row]) -> None:
    """Note what hangs on rows, before their names or papers are changed; what was noted first stands."""
    for row, hanging in hanging_of(row for row in rows if row.as_loaded is not None and row.held is None).items():
        row.held = hanging


def keep(event: Event, rows: Iterable[Row]) -> Event:
    """Keep rows as an act found them, None for those it made; those that say what they said before are left out.

    From here on they count as loaded, so that the next act in the same transaction keeps what this one left.
    """
    each_once = list({row: row for row in rows}.values())
    now, homes = states_of(each_once), homes_of(each_once)
    kept = []
    for row in each_once:
        fields = loaded_fields(row)
        state = None if fields is None else {**now[row], **(row.held or {}), **fields}
        row.held = None
        if state != now[row]:
            version = loaded_version(row)
            values = {"event": event, "kind": KIND_OF[type(row)], "key": str(row.pk), "version": version}
            kept += [KeptRow(**values, episode_id=home, state=state) for home in homes[row]]
        names = [field.attname for field in row._meta.concrete_fields]
        row.as_loaded = (names, [getattr(row, name) for name in names])
    KeptRow.objects.bulk_create(kept, batch_size=CHUNK)
    _tell_evenings(homes)
    return event


def _tell_evenings(homes: dict[Row, list[int]]) -> None:
    """Let pages of evenings that are on the air know of what they show: questions, answers, items."""
    questions = {row.pk for row in homes if isinstance(row, Question)}
    questions |= {row.question_id for row in homes if isinstance(row, Answer)}
    items = {row.pk for row in homes if isinstance(row, Item)}
    episodes = {key for row, keys in homes.items() if isinstance(row, Question | Answer | Item) for key in keys}
    if episodes:
        touch_rundowns(episodes=episodes, questions=questions, items=items)


def loaded_version(row: Row) -> int:
    """Return the version a row had when it was loaded, 0 for one that was made since."""
    if row.as_loaded is None:
        return 0
    names, values = row.as_loaded
    return int(dict(zip(names, values, strict=True))["version"])


# Which name, as it was written, stands in a state beside the key of a person.
WRITTEN = (
    ("person", "name"),
    ("asker", "asker_name"),
    ("author", "author_name"),
    ("transcriber", "transcriber_name"),
)


def forget_names(*, people: Collection[int], name: str, **_more: Any) -> None:
    """Write another name for people who erased their account into every state that was kept. Part of the erasure."""
    text = Q(pk=None)
    for key in people:  # as both databases write JSON: the key of a person, and no longer number
        text |= Q(text__contains=f": {key},") | Q(text__contains=f": {key}}}")
    rows = KeptRow.objects.annotate(text=Cast("state", TextField())).filter(text)
    changed = []
    for row in rows.iterator(chunk_size=CHUNK):
        if _rename_in(row.state, people, name):
            changed.append(row)
    KeptRow.objects.bulk_update(changed, ["state"], batch_size=CHUNK)


def _rename_in(state: dict[str, Any], people: Collection[int], name: str) -> bool:
    """Write the name into a state, and say whether it stood for somebody there."""
    found = False
    for values in (state, *state.get("credits", [])):
        for key, written in WRITTEN:
            if values.get(key) in people and values.get(written) is not None:
                values[written], found = name, True
    return found
