"""An EpisodeDoc as a flat list of rows, as the database keeps them, and back. Pure; nothing is lost either way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from talks.documents import model
from talks.documents.vocabulary import SUMMARY

NOMINATED, ACCEPTED = "nominated", "accepted"


@dataclass(frozen=True, slots=True)
class FlatRow:
    """One row: what it is, the index of the row it belongs to, and its values (JSON types, times excepted)."""

    kind: str
    parent: int | None
    values: dict[str, Any]

    def digest(self) -> str:
        """Return the SHA-256 of the values, equal exactly when they are equal."""
        return digest(self.values)


def digest(values: dict[str, Any]) -> str:
    """Return the SHA-256 of a row's values; times count as moments, whatever their offset."""

    def plain(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        raise TypeError(f"a row cannot hold {type(value).__name__}")

    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=plain)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def flatten(doc: model.EpisodeDoc) -> list[FlatRow]:
    """Return the rows of a document in document order; the first is the episode itself."""
    rows = [FlatRow("episode", None, _episode_values(doc))]
    rows += [FlatRow("recording", 0, _values(recording)) for recording in doc.recordings]
    for place in ("intro", "appendix"):
        rows += [FlatRow("passage", 0, {"place": place, **_values(block)}) for block in getattr(doc, place)]
    for section in doc.sections:
        _add_section(rows, section)
    rows += [FlatRow("part", 0, _values(part)) for part in doc.parts]
    for question in doc.questions:
        _add_question(rows, question, 0)
    rows += [FlatRow("reference", 0, _values(reference)) for reference in doc.references]
    rows += [FlatRow("plan", 0, _values(plan)) for plan in doc.plans]
    rows += [FlatRow("past", 0, _values(past)) for past in doc.past]
    return rows


def unflatten(rows: Sequence[FlatRow]) -> model.EpisodeDoc:
    """Return the document of the rows: the reverse of flatten. Rows of one parent keep their order."""
    children: dict[tuple[int, str], list[int]] = {}
    for index, row in enumerate(rows):
        if row.parent is not None:
            children.setdefault((row.parent, row.kind), []).append(index)

    def below(parent: int, kind: str) -> list[int]:
        return children.get((parent, kind), [])

    def made(kind: str, make: Any) -> tuple[Any, ...]:
        return tuple(make(**rows[index].values) for index in below(0, kind))

    values = dict(rows[0].values)
    passages: dict[str, list[model.TextBlock]] = {"intro": [], "appendix": []}
    for index in below(0, "passage"):
        block = dict(rows[index].values)
        passages[block.pop("place")].append(model.TextBlock(**block))
    return model.EpisodeDoc(
        kind=values["kind"],
        number=values["number"],
        title=values["title"],
        starts_at=values["starts_at"],
        time_text=values["time_text"],
        hosts=tuple(values["hosts"]),
        editors=tuple(values["editors"]),
        leads=tuple(values["leads"]),
        labels=_labels(values["labels"]),
        highlights=tuple(values["highlights"]),
        recordings=made("recording", model.Recording),
        intro=tuple(passages["intro"]),
        sections=tuple(_section(rows, index, below) for index in below(0, "section")),
        parts=made("part", model.PartDoc),
        questions=tuple(_question(rows, index, below) for index in below(0, "question")),
        references=made("reference", model.Reference),
        plans=made("plan", model.Plan),
        plans_body=values["plans_body"],
        appendix=tuple(passages["appendix"]),
        past=made("past", model.Past),
        unplaced=tuple(model.Unplaced(**piece) for piece in values["unplaced"]),
    )


def _values(part: Any, leave: Iterable[str] = ()) -> dict[str, Any]:
    """Return a part of the document as plain values, without the named fields."""
    return {name: _plain(getattr(part, name)) for name in part.__slots__ if name not in leave}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if hasattr(value, "__slots__") and not isinstance(value, datetime):
        return _values(value)
    return value


def _episode_values(doc: model.EpisodeDoc) -> dict[str, Any]:
    names = ("kind", "number", "title", "starts_at", "time_text", "hosts", "editors", "leads", "labels", "highlights")
    return {name: _plain(getattr(doc, name)) for name in (*names, "plans_body", "unplaced")}


def _add_section(rows: list[FlatRow], section: model.SectionDoc) -> None:
    parent = len(rows)
    rows.append(FlatRow("section", 0, _values(section, leave=("items", "nominations", "suggestions"))))
    for title in section.nominations:
        rows.append(FlatRow("item", parent, _nomination(title)))
    rows.extend(FlatRow("item", parent, {"state": ACCEPTED, **_values(item)}) for item in section.items)
    rows.extend(FlatRow("suggestion", parent, {"body": body}) for body in section.suggestions)


def _nomination(title: str) -> dict[str, Any]:
    absent = dict.fromkeys(("group", "url", "author", "site", "remark"))
    return {"state": NOMINATED, **absent, "title": title, "body": "", "contributors": [], "papers": []}


def _add_question(rows: list[FlatRow], question: model.QuestionDoc, parent: int) -> None:
    own = len(rows)
    answers = [answer for answer in question.answers if answer.body.strip()]
    values = _values(question, leave=("answers", "follow_ups", "merged"))
    if answers and answers[-1].author == SUMMARY:  # 小结 is no answer; others that are signed so are left as they are
        values["summary"] = answers.pop().body
    rows.append(FlatRow("question", parent, values))
    rows.extend(FlatRow("answer", own, _values(answer)) for answer in answers)
    rows.extend(FlatRow("merged", own, _values(merged)) for merged in question.merged)
    for follow_up in question.follow_ups:
        _add_question(rows, follow_up, own)


def _labels(values: Iterable[dict[str, str]]) -> tuple[model.Label, ...]:
    return tuple(model.Label(**value) for value in values)


def _section(rows: Sequence[FlatRow], index: int, below: Any) -> model.SectionDoc:
    values = dict(rows[index].values)
    items = [dict(rows[child].values) for child in below(index, "item")]
    for name in ("leads", "contributors"):
        values[name] = tuple(values[name])
    values["labels"] = _labels(values["labels"])
    values["groups"] = tuple(model.Group(**group) for group in values["groups"])
    return model.SectionDoc(
        **values,
        nominations=tuple(
            " ".join(filter(None, [item["title"], item["url"]])) for item in items if item["state"] != ACCEPTED
        ),
        suggestions=tuple(rows[child].values["body"] for child in below(index, "suggestion")),
        items=tuple(_item(item) for item in items if item["state"] == ACCEPTED),
    )


def _item(values: dict[str, Any]) -> model.ItemDoc:
    plain = {name: value for name, value in values.items() if name != "state"}
    return model.ItemDoc(**{**plain, "contributors": tuple(plain["contributors"]), "papers": tuple(plain["papers"])})


def _question(rows: Sequence[FlatRow], index: int, below: Any) -> model.QuestionDoc:
    values = dict(rows[index].values)
    answers = [model.AnswerDoc(**rows[child].values) for child in below(index, "answer")]
    if summary := values.pop("summary", ""):
        answers.append(model.AnswerDoc(author=SUMMARY, body=summary))
    return model.QuestionDoc(
        **values,
        answers=tuple(answers),
        follow_ups=tuple(_question(rows, child, below) for child in below(index, "question")),
        merged=tuple(model.MergedDoc(**rows[child].values) for child in below(index, "merged")),
    )
