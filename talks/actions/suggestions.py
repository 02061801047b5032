"""Suggestions (建议区): made, taken on by somebody, resolved with words, opened again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.notifications import notify
from members.actors import Actor, person_behind
from members.models import Person
from members.rules import StateRefusal, check_text, require
from talks.actions.html import give_ids, rendered
from talks.actions.item_rows import check_version, locked_episodes
from talks.actions.keeping import keep
from talks.models import Section, Suggestion
from talks.models.order import next_position
from talks.rules import SUGGESTION_LIMIT, can_own_suggestion, can_resolve, can_suggest


def suggest(*, section: Section, body: str, by: Actor, now: datetime) -> Suggestion:
    """Suggest how a section may be run. Sent twice by one person it is one.

    Raises PermissionDenied, Http404, ValidationError, StateRefusal when the record is published.
    """
    require(can_own_suggestion(by), _("Sign in to suggest something."))
    body = check_text(body.strip(), field="body", limit=SUGGESTION_LIMIT, required=True)
    html = rendered(Suggestion(body=body))
    with transaction.atomic():
        episode = locked_episodes(section.episode_id, by=by)[section.episode_id]
        if not Section.objects.filter(pk=section.pk, deleted_at=None).exists():
            raise Http404
        if not can_suggest(by, episode):
            raise StateRefusal(_("The record is published; suggest it for the next one."), code="record_published")
        own = Suggestion.objects.filter(section=section, person=person_behind(by), body=body, deleted_at=None)
        if (there := own.order_by("pk").first()) is not None:
            return there
        place = next_position(Suggestion.objects.filter(section=section))
        person, stamp = person_behind(by), {"created_at": now, "changed_at": now}
        made = Suggestion.objects.create(section=section, position=place, body=body, person=person, **stamp, **html)
        give_ids([made])
        keep(record(by=by, now=now, verb="suggest", kind="suggestion", key=made.pk, after={"body": body}), [made])
    return made


def own(*, suggestion: Suggestion, by: Actor, now: datetime, version: int | None = None) -> Suggestion:
    """Say: I see to it. Raises PermissionDenied, Http404, ValidationError (`conflict`), StateRefusal when it is
    resolved or somebody else sees to it."""
    with transaction.atomic():
        row = _locked(suggestion, by)
        require(can_own_suggestion(by) and isinstance(by, Person), _("Sign in to see to it."))
        if row.resolved_at is not None:
            raise StateRefusal(_("It is resolved already."), code="resolved_already")
        if row.owner is not None and row.owner != by:
            raise StateRefusal(_("%(name)s sees to it.") % {"name": row.owner.name}, code="owned_already")
        before = _state(row)
        check_version(row, version, yours={"owner": person_behind(by) and str(by)}, theirs=before)
        row.owner = person_behind(by)
        return _save(row, "own", before, by=by, now=now)


def resolve(
    *, suggestion: Suggestion, resolution: str, by: Actor, now: datetime, version: int | None = None
) -> Suggestion:
    """Say what came of a suggestion. Raises as `own`, and ValidationError without words."""
    resolution = check_text(resolution.strip(), field="resolution", limit=SUGGESTION_LIMIT, required=True)
    with transaction.atomic():
        row = _locked(suggestion, by)
        _permit(by, row)
        before = _state(row)
        check_version(row, version, yours={"resolution": resolution}, theirs=before)
        row.resolution, row.resolved_by, row.resolved_at = resolution, person_behind(by), now
        return _save(row, "resolve", before, by=by, now=now)


def reopen(*, suggestion: Suggestion, by: Actor, now: datetime, version: int | None = None) -> Suggestion:
    """Open a resolved suggestion again. Raises PermissionDenied, Http404, ValidationError (`conflict`)."""
    with transaction.atomic():
        row = _locked(suggestion, by)
        _permit(by, row)
        before = _state(row)
        check_version(row, version, yours={"resolution": ""}, theirs=before)
        row.resolution, row.resolved_by, row.resolved_at = "", None, None
        return _save(row, "reopen", before, by=by, now=now)


def _permit(by: Actor, row: Suggestion) -> None:
    allowed = can_resolve(by, row)
    require(allowed, _("Who sees to it, who made it, and who runs the section resolve a suggestion."))


def _locked(suggestion: Suggestion, by: Actor) -> Suggestion:
    home = Section.objects.filter(suggestions=suggestion.pk).values_list("episode_id", flat=True).first()
    if home is None:
        raise Http404
    locked_episodes(home, by=by)
    row = Suggestion.objects.select_related("section__episode", "owner", "person").get(pk=suggestion.pk)
    if row.deleted_at is not None or row.section.deleted_at is not None:
        raise Http404
    return row


def _state(row: Suggestion) -> dict[str, Any]:
    return {
        "body": row.body,
        "owner": row.owner.name if row.owner else None,
        "resolution": row.resolution,
        "resolved_at": row.resolved_at.isoformat() if row.resolved_at else None,
    }


def _save(row: Suggestion, verb: str, before: dict[str, Any], *, by: Actor, now: datetime) -> Suggestion:
    after = _state(row)
    if after == before:
        return row
    row.version += 1
    row.changed_at = now
    row.save(update_fields=["owner", "resolution", "resolved_by", "resolved_at", "version", "changed_at"])
    keep(record(by=by, now=now, verb=verb, kind="suggestion", key=row.pk, before=before, after=after), [row])
    person = person_behind(by)
    said = {"body": row.body[:200], "resolution": row.resolution[:200], "section": row.section.name}
    values = {**said, "code": row.section.episode.code, "who": person.name if person is not None else ""}
    told = [row.person, row.owner]
    notify(told, kind=f"suggestion_{verb}", target=("suggestion", row.pk), by=by, now=now, **values)
    return row
