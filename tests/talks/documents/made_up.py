"""Documents that nobody wrote: every field filled at random, bodies full of lines that look like structure."""

from __future__ import annotations

from datetime import datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from markup import links
from talks.documents import model
from talks.documents.dates import BEIJING
from talks.documents.lines import split

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))

# Lines that mean something at the wrong place.
STRUCTURE = [
    "# 一级", "## 本周新闻", "### 项目", "#### 3. 问题", "##### 追问：什么", "###### 附注", "## 版块（news）：x", "### 正文", "## ",
    "**本周推荐**", "__项目__", "项目", "项目：", "其他", "参考资料", "后续计划", "往期精彩", "Free Talk", "线上讨论:", "### **学术**",
    "### \\项目", "新闻", "推荐", "===", "---", "- - -", "***", "# OpenLLM Talk 007", "OpenLLM Talk 007",
    "【贡献者】：甲", "【主持人】:乙", "【本周新闻】：x", "【Free Talk】自由", "**【编号】**：7", "- 【时间】：20230101", "【自定】：y", "【无冒号】z",
    "【链接】：", "【链接】：https://a.example/x", "【提问者】：丙", "【回答者】：丁", "【第 3 行】：", "【录像记录】：", "【开播日】：20230101",
    "1. 一", "2、二", "3）三", "4) 四", "Q3：问", "Q：问", "问题1：问", "（1）一", "2023. 年终", "1.", "Q9", "2.5 倍",
    "答：", "答：好", "A：", "A1：", "A :", "A10：卡", "（A: 好）", "a. x", "猜测：是", "**答：**", "Answer: y",
    "—甲木", "好？--群友", "完 -yihuo", "-Dark Green Tea", "-from 甲木", "这是真的吗？ -甲", " -", "yihuo", "x--乙火？",
    "https://a.example/b", "<https://a.example/c_d>", "[题](https://a.example/e)", "看 https://arxiv.org/abs/2401.00001v2 吧",
    "https://www.bilibili.com/video/BV1xx411c7mD/?t=610&vd_source=1", "https://a.example/" + "x" * 60, "tail/of=it&x",
    "```", "```python", "~~~", "````", "   ```", "    ```", "$$", "$x$", "| a | b |", "|---|---|", "> 引用", "- 项", "* 项", "  - 缩进",
    "\\", "\\\\", "\\# x", "\\\\【贡献者】：x", "\\答：x", "\\普通", "", "", "   ", "\t", "　", "尾 ", "行尾两空  ", " 行首", "　　全角缩进",
    "- [ ] 任务", "<!-- x -->", "<!-- generated -->", "<!-- /generated -->", "<details>", "&lt;", "\u200b", "\ufeff", "a\tb", "\f", "a\x0bb", "\u2028", "𝕏 😀", "{#id}", "[^1]: 脚注",
]  # fmt: skip

_LARGE = st.sampled_from([1000, 2023, 99_999, 999_999])
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
_ANY = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=24)

line = st.one_of(
    st.sampled_from(STRUCTURE),
    _ANY.map(lambda text: text.replace("\n", " ")),
    st.tuples(st.sampled_from(STRUCTURE), st.sampled_from(STRUCTURE)).map(lambda two: f"{two[0]} {two[1]}"),
    st.sampled_from(STRUCTURE).map(lambda text: f"\\{text}"),
)
texts = (
    st.lists(line, min_size=1, max_size=40).map("\n".join).filter(lambda text: any(one.strip() for one in split(text)))
)
body = st.one_of(st.just(""), st.lists(line, min_size=1, max_size=6).map("\n".join))


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ").strip()


title = st.one_of(st.sampled_from(STRUCTURE), WORDS, line).map(_one_line)
name = title.map(lambda text: text[:60].strip()).filter(bool)
small_name = st.one_of(
    name, st.sampled_from(["甲木", "甲木", "群友", "OpenLLM 群友", "Dark Green Tea", "多人", "a、b", "「x」"])
)
names = st.lists(small_name, max_size=3, unique=True).map(tuple)
maybe_name = st.none() | small_name
_paths = st.text("abcxyz0189/-_.~%?=&#()", max_size=12).map(lambda path: f"https://a.example/{path}")
url = st.one_of(
    _paths.filter(lambda one: len(found := links.find(f"<{one}>")) == 1 and found[0].url == one),
    st.sampled_from(["https://arxiv.org/abs/2401.00001", "https://zhuanlan.zhihu.com/p/123456", "http://b.example"]),
).map(links.canonical)  # fmt: skip
maybe_url = st.none() | url
label = st.builds(
    model.Label,
    st.one_of(
        st.sampled_from(["主持人", "编辑", "版块负责人", "时间", "编号", "本期提要", "talk 视频", "缘起", "小要求", "本周新闻", "贡献者",
                         "提名区", "建议区", "本周主题", "时长", "Free Talk", "本期贡献者", "简介", "負責人"]),
        name.map(lambda text: text.replace("【", "").replace("】", "").strip()[:40].strip()).filter(
            lambda text: bool(text) and not text.startswith(model.RESERVED_LABELS)
        ),
    ),
    title,
)  # fmt: skip
labels = st.lists(label, max_size=4).map(tuple)


