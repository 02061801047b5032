"""Whether a text reads as Chinese and whether a wrong encoding destroyed it: judged by counting, never repaired."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from markup.cjk import is_han

# Where mojibake shows, it shows everywhere; more text than this changes no judgement.
SAMPLE_CHARACTERS = 200_000
# Fewer foreign characters than this prove nothing.
FEWEST_CHARACTERS = 12
# A document may quote mojibake: it is judged only where it makes up a good part of the text.
LEAST_SHARE = 0.02
# A frame drawn with box characters or a row of symbols can turn into a few everyday characters, over and over.
FEWEST_KINDS = 8
# Chinese prose has 0.6 or more of these characters, Japanese 0.35, wrongly read bytes 0.1 or less.
READS_AS_CHINESE = 0.25
# Of Han in any real text 0.14 or more, even where it is surnames or the Thousand Character Classic.
SAYS_NOTHING = 0.08
FEWEST_HAN = 60
# A bullet here and there that could not be decoded is no reason; words are.
REPLACED = 0.05

_MARKS = "，。、；：？！“”‘’（）《》【】…—～·「」『』"
_FREQUENT = """
的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家
种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十
民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯
月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活更别打女变
四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼
书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切
院让识候带导争运模型训练链接讨推荐群视频编辑答语言
這個們來為國說時會對發後裡過還樣開從實長機無與動現當學經麼種點業將兩間問頭體見產話條變數報結務場計資統區隊決馬書
則聽達強難權設記類據張該規萬覺術領確師觀讓識帶導爭運訓練論鏈連視編輯討語詞於沒進關應戰員處義認幾係氣題爾別電聲東
給門
"""
_COMMON = frozenset(_MARKS + "".join(_FREQUENT.split()))

_WRITTEN = ("utf-8", "gb18030", "cp950")
_WRONG_WIDE = ("gb18030", "cp950", "cp932", "cp949")
# cp1252 reads Windows-1254 and Latin-1 too, see _single_bytes.
_WRONG_SINGLE = ("cp1252", "cp1250", "cp1251", "koi8_r", "mac_roman", "cp437")
# What two replacement characters in UTF-8 look like when they are read as GBK.
_LOCUST = "锟斤拷"


def commonness(text: str) -> float:
    """The share of the characters outside ASCII that are everyday Chinese, simplified or traditional (0 to 1)."""
    foreign = [char for char in text if char > "\x7f"]
    return sum(char in _COMMON for char in foreign) / len(foreign) if foreign else 0.0


def is_mojibake(text: str) -> bool:
    """Whether the text was destroyed by reading it in a wrong encoding and saving it again.

    What a wrong encoding made of a text turns into Chinese (or, for Western letters, into valid UTF-8) when it is
    taken back; nothing that a person wrote does.
    """
    sample = text[:SAMPLE_CHARACTERS]
    visible = "".join(sample.split())
    foreign = "".join(char for char in visible if char > "\x7f")
    if len(foreign) < max(FEWEST_CHARACTERS, LEAST_SHARE * len(visible)):
        return False
    if _is_replaced(visible) or _says_nothing(foreign):
        return True
    if commonness(foreign) >= READS_AS_CHINESE:
        return False
    return _turns_into_utf8(sample, len(foreign)) or any(
        _turns_into_chinese(take_back(sample), written, len(foreign)) for take_back, written in _ways()
    )


def _is_replaced(visible: str) -> bool:
    return visible.count("\ufffd") + len(_LOCUST) * visible.count(_LOCUST) >= REPLACED * len(visible)


def _says_nothing(foreign: str) -> bool:
    """Whether there is a lot of Han and hardly an everyday character in it, as no language has it."""
    han = "".join(char for char in foreign if is_han(char))
    return len(han) >= max(FEWEST_HAN, len(foreign) / 2) and commonness(han) < SAYS_NOTHING


@lru_cache(maxsize=8)
def _single_bytes(codec: str) -> dict[int, int]:
    """Which byte a character stands for when bytes are read one by one.

    Windows leaves holes that programs fill as Latin-1 does; its Turkish letters replace other letters, so both
    tables go into one.
    """
    table = {byte: byte for byte in range(0x80, 0xA0)}
    for name in (codec, "cp1254") if codec == "cp1252" else (codec,):
        for byte in range(0x80, 0x100):
            table.update(dict.fromkeys(map(ord, bytes((byte,)).decode(name, "ignore")), byte))
    return table


def _single(text: str, codec: str) -> bytes:
    table = _single_bytes(codec)
    return bytes(byte for byte in (table.get(ord(char)) if char > "\x7f" else ord(char) for char in text) if byte)


def _wide(text: str, codec: str) -> bytes:
    return text.replace("\ufffd", "").encode(codec, "ignore")


def _ways() -> Iterator[tuple[Callable[[str], bytes], str]]:
    """Every pair of how a text was read by mistake and how it had been written."""
    for codec in _WRONG_SINGLE:
        for written in _WRITTEN:
            yield partial(_single, codec=codec), written
    for codec in _WRONG_WIDE:
        for written in _WRITTEN:
            if written != codec:
                yield partial(_wide, codec=codec), written


def _turns_into_chinese(raw: bytes, written: str, foreign: int) -> bool:
    back = raw.decode(written, "replace")
    found = [char for char in back if char in _COMMON]
    # Up to three characters stood for one; of those half are everyday ones, and a part is lost.
    return len(found) >= foreign / 15 and len(set(found)) >= FEWEST_KINDS and commonness(back) >= READS_AS_CHINESE


def _turns_into_utf8(sample: str, foreign: int) -> bool:
    back = _single(sample, "cp1252").decode("utf-8", "replace")
    good = "".join(char for char in back if char > "\x7f" and char != "\ufffd")
    return len(good.encode()) >= 0.7 * foreign and len(good) >= 3 * back.count("\ufffd")
