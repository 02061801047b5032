"""The words of the community's documents and what they stand for; a new alias is a row here and nothing else.

Aliases are written simplified, lower case and without spaces: that is how `word_key` gives a title back.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import lru_cache

from markup.cjk import normalise_digits
from talks.documents.model import SectionKind

# Who signs what the answers to a question come to: no person.
SUMMARY = "小结"

# One character each, so that offsets hold. Only what occurs in the words below and in dates.
_TRADITIONAL = (
    "週聞薦經實踐線討論參資後續計劃畫編輯號時間負責貢獻議區題視頻學術項業雜類裡裏問註記錄紹點彙匯顧導語個選塊欄綜開"
    "發產際樣闆來歷總結滿連結數據進階場標傳統對話動態為兩現歸長單備補無錯誤書節圖紅華課見觀鐘"
)
_SIMPLIFIED = (
    "周闻荐经实践线讨论参资后续计划画编辑号时间负责贡献议区题视频学术项业杂类里里问注记录绍点汇汇顾导语个选块栏综开"
    "发产际样板来历总结满连结数据进阶场标传统对话动态为两现归长单备补无错误书节图红华课见观钟"
)
_FOLD = str.maketrans(_TRADITIONAL + "ABCDEFGHIJKLMNOPQRSTUVWXYZ　", _SIMPLIFIED + "abcdefghijklmnopqrstuvwxyz ")


def fold(text: str) -> str:
    """The text for comparison, of the same length: half-width, lower case, traditional words simplified."""
    return normalise_digits(text).translate(_FOLD)


# No title of the tables is longer with all its decoration; longer ones are compared as they are.
MAX_KNOWN = 120
_OPTIONAL = re.compile(r"\s*[-—–(（\[【]*\s*(?:optional|可选)\s*[)）\]】]*$")
_NUMBERING = re.compile(r"^(?:[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.:]|\d{1,2}[.、)）])\s*")
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")


def word_key(title: str) -> tuple[str, bool]:
    """The title as the tables below spell it, and whether it calls itself optional (`-optional`, （可选）)."""
    text = fold(title).strip()
    if len(text) > MAX_KNOWN:
        return text, False
    bare = _OPTIONAL.sub("", text)
    bare = _AROUND.sub("", _NUMBERING.sub("", _AROUND.sub("", bare)))
    return re.sub(r"\s+", "", bare), bare != text and bool(_OPTIONAL.search(text))


class Region(enum.Enum):
    """A stretch of a document that has rules of its own."""

    HEAD = "head"
    SECTION = "section"
    QUESTIONS = "questions"
    REFERENCES = "references"
    PLANS = "plans"
    PAST = "past"
    APPENDIX = "appendix"
    UNPLACED = "unplaced"


SECTIONS: dict[SectionKind, tuple[str, ...]] = {
    "news": (
        "本周新闻",
        "本期新闻",
        "每周新闻",
        "新闻",
        "一周新闻",
        "本周资讯",
        "本期资讯",
        "资讯",
        "新闻速递",
        "news",
    ),
    "picks": (
        "本周推荐",
        "本期推荐",
        "每周推荐",
        "推荐",
        "重点推荐",
        "本周精选",
        "本期精选",
        "好文推荐",
        "推荐阅读",
        "picks",
    ),
    "classic": ("本周经典", "本期经典", "每周经典", "经典", "经典话题", "经典回顾", "classic"),
    "practice": ("本周实践", "本期实践", "每周实践", "实践", "实践分享", "动手实践", "practice"),
    "free_talk": (
        "freetalk",
        "自由讨论",
        "自由讨论freetalk",
        "freetalk自由讨论",
        "自由交流",
        "自由提问",
        "讨论环节",
        "问答环节",
        "答疑环节",
    ),
}
# Titles so short or so common that a line of text may be just that: they need a mark (# or **) to be a heading.
_NEED_A_MARK = frozenset(
    (
        "新闻",
        "资讯",
        "news",
        "推荐",
        "推荐阅读",
        "picks",
        "经典",
        "classic",
        "实践",
        "practice",
        "经典话题",
        "自由提问",
        "讨论环节",
    )
)
GROUPS = ("学术", "项目", "工业", "工业界", "资料", "模型", "杂项", "其他", "其它", "refs")
MARKED_GROUPS = (
    *GROUPS,
    *("学术界", "论文", "开源", "开源项目", "业界", "产业", "产业界", "数据", "数据集", "工具", "课程", "评测", "ref"),
    *("博客", "文章", "视频", "应用", "框架", "其他资料", "政策"),
)
PARTS = {
    "online": ("线上讨论", "线上问题", "线上提问", "直播讨论", "直播问题", "线上自由讨论", "在线讨论"),
    "group": ("群里讨论", "群内讨论", "群聊讨论", "群里问题", "群讨论", "微信群讨论", "群友讨论", "群里提问"),
    "site": ("网站讨论", "网站提问", "站内提问", "站内讨论", "网站问题"),
}
INTRO = (
    *("序章", "序言", "前言", "引言", "背景介绍", "背景", "简介", "本期记录", "本期信息", "基本信息", "注意事项"),
    *("缘起", "写在前面", "说明"),
)
_BACK: dict[Region, tuple[str, ...]] = {
    Region.REFERENCES: ("参考资料", "参考文献", "参考链接", "参考", "references"),
    Region.PLANS: ("后续计划", "后续安排", "下一步计划", "未来计划", "计划", "plans"),
    Region.PAST: ("往期精彩", "往期回顾", "往期内容", "往期", "历史记录", "往期推荐", "往期talk", "past"),
    Region.APPENDIX: (
        *(
            "加入/赞助我们",
            "加入或赞助我们",
            "加入我们",
            "赞助我们",
            "加入赞助我们",
            "联系我们",
            "关于我们",
            "组织建设",
        ),
        *("组织介绍", "群组介绍", "招募", "附录", "交流群", "社区建设"),
    ),
    Region.QUESTIONS: ("问答",),
    Region.UNPLACED: ("未归类",),
}
_BACK_NEED_A_MARK = frozenset(
    ("参考", "references", "计划", "plans", "往期", "past", "招募", "问答", "未归类", "交流群", "附录")
)
INTRO_NEED_A_MARK = frozenset(("背景", "简介", "说明", "缘起"))


class TitleKind(enum.Enum):
    """What a title of the tables is a title of."""

    SECTION = "section"
    GROUP = "group"
    PART = "part"
    INTRO = "intro"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class KnownTitle:
    """A title of the tables: `name` is the section's kind, the part or the region; some titles need a mark."""

    kind: TitleKind
    name: str
    needs_mark: bool


