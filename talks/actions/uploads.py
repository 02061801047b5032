"""Bytes that wait between a preview and its confirmation: kept in the media storage, a folder per person, for a day.

Nobody's word is taken for them: they lie under their own SHA-256, in a folder named after who sent them, and are
checked against it when they are fetched. Any web process finds them; no row and no session grows.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from members.models import Person
from talks.rules import can_import

KEPT = timedelta(days=1)
SHA256 = re.compile(r"[0-9a-f]{64}")


def keep(*, data: bytes, by: Person, now: datetime) -> str:
    """Keep the bytes of a file and return the key under which `by` finds them again. Raises PermissionDenied."""
    if not can_import(by):
        raise PermissionDenied(_("Only organizers import documents."))
    _forget_old(by, now)
    key = hashlib.sha256(data).hexdigest()
    if fetch(key=key, by=by) is None:
        default_storage.delete(_path(by, key))
        default_storage.save(_path(by, key), ContentFile(data))
    return key


def fetch(*, key: str, by: Person) -> bytes | None:
    """Return the bytes that this person kept under a key, None when there are none (any more)."""
    if not SHA256.fullmatch(key):
        return None
    try:
        with default_storage.open(_path(by, key)) as file:
            data: bytes = file.read()
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).hexdigest() == key else None


def _folder(by: Person) -> str:
    return f"uploads/{by.pk}"


def _path(by: Person, key: str) -> str:
    return f"{_folder(by)}/{key}"


def _forget_old(by: Person, now: datetime) -> None:
    try:
        names = default_storage.listdir(_folder(by))[1]
    except FileNotFoundError:
        return
    for name in names:
        path = f"{_folder(by)}/{name}"
        try:
            if now - default_storage.get_modified_time(path) > KEPT:
                default_storage.delete(path)
        except FileNotFoundError:  # another process was faster
            continue
