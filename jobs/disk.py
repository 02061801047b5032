"""How much room is left for the database and the uploads, and how much the database takes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection


@dataclass(frozen=True, slots=True)
class Room:
    """A place where the site writes, and the bytes left there."""

    name: str
    free: int


def rooms() -> list[Room]:
    """The place of the database, when it is on this machine, and that of the uploads."""
    found = [Room("media", _free(Path(settings.MEDIA_ROOT)))]
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and Path(name).is_absolute() and Path(name).exists():
        found.insert(0, Room("database", _free(Path(name))))
    return found


def database_size() -> int:
    """Return the bytes of the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])


def _free(path: Path) -> int:
    """The bytes left where `path` is, or will be."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free
