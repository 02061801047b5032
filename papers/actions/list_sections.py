"""The headings of a reading list by hand: added, renamed, removed and brought back; nothing under them is lost."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import Actor
from members.models import Event
from members.rules import check_text, invalid
from papers.actions.list_html import render_and_save
from papers.actions.list_store import home_of, number, values_of
from papers.actions.lists import conflict, locked_list, locked_section
from papers.lists.writer import normal_title
from papers.models import ListEntry, ListSection, ReadingList
from papers.rules import HEADINGS, TITLE_LIMIT


def add_section(*, reading_list: ReadingList, title: str, level: int, by: Actor, now: datetime) -> ListSection:
    """Add a heading at the end of a list, 2 for a part and 3 for one under it. Raises PermissionDenied, Http404,
    ValidationError."""
    with transaction.atomic():
        reading_list = locked_list(reading_list.pk, by)
        words = _checked(title, level, HEADINGS)
        last = ListSection.objects.filter(reading_list=reading_list).aggregate(last=Max("position"))["last"]
        section = ListSection.objects.create(
            reading_list=reading_list,
            position=(last or 0) + 1,
            title=words,
            level=level,
            created_at=now,
            changed_at=now,
        )
        render_and_save([section])
        record(by=by, now=now, verb="add", kind="list_section", key=section.pk, after=values_of(section))
    return section


def edit_section(
    *, section: ListSection, version: int, title: str, level: int, by: Actor, now: datetime
) -> ListSection:
    """Rename a heading or give it another level: 2, 3, or the one that it has from a file.

    Raises PermissionDenied, Http404, ValidationError; its code is `conflict` when the heading was changed after
    `version`, and it carries both texts.
    """
    with transaction.atomic():
        row = locked_section(section.pk, section.reading_list, by)
        _refuse_head(row)
        before = values_of(row)
        if row.version != version:
            raise conflict({"title": title, "level": level}, before)
        row.title, row.level = _checked(title, level, (*HEADINGS, row.level)), level
        if values_of(row) == before:
            return row
        row.version += 1
        row.changed_at = now
        row.save()
        render_and_save([row])
        record(by=by, now=now, verb="edit", kind="list_section", key=row.pk, before=before, after=values_of(row))
    return row


def remove_section(*, section: ListSection, by: Actor, now: datetime) -> ListSection:
    """Take a heading and its text off a list; its entries go to the end of the section before it, or to the head.

    `restore_section` brings it back. Raises PermissionDenied, Http404, ValidationError.
    """
    with transaction.atomic():
        row = locked_section(section.pk, section.reading_list, by)
        _refuse_head(row)
        row.deleted_at, row.changed_at, row.version = now, now, row.version + 1
        row.save(update_fields=["deleted_at", "changed_at", "version"])
        home = home_of(row, now=now)
        rows = _entries(row)
        number([*_entries(home), *rows])
        _put(rows, home)
        before = {**values_of(row), "entries": [one.pk for one in rows]}
        record(
            by=by,
            now=now,
            verb="remove",
            kind="list_section",
            key=row.pk,
            before=before,
            after={"section": home.pk},
        )
    return row


def restore_section(*, section: ListSection, by: Actor, now: datetime) -> ListSection:
    """Bring a removed heading back to where it stood, with its entries that nobody has moved elsewhere since and
    those that a file has put under it since. Raises PermissionDenied, Http404."""
    with transaction.atomic():
        row = locked_section(section.pk, section.reading_list, by, is_removed=True)
        act = Event.objects.about("list_section", row.pk).filter(verb="remove").latest("pk")
        own = Q(pk__in=act.before["entries"]) | Q(file_section=row, created_at__gt=row.deleted_at)
        rows = list(ListEntry.objects.filter(own, section=act.after["section"]).in_order())
        row.deleted_at, row.changed_at, row.version = None, now, row.version + 1
        row.save(update_fields=["deleted_at", "changed_at", "version"])
        _put(rows, row)
        number(rows)
        after = {**values_of(row), "entries": [one.pk for one in rows]}
        record(by=by, now=now, verb="restore", kind="list_section", key=row.pk, after=after)
    return row


def _checked(title: str, level: int, levels: tuple[int, ...]) -> str:
    """Return a title as a file would have it. Raises ValidationError naming field and fix."""
    check_text(title, field="title", limit=TITLE_LIMIT, required=True)
    if level not in levels:
        raise invalid("level", _("Choose 2 or 3."), "invalid")
    return normal_title(title)


def _refuse_head(row: ListSection) -> None:
    if not row.level:
        raise invalid("section", _("What stands before the first heading stays there."), "invalid")


def _entries(section: ListSection) -> list[ListEntry]:
    """Every entry of a section, removed ones too: they are brought back to where the others are."""
    return list(ListEntry.objects.filter(section=section).in_order())


def _put(rows: list[ListEntry], section: ListSection) -> None:
    for row in rows:
        row.section = section
    ListEntry.objects.bulk_update(rows, ["section"], batch_size=200)
