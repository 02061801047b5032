"""A record with rows of every kind, and clients for everybody who may ask."""

import json
from contextlib import contextmanager

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

from members.actions.tokens import create_token
from members.models import Alias, Event, Person
from news.models import NewsItem, Sighting, Source
from papers.models import ListEntry, ListSection, Paper, ReadingList
from talks.models import (
    Answer,
    Carry,
    Claim,
    Credit,
    Episode,
    Hosting,
    Item,
    KeptRow,
    PaperMention,
    Question,
    Recording,
    Section,
    SourceDocument,
    Suggestion,
    Template,
)
from tests.standing import NOW, world
from tests.talks.boardroom import seat

API = "/api/v1/"


def person(n, now):
    found, _ = Person.objects.get_or_create(
        handle=f"yuren-{n}", defaults={"name": f"渔人{n}", "created_at": now, "changed_at": now}
    )
    Alias.objects.get_or_create(name=f"渔人{n}", defaults={"person": found, "created_at": now, "changed_at": now})
    return found


def list_with_rows(number, now):
    """A reading list with two entries."""
    common = {"created_at": now, "changed_at": now}
    made = ReadingList.objects.create(slug=f"board-{number}", title="清单", heading="清单", **common)
    section = ListSection.objects.create(reading_list=made, position=1, level=2, title="一节", **common)
    for position, title in enumerate(("甲作", "乙作"), 1):
        ListEntry.objects.create(section=section, position=position, kind="paper", title=title, **common)
    return made


def episode_with_rows(number, now, *, state="published", by=None):
    """One episode with one row of every kind; returns it."""
    common = {"created_at": now, "changed_at": now}
    who = person(number, now)
    episode = Episode.objects.create(
        number=number,
        code=f"{number:03d}",
        state=state,
        starts_at=now,
        highlights=["缓存"],
        labels=[{"label": "主持人", "text": who.name}],
        **common,
    )
    Hosting.objects.create(episode=episode, person=who, name=who.name, role="host", position=1, **common)
    Recording.objects.create(episode=episode, position=1, url="https://example.org/v", platform="bilibili", **common)
    section = Section.objects.create(
        episode=episode,
        position=1,
        kind="news",
        title="本周新闻",
        groups=[{"title": "学术", "body": ""}],
        labels=[{"label": "时间", "text": ""}],
        **common,
    )
    Claim.objects.create(section=section, person=who, name=who.name, position=1, **common)
    Suggestion.objects.create(section=section, person=who, position=1, body="短一点", **common)
    item = Item.objects.create(section=section, position=1, title="推测解码", url="https://example.org/a", **common)
    Credit.objects.create(episode=episode, item=item, person=who, name=who.name, role="source", position=1, **common)
    Credit.objects.create(
        episode=episode, section=section, person=who, name=who.name, role="source", position=1, **common
    )
    question = Question.objects.create(
        episode=episode, position=1, serial=1, asker=who, asker_name=who.name, body="为什么快？", **common
    )
    Question.objects.create(
        episode=episode, position=1, serial=1, follow_up=1, parent=question, body="再问一句？", **common
    )
    Answer.objects.create(
        question=question, position=1, author=who, author_name=who.name, body="因为一次验几个。", **common
    )
    paper = Paper.objects.create(
        arxiv_id=f"2401.{number:05d}", title="一篇论文", authors=[{"name": "甲", "affiliations": []}], **common
    )
    PaperMention.objects.create(paper=paper, episode=episode, item=item)
    PaperMention.objects.create(paper=paper, episode=episode, question=question)
    list_with_rows(number, now)
    Template.objects.create(name="常规", edition=number, sections=[{"kind": "news"}], **common)
    SourceDocument.objects.create(
        episode=episode,
        name=f"{number:03d}.md",
        data=b"x",
        sha256=f"{number:064d}",
        document={},
        problems=[{"line": 3, "code": "date_doubt", "message": "?"}],
        imported_at=now,
        imported_by=by,
    )
    told = {"at": now, "by": "person", "person": who, "target_kind": "episode", "target_key": episode.code}
    Event.objects.create(**told, verb="import", after={"state": state})
    # What is changed after it is published, visitors may read.
    event = Event.objects.create(**told, verb="edit")
    KeptRow.objects.create(
        event=event, episode=episode, kind="item", key=str(item.pk), version=1, state={"title": "旧"}
    )
    return episode


