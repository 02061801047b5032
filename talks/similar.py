"""Questions that ask much the same: suggestions before one more is asked, never an identity. Pure.

A question is a bag of pairs of neighbouring Han letters and of Latin words; what questions are asked with (为什么, how)
is left out, and what few questions have weighs more. What a short question asks may stand inside a long one: likeness
is the mean of what they share against the shorter one, and against both.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from news.similar import tokens

LEAST = 0.34
# How much of a text is compared, in characters, and how many texts are kept ready.
BEGINNING, MOST_BAGS = 400, 6_000
# What both share at least, so that one common word brings nothing.
LEAST_SHARED = 2
# What both share weighs at least this much of one word that a single question has.
LEAST_WEIGHT = 0.8
# Letters that only hold a sentence together: a pair with one of them says nothing about what is asked.
_HOLDING = frozenset(
    "的了么吗呢吧啊是在有用这那哪我你他她它们就也都还和与及或会要能不没把被给让怎几谁什为何如请问对从到个些之其"
)
_ASKING = frozenset(
    (
        *("可以", "可能", "应该", "时候", "大家", "多少", "现在", "一般", "一下", "比较", "目前", "推荐", "办法"),
        *(
            "the",
            "a",
            "an",
            "is",
            "are",
            "of",
            "to",
            "in",
            "and",
            "or",
            "what",
            "why",
            "how",
            "for",
            "do",
            "does",
            "can",
        ),
        *("i", "we", "it", "on", "with", "be", "this", "that", "not", "best", "way", "between", "vs", "use", "using"),
    )
)


@lru_cache(maxsize=MOST_BAGS)
def bag_of(text: str) -> frozenset[str]:
    """Return what a question is about, for comparing: a lone Han letter or figure says nothing."""
    wanted = (token for token in tokens(text[:BEGINNING]) - _ASKING if len(token) > 1 and _HOLDING.isdisjoint(token))
    return frozenset(sys.intern(token) for token in wanted)  # what many questions have is in memory once


def alike(text: str, others: Sequence[str], *, most: int, least: float = LEAST) -> list[int]:
    """Return the places of the `most` texts that a text is most like, the likest first."""
    wanted = bag_of.__wrapped__(text)  # what is being typed is not kept
    if not wanted:
        return []
    bags = [bag_of(other) for other in others]
    near = [place for place, bag in enumerate(bags) if len(bag & wanted) >= min(LEAST_SHARED, len(wanted))]
    if not near:
        return []
    counts = Counter(chain.from_iterable(bags))
    weights = {token: math.log(1 + len(bags) / counts[token]) if counts[token] else 0.0 for token in wanted}
    weights |= {
        token: math.log(1 + len(bags) / counts[token])
        for place in near
        for token in bags[place]
        if token not in weights
    }
    rare = math.log(1 + len(bags))
    whole = sum(weights[token] or rare for token in wanted)
    found = []
    for place in near:
        other = sum(weights[token] for token in bags[place])
        shared = sum(weights[token] for token in bags[place] & wanted)
        likeness = (shared / min(whole, other) + 2 * shared / (whole + other)) / 2
        if likeness >= least and shared >= LEAST_WEIGHT * rare:
            found.append((-likeness, place))
    return [place for _likeness, place in sorted(found)[:most]]
