"""The bytes of a feed as text, whatever they are declared to be: the content decides, then the declaration. Pure."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from markup import cjk

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # UTF-32 begins as UTF-16 does, so it is asked first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})[\"']", re.IGNORECASE)
# Their text is ASCII to the eye, so that only the declaration can say it.
_SEVEN_BITS = {"iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr", "hz"}
# One damaged place in so many foreign characters does not make a reading wrong: summaries are cut between bytes.
_CHARACTERS_PER_DAMAGE = 25
# XML 1.0, section 2.2: characters that no document may hold.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FOREIGN = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text without what XML cannot hold; `doubt` says what the encoding turned out to be, "" when as declared."""

    text: str
    doubt: str = ""


def decode(body: bytes, content_type: str) -> Decoded:
    """The text of a feed, from its first sign on."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            skip = len(mark) if mark[0] not in b"<\x00" or encoding.startswith("utf-32") else 0
            return Decoded(_clean(body[skip:].decode(encoding, "replace")))
    declared = _declared(body, content_type)
    if declared in _SEVEN_BITS:
        return Decoded(_clean(body.decode(declared, "replace")))
    for encoding in dict.fromkeys(("utf-8", declared, "gb18030")):
        text = _read(body, encoding) if encoding else None
        if text is None:
            continue
        is_doubtful = "\ufffd" in text or (declared or "utf-8") != encoding
        return Decoded(_clean(text), encoding if is_doubtful and not text.isascii() else "")
    return Decoded(_clean(body.decode("cp1252", "replace")), "cp1252")


def _declared(body: bytes, content_type: str) -> str:
    """The encoding that headers or, without them, the document name; "" for none that is known."""
    match = _DECLARED.match(body)
    for name in (_CHARSET.findall(content_type)[:1] or [""])[0], match[1].decode() if match else "":
        try:
            found = codecs.lookup(name).name if name else ""
            "".encode(found or "utf-8")  # rot13 and the like are codecs, but none of text
        except (LookupError, TypeError):
            continue
        if found:
            # What calls itself GB2312 uses the characters of its successors.
            return {"gb2312": "gb18030", "gbk": "gb18030", "ascii": "utf-8", "utf-7": "utf-8"}.get(found, found)
    return ""


def _read(body: bytes, encoding: str) -> str | None:
    """The body in this encoding, None when it cannot be meant."""
    try:
        text = body.decode(encoding, "replace")
    except (LookupError, UnicodeError, TypeError):
        return None
    # An answer may have been cut between the bytes of its last character.
    foreign = _FOREIGN.findall(text.rstrip("\ufffd"))
    damages = foreign.count("\ufffd")
    if damages * _CHARACTERS_PER_DAMAGE > len(foreign) - damages:
        return None
    if encoding == "gb18030" and foreign and sum(map(cjk.is_wide, foreign)) * 2 < len(foreign):
        return None
    return text


def _clean(text: str) -> str:
    return _NO_XML.sub("", text.removeprefix("\ufeff")).lstrip()