def source_of(slug, now, **fields):
    stamp = {"next_at": now, "created_at": now, "changed_at": now}
    return Source.objects.create(
        **{"slug": slug, "name": slug, "kind": "feed", "address": f"https://{slug}.example/", **stamp, **fields}
    )


def story_of(source, now, **fields):
    """A story that this source carries."""
    stamp = {"first_seen_at": now, "created_at": now, "changed_at": now}
    number = NewsItem.objects.count()
    story = NewsItem.objects.create(**{"key": f"k{number}", "title": f"第 {number} 件", **stamp, **fields})
    sighting_of(source, story, now, is_hidden=story.is_hidden)
    return story


def sighting_of(source, story, now, **fields):
    said = {"entry_key": f"e{Sighting.objects.count()}", "story_key": story.key, "title": story.title, "digest": ""}
    return Sighting.objects.create(
        source=source, news_item=story, first_seen_at=now, changed_at=now, **{**said, **fields}
    )


@world
def three_states():
    states = {41: "published", 42: "collecting", 43: "draft"}
    made = {f"{number:03d}": episode_with_rows(number, NOW, state=state) for number, state in states.items()}
    for code, to in (("041", "043"), ("043", "042")):
        question = Question.objects.filter(episode=made[code], parent=None).get()
        Carry.objects.create(episode=made[to], question=question, reason="by_hand", created_at=NOW, changed_at=NOW)
    return made


@pytest.fixture
def record(three_states, organizer):
    """A published 041, a 042 that collects questions, and a draft 043, which 青禾 imported; a reading list beside each.

    A question of 041 goes on in 043, one of 043 in 042.
    """
    SourceDocument.objects.update(imported_by=organizer)
    return three_states


def keyed(user_person, scope, now):
    """A client that sends a token of this person."""
    _token, key = create_token(user=user_person.user, scope=scope, name="", by=user_person, now=now)
    return Client(headers={"Authorization": f"Bearer {key}"}, raise_request_exception=False)


def signed_in(user_person):
    client = Client(raise_request_exception=False)
    client.force_login(user_person.user)
    return client


@contextmanager
def one_connection():
    """Let the WSGI application answer inside a test's transaction: it must not close the connection after a request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def post(client, path, body=None, **headers):
    """Send JSON; headers by their names in lower case."""
    return client.post(f"{API}{path}", json.dumps(body or {}), content_type="application/json", headers=headers)


@pytest.fixture
def room(empty_board, now, member):
    """小满 leads the news of 021."""
    return seat(empty_board, now=now, lead=member)


@pytest.fixture
def lead(room, member):
    return signed_in(member)


@pytest.fixture
def reader(room, stranger):
    return signed_in(stranger)


@pytest.fixture
def anonymous():
    return Client(raise_request_exception=False)


@pytest.fixture
def as_member(member):
    return signed_in(member)


@pytest.fixture
def as_organizer(organizer):
    return signed_in(organizer)


@pytest.fixture
def problem():
    """Check that a reply is a problem document and return it."""

    def check(response, status, code=None):
        assert response.status_code == status, response.content
        assert response["Content-Type"] == "application/problem+json"
        body = response.json()
        assert set(body) - {"yours", "theirs", "merged"} == {"type", "title", "status", "detail", "code", "errors"}
        assert (body["status"], bool(body["title"]), bool(body["detail"])) == (status, True, True)
        assert all(isinstance(texts, list) and texts for texts in body["errors"].values())
        if code:
            assert body["code"] == code
        return body

    return check
