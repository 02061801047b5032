"""Who a command acts for."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from members.actors import SYSTEM, Actor
from members.models import User


def actor_named(username: str | None) -> Actor:
    """Return the Person of an active login, SYSTEM without a name. Raises CommandError for a name that nobody has."""
    if username is None:
        return SYSTEM
    user = User.objects.select_related("person").filter(username=username, is_active=True).first()
    if user is None or not hasattr(user, "person"):
        raise CommandError(_("No user is called %(name)s.") % {"name": username})
    return user.person
