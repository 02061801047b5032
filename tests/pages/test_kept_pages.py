"""Kept pages: made once for a revision of the record, never old, never somebody else's."""

import gzip
import importlib
import inspect
import json
import pkgutil
import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib import messages
from django.core.cache import caches
from django.db import connection, transaction
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils.http import quote_etag

import members.actions
import news.actions
import papers.actions
import talks.actions
from config import urls
from members.actions import idempotency, invitations, people, profile, requests, revisions, tokens
from members.actors import SYSTEM
from members.models import Person, Revision, Role, User
from news.models import NewsItem
from papers.actions import facts
from papers.facts import PaperFacts
from talks.actions import chats, html, imports, questions, sample, triage
from talks.documents.chat_questions import Asked, Told
from talks.models import Answer, Episode, EpisodeState, Question, Section
from talks.views import kept as pages
from talks.views.kept import kept
from tests.pages.conftest import rich
from tests.pages.kept_acts import ON_WHAT_STANDS as NEWS_AND_LISTS
from tests.pages.kept_after import ON_AFTER
from tests.pages.kept_asking import ON_ASKING
from tests.pages.kept_history import ON_HISTORY
from tests.pages.kept_items import ON_ITEMS
from tests.pages.kept_others import OTHERS
from tests.pages.kept_questions import ON_QUESTIONS
from tests.pages.kept_week import OF_THE_WEEK
from tests.talks.newsroom import source, tell

KEPT = [
    *("/", "/episodes/", "/episodes/020/", "/episodes/020.md", "/episodes/020.zhihu.md", "/episodes/020.json"),
    *("/papers/", "/papers/2108.12409/", "/people/", "/people/渡口/"),
    *("/calendar.ics", "/feeds/episodes.atom", "/feeds/questions.atom"),
]


def queries(client, address, **headers):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, headers=headers)
    return [query["sql"] for query in captured], response


def number_kept():
    return len(caches["pages"]._cache)


def as_file(document):
    return {"data": json.dumps(document, ensure_ascii=False).encode(), "name": f"{document['code']}.json"}


@pytest.mark.parametrize("address", KEPT)
def test_the_second_visitor_costs_one_query_and_gets_the_same(client, site, address):
    first = client.get(address)
    asked, again = queries(client, address)
    assert len(asked) == 1, asked
    assert "members_revision" in asked[0]
    assert again.content == first.content
    assert dict(again.items()) == dict(first.items())


@pytest.mark.parametrize("address", KEPT)
def test_who_has_the_page_is_told_so_before_it_is_made(client, site, address):
    tag = client.get(address)["ETag"]
    caches["pages"].clear()
    asked, again = queries(client, address, if_none_match=f'"other", {tag}')
    assert again.status_code == 304
    assert again.content == b""
    assert len(asked) == 1, asked
    assert again["ETag"] == tag
    assert "Cookie" in again["Vary"]
    assert client.get(address, headers={"if-none-match": quote_etag("other")}).status_code == 200


def test_the_tag_of_one_page_is_not_that_of_another(client, site):
    tags = [client.get(address)["ETag"] for address in KEPT]
    assert len(set(tags)) == len(KEPT)


def test_a_star_is_no_page_that_is_not_there(client, site):
    assert client.get("/episodes/999/", headers={"if-none-match": "*"}).status_code == 404


# ── Never old ───────────────────────────────────────────────────────────────


def _change(document):
    document["sections"][0]["brief"] = "换一句"
    return document


def _own(rows, **author):
    """A row that this person wrote in an open episode, made so behind the back of the record."""
    Episode.objects.update(state=EpisodeState.COLLECTING)
    rows.update(**author, is_by_name=False)
    return rows[0]


def _file_a_story(now):
    """An organizer files a story into the open evening."""
    user = people.create_user(
        username="收件人", password="correct horse battery", role=Role.ORGANIZER, by=SYSTEM, now=now
    )
    tell(source("blog", now=now), "https://blog.example/a", now=now)
    section = Section.objects.filter(episode__code="021", kind="news").get()
    triage.take(story=NewsItem.objects.get(), section=section, group="学术", by=user.person, now=now)


