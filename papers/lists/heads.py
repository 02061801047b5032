"""The line that names a work: its title, its address, who wrote it, where it appeared, its links, and what is left."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markup.cjk import has_han
from papers.lists.inline import Piece, scan
from papers.lists.kinds import KINDS, is_link_word, is_only_link_words, is_outside
from papers.lists.model import LinkDoc

# What may stand between the parts of a line: it says nothing by itself.
_BETWEEN = re.compile(r"[\s\[\]()（）【】|,，、;；/&+.·•]*")
# A dash or a colon: what follows is a remark.
_REMARK = re.compile(r"^[\s.,，。]*(?:-{1,3}|–|—+|:|：|=>|→)(?=\s|[^\x00-\x7f]|[A-Z]|$)\s*")
_STARS = re.compile(r"^[\s()（）\[\]|,，]*(?:⭐️?|★|🌟|:star:)\s*([0-9][0-9.,]*)([kK]?)[\s)）\]]*")
# Before the title: a number, a date, tags in brackets, a task box, signs without letters.
_TAG = r"(?:\[[^\[\]]{0,60}\]|【[^】]{1,40}】|\([^()]{1,40}\)|（[^（）]{1,40}）)"
_DATE = r"(?:(?:19|20)\d\d(?:[-./年]\s?\d{1,2}(?:[-./月]\s?\d{1,2}日?|月)?|年)?)"
_PREFIX = re.compile(rf"(?:\s|{_TAG}|{_DATE}|\d{{1,4}}[.)、:：]|[^\w\s\[\](（【`])*")
_TAGS = re.compile(rf"^\s*(?:\d{{1,4}}[.)、]\s*)?((?:(?:{_TAG}|{_DATE})[\s:：|–—-]*)+)(?=\w)")
_CLOSING = re.compile(r"^\s*[\])）】]+(?=.)", re.DOTALL)
LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_NUMBER = re.compile(r"^\s*(?:\d{1,4}[.)、]\s*)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_VENUE = re.compile(r"^(.*?)[\s,，.'’(（]*((?:19|20)\d\d)[)）]?$", re.DOTALL)
_NOT_NAMES = re.compile(r"[!?！？。:：;；\"“”()（）]|https?://")
_PROSE_END = re.compile(r"[\u4e00-\u9fffa-z]")
# Behind a bold title, as in a bibliography: ", Ada Lovelace, Bo Ek et al."
_NAME = r"[^\W\d_a-z][\w.'’-]*(?: (?:(?:van|von|de|der|den|di|da|la|le|el|bin|ten) )*[^\W\d_a-z][\w.'’-]*){0,4}"
_NAMES_BEHIND = re.compile(rf"\s*[,，]\s*({_NAME}(?:(?:, and|,| and| &) {_NAME})*(?:,? et al)?\.?)\s*")
_KIND_MARK = frozenset(KINDS)
_ESCAPED_STOP = re.compile(r"(?<!\\)(?:\\\\)*\\\.$")
TITLE_CHARACTERS = 400


@dataclass(slots=True)
class Head:
    """What a line says of a work. `rest` is what no field took, as written; `url` is the address of the title."""

    title: str = ""
    url: str | None = None
    authors: str = ""
    venue: str = ""
    year: int | None = None
    stars: int | None = None
    kind: str | None = None
    links: list[LinkDoc] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    prefix: str = ""
    rest: str = ""
    lead: str = ""  # what the line begins with: link, bold, address, text
    has_stop: bool = False  # whether a bold title ends like one of a bibliography

    @property
    def note(self) -> str:
        """Everything that no field took."""
        return " ".join(part for part in (self.prefix, self.rest, *self.pictures) if part)


def without_stop(text: str) -> str:
    """Return a title or name without the full stop that ends it in lists; one of an abbreviation or of … stays."""
    text = " ".join(text.split())
    if not text.endswith(".") or text.endswith(("..", "et al.", "etc.", " Jr.")) or _ESCAPED_STOP.search(text):
        return text
    return text[:-1].rstrip()


def unwrapped(text: str) -> str:
    """Return a title without the marks or brackets that stand round the whole of it."""
    text = text.strip()
    while True:
        pieces = scan(text, {})
        if len(pieces) == 1 and pieces[0].kind in ("bold", "italic"):
            text = pieces[0].text.strip()
        elif len(text) > 2 and text[0] == "[" and text[-1] == "]" and "[" not in text[1:-1] and "]" not in text[1:-1]:
            text = text[1:-1].strip()
        else:
            return text


def titled(text: str) -> str:
    return without_stop(unwrapped(text))


def are_names(text: str) -> bool:
    """Whether a text reads like one or several names."""
    text = text.strip().rstrip(".")
    if not text or len(text) > 2000 or _NOT_NAMES.search(text.replace("et al.", "")):
        return False
    if has_han(text):
        return all(len(part.strip()) <= 12 for part in re.split(r"[,，、和 ]", text)) and len(text) <= 60
    parts = [part.strip() for part in re.split(r",| and | & ", text) if part.strip()]
    return all(len(part.split()) <= 6 and not part.startswith("[") for part in parts) and (
        len(parts) > 1 or len(text.split()) <= 5
    )


def read_head(line: str, references: Mapping[str, str]) -> Head | None:
    """Return what a line says of a work, None when it names none."""
    return _Reading(scan(line, references)).read()


def read_details(line: str, references: Mapping[str, str]) -> Head:
    """Return authors, venue, year and links of a line below the title; `rest` is what is left of it."""
    reading = _Reading(scan(line, references))
    reading.take_tail()
    return reading.head


class _Reading:
    """One walk along the pieces of a line."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces
        self.place = 0
        self.head = Head()

    def read(self) -> Head | None:
        prefix = self._prefix()
        piece = self._piece()
        if piece is None:
            return None
        if piece.kind == "bold" and (named := self._link_in(piece)):
            self.head.title, self.head.url, self.head.lead = titled(named.text), named.url, "link"
            self._step()
        elif piece.kind == "bold":
            self.head.title, self.head.lead = titled(piece.text), "bold"
            self.head.has_stop = piece.text.rstrip().endswith((".", "?", "!", "。", "？", "！", "…"))
            self._step()
        elif piece.kind == "link" and not piece.url.startswith("#") and (piece.url or titled(piece.text)):
            self._lead_by_link(piece)
        elif piece.kind == "address":
            self.head.url, self.head.lead = piece.url, "address"
            self._step()
        elif piece.kind in ("text", "code", "italic"):
            prefix = self._tags()
            if not self._lead_by_text():
                return None
        else:
            return None
        self._keep_prefix(prefix)
        self.take_tail()
        return self.head if self.head.title or self.head.url else None

    def _piece(self, ahead: int = 0) -> Piece | None:
        return self.pieces[self.place + ahead] if self.place + ahead < len(self.pieces) else None

    def _step(self) -> None:
        self.place += 1

    def _prefix(self) -> str:
        """Pass what stands before the title: signs, dates, tags, pictures."""
        taken = ""
        while piece := self._piece():
            if piece.kind in ("image", "badge", "tag", "comment"):
                self._take_picture(piece)
            elif (piece.kind == "bold" and self._is_tag(piece)) or (
                piece.kind == "text" and _PREFIX.fullmatch(piece.raw)
            ):
                taken += piece.raw
            else:
                break
            self._step()
        return taken

    def _tags(self) -> str:
        """Pass tags and dates before a title in plain words: [2024.01] Title."""
        piece = self.pieces[self.place]
        match = _TAGS.match(piece.raw) if piece.kind == "text" else None
        if match is None:
            return ""
        left = piece.raw[match.end() :]
        self.pieces[self.place] = Piece("text", left, left)
        return match[1]

    def _is_tag(self, piece: Piece) -> bool:
        """A bold tag or date before a title: **[ICLR'23]** [Title](…)."""
        follower = next((one for one in self.pieces[self.place + 1 :] if one.raw.strip()), None)
        is_short = re.fullmatch(rf"\s*(?:{_TAG}|{_DATE})\s*:?\s*", piece.text) is not None
        return is_short and follower is not None and follower.kind in ("link", "bold")

    def _link_in(self, piece: Piece) -> Piece | None:
        """The link that is all of a bold text."""
        inner = [one for one in scan(piece.text, {}) if one.raw.strip(" .,:：")]
        return inner[0] if len(inner) == 1 and inner[0].kind == "link" and inner[0].url else None

    def _lead_by_link(self, piece: Piece) -> None:
        following = "".join(one.raw for one in self.pieces[self.place + 1 :])
        is_label = is_only_link_words(titled(piece.text)) and re.match(r"[\s\]:：]*[^\W\d_]", following)
        if is_label and (start := _text_title(self.pieces, self.place + 1)) is not None:
            self.head.links.append(LinkDoc(label_of(piece.text), piece.url))
            self._step()
            self.head.title, self.place = start
            self.head.lead = "link"
            return
        self.head.title, self.head.url, self.head.lead = titled(piece.text), piece.url, "link"
        self._step()

    def _lead_by_text(self) -> bool:
        """A title in plain words before its links."""
        found = _text_title(self.pieces, self.place)
        if found is None or not _is_title_before_links(self.pieces, self.place, found):
            return False
        self.head.title, self.place = found
        self.head.lead = "text"
        return True

    def _keep_prefix(self, prefix: str) -> None:
        """Signs belong to the title; words of a prefix (tags, dates) are kept for the note."""
        words = _NUMBER.sub("", prefix).strip()
        if any(char.isalnum() for char in words):
            self.head.prefix = words
        elif words.strip("-–—•·:：,.、*_~ []()") and self.head.title:
            self.head.title = f"{words} {self.head.title}"

    def take_tail(self) -> None:
        """Take what follows the title, as long as it is structure; the rest stays as written."""
        while piece := self._piece():
            if not self._take(piece):
                break
        rest = self.pieces[self.place :]
        known = len(self.head.links)
        shorter, pictures = _without_last_pictures(rest)
        shorter = self._take_last_links(shorter)
        if len(self.head.links) > known:  # pictures behind the links of a work are its badges
            rest = shorter
            self.head.pictures += pictures
        text = "".join(piece.raw for piece in rest)
        if self.head.lead == "bold" and not self.head.authors and (match := _NAMES_BEHIND.fullmatch(text)):
            self.head.authors = without_stop(match[1])
            return
        self.head.rest = _REMARK.sub("", text, count=1).strip() if rest else ""

    def _take(self, piece: Piece) -> bool:
        if piece.kind == "text":
            return self._take_text(piece)
        if piece.kind == "comment" and piece.text in _KIND_MARK:
            self.head.kind = piece.text
        elif piece.kind == "link" and piece.url:
            if piece.url.startswith("#"):
                return False
            self.head.links.append(LinkDoc(label_of(piece.text), piece.url))
        elif piece.kind == "address":
            self.head.links.append(LinkDoc("", piece.url))
        elif piece.kind in ("image", "badge"):
            self._take_picture(piece)
        elif piece.kind == "tag" and LINE_BREAK.fullmatch(piece.raw):
            pass
        elif piece.kind == "italic" and not self.head.authors and (are_names(piece.text) or self._is_before_details()):
            self.head.authors = without_stop(piece.text)
        elif piece.kind == "bold" and self._take_venue(piece.text):
            pass
        else:
            return False
        self._step()
        return True

    def _take_text(self, piece: Piece) -> bool:
        if match := _STARS.match(piece.raw):
            self.head.stars = number_of(match[1], match[2])
            left = piece.raw[match.end() :]
            self.pieces[self.place] = Piece("text", left, left)
            return True
        if _BETWEEN.fullmatch(piece.raw):
            self._step()
            return True
        if self.place and self.pieces[self.place - 1].kind == "link" and (match := _CLOSING.match(piece.raw)):
            left = piece.raw[match.end() :]
            self.pieces[self.place] = Piece("text", left, left)
            return True
        match = _REMARK.fullmatch(piece.raw)
        follower = self._piece(1)
        if (
            match
            and follower is not None
            and follower.kind in ("link", "badge")
            and is_link_word(titled(follower.text))
        ):
            self._step()
            return True
        return False

    def _is_before_details(self) -> bool:
        """Whether links or a venue follow the italic words, as they follow authors."""
        for piece in self.pieces[self.place + 1 :]:
            if piece.kind == "text" and _BETWEEN.fullmatch(piece.raw):
                continue
            return piece.kind in ("link", "bold")
        return False

    def _take_venue(self, text: str) -> bool:
        venue, year = venue_of(text)
        if self.head.venue or self.head.year or (year is None and not self.head.authors):
            return False
        self.head.venue, self.head.year = venue, year
        return bool(venue or year)

    def _take_picture(self, piece: Piece) -> None:
        """A picture stays as it is; a linked one is a link as well."""
        if piece.kind == "badge" and piece.url and not piece.url.startswith("#"):
            label = label_of(piece.text)
            if LinkDoc(label, piece.url) not in self.head.links:
                self.head.links.append(LinkDoc(label, piece.url))
        if piece.kind == "comment" and piece.text in _KIND_MARK:
            self.head.kind = piece.text
        elif not LINE_BREAK.fullmatch(piece.raw):
            self.head.pictures.append(piece.raw)

    def _take_last_links(self, rest: list[Piece]) -> list[Piece]:
        """Links in brackets at the end of a remark are links of the work: … ICML 2022 [[code](…)]."""
        end = len(rest)
        taken: list[LinkDoc] = []
        while end >= 2:
            last, before = rest[end - 1], rest[end - 2]
            closing = last.kind == "text" and re.fullmatch(
                r"[\])）\s.]*[\])）][\])）\s.|,，]*|[\])）][\s|,，/]*[\[(（]", last.raw
            )
            opening = (
                end >= 3 and rest[end - 3].kind == "text" and rest[end - 3].raw.rstrip().endswith(("[", "(", "（"))
            )
            if not (closing and opening and before.kind == "link" and before.url and not before.url.startswith("#")):
                break
            taken.insert(0, LinkDoc(label_of(before.text), before.url))
            stem = rest[end - 3].raw.rstrip()[:-1].rstrip()
            rest = [*rest[: end - 3], *([Piece("text", stem, stem)] if stem else [])]
            end = len(rest)
            if rest and rest[-1].kind == "text" and rest[-1].raw.rstrip().endswith(("]", ")", "）")):
                continue
            break
        self.head.links += taken
        return rest


