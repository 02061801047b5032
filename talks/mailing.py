"""Mails about what the site tells somebody: who gets one, how it is sent, and the signed address that ends them.

Writes nothing; `talks.actions.deliveries` notes how a mail went.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils.translation import gettext as _

from members.models import MailGroup, Notification, Person
from talks.models import Delivery
from talks.notices import notice_of
from talks.telling import Outcome

# What organizers look after, by the kind of the notification; all else but reminders is about one's own.
OF_ORGANIZERS = {"person_requested", "webhook_paused"}
SALT = "talks.mailing"
SUBJECT_LIMIT = 80


def group_of(kind: str) -> MailGroup:
    """Return under which choice a kind of notification is mailed."""
    if kind == "reminder":
        return MailGroup.REMINDERS
    return MailGroup.ORGANIZERS if kind in OF_ORGANIZERS else MailGroup.MINE


def wants(person: Person, kind: str) -> bool:
    """Whether somebody with a login chose to be mailed this."""
    user = person.user
    is_there = user is not None and user.is_active and user.suspended_at is None
    return is_there and group_of(kind).value in person.mails


def addresses_of(people: list[Person]) -> dict[int, str]:
    """Return the verified address of each of these that has one, by the key of the person."""
    users = {person.user_id: person.pk for person in people if person.user_id is not None}
    rows = EmailAddress.objects.filter(user__in=users, verified=True).order_by("primary", "pk")
    return {users[row.user_id]: row.email for row in rows}


def wanted(notices: list[Notification]) -> list[Notification]:
    """Return those notifications that their readers also want by mail, and can be mailed."""
    known = addresses_of([row.person for row in notices])
    return [row for row in notices if row.person_id in known and wants(row.person, row.kind)]


def link_to_stop(person: Person, group: MailGroup) -> str:
    """Return the address at which mails of a group end, for whoever holds it: the mail it stands in is the key."""
    return f"{settings.SITE_URL}{reverse('unsubscribe', args=[signing.dumps([person.pk, group.value], salt=SALT)])}"


def read_link(token: str) -> tuple[int, MailGroup] | None:
    """Return whose mails of which group a signed address ends; None for what nobody has signed."""
    try:
        pk, group = signing.loads(token, salt=SALT)
        return int(pk), MailGroup(group)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def send(row: Delivery) -> Outcome:
    """Send one mail, in the words of its notification. Says what failed; what failed half-way may have arrived."""
    rows = Notification.objects.select_related("person__user").filter(pk=row.payload.get("notification"))
    notice = rows.first()
    if notice is None or not wants(notice.person, notice.kind):
        return Outcome(_("Nobody wants this mail any more."), is_final=True)
    address = addresses_of([notice.person]).get(notice.person_id)
    if address is None:
        return Outcome(_("There is no verified address."), is_final=True)
    if not settings.OPEN_BY_MAIL:
        return Outcome(_("No mail is configured (EMAIL_URL)."), is_final=True)
    message, is_under_way = message_to(address, notice, key=row.key), False
    try:
        with get_connection() as connection:
            is_under_way = True
            connection.send_messages([message])
    except OSError as error:  # smtplib's errors are such, too
        # An answer of the server's (a code, or who was refused) says that it did not take the mail.
        is_told = hasattr(error, "smtp_code") or hasattr(error, "recipients")
        said = _("The mail server: %(error)s") % {"error": type(error).__name__}
        return Outcome(said, getattr(error, "smtp_code", None), is_final=is_under_way and not is_told)
    return Outcome()


def message_to(address: str, notice: Notification, *, key: str) -> EmailMessage:
    """Return the mail of a notification, with the address at which such mails end."""
    said = notice_of(notice)
    group, person = group_of(notice.kind), notice.person
    stop = link_to_stop(person, group)
    first = " ".join(said.sentence.split("\n", 1)[0].split())
    subject = first if len(first) <= SUBJECT_LIMIT else f"{first[: SUBJECT_LIMIT - 1]}…"
    where = f"{settings.SITE_URL}{said.url}" if said.url else ""
    footer = _("You get this because you chose: %(group)s. No more of these: %(url)s") % {
        "group": group.label,
        "url": stop,
    }
    body = "\n\n".join(filter(None, [said.sentence, where if where not in said.sentence else "", f"-- \n{footer}"]))
    host = settings.SITE_URL.split("//", 1)[-1].split("/")[0].split(":")[0]
    headers = {
        # The same for every try, so that mail programs show one.
        "Message-ID": f"<{key}@{host}>",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    return EmailMessage(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}", body, to=[address], headers=headers)
