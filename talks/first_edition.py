"""The template that a new site starts from: the five sections with what each is for, in our own words. Data."""

from __future__ import annotations

from typing import Any

NAME = "周会"

SECTIONS: tuple[dict[str, Any], ...] = (
    {
        "kind": "news",
        "title": "本周新闻",
        "is_optional": False,
        "brief": "这一周值得知道的事：论文、项目、产品。先把大家提名的过一遍，挑要紧的讲，其余列出来就好。",
        "minutes": 10,
        "groups": [{"title": "学术", "body": ""}, {"title": "项目", "body": ""}, {"title": "工业界", "body": ""}],
        "labels": [],
    },
    {
        "kind": "picks",
        "title": "本周推荐",
        "is_optional": False,
        "brief": "一到三样值得花时间的东西，说清楚它好在哪里、适合谁。",
        "minutes": 15,
        "groups": [],
        "labels": [],
    },
    {
        "kind": "classic",
        "title": "本周经典",
        "is_optional": True,
        "brief": "把一篇老论文或者一个老问题讲明白：当时为什么重要，现在还剩下什么。",
        "minutes": 15,
        "groups": [],
        "labels": [],
    },
    {
        "kind": "practice",
        "title": "本周实践",
        "is_optional": True,
        "brief": "讲一件自己动手做过的事：怎么做的，哪里卡住了，数字是多少。",
        "minutes": 15,
        "groups": [],
        "labels": [],
    },
    {
        "kind": "free_talk",
        "title": "Free Talk",
        "is_optional": False,
        "brief": "先答站上问得最多的，再随便聊。",
        "minutes": 25,
        "groups": [],
        "labels": [],
    },
)

PASSAGES: tuple[dict[str, Any], ...] = (
    {
        "place": "intro",
        "title": "怎么参加",
        "level": 2,
        "body": "来听就行。想讲一段就认领一个版块，看到好东西就提名，有问题随时问；认领了又来不了，提前放手或者转交。",
    },
)
