"""What people do about themselves: their page, and leaving."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from markup import html, links
from members.actions.events import record
from members.actions.forgetting import forget_told
from members.actions.names import rename_locked, write_name
from members.actions.people import ERASED
from members.actors import Actor
from members.models import (
    Alias,
    ChatWish,
    Event,
    Guest,
    Invitation,
    MailGroup,
    Notification,
    Person,
    PersonRequest,
    User,
)
from members.rules import StateRefusal, check_text, invalid, may_edit_person, require
from members.written import pointers

BIO_LIMIT = 5000
MAX_LINKS = 10
TITLE_LIMIT = 80
URL_LIMIT = 500


def edit_profile(*, person: Person, version: int, by: Actor, now: datetime, **values: Any) -> Person:
    """Change what one says of oneself: any of name, bio, links, wants_suggestions, mails, chat_wish. The same
    values change nothing.

    Raises PermissionDenied for somebody else's page, ValidationError by field and, with code `conflict` and both
    texts, when the page is not of this version any more.
    """
    require(may_edit_person(by, person), _("Everybody edits their own page."))
    _check(values)
    bio_html = html.render(values["bio"], prefix=f"person{person.pk}-") if "bio" in values else ""
    with transaction.atomic():
        row = Person.objects.select_for_update().get(pk=person.pk)
        if row.version != version:
            raise _conflict(row, values)
        if (name := values.pop("name", row.name)) != row.name:
            rename_locked(row, name=name, by=by, now=now)
        changed = {field: value for field, value in values.items() if getattr(row, field) != value}
        if not changed:
            return row
        before = {field: getattr(row, field) for field in changed}
        for field, value in changed.items():
            setattr(row, field, value)
        if "bio" in changed:
            row.bio_html, row.html_version = bio_html, html.HTML_VERSION
        row.version += 1
        row.changed_at = now
        row.save(update_fields=[*changed, "bio_html", "html_version", "version", "changed_at"])
        record(by=by, now=now, verb="edit", kind="person", key=row.pk, before=before, after=changed)
    return row


def stop_mails(*, person: Person, group: str, by: Actor, now: datetime) -> None:
    """End the mails of a group; suspended people may do so, too. Raises PermissionDenied for somebody else's."""
    require(isinstance(by, Person) and by.pk == person.pk, _("Everybody chooses their own mails."))
    with transaction.atomic():
        row = Person.objects.select_for_update().get(pk=person.pk)
        if group not in row.mails:
            return
        before, row.mails = row.mails, [each for each in row.mails if each != group]
        row.version, row.changed_at = row.version + 1, now
        row.save(update_fields=["mails", "version", "changed_at"])
        values = {"before": {"mails": before}, "after": {"mails": row.mails}}
        record(by=by, now=now, verb="edit", kind="person", key=row.pk, **values)


def erase(*, person: Person, typed: str, by: Actor, now: datetime) -> None:
    """Erase one's account: login, names, page and notices go for good, what one did stays under 已注销.

    `typed` is the user name, so that nobody does it by mistake. Raises PermissionDenied, ValidationError.
    """
    require(may_edit_person(by, person), _("Everybody erases their own account."))
    with transaction.atomic():
        for path in settings.ERASES_FIRST:
            import_string(path)(people=[person.pk, *_merged_into(person.pk)], name=ERASED, now=now)
        row = Person.objects.select_for_update().get(pk=person.pk)
        user = User.objects.select_for_update().get(person=row)
        if typed != user.username:
            raise invalid("typed", _("Type your user name exactly as you sign in with it."), "mismatch")
        if (
            user.role != "member"
            and not User.objects.filter(role=user.role, is_active=True).exclude(pk=user.pk).exists()
        ):
            raise StateRefusal(_("You are the last organizer; make another one first."), code="last_organizer")
        people = [row.pk, *_merged_into(row.pk)]
        for pointer in pointers():
            if pointer.written:
                named = pointer.rows(*people).exclude(**{f"{pointer.written}__isnull": True})
                write_name(pointer, named, ERASED, now=now)
        names = _names_of(people) | {user.username}
        for path in settings.ERASES_ALSO:
            import_string(path)(people=people, names=names, name=ERASED, now=now)
        for model in (Alias, Guest, Notification, PersonRequest):
            model._default_manager.filter(person__in=people).delete()
        Invitation.objects.filter(person__in=people, revoked_at=None).update(revoked_at=now)
        forget_told(people=people, names=names, name=ERASED)
        for key in people:
            _forget(Person.objects.select_for_update().get(pk=key), now=now)
        user.delete()
        # What was noted about them, names included, goes; that they left stays.
        Event.objects.filter(target_kind="person", target_key__in=[str(key) for key in people]).update(
            before=None, after=None, reason=""
        )
        row.refresh_from_db()
        record(by=row, now=now, verb="erase", kind="person", key=row.pk)


def _merged_into(key: int) -> list[int]:
    """Return everybody whose names mean this person."""
    found: list[int] = []
    level = [key]
    while level:
        level = list(Person.objects.filter(merged_into__in=level).exclude(pk__in=found).values_list("pk", flat=True))
        found += level
    return found


def _names_of(people: list[int]) -> set[str]:
    aliases = Alias.objects.filter(person__in=people).values_list("name", flat=True)
    return {*aliases, *Person.objects.filter(pk__in=people).values_list("name", flat=True)} - {ERASED}


def _forget(row: Person, *, now: datetime) -> None:
    row.name, row.handle = ERASED, f"erased-{row.pk}"
    row.bio = row.bio_html = ""
    row.links, row.mails, row.user, row.wants_suggestions = [], [], None, False
    row.version += 1
    row.changed_at = now
    row.save()


def _check(values: dict[str, Any]) -> None:
    if unknown := sorted(set(values) - {"name", "bio", "links", "wants_suggestions", "mails", "chat_wish"}):
        raise TypeError(unknown)
    if set(values.get("mails", [])) - set(MailGroup.values):
        raise invalid("mails", _("Choose from the list."), "unknown")
    if values.get("chat_wish", ChatWish.SIGN) not in ChatWish.values:
        raise invalid("chat_wish", _("Choose from the list."), "unknown")
    check_text(values.get("bio", ""), field="bio", limit=BIO_LIMIT)
    found = values.get("links", [])
    if len(found) > MAX_LINKS:
        raise invalid("links", _("At most %(limit)d links.") % {"limit": MAX_LINKS}, "too_many")
    for link in found:
        check_text(link["title"], field="links", limit=TITLE_LIMIT)
        check_text(link["url"], field="links", limit=URL_LIMIT, required=True)
        if not (links.is_safe_href(link["url"]) and link["url"].startswith(("http://", "https://"))):
            raise invalid("links", _("An address begins with https:// or http://: %(url)s") % link, "invalid")


def _conflict(row: Person, values: dict[str, Any]) -> ValidationError:
    message = _("This has changed since you read it; here is what stands now.")
    texts = {"yours": values, "theirs": {field: getattr(row, field) for field in values}}
    field = next(iter(values), "name")
    return ValidationError({field: [ValidationError(message, code="conflict", params=texts)]})
