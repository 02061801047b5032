"""The addresses of a PDF's links come into its text: torn ones are made whole, hidden ones written down.

The text only ever gains: letters are replaced when they are the same address, and never removed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from urllib.parse import quote, unquote

from markup import links
from talks.documents.pdf_page import Budget, Link, Page, lines_beside

# An address of a kilobyte takes this many lines; what begins on a link and is not whole by then is another text.
_FOLLOWING_LINES = 12
# A title and its address stand together: within so many lines the address is not written down again.
_NEAR_LINES = 4

_SCHEME = re.compile(r"https?://\Z", re.IGNORECASE)
_SHORTENED = re.compile(r"(https?://\S+?|www\.\S+?)(?:…|\.\.\.)", re.IGNORECASE)
_ADDRESS_CHARACTER = re.compile(r"[\w\-._~:/?#@!$&*+=%]", re.ASCII)
# Marks that end a sentence belong to an address only when it goes on behind them.
_MORE = re.compile(r"[.,!?:;]{0,9}[\w\-~/#@$&*+=%]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Added:
    """An address that was written down: where in the new text, and whether its place on the page was found."""

    position: int
    url: str
    is_placed: bool


@dataclass(frozen=True, slots=True, order=True)
class _Edit:
    """Letters (none: an insertion) and what comes instead of them; edits are ordered as they stand in the text."""

    start: int
    end: int
    text: str
    url: str
    key: str
    is_placed: bool = True


@dataclass(slots=True)
class _Run:
    """Links to one address on neighbouring lines: the lines and letters (positions in the text) that they cover."""

    url: str
    key: str
    first_line: int
    last_line: int
    start: int
    end: int


@dataclass(slots=True)
class _Text:
    """The lines of all pages as one text, and where each line and page begins."""

    text: str
    starts: list[int]
    budget: Budget
    # Kept in order; none reaches into another.
    replaced: list[_Edit] = field(default_factory=list)
    added: list[_Edit] = field(default_factory=list)
    added_at: dict[str, list[int]] = field(default_factory=dict)

    def line_at(self, position: int) -> int:
        return bisect_right(self.starts, position) - 1

    def end_of(self, line: int) -> int:
        return self.starts[line + 1] - 1 if line + 1 < len(self.starts) else len(self.text)

    def replace(self, start: int, end: int, text: str, url: str, key: str) -> None:
        """Put an address in the place of letters; where that was done before it stays."""
        edit = _Edit(start, end, text, url, key)
        index = bisect_left(self.replaced, edit)
        if not any(start < near.end and near.start < end for near in self.replaced[max(0, index - 1) : index + 1]):
            self.replaced.insert(index, edit)

    def write_down(self, position: int, text: str, url: str, key: str, *, is_placed: bool = True) -> None:
        """Add an address that the text does not have."""
        self.added.append(_Edit(position, position, text, url, key, is_placed))
        self.added_at.setdefault(key, []).append(position)

    def holds(self, start: int, end: int, key: str) -> bool:
        """Whether an address will stand between two positions: written or put there, and not replaced."""
        first = bisect_left(self.replaced, start, key=lambda edit: edit.end)
        last = bisect_left(self.replaced, end, key=lambda edit: edit.start)
        replaced = self.replaced[first:last]
        if any(edit.key == key for edit in replaced) or any(start <= at <= end for at in self.added_at.get(key, ())):
            return True
        return any(
            links.key(found.url) == key
            and not any(edit.start < found.end + start and found.start + start < edit.end for edit in replaced)
            for found in links.find(self.text[start:end])
        )

    def lines(self, first: int, last: int) -> tuple[int, int]:
        """The positions of a range of lines (both included), cut to what there is."""
        return self.starts[max(first, 0)], self.end_of(min(last, len(self.starts) - 1))


def put_links(pages: Sequence[Page], budget: Budget) -> tuple[str, list[Added], list[int]]:
    """The text of the pages with the addresses of their links, what was added, and where each page begins in it.

    Raises Refused too_large.
    """
    lines = [line for page in pages for line in page.lines]
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line.text) + 1)
    text = _Text("\n".join(line.text for line in lines), starts, budget)
    runs, unplaced = _runs(pages, text)
    for run in runs:
        _make_whole(text, run)
    # What is torn is whole by now, so an address that is only the beginning of another is not taken for it.
    for run in runs:
        _write_down(text, run)
    for page, first_line, link in unplaced:
        _write_down_unplaced(text, page, first_line, link)
    return _apply(text, pages)


def _runs(pages: Sequence[Page], text: _Text) -> tuple[list[_Run], list[tuple[Page, int, Link]]]:
    runs: list[_Run] = []
    unplaced: list[tuple[Page, int, Link]] = []
    first_line = 0
    for page in pages:
        levels = page.levels()
        for link in page.links:
            run = _covered(page, levels, first_line, link, text)
            if run is None:
                unplaced.append((page, first_line, link))
            else:
                runs.append(run)
        first_line += len(page.lines)
    runs.sort(key=lambda run: (run.start, run.end))
    return list(_together(runs, text)), unplaced


def _covered(page: Page, levels: list[tuple[float, int]], first_line: int, link: Link, text: _Text) -> _Run | None:
    """The part of the text that a link lies on, or None."""
    places = []
    for box in link.boxes:
        for index in lines_beside(levels, box, text.budget):
            if columns := page.lines[index].covered(box, text.budget):
                start = text.starts[first_line + index]
                places.append((start + columns[0], start + columns[1]))
    if not places:
        return None
    start, end = min(places)[0], max(places, key=lambda place: place[1])[1]
    return _Run(link.url, links.key(link.url), text.line_at(start), text.line_at(end - 1), start, end)


def _together(runs: Sequence[_Run], text: _Text) -> Iterator[_Run]:
    """Runs to one address with nothing but space between their lines become one."""
    current: _Run | None = None
    for run in runs:
        if current and run.url == current.url and not text.text[current.end : run.start].strip():
            current.last_line, current.end = run.last_line, max(current.end, run.end)
            continue
        if current:
            yield current
        current = run
    if current:
        yield current


def _make_whole(text: _Text, run: _Run) -> None:
    """Make the link's address whole where it is printed on the link itself."""
    start, end = text.lines(run.first_line, run.last_line)
    found = _occurrences(text, start, text.lines(run.first_line, run.last_line + _FOLLOWING_LINES)[1], run.url)
    for first, last in found:
        if first < end and _belongs(text, run, first, last):
            _replace(text, first, last, run.url, run.key)
    shown = _SHORTENED.fullmatch("".join(text.text[run.start : run.end].split()))
    if shown and _without_scheme(run.url).startswith(_without_scheme(shown[1])):
        text.replace(run.start, run.end, quoted(run.url), run.url, run.key)


