"""The alias book: who is meant by a name. People are merged, parted again and renamed; every act can be undone.

A merge keeps the key of every row it moved in its Event, a rename that of every row it wrote the name into, so that
the undoing replays exactly those and leaves what somebody else has changed since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.invitations import check_name, refuse_taken
from members.actors import Actor
from members.models import Alias, Event, Person
from members.rules import REASON_LIMIT, StateRefusal, check_text, invalid, is_organizer, may_keep_names, require
from members.written import Pointer, move, pointers

NAME_LIMIT = 80
# How often one takes another name without an organizer.
OWN_RENAMES, OWN_SPAN = 3, timedelta(days=30)


def merge(*, person: Person, into: Person, by: Actor, now: datetime, reason: str = "") -> Person:
    """Say that two are one: all rows of `person` become those of `into`, a login too; its address leads there.

    Raises PermissionDenied, StateRefusal for people who cannot be one, ValidationError for the reason.
    """
    _permit(by)
    check_text(reason, field="reason", limit=REASON_LIMIT)
    with transaction.atomic():
        rows = _locked(person.pk, into.pk)
        one, other = rows[person.pk], rows[into.pk]
        _check_merge(one, other)
        until = {
            each.label: each.model._base_manager.aggregate(last=Max("pk"))["last"] or 0
            for each in pointers()
            if each.written
        }
        moved = {each.label: move(each.rows(one), each.field, other) for each in pointers()}
        login = one.user_id
        _hand_over(login, one, other, now=now)
        one.merged_into = other
        _save(one, "merged_into", now=now)
        after = {"into": other.pk, "moved": {name: keys for name, keys in moved.items() if keys}, "until": until}
        record(
            by=by,
            now=now,
            verb="merge",
            kind="person",
            key=one.pk,
            before={"name": one.name, "login": login},
            after={**after, "name": other.name},
            reason=reason,
        )
    return other


def unmerge(*, person: Person, by: Actor, now: datetime) -> Person:
    """Part two who were merged: every row that the merge moved goes back, and what was written since under a name of
    `person`; names given meanwhile to those they were merged into are taken back, for nobody knows whom they meant.

    Raises PermissionDenied, StateRefusal for somebody who is not merged.
    """
    _permit(by)
    with transaction.atomic():
        heads = _heads(person)
        rows = _locked(person.pk, *heads)
        one = rows[person.pk]
        event = _merge_of(one.pk)
        if one.merged_into_id is None or event is None:
            raise StateRefusal(_("This person is not merged into another."), code="not_merged")
        _take_back_names([one.pk, *heads], by=by, now=now)
        known: dict[str, list[Any]] = event.after["moved"]
        names = list(Alias.objects.filter(pk__in=known.get("members.alias.person", [])).values_list("name", flat=True))
        returned = 0
        for each in pointers():
            held = each.rows(*heads)
            returned += len(move(held.filter(pk__in=known.get(each.label, [])), each.field, one))
            if each.written and each.label in event.after["until"]:
                since = {"pk__gt": event.after["until"][each.label], f"{each.written}__in": names}
                returned += len(move(held.filter(**since), each.field, one))
        one.merged_into = None
        _save(one, "merged_into", now=now)
        for head in heads:
            if event.before["login"] is not None and rows[head].user_id == event.before["login"]:
                _hand_over(event.before["login"], rows[head], one, now=now)
        after = {"from": heads[-1], "merge": event.pk, "rows": returned}
        record(by=by, now=now, verb="unmerge", kind="person", key=one.pk, after=after)
    return one


def rename(*, person: Person, name: str, version: int, carry: bool = False, by: Actor, now: datetime) -> Person:
    """Give a person another name; the old one stays an alias. With `carry` every row of theirs is written with the
    new name, too, and so are the exports made from now on. The same name without `carry` changes nothing.

    Raises PermissionDenied, StateRefusal for a merged person, ValidationError for a name that cannot be used or means
    somebody else, and with code `conflict` and both names when the person is not of this version any more.
    """
    _permit(by)
    with transaction.atomic():
        row = _locked(person.pk)[person.pk]
        if row.merged_into_id is not None:
            raise StateRefusal(_("This person is merged into another; rename that one."), code="merged")
        return _rename(row, name=name, version=version, carry=carry, by=by, now=now)


def rename_locked(row: Person, *, name: str, by: Actor, now: datetime) -> Person:
    """Give a locked person another name of their own choice; an earlier one of their choice that no row uses is free.

    Raises ValidationError as `rename` does, for a name that is taken (`refuse_taken`), and with code `too_many` for
    more than OWN_RENAMES in OWN_SPAN by anybody but an organizer.
    """
    if name == row.name:
        return row
    if not is_organizer(by):
        _check_pace(row, now=now)
    refuse_taken(name, but=row)
    old = row.name
    _rename(row, name=name, version=row.version, carry=False, by=by, now=now)
    _free_unused(row, old)
    return row


def _check_pace(row: Person, *, now: datetime) -> None:
    own = Event.objects.about("person", row.pk).filter(verb="rename", person=row, at__gt=now - OWN_SPAN)
    last = list(own.order_by("-at", "-pk").values_list("at", flat=True)[:OWN_RENAMES])
    if len(last) == OWN_RENAMES:
        day = date_format(localtime(last[-1] + OWN_SPAN), "DATETIME_FORMAT")
        message = _("You have taken another name three times in 30 days; the next time you can is %(day)s.")
        raise invalid("name", message % {"day": day}, "too_many")


def _free_unused(row: Person, old: str) -> None:
    """Drop an earlier name that its bearer chose and no row is written with: nobody is known by it."""
    alias = Alias.objects.filter(person=row, name=old).exclude(name=row.name).first()
    if alias is None or any(
        each.rows(row).filter(**{each.written: old}).exists() for each in pointers() if each.written
    ):
        return
    own = Event.objects.about("person", row.pk).filter(person=row)
    took = own.filter(verb="rename").values_list("after", flat=True)
    came = own.filter(verb__in=("join", "enter")).values_list("after", flat=True)
    if any(alias.pk in after["aliases"] for after in took) or any(old in after.values() for after in came):
        alias.delete()


def undo_rename(*, person: Person, by: Actor, now: datetime) -> Person:
    """Take the last name back, and out of the rows it was carried into. Raises PermissionDenied, StateRefusal."""
    _permit(by)
    with transaction.atomic():
        row = _locked(person.pk)[person.pk]
        event = next(iter(renames_of([row.pk])), None)
        if event is None:
            raise StateRefusal(_("This person was not renamed."), code="not_renamed")
        _undo(event, by=by, now=now)
    row.refresh_from_db()
    return row


def keep_apart(*, person: Person, other: Person, by: Actor, now: datetime) -> None:
    """Note that two whose names look alike are two, so that nobody suggests it again. Raises PermissionDenied."""
    _permit(by)
    with transaction.atomic():
        record(by=by, now=now, verb="keep_apart", kind="people", key=pair_key(person.pk, other.pk))


def pair_key(one: int, other: int) -> str:
    """Return how an Event names two people."""
    return f"{min(one, other)}:{max(one, other)}"


def renames_of(people: Iterable[int], *, since: int = 0) -> list[Event]:
    """Return the renames of people that stand, the newest first; `since` is the key of an earlier event."""
    keys = [str(key) for key in people]
    acts = Event.objects.filter(target_kind="person", target_key__in=keys, verb__in=("rename", "undo_rename"))
    found = list(acts.order_by("-pk"))
    undone = {event.after["rename"] for event in found if event.verb == "undo_rename"}
    return [event for event in found if event.verb == "rename" and event.pk not in undone and event.pk > since]


def _permit(by: Actor) -> None:
    require(may_keep_names(by), _("Only organizers keep the alias book."))


def _locked(*keys: int) -> dict[int, Person]:
    """Lock people, in one order everywhere."""
    wanted = Person.objects.select_for_update().filter(pk__in=keys, deleted_at=None).order_by("pk")
    found = {row.pk: row for row in wanted}
    if len(found) < len(set(keys)):
        raise StateRefusal(_("This person is gone."), code="gone")
    return found


def _save(row: Person, *fields: str, now: datetime) -> None:
    row.version += 1
    row.changed_at = now
    row.save(update_fields=[*fields, "version", "changed_at"])


def _check_merge(one: Person, other: Person) -> None:
    if one.pk == other.pk:
        raise StateRefusal(_("These are one already."), code="same")
    if one.merged_into_id is not None or other.merged_into_id is not None:
        raise StateRefusal(_("One of the two is merged into somebody already; part them first."), code="merged")
    if one.user_id is not None and other.user_id is not None:
        raise StateRefusal(_("Both sign in, so they are two; one of them has to erase their account."), code="logins")
    if one.is_collective != other.is_collective and (one.is_collective or one.user_id is not None):
        raise StateRefusal(_("A group is nobody's account."), code="collective")


def _hand_over(login: int | None, one: Person, other: Person, *, now: datetime) -> None:
    """Let a login be another person's."""
    if login is not None:
        one.user_id, other.user_id = None, login
        _save(one, "user", now=now)
        _save(other, "user", now=now)


