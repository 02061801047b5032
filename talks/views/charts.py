"""The charts of the series: each with a sentence that says the same and the table of its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from talks import charts
from talks.charts import Bars, Column, Columns
from talks.series import (
    Coverage,
    Minutes,
    Sources,
    Tally,
    breaks,
    coverage,
    last_held,
    planned_minutes,
    sections_of,
    sources_of,
    tally,
)
from talks.spending import Spent, by_evening, by_kind, counted, shows_of

# An address's host is cut here, so that its number stands beside it on a phone.
HOST = 36


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its heading, the sentence for who does not see it, its key and its table."""

    title: str
    note: str
    label: str
    columns: Columns | None
    bars: Bars | None
    key: list[tuple[str, str]]
    heads: list[str]
    rows: list[list[str]]


def statistics_of() -> dict[str, Any]:
    """Return what the page of the statistics shows. As many queries for 5 evenings as for 100."""
    evenings = last_held()
    rows = tally(evenings, breaks())
    sections = sections_of(evenings)
    sources = sources_of(evenings)
    shows = shows_of(counted([row.pk for row in evenings]))
    found = (
        people_chart(rows),
        questions_chart(rows),
        coverage_chart(coverage(evenings, sections)),
        minutes_chart(planned_minutes(sections)),
        shows_chart(by_evening(shows, evenings)),
        kinds_chart(by_kind(shows)),
        ways_chart(sources),
        places_chart(sources),
    )
    return {"charts": [each for each in found if each is not None], "count": len(evenings)}


def people_chart(rows: Sequence[Tally]) -> Figure | None:
    """How many had a part in each evening, and how many of them for the first time."""
    held = [row for row in rows if row.code]
    drawn = charts.columns(_columns(rows, lambda row: (row.regulars, row.first)), ("one", "two"))
    if drawn is None:
        return None
    words = {
        "n": len(held),
        "least": min(row.people for row in held),
        "most": max(row.people for row in held),
        "last": held[-1].people,
        "first": held[-1].first,
    }
    sentence = _(
        "People in the last %(n)d episodes: from %(least)d to %(most)d; in the last one %(last)d, "
        "%(first)d of them for the first time"
    )
    return Figure(
        _("Who takes part"),
        _("everybody who has a part in an episode, asks or answers; light: for the first time"),
        sentence % words,
        drawn,
        None,
        [("one", _("known")), ("two", _("first time"))],
        [_("episode"), _("people"), _("first time")],
        _table(rows, lambda row: (row.people, row.first)),
    )


def questions_chart(rows: Sequence[Tally]) -> Figure | None:
    """How many questions were asked on each evening, and how many have no answer."""
    held = [row for row in rows if row.code]
    drawn = charts.columns(_columns(rows, lambda row: (row.answered, row.unanswered)), ("two", "missing"))
    if drawn is None:
        return None
    words = {
        "n": len(held),
        "asked": sum(row.asked for row in held),
        "unanswered": sum(row.unanswered for row in held),
    }
    return Figure(
        _("How many questions are answered"),
        _("red: still without an answer"),
        _("Questions in the last %(n)d episodes: %(asked)d, %(unanswered)d of them without an answer") % words,
        drawn,
        None,
        [("two", pgettext("question", "answered")), ("missing", pgettext("question", "unanswered"))],
        [_("episode"), _("questions"), pgettext("question", "unanswered")],
        _table(rows, lambda row: (row.asked, row.unanswered)),
    )


def coverage_chart(rows: Sequence[Coverage]) -> Figure | None:
    """How many sections somebody took, ran without a lead, or were left out."""
    given = [Column(row.label, (row.taken, row.degraded, row.dropped)) for row in rows]
    drawn = charts.columns(given, ("one", "two", "missing")) if rows else None
    if drawn is None:
        return None
    totals = [sum(getattr(row, name) for row in rows) for name in ("taken", "degraded", "dropped")]
    words = dict(zip(("taken", "degraded", "dropped"), totals, strict=True))
    names = [_("taken"), _("without a lead"), _("left out")]
    return Figure(
        _("Who has the sections"),
        _("the free talk is everybody's"),
        _("Sections: %(taken)d taken, %(degraded)d without a lead, %(dropped)d left out") % words,
        drawn,
        None,
        list(zip(("one", "two", "missing"), names, strict=True)),
        [_("episode"), *names],
        [[row.label, str(row.taken), str(row.degraded), str(row.dropped)] for row in reversed(rows)],
    )


