"""Who may ask a host next: one row per host, shared by all workers."""

from django.db import models
from django.db.models import Q


class Turn(models.Model):
    """The next moment at which `host` may be asked, and until when somebody holds it.

    `held_until` is a lease: a holder that died loses it by itself.
    """

    host = models.CharField(max_length=253, unique=True)
    next_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(host=""), name="turn_has_host")]

    def __str__(self) -> str:
        return self.host
