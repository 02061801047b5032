"""Role × URL × method over every URL of the project: who gets what, and that refused writes change nothing."""

import pytest

from members.models import Event
from talks.models import Episode
from talks.models.episodes import EpisodeQuerySet
from tests.access import (
    admin_pages,
    after_the_talk,
    api_of_the_rest,
    api_of_the_week,
    pages_of_people,
    pages_of_questions,
    pages_of_the_board,
    pages_of_the_desk,
    pages_of_the_week,
    pages_to_read,
)
from tests.access.matrix import check, some
from tests.access.policies import METHODS, ROLES, WRITES, YES
from tests.access.urls import patterns

pytestmark = pytest.mark.django_db

TABLES = {
    module.__name__.rpartition(".")[2]: module.ROWS
    for module in (
        *(pages_to_read, pages_of_the_week, pages_of_the_board, pages_of_the_desk, pages_of_people),
        *(admin_pages, api_of_the_week, api_of_the_rest, after_the_talk, pages_of_questions),
    )
}
ALL = [row for rows in TABLES.values() for row in rows]


def test_every_url_has_its_line_and_every_line_its_url():
    # an address that is nowhere stands in the map of development only
    known, named = [*(each for each in patterns() if each != "<rest>/"), "<rest>/"], {row.pattern for row in ALL}
    assert sorted(set(known) - named) == []
    assert sorted(named - set(known)) == []
    assert len(known) == len(set(known))
    whole = [row.pattern for row in ALL if row.is_whole]
    assert len(whole) == len(set(whole)) == len(known)  # each pattern is asked by every method, once


@pytest.mark.parametrize("name", TABLES)
def test_everybody_everywhere(world, name, record_property):
    """Every method of every address, as all who may write and some of the others: the proof asks as everybody."""
    cells, wrong = check(TABLES[name], world, who=some)
    record_property("cells", cells)
    assert wrong == [], "\n".join(wrong)


def test_who_is_asked_leaves_out_no_answer_and_nobody_who_may():
    named, asked = set(), set()
    for row in ALL:
        for method in METHODS:
            chosen = some(row, method)
            assert {row.expects(method, role) for role in chosen} == {row.expects(method, role) for role in ROLES}
            if method in row.acts and not row.is_alike:
                answers = {role: row.expects(method, role) for role in ROLES}
                left_out = set(ROLES) - set(chosen)
                assert not left_out or method not in WRITES or YES not in {answers[role] for role in left_out}
                named |= {(row.is_api, method in WRITES, answers[role] == YES, role) for role in ROLES}
                asked |= {(row.is_api, method in WRITES, answers[role] == YES, role) for role in chosen}
    assert asked == named  # over all addresses everybody may and is refused, on pages and by the API, reads and writes


@pytest.mark.proof
@pytest.mark.parametrize("name", TABLES)
def test_everybody_everywhere_by_every_method(world, name, record_property):
    cells, wrong = check(TABLES[name], world)
    record_property("cells", cells)
    assert wrong == [], "\n".join(wrong)


# ── The test of the test: a hole anywhere is seen ───────────────────────────


def lines(*patterns):
    return [row for row in ALL if row.pattern in patterns]


def allow(*_args, **_options):
    return True


@pytest.mark.parametrize(
    ("rule", "pattern"),
    [
        ("talks.actions.life.runs", "episodes/<code>/state/"),
        ("talks.actions.degrade.runs", "api/v1/sections/<pk>/degrade/"),
        ("talks.actions.claims.may_claim", "claim/sections/<pk>/"),
        ("talks.actions.claims.holds", "api/v1/claims/<pk>/release/"),
        ("talks.actions.suggestions.can_resolve", "episodes/<code>/board/act/"),
        ("papers.actions.lists.can_edit_list", "api/v1/lists/<slug>/entries/<pk>/"),
        ("members.actions.notifications.may_write", "notifications/"),
        ("news.views.sources.may_manage_sources", "sources/add/"),
    ],
)
def test_a_rule_that_allows_everything_is_seen(world, monkeypatch, rule, pattern):
    monkeypatch.setattr(rule, allow)
    _cells, wrong = check(lines(pattern), world, who=some)
    assert any(": yes instead of " in sentence for sentence in wrong), wrong


def test_a_draft_that_is_shown_is_seen(world, monkeypatch):
    monkeypatch.setattr(EpisodeQuerySet, "visible_to", lambda self, person: self.filter(deleted_at=None))
    _cells, wrong = check(lines("episodes/<code>/", "api/v1/episodes/<code>/"), world)
    assert any("(/episodes/023/) as member: yes instead of 404" in sentence for sentence in wrong)
    assert any("as anonymous: yes instead of 404" in sentence for sentence in wrong)


def test_a_refusal_that_leaves_something_is_seen(world, monkeypatch):
    refuse = Episode.objects.all().__class__.with_code

    def noting(self, code):
        Event.objects.create(at=world.now, by="anonymous", verb="knock", target_kind="episode", target_key=code)
        return refuse(self, code)

    monkeypatch.setattr(EpisodeQuerySet, "with_code", noting)
    _cells, wrong = check(lines("api/v1/episodes/<code>/step_back/"), world)
    assert any("as member" in sentence and "changed members_event" in sentence for sentence in wrong)


def test_a_write_that_does_nothing_is_seen(world, monkeypatch):
    monkeypatch.setattr("talks.api.items.items.vote", lambda *, item, by, now: item)
    _cells, wrong = check(lines("api/v1/items/<pk>/vote/"), world)
    assert any("as member" in sentence and "changed nothing" in sentence for sentence in wrong)