def _known_titles() -> dict[str, KnownTitle]:
    known: dict[str, KnownTitle] = {}
    for title in INTRO:
        known[title] = KnownTitle(TitleKind.INTRO, "", title in INTRO_NEED_A_MARK)
    for title in MARKED_GROUPS:
        known[title] = KnownTitle(TitleKind.GROUP, "", title not in GROUPS)
    for part, titles in PARTS.items():
        known |= {title: KnownTitle(TitleKind.PART, part, False) for title in titles}
    for region, titles in _BACK.items():
        for title in titles:
            known[title] = KnownTitle(TitleKind.BACK, region.value, title in _BACK_NEED_A_MARK)
    for kind, titles in SECTIONS.items():
        known |= {title: KnownTitle(TitleKind.SECTION, kind, title in _NEED_A_MARK) for title in titles}
    return known


KNOWN_TITLES = _known_titles()


@lru_cache(maxsize=4096)
def known_title(title: str) -> KnownTitle | None:
    """What the tables know of a title, however it is decorated."""
    if len(title) > MAX_KNOWN:
        return None
    return KNOWN_TITLES.get(word_key(title)[0])


def section_kind(title: str) -> SectionKind | None:
    """The kind of section that a title names, or None."""
    known = known_title(title)
    if known is None or known.kind is not TitleKind.SECTION:
        return None
    return next(kind for kind in SECTIONS if kind == known.name)


class Role(enum.Enum):
    """What a 【label】 says."""

    NUMBER = "number"
    TIME = "time"
    HIGHLIGHTS = "highlights"
    HOSTS = "hosts"
    EDITORS = "editors"
    LEADS = "leads"
    VIDEO = "video"
    BACKGROUND = "background"
    RECORD = "record"
    NOTICE = "notice"
    BRIEF = "brief"
    MINUTES = "minutes"
    THEME = "theme"
    CONTRIBUTORS = "contributors"
    NOMINATIONS = "nominations"
    SUGGESTIONS = "suggestions"


_LABELS: dict[Role, tuple[str, ...]] = {
    Role.NUMBER: ("编号", "期号", "期数", "本期编号"),
    Role.TIME: ("时间", "日期", "开始时间", "直播时间", "本期时间"),
    Role.HIGHLIGHTS: ("本期提要", "提要", "内容提要", "本周提要", "本期内容", "本期看点"),
    Role.HOSTS: ("主持人", "主持", "本期主持人", "本期主持"),
    Role.EDITORS: ("编辑", "编辑者", "本期编辑", "编者", "整理"),
    Role.LEADS: ("版块负责人", "板块负责人", "负责人", "本期负责人", "版块负责"),
    Role.VIDEO: ("talk视频", "视频", "talk录像", "录像", "录播", "回放", "直播回放", "本期视频", "视频链接"),
    Role.BACKGROUND: ("缘起", "结构", "背景"),
    Role.RECORD: ("本期贡献者", "具体内容贡献者"),
    Role.NOTICE: ("talk模板", "talk模版", "模板", "模版", "小要求", "要求"),
    Role.BRIEF: ("简介", "版块介绍", "版块说明"),
    Role.MINUTES: ("时长",),
    Role.THEME: ("本周主题", "本期主题", "主题"),
    Role.CONTRIBUTORS: ("贡献者", "本版块贡献者", "版块贡献者"),
    Role.NOMINATIONS: ("提名区", "提名"),
    Role.SUGGESTIONS: ("建议区", "建议"),
}
_ROLES = {name: role for role, names in _LABELS.items() for name in names}


def role_of(label: str) -> Role | None:
    """What a label says, or None when the tables do not know it; a section's name labels its brief."""
    key = word_key(label)[0]
    if role := _ROLES.get(key):
        return role
    return Role.BRIEF if section_kind(label) else None


def label_name(role: Role) -> str:
    """The usual name of a label, for labels that are written anew."""
    return "talk 视频" if role is Role.VIDEO else _LABELS[role][0]
