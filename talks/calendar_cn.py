"""The statutory holidays of mainland China and the weekend days worked for them, as announced for each year. Data.

They are put into the table of days once; from then on the table is what counts, and organizers keep it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

# name, first and last day off, weekend days that are worked for it
PERIODS: tuple[tuple[str, date, date, tuple[date, ...]], ...] = (
    ("元旦", date(2022, 12, 31), date(2023, 1, 2), ()),
    ("春节", date(2023, 1, 21), date(2023, 1, 27), (date(2023, 1, 28), date(2023, 1, 29))),
    ("清明节", date(2023, 4, 5), date(2023, 4, 5), ()),
    ("劳动节", date(2023, 4, 29), date(2023, 5, 3), (date(2023, 4, 23), date(2023, 5, 6))),
    ("端午节", date(2023, 6, 22), date(2023, 6, 24), (date(2023, 6, 25),)),
    ("中秋节、国庆节", date(2023, 9, 29), date(2023, 10, 6), (date(2023, 10, 7), date(2023, 10, 8))),
    ("元旦", date(2024, 1, 1), date(2024, 1, 1), ()),
    ("春节", date(2024, 2, 10), date(2024, 2, 17), (date(2024, 2, 4), date(2024, 2, 18))),
    ("清明节", date(2024, 4, 4), date(2024, 4, 6), (date(2024, 4, 7),)),
    ("劳动节", date(2024, 5, 1), date(2024, 5, 5), (date(2024, 4, 28), date(2024, 5, 11))),
    ("端午节", date(2024, 6, 10), date(2024, 6, 10), ()),
    ("中秋节", date(2024, 9, 15), date(2024, 9, 17), (date(2024, 9, 14),)),
    ("国庆节", date(2024, 10, 1), date(2024, 10, 7), (date(2024, 9, 29), date(2024, 10, 12))),
    ("元旦", date(2025, 1, 1), date(2025, 1, 1), ()),
    ("春节", date(2025, 1, 28), date(2025, 2, 4), (date(2025, 1, 26), date(2025, 2, 8))),
    ("清明节", date(2025, 4, 4), date(2025, 4, 6), ()),
    ("劳动节", date(2025, 5, 1), date(2025, 5, 5), (date(2025, 4, 27),)),
    ("端午节", date(2025, 5, 31), date(2025, 6, 2), ()),
    ("国庆节、中秋节", date(2025, 10, 1), date(2025, 10, 8), (date(2025, 9, 28), date(2025, 10, 11))),
    ("元旦", date(2026, 1, 1), date(2026, 1, 3), (date(2026, 1, 4),)),
    ("春节", date(2026, 2, 15), date(2026, 2, 23), (date(2026, 2, 14), date(2026, 2, 28))),
    ("清明节", date(2026, 4, 4), date(2026, 4, 6), ()),
    ("劳动节", date(2026, 5, 1), date(2026, 5, 5), (date(2026, 5, 9),)),
    ("端午节", date(2026, 6, 19), date(2026, 6, 21), ()),
    ("中秋节", date(2026, 9, 25), date(2026, 9, 27), ()),
    ("国庆节", date(2026, 10, 1), date(2026, 10, 7), (date(2026, 9, 20), date(2026, 10, 10))),
)


def days() -> Iterator[tuple[date, str, bool]]:
    """Yield every day of the table: the day, what it is for, and whether it is worked."""
    for name, first, last, worked in PERIODS:
        for offset in range((last - first).days + 1):
            yield first + timedelta(days=offset), name, False
        for each in worked:
            yield each, name, True
