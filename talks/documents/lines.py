"""The lines of a source: which are code, where a broken address goes on, where a hard-wrapped line does.

Line numbers are 1-based; text is never changed but for the line break inside a broken address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markup import links
from markup.cjk import is_cjk_punctuation, is_wide, join_soft_break
from talks.documents.vocabulary import known_title

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)")
_LIST_ENTRY = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_CONVERTER_TAG = re.compile(r"</?(?:mark|u|b|i|strong|em|span|font|p|div|center)(?:\s[^<>]{0,200})?>|<br\s?/?>", re.I)
_TOKEN = re.compile(r"[!-~]+")
_NO_CONTINUATION = re.compile(r"(?:https?://|[#>`<*【-]|\d{1,3}[.)]|[QqAa]\d{0,3}[:.]|[A-Za-z]{1,12}:$)")
_TAIL = re.compile(r"[&=%/_?]")
_GOES_ON = ("/", "-", "_", "=", "&", "?")
FULL_ADDRESS_LINE = 60
# Around what an exporter derives from the document (contents, credits, neighbours), which is not read again.
GENERATED_START = "<!-- generated -->"
GENERATED_END = "<!-- /generated -->"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the source, or several when an address was broken over them; `numbers` are theirs.

    `is_mended` says that an address in it was torn and is whole again. `source` is the line as written when
    `text` is what a line of structure means.
    """

    numbers: tuple[int, ...]
    text: str
    is_code: bool = False
    is_mended: bool = False
    source: str | None = None

    @property
    def as_written(self) -> str:
        return self.text if self.source is None else self.source

    @property
    def number(self) -> int:
        return self.numbers[0]

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    @property
    def bare(self) -> str:
        """The text for recognition: no space, converter tags or emphasis around it."""
        return bare(self.text)


def bare(text: str) -> str:
    """A line for recognition: without space around it, tags of converters and emphasis of the whole line."""
    text = _CONVERTER_TAG.sub("", text).strip() if "<" in text else text.strip()
    for mark in ("**", "__"):
        if len(text) > 4 and text.startswith(mark) and text.endswith(mark) and mark not in text[2:-2]:
            return text[2:-2].strip()
    return text


def atx(text: str) -> tuple[int, str] | None:
    """Level and title of a `## heading`, None when the line is none; a closing run of # is left out."""
    if not text.startswith(("#", " ")):
        return None
    indented = text.lstrip(" ")
    level = len(indented) - len(indented.lstrip("#"))
    if not 1 <= level <= 6 or len(text) - len(indented) > 3:
        return None
    rest = indented[level:]
    if rest and rest[0] not in " \t":
        return None
    title = rest.strip()
    opened = title.rstrip("#")
    if opened != title and (not opened or opened[-1] in " \t"):
        title = opened.rstrip()
    return level, title


def fenced(texts: Sequence[str], is_end: Callable[[str], bool] = lambda text: False) -> set[int]:
    """The indexes of the lines in closed code fences, the fences included.

    A fence that is never closed is text. `is_end` names lines that no code can hold, such as the heading of
    the next section, so that one forgotten fence does not swallow the rest.
    """
    code: set[int] = set()
    hopeless: dict[str, tuple[int, int]] = {}
    index = 0
    while index < len(texts):
        match = _FENCE.match(texts[index])
        if match is None or ("`" in match[2] and match[1][0] == "`"):
            index += 1
            continue
        mark, length = match[1][0], len(match[1])
        least, until = hopeless.get(mark, (length + 1, 0))
        end = None
        if length < least or index >= until:
            in_list = texts[index][0] == " " and _follows_entry(texts, index)
            end, stop = _closing(texts, index + 1, mark, length, is_end, in_list=in_list)
            if end is None:
                hopeless[mark] = (length, stop)
        if end is None:
            index += 1
            continue
        code.update(range(index, end + 1))
        index = end + 1
    return code


def _follows_entry(texts: Sequence[str], index: int) -> bool:
    """Whether the lines right above are an entry of a list, to which an indented line then belongs."""
    for above in reversed(texts[max(0, index - 40) : index]):
        if not above.strip():
            return False
        if _LIST_ENTRY.match(above):
            return True
    return False


def _closing(
    texts: Sequence[str], start: int, mark: str, length: int, is_end: Callable[[str], bool], *, in_list: bool
) -> tuple[int | None, int]:
    """Where a fence is closed, and how far was looked; one inside a list ends with the list."""
    for index in range(start, len(texts)):
        if in_list and texts[index][:1] not in ("", " ", "\t"):
            return None, start
        text = texts[index].rstrip(" \t")
        fence = text.lstrip(" ")
        if len(fence) >= length and fence == mark * len(fence) and len(text) - len(fence) <= 3:
            return index, index
        if is_end(texts[index]):
            return None, index
    return None, len(texts)


def is_section_heading(text: str) -> bool:
    """Whether the line is a marked heading of a known section, which no code block swallows."""
    heading = atx(text)
    known = known_title(heading[1]) if heading and not heading[1].startswith("\\") else None
    return known is not None and known.kind.value == "section"