def _without_last_pictures(pieces: list[Piece]) -> tuple[list[Piece], list[str]]:
    """Return pieces without the pictures that end them, and these."""
    end = len(pieces)
    while end and (pieces[end - 1].kind in ("image", "badge") or not pieces[end - 1].raw.strip()):
        end -= 1
    return pieces[:end], [piece.raw for piece in pieces[end:] if piece.kind in ("image", "badge")]


def label_of(text: str) -> str:
    """Return the label of a link: pdf, without the brackets and marks round it."""
    return " ".join(unwrapped(text).split())


def number_of(digits: str, unit: str) -> int | None:
    """Return the number that a list writes as 1234, 1,234 or 1.2k."""
    try:
        value = float(digits.replace(",", "").rstrip("."))
    except ValueError:
        return None
    return round(value * 1000) if unit else round(value)


def venue_of(text: str) -> tuple[str, int | None]:
    """Return the venue and the year of "ICLR, 2022."."""
    text = without_stop(text)
    if match := _VENUE.match(text):
        return without_stop(match[1]), int(match[2])
    return text, None


def _text_title(pieces: Sequence[Piece], start: int) -> tuple[str, int] | None:
    """A title in plain words, and the place of what follows it."""
    taken = ""
    place = start
    while place < len(pieces) and pieces[place].kind in ("text", "code", "italic", "bold"):
        piece = pieces[place]
        if piece.kind in ("bold", "italic") and taken.strip() and place + 1 < len(pieces):
            follows = "".join(one.raw for one in pieces[place + 1 :]).strip()
            if piece.kind == "italic" and follows.startswith(("[", "(", "**")):
                break
        taken += piece.raw
        place += 1
    title = re.sub(r"[\s\[(（:：,，;；|–—-]+$", "", _NUMBER.sub("", taken, count=1)).strip()
    return (titled(title), place) if title and len(title) <= TITLE_CHARACTERS else None


def _is_title_before_links(pieces: Sequence[Piece], start: int, found: tuple[str, int]) -> bool:
    """Whether plain words before a link are the name of a work and not a sentence with a link in it."""
    title, place = found
    if place >= len(pieces) or pieces[place].kind not in ("link", "address", "badge", "italic"):
        return False
    following = pieces[place:]
    if not any(one.kind in ("link", "address", "badge") and is_outside(one.url) for one in following):
        return False
    before = "".join(one.raw for one in pieces[start:place])
    after = "".join(one.raw for one in following[1:])
    is_set_off = bool(re.search(r"[\[(（:：|–—-]\s*$", before)) or following[0].kind == "italic"
    label = titled(following[0].text) if following[0].kind == "link" else "link"
    is_last = _BETWEEN.fullmatch(re.sub(r"^\W*", "", after)) is not None
    if has_han(title) and re.search(r"[。，；]", title):
        return False
    if is_set_off and (is_last or is_link_word(label) or following[0].kind == "address"):
        return True
    return is_last and is_link_word(label)
