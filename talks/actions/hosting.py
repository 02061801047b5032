"""Who hosts and edits an episode: taken in one tap while nobody with an account does, given to others, handed over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.invitations import end_invitations
from members.actions.notifications import notify
from members.actors import Actor, person_behind
from members.models import Person
from members.rules import StateRefusal, invalid, is_organizer, is_system, may_write, require
from talks.actions.claims import check_taker
from talks.actions.keeping import keep
from talks.models import Episode, EpisodeState, Hosting, HostingRole, Question, Section
from talks.models.order import in_order, next_position
from talks.rules import is_past_cut_off, leaves_chair, may_wrap_up, runs


def host(*, episode: Episode, role: str, by: Actor, now: datetime) -> Hosting:
    """Become host or editor of an episode that has none, or for which a document alone names one without an account:
    that name keeps its credit. Who is named there so confirms it.

    Raises PermissionDenied, ValidationError for an unknown role, StateRefusal (`role_taken`, `episode_over`).
    """
    with transaction.atomic():
        episode = _locked(episode, role)
        require(may_write(by) and isinstance(by, Person), _("Sign in to host."))
        require(episode.state != EpisodeState.DRAFT or is_organizer(by), _("Only organizers see drafts."))
        others = _of(episode, role)
        if not leaves_chair(others, by):
            sentence = _("%(who)s does this already; who does it can add you.")
            raise StateRefusal(sentence % {"who": "、".join(each.name for each in others)}, code="role_taken")
        assert isinstance(by, Person)  # noqa: S101 - for the type checker; the line above has raised
        named = next((each for each in others if each.person_id == by.pk), None)
        made = _give(episode, by, role, now=now) if named is None else _confirm(named, now=now)
        keep(record(by=by, now=now, verb="host", kind="episode", key=episode.code, after=_values(made)), [made])
        _tell("hosting_taken", episode, [made], by=by, now=now, role=role)
    return made


def name_host(*, episode: Episode, person: Person, role: str, by: Actor, now: datetime) -> Hosting:
    """Add a host or an editor, or let the place be theirs that a document has under their name. Hosts and organizers.

    Raises PermissionDenied, ValidationError for who cannot be it, StateRefusal (`episode_over`).
    """
    with transaction.atomic():
        episode = _locked(episode, role)
        require(runs(by, episode), _("Only hosts and organizers do this."))
        person = check_taker(person, field="person")
        others = _of(episode, role)
        named = next((each for each in others if each.is_by_name and each.person_id == person.pk), None)
        if named is None:
            _check_new(others, person, field="person")
        made = _give(episode, person, role, now=now) if named is None else _confirm(named, now=now)
        keep(record(by=by, now=now, verb="name_host", kind="episode", key=episode.code, after=_values(made)), [made])
        _tell("hosting_given", episode, [made], by=by, now=now, role=role, name=made.name)
    return made


def leave_hosting(*, hosting: Hosting, by: Actor, now: datetime) -> Hosting:
    """Host or edit no more: oneself before the cut-off or while others remain, organizers anybody at any time, and so
    does the system for who leaves.

    Raises PermissionDenied, Http404, StateRefusal (`cut_off_passed`, `episode_over`).
    """
    with transaction.atomic():
        row = _locked_hosting(hosting)
        may_end = is_organizer(by) or is_system(by)
        require(may_end or _is_own(by, row), _("Only who hosts gives it up."))
        is_last = all(each.pk == row.pk or each.is_by_name for each in _of(row.episode, row.role))
        if not may_end and is_last and is_past_cut_off(row.episode, now=now):
            raise StateRefusal(_("The board is locked: hand the evening over to somebody."), code="cut_off_passed")
        before = _values(row)
        _end(row, now=now)
        _end_links(row, by=by, now=now)
        keep(record(by=by, now=now, verb="leave_hosting", kind="episode", key=row.episode.code, before=before), [row])
        _tell("hosting_left", row.episode, [row], by=by, now=now, role=row.role, name=row.name)
    return row


def hand_over_hosting(*, hosting: Hosting, to: Person, by: Actor, now: datetime) -> Hosting:
    """Give one's place as host or editor to somebody else, and return theirs. Also organizers.

    Raises PermissionDenied, Http404, ValidationError for who cannot have it, StateRefusal (`episode_over`).
    """
    with transaction.atomic():
        row = _locked_hosting(hosting)
        require(is_organizer(by) or _is_own(by, row), _("Only who hosts hands it over."))
        to = check_taker(to, field="to")
        others = [each for each in _of(row.episode, row.role) if each.pk != row.pk or not row.is_by_name]
        _check_new(others, to, field="to")
        before = _values(row)
        _end(row, now=now)
        made = _give(row.episode, to, row.role, now=now)
        _end_links(row, by=by, now=now)
        values = {"key": row.episode.code, "before": before, "after": _values(made)}
        keep(record(by=by, now=now, verb="hand_over_hosting", kind="episode", **values), [row, made])
        told = [row, made]
        _tell("hosting_handed_over", row.episode, told, by=by, now=now, role=row.role, name=row.name, to=made.name)
    return made


def _locked(episode: Episode, role: str) -> Episode:
    """Return the episode locked, when it still takes hosts."""
    if role not in HostingRole.values:
        raise invalid("role", _("Choose host or editor."), "unknown")
    row = Episode.objects.under_lock().filter(pk=episode.pk, deleted_at=None).first()
    if row is None:
        raise Http404
    if row.state == EpisodeState.PUBLISHED:
        raise StateRefusal(_("The record is published; who hosted it stands."), code="episode_over")
    return row


def _locked_hosting(hosting: Hosting) -> Hosting:
    episode = _locked(Episode.objects.get(pk=hosting.episode_id), hosting.role)
    row = Hosting.objects.filter(pk=hosting.pk, deleted_at=None).select_related("person").first()
    if row is None:
        raise Http404
    row.episode = episode
    return row


def _is_own(by: Actor, row: Hosting) -> bool:
    return may_write(by) and isinstance(by, Person) and row.person_id == by.pk and not row.is_by_name


def _check_new(others: list[Hosting], person: Person, *, field: str) -> None:
    """Raise ValidationError for who has the role already, or whose name another one has there."""
    if any(person.pk == each.person_id or person.name == each.name for each in others):
        raise invalid(field, _("%(who)s does this already.") % {"who": person.name}, "named_already")


def _of(episode: Episode, role: str) -> list[Hosting]:
    return list(in_order(Hosting.objects.filter(episode=episode, role=role).select_related("person")))


def _give(episode: Episode, person: Person, role: str, *, now: datetime) -> Hosting:
    return Hosting.objects.create(
        episode=episode,
        person=person,
        name=person.name,
        role=role,
        position=next_position(Hosting.objects.filter(episode=episode, role=role)),
        created_at=now,
        changed_at=now,
    )


def _confirm(row: Hosting, *, now: datetime) -> Hosting:
    """Let a place be somebody's that a document has under their name."""
    row.is_by_name, row.version, row.changed_at = False, row.version + 1, now
    row.save(update_fields=["is_by_name", "version", "changed_at"])
    return row


