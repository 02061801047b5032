"""What an item says: edited, deleted and brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from markup import links
from members.actions.people import find_or_name
from members.actors import Actor, person_behind
from members.models import Event
from members.rules import StateRefusal, check_text, invalid
from talks.actions.groups import ensure_group
from talks.actions.html import give_ids, rendered
from talks.actions.item_rows import (
    check_version,
    credit,
    give_up_overspent,
    homes_of_votes,
    locked_item,
    name_papers,
    note,
    require_running,
    save,
    values_of,
)
from talks.actions.items import refuse_known
from talks.actions.keeping import hold
from talks.models import Credit, CreditRole, Depth, Item, ItemState
from talks.nominations import address_in
from talks.rules import (
    BODY_LIMIT,
    GROUP_LIMIT,
    MINUTES_LIMIT,
    NAME_LIMIT,
    TITLE_LIMIT,
    URL_LIMIT,
    is_own_nomination,
    sections_to_run,
)

LINES = {"title": TITLE_LIMIT, "author": NAME_LIMIT, "site": NAME_LIMIT, "remark": TITLE_LIMIT}
# What a nominator may still say; the rest is for who runs the section.
OWN = ("title", "url", "body")
ROLES = (CreditRole.AUTHOR, CreditRole.SOURCE, CreditRole.TRANSCRIBER)
CREDITS_LIMIT = 20


def edit(*, item: Item, version: int | None, values: Mapping[str, Any], by: Actor, now: datetime) -> Item:
    """Change what an item says; only what `values` names: title, url, body, author, site, remark, group, minutes,
    depth, credits (`[{"role", "name"}]`).

    Its nominator may change title, url and body while it is only nominated. Raises PermissionDenied, Http404,
    StateRefusal, AlreadyThere when it becomes another address that the week has or has declined, ValidationError; its
    code is `conflict`, with both texts, when the item is not of `version` any more.
    """
    checked = _checked(values)
    ahead = Item(pk=item.pk, title=checked.get("title", item.title), body=checked.get("body", item.body))
    html = rendered(ahead)
    with transaction.atomic():
        row = locked_item(item, by=by)
        is_own = row.section_id not in sections_to_run(by, row.section.episode)
        if not (is_own and is_own_nomination(by, row) and set(checked) <= set(OWN)):
            require_running(by, row)
        before = values_of(row)
        check_version(row, version, yours=values, theirs=before)
        for name in checked:
            if name not in ("group", "credits"):
                setattr(row, name, checked[name])
        was_known_as, row.url_key = row.url_key, links.short_key(row.url) if row.url else ""
        if row.url_key and row.url_key != was_known_as and is_own:
            refuse_known(row, row.section.episode, by)
        if not (row.title or row.url or row.body):
            raise invalid("title", _("Give a title, an address or a note."), "required")
        if "group" in checked:
            group = checked["group"]
            row.group = ensure_group(row.section, group, by=by, now=now)[0] if group else None
        if "credits" in checked:
            _credit_anew(row, checked["credits"], by=by, now=now)
        if values_of(row) == before:
            return row
        if (row.title, row.body) != (ahead.title, ahead.body):  # somebody changed the other one
            html = rendered(row)
        for name, value in html.items():
            setattr(row, name, value)
        fields = [name for name in checked if name != "credits"]
        save(row, [*fields, "url_key", *html], now=now)
        give_ids([row])
        name_papers(row, now=now)
        note(row, "edit", before, by=by, now=now)
    return row


def remove(*, item: Item, version: int | None, by: Actor, now: datetime) -> Item:
    """Take an item out; `restore` brings it back. Its nominator may, while it is only nominated.

    Raises PermissionDenied, Http404, ValidationError (`conflict`), StateRefusal when others were merged into it.
    """
    with transaction.atomic():
        row = locked_item(item, by=by)
        if not is_own_nomination(by, row):
            require_running(by, row)
        before = values_of(row)
        check_version(row, version, yours={"deleted": True}, theirs=before)
        if Item.objects.current().filter(merged_into=row).exists():
            raise StateRefusal(_("Others were merged into it; take them out first."), code="has_merged")
        row.deleted_at = now
        save(row, ["deleted_at"], now=now)
        note(row, "delete", {}, by=by, now=now)
    return row


def restore(*, item: Item, by: Actor, now: datetime, version: int | None = None) -> Item:
    """Bring a deleted item back to where it stood; its nominator what they took back themselves.

    Raises PermissionDenied, Http404, ValidationError, StateRefusal (also when what it was merged into is gone).
    """
    with transaction.atomic():
        row = locked_item(item, *homes_of_votes(item), by=by, is_deleted=True)
        if not (is_own_nomination(by, row) and _took_out(by, row)):
            require_running(by, row)
        check_version(row, version, yours={"deleted": False}, theirs=values_of(row))
        if row.state == ItemState.MERGED and row.merged_into is not None and row.merged_into.deleted_at is not None:
            message = _("It was merged into “%(title)s”, which was taken out: bring that back first.")
            raise StateRefusal(message % {"title": row.merged_into}, code="has_gone")
        row.deleted_at = None
        save(row, ["deleted_at"], now=now)
        give_up_overspent(row)
        note(row, "restore", {}, by=by, now=now)
    return row


def _took_out(by: Actor, row: Item) -> bool:
    """Whether it was this person who took an item out: what who runs the section took out is not theirs to undo."""
    last = Event.objects.about("item", row.pk).filter(verb="delete").order_by("-pk").first()
    person = person_behind(by)
    return last is not None and person is not None and last.person_id == person.pk


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was sent in the form it is stored. Raises ValidationError naming field and fix."""
    known = {
        name: values[name] for name in (*LINES, "url", "body", "group", "minutes", "depth", "credits") if name in values
    }
    for name, limit in LINES.items():
        if name in known:
            known[name] = " ".join(check_text(known[name] or "", field=name, limit=limit).split()) or None
    if "url" in known:
        known["url"] = _address(known["url"] or "")
    if "body" in known:
        known["body"] = check_text(known["body"] or "", field="body", limit=BODY_LIMIT)
    if "group" in known:
        known["group"] = " ".join(check_text(known["group"] or "", field="group", limit=GROUP_LIMIT).split()) or None
    if known.get("minutes") is not None and not 0 <= known["minutes"] <= MINUTES_LIMIT:
        raise invalid("minutes", _("From 0 to %(n)d minutes.") % {"n": MINUTES_LIMIT}, "invalid")
    if "depth" in known and known["depth"] not in Depth.values:
        raise invalid("depth", _("Choose talk, brief or listed."), "unknown")
    if "credits" in known:
        known["credits"] = _credits(known["credits"])
    return known


