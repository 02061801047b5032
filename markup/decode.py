"""Bytes of a text file become text, whatever their encoding; destroyed text is refused, never repaired.

The text stays as written: line ends are not touched (whoever splits lines takes \\r\\n, \\n, \\r and \\f), only a
byte order mark goes. What comes out can always be stored: it holds no NUL and no lone surrogate.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from markup.mojibake import READS_AS_CHINESE, commonness, is_mojibake

# An hour of talk makes 60 KB; the largest list of the community is 1 MB.
MAX_BYTES = 5 * 1024 * 1024

# The first bytes of files that people take for documents, and what to call them.
# Source: the formats' own specifications.
_MAGIC = (
    (b"PK\x03\x04", "ZIP, DOCX"),
    (b"PK\x05\x06", "ZIP"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "DOC, XLS"),
    (b"{\\rtf", "RTF"),
    (b"%PDF-", "PDF"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"\x7fELF", "ELF"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"OggS\x00", "Ogg"),
)
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # UTF-32 begins as UTF-16 does, so it is asked first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# Codecs and the names that people know; Windows' Big5 has the characters that the bare standard lacks.
_NAMES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
    "gb18030": "GB18030",
    "cp950": "Big5",
    "cp1252": "Windows-1252",
}
_CHINESE = ("gb18030", "cp950", "utf-16-le", "utf-16-be")
# One damaged place (a cut end) is let pass, and one more in so many characters, before a reading is wrong altogether.
_CHARACTERS_PER_DAMAGE = 50

_LINE_END = re.compile(r"\r\n|[\n\r\f]")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffd]")
# A stray byte takes the character around it along.
_DAMAGE = re.compile("\ufffd{1,4}")
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]+")
_NOT_WESTERN = re.compile("[^\x00-\x7f\xa0-\xff‘’“”–—…•€™]")
# Which characters a right reading of UTF-16 is made of, Chinese ones apart: ASCII, Latin letters and kana.
_USUAL = re.compile("[\t\n\r\x20-\x7e\xa0-\u024f\u3000-\u30ff]")


class Undecodable(ValueError):
    """Bytes that are no text: `code` is empty, too_large, binary, mojibake or unreadable; `detail` says more."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is odd about a text: `encoding` (it was not UTF-8) or `control_characters`, with the line if it has one."""

    code: str
    line: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, the encoding it was in (a name people know: UTF-8, UTF-16, GB18030, Big5) and the doubts."""

    text: str
    encoding: str
    doubts: tuple[Doubt, ...]


def decode(data: bytes) -> Decoded:
    """The text of a file. Raises Undecodable.

    Doubts: `encoding` (anything but UTF-8, whose byte order mark is not worth a word), `control_characters` with the
    first line that holds one.
    """
    if len(data) > MAX_BYTES:
        raise Undecodable("too_large", f"> {MAX_BYTES // 1024 // 1024} MiB")
    if not data.strip():
        raise Undecodable("empty")
    for magic, format_name in _MAGIC:
        if data.startswith(magic):
            raise Undecodable("binary", format_name)
    text, codec = _read(data)
    if "\0" in text:
        raise Undecodable("binary")
    if not text.strip():
        raise Undecodable("empty")
    if is_mojibake(text):
        raise Undecodable("mojibake")
    encoding = _NAMES[codec]
    said = () if encoding == "UTF-8" else (Doubt("encoding", None, encoding),)
    return Decoded(text, encoding, (*said, *doubts_about_characters(text)))


def doubts_about_characters(text: str) -> tuple[Doubt, ...]:
    """A doubt for the first character that is no text: a control character, or one that could not be decoded."""
    match = _NO_TEXT.search(text)
    if match is None:
        return ()
    line = 1 + len(_LINE_END.findall(text, 0, match.start()))
    return (Doubt("control_characters", line, f"U+{ord(match[0]):04X}"),)


def _read(data: bytes) -> tuple[str, str]:
    """The text and the codec that it was read with."""
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], codec)
    if b"\0" in data:
        return _utf16(data)
    text, damaged = _attempt(data, "utf-8")
    if not damaged or _foreign(text) >= max(10, _CHARACTERS_PER_DAMAGE * (damaged - 1)):
        return text, "utf-8"
    readings = {codec: _attempt(data, codec) for codec in _CHINESE}
    codec = max(readings, key=lambda codec: commonness(readings[codec][0]))
    text, damaged = readings[codec]
    if commonness(text) >= READS_AS_CHINESE and _foreign(text) >= _CHARACTERS_PER_DAMAGE * (damaged - 1):
        return text, codec
    text, damaged = _attempt(data, "cp1252")
    if not damaged and _is_western(text):
        return text, "cp1252"
    raise Undecodable("unreadable")


def _marked(data: bytes, codec: str) -> tuple[str, str]:
    text, damaged = _attempt(data, codec)
    if len(text) < _CHARACTERS_PER_DAMAGE * (damaged - 1):
        raise Undecodable("binary")
    return text, codec


def _attempt(data: bytes, codec: str) -> tuple[str, int]:
    """The text read with a codec and at how many places that could not be done."""
    try:
        return data.decode(codec), 0
    except UnicodeDecodeError:
        text = data.decode(codec, "replace")
    # A replacement character that somebody saved before is no damage of ours.
    saved = "\ufffd".encode(codec, "ignore")
    return text, max(1, len(_DAMAGE.findall(text)) - (data.count(saved) if saved else 0))


def _foreign(text: str) -> int:
    return sum(map(len, _FOREIGN_RUN.findall(text))) - text.count("\ufffd")


def _utf16(data: bytes) -> tuple[str, str]:
    """The text of bytes with NULs among them and no byte order mark: UTF-16 or no text at all."""
    readings = {codec: data.decode(codec, "replace") for codec in ("utf-16-le", "utf-16-be")}
    codec = max(readings, key=lambda codec: _usual_share(readings[codec]))
    if _usual_share(readings[codec]) < 0.5:
        raise Undecodable("binary")
    return readings[codec], codec


def _usual_share(text: str) -> float:
    rest = _USUAL.sub("", text)
    return 1 - len(rest) * (1 - commonness(rest)) / len(text)


def _is_western(text: str) -> bool:
    """Whether this is English or the like with accents and typographic quotes, which stand alone among letters."""
    runs = _FOREIGN_RUN.findall(text)
    alone = sum(len(run) == 1 for run in runs)
    return alone >= 0.8 * len(runs) and _NOT_WESTERN.search(text) is None
