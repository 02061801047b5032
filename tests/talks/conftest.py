"""Documents for the tests of the talk, in our own words."""

import json

import pytest

from talks.documents import model


def document(number=120, **changes):
    """A small episode document as JSON."""
    empty = {
        "schema": model.SCHEMA,
        "kind": "regular",
        "number": number,
        "code": f"{number:03d}",
        "title": None,
        "starts_at": "2026-02-28T21:00:00+08:00",
        "time_text": "晚上九点",
        "hosts": ["渡口"],
        "editors": ["渡口"],
        "leads": ["阿岚"],
        "labels": [{"label": "主持人", "text": "渡口"}],
        "highlights": ["词表", "长上下文"],
        "recordings": [],
        "intro": [{"title": "开场", "level": 2, "body": "这一期聊词表。"}],
        "sections": [section("news", "本周新闻", items=[item("长上下文综述", "https://arxiv.org/abs/2309.00071")])],
        "parts": [{"part": "online", "title": "线上讨论", "body": ""}],
        "questions": [
            question("词表多大合适？", number=1, answers=[{"author": "小满", "body": "先看语料。"}]),
            question("训练中断怎么续？", number=2, follow_ups=[question("数据顺序呢？", number=None, asker="阿岚")]),
        ],
        "references": [{"title": "词表入门", "url": "https://example.org/vocab"}],
        "plans": [{"body": "整理问答，P1", "priority": "P1"}],
        "plans_body": "",
        "appendix": [],
        "past": [],
        "unplaced": [],
    }
    return {**empty, **changes}


def section(kind, title, **changes):
    empty = {
        "kind": kind,
        "title": title,
        "is_optional": False,
        "brief": None,
        "minutes": None,
        "theme": None,
        "labels": [],
        "leads": [],
        "contributors": ["阿岚"],
        "nominations": ["量化"],
        "suggestions": ["少一点标题党"],
        "body": "",
        "groups": [{"title": "学术", "body": "注：只列重点"}],
        "items": [],
    }
    return {**empty, **changes}


def item(title, url, **changes):
    empty = {
        "group": "学术",
        "title": title,
        "url": url,
        "author": None,
        "site": None,
        "remark": None,
        "body": "",
        "contributors": [],
        "papers": [],
    }
    papers = ["2309.00071"] if url and "2309.00071" in url else []
    return {**empty, "papers": papers, **changes}


def question(body, *, number, **changes):
    empty = {"part": "online", "asker": None, "answers": [], "follow_ups": [], "after": ""}
    return {**empty, "number": number, "body": body, **changes}


def as_bytes(value):
    return json.dumps(value, ensure_ascii=False).encode()


@pytest.fixture
def make():
    """Builders of document JSON."""

    class Make:
        document = staticmethod(document)
        section = staticmethod(section)
        item = staticmethod(item)
        question = staticmethod(question)
        as_bytes = staticmethod(as_bytes)

    return Make
