"""What commands print in columns: a Chinese character is as wide as two letters."""

import unicodedata


def column(text: str, width: int) -> str:
    """Return text filled up to a width on a terminal, and at least one space behind it."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return text + " " * max(width - len(text) - wide, 1)