ON_WHAT_STANDS = {**ON_ASKING, **NEWS_AND_LISTS, **OF_THE_WEEK, **ON_ITEMS, **ON_HISTORY, **ON_AFTER, **ON_QUESTIONS}


def _known():
    return Person.objects.get(name="渡口")


# Every action that changes what a page shows.
ACTS = {
    "talks.actions.questions.ask": lambda by, now: questions.ask(
        episode=Episode.objects.get(code="021"), body="新的问题？", by=by, now=now
    ),
    "talks.actions.questions.answer": lambda by, now: questions.answer(
        question=Question.objects.filter(episode__code="020")[0], body="新的回答。", by=by, now=now
    ),
    "talks.actions.chats.import_chat": lambda by, now: chats.import_chat(
        episode=Episode.objects.get(code="020"),
        asked=[Asked("阿岚", "群里的新问题？", [1], [Told("渡口", "群里的新回答。", [2])])],
        by=SYSTEM,
        now=now,
    ),
    "talks.actions.questions.edit_question": lambda by, now: questions.edit_question(
        question=_own(Question.objects.filter(episode__code="021"), asker=by),
        version=1,
        body="换一问？",
        by=by,
        now=now,
    ),
    "talks.actions.questions.edit_answer": lambda by, now: questions.edit_answer(
        answer=_own(Answer.objects.filter(question__episode__code="020"), author=by),
        version=1,
        body="换一答。",
        by=by,
        now=now,
    ),
    "talks.actions.imports.import_file": lambda by, now: imports.import_file(
        **as_file(_change(rich())), by=SYSTEM, now=now
    ),
    "talks.actions.triage.take": lambda by, now: _file_a_story(now),
    "talks.actions.sample.load_sample": lambda by, now: sample.load_sample(by=SYSTEM, now=now),
    "talks.actions.html.rerender": lambda by, now: html.rerender(batch=10),
    "members.actions.people.create_user": lambda by, now: people.create_user(
        username="新人", password="correct horse battery", role=Role.MEMBER, by=SYSTEM, now=now
    ),
    "members.actions.invitations.invite": lambda by, now: invitations.invite(purpose="join", by=SYSTEM, now=now),
    "members.actions.invitations.enter": lambda by, now: invitations.enter(
        key=invitations.invite(purpose="ask", target="021", by=SYSTEM, now=now).key, name="路人", now=now
    ),
    "members.actions.invitations.join": lambda by, now: invitations.join(
        key=invitations.invite(purpose="join", by=SYSTEM, now=now).key, user=User(username="新人"), now=now
    ),
    "members.actions.profile.edit_profile": lambda by, now: profile.edit_profile(
        person=by, version=1, by=by, now=now, bio="新的介绍"
    ),
    "members.actions.profile.erase": lambda by, now: profile.erase(person=by, typed="小满", by=by, now=now),
    "members.actions.requests.request_person": lambda by, now: requests.request_person(
        person=_known(), message="", by=by, now=now
    ),
    "members.actions.people.find_or_name": lambda by, now: people.find_or_name(["新名字"], by=SYSTEM, now=now),
    "members.actions.revisions.touch": lambda by, now: revisions.touch(),
    "papers.actions.facts.store_facts": lambda by, now: facts.store_facts(
        [PaperFacts(arxiv_id="2108.12409", source="hf", upvotes=3, upvotes_on=now.date())], by=SYSTEM, now=now
    ),
    "papers.actions.facts.mark_missing": lambda by, now: facts.mark_missing(["2108.12409"], by=SYSTEM, now=now),
}


def test_every_action_is_known_here():
    found = set()
    for package in (members.actions, papers.actions, news.actions, talks.actions):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for name, value in vars(importlib.import_module(module.name)).items():
                if inspect.isfunction(value) and value.__module__ == module.name and not name.startswith("_"):
                    found.add(f"{module.name}.{name}")
    assert found == set(ACTS) | set(ON_WHAT_STANDS) | OTHERS


@pytest.mark.parametrize("address", KEPT)
def test_a_touched_record_makes_every_page_anew(client, site, address):
    before = {address: client.get(address)}
    revisions.touch()
    _are_all_new(client, before)


