"""Questions and answers of a chat log become rows of an episode, in the part of the group. Nothing is doubled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.people import COLLECTIVES, find_or_name
from members.actors import Actor
from members.models import Alias, ChatWish, Person
from members.rules import StateRefusal, check_text, require
from talks.actions.html import Html, rendered
from talks.actions.keeping import keep
from talks.actions.questions import put_answer, put_question
from talks.documents.chat_questions import Asked, Told
from talks.models import Answer, Episode, EpisodeState, Question, QuestionPart
from talks.rules import ANSWER_LIMIT, NAME_LIMIT, QUESTION_LIMIT, may_plan, runs


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of a log; `known` are its questions and answers that stood there already."""

    questions: list[Question]
    answers: list[Answer]
    known: int


def wishing(names: Collection[str], wish: ChatWish) -> set[str]:
    """Return which of these names mean somebody with this standing wish for words from a chat."""
    rows = Alias.objects.filter(name__in=names, deleted_at=None, person__deleted_at=None)
    wishes = rows.values_list("name", "person__chat_wish", "person__merged_into__chat_wish")
    return {name for name, own, merged in wishes if (merged or own) == wish}


def import_chat(*, episode: Episode, asked: Sequence[Asked], by: Actor, now: datetime) -> Stored:
    """Store what was asked and answered in the chat group. Hosts, organizers and the operator.

    Names of the alias book are signed with; whom it does not know, and who wishes so, is 群友; who wishes to be left
    out is. A name in a log proves nothing, so it earns no rights. A question or answer that stands there in
    the same words is left as it is, so that the same log comes in twice and changes nothing; also one that is under
    review or withdrawn, with what was answered to it, for a log shows nothing that is not to be shown. Raises
    PermissionDenied, Http404, StateRefusal (`draft`), ValidationError for a text that is too long, and
    stores nothing then.
    """
    require(runs(by, episode) or may_plan(by), _("Only hosts and organizers take in what was said in the group."))
    asked = _as_wished(asked)
    for each in asked:
        check_text(each.body, field="body", limit=QUESTION_LIMIT, required=True)
        for told in each.answers:
            check_text(told.body, field="body", limit=ANSWER_LIMIT, required=True)
    html: dict[int, Html] = {id(each): rendered(Question(body=each.body)) for each in asked}
    html |= {id(told): rendered(Answer(body=told.body)) for each in asked for told in each.answers}
    with transaction.atomic():
        row = Episode.objects.under_lock().filter(pk=episode.pk, deleted_at=None).first()
        if row is None:
            raise Http404
        require(runs(by, row) or may_plan(by), _("Only hosts and organizers take in what was said in the group."))
        if row.state == EpisodeState.DRAFT:
            raise StateRefusal(_("This episode is still a draft."), code="draft")
        store = _Store(row, _people(asked, by=by, now=now), html, now=now)
        for each in asked:
            store.take(each)
        if store.questions or store.answers:
            after = {"questions": len(store.questions), "answers": len(store.answers)}
            event = record(by=by, now=now, verb="import_chat", kind="episode", key=row.code, after=after)
            keep(event, [*store.questions, *store.answers])
    return Stored(store.questions, store.answers, store.known)


def pass_on(*, episode: Episode, asker_name: str, body: str, by: Actor, now: datetime) -> Question:
    """Take in one question that somebody asked in the chat group, for a robot there; the same words again are the same
    question. It is read like a line of a log: a name of the alias book is credited and earns nothing.

    Raises as `import_chat`, and StateRefusal (`left_out`) for who wishes to be left out, (`under_review`) for words
    that stand there and are not shown.
    """
    require(runs(by, episode) or may_plan(by), _("Only hosts and organizers take in what was said in the group."))
    check_text(asker_name, field="asker_name", limit=NAME_LIMIT, required=True)
    if episode.state == EpisodeState.PUBLISHED:
        raise StateRefusal(_("This episode takes no questions now; ask in the next one."), code="questions_closed")
    asked = Asked(asker_name.strip(), body.strip(), [])
    if not _as_wished([asked]):
        raise StateRefusal(_("Who asked this wishes to be left out of the record."), code="left_out")
    stored = import_chat(episode=episode, asked=[asked], by=by, now=now)
    if stored.questions:
        return stored.questions[0]
    standing = Question.objects.filter(episode=episode, deleted_at=None).order_by("pk")
    known = next((row for row in standing if row.body.strip() == asked.body), None)
    if known is None:
        raise StateRefusal(_("Whether it is shown is decided in the queue."), code="under_review")
    return known


def _as_wished(asked: Sequence[Asked]) -> list[Asked]:
    """Return what was asked without the words of those who wish to be left out."""
    out = wishing({told.speaker for each in asked for told in (each, *each.answers)}, ChatWish.LEAVE_OUT)
    return [
        replace(each, answers=[told for told in each.answers if told.speaker not in out])
        for each in asked
        if each.speaker not in out
    ]


def _people(asked: Iterable[Asked], *, by: Actor, now: datetime) -> dict[str, Person]:
    """Return who the names of a log are; those that nobody knows, or who wish so, are all the one name of the group."""
    names = {told.speaker for each in asked for told in (each, *each.answers)}
    rows = Alias.objects.filter(name__in=names, person__deleted_at=None).select_related("person__merged_into")
    known = {row.name: row.person.merged_into or row.person for row in rows}
    known = {name: person for name, person in known.items() if person.chat_wish != ChatWish.ANONYMOUS}
    [collective] = COLLECTIVES
    group = find_or_name([collective], by=by, now=now)[collective] if names - known.keys() else None
    return known | {name: group for name in names - known.keys() if group is not None}


class _Store:
    """The rows of one episode that is locked, made in the order of the log."""

    def __init__(self, episode: Episode, people: dict[str, Person], html: dict[int, Html], *, now: datetime) -> None:
        self.episode, self.people, self.html, self.now = episode, people, html, now
        self.questions: list[Question] = []
        self.answers: list[Answer] = []
        self.known = 0
        there = Question.objects.filter(episode=episode)
        self.standing = {row.body.strip(): row for row in there.filter(deleted_at=None).order_by("-pk")}
        hidden = (there.under_review(), there.withdrawn())
        self.hidden = {body.strip() for rows in hidden for body in rows.values_list("body", flat=True)}

    def take(self, asked: Asked) -> None:
        question = self.standing.get(asked.body.strip())
        if question is None and asked.body.strip() in self.hidden:
            self.known += 1 + len(asked.answers)
            return
        if question is None:
            question = self._ask(asked)
        else:
            self.known += 1
        there = Answer.objects.filter(Q(deleted_at=None) | ~Q(review=""), question=question)
        said = {row.body.strip() for row in there}
        for told in asked.answers:
            if told.body.strip() in said:
                self.known += 1
                continue
            said.add(told.body.strip())
            who = self.people[told.speaker]
            signed = {"author": who, "author_name": _written(told, who), "is_by_name": True}
            html = self.html[id(told)]
            self.answers.append(put_answer(question=question, body=told.body, html=html, now=self.now, **signed))

    def _ask(self, asked: Asked) -> Question:
        who, html = self.people[asked.speaker], self.html[id(asked)]
        whose = {"asker": who, "asker_name": _written(asked, who), "is_by_name": True, "part": QuestionPart.GROUP}
        row = put_question(episode=self.episode, body=asked.body, html=html, now=self.now, **whose)
        self.questions.append(row)
        self.standing[asked.body.strip()] = row
        return row


def _written(told: Told, who: Person) -> str:
    """Return the name as the log writes it, of somebody unknown that of the group."""
    return who.name if who.is_collective else told.speaker
