"""Sources are added, changed, paused and removed; every change is recorded and can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from markup import links
from members.actions.events import record
from members.actors import Actor
from members.rules import StateRefusal, check_text, invalid, require
from news.actions.hiding import apply_rules
from news.models import Source, SourceKind
from news.rules import may_add_sources, may_manage_sources

FIELDS = ("name", "address", "site_url", "keep_words", "block_words", "interval_minutes")
LIMITS = {"name": 120, "address": 2000, "site_url": 2000, "keep_words": 5000, "block_words": 5000}
SHORTEST_MINUTES = {SourceKind.FEED: 15, SourceKind.ARXIV_FEED: 60, SourceKind.ARXIV_QUERY: 60, SourceKind.HF_DAILY: 60}
LONGEST_MINUTES = 7 * 24 * 60
SLUG_LIMIT = 60
RESERVED = {"add", "opml"}  # pages of their own under /sources/


def add(*, kind: str, slug: str, by: Actor, now: datetime, **values: Any) -> Source:
    """Add a source that is asked from now on. Raises PermissionDenied and ValidationError by field."""
    require(may_add_sources(by), _("Only organizers look after sources."))
    if kind not in SourceKind.values:
        raise invalid("kind", _("There is no such kind of source."), "unknown")
    with transaction.atomic():
        source = Source(kind=kind, slug=slug, next_at=now, created_at=now, changed_at=now)
        _check_slug(slug)
        if Source.objects.filter(slug=slug).exists():
            raise invalid("slug", _("Another source is called this already."), "taken")
        _apply(source, {"interval_minutes": 60, **values})
        source.save(force_insert=True)
        record(by=by, now=now, verb="add", kind="source", key=source.slug, after=_values(source))
    return source


def edit(*, source: Source, version: int, by: Actor, now: datetime, **values: Any) -> Source:
    """Change a source; new rules hold for undecided stories at once.

    Raises ValidationError with code `conflict` and both texts when somebody was faster.
    """
    require(may_manage_sources(by), _("Only organizers look after sources."))
    with transaction.atomic():
        row = Source.objects.select_for_update().get(pk=source.pk)
        if row.version != version:
            message = _("Somebody has changed this source since you opened it. Both versions stand here.")
            texts = {"yours": values, "theirs": _values(row)}
            raise ValidationError({"version": [ValidationError(message, code="conflict", params=texts)]})
        before = _values(row)
        _apply(row, values)
        if _values(row) == before:
            return row
        if row.address != before["address"]:
            # What was known about the old address says nothing about the new one.
            row.etag = row.last_modified = row.last_error = ""
            row.cursor, row.failures, row.next_at = None, 0, now
        _save(row, now)
        after = _values(row)
        words = {f"{name}_before": before[f"{name}_words"] for name in ("keep", "block")}
        if any(after[name] != before[name] for name in ("keep_words", "block_words")):
            after |= apply_rules(source=row, now=now, **words)
        record(by=by, now=now, verb="edit", kind="source", key=row.slug, before=before, after=after)
    return row


def pause(*, source: Source, reason: str, by: Actor, now: datetime) -> Source:
    """Ask a source no more until somebody resumes it."""
    require(may_manage_sources(by), _("Only organizers look after sources."))
    check_text(reason, field="reason", limit=500)
    with transaction.atomic():
        row = Source.objects.select_for_update().get(pk=source.pk)
        if row.paused_at is None:
            row.paused_at, row.pause_reason = now, reason
            _save(row, now)
            record(by=by, now=now, verb="pause", kind="source", key=row.slug, reason=reason)
    return row


def resume(*, source: Source, by: Actor, now: datetime) -> Source:
    """Ask a paused source again, from now on. Raises StateRefusal for one of the sample."""
    require(may_manage_sources(by), _("Only organizers look after sources."))
    with transaction.atomic():
        row = Source.objects.select_for_update().get(pk=source.pk)
        check_is_real(row)
        if row.paused_at is not None:
            before = {"paused_at": row.paused_at.isoformat(), "pause_reason": row.pause_reason}
            row.paused_at, row.pause_reason, row.failures, row.next_at = None, "", 0, now
            _save(row, now)
            record(by=by, now=now, verb="resume", kind="source", key=row.slug, before=before)
    return row


def remove(*, source: Source, by: Actor, now: datetime) -> Source:
    """Take a source out of use; its sightings stay, and restore brings it back."""
    return _set_deleted(source, now, by=by, now=now, verb="remove")


def restore(*, source: Source, by: Actor, now: datetime) -> Source:
    """Bring a removed source back. Raises ValidationError when another has its address by now."""
    return _set_deleted(source, None, by=by, now=now, verb="restore")


def _set_deleted(source: Source, deleted_at: datetime | None, *, by: Actor, now: datetime, verb: str) -> Source:
    require(may_manage_sources(by), _("Only organizers look after sources."))
    with transaction.atomic():
        row = Source.objects.select_for_update().get(pk=source.pk)
        if (row.deleted_at is None) == (deleted_at is None):
            return row
        if deleted_at is None:
            _check_unused(row)
        row.deleted_at = deleted_at
        _save(row, now)
        record(by=by, now=now, verb=verb, kind="source", key=row.slug)
    return row


def free_slug(*, kind: str, address: str, name: str) -> str:
    """A slug that no source has: from the name, else from what is asked."""
    host = links.host(address) if kind == SourceKind.FEED else ""
    asked = slugify((host or f"{kind} {address}").replace(".", "-").replace("_", "-"))
    words = slugify(name) if name != host else asked  # blog.example is blog-example, not blogexample
    words = words or asked
    stem = words[: SLUG_LIMIT - 5].strip("-_") or "source"
    taken = set(Source.objects.filter(slug__startswith=stem).values_list("slug", flat=True)) | RESERVED
    return next(slug for n in range(1, len(taken) + 2) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken)


def check_is_real(source: Source) -> None:
    """Raise StateRefusal for a source of the sample, whose address is nobody's."""
    if source.is_made_up:
        raise StateRefusal(_("This source belongs to the sample: nobody is ever asked."), code="sample_source")


