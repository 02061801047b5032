"""The record of an evening while it goes on: questions, answers by those who gave them, and links, kept by a scribe.

A section has one scribe at a time; who takes over does so knowingly. Names are signed with as everywhere (`answers`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from markup import links
from members.actions.events import record
from members.actions.people import find_or_name
from members.actors import Actor
from members.models import Person
from members.rules import StateRefusal, check_text, invalid, may_write
from talks.actions.answers import check_author, signature
from talks.actions.deliveries import announce
from talks.actions.html import give_ids, rendered
from talks.actions.item_rows import name_papers, values_of
from talks.actions.keeping import keep
from talks.actions.questions import Repeated, put_answer, put_question
from talks.actions.rundown_version import touch_rundown
from talks.models import (
    Answer,
    Depth,
    Episode,
    Item,
    ItemState,
    Question,
    QuestionPart,
    ScribeLock,
    Section,
)
from talks.models.order import next_position
from talks.nominations import address_in, known_of
from talks.rules import (
    ANSWER_LIMIT,
    QUESTION_LIMIT,
    URL_LIMIT,
    may_scribe,
    takes_items,
)
from talks.telling import excerpt

# How people write that a name follows.
MARKS = "@＠ "


class Taken(StateRefusal):
    """Somebody else keeps the record of the section just now: `person`."""

    def __init__(self, person: Person) -> None:
        message = _("%(name)s keeps the record of this section just now; take over, and they are told.")
        super().__init__(message % {"name": person.name}, code="scribe_taken")
        self.person = person


def take_section(*, section: Section, by: Actor, now: datetime, take_over: bool = False) -> ScribeLock:
    """Keep the record of a section from now on, or still. Ends by itself a minute after one was last seen.

    Raises PermissionDenied, Http404, Taken while somebody else has it, unless one takes over.
    """
    with transaction.atomic():
        found = Section.objects.select_for_update(of=("self",), no_key=True).select_related("episode")
        row = found.filter(pk=section.pk).first()
        if row is None or row.deleted_at is not None:
            raise Http404
        person = _scribe(by, row.episode)
        lock = ScribeLock.objects.select_related("person").filter(section=row).first()
        if lock is None:
            lock = ScribeLock.objects.create(section=row, person=person, seen_at=now)
        elif lock.person_id == person.pk:
            if lock.stands(now):
                ScribeLock.objects.filter(pk=lock.pk).update(seen_at=now)
                return lock
        elif lock.stands(now) and not take_over:
            raise Taken(lock.person)
        lock.person, lock.seen_at = person, now
        lock.save(update_fields=["person", "seen_at"])
        touch_rundown(episode=row.episode_id)
    return lock


def leave_section(*, section: Section, by: Actor) -> None:
    """Keep the record of a section no more; of one that is somebody else's, nothing changes."""
    if isinstance(by, Person) and ScribeLock.objects.filter(section=section, person=by).delete()[0]:
        touch_rundown(episode=section.episode_id)


def note_question(
    *, section: Section, body: str, asker_name: str, by: Actor, now: datetime, take_over: bool = False
) -> Question:
    """Write down a question that was asked on the air; `asker_name` is who asked it, "" where nobody knows.

    Raises PermissionDenied, Http404, Taken, ValidationError (also for nothing but an address, which is a link that was
    shown), Repeated for what was written down already.
    """
    body = check_text(body.strip(), field="body", limit=QUESTION_LIMIT, required=True)
    if _is_address(body):
        message = _("This is an address, not a question: put it into “A link that was shown” and choose its section.")
        raise invalid("body", message, "is_address")
    asker_name = check_author(asker_name).lstrip(MARKS)
    html = rendered(Question(body=body))
    with _writing(section, by=by, now=now, take_over=take_over) as episode:
        same = Question.objects.filter(episode=episode, part=QuestionPart.ONLINE, body=body, deleted_at=None)
        if (there := same.select_related("episode").first()) is not None:
            raise Repeated(there)
        asker = find_or_name([asker_name], by=by, now=now)[asker_name] if asker_name else None
        whose = {"asker": asker, "asker_name": asker_name or None, "is_by_name": bool(asker_name)}
        row = put_question(episode=episode, body=body, html=html, now=now, part=QuestionPart.ONLINE, **whose)
        after = {"body": body, "asker": asker_name}
        event = keep(record(by=by, now=now, verb="note", kind="question", key=row.public_id, after=after), [row])
        announce(event, episode, "question_asked", now=now, url=row.get_absolute_url(), **_told(row, body, asker_name))
    return row


