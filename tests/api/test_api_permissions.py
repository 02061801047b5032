"""Who may do what by the API: one table of every operation, and every other method refused for everybody."""

import json

import pytest

from members.actions import invitations, names, people, requests
from members.actions.tokens import create_token
from members.actors import SYSTEM
from members.models import Event, Invitation, Person, PersonRequest, Token, User
from news.models import FetchRun, NewsItem, Sighting, Source
from papers.models import ListEntry, ListSection
from talks.models import (
    Answer,
    Claim,
    Item,
    PaperMention,
    Recording,
    Section,
    SourceDocument,
    Suggestion,
    Template,
)
from tests.api import item_rows, week_rows
from tests.api.conftest import API, keyed, sighting_of, signed_in, source_of, story_of

pytestmark = pytest.mark.django_db

WHO = ("anonymous", "member", "reads", "writes", "suspended", "organizer")
#        anonymous, member, token read, token write, suspended, organizer
ALL = (200, 200, 200, 200, 200, 200)
OPEN = (401, 201, 403, 201, 403, 201)
AUTHORS = (401, 403, 403, 403, 403, 403)
MINE = (401, 200, 200, 200, 200, 200)
ORGANIZERS = (401, 403, 403, 403, 403, 200)

TABLE = {
    "GET episodes/": ALL,
    "GET episodes/{code}/": ALL,
    "GET episodes/{code}/document/": ALL,
    "GET episodes/{code}/export/": ALL,
    "GET sections/": ALL,
    "GET sections/{id}/": ALL,
    "GET items/": ALL,
    "GET items/{id}/": ALL,
    "GET claims/": ALL,
    "GET claims/{id}/": ALL,
    "GET suggestions/": ALL,
    "GET suggestions/{id}/": ALL,
    "GET questions/": ALL,
    "GET questions/{public_id}/": ALL,
    "POST questions/": OPEN,
    "PATCH questions/{public_id}/": AUTHORS,
    "GET answers/": ALL,
    "GET answers/{id}/": ALL,
    "POST answers/": OPEN,
    "PATCH answers/{id}/": AUTHORS,
    "GET recordings/": ALL,
    "GET recordings/{id}/": ALL,
    "GET templates/": ALL,
    "GET templates/{id}/": ALL,
    "GET people/": ALL,
    "GET people/{handle}/": ALL,
    # one's own page only
    "PATCH people/{handle}/": AUTHORS,
    **{
        f"POST people/{{handle}}/{verb}/": ORGANIZERS
        for verb in ("merge", "unmerge", "rename", "undo_rename", "suspend", "lift")
    },
    "GET invitations/": ORGANIZERS,
    "GET invitations/{id}/": ORGANIZERS,
    "POST invitations/": (401, 403, 403, 403, 403, 201),
    "POST invitations/{id}/revoke/": ORGANIZERS,
    "GET person-requests/": MINE,
    # of another member's
    "GET person-requests/{id}/": (401, 404, 404, 404, 404, 200),
    "POST person-requests/": OPEN,
    "POST person-requests/{id}/approve/": ORGANIZERS,
    "POST person-requests/{id}/refuse/": ORGANIZERS,
    "GET papers/": ALL,
    "GET papers/{arxiv_id}/": ALL,
    "GET papers/{arxiv_id}/bib/": ALL,
    "GET lists/": ALL,
    "GET lists/{slug}/": ALL,
    "GET lists/{slug}/export/": ALL,
    "POST lists/": OPEN,
    "GET lists/{slug}/entries/": ALL,
    "GET lists/{slug}/entries/{id}/": ALL,
    "GET lists/{slug}/sections/": ALL,
    "GET lists/{slug}/sections/{id}/": ALL,
    "POST lists/{slug}/import/": ORGANIZERS,
    # whoever made the list, and organizers
    "POST lists/{slug}/sections/": (401, 403, 403, 403, 403, 201),
    "POST lists/{slug}/sections/{id}/move/": (401, 403, 403, 403, 403, 200),
    "POST lists/{slug}/entries/": (401, 403, 403, 403, 403, 201),
    "PATCH lists/{slug}/entries/{id}/": (401, 403, 403, 403, 403, 200),
    "POST lists/{slug}/entries/{id}/move/": (401, 403, 403, 403, 403, 200),
    "DELETE lists/{slug}/entries/{id}/": (401, 403, 403, 403, 403, 204),
    "GET mentions/": ALL,
    "GET mentions/{id}/": ALL,
    "GET tokens/": MINE,
    "GET tokens/{id}/": MINE,
    # tokens come from a session only
    "POST tokens/": (401, 201, 403, 403, 403, 201),
    "DELETE tokens/{id}/": (401, 204, 403, 403, 204, 204),
    "GET imports/": ORGANIZERS,
    "GET imports/{id}/": ORGANIZERS,
    "POST imports/": (401, 403, 403, 403, 403, 201),
    "GET events/": ALL,
    # of nothing that is kept; what is, in test_api_history.py
    "GET events/{id}/": (404, 404, 404, 404, 404, 200),
    # a published record: organizers alone; nothing was kept of it, so there is no moment to go back to
    "POST episodes/{code}/restore/": (401, 403, 403, 403, 403, 404),
    **{
        f"POST {name}/restore/": (401, 409, 403, 409, 403, 200)
        for name in (
            *("sections/{id}", "items/{id}", "claims/{id}", "recordings/{id}"),
            *("questions/{public_id}", "answers/{id}"),
        )
    },
    # whoever sees to it, made it or leads the section, also when the record is published
    "POST suggestions/{id}/restore/": ORGANIZERS,
    "GET jobs/": ORGANIZERS,
    "GET jobs/{id}/": ORGANIZERS,
    "POST jobs/{id}/retry/": ORGANIZERS,
    "GET news/": ALL,
    "GET news/{id}/": ALL,
    "POST news/{id}/take/": ORGANIZERS,
    "POST news/{id}/decline/": ORGANIZERS,
    "POST news/{id}/undo/": ORGANIZERS,
    "POST news/{id}/merge/": (401, 200, 403, 200, 403, 200),
    "POST news/{id}/unmerge/": (401, 200, 403, 200, 403, 200),
    "GET sightings/": ALL,
    "GET sightings/{id}/": ALL,
    "POST sightings/{id}/split/": OPEN,
    "GET runs/": ALL,
    "GET runs/{id}/": ALL,
    "GET sources/": ALL,
    "GET sources/{slug}/": ALL,
    "POST sources/": (401, 403, 403, 403, 403, 201),
    "PATCH sources/{slug}/": ORGANIZERS,
    "DELETE sources/{slug}/": (401, 403, 403, 403, 403, 204),
    "POST sources/{slug}/run/": (401, 403, 403, 403, 403, 201),
    "POST sources/{slug}/pause/": ORGANIZERS,
    "POST sources/{slug}/resume/": ORGANIZERS,
    "POST sources/{slug}/restore/": ORGANIZERS,
    **week_rows.TABLE,
    **item_rows.TABLE,
}
WRITES = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def clients(anonymous, member, organizer, now):
    def sleeping():
        user = people.create_user(username="停用", password="x1y2z3w4", role="member", by=SYSTEM, now=now)
        user.suspended_at = now
        user.save()
        return user.person

    suspended = sleeping()
    return {
        "anonymous": anonymous,
        "member": signed_in(member),
        "reads": keyed(member, "read", now),
        "writes": keyed(member, "write", now),
        "suspended": signed_in(suspended),
        "organizer": signed_in(organizer),
    }, {
        "anonymous": member,
        "member": member,
        "reads": member,
        "writes": member,
        "suspended": suspended,
        "organizer": organizer,
    }