def _address(url: str) -> str | None:
    check_text(url, field="url", limit=URL_LIMIT)
    if not url.strip():
        return None
    address = address_in(url)
    if not address:
        raise invalid("url", _("This is no address of a page: it begins with https://."), "invalid")
    return address


def _credits(sent: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Return role and name of each credit, each once."""
    found: list[tuple[str, str]] = []
    for each in sent:
        name = " ".join(check_text(each["name"], field="credits", limit=NAME_LIMIT, required=True).split())
        if each["role"] not in ROLES:
            raise invalid("credits", _("Choose author, source or transcriber."), "unknown")
        found.append((each["role"], name))
    if len(found) > CREDITS_LIMIT:
        raise invalid("credits", _("At most %(n)d names.") % {"n": CREDITS_LIMIT}, "too_long")
    return list(dict.fromkeys(found))


def _credit_anew(row: Item, wanted: list[tuple[str, str]], *, by: Actor, now: datetime) -> None:
    rows = Credit.objects.filter(item=row, deleted_at=None).order_by("position", "pk")
    if [(each.role, each.name) for each in rows] == wanted:
        return
    hold([row])
    persons = find_or_name([name for _role, name in wanted], by=by, now=now)
    Credit.objects.filter(item=row).delete()
    for role, name in wanted:
        credit(row, role, [(name, persons[name])], now=now)