def _write_down(text: _Text, run: _Run) -> None:
    """Put the address behind the linked words (own line where they end theirs) unless it stands beside them."""
    if _is_near(text, *text.lines(run.first_line - 1, run.last_line + _NEAR_LINES), run.url, run.key):
        return
    line = text.line_at(run.end - 1)
    start, end = text.starts[line], text.end_of(line)
    position = _outside(text.text[start:end], run.end - start) + start
    if text.text[position:end].strip():
        text.write_down(position, f"（{quoted(run.url)}）", run.url, run.key)
    else:
        text.write_down(end, f"\n{quoted(run.url)} ", run.url, run.key)


def _write_down_unplaced(text: _Text, page: Page, first_line: int, link: Link) -> None:
    """A link on no text (a card drawn as a picture): its address comes after the line above it."""
    last_line = first_line + len(page.lines) - 1
    start, end = text.lines(first_line, last_line)
    key = links.key(link.url)
    if _is_near(text, start, end, link.url, key):
        return
    top = max(box.top for box in link.boxes)
    above = [
        index
        for index, line in enumerate(page.lines, first_line)
        if line.pieces and line.text.strip() and line.pieces[0].y >= top
    ]
    position = text.end_of(above[-1]) if above else start
    address = f"{quoted(link.url)} "
    inserted = f"\n{address}" if above else f"{address}\n"
    text.write_down(position, inserted, link.url, key, is_placed=False)