@st.composite
def items(draw: st.DrawFn, groups: list[str]) -> model.ItemDoc:
    ids = st.sampled_from(["2401.00001", "math/0309136", "2402.00002"])
    return model.ItemDoc(
        group=draw(st.sampled_from([None, *groups])),
        title=draw(title),
        url=draw(maybe_url),
        author=draw(maybe_name),
        site=draw(maybe_name),
        remark=draw(maybe_name),
        body=draw(body),
        contributors=draw(names),
        papers=tuple(draw(st.lists(ids, max_size=2, unique=True))),
    )


@st.composite
def sections(draw: st.DrawFn) -> model.SectionDoc:
    kind = draw(st.sampled_from(["news", "picks", "classic", "practice", "free_talk", "custom"]))
    is_talk = kind == "free_talk"
    groups = [] if is_talk else draw(st.lists(st.builds(model.Group, name, body), max_size=3))
    titles = [group.title for group in groups] + draw(st.lists(name, max_size=1))
    return model.SectionDoc(
        kind=kind,
        title=draw(
            st.one_of(
                st.sampled_from(["本周新闻", "本周推荐", "本周经典-optional", "Free Talk", "本周实践（可选）"]), name
            )
        ),
        is_optional=draw(st.booleans()),
        brief=draw(st.none() | title),
        minutes=draw(st.none() | st.integers(0, 500)),
        theme=draw(st.none() | title),
        labels=draw(labels),
        leads=draw(names),
        contributors=draw(names),
        nominations=draw(names),
        suggestions=draw(names),
        body=draw(body),
        groups=tuple(groups),
        items=() if is_talk else tuple(draw(st.lists(items(titles), max_size=3))),
    )


parts = st.sampled_from(["online", "group", "site"])
answer = st.builds(model.AnswerDoc, maybe_name, body)


@st.composite
def questions(draw: st.DrawFn, depth: int = 1) -> model.QuestionDoc:
    return model.QuestionDoc(
        part=draw(st.none() | parts),
        number=draw(st.none() | st.integers(0, 300) | _LARGE) if depth else None,
        asker=draw(maybe_name),
        body=draw(body),
        answers=tuple(draw(st.lists(answer, max_size=2))),
        follow_ups=tuple(draw(st.lists(questions(depth - 1), max_size=2))) if depth else (),
        after=draw(body),
    )


blocks = st.one_of(
    st.builds(model.TextBlock, name, st.integers(1, 6), body),
    st.builds(model.TextBlock, st.none(), st.just(0), body),
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2069, 12, 31)).map(lambda moment: moment.replace(tzinfo=BEIJING))  # noqa: DTZ001
documents = st.builds(
    model.EpisodeDoc,
    kind=st.sampled_from(["regular", "special"]),
    number=st.integers(0, 1200) | _LARGE,
    title=st.none() | title,
    starts_at=st.none() | moments,
    time_text=st.none() | title | st.sampled_from(["晚上九点（每周六）", "20:00"]),
    hosts=names,
    editors=names,
    leads=names,
    labels=labels,
    highlights=names,
    recordings=st.lists(
        st.builds(
            model.Recording,
            st.none() | name,
            url,
            st.sampled_from(["bilibili", "other", "youtube", "x-1"]),
            st.none() | st.integers(0, 9999),
        ),
        max_size=2,
    ).map(tuple),
    intro=st.lists(blocks, max_size=3).map(tuple),
    sections=st.lists(sections(), max_size=3).map(tuple),
    parts=st.lists(st.builds(model.PartDoc, parts, name, body), max_size=2).map(tuple),
    questions=st.lists(questions(), max_size=4).map(tuple),
    references=st.lists(st.builds(model.Reference, title, maybe_url), max_size=3).map(tuple),
    plans=st.lists(st.builds(model.Plan, title, st.none() | st.sampled_from(["P0", "P1", "高"])), max_size=3).map(
        tuple
    ),
    plans_body=body,
    appendix=st.lists(blocks, max_size=3).map(tuple),
    past=st.lists(
        st.builds(
            model.Past,
            st.none() | st.sampled_from(["000", "004", "S02", "1000"]),
            title,
            maybe_url,
            st.sampled_from(["article", "video", "template"]),
        ),
        max_size=3,
    ).map(tuple),
    unplaced=st.lists(st.builds(model.Unplaced, st.integers(1, 9999), body), max_size=2).map(tuple),
)
