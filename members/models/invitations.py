"""How people come in: invitations to an account or to act once as a guest, the guests, and who wants to be whom."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from members.models.people import Person, Row, User

# 80 bits: nobody guesses it, and the code still fits on one line of a chat.
MARK_DIGITS = 20


class Purpose(models.TextChoices):
    """What an invitation is good for: an account, or one thing that a guest may do without one."""

    JOIN = "join", _("open an account")
    CLAIM = "claim", _("claim a section")
    SUBMIT = "submit", _("nominate a link")
    ASK = "ask", _("ask a question")
    ANSWER = "answer", _("add words to a question")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Reads of invitations."""

    def standing(self, now: datetime) -> Self:
        """Neither revoked nor over: who came in by it may go on."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None, deleted_at=None)

    def open(self, now: datetime) -> Self:
        """Those that let one more in."""
        return self.standing(now).filter(used__lt=F("places"))

    def with_key(self, key: str) -> Self:
        """The invitation whose code this is, open or not; nothing for any other text."""
        number, _dash, _mark = key.partition("-")
        if not (number.isascii() and number.isdigit() and len(number) <= 9):
            return self.none()
        row = Invitation(pk=int(number))
        return self.filter(pk=row.pk) if constant_time_compare(row.key, key) else self.none()


class Invitation(Row):
    """A code that opens an account, or a signed link that lets somebody act as a named guest for one purpose.

    `target` names what the guest may do it to, as the app that shows it reads it: a section's id, an episode's code.
    The code is computed from the row's key, never stored: who reads the database cannot come in with it.

    `person` is whom an invitation to answer is made for: what comes by it is signed with their name. Who holds the link
    has not proved to be them, so nobody becomes a guest by it and nothing but the words comes of it; `used` counts
    the answers then.
    """

    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    target = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=80, blank=True)
    places = models.PositiveIntegerField(default=1)
    used = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="asked_for_words")
    created_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="invitation_purpose_known"),
            models.CheckConstraint(condition=Q(used__lte=F("places")), name="invitation_places"),
            models.CheckConstraint(
                condition=Q(person=None) | Q(purpose="answer"), name="invitation_person_only_to_answer"
            ),
        ]

    def __str__(self) -> str:
        return self.note or f"{self.purpose} {self.target}"

    @property
    def key(self) -> str:
        """The code as it is pasted into a chat: 17-3f…"""
        mark = salted_hmac("members.Invitation", str(self.pk), algorithm="sha256").hexdigest()[:MARK_DIGITS]
        return f"{self.pk}-{mark}"


class Guest(models.Model):
    """Somebody who acts through an invitation, without an account. The browser keeps its key in the session.

    Who follows a second link in the same browser stays the same Person.
    """

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="guests")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="guests")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invitation", "person"], name="guest_once")]

    def __str__(self) -> str:
        return self.person.name


class RequestState(models.TextChoices):
    """A wish to be somebody waits for an organizer."""

    OPEN = "open", _("open")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")


class PersonRequest(Row):
    """A login says that a name in the record is theirs; an organizer decides."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="person_requests")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="requests")
    message = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=RequestState.choices, default=RequestState.OPEN)
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "person"], condition=Q(state="open", deleted_at=None), name="person_request_once"
            ),
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="person_request_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.person_id} {self.state}"
