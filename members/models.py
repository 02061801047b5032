"""Who people are: logins, names in the record, their other names, tokens, and what everybody did.

A Person is a name in the record, a User a login; one may exist without the other.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import connections, models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Row(models.Model):
    """A row people edit: counted versions find conflicts, and deletion is a state that can be undone."""

    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Role(models.TextChoices):
    """What a login may do everywhere; host, editor and lead are earned per episode."""

    MEMBER = "member", _("member")
    ORGANIZER = "organizer", _("organizer")


class User(AbstractUser):
    """A login. Its name in the record is its Person."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MEMBER)
    suspended_at = models.DateTimeField(null=True, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[misc]

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
        ]

    def get_full_name(self) -> str:
        return self.username

    def get_short_name(self) -> str:
        return self.username


class PersonQuerySet(models.QuerySet["Person"]):
    """Reads of people."""

    def current(self) -> Self:
        """People as the record shows them: neither merged into another nor deleted."""
        return self.filter(merged_into=None, deleted_at=None)

    def with_handle(self, handle: str) -> Self:
        """The person of `/people/<handle>/`; nothing for text that no database holds."""
        return self.none() if "\x00" in handle else self.filter(handle=handle)

    def named(self, names: Iterable[str]) -> Self:
        """People whom the alias book knows under one of these written names."""
        return self.filter(aliases__name__in=list(names), aliases__deleted_at=None)


class Person(Row):
    """A name in the record. May be claimed by a User later; a collective (群友) never is."""

    handle = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    bio = models.TextField(blank=True)
    bio_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)
    is_collective = models.BooleanField(default=False)
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="person")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")

    objects = PersonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="person_has_name"),
            models.CheckConstraint(condition=~Q(handle=""), name="person_has_handle"),
            models.CheckConstraint(condition=Q(user=None) | Q(is_collective=False), name="collective_has_no_user"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.handle])


class Alias(Row):
    """One written name and who is meant by it. Names stay as written in documents; this book reads them."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=80, unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="alias_has_name")]
        verbose_name_plural = "aliases"

    def __str__(self) -> str:
        return self.name


class Scope(models.TextChoices):
    """What a token may do."""

    READ = "read", _("read")
    WRITE = "write", _("read and write")


class TokenQuerySet(models.QuerySet["Token"]):
    """Reads of tokens."""

    def valid(self, now: datetime) -> Self:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None, user__is_active=True)


class Token(models.Model):
    """A key to the API, shown once; only its SHA-256 is kept."""

    PREFIX = "olt_"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80, blank=True)
    scope = models.CharField(max_length=8, choices=Scope.choices)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(scope__in=Scope.values), name="token_scope_known")]

    def __str__(self) -> str:
        return self.name or self.hint

    @classmethod
    def new_key(cls) -> str:
        return cls.PREFIX + secrets.token_urlsafe(32)

    @staticmethod
    def digest_of(key: str) -> str:
        return hashlib.sha256(key.encode()).hexdigest()


class IdempotencyKey(models.Model):
    """A POST that a client may repeat: the same key and body get the first reply again. Kept for a day."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    body: models.JSONField[Any] = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key


class EventQuerySet(models.QuerySet["Event"]):
    """Reads of what was done."""

    def about(self, kind: str, key: object) -> Self:
        return self.filter(target_kind=kind, target_key=str(key))


class Event(models.Model):
    """What somebody did: who, what, to which row, and the row before and after. Never changed, never deleted.

    The target is named as kind and key, because people know nothing of the talk's tables. An anonymous event has
    no person and its time is cut to the hour.
    """

    class By(models.TextChoices):
        PERSON = "person", _("person")
        SYSTEM = "system", _("system")
        ANONYMOUS = "anonymous", _("anonymous")

    at = models.DateTimeField()
    by = models.CharField(max_length=10, choices=By.choices)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=40)
    target_kind = models.CharField(max_length=30)
    target_key = models.CharField(max_length=80)
    before: models.JSONField[Any] = models.JSONField(null=True, blank=True)
    after: models.JSONField[Any] = models.JSONField(null=True, blank=True)
    reason = models.TextField(blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["target_kind", "target_key", "-id"], name="event_target"),
            models.Index(fields=["person", "-id"], name="event_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(by="person", person__isnull=False) | Q(by__in=["system", "anonymous"], person=None),
                name="event_by_matches_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_kind} {self.target_key}"


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Reads of the revision."""

    def stamp(self) -> str:
        """Return what stands for everything on record now; it changes with every committed write and never returns.

        Asked for every page, also for those that are kept, so in plain SQL: the ORM would take three times as long.
        """
        with connections[self.db].cursor() as cursor:
            cursor.execute(f"SELECT id FROM {self.model._meta.db_table}")  # noqa: S608
            return " ".join(sorted(str(key) for (key,) in cursor.fetchall()))


class Revision(models.Model):
    """The marks of the last writes: usually one row, more for a moment when writers overlap.

    A write leaves a random mark and takes away those it sees, in its own transaction. So every commit shows a mark
    that was never there before, also after a backup was restored, and no writer waits for another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    objects = RevisionQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)