# With the test above, a page and an export say of every act what the others would; the proof asks for all of them.
each_of_two_and_of_all = pytest.mark.parametrize(
    "addresses",
    [
        pytest.param(["/episodes/", "/episodes/020.json"], id="two"),
        pytest.param(KEPT, id="all", marks=pytest.mark.proof),
    ],
)


@each_of_two_and_of_all
@pytest.mark.parametrize("act", ACTS)
def test_a_write_shows_at_once(client, site, member, now, settings, tmp_path, act, addresses):
    settings.DEBUG, settings.VAR_DIR = True, tmp_path
    before = {address: client.get(address) for address in addresses}
    ACTS[act](member, now)
    _are_all_new(client, before)


@each_of_two_and_of_all
@pytest.mark.parametrize("act", ON_WHAT_STANDS)
def test_a_write_on_news_and_lists_shows_at_once(client, site, organizer, now, act, addresses):
    prepare, do = ON_WHAT_STANDS[act]
    standing = prepare(organizer, now)
    before = {address: client.get(address) for address in addresses}
    do(standing, organizer, now)
    _are_all_new(client, before)


def _are_all_new(client, before):
    for address, first in before.items():
        asked, again = queries(client, address, if_none_match=first["ETag"])
        assert again.status_code == 200, address
        assert again["ETag"] != first["ETag"], address
        assert len(asked) > 1, address


def test_what_was_removed_is_gone_at_once(client, db, now, settings, tmp_path):
    settings.DEBUG, settings.VAR_DIR = True, tmp_path
    sample.load_sample(by=SYSTEM, now=now)
    shown = client.get("/episodes/101/")
    assert shown.status_code == 200
    sample.remove_sample(by=SYSTEM, now=now)
    assert client.get("/episodes/101/", headers={"if-none-match": shown["ETag"]}).status_code == 404


def test_the_new_text_is_on_the_page(client, site, member, now):
    client.get("/episodes/021/")
    made = questions.ask(episode=site["coming"], body="刚刚想到的问题", by=member, now=now)
    assert "刚刚想到的问题" in client.get("/episodes/021/").content.decode()
    questions.answer(question=made, body="刚刚想到的回答", by=member, now=now)
    assert "刚刚想到的回答" in client.get("/episodes/021/").content.decode()


def test_reading_and_keys_leave_the_pages_alone(client, site, member, now):
    first = client.get("/")
    idempotency.begin(user=member.user, key="k", digest="d", now=now)
    stamp = Revision.objects.stamp()
    client.get("/people/")
    assert Revision.objects.stamp() == stamp
    assert client.get("/", headers={"if-none-match": first["ETag"]}).status_code == 304
    tokens.create_token(user=member.user, scope="read", name="", by=member, now=now)
    assert client.get("/").status_code == 200


@pytest.fixture
def own_view(monkeypatch):
    """Put one kept view of the test's own at /own/."""

    def put(view):
        monkeypatch.setattr(urls, "urlpatterns", [path("own/", kept(view)), *urls.urlpatterns])
        from django.urls import clear_url_caches

        clear_url_caches()

    yield put
    monkeypatch.undo()
    from django.urls import clear_url_caches

    clear_url_caches()


def test_a_write_while_the_page_is_made_is_not_missed(client, db, own_view):
    made = []

    def view(request):
        made.append(1)
        if len(made) == 1:
            revisions.touch()
        return HttpResponse(f"{len(made)}")

    own_view(view)
    assert [client.get("/own/").content for _ in range(3)] == [b"1", b"2", b"2"]


def test_home_counts_the_minutes(client, make):
    with time_machine.travel("2026-03-04T20:00:30+08:00", tick=False) as clock:
        make.coming(starts_at="2026-03-04T21:00:00+08:00")
        first = client.get("/")
        assert "1 小时" in first.content.decode()
        clock.shift(timedelta(seconds=20))
        assert client.get("/", headers={"if-none-match": first["ETag"]}).status_code == 304
        clock.shift(timedelta(seconds=20))
        again = client.get("/", headers={"if-none-match": first["ETag"]})
        assert again.status_code == 200
        assert "59 分" in again.content.decode()


