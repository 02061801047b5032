"""QR codes, drawn by the page itself as one path of an SVG."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import segno

# Modules of quiet around a code (ISO/IEC 18004).
BORDER = 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """A code as a page draws it: modules of a side with the quiet edge, and the path of the dark ones."""

    size: int
    path: str


def qr_svg(text: str) -> Drawing:
    """Return the QR code of a text, with error correction M at least. Raises ValueError for too long a one."""
    code = segno.make(text, error="m", micro=False)
    path = []
    for y, row in enumerate(code.matrix_iter(border=BORDER)):
        x = 0
        for is_dark, modules in groupby(row):
            n = len(list(modules))
            if is_dark:
                path.append(f"M{x} {y + 0.5}h{n}")
            x += n
    return Drawing(y + 1, "".join(path))