def _heads(person: Person) -> list[int]:
    """Return whom somebody is merged into, and whom those are merged into."""
    found: list[int] = []
    key = Person.objects.filter(pk=person.pk).values_list("merged_into", flat=True).first()
    while key is not None and key not in found:
        found.append(key)
        key = Person.objects.filter(pk=key).values_list("merged_into", flat=True).first()
    return found


def _rename(row: Person, *, name: str, version: int, carry: bool, by: Actor, now: datetime) -> Person:
    check_name(name, limit=NAME_LIMIT)
    if row.version != version:
        message = _("This has changed since you read it; here is what stands now.")
        texts = {"yours": {"name": name}, "theirs": {"name": row.name}}
        raise ValidationError({"name": [ValidationError(message, code="conflict", params=texts)]})
    if name == row.name and not carry:
        return row
    made = [_alias(each, row, now=now) for each in (row.name, name)]
    before, row.name = row.name, name
    _save(row, "name", now=now)
    carried = {each.label: _carry(each, row, now=now) for each in pointers() if each.written} if carry else {}
    after: dict[str, Any] = {"name": name, "aliases": [key for key in made if key is not None]}
    after["carried"] = {label: keys for label, keys in carried.items() if keys}
    record(by=by, now=now, verb="rename", kind="person", key=row.pk, before={"name": before}, after=after)
    return row


