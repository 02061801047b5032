"""Who people are: logins, names in the record, their other names.

A Person is a name in the record, a User a login; one may exist without the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

# Django's own, so that sessions from before `signed_out_at` existed go on.
SESSION_SALT = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"


class Row(models.Model):
    """A row people edit: counted versions find conflicts, and deletion is a state that can be undone.

    `as_loaded` is what came from the database, so that an act can keep what was before; None for a row made since.
    `held` is what hung on the row before it was changed, where somebody noted that.
    """

    as_loaded: tuple[Collection[str], Collection[Any]] | None = None
    held: dict[str, Any] | None = None

    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> Self:
        row = super().from_db(db, field_names, values)
        row.as_loaded = (field_names, values)
        return row


class Role(models.TextChoices):
    """What a login may do everywhere; host, editor and lead are earned per episode."""

    MEMBER = "member", _("member")
    ORGANIZER = "organizer", _("organizer")


class User(AbstractUser):
    """A login. Its name in the record is its Person. Sessions begun before `signed_out_at` are over."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MEMBER)
    suspended_at = models.DateTimeField(null=True, blank=True)
    signed_out_at = models.DateTimeField(null=True, blank=True)
    invitation = models.ForeignKey(
        "members.Invitation", null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )

    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[misc]

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.UniqueConstraint(Lower("username"), name="user_name_once"),
        ]

    def get_full_name(self) -> str:
        return self.username

    def get_short_name(self) -> str:
        return self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must know to be alive: it ends with another password, and by `signed_out_at`."""
        said = self.password if self.signed_out_at is None else f"{self.password} {self.signed_out_at.timestamp()}"
        return salted_hmac(SESSION_SALT, said, secret=secret, algorithm="sha256").hexdigest()


class MailGroup(models.TextChoices):
    """What a person may be told by mail besides on the site."""

    REMINDERS = "reminders", _("reminders of evenings I have a part in")
    MINE = "mine", _("what others do with my claims, nominations, questions and suggestions")
    ORGANIZERS = "organizers", _("what organizers look after")


class ChatWish(models.TextChoices):
    """What becomes of one's words when the log of a chat group is taken in."""

    SIGN = "sign", _("they are signed with my name")
    ANONYMOUS = "nameless", _("they stand there as of the group")
    LEAVE_OUT = "out", _("they are left out")


def usual_mails() -> list[str]:
    """What is mailed to who has chosen nothing."""
    return [MailGroup.REMINDERS.value]


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
    """A name in the record. May be claimed by a User later; a collective (群友) never is.

    `links` are `{"title", "url"}`; `wants_suggestions`: the site may propose free sections to them. `mails`
    are the MailGroups they get by mail. `chat_wish` is their standing wish for words from a chat group.
    """

    handle = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    bio = models.TextField(blank=True)
    bio_html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)
    links: models.JSONField[Any] = models.JSONField(default=list, blank=True)
    wants_suggestions = models.BooleanField(default=True)
    mails: models.JSONField[Any] = models.JSONField(default=usual_mails, blank=True)
    chat_wish = models.CharField(max_length=8, choices=ChatWish.choices, default=ChatWish.SIGN)
    is_collective = models.BooleanField(default=False)
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="person")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")

    objects = PersonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="person_has_name"),
            models.CheckConstraint(condition=~Q(handle=""), name="person_has_handle"),
            models.CheckConstraint(condition=Q(chat_wish__in=ChatWish.values), name="person_chat_wish_known"),
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
