"""Pages and lists cost the same number of queries, whatever an episode or the record holds."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from members.models import Event, Notification
from news.models import FetchRun
from papers.models import Paper
from talks.actions import item_edits, moderation, questions
from talks.api.urls import router
from talks.models import (
    Answer,
    Break,
    Carry,
    Delivery,
    Episode,
    Hosting,
    Item,
    KeptRow,
    PaperMention,
    Question,
    Reminder,
    ReminderKind,
    Section,
    StandingOwner,
    Template,
    Webhook,
)
from talks.models.together import read_together
from tests.api.conftest import source_of, story_of
from tests.pages.conftest import item, put, question, section, wide
from tests.talks.boardroom import boardroom, nominate

# address → how many queries a visitor without a session may cost when the page is not kept.
PAGES = {
    "/": 12,
    "/episodes/": 6,
    "/episodes/{code}/": 3,
    "/q/{code}-1/": 9,  # also where it goes on, and what was merged into it
    "/papers/": 9,
    "/papers/?q=2401": 9,
    "/papers/2401.00001/": 11,
    "/papers/2401.00001.bib": 5,
    "/people/": 4,
    "/people/成员1/": 19,
    "/people/成员1/?show=items": 18,
    "/episodes/{code}/ask/": 6,
    "/inbox/": 22,
    "/claim/": 7,
    "/submit/?url=https://arxiv.org/abs/2401.00001": 12,
    "/episodes/{code}/state/": 14,
    "/episodes/{code}/live/": 9,
    "/episodes/{code}/stage/": 8,
    "/templates/": 5,
    "/calendar/": 5,
    "/dashboard/statistics/": 9,
}
# Every resource of the API is here by itself; those of organizers are asked for by one.
LISTS = [f"/api/v1/{name}/?page_size=100" for name, _viewset, _basename in router.registry if "(" not in name]
LIST_LIMIT = 3
OF_ORGANIZERS = ("tokens", "imports", "events", "jobs", "notifications", "invitations", "person-requests")
OF_ORGANIZERS += ("reminders", "webhooks", "deliveries")
# What hosts and organizers see; at most so many queries, those for who asks among them.
OF_KEEPERS = {"/episodes/500/outbox/": 30, "/webhooks/": 8, "/webhooks/{hook}/": 9}
FEW, MANY = 5, 100
# What a page of history may cost, session and base page included: a query or two for each kind of row on it.
HISTORY_LIMIT = 45


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
            hook = Webhook.objects.create(name=str(number), form="json", url="x", events=["reminder"], **stamp)
            evening_of = Episode.objects.get(number=number)
            reminder = Reminder.objects.create(episode=evening_of, kind="soon", due_at=now, **stamp)
            first = Webhook.objects.order_by("pk").first()
            for told, key in ((hook, "own"), (first, "first")):
                keys = {"key": f"{key}-{number}", "kind": "reminder", "reminder": reminder}
                Delivery.objects.create(webhook=told, created_at=now, sent_at=now, **keys)

    return fill


def test_what_an_episode_holds_costs_no_query(client, make, organizer):
    keeper = Client()
    keeper.force_login(organizer.user)

    def count(code):
        return [{page: queries(who, page.format(code=code)) for page in PAGES} for who in (client, keeper)]

    make.wide(30, items=5, questions=5)
    few = count("030")
    make.wide(31, items=200, questions=60)
    many = count("031")
    assert many == few
    assert {page: n for page, n in many[0].items() if n > PAGES[page]} == {}


def test_a_longer_record_costs_no_query(client, organizer, fill, make, now):
    """Pages, lists of the API and what keepers see, of the same record: it is what takes long to make."""
    make.wide(500, items=3, questions=3)
    episode = Episode.objects.get(code="500")
    stamp = {"created_at": now, "changed_at": now}
    for kind in ReminderKind.values:
        Reminder.objects.create(episode=episode, kind=kind, due_at=now, **stamp)
    fill(1, FEW + 1)
    hook = Webhook.objects.order_by("pk").first().pk
    keeper = Client()
    keeper.force_login(organizer.user)

    def count():
        pages = {page: queries(client, page.format(code="500")) for page in PAGES}
        kept = {page: queries(keeper, page.format(hook=hook)) for page in OF_KEEPERS}
        return pages, kept, {address: _list_queries(address, client, keeper) for address in LISTS}

    for _warm in range(2):
        few = count()
    fill(FEW + 1, MANY + 1)
    Delivery.objects.filter(key__startswith="own").update(reminder=Reminder.objects.filter(episode=episode).first())
    assert count() == few
    _pages, kept, lists = few
    assert {page: n for page, n in kept.items() if n > OF_KEEPERS[page]} == {}
    assert {address: n for address, n in lists.items() if n > LIST_LIMIT} == {}


def _list_queries(address, client, keeper):
    """What a list costs who may see it, without session, user and person of the one who asks."""
    if any(f"/{name}/" in address for name in OF_ORGANIZERS):
        return queries(keeper, address) - 3
    return queries(client, address)


@pytest.fixture
def desk(organizer, member, now):
    """A number that is under way after three that one person hosted, with rows of everything the desk counts."""
    values = {"kind": "regular", "created_at": now, "changed_at": now}
    stamp = {"position": 1, "created_at": now, "changed_at": now}
    for number in range(1, 5):
        starts_at = now + timedelta(days=7 * number - 27)
        state = "collecting" if number == 4 else "published"
        code = f"{number:03d}"
        row = Episode.objects.create(number=number, code=code, state=state, starts_at=starts_at, **values)
        Hosting.objects.create(episode=row, person=member, name=member.name, role="host", **stamp)

    def desk(first, last):
        for number in range(first, last):
            place = {**stamp, "position": number}
            section = Section.objects.create(episode=row, kind="custom", title=f"第{number}块", minutes=1, **place)
            for state in ("nominated", "accepted"):
                Item.objects.create(section=section, state=state, title="一条", minutes=5, **place)
            asked = Question.objects.create(episode=row, serial=number, body="问", asker=organizer, **place)
            Answer.objects.create(question=asked, body="答", **place)
            earlier = Question.objects.create(episode_id=row.pk - 1, serial=number, body="问", **place)
            carried = {"question": earlier, "episode": row, "reason": "unanswered"}
            Carry.objects.create(**carried, created_at=now, changed_at=now)
            Question.objects.create(episode=row, serial=1000 + number, body="没答", **place)
            event = Event.objects.create(
                at=now + timedelta(hours=2), by="person", person=organizer, verb="ask", target_kind="question"
            )
            KeptRow.objects.create(event=event, episode=row, kind="question", key=str(asked.pk))

    return desk


def test_the_desk_costs_twelve_queries(client, member, desk, now):
    client.force_login(member.user)
    pages = ("/dashboard/", "/dashboard/?text=rescue", "/dashboard/hand-off/")
    desk(1, FEW + 1)
    with time_machine.travel(now, tick=False) as clock:
        assert queries(client, "/dashboard/") <= 12  # the first look, which is noted
        clock.shift(3600)
        assert queries(client, "/dashboard/") <= 12  # a new visit, with what has changed since, and the hint
        few = {page: queries(client, page) for page in pages}
        desk(FEW + 1, MANY + 1)
        assert {page: queries(client, page) for page in pages} == few
    assert {page: count for page, count in few.items() if count > 12} == {}


def test_a_longer_queue_and_more_answers_cost_no_query(client, organizer, member, now):
    room = boardroom(now=now, host=member)
    first = questions.ask(episode=room.episode, body="有多少答？", by=member, now=now)

    def fill(start, end):
        for n in range(start, end):
            asked = questions.ask(episode=room.episode, body=f"第 {n} 问", by=organizer, now=now)
            said = questions.answer(question=first, body=f"第 {n} 答", author=f"群友{n}", by=organizer, now=now)
            moderation.report(row=said, reason="广告", by=member, now=now)
            moderation.hide(row=asked, by=organizer, now=now)
            waits = questions.ask(episode=room.episode, body=f"等着的 {n}", by=organizer, now=now)
            Question.objects.filter(pk=waits.pk).update(review="waiting", deleted_at=now)

    pages = ("/episodes/021/questions/", f"/q/{first.public_id}/", "/episodes/021/ask/")

    def count():
        found = {}
        for person in (member, organizer):
            client.force_login(person.user)
            found |= {(person.name, page): queries(client, page) for page in pages}
        return found

    fill(0, 2)
    few = count()
    fill(2, 12)
    assert count() == few
    assert {page: n for page, n in few.items() if n > 22} == {}


def test_a_longer_history_costs_no_query(client, organizer, member, now):
    room = boardroom(now=now, host=organizer)

    def acts(first, last):
        for n in range(first, last):
            row = nominate(room, member, now, url=f"https://blog.example/{n}", text=f"第 {n} 条")
            row = item_edits.edit(item=row, version=None, values={"title": f"改 {n}"}, by=organizer, now=now)
            asked = questions.ask(episode=room.episode, body=f"第 {n} 问", by=member, now=now)
            questions.edit_question(question=asked, version=1, body=f"再问 {n}", by=member, now=now)
            questions.answer(question=asked, body=f"第 {n} 答", by=member, now=now)
            item_edits.remove(item=row, version=None, by=organizer, now=now)

    pages = ("", "?kind=item", "?person=小满", f"?section={room.news.pk}")
    addresses = [f"/episodes/021/history/{page}" for page in pages]

    def count():
        found = {}
        for person in (member, organizer):
            client.force_login(person.user)
            found |= {(person.name, address): queries(client, address) for address in addresses}
        event = (
            KeptRow.objects.filter(episode=room.episode, kind="question")
            .order_by("event")
            .values_list("event", flat=True)[0]
        )
        found["restore"] = queries(client, f"/episodes/021/history/{event}/restore/")
        return found

    with time_machine.travel(now, tick=False):
        acts(0, FEW)
        few = count()
        acts(FEW, MANY)
        assert count() == few
    assert max(few.values()) <= HISTORY_LIMIT, few


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