def _end(row: Hosting, *, now: datetime) -> None:
    row.deleted_at = row.changed_at = now
    row.version += 1
    row.save(update_fields=["deleted_at", "changed_at", "version"])


def _end_links(row: Hosting, *, by: Actor, now: datetime) -> None:
    """Revoke the links to sections, and for words to questions, of somebody who may make them no more."""
    person = Person.objects.select_related("user").get(pk=row.person_id)
    targets: list[str] = []
    if not runs(person, row.episode):
        targets += map(str, Section.objects.filter(episode=row.episode).values_list("pk", flat=True))
    if not may_wrap_up(person, row.episode):
        questions = Question.objects.filter(episode=row.episode).select_related("episode")
        targets += [question.public_id for question in questions]
    end_invitations(person=person, targets=targets, by=by, now=now)


def _values(row: Hosting) -> dict[str, Any]:
    return {"person": row.person_id, "name": row.name, "role": row.role}


def _tell(kind: str, episode: Episode, more: list[Hosting], *, by: Actor, now: datetime, **values: str) -> None:
    """Tell everybody who hosts or edits the episode, and these; not whom only a document names."""
    rows = Hosting.objects.filter(episode=episode, is_by_name=False, deleted_at=None).select_related("person__user")
    who = person_behind(by)
    said = {"who": who.name if who else "", "code": episode.code, **values}
    people = [each.person for each in (*rows, *more)]
    notify(people, kind=kind, target=("episode", episode.code), by=by, now=now, **said)