def test_another_deployment_makes_its_own_pages(client, site, settings, tmp_path, monkeypatch):
    first = client.get("/")
    monkeypatch.setattr(pages, "release", lambda: "another")
    assert client.get("/", headers={"if-none-match": first["ETag"]}).status_code == 200
    monkeypatch.undo()
    settings.BASE_DIR = tmp_path
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "base.html").write_text("a")
    one = pages.release.__wrapped__()
    (tmp_path / "templates" / "base.html").write_text("b")
    two = pages.release.__wrapped__()
    settings.SITE_URL = "https://other.example"
    assert len({one, two, pages.release.__wrapped__()}) == 3


def test_a_mark_replaces_those_before_it(db):
    assert Revision.objects.stamp() == ""
    seen = []
    for _ in range(3):
        revisions.touch()
        seen.append(Revision.objects.stamp())
    assert len(set(seen)) == 3
    assert Revision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_writes_that_overlap_do_not_wait_and_both_show():
    """PostgreSQL only: SQLite lets one writer in at a time."""
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    revisions.touch()
    first = Revision.objects.stamp()
    inside, done = threading.Event(), threading.Event()

    def long_write():
        with transaction.atomic():
            revisions.touch()
            inside.set()
            assert done.wait(10)
        connection.close()

    thread = threading.Thread(target=long_write)
    thread.start()
    assert inside.wait(10)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
    revisions.touch()
    second = Revision.objects.stamp()
    done.set()
    thread.join()
    third = Revision.objects.stamp()
    assert len({first, second, third}) == 3
    revisions.touch()
    assert Revision.objects.count() == 1


# ── Never somebody else's ───────────────────────────────────────────────────


@pytest.mark.parametrize("address", KEPT)
def test_the_signed_in_get_their_own_page(client, signed_in, site, member, address):
    mine = signed_in.get(address)
    assert number_kept() == 0
    assert not mine.has_header("ETag")
    assert "private" in mine["Cache-Control"]
    client.logout()
    theirs = client.get(address)
    assert number_kept() == 1
    client.force_login(member.user)
    again = client.get(address, headers={"if-none-match": theirs["ETag"]})
    assert again.status_code == 200
    if mine["Content-Type"].startswith("text/html"):
        assert "我的页面：小满" in again.content.decode()
        assert "小满" not in theirs.content.decode() or "我的页面" not in theirs.content.decode()


def test_a_message_is_its_readers(client, site, own_view):
    def view(request):
        messages.info(request, "只给一个人看")
        return HttpResponse("said")

    own_view(view)
    said = client.get("/own/")
    assert "messages" in said.cookies
    assert number_kept() == 0
    shown = client.get("/")
    assert "只给一个人看" in shown.content.decode()
    assert not shown.has_header("ETag")
    assert number_kept() == 0
    assert "只给一个人看" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    "view",
    [
        lambda request: HttpResponse(get_token(request)),
        lambda request: HttpResponse(request.session.__setitem__("draft", "text") or "kept"),
        lambda request: HttpResponse("private", headers={"Cache-Control": "private"}),
        lambda request: HttpResponse("gone", status=410),
        lambda request: HttpResponse("", status=302, headers={"Location": "/"}),
    ],
    ids=["token", "session", "private", "gone", "redirect"],
)
def test_what_is_one_visitors_is_not_kept(client, db, own_view, view):
    own_view(view)
    response = client.get("/own/")
    client.cookies.clear()
    client.get("/own/")
    assert number_kept() == 0
    assert not response.get("ETag", "").startswith("W/")


def test_a_token_of_an_earlier_form_does_not_get_into_a_page(client, site):
    client.get("/q/020-1/")
    assert client.cookies["csrftoken"].value
    with_cookie = client.get("/episodes/020/")
    client.cookies.clear()
    assert client.get("/episodes/020/").content == with_cookie.content
    assert b"csrfmiddlewaretoken" not in with_cookie.content


@pytest.mark.parametrize("address", ["/q/020-1/", "/episodes/021/ask/", "/accounts/login/", "/robots.txt", "/healthz"])
def test_forms_and_the_like_are_made_anew(client, site, address):
    client.get(address)
    assert number_kept() == 0


def test_no_page_names_the_host_it_was_asked_at(client, site, settings):
    settings.ALLOWED_HOSTS = ["*"]
    for address in KEPT:
        assert b"odd.example" not in client.get(address, headers={"host": "odd.example"}).content, address