def minutes_chart(rows: Sequence[Minutes]) -> Figure | None:
    """How many minutes a kind of section is given."""
    said = [(row.label, row.minutes) for row in rows]
    drawn = charts.bars(said)
    if drawn is None:
        return None
    return Figure(
        _("Minutes planned"),
        _("per section, on average"),
        _("Minutes planned: %(sections)s") % {"sections": _in_a_row(said)},
        None,
        drawn,
        [],
        [_("section"), _("minutes"), _("episodes")],
        [[row.label, str(row.minutes), str(row.evenings)] for row in rows],
    )


def shows_chart(rows: Sequence[Spent]) -> Figure | None:
    """How long each evening was, against what it was planned for."""
    drawn = charts.columns(
        [Column(row.label, row.parts, said=row.actual) for row in rows], ("one", "missing", "hollow")
    ) if rows else None  # fmt: skip
    if drawn is None:
        return None
    words = {"n": len(rows), "planned": rows[-1].planned, "actual": rows[-1].actual}
    words["over"] = sum(row.actual > row.planned for row in rows)
    return Figure(
        _("How long the evenings were"),
        _("in minutes, pauses left out"),
        _(
            "The last %(n)d evenings with a rundown: %(over)d longer than planned; the last one took %(actual)d "
            "minutes of %(planned)d"
        )
        % words,
        drawn,
        None,
        [("one", _("as planned")), ("missing", _("beyond the plan")), ("hollow", _("left of the plan"))],
        [_("episode"), pgettext("minutes", "planned"), pgettext("minutes", "actual")],
        [[row.label, str(row.planned), str(row.actual)] for row in reversed(rows)],
    )


def kinds_chart(rows: Sequence[Spent]) -> Figure | None:
    """How many minutes a kind of section took, against what it was planned for."""
    said = [(_("%(section)s (planned: %(n)d)") % {"section": row.label, "n": row.planned}, row.actual) for row in rows]
    drawn = charts.bars(said)
    if drawn is None:
        return None
    return Figure(
        _("Minutes that sections took"),
        _("on average, of the evenings on which there was one"),
        _("Minutes that sections took: %(sections)s") % {"sections": _in_a_row(said)},
        None,
        drawn,
        [],
        [_("section"), pgettext("minutes", "planned"), pgettext("minutes", "actual"), _("episodes")],
        [[row.label, str(row.planned), str(row.actual), str(row.evenings)] for row in rows],
    )


def ways_chart(sources: Sources) -> Figure | None:
    """How the items came: nominated, from the inbox, by the rule, with a document."""
    words = {
        "nominated": _("nominated by members"),
        "inbox": _("filed from the inbox"),
        "automatic": _("listed by themselves"),
        "document": _("written in the document"),
    }
    rows = [(words[way], n) for way, n in sources.ways.items() if n]
    return _counted(_("How items come in"), "", rows, _("way"))


def places_chart(sources: Sources) -> Figure | None:
    """Which sites the items lead to."""
    rows = [(place if len(place) <= HOST else f"{place[: HOST - 1]}…", n) for place, n in sources.places]
    return _counted(_("Where items lead to"), _("the sites of most items"), rows, _("site"))


def _counted(title: str, note: str, rows: list[tuple[str, int]], head: str) -> Figure | None:
    drawn = charts.bars(rows)
    if drawn is None:
        return None
    label = _("%(title)s: %(rows)s") % {"title": title, "rows": _in_a_row(rows)}
    return Figure(title, note, label, None, drawn, [], [head, _("items")], [[name, str(n)] for name, n in rows])


def _in_a_row(rows: Sequence[tuple[str, int]]) -> str:
    return _(", ").join(f"{name} {n}" for name, n in rows)


def _columns(rows: Sequence[Tally], values: Any) -> list[Column]:
    off = pgettext("chart", "off")
    return [Column(row.label, values(row)) if row.code else Column("", off=off) for row in rows] if rows else []


def _table(rows: Sequence[Tally], values: Any) -> list[list[str]]:
    """Return the rows of the table, the newest first."""
    return [[row.label, *map(str, values(row))] for row in reversed(rows) if row.code]
