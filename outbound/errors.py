"""The two ways in which asking an address ends without an answer. Their messages hold hosts, never whole addresses."""

from datetime import timedelta


class Refused(Exception):
    """The address must not be asked: its scheme, port, form, or where it leads is not allowed."""


class Failed(Exception):
    """The address was asked and gave nothing usable: network, time, size, redirects, TLS.

    `retry_after` is how long the other side wishes to be left alone, when it said so.
    """

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
