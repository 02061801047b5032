"""The tables of people, one module per noun."""

from members.models.events import Event, EventQuerySet, Revision
from members.models.invitations import Guest, Invitation, PersonRequest, Purpose, RequestState
from members.models.notifications import Notification
from members.models.people import Alias, ChatWish, MailGroup, Person, PersonQuerySet, Role, Row, User
from members.models.tokens import IdempotencyKey, Scope, Token

__all__ = [
    "Alias",
    "ChatWish",
    "Event",
    "EventQuerySet",
    "Guest",
    "IdempotencyKey",
    "Invitation",
    "MailGroup",
    "Notification",
    "Person",
    "PersonQuerySet",
    "PersonRequest",
    "Purpose",
    "RequestState",
    "Revision",
    "Role",
    "Row",
    "Scope",
    "Token",
    "User",
]
