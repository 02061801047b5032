"""Keys of rows as a form or an address sends them. A leaf: nothing is imported here."""

# Any longer number is no key of a row, and some databases refuse it.
DIGITS = 18


def read_key(text: object) -> int:
    """Return the key of a row that a text is; 0, which no row has, for what is none."""
    is_key = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= DIGITS
    return int(text) if is_key else 0  # type: ignore[call-overload]
