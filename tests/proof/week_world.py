"""The world of the stateful proof: a series with everybody in it, every row of every table, and the model read from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import Http404

from members.actions import invitations, logins, people
from members.actors import SYSTEM
from members.models import Guest, Person, Role, User
from members.rules import StateRefusal
from talks.actions import claims, hosting, items, questions, suggestions
from talks.actions.life import plan_next
from talks.actions.templates import own
from talks.models import (
    Carry,
    Claim,
    Credit,
    Episode,
    Hosting,
    Item,
    ItemVote,
    Question,
    Section,
    Suggestion,
    Template,
)
from tests.pages.conftest import document, item, put, question, section
from tests.proof import week_model as model
from tests.talks.newsroom import source, tell

APPS = ("members", "papers", "news", "talks", "jobs")
URLS = [f"https://blog.example/{n}" for n in range(1, 7)]
OWNED = "practice"
VOTES = 2

Snapshot = dict[str, dict[Any, dict[str, Any]]]


def make_world(now: Any) -> None:
    """020 is on record, 021 is planned and collects, 022 is imported and collects; everybody has a part in 021."""
    asked = [question("词表多大合适？", number=1, asker="渡囗", follow_ups=[question("旧的呢？", asker="渡口")])]
    earlier = [
        section("news", "本周新闻", leads=["渡口"], items=[item("线性偏置", URLS[5], contributors=["渡囗"])]),
        section("classic", "本周经典", nominations=["量化"]),
    ]
    past = {"hosts": ["渡口"], "editors": ["渡囗"], "highlights": ["词表"], "sections": earlier, "questions": asked}
    put(document(20, starts_at=(now - timedelta(days=4)).isoformat(), **past), now=now)

    def login(name: str, role: str = Role.MEMBER) -> Person:
        return people.create_user(username=name, password="correct horse battery", role=role, by=SYSTEM, now=now).person

    organizer = login("青禾", Role.ORGANIZER)
    lead, standby, other, host, editor, nobody, suspended = map(login, ("甲", "乙", "丙", "丁", "戊", "己", "庚"))
    own(kind=OWNED, title="", person=other, by=organizer, now=now)
    made = plan_next(by=SYSTEM, now=now)
    Template.objects.update(votes=VOTES)
    kinds = {row.kind: row for row in Section.objects.filter(episode=made)}
    claims.claim(section=kinds["news"], role="lead", by=lead, now=now)
    claims.claim(section=kinds["news"], role="standby", by=standby, now=now)
    for each in (other, host):
        claims.claim(section=kinds["picks"], role="lead", by=each, now=now)
    claims.claim(section=kinds["classic"], role="lead", by=suspended, now=now)
    hosting.host(episode=made, role="host", by=host, now=now)
    hosting.host(episode=made, role="editor", by=editor, now=now)
    logins.suspend(person=suspended, reason="", by=organizer, now=now)
    later = [
        section("news", "本周新闻", leads=["甲"]),
        section("picks", "本周推荐"),
        section("classic", "本周经典", is_optional=True),
        section("free_talk", "Free Talk"),
    ]
    starts_at = (made.starts_at + timedelta(days=7)).isoformat()
    put(document(22, starts_at=starts_at, sections=later, hosts=["丁"], highlights=["量化"]), now=now)
    tell(source("blog", now=now), *URLS[:3], now=now)
    for purpose, target in (("claim", kinds["news"].pk), ("submit", "021"), ("ask", "021")):
        opened = invitations.invite(purpose=purpose, target=str(target), places=3, by=organizer, now=now)
        invitations.enter(key=opened.key, name=f"来客{purpose}", now=now)
    for n, kind in enumerate(("news", "news", "picks"), 3):
        row = items.nominate(episode=made, url=URLS[n - 1], text="好", section=kinds[kind], by=nobody, now=now)
        if n < 3 + VOTES:  # one who has no vote left, one who has
            items.vote(item=row, by=nobody, now=now)
    items.vote(item=row, by=editor, now=now)
    suggestions.suggest(section=kinds["news"], body="短一点", by=nobody, now=now)
    for body in ("四比特够用吗？", "两比特呢？"):
        questions.ask(episode=made, body=body, by=nobody, now=now)


# ── Every row of every table ────────────────────────────────────────────────


def tables() -> list[tuple[str, str]]:
    """Every table of ours and its key."""
    found = [each for name in APPS for each in apps.get_app_config(name).get_models(include_auto_created=True)]
    return [(each._meta.db_table, each._meta.pk.column) for each in found]


def snapshot() -> Snapshot:
    """Return everything that is stored, as it is stored."""
    found: Snapshot = {}
    with connection.cursor() as cursor:
        for table, key in tables():
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            found[table] = {row[key]: row for row in rows}
    return found


def outcome(call: Any) -> tuple[str, Any]:
    """Return "" and what an act gave, or the name of its refusal. Anything that is no named refusal is raised."""
    try:
        return "", call()
    except StateRefusal as error:
        return error.code, None
    except PermissionDenied:
        return "forbidden", None
    except Http404:
        return "gone", None
    except ValidationError as error:
        [found] = [each for errors in error.error_dict.values() for each in errors]
        return found.code or "without a name", None


# ── The model of it, read once ──────────────────────────────────────────────


def read_model(now: Any) -> model.Week:
    """Return what the model holds before the first act. After that it believes only what the acts should have done."""
    week = model.Week(now=now)
    for row in Episode.objects.select_related("template"):
        votes = row.template.votes if row.template else 5
        about = (row.number, row.state, row.starts_at, row.locks_at, votes, bool(row.highlights), bool(row.template))
        week.episodes[row.pk] = model.Episode(*about, sequence=row.sequence)
    for row in Section.objects.all():
        week.sections[row.pk] = model.Section(row.episode_id, row.kind, row.is_optional, row.degraded_at)
    for row in Claim.objects.all():
        week.claims[row.pk] = model.Claim(
            row.section_id, row.person_id, row.role, row.deleted_at is not None, row.is_by_name
        )
    for row in Hosting.objects.all():
        week.hostings[row.pk] = model.Hosting(
            row.episode_id, row.person_id, row.role, row.name, is_by_name=row.is_by_name
        )
    for row in Item.objects.all():
        week.items[row.pk] = read_item(row)
    for row in ItemVote.objects.all():
        week.votes[row.pk] = model.Vote(row.item_id, row.person_id, row.created_at)
    for row in Suggestion.objects.all():
        week.suggestions[row.pk] = model.Suggestion(row.section_id, row.body, row.person_id)
    for row in Question.objects.select_related("episode"):
        week.questions[row.pk] = model.Question(row.episode_id, row.public_id, row.body, row.asker_id, row.is_by_name)
    for row in Person.objects.all():
        week.people[row.pk] = model.Person(row.name, row.user_id)
    for row in User.objects.all():
        week.suspended[row.pk] = row.suspended_at is not None
        week.organizers |= {row.pk} if row.role == Role.ORGANIZER else set()
    for row in Guest.objects.select_related("invitation"):
        week.guests[row.pk] = model.Guest(row.person_id, row.invitation.purpose, row.invitation.target)
    assert not Carry.objects.exists()
    return week


def read_item(row: Item) -> model.Item:
    """Return the model of an item that an act has made."""
    names = Credit.objects.filter(item=row, deleted_at=None).order_by("position", "pk").values_list("role", "name")
    about = (row.section_id, row.state, row.nominated_by_id, row.title or "", row.url_key, row.created_at)
    return model.Item(*about, credits=list(names), touched=row.changed_at, is_automatic=row.is_automatic)


def picture_of_model(week: model.Week) -> dict[str, Any]:
    """Return what the model believes in the form in which the tables are compared with it."""
    standing = {name: getattr(week, name).items() for name in ("claims", "hostings", "carries")}
    return {
        "episodes": {pk: (each.number, each.state, each.sequence) for pk, each in week.episodes.items()},
        "sections": {pk: (each.episode, each.degraded is not None) for pk, each in week.sections.items()},
        "claims": {pk: (e.section, e.person, e.role) for pk, e in standing["claims"] if not e.is_over},
        "hostings": {pk: (e.episode, e.person, e.role) for pk, e in standing["hostings"] if not e.is_over},
        "items": {
            pk: (e.section, e.state, e.by, e.merged, e.is_deleted, e.is_automatic, e.title, tuple(e.credits))
            for pk, e in week.items.items()
        },
        "votes": sorted((each.item, each.person) for each in week.votes.values()),
        "suggestions": {
            pk: (e.section, e.body, e.person, e.owner, e.is_resolved) for pk, e in week.suggestions.items()
        },
        "questions": {pk: (e.episode, e.public_id, e.asker) for pk, e in week.questions.items()},
        "carries": {pk: (e.episode, e.item, e.question, e.made) for pk, e in standing["carries"] if not e.is_over},
        "people": {pk: (each.merged, each.user) for pk, each in week.people.items()},
        "suspended": dict(week.suspended),
        "guests": {pk: each.person for pk, each in week.guests.items()},
    }


def picture_of_tables(rows: Snapshot) -> dict[str, Any]:
    """Return what the tables say, in the same form."""

    def standing(table: str, *names: str) -> dict[Any, tuple[Any, ...]]:
        return {pk: tuple(row[each] for each in names) for pk, row in rows[table].items() if row["deleted_at"] is None}

    codes = {pk: row["code"] for pk, row in rows["talks_episode"].items()}
    named: dict[Any, list[tuple[Any, ...]]] = {}
    for pk, row in rows["talks_credit"].items():
        if row["item_id"] is not None and row["deleted_at"] is None:
            named.setdefault(row["item_id"], []).append((row["position"], pk, row["role"], row["name"]))
    return {
        "episodes": {pk: (r["number"], r["state"], r["sequence"]) for pk, r in rows["talks_episode"].items()},
        "sections": {pk: (r["episode_id"], r["degraded_at"] is not None) for pk, r in rows["talks_section"].items()},
        "claims": standing("talks_claim", "section_id", "person_id", "role"),
        "hostings": standing("talks_hosting", "episode_id", "person_id", "role"),
        "items": {
            pk: (
                *(r["section_id"], r["state"], r["nominated_by_id"], r["merged_into_id"], r["deleted_at"] is not None),
                *(bool(r["is_automatic"]), r["title"] or ""),
                tuple((role, name) for _position, _pk, role, name in sorted(named.get(pk, []))),
            )
            for pk, r in rows["talks_item"].items()
        },
        "votes": sorted((row["item_id"], row["person_id"]) for row in rows["talks_itemvote"].values()),
        "suggestions": {
            pk: (r["section_id"], r["body"], r["person_id"], r["owner_id"], r["resolved_at"] is not None)
            for pk, r in rows["talks_suggestion"].items()
        },
        "questions": {
            pk: (r["episode_id"], public_id(r, codes), r["asker_id"]) for pk, r in rows["talks_question"].items()
        },
        "carries": standing("talks_carry", "episode_id", "item_id", "question_id", "made_id"),
        "people": {pk: (row["merged_into_id"], row["user_id"]) for pk, row in rows["members_person"].items()},
        "suspended": {pk: row["suspended_at"] is not None for pk, row in rows["members_user"].items()},
        "guests": {pk: row["person_id"] for pk, row in rows["members_guest"].items()},
    }


def public_id(row: dict[str, Any], codes: dict[Any, str]) -> str:
    code = row["first_code"] or codes[row["episode_id"]]
    return f"{code}-{row['serial']}" + (f".{row['follow_up']}" if row["follow_up"] else "")