def _check_slug(slug: str) -> None:
    try:
        validate_slug(slug)
    except ValidationError as error:
        raise invalid("slug", _("Use letters, digits, - and _ for the address."), "invalid") from error
    if len(slug) > SLUG_LIMIT or slug in RESERVED:
        raise invalid("slug", _("Choose another, shorter than %(n)d characters.") % {"n": SLUG_LIMIT + 1}, "taken")


def _apply(source: Source, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name not in FIELDS:
            raise invalid(name, _("A source has no such field."), "unknown")
        if name in LIMITS:
            check_text(value, field=name, limit=LIMITS[name], required=name == "name")
        setattr(source, name, value)
    kind = SourceKind(source.kind)
    if not SHORTEST_MINUTES[kind] <= source.interval_minutes <= LONGEST_MINUTES:
        message = _("Choose from %(least)d to %(most)d minutes.")
        raise invalid(
            "interval_minutes", message % {"least": SHORTEST_MINUTES[kind], "most": LONGEST_MINUTES}, "out_of_range"
        )
    source.address = source.address.strip()
    if kind is SourceKind.FEED and not links.is_safe_href(source.address):
        raise invalid("address", _("Give the address of a feed, beginning with https:// or http://."), "no_address")
    if kind in (SourceKind.ARXIV_FEED, SourceKind.ARXIV_QUERY) and not source.address:
        raise invalid("address", _("Give arXiv categories such as cs.CL, or a query."), "no_address")
    _check_unused(source)


def _check_unused(source: Source) -> None:
    others = Source.objects.current().filter(kind=source.kind, address=source.address).exclude(pk=source.pk)
    if others.exists():
        raise invalid("address", _("There is a source with this address already."), "taken")


def _values(source: Source) -> dict[str, Any]:
    return {name: getattr(source, name) for name in FIELDS}


def _save(source: Source, now: datetime) -> None:
    source.version += 1
    source.changed_at = now
    source.save()
