"""Pages and lists cost the same number of queries, whatever an episode or the record holds."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from members.models import Notification
from news.models import FetchRun
from papers.models import Paper
from talks.api.urls import router
from talks.models import Answer, Break, Hosting, Item, PaperMention, Question, Section, StandingOwner, Template
from talks.models.together import read_together
from tests.api.conftest import source_of, story_of
from tests.pages.conftest import item, put, question, section, wide

# address → how many queries a visitor without a session may cost when the page is not kept.
PAGES = {
    "/": 12,
    "/episodes/": 6,
    "/episodes/{code}/": 3,
    "/q/{code}-1/": 7,
    "/papers/": 9,
    "/papers/?q=2401": 9,
    "/papers/2401.00001/": 11,
    "/papers/2401.00001.bib": 5,
    "/people/": 4,
    "/people/成员1/": 19,
    "/people/成员1/?show=items": 18,
    "/episodes/{code}/ask/": 5,
    "/inbox/": 22,
    "/claim/": 7,
    "/submit/?url=https://arxiv.org/abs/2401.00001": 12,
    "/episodes/{code}/state/": 14,
    "/templates/": 5,
    "/calendar/": 5,
}
# Every resource of the API is here by itself; those of organizers are asked for by one.
LISTS = [f"/api/v1/{name}/?page_size=100" for name, _viewset, _basename in router.registry if "(" not in name]
LIST_LIMIT = 3
OF_ORGANIZERS = ("tokens", "imports", "events", "jobs", "notifications", "invitations", "person-requests")
FEW, MANY = 5, 100


@pytest.fixture(autouse=True)
def known_database(db):
    """Let Django try once in every process what SQLite knows of JSON, before anything is counted."""
    assert connection.features.supports_json_field


def queries(client, address):
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(captured)


def evening(number):
    """An evening with one row of everything, by people nobody else names."""
    who = f"第{number}位"
    document = wide(number, items=0, questions=0)
    news = section(
        "news",
        "本周新闻",
        leads=[who],
        suggestions=["短一点"],
        items=[item("一条", f"https://arxiv.org/abs/2403.{number:05d}", papers=[f"2403.{number:05d}"])],
    )
    asked = question("为什么？", number=1, asker=who, answers=[(who, "因为。")])
    video = {"title": "录像", "url": "https://example.org/v", "platform": "bilibili", "offset_seconds": None}
    return document | {"hosts": [who], "sections": [news], "questions": [asked], "recordings": [video]}


@pytest.fixture
def fill(organizer, now):
    """Add this many rows to every table that is listed."""

    def fill(first, last):
        stamp = {"created_at": now, "changed_at": now}
        for number in range(first, last):
            put(evening(number), now=now)
            Template.objects.create(name="每周", edition=number, **stamp)
            source = source_of(f"s{number}", now)
            FetchRun.objects.create(source=source, started_at=now, ended_at=now, outcome="empty")
            story_of(source, now, paper=Paper.objects.get(arxiv_id=f"2403.{number:05d}"), decided_by=organizer)
            day = now.date() + timedelta(days=number)
            Break.objects.create(day=day, reason="停一次", **stamp)
            StandingOwner.objects.create(kind="news", title=str(number), person=organizer, **stamp)
            told = {"kind": "advanced", "target_kind": "episode", "target_key": "1", "created_at": now}
            Notification.objects.create(person=organizer, values={"code": "001"}, **told)
            Job.objects.create(kind="prune", key=str(number), created_at=now, due_at=now)

    return fill


def test_what_an_episode_holds_costs_no_query(client, make):
    make.wide(30, items=10, questions=10)
    few = {page: queries(client, page.format(code="030")) for page in PAGES}
    make.wide(31, items=200, questions=60)
    many = {page: queries(client, page.format(code="031")) for page in PAGES}
    assert many == few
    assert {page: count for page, count in many.items() if count > PAGES[page]} == {}


def test_what_an_episode_holds_costs_the_signed_in_no_query(client, make, organizer):
    client.force_login(organizer.user)
    make.wide(30, items=5, questions=5)
    few = {page: queries(client, page.format(code="030")) for page in PAGES}
    make.wide(31, items=100, questions=50)
    assert {page: queries(client, page.format(code="031")) for page in PAGES} == few


def test_a_longer_record_costs_no_query(client, make, fill):
    make.wide(500, items=3, questions=3)
    fill(1, FEW + 1)
    few = {page: queries(client, page.format(code="500")) for page in PAGES}
    fill(FEW + 1, MANY + 1)
    assert {page: queries(client, page.format(code="500")) for page in PAGES} == few


def test_a_longer_list_of_the_api_costs_no_query(client, organizer, fill):
    def count():
        found = {}
        for address in LISTS:
            is_closed = any(f"/{name}/" in address for name in OF_ORGANIZERS)
            client.logout()
            if is_closed:
                client.force_login(organizer.user)
            # session, user and person of the one who asks
            found[address] = queries(client, address) - (3 if is_closed else 0)
        return found

    fill(1, FEW + 1)
    few = count()
    fill(FEW + 1, MANY + 1)
    assert count() == few
    assert {address: n for address, n in few.items() if n > LIST_LIMIT} == {}


def test_an_unknown_visitor_costs_no_session(client, site):
    with CaptureQueriesContext(connection) as captured:
        client.get("/")
    assert not [query for query in captured if "session" in query["sql"]]


# ── Reading together ────────────────────────────────────────────────────────


def test_rows_read_together_are_those_read_alone(site, django_assert_num_queries):
    fields = {
        Section: ("position", "title", "is_optional", "minutes", "labels", "groups", "groups_html", "body_html"),
        Item: ("section", "position", "group", "title", "url", "body"),
        Question: ("position", "serial", "follow_up", "parent", "part", "body"),
        PaperMention: ("item", "question", "answer", "section"),
    }
    with django_assert_num_queries(1):
        found = read_together({model.__name__: (model.objects.all(), names) for model, names in fields.items()})
        read = {
            model: [tuple(getattr(row, model._meta.get_field(name).attname) for name in names) for row in found[key]]
            for (model, names), key in zip(fields.items(), found, strict=True)
        }
    for model, names in fields.items():
        order = ("position", "pk") if "position" in names else ("pk",)
        assert read[model] == list(model.objects.order_by(*order).values_list(*names)), model
        assert read[model]


def test_rows_that_name_one_person_share_it(site, django_assert_num_queries):
    names = ("name", "position", "person__handle", "person__name")
    with django_assert_num_queries(1):
        found = read_together(
            {
                "hostings": (Hosting.objects.all(), names),
                "answers": (Answer.objects.all(), ("position", "author__name")),
            }
        )
        hosts = {row.person.pk: row.person for row in found["hostings"]}
        shared = [row for row in found["answers"] if row.author is hosts.get(row.author_id)]
        assert any(row.author is None for row in found["answers"])
        assert {row.author.name for row in shared if row.author} == {"渡口"}
    assert found["hostings"][0].person.get_absolute_url() == Hosting.objects.all()[0].person.get_absolute_url()


def test_what_was_not_asked_for_is_read_later(site):
    [row, *_rest] = read_together({"items": (Item.objects.all(), ("title",))})["items"]
    assert row.body == Item.objects.get(pk=row.pk).body
