"""Episodes for the tests of the pages, in our own words: rich ones, empty ones, long ones."""

import json

import pytest

from members.actors import SYSTEM
from talks.actions.imports import import_file
from talks.documents.model import SCHEMA
from tests.standing import NOW, world

LONG_NAME = "名字长到手机屏幕一行放不下的旁听生"


def item(title, url=None, *, group=None, body="", papers=(), **changes):
    empty = {"author": None, "site": None, "remark": None, "contributors": ["阿岚"]}
    return {
        **empty,
        "group": group,
        "title": title,
        "url": url,
        "body": body,
        "papers": list(papers),
        **changes,
    }


def section(kind, title, *, items=(), groups=(), **changes):
    empty = {
        "is_optional": False,
        "brief": None,
        "minutes": None,
        "theme": None,
        "labels": [],
        "leads": [],
        "contributors": [],
        "nominations": [],
        "suggestions": [],
        "body": "",
    }
    return {**empty, "kind": kind, "title": title, "items": list(items), "groups": list(groups), **changes}


def question(body, *, number=None, part="online", asker=None, answers=(), follow_ups=(), after=""):
    return {
        "part": part,
        "number": number,
        "asker": asker,
        "body": body,
        "answers": [{"author": author, "body": text} for author, text in answers],
        "follow_ups": list(follow_ups),
        "after": after,
    }


def document(number, **changes):
    """An episode document as JSON, with nothing in it but what is given."""
    lists = (
        *("hosts", "editors", "leads", "labels", "highlights", "recordings", "intro", "sections", "parts"),
        *("questions", "references", "plans", "appendix", "past", "unplaced"),
    )
    empty = {
        "schema": SCHEMA,
        "kind": "regular",
        "number": number,
        "code": f"{number:03d}",
        "title": None,
        "starts_at": None,
        "time_text": None,
        "plans_body": "",
        **{name: [] for name in lists},
    }
    return {**empty, **changes}


CODE = "```python\ndef repeat(keys, times):\n    # 每组共用一份键\n    return keys.repeat_interleave(times, dim=1)\n```"
TABLE = "| 模型 | 注意力 | 键值头 |\n|---|---|---:|\n| 甲 | MHA | 64 |\n| 乙 | GQA | 8 |"


def rich(number=20, *, starts_at="2026-02-28T21:00:00+08:00", questions=4):
    """A finished evening with everything in it, and this many questions more or less."""
    news = [
        item(
            "Attention with Linear Biases",
            "https://arxiv.org/abs/2108.12409v2",
            group="学术",
            body="把距离直接写进注意力：$-m\\,|i-j|$，训练短、推理长。",
            papers=["2108.12409"],
        ),
        item(
            "一个把整本说明书读进去的小工具",
            "https://github.com/example/manual-reader?utm_source=chat",
            group="项目",
            body="先切段，再**按问题**挑段落。",
            author="青禾",
            site="某站",
            remark="强烈推荐",
            contributors=[LONG_NAME, "阿岚"],
        ),
        item("没有地址的一条：评测口径换了两次", group="项目"),
    ]
    asked = [
        question(
            "词表多大合适？中文一个字拆成两三个 token 的时候要不要扩？",
            number=1,
            asker="小满",
            answers=[
                ("渡口", f"先看语料。\n\n{CODE}\n\n{TABLE}\n\n参见 <https://arxiv.org/abs/2304.08177>。"),
                (None, "再看预算：$$\\Delta P = (|V'|-|V|)\\,d$$"),
            ],
            follow_ups=[question("旧的向量怎么初始化？", asker="Nora", answers=[("渡口", "取子词的均值。")])],
            after="这里停了一会儿，有人去查了数字。",
        ),
        question("长上下文靠什么？", number=2),
        *(
            question(f"第 {n} 个问题：缓存放得下吗？", number=n, answers=[("阿岚", "放得下。")])
            for n in range(3, questions + 1)
        ),
        question("群里还问了断点续训，数据怎么跳过？", number=1, part="group", answers=[("群友", "记住读到哪儿。")]),
    ]
    return document(
        number,
        starts_at=starts_at,
        time_text="晚上九点",
        hosts=["渡口"],
        editors=["青禾"],
        leads=["阿岚"],
        highlights=["词表", "长上下文", "Attention with Linear Biases"],
        labels=[{"label": "编号", "text": f"{number}"}, {"label": "缘起", "text": "有人想聊词表。"}],
        recordings=[
            {
                "title": "第一场录像",
                "url": "https://www.bilibili.com/video/BV1xx411c7mD/",
                "platform": "bilibili",
                "offset_seconds": 90,
            }
        ],
        intro=[{"title": "序章", "level": 2, "body": ""}, {"title": "背景介绍", "level": 3, "body": "一个晚上。"}],
        sections=[
            section(
                "news",
                "本周新闻",
                items=news,
                groups=[
                    {"title": "学术", "body": "注：只列重点"},
                    {"title": "项目", "body": ""},
                    {"title": "工业界", "body": ""},
                ],
                minutes=10,
                brief="各挑一两件讲透",
                leads=["阿岚"],
                contributors=["阿岚"],
                suggestions=["少一点标题党"],
            ),
            section("classic", "本周经典", is_optional=True, nominations=["量化", "缩放定律"]),
            section("free_talk", "Free Talk", brief="想问就问", contributors=["群友"]),
        ],
        parts=[
            {"part": "online", "title": "线上讨论：", "body": ""},
            {"part": "group", "title": "群里讨论", "body": ""},
        ],
        questions=asked,
        references=[
            {"title": "Extending Context", "url": "https://example.org/context"},
            {"title": "手写笔记", "url": None},
        ],
        plans=[{"body": "整理问答，P1", "priority": "P1"}],
        appendix=[{"title": "加入我们", "level": 2, "body": "来就行。"}],
        past=[{"code": "019", "title": "上一期", "url": "https://example.org/019", "kind": "article"}],
        unplaced=[{"line": 99, "text": "<b>不知道放哪</b>"}],
    )