def _occurrences(text: _Text, start: int, end: int, url: str) -> Iterator[tuple[int, int]]:
    """Where the address stands between two positions, however many spaces and line ends it was torn by."""
    text.budget.spend(steps=end - start)
    positions = [index for index in range(start, end) if not text.text[index].isspace()]
    packed = "".join(text.text[index] for index in positions)
    for form in _forms(url):
        is_found = False
        place = packed.find(form)
        while place >= 0:
            after = place + len(form)
            first, last = positions[place], positions[after - 1] + 1
            if scheme := _SCHEME.search(text.text[max(0, first - 8) : first]):
                first -= len(scheme[0])
            if not _goes_on(text.text, first, last):
                is_found = True
                yield first, last
            place = packed.find(form, after)
        if is_found:
            return


def _forms(url: str) -> list[str]:
    """The ways in which an address may be printed, the whole ones first."""
    forms = [url, "".join(unquote(url).split())]
    forms += [form.rstrip("/") for form in forms]
    return list(dict.fromkeys(filter(None, [*forms, *map(_without_scheme, forms)])))


def _without_scheme(url: str) -> str:
    return re.sub(r"\Ahttps?://", "", url, flags=re.IGNORECASE)


def _belongs(text: _Text, run: _Run, first: int, last: int) -> bool:
    """Whether these letters are the link's address; words without http:// may look like one by chance."""
    return _has_scheme(text.text, first) or (first < run.end and run.start < last)


def _goes_on(text: str, first: int, last: int) -> bool:
    """Whether more letters belong to the address: then it is another one that begins or ends alike."""
    leads = not _has_scheme(text, first) and bool(_ADDRESS_CHARACTER.match(text[first - 1 : first]))
    return leads or bool(_MORE.match(text, last))


def _has_scheme(text: str, first: int) -> bool:
    return text[first : first + 4].lower() == "http"


def _replace(text: _Text, first: int, last: int, url: str, key: str) -> None:
    """Replace an address that does not read as the link's own (torn, without scheme, with Han) by that one."""
    written = text.text[first:last]
    if not any(char.isspace() for char in written) and any(links.key(at.url) == key for at in links.find(written)):
        return
    # A space says that the address ends here; what stands in the next line is something else.
    ends_line = text.text[last : last + 1] in ("", "\n")
    text.replace(first, last, quoted(url) + (" " if ends_line else ""), url, key)


def _is_near(text: _Text, start: int, end: int, url: str, key: str) -> bool:
    """Whether the address stands between two positions; where it stands torn it is made whole."""
    if text.holds(start, end, key):
        return True
    printed = [place for place in _occurrences(text, start, end, url) if _has_scheme(text.text, place[0])]
    for first, last in printed:
        _replace(text, first, last, url, key)
    return text.holds(start, end, key)


def _outside(line: str, column: int) -> int:
    """The first column from here on that is not inside a word or an address."""
    while column < len(line) and line[column - 1 : column + 1].isascii() and line[column - 1 : column + 1].isalnum():
        column += 1
    return next((found.end for found in links.find(line) if found.start < column < found.end), column)


def quoted(url: str) -> str:
    """The address in ASCII, so that it ends where it ends whatever follows it."""
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~")


def _apply(text: _Text, pages: Sequence[Page]) -> tuple[str, list[Added], list[int]]:
    """The edited text. What was to come into replaced letters comes behind them."""
    parts: list[str] = []
    added: list[Added] = []
    moved, shifts = [0], [0]
    position = length = 0
    for edit in sorted([*text.replaced, *text.added]):
        start = max(edit.start, position)
        parts += (text.text[position:start], edit.text)
        length += start - position + len(edit.text)
        position = max(edit.end, position)
        moved.append(start)
        shifts.append(length - position)
        if edit.start == edit.end:
            added.append(Added(length - len(edit.text.lstrip("\n")), edit.url, edit.is_placed))
    parts.append(text.text[position:])
    line_counts = accumulate((len(page.lines) for page in pages[:-1]), initial=0)
    starts = [text.starts[line] for line in line_counts]
    return "".join(parts), added, [start + shifts[max(0, bisect_left(moved, start) - 1)] for start in starts]
