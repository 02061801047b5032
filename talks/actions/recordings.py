"""Recordings of a talk: added, edited, taken out, and where the talk begins in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from markup import links
from members.actions.events import record
from members.actors import Actor
from members.rules import StateRefusal, check_text, invalid, require
from talks.actions.item_rows import check_version
from talks.actions.keeping import keep
from talks.documents import facts
from talks.models import Cue, Episode, Recording
from talks.models.order import next_position
from talks.recordings import beginning, can_be_read, seconds_of
from talks.rules import TITLE_LIMIT, URL_LIMIT, may_wrap_up

FIELDS = ("title", "url", "platform", "offset_seconds", "late_seconds")


def add_recording(*, episode: Episode, url: str, title: str = "", by: Actor, now: datetime) -> Recording:
    """Add a video by its address; one that stands there already is kept. Hosts, editors and organizers.

    Raises PermissionDenied, Http404, ValidationError for an address or title that cannot be used.
    """
    read = _read(title, url)
    with transaction.atomic():
        row = _locked(episode.pk, by)
        there = Recording.objects.filter(episode=row, deleted_at=None)
        known = next((each for each in there if each.url and links.key(each.url) == links.key(read.url)), None)
        if known is not None:
            return known
        made = Recording.objects.create(
            episode=row,
            position=next_position(Recording.objects.filter(episode=row)),
            title=read.title,
            url=read.url,
            platform=read.platform,
            offset_seconds=read.offset_seconds,
            created_at=now,
            changed_at=now,
        )
        keep(record(by=by, now=now, verb="add", kind="recording", key=made.pk, after=_said(made)), [made])
    return made


def edit_recording(
    *,
    recording: Recording,
    version: int | None,
    url: str | None = None,
    title: str | None = None,
    by: Actor,
    now: datetime,
) -> Recording:
    """Give a recording another address or title; where the talk begins in it stays. Raises as `add_recording`, and
    ValidationError with code `conflict`."""
    with transaction.atomic():
        row = _found(recording, by)
        read = _read(row.title or "" if title is None else title, row.url or "" if url is None else url)
        before = _said(row)
        wanted = {"title": read.title, "url": read.url, "platform": read.platform}
        if all(getattr(row, name) == value for name, value in wanted.items()):
            return row
        check_version(row, version, yours=wanted, theirs=before)
        for name, value in wanted.items():
            setattr(row, name, value)
        return _save(row, "edit", before, by=by, now=now)


def align(*, recording: Recording, cue: Cue, at: str, version: int | None, by: Actor, now: datetime) -> Recording:
    """Say that a cue stands at a place of the video (`10:10`): so it is known where the talk begins in it, and every
    place follows.

    Raises PermissionDenied, Http404, ValidationError (also `conflict`), StateRefusal (`not_on_the_air`) for a cue that
    nobody ran on the evening.
    """
    second = seconds_of(at)
    if second is None:
        raise invalid("at", _("Write a place in the video such as 10:10 or 1:02:03."), "invalid")
    with transaction.atomic():
        row = _found(recording, by)
        shown = Cue.objects.filter(pk=cue.pk, rundown__episode=row.episode_id).select_related("rundown").first()
        if shown is None:
            raise Http404
        if shown.started_at is None or shown.rundown.started_at is None:
            raise StateRefusal(_("This was not on the air; choose something that was."), code="not_on_the_air")
        begins = beginning(second, of=shown.started_at, talk=shown.rundown.started_at)
        before = _said(row)
        wanted = {"offset_seconds": begins if begins >= 0 else None, "late_seconds": max(-begins, 0)}
        if all(getattr(row, name) == value for name, value in wanted.items()):
            return row
        check_version(row, version, yours=wanted, theirs=before)
        row.offset_seconds, row.late_seconds = wanted["offset_seconds"], max(-begins, 0)
        return _save(row, "align", before, by=by, now=now)


def remove_recording(*, recording: Recording, version: int | None, by: Actor, now: datetime) -> Recording:
    """Take a recording out. Twice is once. Raises PermissionDenied, Http404, ValidationError (`conflict`)."""
    with transaction.atomic():
        row = _found(recording, by)
        before = _said(row)
        check_version(row, version, yours={}, theirs=before)
        row.deleted_at = now
        return _save(row, "delete", before, by=by, now=now)


def _read(title: str, url: str) -> Any:
    """Return a recording as its title and address tell. Raises ValidationError."""
    url, title = url.strip(), " ".join(title.split())
    check_text(url, field="url", limit=URL_LIMIT, required=True)
    check_text(title, field="title", limit=TITLE_LIMIT)
    is_link = url.startswith(("http://", "https://")) and links.is_safe_href(url) and can_be_read(url)
    if not is_link or any(char.isspace() for char in url):
        raise invalid("url", _("An address begins with https:// or http://: %(url)s") % {"url": url[:80]}, "invalid")
    return facts.recording(title, url)


def _locked(pk: int, by: Actor) -> Episode:
    row = Episode.objects.under_lock().filter(pk=pk, deleted_at=None).first()
    if row is None:
        raise Http404
    require(may_wrap_up(by, row), _("Only hosts, editors and organizers keep the recordings."))
    return row


def _found(recording: Recording, by: Actor) -> Recording:
    _locked(recording.episode_id, by)
    row = Recording.objects.filter(pk=recording.pk, deleted_at=None).select_related("episode").first()
    if row is None:
        raise Http404
    return row


def _said(row: Recording) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def _save(row: Recording, verb: str, before: dict[str, Any], *, by: Actor, now: datetime) -> Recording:
    row.version, row.changed_at = row.version + 1, now
    row.save(update_fields=[*FIELDS, "deleted_at", "version", "changed_at"])
    keep(record(by=by, now=now, verb=verb, kind="recording", key=row.pk, before=before, after=_said(row)), [row])
    return row
