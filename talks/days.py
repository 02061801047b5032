"""What is to be said of a day: left out, a holiday, worked, or of a year that is not announced yet. Reads only."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from talks.models import Break, Holiday
from talks.moves import zone

# The table of years begins here.
FIRST_YEAR = 2023


def hint_for(moment: datetime | None) -> str:
    """Return what is to be known of the day of an evening, "" for an ordinary one. Two queries."""
    if moment is None:
        return ""
    day = moment.astimezone(zone()).date()
    off = Break.objects.current().filter(day=day).first()
    if off is not None:
        return _("There is no talk on this day: %(reason)s") % {"reason": off.reason}
    known = {row.day: row for row in Holiday.objects.current().filter(day__year=day.year)}
    if not known:
        return not_announced(day.year)
    row = known.get(day)
    if row is None:
        return ""
    if row.is_workday:
        return _("This is a working day, in exchange for %(holiday)s.") % {"holiday": row.name}
    return _("This is a day of %(holiday)s.") % {"holiday": row.name}


def not_announced(year: int) -> str:
    """Return the sentence about a year without rows."""
    return _("The holidays of %(year)d are not announced yet.") % {"year": year}


def years_of(rows: list[Holiday], now: datetime) -> list[tuple[int, list[Holiday]]]:
    """Return the days by year, the newest first, up to the next year; a year without rows is not announced yet."""
    by_year: dict[int, list[Holiday]] = {
        year: [] for year in range(now.astimezone(zone()).year + 1, FIRST_YEAR - 1, -1)
    }
    for row in rows:
        by_year.setdefault(row.day.year, []).append(row)
    return sorted(by_year.items(), key=lambda pair: -pair[0])


def day_of(moment: datetime) -> date:
    """Return the day of a moment on the site's wall clock."""
    return moment.astimezone(zone()).date()
