"""Templates: the sections, briefs and standing texts an episode starts from, in editions."""

from django.db import models
from django.db.models import Q

from members.models import Row


class Template(Row):
    """One edition of a template. An episode pins one; a change is a new edition."""

    name = models.CharField(max_length=80)
    edition = models.PositiveIntegerField()
    sections = models.JSONField(default=list)
    passages = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "edition"], name="template_edition_once"),
            models.CheckConstraint(condition=~Q(name="") & Q(edition__gte=1), name="template_has_name_and_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.edition}"
