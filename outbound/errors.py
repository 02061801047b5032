"""The two ways in which asking an address ends without an answer; their messages hold hosts, never addresses. Pure.

They are raised in English, where nothing knows of languages; `put_in_words` is called where they leave this package.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any


def gettext_noop(text: str) -> str:
    """Mark a sentence for translation where it is written; it is translated where it leaves this package."""
    return text


class _Said(Exception):
    """`sentence` is English, with a place for each of the details (`%(host)s`)."""

    def __init__(self, sentence: str, **details: Any) -> None:
        self.sentence, self.details = sentence, details
        super().__init__()
        self.put_in_words(str)

    def put_in_words(self, translate: Callable[[str], str]) -> None:
        """Say it in another language from now on. Details stay as they are: hosts, numbers, technical names."""
        sentence = translate(self.sentence)
        self.args = (sentence % self.details if self.details else sentence,)


class Refused(_Said):
    """The address must not be asked: its scheme, port, form, or where it leads is not allowed."""


class Failed(_Said):
    """The address was asked and gave nothing usable: network, time, size, redirects, TLS.

    `retry_after` is how long the other side wishes to be left alone, when it said so. `may_have_arrived`: it ended
    after the request was on its way, so nobody knows here whether the other side has it.
    """

    may_have_arrived = False

    def __init__(self, sentence: str, *, retry_after: timedelta | None = None, **details: Any) -> None:
        super().__init__(sentence, **details)
        self.retry_after = retry_after