def own_token(person, now):
    """A token of this person; a suspended one has it from before."""
    token = Token(user=person.user, scope="read", digest=Token.digest_of(Token.new_key()), hint="", created_at=now)
    token.save()
    return token.pk


def keys(record, now, path=""):
    """What stands for the `{…}` of each resource."""
    from jobs.models import Job

    job = Job.objects.get_or_create(key="k", defaults={"kind": "k", "created_at": now, "due_at": now})[0]
    Job.objects.filter(pk=job.pk).update(failed_at=now)
    rows = {
        "sections": Section.objects.filter(episode=record["041"]),
        "items": Item.objects.filter(section__episode=record["041"]),
        "claims": Claim.objects.filter(section__episode=record["041"]),
        "suggestions": Suggestion.objects.filter(section__episode=record["041"]),
        "answers": Answer.objects.filter(question__episode=record["041"]),
        "recordings": Recording.objects.filter(episode=record["041"]),
        "templates": Template.objects.all(),
        "mentions": PaperMention.objects.filter(episode=record["041"]),
        "imports": SourceDocument.objects.all(),
        "events": Event.objects.all(),
        **people_rows(path, now),
    }
    named = {"episodes": "041", "questions": "041-1", "people": person_for(path, now), "papers": "2401.00041"}
    found = {**{name: row.first().pk for name, row in rows.items()}, **named, "jobs": job.pk}
    return {**found, **news_keys(path, now)}


