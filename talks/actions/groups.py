"""The groups (栏目) of a section: exports go by them, so an item never stands in one that its section does not name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from members.actions.events import record
from members.actors import Actor
from talks.actions.html import rendered
from talks.actions.keeping import keep
from talks.models import Section


def ensure_group(section: Section, group: str, *, by: Actor, now: datetime) -> tuple[str, bool]:
    """Return the group and whether it had to be added to the section. Runs inside a transaction."""
    row = Section.objects.select_for_update(no_key=True).get(pk=section.pk)
    if any(each["title"] == group for each in row.groups):
        return group, False
    set_groups(row, [*row.groups, {"title": group, "body": ""}], by=by, now=now)
    return group, True


def set_groups(section: Section, groups: list[dict[str, Any]], *, by: Actor, now: datetime) -> None:
    """Give a locked section these groups."""
    before = section.groups
    section.groups = groups
    section.version += 1
    section.changed_at = now
    html = rendered(section)
    section.save(update_fields=["groups", "version", "changed_at", *html])
    values = {"before": {"groups": before}, "after": {"groups": groups}}
    keep(record(by=by, now=now, verb="edit", kind="section", key=section.pk, **values), [section])
