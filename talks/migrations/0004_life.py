"""The shipped table of holidays and worked weekend days; days that somebody has entered already stay as they are."""

from django.db import migrations
from django.utils import timezone

from talks.calendar_cn import days


def fill(apps, schema_editor):
    Holiday = apps.get_model("talks", "Holiday")
    now = timezone.now()
    known = set(Holiday.objects.filter(deleted_at=None).values_list("day", flat=True))
    Holiday.objects.bulk_create(
        Holiday(day=day, name=name, is_workday=is_workday, created_at=now, changed_at=now)
        for day, name, is_workday in days()
        if day not in known
    )


class Migration(migrations.Migration):
    dependencies = [("talks", "0003_week")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
