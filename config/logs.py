"""What the log leaves out."""

import logging

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
