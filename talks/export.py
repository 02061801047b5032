"""An episode out of the database: as flat rows, as an EpisodeDoc, and as the text of a channel. Reads only."""

from __future__ import annotations

import json
import zoneinfo
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from markup import links, targets
from talks.documents import flat, writer
from talks.documents import model as documents
from talks.documents.escapes import guarded
from talks.documents.flat import FlatRow
from talks.documents.lines import GENERATED_END, GENERATED_START
from talks.documents.shown import shown_document
from talks.documents.vocabulary import Role, role_of
from talks.merged import words_in
from talks.models import (
    Answer,
    Claim,
    ClaimRole,
    Credit,
    CreditRole,
    Episode,
    Hosting,
    HostingRole,
    Item,
    ItemState,
    PaperMention,
    Part,
    Passage,
    PastLink,
    Plan,
    Question,
    Recording,
    Reference,
    Section,
    Suggestion,
)
from talks.models.order import grouped, in_order

# kind of row → its model and the fields that hold its values as they are
KINDS: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "episode": (
        Episode,
        ("kind", "number", "title", "starts_at", "time_text", "labels", "highlights", "plans_body", "unplaced"),
    ),
    "recording": (Recording, ("title", "url", "platform", "offset_seconds")),
    "passage": (Passage, ("place", "title", "level", "body")),
    "section": (
        Section,
        ("kind", "title", "is_optional", "brief", "minutes", "theme", "labels", "body", "groups"),
    ),
    "item": (Item, ("state", "group", "title", "url", "author", "site", "remark", "body")),
    "suggestion": (Suggestion, ("body",)),
    "part": (Part, ("part", "title", "body")),
    "question": (Question, ("part", "number", "body", "after")),
    "answer": (Answer, ("body",)),
    "reference": (Reference, ("title", "url")),
    "plan": (Plan, ("body", "priority")),
    "past": (PastLink, ("code", "title", "url", "kind")),
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of the database and what it says as a row of a document."""

    row: Any
    flat: FlatRow


def document_of(episode: Episode) -> documents.EpisodeDoc:
    """Return the episode as a document."""
    return flat.unflatten([stored.flat for stored in rows_of(episode)])


def rows_of(episode: Episode, *, everything: bool = False) -> list[Stored]:
    """Return the rows of the episode in document order, in a constant number of queries.

    `everything` adds what people took out of the record: deleted rows and items that were turned down.
    """
    names = _Names(episode)
    rows = [Stored(episode, FlatRow("episode", None, {**_fields("episode", episode), **names.of_episode()}))]

    def add(kind: str, row: Any, parent: int, **more: Any) -> int:
        rows.append(Stored(row, FlatRow(kind, parent, {**_fields(kind, row), **more})))
        return len(rows) - 1

    for kind in ("recording", "passage"):
        for row in _rows(kind, episode, everything):
            add(kind, row, 0)
    items = grouped(in_order(Item.objects.filter(section__episode=episode), everything=everything), "section_id")
    suggestions = grouped(
        in_order(Suggestion.objects.filter(section__episode=episode), everything=everything), "section_id"
    )
    for section in _rows("section", episode, everything):
        if not everything and section.is_dropped(items[section.pk], suggestions[section.pk]):
            continue
        index = add("section", section, 0, **names.of_section(section))
        for item in items[section.pk]:
            if everything or item.state in (ItemState.ACCEPTED, ItemState.NOMINATED):
                add("item", item, index, **names.of_item(item))
        for suggestion in suggestions[section.pk]:
            add("suggestion", suggestion, index)
    for part in _rows("part", episode, everything):
        add("part", part, 0)
    _add_questions(episode, add, rows, everything)
    for kind in ("reference", "plan", "past"):
        for row in _rows(kind, episode, everything):
            add(kind, row, 0)
    return rows


def _fields(kind: str, row: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in KINDS[kind][1]}
    if values.get("starts_at") is not None:
        values["starts_at"] = _here(values["starts_at"])
    if kind == "item":  # a document says "" of an entry that is called nothing
        values["title"] = values["title"] or ""
    return values


def _here(moment: datetime) -> datetime:
    return moment.astimezone(zoneinfo.ZoneInfo(settings.TIME_ZONE))


def _rows(kind: str, episode: Episode, everything: bool) -> models.QuerySet[Any]:
    return in_order(KINDS[kind][0]._default_manager.filter(episode=episode), everything=everything)


def _target(credit: Credit) -> tuple[int | None, int | None]:
    """Return what a credit is for: section and item, one of them or none."""
    return credit.section_id, credit.item_id


def _add_questions(episode: Episode, add: Any, rows: list[Stored], everything: bool) -> None:
    questions = grouped(in_order(Question.objects.filter(episode=episode), everything=everything), "parent_id")
    merged = {} if everything else words_in(episode.pk)
    answers = grouped(in_order(Answer.objects.filter(question__episode=episode), everything=everything), "question_id")

    def add_below(parent: int | None, index: int) -> None:
        for question in questions[parent]:
            summary = {"summary": question.summary} if question.summary else {}
            own = add("question", question, index, asker=question.asker_name, **summary)
            for answer in answers[question.pk]:
                add("answer", answer, own, author=answer.author_name)
            for each in merged.get(question.pk, ()):
                values = {"id": each.public_id, "asker": each.asker_name, "body": each.body}
                rows.append(Stored(each, FlatRow("merged", own, {**values, "at": _here(each.created_at)})))
            add_below(question.pk, own)

    add_below(None, 0)


class _Names:
    """The names and papers around an episode, fetched once."""

    def __init__(self, episode: Episode) -> None:
        self.hostings = list(in_order(Hosting.objects.filter(episode=episode)))
        self.credits = grouped(in_order(Credit.objects.filter(episode=episode)), _target)
        self.claims = grouped(
            in_order(Claim.objects.filter(section__episode=episode, role=ClaimRole.LEAD)), "section_id"
        )
        mentions = PaperMention.objects.filter(episode=episode, item__isnull=False).select_related("paper")
        self.papers = grouped(mentions.order_by("pk"), "item_id")

    def of_episode(self) -> dict[str, Any]:
        return {
            "hosts": [hosting.name for hosting in self.hostings if hosting.role == HostingRole.HOST],
            "editors": [hosting.name for hosting in self.hostings if hosting.role == HostingRole.EDITOR],
            "leads": [credit.name for credit in self.credits[None, None] if credit.role == CreditRole.LEAD],
        }

    def of_section(self, section: Section) -> dict[str, Any]:
        credits_ = self.credits[section.pk, None]
        # A claim holds one name; another name of the same person stands beside it.
        claims = self.claims[section.pk]
        named = {claim.name for claim in claims}
        credited = [credit for credit in credits_ if credit.role == CreditRole.LEAD and credit.name not in named]
        leads = [*claims, *credited]
        return {
            "leads": [lead.name for lead in sorted(leads, key=lambda lead: lead.position)],
            "contributors": [credit.name for credit in credits_ if credit.role != CreditRole.LEAD],
        }

    def of_item(self, item: Item) -> dict[str, Any]:
        return {
            "contributors": [credit.name for credit in self.credits[None, item.pk]],
            "papers": [mention.paper.arxiv_id for mention in self.papers[item.pk]],
        }


# Which options a whole episode is exported with for each channel of text.
OPTIONS: dict[str, dict[str, str]] = {"github": {"toc": "true"}, "zhihu": {}}
CHANNELS = (*OPTIONS, "json")


@dataclass(frozen=True, slots=True)
class Exported:
    """The text for one channel, its title where the channel has a box for it, and what the channel cannot take."""

    text: str
    title: str
    filename: str
    media_type: str
    losses: tuple[str, ...] = ()


def json_text(value: dict[str, Any]) -> str:
    """Return the JSON of a document with sorted keys, the same bytes for the same document."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def title_of(episode: Episode) -> str:
    """Return the title of the record where it stands alone: the series, the code, the title or highlights."""
    name = episode.name
    return f"【OpenLLM Talk {episode.label}】{name}" if name else f"OpenLLM Talk {episode.label}"


