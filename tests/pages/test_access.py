"""Closed by default: what nobody may see or do unless a rule says so, tried through every door."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from members.models import Person, Token
from papers.models import Paper
from talks.models import Answer, Episode, EpisodeState, Item, Question, Section
from tests.pages.conftest import document, item, put, question, section

ROOT = Path(__file__).resolve().parents[2]
SECRET = "只有草稿里有"
RESOURCES = (
    *("episodes", "sections", "items", "claims", "suggestions", "questions", "answers", "recordings", "templates"),
    *("people", "papers", "mentions"),
)
# Every form of the site that changes something, and the page it stands on.
FORMS = (
    *("/episodes/021/ask/", "/q/020-1/", "/settings/tokens/", "/settings/tokens/1/revoke/", "/import/"),
    *("/episodes/021/state/", "/plan/", "/claim/sections/1/", "/claim/1/release/", "/claim/1/hand-over/"),
    *("/episodes/021/board/act/", "/episodes/021/board/items/1/", "/episodes/021/board/items/1/arrange/", "/submit/"),
    "/q/020-1/move/",
    *("/episodes/021/outbox/", "/webhooks/", "/webhooks/1/", "/webhooks/1/pause/", "/webhooks/1/resume/"),
    *("/webhooks/1/remove/", "/webhooks/1/test/", "/deliveries/1/replay/"),
    *("/claim/owners/1/skip/", "/claim/owners/1/unskip/", "/claim/owners/1/disown/", "/notifications/"),
    *("/templates/edit/", "/templates/own/", "/calendar/set/", "/calendar/remove/", "/calendar/break/"),
    *(
        "/calendar/resume/",
        "/inbox/act/",
        "/import/store/",
        "/accounts/login/",
        "/accounts/logout/",
        "/accounts/password/change/",
    ),
    *("/settings/profile/", "/settings/erase/", "/invitations/", "/invitations/1/revoke/", "/aliases/apart/"),
    *(
        "/people/渡口/claim/",
        "/people/渡口/manage/rename/",
        "/people/渡口/manage/suspend/",
        "/aliases/requests/1/approve/",
    ),
    *("/accounts/signup/", "/accounts/reauthenticate/", "/accounts/2fa/totp/activate/", "/accounts/2fa/authenticate/"),
    *("/inbox/act/", "/import/store/", "/accounts/login/", "/accounts/logout/", "/accounts/password/change/"),
)
OUTSIDE = (
    *("https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "http:evil.example"),
    *("javascript:alert(1)", "data:text/html,x", "///evil.example", "/%09/evil.example", "https:evil.example"),
    *(
        "http://testserver@evil.example/",
        "http://testserver.evil.example/",
        " https://evil.example/",
        "\thttps://evil.example",
    ),
)


@pytest.fixture
def draft(make, now):
    """An evening with the secret in every field, that is a draft."""
    entry = item(
        f"{SECRET}标题",
        "https://example.org/secret",
        group=SECRET,
        body=f"{SECRET} https://arxiv.org/abs/2401.77777",
        papers=["2401.77777"],
        author=SECRET,
        contributors=["渡口"],
    )
    episode = put(
        document(
            77,
            title=SECRET,
            starts_at="2099-03-07T21:00:00+08:00",
            hosts=["渡口"],
            highlights=[SECRET],
            labels=[{"label": "缘起", "text": SECRET}],
            recordings=[{"title": SECRET, "url": "https://example.org/v", "platform": "other", "offset_seconds": 1}],
            intro=[{"title": SECRET, "level": 2, "body": SECRET}],
            sections=[
                section(
                    *("news", SECRET),
                    items=[entry],
                    brief=SECRET,
                    theme=SECRET,
                    leads=["渡口"],
                    nominations=[SECRET],
                    suggestions=[SECRET],
                    body=SECRET,
                )
            ],
            questions=[
                question(SECRET, number=1, asker="渡口", answers=[("渡口", SECRET)], follow_ups=[question(SECRET)])
            ],
            references=[{"title": SECRET, "url": "https://arxiv.org/abs/2401.77777"}],
            plans=[{"body": SECRET, "priority": None}],
            appendix=[{"title": SECRET, "level": 2, "body": SECRET}],
        ),
        now=now,
    )
    Episode.objects.filter(pk=episode.pk).update(state=EpisodeState.DRAFT)
    return episode


def addresses_of(episode):
    """Every address that could show something of an episode."""
    code = episode.code
    questions = [row.public_id for row in Question.objects.filter(episode=episode).select_related("episode")]
    found = [f"/episodes/{code}{end}" for end in ("/", ".md", ".zhihu.md", ".json", "/ask/", "/state/")]
    found += [f"/q/{each}/" for each in questions] + ["/papers/2401.77777/"]
    found += [f"/api/v1/episodes/{code}/{end}" for end in ("", "document/", "export/?to=github")]
    found += [f"/api/v1/questions/{each}/?expand=answers" for each in questions]
    for name, table, path in (("sections", Section, "episode"), ("items", Item, "section__episode")):
        found += [
            f"/api/v1/{name}/{pk}/" for pk in table.objects.filter(**{path: episode}).values_list("pk", flat=True)
        ]
    answers = Answer.objects.filter(question__episode=episode).values_list("pk", flat=True)
    return [*found, *(f"/api/v1/answers/{pk}/" for pk in answers)]


def lists():
    found = ["/", "/claim/", "/episodes/", "/papers/", "/people/", "/nope/", "/episodes/999/", "/q/077-9/"]
    found += [person.get_absolute_url() for person in Person.objects.all()]
    shown = ("hosted", "edited", "led", "answers", "questions", "items")
    found += [f"{Person.objects.get(name='渡口').get_absolute_url()}?show={key}" for key in shown]
    found += [paper.get_absolute_url() for paper in Paper.objects.exclude(arxiv_id="2401.77777")]
    for name in RESOURCES:
        found += [f"/api/v1/{name}/?page_size=100", f"/api/v1/{name}/?page_size=100&episode=077"]
    return found


@pytest.mark.parametrize("who", ["nobody", "member"])
def test_nothing_of_a_draft_is_seen(site, draft, member, who):
    client = Client()
    if who == "member":
        client.force_login(member.user)
    for path in addresses_of(draft):
        assert client.get(path).status_code == 404, path
    for path in lists():
        said = client.get(path).content.decode()
        assert SECRET not in said, path
        assert "2401.77777" not in said, path
        assert "/episodes/077/" not in said, path
    assert client.post("/episodes/077/ask/", {"body": "x"}).status_code == 404
    assert client.post("/q/077-1/", {"body": "x"}).status_code == 404


def test_organizers_see_a_draft(site, draft, organizer):
    client = Client()
    client.force_login(organizer.user)
    for path in addresses_of(draft):
        assert client.get(path).status_code == 200, path


def test_a_suspended_person_reads_and_does_nothing_else(signed_in, site, member, organizer):
    Token.objects.create(user=member.user, scope="write", digest=Token.digest_of("olt_x"), created_at=timezone.now())
    member.user.suspended_at = timezone.now()
    member.user.save()
    before = Question.objects.count(), Answer.objects.count(), Token.objects.count()
    assert signed_in.get("/episodes/020/").status_code == 200
    for path, data in (
        ("/episodes/021/ask/", {"body": "还想问"}),
        ("/q/020-1/", {"body": "还想答"}),
        ("/settings/tokens/", {"name": "x", "scope": "read"}),
        ("/import/", {"text": "# OpenLLM Talk 231"}),
        ("/import/store/", {"upload": "x"}),
    ):
        assert signed_in.post(path, data).status_code == 403, path
    bearer = {"Authorization": "Bearer olt_x"}
    assert signed_in.get("/api/v1/episodes/", headers=bearer).status_code == 200
    for path, body in (
        ("questions", {"episode": "021", "body": "x"}),
        ("answers", {"question": "020-1", "body": "x"}),
        ("imports", document(231)),
    ):
        sent = Client().post(f"/api/v1/{path}/", json.dumps(body), content_type="application/json", headers=bearer)
        assert sent.status_code == 403, path
    assert (Question.objects.count(), Answer.objects.count(), Token.objects.count()) == before


@pytest.mark.parametrize("path", FORMS)
def test_every_form_wants_its_token(site, organizer, path):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(organizer.user)
    assert strict.post(path, {"body": "x"}).status_code == 403
    foreign = {"HTTP_ORIGIN": "https://evil.example"}
    strict.get("/episodes/021/ask/")
    token = strict.cookies["csrftoken"].value
    sent = strict.post(path, {"body": "x", "csrfmiddlewaretoken": token}, **foreign)
    assert sent.status_code == 403


def test_the_api_wants_the_token_of_a_session_too(site, member):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(member.user)
    body = json.dumps({"episode": "021", "body": "x"})
    assert strict.post("/api/v1/questions/", body, content_type="application/json").status_code == 403
    assert not Question.objects.filter(body="x").exists()


@pytest.mark.parametrize(
    "path", ["/import/", "/import/store/", "/admin/", "/admin/talks/episode/", "/admin/members/user/"]
)
def test_organizers_pages(client, site, member, path):
    assert client.get(path, follow=True).redirect_chain[-1][0].startswith("/accounts/login/?next=")
    client.force_login(member.user)
    assert client.get(path, follow=True).status_code in (403, 405)
    for resource in ("events", "jobs", "imports"):
        assert client.get(f"/api/v1/{resource}/").status_code == 403


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_way_leads_out_of_the_site(client, site, member, password, path):
    signed_out = client.post("/theme/", {"next": path, "theme": "dark"})["Location"]
    spoken = client.post("/language/", {"next": path, "language": "en"}, headers={"Referer": path})["Location"]
    signed_in = client.post("/accounts/login/", {"login": "小满", "password": password, "next": path})
    assert signed_in.status_code == 302
    left = client.post("/accounts/logout/", {"next": path})["Location"]
    by_admin = client.get("/admin/login/", {"next": path}, follow=False)["Location"]
    assert by_admin.startswith("/accounts/login/?next=")
    for location in (signed_out, spoken, signed_in["Location"], left):
        assert location.startswith("/"), (path, location)
        assert not location.startswith(("//", "/\\")), (path, location)


def test_a_session_is_new_after_signing_in_and_gone_after_signing_out(client, site, member, password):
    client.post("/episodes/021/ask/", {"body": "先写下来"})
    before = client.cookies["sessionid"].value
    client.post("/accounts/login/", {"login": "小满", "password": password})
    after = client.cookies["sessionid"].value
    assert after != before
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert "_auth_user_id" not in stolen.session
    client.post("/accounts/logout/")
    stolen.cookies["sessionid"] = after
    assert "_auth_user_id" not in stolen.session


def test_a_new_password_ends_the_other_sessions(client, site, member, password):
    other = Client()
    other.force_login(member.user)
    client.force_login(member.user)
    new = "a quite different horse"
    sent = client.post("/accounts/password/change/", {"oldpassword": password, "password1": new, "password2": new})
    assert sent.status_code == 302
    assert client.get("/").context["user"].is_authenticated
    assert not other.get("/").context["user"].is_authenticated


def test_a_key_is_shown_once_and_kept_as_a_digest(signed_in, site, member, organizer):
    made = signed_in.post("/settings/tokens/", {"name": "x", "scope": "write"})
    key = made.context["key"]
    assert key in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    row = Token.objects.get()
    assert row.digest == Token.digest_of(key)
    assert key not in json.dumps([str(value) for value in vars(row).values()])
    looking = Client()
    looking.force_login(organizer.user)
    for client, path in (
        (signed_in, "/settings/tokens/"),
        (signed_in, "/api/v1/tokens/"),
        (looking, f"/admin/members/token/{row.pk}/change/"),
        (looking, "/api/v1/events/"),
    ):
        said = client.get(path).content.decode()
        assert key not in said
        assert row.digest not in said


@pytest.mark.parametrize(
    "path", ["/", "/accounts/login/", "/import/", "/api/v1/docs/", "/api/v1/episodes/", "/episodes/020.md"]
)
def test_headers_of_every_reply(site, organizer, path):
    client = Client()
    client.force_login(organizer.user)
    response = client.get(path)
    assert response["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_foreign_host_is_refused_and_never_repeated(client, site):
    for host in ("evil.example", "testserver.evil.example", "testserver@evil.example", "evil.example:80"):
        assert client.get("/", headers={"Host": host}).status_code == 400, host
    said = client.get("/episodes/020/", headers={"X-Forwarded-Host": "evil.example", "X-Host": "evil.example"})
    assert "evil.example" not in said.content.decode()
    assert '<link rel="canonical" href="http://localhost:8000/episodes/020/">' in said.content.decode()


def test_production_settings():
    """Cookies only over https, https for a year, and no way around it."""
    code = (
        "from django.conf import settings as s; import json; print(json.dumps([s.SESSION_COOKIE_SECURE,"
        "s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SECURE_SSL_REDIRECT,"
        "s.SECURE_HSTS_SECONDS >= 31536000, s.DEBUG, s.ALLOWED_HOSTS, getattr(s, 'SECURE_PROXY_SSL_HEADER', None)]))"
    )
    environ = {
        "DEBUG": "false",
        "SECRET_KEY": "x" * 50,
        "ALLOWED_HOSTS": "talk.example",
        "SITE_URL": "https://talk.example",
    }
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        check=True,
    )
    assert json.loads(found.stdout) == [True, True, True, True, True, True, False, ["talk.example"], None]