# ── Every wish its own, and no more than there are pages ────────────────────


def test_language_and_theme_have_their_own_pages(client, site):
    seen = set()
    for cookies in ({}, {"django_language": "en"}, {"theme": "dark"}, {"theme": "light", "django_language": "en"}):
        client.cookies.clear()
        for name, value in cookies.items():
            client.cookies[name] = value
        response = client.get("/people/")
        assert client.get("/people/").content == response.content
        assert {"Cookie", "Accept-Encoding"} <= set(response["Vary"].split(", "))
        seen.add((response.content, response["ETag"]))
    assert len(seen) == 4
    assert number_kept() == 4
    for odd in ("<b>", "DARK", "x" * 3000):
        client.cookies.clear()
        client.cookies["theme"] = odd
        client.get("/people/")
    assert number_kept() == 4


def test_addresses_of_ones_own_making_are_not_kept(client, site):
    for n in range(20):
        for address in (f"/?{n}", f"/episodes/?page={n}", f"/people/?x={n}", f"/episodes/{n + 500}/", f"/nope/{n}/"):
            client.get(address)
    assert number_kept() == 0
    page = client.get("/episodes/?kind=special")
    assert "怎么办好一场夜谈" in page.content.decode()
    assert client.get("/episodes/?kind=special", headers={"if-none-match": page["ETag"]}).status_code == 304
    assert client.get("/episodes/", headers={"if-none-match": page["ETag"]}).status_code == 200


def test_a_large_page_is_not_kept(client, db, own_view):
    own_view(lambda request: HttpResponse("x" * (pages.LARGEST + 1)))
    assert client.get("/own/").status_code == 200
    assert number_kept() == 0


def test_other_spellings_lead_on_as_before(client, site):
    assert client.get("/episodes/20/").status_code == 301
    assert client.get("/episodes/20/").status_code == 301
    Person.objects.filter(name="Nora").update(merged_into=Person.objects.get(name="小满"))
    assert client.get("/people/nora/").status_code == 302
    assert number_kept() == 0


# ── HTTP ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        *((sent, True) for sent in ("gzip", "GZip", "br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip; q=0.001", "gzip;q=1")),
        *(
            (sent, False)
            for sent in ("", "br", "gzip;q=0", "gzip ; q=0.000, br", "identity, gzip;q=0.", "xgzip", "gzip-x")
        ),
    ],
)
def test_who_refuses_packed_pages_gets_plain_ones(client, site, accepted, is_packed):
    response = client.get("/episodes/020/", headers={"accept-encoding": accepted})
    assert response.has_header("Content-Encoding") == is_packed
    assert response.content.startswith(b"\x1f\x8b") == is_packed


def test_head_and_range(client, site):
    whole = client.get("/episodes/020/")
    for _ in range(2):
        head = client.head("/episodes/020/")
        assert head.status_code == 200
        assert head.content == b""
        assert head["Content-Length"] == str(len(whole.content))
        assert head["ETag"] == whole["ETag"]
        part = client.get("/episodes/020/", headers={"range": "bytes=0-9"})
        assert part.status_code == 200
        assert part.content == whole.content
    assert client.head("/episodes/020/", headers={"if-none-match": whole["ETag"]}).status_code == 304
    assert client.post("/episodes/020/").status_code == 405


@pytest.mark.parametrize("address", KEPT)
def test_pages_come_packed_to_who_takes_that(client, site, address):
    plain = client.get(address)
    assert not plain.has_header("Content-Encoding")
    for _ in range(2):
        packed = client.get(address, headers={"accept-encoding": "br, gzip"})
        assert packed["Content-Encoding"] == "gzip"
        assert packed["Content-Length"] == str(len(packed.content))
        assert gzip.decompress(packed.content) == plain.content


def test_what_holds_a_secret_is_never_packed(client, signed_in, site):
    for address in ("/", "/q/020-1/", "/episodes/020/"):
        assert not signed_in.get(address, headers={"accept-encoding": "gzip"}).has_header("Content-Encoding")
    client.logout()
    assert not client.get("/q/020-1/", headers={"accept-encoding": "gzip"}).has_header("Content-Encoding")