def export(episode: Episode, to: str) -> Exported:
    """Return the episode as the text of a channel: "github", "zhihu" or "json". Raises ValueError for another."""
    document = document_of(episode)
    title = title_of(episode)[:100]
    if to == "json":
        return Exported(
            json_text(documents.to_json(document)),
            title=title,
            filename=f"{episode.code}.json",
            media_type="application/json",
        )
    if to not in OPTIONS:
        raise ValueError(_("Choose github, zhihu or json."))
    shown = shown_document(document if to == "github" else _without_suggestions(document))
    options = {"site_url": settings.SITE_URL, **OPTIONS[to]}
    if to == "zhihu":
        # There a text that begins with a heading may lose it to the title.
        options["lead"] = f"本期提要：{'；'.join(shown.highlights)}" if shown.highlights else title
    made = targets.convert(links.scrub(guarded(writer.write(shown))), to, options)
    name = f"{episode.code}.md" if to == "github" else f"{episode.code}.{to}.md"
    text = _with_navigation(made.text, episode) if to == "github" else made.text
    return Exported(text, title=title, filename=name, media_type="text/markdown", losses=made.losses)


def _without_suggestions(document: documents.EpisodeDoc) -> documents.EpisodeDoc:
    """Return the document without what people wish of a section: the record keeps it, an article does not say it."""
    sections = [
        replace(
            section,
            suggestions=(),
            labels=tuple(label for label in section.labels if role_of(label.label) != Role.SUGGESTIONS),
        )
        for section in document.sections
    ]
    return replace(document, sections=tuple(sections))


def _with_navigation(text: str, episode: Episode) -> str:
    """Return the text with neighbours and contents under its title, in marks that tell our reader to skip them."""
    title, _gap, rest = text.partition("\n\n")
    contents, _gap, body = rest.partition("\n\n") if rest.startswith("- [") else ("", "", rest)
    generated = "\n\n".join(filter(None, [GENERATED_START, _neighbours(episode), contents, GENERATED_END]))
    return f"{title}\n\n{generated}\n\n{body}"


def _neighbours(episode: Episode) -> str:
    """Return links to the episodes before and after, as files of one folder."""
    others = Episode.objects.visible_to(None).filter(kind=episode.kind).beside(episode.code)
    before = others.filter(number__lt=episode.number).order_by("-number").first()
    after = others.filter(number__gt=episode.number).order_by("number").first()
    named = (("上一期", before), ("下一期", after))
    return "，".join(f"{word} [{other.label}]({other.code}.md)" for word, other in named if other is not None)