def fresh(name, now):
    return people.find_or_name([name], by=SYSTEM, now=now)[name]


def person_for(path, now):
    """The person of the record, or for acts on people a fresh one to whom it can be done."""
    if "people/{handle}/" not in path or path == "people/{handle}/":
        return "yuren-41"
    row = fresh(f"某人{Person.objects.count()}", now)
    boss = Person.objects.get(user__username="青禾")
    if path.endswith("/unmerge/"):
        names.merge(person=row, into=Person.objects.get(handle="yuren-41"), by=boss, now=now)
    if path.endswith("/undo_rename/"):
        names.rename(person=row, name=f"{row.name}改", version=row.version, by=boss, now=now)
    if path.endswith(("/suspend/", "/lift/")):
        name = f"login{User.objects.count()}"
        people.create_user(username=name, password="x1y2z3w4", role="member", by=SYSTEM, now=now, claim=row)
    return row.handle


def people_rows(path, now):
    """An invitation, and what a member who is nobody else here says to be."""
    boss = Person.objects.get(user__username="青禾")
    invitation = invitations.invite(purpose="join", by=boss, now=now)
    name = f"asks{User.objects.count()}"
    asks = people.create_user(username=name, password="x1y2z3w4", role="member", by=SYSTEM, now=now).person
    who = fresh(f"被认{Person.objects.count()}", now)
    asked = requests.request_person(person=who, message="", by=asks, now=now)
    return {
        "invitations": Invitation.objects.filter(pk=invitation.pk),
        "person-requests": PersonRequest.objects.filter(pk=asked.pk),
    }


def news_keys(path, now):
    """Fresh rows of the news for every operation: a source, a merged story or an open one, a sighting to split off."""
    source = source_of(f"s{Source.objects.count()}", now, deleted_at=now if path.endswith("restore/") else None)
    story, into = story_of(source, now), story_of(source, now)
    sighting_of(source, story, now)
    if path.endswith("unmerge/"):
        NewsItem.objects.filter(pk=story.pk).update(merged_into=into)
    if path.endswith("undo/"):
        NewsItem.objects.filter(pk=story.pk).update(decision="declined", decided_at=now)
    run = FetchRun.objects.create(source=source, started_at=now, ended_at=now, outcome="empty")
    sighting = Sighting.objects.filter(news_item=story).first()
    return {"sources": source.slug, "news": story.pk, "sightings": sighting.pk, "runs": run.pk}


def address(path, record, person, now):
    name = path.split("/")[0]
    if any(f"{method} {path}" in item_rows.TABLE for method in ("GET", *WRITES)) and "{" in path:
        start, _brace, rest = path.partition("{")
        return f"{API}{start}{item_rows.fresh(path, now)}{rest.partition('}')[2]}"
    if any(f"{method} {path}" in week_rows.TABLE for method in ("GET", *WRITES)) and "{" in path:
        start, _brace, rest = path.partition("{")
        return f"{API}{start}{week_rows.fresh(path, person, now)}{rest.partition('}')[2]}"
    if name == "lists":
        entry = ListEntry.objects.filter(section__reading_list__slug="board-41").first()
        key = entry.section_id if "/sections/" in path else entry.pk
        return API + path.replace("{slug}", "board-41").replace("{id}", str(key))
    start, brace, rest = path.partition("{")
    key = own_token(person, now) if name == "tokens" and brace else keys(record, now, path).get(name)
    filled = f"{start}{key}{rest.partition('}')[2]}" if brace else path
    return API + filled + ("?to=github" if path.endswith("export/") else "")


