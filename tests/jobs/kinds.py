"""What the jobs of these tests do. Their effect is a Session row, so a lost or doubled effect can be counted."""

import uuid

from django.contrib.sessions.models import Session
from django.db import connection


def note(*, payload, now):
    Session.objects.create(session_key=uuid.uuid4().hex, session_data=payload.get("text", ""), expire_date=now)


def note_and_fail(*, payload, now):
    note(payload=payload, now=now)
    raise RuntimeError(payload.get("error", "as told"))


def fetch(*, payload):
    if "error" in payload:
        raise OSError(payload["error"])
    return "inside" if connection.in_atomic_block else "outside"


def note_fetched(*, payload, now, fetched):
    note(payload={"text": fetched}, now=now)


def note_slot(*, payload, now):
    note(payload={"text": payload["slot"]}, now=now)
