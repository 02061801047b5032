"""arXiv is asked by one worker at a time: its API and its feeds share one turn, that is what its terms of use count."""

import time
from contextlib import AbstractContextManager
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from outbound.actions.turns import turn


def arxiv_turn() -> AbstractContextManager[None]:
    """Hold the turn to ask arXiv in the block. Raises outbound's Failed when none came in time."""
    host = urlsplit(settings.ARXIV_API_URL).hostname or ""
    return turn(host, gap=timedelta(seconds=settings.ARXIV_SECONDS), clock=timezone.now, sleep=time.sleep)