def body_for(path, who, document):
    bodies = {
        "lists/": {"slug": f"of-{who}", "title": who},
        "lists/{slug}/entries/": {
            "section": ListSection.objects.filter(reading_list__slug="board-41").first().pk,
            "title": who,
        },
        "lists/{slug}/entries/{id}/": {"title": who},
        "lists/{slug}/import/": {"text": "- [甲](https://example.org/a)", "dry_run": True},
        "lists/{slug}/sections/": {"title": who},
        "lists/{slug}/sections/{id}/move/": {"steps": 1},
        "lists/{slug}/entries/{id}/move/": {"steps": 1},
        "news/{id}/take/": {"section": Section.objects.get(episode__code="042", kind="news").pk, "group": "学术"},
        "news/{id}/decline/": {"reason": "太旧"},
        "news/{id}/undo/": {"version": 1},
        "episodes/{code}/restore/": {"event": 1, "confirm": "041"},
        "questions/": {"episode": "042", "body": f"我是 {who}"},
        "answers/": {"question": "041-1", "body": f"我是 {who}"},
        "questions/{public_id}/": {"body": "别人的话"},
        "answers/{id}/": {"body": "别人的话"},
        "tokens/": {"scope": "read"},
        "people/{handle}/": {"bio": "别人的话"},
        "people/{handle}/merge/": {"into": "yuren-41"},
        "people/{handle}/rename/": {"name": f"改名 {who}"},
        "invitations/": {"purpose": "join"},
        "person-requests/": {"person": "yuren-41"},
        "imports/": document,
        "sources/": {"kind": "feed", "name": who, "address": f"https://{who}.example/feed"},
        "news/{id}/merge/": {"into": NewsItem.objects.order_by("pk").last().pk} if "news" in path else {},
    }
    if (sent := item_rows.bodies(path, who)) is not None:
        return json.dumps(sent)
    return json.dumps({**bodies, **week_rows.BODIES}.get(path, {}))


@pytest.fixture
def document(anonymous, record):
    found = anonymous.get(f"{API}episodes/041/document/").json()
    return {**found, "number": 44, "code": "044"}


def test_everybody_at_every_operation(clients, record, document, now):
    callers, owners = clients
    for operation, expected in TABLE.items():
        method, path = operation.split()
        found = []
        for who in WHO:
            is_matched = method in ("DELETE", "PATCH") or path.endswith("/rename/")
            headers = {"If-Match": "*"} if is_matched else {}
            where = address(path, record, owners[who], now)
            options = (
                {"data": body_for(path, who, document), "content_type": "application/json"}
                if method in ("POST", "PATCH")
                else {}
            )
            found.append(getattr(callers[who], method.lower())(where, headers=headers, **options).status_code)
        assert tuple(found) == expected, operation


def test_every_other_method_is_refused(clients, record, now, problem):
    callers, owners = clients
    for path in dict.fromkeys(operation.split()[1] for operation in TABLE):
        for method in WRITES:
            if f"{method} {path}" in TABLE:
                continue
            for who in WHO:
                where = address(path, record, owners[who], now)
                response = getattr(callers[who], method.lower())(where, data="{}", content_type="application/json")
                problem(response, 403 if who == "reads" else 405)


def test_the_table_is_complete(anonymous, db):
    schema = anonymous.get(f"{API}schema/").json()
    operations = {
        f"{method.upper()} {path.removeprefix(API)}" for path, methods in schema["paths"].items() for method in methods
    }
    assert operations == set(TABLE)
    public = {name for name in operations if {} in _operation(schema, name).get("security", [])}
    assert public == {name for name, expected in TABLE.items() if expected == ALL}


def _operation(schema, name):
    method, path = name.split()
    return schema["paths"][API + path][method.lower()]


def test_a_member_sees_the_own_tokens_only(clients, stranger, now):
    create_token(user=stranger.user, scope="read", name="别人的", by=stranger, now=now)
    callers, _owners = clients
    assert "别人的" not in callers["organizer"].get(f"{API}tokens/").content.decode()
