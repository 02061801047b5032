"""How often something may be done from one address, without keeping the address.

What is counted is a hash of address, purpose and hour, with a salt that is new every day and deleted with it; it stands
in a table of its own and hangs on nothing.
"""

from __future__ import annotations

import ipaddress
import secrets
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from members.models import Person
from talks.models import DaySalt, VisitorCount


class TooMany(ValidationError):
    """So much was sent from this address within the hour that no more is taken."""

    def __init__(self) -> None:
        message = _("Much was sent from your network within this hour. What you wrote is still here; try again later.")
        super().__init__({"body": [ValidationError(message, code="too_many")]})


def count_visitor(*, purpose: str, address: str, now: datetime, about: object = "") -> None:
    """Count one more act of a purpose (`VISITOR_LIMITS`) from an address, in the caller's transaction; for one thing
    alone where it says which (`about`).

    Raises TooMany when there were as many as may be within the hour.
    """
    day = timezone.localtime(now).date()
    key = _key(_salt(day, now=now), f"{purpose} {about}".rstrip(), address, now)
    VisitorCount.objects.bulk_create([VisitorCount(key=key, day=day)], ignore_conflicts=True)
    if not VisitorCount.objects.below(key, settings.VISITOR_LIMITS[purpose]).update(count=F("count") + 1):
        raise TooMany


def refuse_visitor(*, purpose: str, address: str, now: datetime) -> None:
    """Raise TooMany when so much of a purpose was counted that no more is taken; counts nothing."""
    day = timezone.localtime(now).date()
    salt = DaySalt.objects.filter(day=day).values_list("salt", flat=True).first()
    if salt is None:
        return
    key = _key(salt, purpose, address, now)
    if VisitorCount.objects.filter(pk=key, count__gte=settings.VISITOR_LIMITS[purpose]).exists():
        raise TooMany


def count_person(*, purpose: str, person: Person, now: datetime) -> None:
    """Count one more act of a purpose by somebody with an account, as `count_visitor` does; raises as it does."""
    count_visitor(purpose=purpose, address=f"person {person.pk}", now=now)


def forget_visitors(*, now: datetime) -> None:
    """Delete the salts and counts of days that are over. Part of the daily clean-up, and of each day's first count."""
    day = timezone.localtime(now).date()
    DaySalt.objects.exclude(day=day).delete()
    VisitorCount.objects.exclude(day=day).delete()


def _salt(day: date, *, now: datetime) -> str:
    salt = DaySalt.objects.filter(day=day).values_list("salt", flat=True).first()
    if salt is None:
        forget_visitors(now=now)
        DaySalt.objects.bulk_create([DaySalt(day=day, salt=secrets.token_hex(32))], ignore_conflicts=True)
        salt = DaySalt.objects.values_list("salt", flat=True).get(day=day)
    return salt


def _key(salt: str, purpose: str, address: str, now: datetime) -> int:
    hour = now.strftime("%Y-%m-%dT%H")
    made = salted_hmac(salt, f"{purpose} {hour} {network_of(address)}", algorithm="sha256").digest()
    return int.from_bytes(made[:8], "big") >> 1


def network_of(address: str) -> str:
    """Return what counts as one address: an IPv6 visitor has a whole network of 64 bits."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address
