"""What an exporter takes and gives: options as text in, the converted text and what was lost out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

_SITE = re.compile(r"https?://[^\s/?#]+(?:/[^\s?#]*)?", re.IGNORECASE)


class UnknownOption(ValueError):
    """An option that the target does not have, or a value it cannot take; the message says which."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A text as a target takes it, and in one line each what the target could not take."""

    text: str
    losses: tuple[str, ...] = ()


@dataclass
class Losses:
    """Collects what a target could not take; equal losses become one line with their number."""

    counted: Counter[str] = field(default_factory=Counter)

    def add(self, message: str) -> None:
        """Note one loss."""
        self.counted[" ".join(message.split())] += 1

    def lines(self) -> tuple[str, ...]:
        """The losses in the order they were first met."""
        return tuple(line if count == 1 else f"{line} ({count} times)" for line, count in self.counted.items())


def check_names(options: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Raise UnknownOption for the first option that is not known."""
    for name in options:
        if name not in known:
            raise UnknownOption(f"unknown option {name}; known are: {', '.join(known)}")


def choice(options: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    """The value of an option that takes one of a few words; the first is the default."""
    value = options.get(name, values[0])
    if value not in values:
        raise UnknownOption(f"{name}={value}: must be one of {', '.join(values)}")
    return value


def number(options: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    """The value of an option that takes a small number."""
    value = options.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,2}", value) or not lowest <= int(value) <= highest:
        raise UnknownOption(f"{name}={value}: must be a number from {lowest} to {highest}")
    return int(value)


def site(options: Mapping[str, str]) -> str:
    """The address that site paths are put behind, without a slash at its end; "" when none was given."""
    value = options.get("site_url", "")
    if value and not _SITE.fullmatch(value):
        raise UnknownOption(f"site_url={value}: must be an http or https address")
    return value.rstrip("/")


def words(options: Mapping[str, str], name: str) -> str:
    """The value of an option that takes a line of text; "" when it was not given."""
    value = " ".join(options.get(name, "").split())
    if name in options and not value:
        raise UnknownOption(f"{name}: must hold some words")
    return value
