"""Acts as a page and the API tell them: a sentence, and for every row what it said before and after.

The tables of this module are the words of history: a new verb of an action on the talk is a row of SENTENCES, a new
field that people see one of FIELDS.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, pgettext_lazy

from markup.diff import Diff, diff, shortened
from markup.html import printable
from members.models import Event, Person, Row
from talks.history import Key, load
from talks.models import CreditRole, Episode, EpisodeState, Item, KeptRow, Question, Section
from talks.models.history import KeptRowQuerySet
from talks.moves import moment
from talks.states import KEPT, State, content_of, states_of

# (kind, verb) of an Event → its sentence; kind "" is for any.
SENTENCES: Mapping[tuple[str, str], str] = {
    ("item", "nominate"): gettext_noop("%(who)s nominates %(row)s."),
    ("item", "add"): gettext_noop("%(who)s adds words to %(row)s."),
    ("item", "accept"): gettext_noop("%(who)s takes %(row)s in."),
    ("item", "defer"): gettext_noop("%(who)s puts %(row)s off."),
    ("item", "decline"): gettext_noop("%(who)s declines %(row)s."),
    ("item", "merge"): gettext_noop("%(who)s merges %(row)s into another item."),
    ("item", "reopen"): gettext_noop("%(who)s opens %(row)s again."),
    ("item", "move"): gettext_noop("%(who)s moves %(row)s."),
    ("item", "arrange"): gettext_noop("%(who)s puts %(row)s in another place."),
    ("item", "carry"): gettext_noop("%(who)s goes on with %(row)s from before."),
    ("item", "file"): gettext_noop("%(who)s files %(row)s from the news."),
    ("carry", "carry"): gettext_noop("%(who)s lets something of an earlier number go on."),
    ("carry", "drop"): gettext_noop("%(who)s lets something not go on."),
    ("question", "ask"): gettext_noop("%(who)s asks %(row)s."),
    ("question", "withdraw"): gettext_noop("%(who)s withdraws %(row)s."),
    ("question", "reveal"): gettext_noop("%(who)s says that %(row)s was theirs."),
    ("question", "move"): gettext_noop("%(who)s moves %(row)s to another episode."),
    ("answer", "answer"): gettext_noop("%(who)s answers: %(row)s."),
    ("answer", "sign"): gettext_noop("%(who)s signs an answer: %(row)s."),
    ("answer", "leave_unsigned"): gettext_noop("%(who)s leaves an answer without a name: %(row)s."),
    ("answer", "add_words"): gettext_noop("%(name)s adds a word by the link of a host: %(row)s."),
    ("recording", "add"): gettext_noop("%(who)s adds a recording: %(row)s."),
    ("recording", "align"): gettext_noop("%(who)s says where in a recording the talk begins: %(row)s."),
    ("episode", "set_highlights"): gettext_noop("%(who)s writes the highlights."),
    ("answer", "accept"): gettext_noop("%(who)s accepts an answer: %(row)s."),
    ("answer", "unaccept"): gettext_noop("%(who)s accepts an answer no more: %(row)s."),
    ("question", "settle"): gettext_noop("%(who)s settles %(row)s."),
    ("question", "reopen"): gettext_noop("%(who)s opens %(row)s again."),
    ("question", "summarize"): gettext_noop("%(who)s sums up the answers to %(row)s."),
    ("question", "merge"): gettext_noop("%(who)s merges %(row)s into another question."),
    ("question", "unmerge"): gettext_noop("%(who)s takes %(row)s apart from another question."),
    ("", "approve"): gettext_noop("%(who)s approves %(row)s."),
    ("", "unapprove"): gettext_noop("%(who)s takes the approval of %(row)s back."),
    ("", "decline"): gettext_noop("%(who)s does not let %(row)s through."),
    ("", "undecline"): gettext_noop("%(who)s lets %(row)s wait again."),
    ("", "hide"): gettext_noop("%(who)s hides %(row)s."),
    ("", "show"): gettext_noop("%(who)s shows %(row)s again."),
    ("", "report"): gettext_noop("%(who)s reports %(row)s."),
    ("", "dismiss"): gettext_noop("%(who)s lets %(row)s stand as it is."),
    ("suggestion", "suggest"): gettext_noop("%(who)s suggests %(row)s."),
    ("suggestion", "own"): gettext_noop("%(who)s sees to %(row)s."),
    ("suggestion", "resolve"): gettext_noop("%(who)s resolves %(row)s."),
    ("suggestion", "reopen"): gettext_noop("%(who)s opens %(row)s again."),
    ("claim", "claim"): gettext_noop("%(who)s takes a section: %(row)s."),
    ("claim", "release"): gettext_noop("%(who)s gives a section up: %(row)s."),
    ("claim", "hand_over"): gettext_noop("%(who)s hands a section over: %(row)s."),
    ("section", "degrade"): gettext_noop("%(who)s lets %(row)s run without a lead."),
    ("section", "restore"): gettext_noop("%(row)s has a lead again."),
    ("section", "lift"): gettext_noop("%(row)s waits for a lead again."),
    ("section", "edit"): gettext_noop("%(who)s changes the groups of %(row)s."),
    ("episode", "plan"): gettext_noop("%(who)s opens the number."),
    ("episode", "advance"): gettext_noop("%(who)s lets the episode go on: %(state)s."),
    ("episode", "step_back"): gettext_noop("%(who)s takes the episode back: %(state)s."),
    ("episode", "postpone"): gettext_noop("%(who)s moves the evening."),
    ("episode", "host"): gettext_noop("%(who)s takes the evening on: %(row)s."),
    ("episode", "name_host"): gettext_noop("%(who)s names %(row)s."),
    ("episode", "leave_hosting"): gettext_noop("%(who)s: no longer %(row)s."),
    ("episode", "hand_over_hosting"): gettext_noop("%(who)s hands the evening over: %(row)s."),
    ("episode", "import"): gettext_noop("%(who)s imports the document."),
    ("episode", "import_chat"): gettext_noop("%(who)s takes in what was said in the group."),
    ("episode", "restore_episode"): gettext_noop("%(who)s restores the whole episode to an earlier moment."),
    ("question", "note"): gettext_noop("%(who)s writes down a question: %(row)s."),
    ("answer", "note"): gettext_noop("%(who)s writes down an answer: %(row)s."),
    ("item", "note"): gettext_noop("%(who)s makes a card of a link: %(row)s."),
    ("episode", "make_rundown"): gettext_noop("%(who)s makes the rundown."),
    ("episode", "start_rundown"): gettext_noop("%(who)s starts the show."),
    ("episode", "pause_rundown"): gettext_noop("%(who)s pauses the show."),
    ("episode", "resume_rundown"): gettext_noop("%(who)s lets the show go on."),
    ("episode", "next_cue"): gettext_noop("%(who)s goes on to the next cue."),
    ("episode", "back_cue"): gettext_noop("%(who)s goes back to the cue before."),
    ("episode", "skip_cue"): gettext_noop("%(who)s leaves a cue out."),
    ("episode", "extend_cue"): gettext_noop("%(who)s gives a cue more time."),
    ("episode", "push_cue"): gettext_noop("%(who)s pushes a cue to the next number."),
    ("episode", "reorder_cue"): gettext_noop("%(who)s moves a cue of the rundown."),
    ("episode", "add_cue"): gettext_noop("%(who)s adds a cue to the rundown."),
    ("episode", "put_on_stage"): gettext_noop("%(who)s puts a question on the rundown."),
    ("episode", "end_rundown"): gettext_noop("%(who)s ends the show."),
    ("", "edit"): gettext_noop("%(who)s edits %(row)s."),
    ("", "delete"): gettext_noop("%(who)s takes %(row)s out."),
    ("", "restore"): gettext_noop("%(who)s brings %(row)s back."),
    ("", "bring_back"): gettext_noop("%(who)s brings %(row)s back."),
    ("", "restore_row"): gettext_noop("%(who)s restores %(row)s to an earlier moment."),
}
KINDS: Mapping[str, Any] = {
    "episode": gettext_lazy("the episode"),
    "section": gettext_lazy("Section"),
    "claim": gettext_lazy("Claim"),
    "hosting": gettext_lazy("Host or editor"),
    "item": gettext_lazy("Item"),
    "suggestion": gettext_lazy("Suggestion"),
    "question": gettext_lazy("Question"),
    "answer": pgettext_lazy("row", "Answer"),  # the button says it, too, and means the act
    "passage": gettext_lazy("Passage"),
    "part": gettext_lazy("Part of the discussion"),
    "recording": gettext_lazy("Recording"),
    "reference": gettext_lazy("Reference"),
    "plan": gettext_lazy("Plan"),
    "past": gettext_lazy("Link to the past"),
    "carry": gettext_lazy("Goes on"),
}
# The fields that people see, in the order in which a change names them. Keys to people are left out beside their name.
FIELDS: Mapping[str, Any] = {
    "deleted_at": gettext_lazy("taken out"),
    "state": gettext_lazy("State"),
    "decision_reason": gettext_lazy("Reason"),
    "merged_into": gettext_lazy("merged into"),
    "episode": gettext_lazy("Episode"),
    "section": gettext_lazy("Section"),
    "starts_at": gettext_lazy("Begins"),
    "locks_at": gettext_lazy("The board is locked"),
    "time_text": gettext_lazy("Time as written"),
    "group": gettext_lazy("Group"),
    "groups": gettext_lazy("Groups"),
    "title": gettext_lazy("Title"),
    "url": gettext_lazy("Address"),
    "name": gettext_lazy("Name"),
    "role": gettext_lazy("Role"),
    "asker_name": gettext_lazy("asked by"),
    "author_name": gettext_lazy("signed by"),
    "stays_unsigned": gettext_lazy("stays without a name"),
    "transcriber_name": gettext_lazy("written down by"),
    "is_accepted": gettext_lazy("accepted"),
    "review": gettext_lazy("under review"),
    "review_reason": gettext_lazy("Reason"),
    "settled": gettext_lazy("State"),
    "settled_reason": gettext_lazy("Reason"),
    "summary": gettext_lazy("Summary"),
    "author": gettext_lazy("Author"),
    "site": gettext_lazy("Site"),
    "remark": gettext_lazy("Remark"),
    "brief": gettext_lazy("In one line"),
    "theme": gettext_lazy("Theme"),
    "body": gettext_lazy("Text"),
    "after": gettext_lazy("Text behind it"),
    "depth": gettext_lazy("How much"),
    "minutes": gettext_lazy("Minutes"),
    "is_optional": gettext_lazy("optional"),
    "degraded_at": gettext_lazy("runs without a lead since"),
    "highlights": gettext_lazy("Highlights"),
    "labels": gettext_lazy("Labels"),
    "plans_body": gettext_lazy("Plans"),
    "unplaced": gettext_lazy("Text that fits nowhere"),
    "priority": gettext_lazy("Priority"),
    "resolution": gettext_lazy("What came of it"),
    "owner": gettext_lazy("Sees to it"),
    "kind": gettext_lazy("Kind"),
    "platform": gettext_lazy("Platform"),
    "offset_seconds": gettext_lazy("Begins at"),
    "late_seconds": gettext_lazy("Recorded from"),
    "code": gettext_lazy("Episode"),
    "credits": gettext_lazy("Names"),
    "papers": gettext_lazy("Papers"),
    "position": gettext_lazy("Place"),
}
# How many rows of one act a list shows, and how long all its differences together may take.
ROWS = 8
SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Field:
    """What one field of a row said before and after; `pieces` are the difference."""

    name: str
    label: str
    before: str
    after: str
    pieces: Diff

    @property
    def out(self) -> Diff:
        return [piece for piece in self.pieces if piece[0] != "+"] if self.before else []

    @property
    def into(self) -> Diff:
        return [piece for piece in self.pieces if piece[0] != "-"] if self.after else []


@dataclass(frozen=True, slots=True)
class Change:
    """What an act did to one row. `is_last`: nobody has changed it since."""

    kind: str
    key: str
    label: str
    row: Row | None
    before: State | None
    after: State | None
    fields: list[Field]
    is_last: bool

    @property
    def kind_label(self) -> str:
        return str(KINDS.get(self.kind, self.kind))

    @property
    def is_made(self) -> bool:
        return self.before is None


@dataclass(frozen=True, slots=True)
class Act:
    """An act: its Event, what it did in a sentence, and the rows it changed, `more` of them not shown."""

    event: Event
    sentence: str
    changes: list[Change]
    more: int

    @property
    def who(self) -> str:
        return who_of(self.event)


def acts_with_changes(events: Iterable[Event], kept: KeptRowQuerySet) -> list[Act]:
    """Return acts with what they changed among these kept rows, in a number of queries that does not grow with them."""
    every = list(events)
    among = kept.filter(event__in=[event.pk for event in every])
    numbers = dict(among.order_by().values_list("event").annotate(n=Count("pk")))
    ranked = among.with_next().annotate(rank=Window(RowNumber(), partition_by=F("event"), order_by=F("pk").asc()))
    rows = list(ranked.filter(rank__lte=ROWS).order_by("event", "pk"))
    changes = _changes(rows)
    found = []
    for event in every:
        own = changes.get(event.pk, [])
        found.append(Act(event, sentence_of(event, own), own, numbers.get(event.pk, 0) - len(own)))
    return found


def sentence_of(event: Event, changes: list[Change]) -> str:
    """Return what an act did, in a sentence."""
    of_kind = next((each for each in changes if each.kind == event.target_kind), None)
    if event.verb in ("host", "name_host", "leave_hosting", "hand_over_hosting"):
        of_kind = next((each for each in reversed(changes) if each.kind == "hosting"), None)
    row = of_kind or next(iter(changes), None)
    state = str((event.after or {}).get("state", ""))
    said = {
        "who": who_of(event),
        "name": _name_in(row) or who_of(event),
        "row": row.label if row is not None else event.target_key,
        "state": dict(EpisodeState.choices).get(state, state),
    }
    sentence = SENTENCES.get((event.target_kind, event.verb)) or SENTENCES.get(("", event.verb))
    return _(sentence) % said if sentence else f"{said['who']}: {event.verb}"


def _name_in(row: Change | None) -> str:
    """Return the name under an answer: of words that came by a link nobody has proved who wrote them."""
    return printable(str((row.after or {}).get("author_name") or "")) if row is not None else ""


def who_of(event: Event) -> str:
    """Return who acted, as a page names them."""
    if event.person is not None:
        return printable(event.person.name)
    return _("The schedule") if event.by == Event.By.SYSTEM else _("Somebody")


def changes_between(pairs: Mapping[Key, tuple[State | None, State | None]], rows: Mapping[Key, Row]) -> list[Change]:
    """Return what is different between two states of rows, for a preview."""
    words = _Words([state for pair in pairs.values() for state in pair])
    return [_change(key, rows.get(key), before, after, words, is_last=True) for key, (before, after) in pairs.items()]


def _changes(kept: list[KeptRow]) -> dict[int, list[Change]]:
    """Return the changes of kept rows by event: what comes after is what the next act kept, or what stands now."""
    following = KeptRow.objects.in_bulk([row.next_pk for row in kept if row.next_pk is not None])
    rows = load({(row.kind, row.key) for row in kept})
    now = {(kind, key): state for (kind, key), state in zip(rows, states_of(rows.values()).values(), strict=True)}
    afters = {
        row.pk: following[row.next_pk].state if row.next_pk is not None else now.get((row.kind, row.key))
        for row in kept
    }
    words = _Words([state for row in kept for state in (row.state, afters[row.pk])])
    found: dict[int, list[Change]] = {}
    seen: set[tuple[int, str, str]] = set()
    for row in kept:
        if (row.event_id, row.kind, row.key) in seen:
            continue  # it moved, and both episodes are shown
        seen.add((row.event_id, row.kind, row.key))
        key = (row.kind, row.key)
        change = _change(key, rows.get(key), row.state, afters[row.pk], words, is_last=row.next_pk is None)
        found.setdefault(row.event_id, []).append(change)
    return found


def _change(
    key: Key, row: Row | None, before: State | None, after: State | None, words: _Words, *, is_last: bool
) -> Change:
    kind = key[0]
    fields = []
    for name, label in FIELDS.items():
        old, new = ((state or {}).get(name) for state in (before, after))
        if old == new or (name == "author" and kind == "answer"):
            continue
        said = printable(words.said(kind, name, old)), printable(words.said(kind, name, new))
        if said[0] != said[1]:
            fields.append(Field(name, str(label), said[0], said[1], words.difference(*said)))
    if len(fields) > 1:  # a new place says nothing beside the rest
        fields = [field for field in fields if field.name != "position"]
    label = words.label(kind, after or before or {})
    return Change(kind, key[1], label, row, before, after, fields, is_last)


def _with_parents(table: Any) -> Any:
    rows = table._base_manager
    return rows.select_related("parent") if table is Question else rows


class _Words:
    """States in words: what their keys stand for is read once, and all differences share one time."""

    def __init__(self, states: Iterable[State | None]) -> None:
        self.left = SECONDS
        keys: dict[str, set[int]] = {"section": set(), "item": set(), "question": set(), "episode": set()}
        alike = {"merged_into": "item", "made": "item", "parent": "question"}
        for state in filter(None, states):
            for name, value in state.items():
                known = alike.get(name, name) if "serial" not in state or name != "merged_into" else "question"
                if known in keys and isinstance(value, int):
                    keys[known].add(value)
        tables: dict[str, Any] = {"section": Section, "item": Item, "question": Question, "episode": Episode}
        self.names = {
            name: {pk: self._name(row) for pk, row in _with_parents(tables[name]).in_bulk(keys[name]).items()}
            for name in tables
        }
        people = {state["owner"] for state in filter(None, states) if isinstance(state.get("owner"), int)}
        self.people = dict(Person.objects.filter(pk__in=people).values_list("pk", "name"))

    @staticmethod
    def _name(row: Any) -> str:
        if isinstance(row, Question) and (row.deleted_at or (row.parent and row.parent.deleted_at)):
            return row.local_id  # its words are not everybody's to read
        return row.label if isinstance(row, Episode) else row.name if isinstance(row, Section) else str(row)[:80]

    def label(self, kind: str, state: State) -> str:
        """Return what a row is called in a sentence."""
        if kind in ("claim", "hosting"):
            role = self.said(kind, "role", state.get("role"))
            place = self.names["section"].get(state.get("section") or 0, "")
            return _("%(name)s as %(role)s") % {"name": printable(state.get("name") or ""), "role": role} + (
                f" · {place}" if place else ""
            )
        if kind == "carry":
            return self.names["item"].get(state.get("item") or 0) or self.names["question"].get(
                state.get("question") or 0, ""
            )
        text = state.get("title") or state.get("url") or state.get("body") or state.get("code") or ""
        first = next((line for line in printable(text).split("\n") if line.strip()), "")
        return _("“%(text)s”") % {"text": first[:60] + ("…" if len(first) > 60 else "")} if first else ""

    def said(self, kind: str, name: str, value: Any) -> str:
        """Return the value of a field in words."""
        if value is None or value == "" or value == []:
            return ""
        if name in ("section", "item", "question", "episode", "merged_into"):
            merged = "question" if kind == "question" else "item"
            return self.names[{"merged_into": merged}.get(name, name)].get(value, str(value))
        if name == "owner":
            return printable(self.people.get(value, str(value)))
        if name.endswith("_at"):
            return moment(datetime.fromisoformat(value))
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return "\n".join(self._line(name, each) for each in value)
        field = content_of(KEPT[kind]).get(name)
        choices = dict(getattr(field, "flatchoices", None) or ())
        return str(choices.get(value, value))

    def _line(self, name: str, value: Any) -> str:
        if name == "credits":
            role = dict(CreditRole.choices).get(value["role"], value["role"])
            return _("%(name)s as %(role)s") % {"name": printable(value["name"]), "role": role}
        if name == "labels":
            return f"【{value['label']}】{value['text']}"
        if name == "groups":
            return "\n".join(filter(None, [value["title"], value.get("body")]))
        if name == "papers":
            return f"{value[0]}v{value[1]}" if value[1] else str(value[0])
        return str(value.get("text", value)) if isinstance(value, dict) else str(value)

    def difference(self, before: str, after: str) -> Diff:
        """Return the difference of two texts, a coarse one when the time of the page is up."""
        if not before or not after or self.left <= 0:
            return [piece for piece in [("-", before), ("+", after)] if piece[1]]  # type: ignore[misc]
        start = time.monotonic()
        found = shortened(diff(before, after, seconds=min(self.left, 0.3)))
        self.left -= time.monotonic() - start
        return found