def note_answer(
    *,
    question: Question,
    author_name: str,
    body: str,
    by: Actor,
    now: datetime,
    section: Section | None = None,
    take_over: bool = False,
) -> Answer:
    """Write down what somebody said to a question, signed with their name; the scribe is named as the transcriber.

    Raises PermissionDenied, Http404, Taken, ValidationError, Repeated for what was written down already.
    """
    body = check_text(body.strip(), field="body", limit=ANSWER_LIMIT, required=True)
    author_name = check_author(author_name)
    html = rendered(Answer(body=body))
    with _writing(section, by=by, now=now, take_over=take_over, episode=question.episode) as episode:
        found = Question.objects.select_for_update(of=("self",), no_key=True)
        row = found.filter(pk=question.pk, deleted_at=None).first()
        if row is None or row.episode_id != episode.pk:
            raise Http404
        row.episode = episode
        scribe = _scribe(by, episode)
        unsigned: dict[str, Any] = {
            "author": None,
            "author_name": None,
            "transcriber": scribe,
            "transcriber_name": scribe.name,
        }
        signed = signature(author_name, by=scribe, now=now) if author_name else unsigned
        same = Answer.objects.filter(question=row, body=body, author_name=signed["author_name"], deleted_at=None)
        if (there := same.first()) is not None:
            raise Repeated(there)
        made = put_answer(question=row, body=body, html=html, now=now, **signed)
        after = {"body": body, "author": signed["author_name"]}
        event = keep(record(by=by, now=now, verb="note", kind="answer", key=made.pk, after=after), [made])
        announce(
            event,
            episode,
            "question_answered",
            now=now,
            url=row.get_absolute_url(),
            **_told(row, body, signed["author_name"] or ""),
        )
    return made


def _is_address(text: str) -> bool:
    """Whether a text is one address and nothing else."""
    is_one_word = text.isascii() and len(text.split()) == 1 and ("/" in text or text.startswith("www."))
    return is_one_word and bool(address_in(text))


def note_link(
    *,
    section: Section,
    url: str,
    by: Actor,
    now: datetime,
    into: Section | None = None,
    take_over: bool = False,
) -> Item:
    """Make a card of a link that was shown: called what its work is called, else by its address; it is only listed.

    `section` is the one whose record is kept, `into` the one that the card goes into when that is another one: the free
    talk takes none. It was shown on the air, so it stands in the record as what was said does. One that the evening has
    already is returned as it is.

    Raises PermissionDenied, Http404, StateRefusal (`no_items`), Taken, ValidationError.
    """
    check_text(url, field="url", limit=URL_LIMIT, required=True)
    address = address_in(url)
    if not address:
        raise invalid("url", _("This is no address of a page: it begins with https://."), "invalid")
    home = into or section
    if home.episode_id != section.episode_id or home.deleted_at is not None:
        raise Http404
    if not takes_items(home):
        raise StateRefusal(_("The free talk holds questions; choose another section."), code="no_items")
    with _writing(section, by=by, now=now, take_over=take_over) as episode:
        key = links.short_key(address)
        there = Item.objects.current().filter(section__episode=episode, section__deleted_at=None, url_key=key)
        if (known := there.order_by("pk").first()) is not None:
            return known
        title = known_of(address, episode, None).title or address
        row = Item(
            section=home,
            position=next_position(home.items.all()),
            title=title,
            url=address,
            url_key=key,
        )
        row.state = ItemState.ACCEPTED
        row.depth, row.nominated_by = Depth.LISTED, _scribe(by, episode)
        row.created_at = row.changed_at = now
        for name, value in rendered(row).items():
            setattr(row, name, value)
        row.save()
        give_ids([row])
        name_papers(row, now=now)
        keep(record(by=by, now=now, verb="note", kind="item", key=row.pk, after=values_of(row)), [row])
    return row


def _scribe(by: Actor, episode: Episode) -> Person:
    """Return who keeps the record. Raises PermissionDenied, StateRefusal."""
    if not isinstance(by, Person) or not may_write(by):
        raise PermissionDenied(_("Sign in to keep the record."))
    if not may_scribe(by, episode):
        raise StateRefusal(_("The record is kept while the evening is on the air and written up."), code="not_live")
    return by


@contextmanager
def _writing(
    section: Section | None, *, by: Actor, now: datetime, take_over: bool, episode: Episode | None = None
) -> Iterator[Episode]:
    """Lock the episode, see that the section is this scribe's, and let the pages know afterwards."""
    home = section.episode_id if section is not None else episode.pk if episode is not None else 0
    with transaction.atomic():
        row = Episode.objects.under_lock().filter(pk=home, deleted_at=None).first()
        if row is None:
            raise Http404
        _scribe(by, row)
        if section is not None:
            take_section(section=section, by=by, now=now, take_over=take_over)
        yield row
        touch_rundown(episode=row.pk)


def _told(question: Question, text: str, name: str) -> dict[str, Any]:
    """Return what webhooks are told: who said it, not who wrote it down."""
    return {"question": question.public_id, "body": excerpt(text), "who": name or _("Somebody")}
