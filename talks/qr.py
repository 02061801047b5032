"""QR codes, drawn by the page itself as one path of an SVG."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drawing:
    """A code as a page draws it: modules of a side with the quiet edge, and the path of the dark ones."""

    size: int
    path: str


def qr_svg(text: str) -> Drawing | None:
    """Return the QR code of a text, None as long as the site has nothing to make one with: pages then show the address.

    To be filled once segno is among the requirements:
    `code = segno.make(text, micro=False)`, then one `M{x} {y}h{n}` for every run of dark modules of `code.matrix`.
    """
    return None
