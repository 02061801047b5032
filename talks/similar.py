"""Questions that ask much the same: suggestions before one more is asked, never an identity. Pure.

A question is a bag of pairs of neighbouring Han letters and of Latin words; what questions are asked with (为什么, how)
is left out, and what few questions have weighs more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from news.similar import tokens

LEAST = 0.34
# What both share at least, so that one common word brings nothing.
LEAST_SHARED = 2
_ASKING = frozenset(
    (
        *("为什", "什么", "怎么", "怎样", "么样", "如何", "请问", "有没", "没有", "是不", "不是", "可以", "可能", "一个"),
        *("这个", "那个", "我们", "大家", "时候", "应该", "问题", "哪些", "哪个", "多少", "能不", "不能", "还是", "就是"),
        *("一下", "现在", "一般", "到底", "这么", "那么", "它们", "他们", "有什", "是什", "么是", "么用", "么要", "吗为"),
        *("the", "a", "an", "is", "are", "of", "to", "in", "and", "or", "what", "why", "how", "for", "do", "does", "can"),
        *("i", "we", "it", "on", "with", "be", "this", "that", "not"),
    )
)


@lru_cache(maxsize=20_000)
def bag_of(text: str) -> frozenset[str]:
    """Return what a question is about, for comparing: a lone Han letter or figure says nothing."""
    return frozenset(token for token in tokens(text) - _ASKING if len(token) > 1)


def alike(text: str, others: Sequence[str], *, most: int, least: float = LEAST) -> list[int]:
    """Return the places of the `most` texts that a text is most like, the likest first."""
    wanted = bag_of(text)
    if not wanted:
        return []
    bags = [bag_of(other) for other in others]
    near = [place for place, bag in enumerate(bags) if len(bag & wanted) >= min(LEAST_SHARED, len(wanted))]
    if not near:
        return []
    counts = Counter(chain.from_iterable(bags))
    weights = {token: math.log(1 + len(bags) / counts[token]) if counts[token] else 0.0 for token in wanted}
    weights |= {
        token: math.log(1 + len(bags) / counts[token]) for place in near for token in bags[place] if token not in weights
    }
    whole = sum(weights[token] or math.log(1 + len(bags)) for token in wanted)
    found = []
    for place in near:
        other = sum(weights[token] for token in bags[place])
        shared = sum(weights[token] for token in bags[place] & wanted)
        likeness = (shared / min(whole, other) + 2 * shared / (whole + other)) / 2
        if likeness >= least:
            found.append((-likeness, place))
    return [place for _likeness, place in sorted(found)[:most]]
