"""Which words of a document are names of people, and how lists of values are written so that they read back.

Names stay as written (陳 is not turned into 陈), who is meant is decided elsewhere. Placeholders are nobody, 群友 is
somebody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from markup.cjk import has_han
from talks.documents.vocabulary import fold

_PLACEHOLDERS = frozenset(
    (
        *(
            "多人",
            "大家",
            "xx",
            "xxx",
            "x",
            "某某",
            "待定",
            "暂无",
            "暂缺",
            "无",
            "空",
            "空缺",
            "未定",
            "待认领",
            "待补充",
        ),
        *(
            "自行认领",
            "招募中",
            "虚位以待",
            "tbd",
            "n/a",
            "na",
            "none",
            "null",
            "todo",
            "待确认",
            "等",
            "所有人",
            "全体",
        ),
        *("请查看具体内容后面的署名", "?", "??", "???", "-", "--", "—", "/", "...", "…"),
    )
)
_NOTE = r"[（(][^（()）]{0,200}(?:[）)]|$)"
# Only at the start of a piece, so that a run of 「 is looked at once.
_QUOTE = r"(?<![^\s、，,；;|/&＋+＆])「(?:[^「」]|「「|」」){0,4000}」"
_NAME_SEPARATOR = r"[、，,；;|/&＋+＆\n]|\s{2,}|　|(?<=[\u4e00-\u9fff])\s?(?:和|与)\s?(?=\S)"
_NAME_TOKENS = re.compile(f"(?P<quote>{_QUOTE})|(?P<note>{_NOTE})|(?P<cut>{_NAME_SEPARATOR})|(?P<other>.)", re.DOTALL)
_NAME_AROUND = " \t　:：.。*_`~"
_NOT_SPLIT = frozenset(("群友", "同学", "老师", "团队", "小组", "志愿者", "编辑部", "社区"))
_MAX_NAME = 40
_TAIL = 80

# A signature is set off by a dash; a single hyphen needs a space or a mark before it, so that GPT-4 is none.
_SIGNATURE = re.compile(
    r"(?P<dash>[—―–]{1,3}|[-－]{2,3}|(?<![A-Za-z0-9])[-－]|[-－](?=from\b)|(?<=[^\W\d_])-)(?P<space>\s{0,2})"
    r"(?P<come>(?:from|by)(?:\s{1,2}|\s{0,2}[-:：]\s{0,2})|来自\s{0,2}[:：]?)?"
    r"(?P<name>[^\s\-—―–－][^\-—―–－]{0,29}?)(?P<doubt>\s{0,2}[？?]{1,3})?\s{0,8}$"
)
# Behind a question its asker may stand without a dash.
_ASKED_BY = re.compile(
    r"(?<=[？?])\s{0,3}(?P<open>[（(])?\s?(?:@|(?:by|from)\s{1,2}|(?:by|from|来自|提问人?|提问者)\s?[:：]\s?)"
    r"(?P<name>[^\s（）()—–-][^（）()—–-]{0,29}?)\s?(?(open)[)）])\s{0,8}$"
)
_NAME = re.compile(
    r"@?[A-Za-z0-9_\u00c0-\u024f\u4e00-\u9fff·.'’&]+(?: [A-Za-z0-9_\u00c0-\u024f\u4e00-\u9fff.'’]+){0,3}"
)
_NO_NAME = re.compile(
    r"上期|本期|下期|上周|下周|遗留|推荐|补充|完|待|知乎|微信|公众号|文章|回答|可选|optional|重点|注意|问题|讨论|主题"
    r"|强烈|建议|同上|如下|以上|见下|来源|链接|转自|摘自|目前|有空|就先|这儿|为什么|怎么|如何|什么|不是|没有|可以"
    r"|应该|已经|但是|因为|所以|还是|就是|真的|其实|的$|了$|吗$|呢$|吧$|^的|^了|^是|^在|^有|^不|^可|^和|^与"
    r"|^v?\d+(?:\.\d+)*[a-z%]?$|^\d|我们|你们|他们|或许|不够|机制|模型|数据|论文|训练|算法|代码|开源|部分"
)
_QUESTION = re.compile(r"[？?][”\"’』」）)]?\s*$")


def is_placeholder(name: str) -> bool:
    """Whether a word stands where a name should be and names nobody."""
    key = fold(name).strip(_NAME_AROUND)
    return not key or key in _PLACEHOLDERS or set(key) <= set("x?-—_. ")


def names(text: str) -> tuple[str, ...]:
    """The names of a label's text: 甲木（编辑）+OpenLLM 群友 gives 甲木 and OpenLLM 群友.

    Notes in parentheses are left out, placeholders too; each name once, in order.
    """
    found: list[str] = []
    for piece, is_quoted in _pieces(text, _NAME_TOKENS):
        found += [piece] if is_quoted else _words(piece)
    return tuple(dict.fromkeys(found))


def _words(piece: str) -> list[str]:
    """The names in a piece between separators: spaces part names only where no name can hold one."""
    words = [word.strip(_NAME_AROUND).lstrip("@") for word in piece.split()]
    words = [word for word in words if word]
    are_han = [has_han(word) and not re.search(r"[A-Za-z]", word) for word in words]
    parts = len(words) > 1 and any(are_han) and not any(word in _NOT_SPLIT for word in words)
    whole = words if parts and all(len(word) <= 12 for word in words) else [" ".join(words)]
    return [name for name in whole if not is_placeholder(name) and len(name) <= _MAX_NAME]


def values(text: str, separators: str = "；;") -> tuple[str, ...]:
    """The values of a list in a label: cut at the separators, emphasis of a whole value left out, each once."""
    tokens = re.compile(f"(?P<quote>{_QUOTE})|(?P<cut>[{re.escape(separators)}])|(?P<other>.)", re.DOTALL)
    found: list[str] = []
    for piece, is_quoted in _pieces(text, tokens):
        value = piece if is_quoted else _without_emphasis(piece.strip())
        if value and (is_quoted or not is_placeholder(value)):
            found.append(value)
    return tuple(dict.fromkeys(found))


def _without_emphasis(value: str) -> str:
    if value.startswith("**") and value.endswith("**") and "**" not in value[2:-2]:
        return value[2:-2].strip()
    return value


def _pieces(text: str, tokens: re.Pattern[str]) -> Iterator[tuple[str, bool]]:
    """The pieces of a list, and whether one stands in 「」 alone, so that it is taken as it is."""
    piece, quoted = "", None
    for match in tokens.finditer(text):
        if match.lastgroup == "cut":
            yield (quoted, True) if quoted is not None else (piece, False)
            piece, quoted = "", None
        elif match.lastgroup == "quote" and not piece.strip() and quoted is None:
            piece, quoted = match[0], match[0][1:-1].replace("「「", "「").replace("」」", "」")
        elif match.lastgroup != "note":
            piece += match[0]
            quoted = quoted if not match[0].strip() else None
    yield (quoted, True) if quoted is not None else (piece, False)


def write_names(items: Sequence[str]) -> str:
    """Names as a label's text that `names` reads back; one that would not by itself stands in 「」."""
    return "、".join(item if names(item) == (item,) else _quoted(item) for item in items)


