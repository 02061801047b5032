"""What the log leaves out."""

import logging
import re

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

# What Django answers with 400, 403 or 404, and a visitor who hung up while sending.
REFUSALS = (BadRequest, Http404, MultiPartParserError, PermissionDenied, SuspiciousOperation, UnreadablePostError)


class RefusalsInOneLine(logging.Filter):
    """Keep the line of a refused request and drop its traceback: nothing is broken here."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], REFUSALS):
            record.exc_info = record.exc_text = None
        return True


# Where the rest of an address opens something: the link of an invitation, of a new password, of a confirmed address.
KEYS = re.compile(r"(/go/|/accounts/password/reset/key/|/accounts/confirm-email/|/unsubscribe/|[?&]code=)[^/?&\s\"']+")


class KeysLeftOut(logging.Filter):
    """Shorten addresses whose last part is a key: who reads the log comes in by none."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, str):
            record.msg = _shortened(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_shortened(each) if isinstance(each, str) else each for each in record.args)
        return True


def _shortened(text: str) -> str:
    return KEYS.sub(r"\1…", text)
