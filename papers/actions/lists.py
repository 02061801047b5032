"""Reading lists on the site: entries are added, edited, removed and brought back.

`list_sections` does the same to headings; `list_order` moves both.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.http import Http404
from django.utils.translation import gettext as _

from markup.links import is_safe_href
from members.actions.events import record
from members.actors import Actor
from members.models import Person
from members.rules import check_text, invalid, may_write, require
from papers.actions.list_html import render_and_save
from papers.actions.list_imports import NAME_LIMIT, check_slug
from papers.actions.list_papers import link_entries
from papers.actions.list_store import entry_values, fill_entry, values_of
from papers.export import entry_doc
from papers.lists.model import EntryDoc, LinkDoc
from papers.lists.writer import normal_entry
from papers.models import EntryKind, ListEntry, ListSection, ReadingList
from papers.rules import LINE_LIMIT, LINKS_LIMIT, NOTE_LIMIT, TITLE_LIMIT, can_edit_list

# What a person may write of an entry; `after` belongs to the document.
LINES = {"title": TITLE_LIMIT, "authors": LINE_LIMIT, "venue": TITLE_LIMIT, "group": TITLE_LIMIT, "url": LINE_LIMIT}
YEARS = range(1900, 2100)


def create_list(*, slug: str, title: str, by: Actor, now: datetime) -> ReadingList:
    """Make an empty list with one section. Raises PermissionDenied, ValidationError."""
    with transaction.atomic():
        require(may_write(by), _("Sign in to make a list."))
        check_slug(slug)
        check_text(title, field="title", limit=NAME_LIMIT, required=True)
        name = " ".join(title.split())
        common = {"created_at": now, "changed_at": now}
        maker = by if isinstance(by, Person) else None
        try:
            with transaction.atomic():
                made = ReadingList.objects.create(slug=slug, title=name, heading=name, maker=maker, **common)
        except IntegrityError as error:
            raise invalid("slug", _("Another list has this address."), "taken") from error
        section = ListSection.objects.create(reading_list=made, position=1, level=0, **common)
        render_and_save([made, section])
        record(by=by, now=now, verb="create", kind="reading_list", key=slug, after={"title": name})
    return made


def rename_list(*, reading_list: ReadingList, title: str, version: int, by: Actor, now: datetime) -> ReadingList:
    """Call a list something else here; the headline of its document stays. Raises PermissionDenied, Http404,
    ValidationError, its code `conflict` when the list was changed after `version`."""
    check_text(title, field="title", limit=NAME_LIMIT, required=True)
    name = " ".join(title.split())
    with transaction.atomic():
        row = locked_list(reading_list.pk, by)
        if row.version != version:
            raise conflict({"title": name}, {"title": row.title})
        if row.title == name:
            return row
        record(by=by, now=now, verb="rename", kind="reading_list", key=row.slug, before=row.title, after=name)
        row.title, row.version, row.changed_at = name, row.version + 1, now
        row.save(update_fields=["title", "version", "changed_at"])
    return row


def add_entry(*, section: ListSection, values: Mapping[str, Any], by: Actor, now: datetime) -> ListEntry:
    """Add a work at the end of a section. Raises PermissionDenied, Http404, ValidationError."""
    with transaction.atomic():
        section = locked_section(section.pk, section.reading_list, by)
        doc = _checked(EntryDoc("", EntryKind.PAPER), values)
        last = ListEntry.objects.filter(section=section).aggregate(last=Max("position"))["last"]
        entry = ListEntry(section=section, position=(last or 0) + 1, created_at=now, changed_at=now)
        _write(entry, doc)
        entry.save()
        _finish(entry, {entry.arxiv_id}, now=now)
        record(by=by, now=now, verb="add", kind="list_entry", key=entry.pk, after=values_of(entry))
    return entry


def edit_entry(*, entry: ListEntry, version: int, values: Mapping[str, Any], by: Actor, now: datetime) -> ListEntry:
    """Change what an entry says; only what `values` names changes.

    Raises PermissionDenied, Http404, ValidationError; its code is `conflict` when the entry was changed after
    `version`, and it carries both texts.
    """
    with transaction.atomic():
        row = locked_entry(entry.pk, by)
        before = values_of(row)
        if row.version != version:
            raise conflict(values, before)
        doc = _checked(entry_doc(row), values)
        ids = {row.arxiv_id}
        _write(row, doc)
        if values_of(row) == before:
            return row
        row.version += 1
        row.changed_at = now
        row.save()
        _finish(row, ids | {row.arxiv_id}, now=now)
        record(by=by, now=now, verb="edit", kind="list_entry", key=row.pk, before=before, after=values_of(row))
    return row


def remove_entry(*, entry: ListEntry, by: Actor, now: datetime) -> ListEntry:
    """Take an entry off its list; `restore_entry` brings it back. Raises PermissionDenied, Http404."""
    with transaction.atomic():
        row = locked_entry(entry.pk, by)
        row.deleted_at, row.changed_at, row.version = now, now, row.version + 1
        row.save(update_fields=["deleted_at", "changed_at", "version"])
        _link(row.arxiv_id, now=now)
        record(by=by, now=now, verb="remove", kind="list_entry", key=row.pk, before=values_of(row))
    return row


def restore_entry(*, entry: ListEntry, by: Actor, now: datetime) -> ListEntry:
    """Bring a removed entry back to where it stood. Raises PermissionDenied, Http404."""
    with transaction.atomic():
        row = locked_entry(entry.pk, by, is_removed=True)
        row.deleted_at, row.changed_at, row.version = None, now, row.version + 1
        row.save(update_fields=["deleted_at", "changed_at", "version"])
        _link(row.arxiv_id, now=now)
        record(by=by, now=now, verb="restore", kind="list_entry", key=row.pk, after=values_of(row))
    return row


def locked_list(pk: int, by: Actor) -> ReadingList:
    """Return a list, locked, that `by` may edit. Raises PermissionDenied, Http404."""
    reading_list = ReadingList.objects.select_for_update().filter(pk=pk, deleted_at=None).first()
    if reading_list is None:
        raise Http404
    require(can_edit_list(by, reading_list), _("Only organizers and the maker of a list edit it."))
    return reading_list


def locked_entry(pk: int, by: Actor, *, is_removed: bool = False) -> ListEntry:
    """Return an entry whose list is locked and may be edited by `by`. Raises PermissionDenied, Http404."""
    found = ListEntry.objects.filter(pk=pk, section__deleted_at=None).select_related("section").first()
    if found is None:
        raise Http404
    locked_list(found.section.reading_list_id, by)
    row = ListEntry.objects.select_related("section__reading_list").get(pk=pk)
    if (row.deleted_at is not None) != is_removed:
        raise Http404
    return row


def locked_section(
    pk: int, reading_list: ReadingList, by: Actor | None = None, *, is_removed: bool = False
) -> ListSection:
    """Return a section of a list; with `by` the list is locked first. Raises PermissionDenied, Http404."""
    if by is not None:
        locked_list(reading_list.pk, by)
    section = ListSection.objects.filter(pk=pk, reading_list=reading_list).first()
    if section is None or (section.deleted_at is not None) != is_removed:
        raise Http404
    return section


def conflict(yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> ValidationError:
    """Return the error for who was not first; it carries what was sent and what stands."""
    texts = {"yours": dict(yours), "theirs": dict(theirs)}
    message = _("Somebody changed this meanwhile. Both texts stand here; put them together and send again.")
    return ValidationError({"version": [ValidationError(message, code="conflict", params=texts)]})


def _checked(entry: EntryDoc, values: Mapping[str, Any]) -> EntryDoc:
    """Return the entry with the values a person sent. Raises ValidationError naming field and fix."""
    known = {name: values[name] for name in values if name in (*LINES, "kind", "year", "links", "note")}
    for name, limit in LINES.items():
        if name in known:
            known[name] = " ".join(check_text(known[name] or "", field=name, limit=limit).split())
    if "note" in known:
        known["note"] = check_text(known["note"] or "", field="note", limit=NOTE_LIMIT)
    if "url" in known:
        known["url"] = _address(known["url"], "url", entry) if known["url"] else None
    if "links" in known:
        known["links"] = _links(known["links"], entry)
    if "year" in known and known["year"] is not None and known["year"] not in YEARS:
        raise invalid("year", _("A year from 1900 to 2099."), "invalid")
    if "kind" in known and known["kind"] not in EntryKind.values:
        raise invalid("kind", _("Choose paper, project, model or article."), "invalid")
    made = EntryDoc(**{**{name: getattr(entry, name) for name in EntryDoc.__dataclass_fields__}, **known})
    if not made.title and not made.url:
        raise invalid("title", _("Give a title or an address."), "required")
    return normal_entry(made)


def _links(sent: Any, entry: EntryDoc) -> tuple[LinkDoc, ...]:
    if len(sent) > LINKS_LIMIT:
        raise invalid("links", _("At most %(limit)d links.") % {"limit": LINKS_LIMIT}, "too_long")
    return tuple(
        LinkDoc(
            check_text(link.get("label") or "", field="links", limit=TITLE_LIMIT),
            _address(check_text(link.get("url") or "", field="links", limit=LINE_LIMIT), "links", entry),
        )
        for link in sent
    )


def _address(url: str, field: str, entry: EntryDoc) -> str:
    """Return an address that a browser may be given, or one that the entry has already. Raises ValidationError."""
    if not is_safe_href(url) and url not in entry.addresses:
        raise invalid(field, _("Give a whole address: https://…"), "invalid")
    return url


def _write(row: ListEntry, doc: EntryDoc) -> None:
    fill_entry(row, entry_values(doc), arxiv_id=doc.arxiv_id)


def _finish(row: ListEntry, ids: set[str], *, now: datetime) -> None:
    render_and_save([row])
    for arxiv_id in sorted(ids):
        _link(arxiv_id, now=now)


def _link(arxiv_id: str, *, now: datetime) -> None:
    if arxiv_id:
        link_entries([arxiv_id], now=now)
