"""Return codes (六个词): six words that prove who asked a question without an account. Nothing is stored or read here.

A word is one of 32 qualities before one of 32 things, so a code holds 60 bits and is two Han characters a word to say,
write down and type. It is made of what was sent with the key of the site, so that the same form makes the same code.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from django.utils.crypto import salted_hmac

from members.names import simplified

QUALITIES = "青白红蓝紫金银绿新老大小高远早晚春夏秋冬东南西北清静轻快暖凉明香"
THINGS = "山水河湖海江云雨雪风月星花草树叶竹松鸟鱼马羊猫牛桥船车灯书茶米石"
WORDS = 6
BITS = 10
# What a form sends along so that sending it twice is sending it once; shorter ones are not random enough.
KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")


def new_key() -> str:
    """Return a fresh key of a form."""
    return secrets.token_urlsafe(18)


def is_key(text: str) -> bool:
    return KEY.fullmatch(text) is not None


def code_of(*, key: str, episode: str, body: str) -> str:
    """Return the code of what one form sent: the same for the same key, episode and text, and nobody else's."""
    text = hashlib.sha256(body.encode()).hexdigest()
    made = salted_hmac("talks.return_codes", f"{key} {episode} {text}", algorithm="sha256").digest()
    number = int.from_bytes(made[:8], "big")
    words = []
    for _place in range(WORDS):
        number, rest = divmod(number, 1 << BITS)
        words.append(QUALITIES[rest >> 5] + THINGS[rest & 31])
    return " ".join(words)


def read_code(text: str) -> str | None:
    """Return a code as `code_of` writes it, of what somebody typed; None for what is none.

    Whatever stands between the characters does not count, and traditional ones are taken for theirs.
    """
    letters = re.sub(r"[^\u4e00-\u9fff]", "", simplified(text[:200]))
    pairs = [letters[place : place + 2] for place in range(0, len(letters), 2)]
    is_code = len(letters) == 2 * WORDS and all(pair[0] in QUALITIES and pair[1] in THINGS for pair in pairs)
    return " ".join(pairs) if is_code else None


def digest_of(code: str) -> str:
    """Return what is stored of a code."""
    return salted_hmac("talks.ReturnCode", code, algorithm="sha256").hexdigest()


def visitor_digest(cookie: str, question: int) -> str:
    """Return what is stored of a visitor who votes: of the cookie and the question, so no two votes look alike."""
    return salted_hmac("talks.QuestionVote", f"{question} {cookie}", algorithm="sha256").hexdigest()