def split(text: str) -> list[str]:
    """The lines of a text, whatever its line ends; only \\n, \\r\\n and \\r end a line."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def scan(texts: Sequence[str], *, join: bool) -> list[Line]:
    """The lines with their code marked; with `join`, addresses that are broken over lines are whole again."""
    code = fenced(texts, is_section_heading)
    wrap = Wrap.of(texts)
    lines: list[Line] = []
    index = 0
    while index < len(texts):
        text, numbers = texts[index], [index + 1]
        if index in code:
            lines.append(Line((index + 1,), text, is_code=True))
            index += 1
            continue
        while join and index + 1 < len(texts) and index + 1 not in code:
            last = texts[numbers[-1] - 1]
            if not _address_goes_on(text, last, texts[index + 1], wrap):
                break
            index += 1
            numbers.append(index + 1)
            text = text.rstrip() + texts[index].lstrip()
        whole = _whole_address(text) if join and "http" in text else text
        lines.append(Line(tuple(numbers), whole, is_mended=whole != texts[numbers[0] - 1]))
        index += 1
    return lines


def generated(lines: Sequence[Line]) -> set[int]:
    """The numbers of the lines that an exporter derived, their marks included; an open mark is text."""
    found: set[int] = set()
    start = None
    for line in lines:
        mark = "" if line.is_code else line.text.strip()
        if mark == GENERATED_START and start is None:
            start = line.number
        elif mark == GENERATED_END and start is not None:
            found.update(range(start, line.number + 1))
            start = None
    return found


def _whole_address(text: str) -> str:
    """A line that is one address torn by spaces, as converters leave long ones, with the spaces taken out."""
    content = bare(text)
    first, _, rest = content.partition(" ")
    is_underlined = "<u>" in text
    if not rest or not first.startswith(("http://", "https://")) or not (is_underlined or len(first) >= 60):
        return text
    tokens = rest.split()
    if len(tokens) > 6 or not all(_TOKEN.fullmatch(one) and not one.startswith("http") for one in tokens):
        return text
    if not all(_TAIL.search(one) or (is_underlined and len(one) <= 3) for one in tokens):
        return text
    start = text.index(content)
    return text[:start] + content.replace(" ", "") + text[start + len(content) :]


def _address_goes_on(text: str, last: str, following: str, wrap: Wrap) -> bool:
    """Whether the address at the end of `text` goes on in the next line (design §3: documents).

    The next line is one ASCII token and the line before is full or ends in a sign that no address ends in. In
    a document that ends its paragraphs with a space, a full line with one has ended.
    """
    token = following.strip()
    if (
        not token
        or "://" in token
        or not _TOKEN.fullmatch(token)
        or _NO_CONTINUATION.match(token)
        or known_title(token)
    ):
        return False
    stripped = text.rstrip()
    is_full = len(last.strip()) >= FULL_ADDRESS_LINE and not (wrap.ends_with_space and last.endswith(" "))
    if not is_full and not stripped.endswith(_GOES_ON):
        return False
    if "://" not in stripped[-2000:]:
        return False
    start = max(stripped.rfind("http://"), stripped.rfind("https://"))
    found = links.find(stripped[start:]) if start >= 0 else []
    # A dash or question mark at the very end is not read as part of the address, but it is one here.
    return bool(found) and start + found[-1].end >= len(stripped) - 1


def width(text: str) -> int:
    """The columns a text takes, two for a wide character."""
    return len(text) + sum(1 for char in text if char > "\u2000" and is_wide(char))


@dataclass(frozen=True, slots=True)
class Wrap:
    """How the paragraphs of a document are broken: `ends_with_space` when only the end of one has a space.

    (Word writes PDFs so.) Otherwise `full` is the width from which on a line goes on in the next, if any.
    """

    ends_with_space: bool
    full: int | None
    limit: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> Wrap:
        written = [text for text in texts if text.strip()]
        widths = sorted(width(text.strip()) for text in written if "://" not in text)
        limit = widths[len(widths) * 97 // 100] if widths else 0
        spaced = sum(text.endswith(" ") for text in written)
        if spaced * 2 > len(written):
            return cls(True, None, limit)
        near = sum(limit * 0.88 <= one <= limit * 1.06 for one in widths)
        if 50 <= limit <= 130 and near >= 6 and near * 8 >= len(widths):
            return cls(False, int(limit * 0.88), limit)
        return cls(False, None, limit)

    def goes_on(self, text: str, following: str) -> bool:
        """Whether a line that is no code, heading or label goes on in the next written one."""
        stripped, after = text.strip(), following.strip()
        if not stripped or not after:
            return False
        if self.ends_with_space:
            if not text.endswith(" "):
                return True
            return self._broke_at_space(stripped, after)
        return self.full is not None and width(stripped) >= self.full

    def _broke_at_space(self, stripped: str, after: str) -> bool:
        """Whether a line ends with a space because it broke between two words, the second having no room."""
        word = _TOKEN.match(after)
        if word is None or not (after[0].isalnum() and stripped[-1].isascii() and stripped[-1].isalnum()):
            return False
        if after.startswith("http") or "://" in stripped[-FULL_ADDRESS_LINE:]:
            return False
        return width(stripped) + 1 + len(word[0]) > self.limit * 0.92


def joined(texts: Sequence[str]) -> str:
    """Lines of one paragraph as one line: a space only where neither a wide character nor a hyphen stands.

    A line that breaks behind a full-width mark has no space there; behind a Han character it has one before Latin.
    """
    whole, last = "", ""
    for text in texts:
        piece = text.strip()
        is_close = last.endswith("-") or (whole and is_cjk_punctuation(whole[-1]))
        glue = "" if is_close else join_soft_break(whole, piece)
        whole, last = f"{whole}{glue}{piece}" if whole else piece, text
    return whole


def trimmed(lines: Sequence[Line]) -> list[Line]:
    """The lines without the blank ones at both ends."""
    start, end = 0, len(lines)
    while start < end and lines[start].is_blank:
        start += 1
    while end > start and lines[end - 1].is_blank:
        end -= 1
    return list(lines[start:end])