def _alias(name: str, person: Person, *, now: datetime) -> int | None:
    """Let the alias book know a name as this person's; return the key of a new row."""
    defaults = {"person": person, "created_at": now, "changed_at": now}
    alias, is_new = Alias.objects.select_for_update().get_or_create(name=name, defaults=defaults)
    if alias.person_id != person.pk and name != person.name:
        message = _("The alias book knows this name as somebody else's; merge the two if they are one.")
        raise invalid("name", message, "taken")
    return alias.pk if is_new else None


def _carry(pointer: Pointer, person: Person, *, now: datetime) -> dict[str, list[int]]:
    """Write a person's name into their rows; return the keys by the name that stood there."""
    rows = pointer.rows(person).exclude(**{f"{pointer.written}__isnull": True})
    found: dict[str, list[int]] = defaultdict(list)
    for key, name in rows.exclude(**{pointer.written: person.name}).order_by("pk").values_list("pk", pointer.written):
        found[name].append(key)
    for keys in found.values():
        write_name(pointer, rows.filter(pk__in=keys), person.name, now=now)
    return dict(found)


def write_name(pointer: Pointer, rows: QuerySet[Any], name: str, *, now: datetime) -> None:
    """Write a name beside the key to its person, as an edit of the row. Runs inside an act that is recorded."""
    values: dict[str, Any] = {pointer.written: name}
    if {"version", "changed_at"} <= {field.name for field in pointer.model._meta.concrete_fields}:
        values |= {"version": F("version") + 1, "changed_at": now}
    rows.update(**values)


def _merge_of(key: int) -> Event | None:
    """Return the act that merged somebody last."""
    return Event.objects.about("person", key).filter(verb="merge").order_by("-pk").first()


def _take_back_names(chain: list[int], *, by: Actor, now: datetime) -> None:
    """Undo the names that those somebody was merged into were given since, each since it held the rows."""
    given: list[Event] = []
    for merged, head in pairwise(chain):
        event = _merge_of(merged)
        given += renames_of([head], since=event.pk) if event else []
    for renamed in sorted(given, key=lambda each: -each.pk):
        _undo(renamed, by=by, now=now)


def _undo(event: Event, *, by: Actor, now: datetime) -> None:
    row = Person.objects.select_for_update().get(pk=int(event.target_key))
    by_label = {pointer.label: pointer for pointer in pointers()}
    for label, names in event.after["carried"].items():
        pointer = by_label[label]
        for name, keys in names.items():
            rows = pointer.model._base_manager.filter(pk__in=keys, **{pointer.written: event.after["name"]})
            write_name(pointer, rows, name, now=now)
    if row.name == event.after["name"]:
        row.name = event.before["name"]
        _save(row, "name", now=now)
        _alias(row.name, row, now=now)  # freed, when they had chosen it and nothing was written with it
    Alias.objects.filter(pk__in=event.after["aliases"]).exclude(name=row.name).delete()
    after = {"name": row.name, "rename": event.pk}
    before = {"name": event.after["name"]}
    record(by=by, now=now, verb="undo_rename", kind="person", key=row.pk, before=before, after=after)