def write_values(items: Sequence[str], separators: str = "；;") -> str:
    """Values as a label's text that `values` reads back with the same separators."""
    return "；".join(item if values(item, separators) == (item,) else _quoted(item) for item in items)


def _quoted(item: str) -> str:
    return "「" + item.replace("「", "「「").replace("」", "」」") + "」"


@dataclass(frozen=True, slots=True)
class Signature:
    """A name at the end of a text: where its dash begins, and whether the text itself doubts it (--乙火？)."""

    start: int
    name: str
    is_doubtful: bool


def signature(text: str, known: Collection[str] = ()) -> Signature | None:
    """The signature that ends a line, or None.

    —甲木, --群友, -from 甲木 and ` -yihuo` are signatures. A bare hyphen needs a space or mark before it (GPT-4),
    and a known name where a bullet or a compound could be meant. What reads like words is no name (--上期遗留).
    """
    offset = max(0, len(text) - _TAIL)
    match = _SIGNATURE.search(text, offset)
    while match is not None:
        name = match["name"].strip(" *_`）)】")
        if _may_sign(match, name, text[: match.start()], known):
            return Signature(match.start(), name, match["doubt"] is not None)
        match = _SIGNATURE.search(text, match.start() + 1)
    if (asked := _ASKED_BY.search(text, offset)) and _is_name(asked["name"], known):
        return Signature(asked.start(), asked["name"], is_doubtful=False)
    return None


def _may_sign(match: re.Match[str], name: str, before: str, known: Collection[str]) -> bool:
    if not _is_name(name, known):
        return False
    if name in known:
        return True
    if len(match["dash"]) > 1 or match["dash"] in "—―–" or match["come"]:
        return True
    if not before.strip():  # a line of its own: a bullet, unless a Latin name hangs at the hyphen
        return not match["space"] and not has_han(name)
    if before[-1].isalnum():
        return False
    return not match["space"] or before.rstrip()[-1] in "？?。！!；;）)"


def _is_name(name: str, known: Collection[str]) -> bool:
    if is_placeholder(name) or not _NAME.fullmatch(name):
        return False
    return name in known or not (_NO_NAME.search(fold(name)) or len(name) > (8 if has_han(name) else 24))


def is_question(text: str) -> bool:
    """Whether a text ends in a question mark, whatever closes around it."""
    return bool(_QUESTION.search(text))
