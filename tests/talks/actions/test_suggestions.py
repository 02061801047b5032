"""Suggestions: made, taken on, resolved with words, opened again; and where they are published."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.actors import ANONYMOUS
from members.models import Event, Notification
from members.rules import StateRefusal
from talks.actions import suggestions
from talks.export import document_of, export
from talks.models import Suggestion
from tests.talks.boardroom import boardroom, close, login


@pytest.fixture
def room(db, now, member):
    return boardroom(now=now, lead=member)


@pytest.fixture
def made(room, stranger, now):
    return suggestions.suggest(section=room.news, body="先讲**结论**", by=stranger, now=now)


def test_made_once_and_shown_as_text(room, made, stranger, now):
    assert suggestions.suggest(section=room.news, body=" 先讲**结论** ", by=stranger, now=now) == made
    made.refresh_from_db()
    assert (made.person, made.position, made.body_html) == (stranger, 1, "<p>先讲<strong>结论</strong></p>\n")
    with pytest.raises(PermissionDenied):
        suggestions.suggest(section=room.news, body="x", by=ANONYMOUS, now=now)
    for body in ("", "\u202e", "长" * 2001):
        with pytest.raises(ValidationError):
            suggestions.suggest(section=room.news, body=body, by=stranger, now=now)
    close(room.episode, "published")
    with pytest.raises(StateRefusal):
        suggestions.suggest(section=room.news, body="晚了", by=stranger, now=now)


def test_taken_on_resolved_and_opened_again(room, made, stranger, member, organizer, now):
    suggestions.own(suggestion=made, version=1, by=organizer, now=now)
    with pytest.raises(StateRefusal, match="青禾"):
        suggestions.own(suggestion=made, by=member, now=now)
    row = suggestions.resolve(suggestion=made, resolution="下期起先讲结论", version=2, by=member, now=now)
    assert (row.owner, row.resolved_by, row.resolved_at) == (organizer, member, now)
    with pytest.raises(StateRefusal):
        suggestions.own(suggestion=made, by=member, now=now)
    told = Notification.objects.filter(person=stranger).order_by("pk")
    assert [each.kind for each in told] == ["suggestion_own", "suggestion_resolve"]
    row = suggestions.reopen(suggestion=made, version=3, by=stranger, now=now)
    assert (row.resolution, row.resolved_at, row.owner) == ("", None, organizer)
    verbs = [event.verb for event in Event.objects.about("suggestion", made.pk).order_by("pk")]
    assert verbs == ["suggest", "own", "resolve", "reopen"]


def test_who_resolves(room, made, now):
    other = login("路人", now)
    with pytest.raises(PermissionDenied):
        suggestions.resolve(suggestion=made, resolution="好", by=other, now=now)
    suggestions.own(suggestion=made, by=other, now=now)
    with pytest.raises(ValidationError):
        suggestions.resolve(suggestion=made, resolution=" ", by=other, now=now)
    with pytest.raises(ValidationError) as error:
        suggestions.resolve(suggestion=made, resolution="我的话", version=1, by=other, now=now)
    assert error.value.error_dict["version"][0].params["yours"] == {"resolution": "我的话"}
    close(room.episode, "published")
    suggestions.resolve(suggestion=made, resolution="办好了", by=other, now=now)  # also after the evening
    Suggestion.objects.filter(pk=made.pk).update(deleted_at=now)
    with pytest.raises(Http404):
        suggestions.reopen(suggestion=made, by=other, now=now)


def test_published_on_github_and_as_json_only(room, made, now):
    suggestions.resolve(suggestion=made, resolution="不进任何渠道", by=made.person, now=now)
    assert document_of(room.episode).sections[0].suggestions == ("先讲**结论**",)
    texts = {to: export(room.episode, to).text for to in ("github", "json", "zhihu")}
    assert {to: "结论" in text for to, text in texts.items()} == {"github": True, "json": True, "zhihu": False}
    assert "建议" not in texts["zhihu"]
    assert not any("不进任何渠道" in text for text in texts.values())