def coming(number=21, *, starts_at="2099-03-07T21:00:00+08:00"):
    """An evening that takes questions."""
    return document(
        number,
        starts_at=starts_at,
        highlights=["量化"],
        hosts=["小满"],
        sections=[
            section("news", "本周新闻", minutes=10, leads=["渡口"], items=[item("一条新闻", "https://example.org/n")]),
            section("practice", "本周实践", minutes=15, is_optional=True, nominations=["三种拉长的办法"]),
            section("free_talk", "Free Talk"),
        ],
        questions=[question("四比特够用吗？", number=1, asker="阿岚"), question("两比特呢？", number=2)],
    )


def special(number=1):
    """An essay without a date."""
    return document(
        number,
        kind="special",
        code=f"S{number:02d}",
        title="怎么办好一场夜谈",
        intro=[{"title": "为什么写这篇", "level": 2, "body": "因为有人问。"}],
        appendix=[{"title": "一张清单", "level": 2, "body": "- 麦克风\n- 时间表"}],
    )


def wide(number, *, items, questions):
    """An evening with this many items and questions, each with a credit, a paper, an answer and a follow-up."""
    return document(
        number,
        starts_at="2026-02-21T21:00:00+08:00",
        hosts=["渡口"],
        sections=[
            section(
                "news",
                "本周新闻",
                leads=["阿岚"],
                items=[
                    item(
                        f"第 {n} 条",
                        f"https://arxiv.org/abs/2401.{n:05d}",
                        papers=[f"2401.{n:05d}"],
                        contributors=[f"成员{n % 7}"],
                    )
                    for n in range(1, items + 1)
                ],
            )
        ],
        questions=[
            question(
                f"第 {n} 问",
                number=n,
                asker=f"成员{n % 5}",
                answers=[(f"成员{n % 3}", f"见 https://arxiv.org/abs/2402.{n:05d}")],
                follow_ups=[question("再问一句", asker="小满")],
            )
            for n in range(1, questions + 1)
        ],
    )


def put(doc, *, now):
    """Store a document the way a file is stored; return the episode."""
    data = json.dumps(doc, ensure_ascii=False).encode()
    result = import_file(data=data, name=f"{doc['code']}.json", by=SYSTEM, now=now)
    assert result.status == "created", result.problems
    return result.episode


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Passwords that cost nothing: no test here is about them."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def make(db, now):
    """Put documents into the record."""

    class Make:
        def rich(self, number=20, **changes):
            return put(rich(number, **changes), now=now)

        def coming(self, number=21, **changes):
            return put(coming(number, **changes), now=now)

        def special(self, number=1):
            return put(special(number), now=now)

        def wide(self, number, *, items, questions):
            return put(wide(number, items=items, questions=questions), now=now)

        def empty(self, number, **changes):
            return put(document(number, **changes), now=now)

    return Make()


def evenings():
    """Store a finished evening, a special, and one that takes questions."""
    return {"rich": put(rich(), now=NOW), "special": put(special(), now=NOW), "coming": put(coming(), now=NOW)}


@world
def three_evenings():
    return evenings()


@pytest.fixture
def site(three_evenings):
    """A small living site: a finished evening, a special, one that takes questions."""
    return three_evenings


@pytest.fixture
def signed_in(client, member):
    """The client of 小满, who has an account."""
    client.force_login(member.user)
    return client
