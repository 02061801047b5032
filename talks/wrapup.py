"""What an evening still needs once it is over, and how long its cues took: read for the wrap-up page. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from markup.excerpt import excerpt
from members.models import Invitation, Person, Purpose
from talks import clock
from talks.evening import line_of as cue_line
from talks.evening import show_of, shown_cues, title_of
from talks.highlights import LONGEST, Candidate, line_of
from talks.missing import unsigned
from talks.models import (
    Answer,
    Claim,
    ClaimRole,
    Cue,
    Episode,
    Item,
    ItemState,
    Question,
    Review,
    Rundown,
)
from talks.models.order import in_order

# What is shown of a question here: there may be thousands.
SHOWN = ("position", "serial", "follow_up", "first_code", "parent", "asker_name", "body_html")
# More than a line of the highlights holds.
WHOLE = 2 * LONGEST


@dataclass(frozen=True, slots=True)
class Spent:
    """A cue with the minutes it was planned for (None: none) and those it took (None: it was not on the air)."""

    title: str
    state: str
    planned: int | None
    actual: int | None

    @property
    def over(self) -> int | None:
        """How many minutes too long, below zero too short; None where one of both is not known."""
        return None if self.planned is None or self.actual is None else self.actual - self.planned


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who spoke on an evening, and whether words of theirs stand beside a question."""

    person: Person
    has_words: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A link that lets somebody add words, with its question."""

    invitation: Invitation
    question: Question


@dataclass(frozen=True, slots=True)
class Wrapup:
    """All that the wrap-up page shows of an evening."""

    episode: Episode
    questions: list[Question]
    unanswered: list[Question]
    unsigned: list[Answer]
    nameless: list[Answer]
    waiting: int
    rundown: Rundown | None
    spent: list[Spent]
    whole: timedelta
    elapsed: timedelta
    candidates: list[Candidate]
    speakers: list[Speaker]
    links: list[Link]

    @property
    def planned(self) -> int:
        """How many minutes the whole show was planned for, with what it leaves for the free talk."""
        return round(self.whole.total_seconds() / 60)

    @property
    def actual(self) -> int:
        return round(self.elapsed.total_seconds() / 60)

    @property
    def over(self) -> int:
        """How many minutes the whole show was too long, below zero too short: what the host's page says, too."""
        return self.actual - self.planned

    @property
    def silent(self) -> list[Person]:
        """Who spoke and has no words here."""
        return [each.person for each in self.speakers if not each.has_words]


def wrapup_of(episode: Episode, *, now: datetime) -> Wrapup:
    """Return what an evening still needs, in a number of queries that does not grow with it."""
    asked = Question.objects.filter(episode=episode).only("episode", *SHOWN).with_answer_count()
    questions = list(in_order(asked))
    for question in questions:
        question.episode = episode
    answers = Answer.objects.filter(question__episode=episode, question__deleted_at=None, deleted_at=None)
    decided = answers.filter(author=None, stays_unsigned=True)
    rundown = Rundown.objects.filter(episode=episode).select_related("episode__template").first()
    cues = shown_cues(rundown) if rundown is not None else []
    lines = [cue_line(cue, now=now) for cue in cues]
    return Wrapup(
        episode,
        questions,
        [row for row in questions if not row.answer_count],
        _with_questions(unsigned(episode).order_by("question__position", "position", "pk"), questions),
        _with_questions(decided.order_by("question__position", "position", "pk"), questions),
        _waiting(episode),
        rundown,
        [spent_of(cue, now=now) for cue in cues],
        clock.whole(lines, clock.free_of(lines, show_of(rundown.episode if rundown is not None else episode))),
        clock.elapsed(lines),
        candidates_of(episode, questions),
        speakers_of(episode),
        _links(questions, now=now),
    )


def _with_questions(rows: QuerySet[Answer], questions: Sequence[Question]) -> list[Answer]:
    known = {question.pk: question for question in questions}
    found = list(rows)
    for row in found:
        row.question = known[row.question_id]
    return found


def _waiting(episode: Episode) -> int:
    """How many questions and answers wait for approval."""
    asked = Question.objects.filter(episode=episode, review=Review.WAITING)
    return asked.count() + Answer.objects.filter(question__episode=episode, review=Review.WAITING).count()


def spent_of(cue: Cue, *, now: datetime) -> Spent:
    """Return a cue with what was planned for it and what it took."""
    took = round(cue.spent(now).total_seconds() / 60) if cue.started_at is not None else None
    return Spent(title_of(cue), cue.state, cue.minutes, took)


def candidates_of(episode: Episode, questions: Sequence[Question]) -> list[Candidate]:
    """Return the lines that items and questions would make, in the order of the record. One query."""
    items = Item.objects.filter(section__episode=episode, section__deleted_at=None, state=ItemState.ACCEPTED)
    rows = items.filter(deleted_at=None).select_related("section").order_by("section__position", "position", "pk")
    found = [
        Candidate(f"item:{row.pk}", line_of(excerpt(row.title_html, WHOLE) or row.title or ""), row.section.name)
        for row in rows
    ]
    found += [
        Candidate(f"question:{row.pk}", line_of(excerpt(row.body_html, WHOLE)), row.public_id)
        for row in questions
        if row.parent_id is None
    ]
    return [each for each in found if each.line]


def speakers_of(episode: Episode) -> list[Speaker]:
    """Return who led a section, asked or answered, those without words first. Three queries."""
    leads = Claim.objects.current().filter(section__episode=episode, section__deleted_at=None, role=ClaimRole.LEAD)
    asked = Question.objects.filter(episode=episode, deleted_at=None)
    answers = Answer.objects.filter(question__episode=episode, question__deleted_at=None, deleted_at=None)
    wrote = set(answers.exclude(author=None).values_list("author", flat=True))
    spoke = {*wrote, *leads.values_list("person", flat=True), *asked.values_list("asker", flat=True)} - {None}
    people = Person.objects.current().filter(pk__in=spoke, is_collective=False).order_by("name", "pk")
    found = [Speaker(person, person.pk in wrote) for person in people]
    return sorted(found, key=lambda each: each.has_words)


def _links(questions: Sequence[Question], *, now: datetime) -> list[Link]:
    """Return the links to answer that still work, the newest first. One query."""
    known = {question.public_id: question for question in questions}
    rows = Invitation.objects.open(now).filter(purpose=Purpose.ANSWER, target__in=known).select_related("person")
    return [Link(row, known[row.target]) for row in rows.order_by("-pk")]


def words_to_send(link: Link, address: str) -> str:
    """Return what a host sends with a link to the one it is for, in the language of the moment."""
    question = link.question
    said = {
        "name": link.invitation.person.name if link.invitation.person is not None else "",
        "episode": question.episode.label,
        "question": excerpt(question.body_html, 60),
        "url": address,
    }
    return (
        _("%(name)s, in %(episode)s somebody asked: “%(question)s”. Would you add a word? No account needed: %(url)s")
        % said
    )
