"""Who asks anonymously is nowhere: not in the database file, logs, exports, admin, API, feeds and webhooks.

The proof runs the whole site as `make run` does, with an access log, behind a proxy, and sends as a visitor and as a
member whose every mark is unique; then it searches every byte for them. The quick one does the same inside the suite.
"""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from django.db import connection
from django.test import Client

from talks.actions import asking
from talks.models import AskingRules, Question
from tests.proof.anonymity import hits, misplaced, opened, rows_of, ties
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
ADDRESS, AGENT = "203.0.113.211", "Einzigartiger-Leser/47.11 (Mondgestein)"
HANDLE, EMAIL, PASSWORD = "独行夜归人七七", "duxing-yegui-7781@mail.example", "correct horse battery"
TEXTS = (
    "头一句独一无二的匿名提问？",
    "第二句独一无二的匿名提问？",
    "登录着问的独一无二的一句？",
    "登录着再问独一无二的一句？",
)
MORE = "又补上独一无二的半句"


def code_in(page):
    return re.search(r'<textarea class="return-code"[^>]*>([^<]+)<', page)[1]


# ── In the suite ────────────────────────────────────────────────────────────


@pytest.fixture
def raw(db):
    if connection.vendor != "sqlite":
        pytest.skip("the rows are searched in SQLite")
    return connection.connection


def _behave(client, *, reviewed):
    """Ask, be shown one's question, add, settle, withdraw, bring back and vote; return what must be nowhere."""
    secret = {"address": ADDRESS, "agent": AGENT}
    key = "sendekey" * 4
    page = client.post("/episodes/021/ask/", {"as": "nobody", "key": key, "body": TEXTS[0]}).content.decode()
    code = code_in(page)
    for act in ("look", "add", *(() if reviewed else ("settle", "unsettle")), "withdraw", "undo"):
        sent = client.post("/return/", {"code": code, "act": act, "body": MORE})
        assert sent.status_code == 200, sent.content.decode()
    client.post("/return/", {"code": "不是码"})
    return secret | {"key": key, "code": code, "code together": code.replace(" ", "")}


@pytest.mark.parametrize("reviewed", [True, False])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_no_row_says_who_asked_or_when(raw, site, member, now, reviewed, is_signed_in):
    AskingRules.objects.create(pk=1, is_reviewed=reviewed, created_at=now, changed_at=now)
    client = Client(REMOTE_ADDR=ADDRESS, headers={"user-agent": AGENT})
    secrets = {}
    if is_signed_in:
        client.force_login(member.user)
        secrets["session"] = client.cookies["sessionid"].value
    before = [row for table, row in rows_of(raw) if table == "django_session"]
    secrets |= _behave(client, reviewed=reviewed)
    if not is_signed_in:
        client.post("/q/020-2/vote/")
        secrets["voter"] = client.cookies["voter"].value
    assert misplaced(raw, secrets) == []
    assert not [
        where for table, row in rows_of(raw) for where in hits(str(row).encode(), {"address": ADDRESS, "agent": AGENT})
    ]
    assert [row for table, row in rows_of(raw) if table == "django_session"] == before
    asked = Question.objects.get(is_anonymous=True)
    assert ties(raw, ids=[asked.public_id], keys={asked.pk}, texts=[TEXTS[0], MORE]) == []


def test_the_search_finds_what_is_kept(raw, site, member, now, monkeypatch):
    """Faults that somebody could make: the asker, the actor, the second, the address kept after all."""
    client = Client(REMOTE_ADDR=ADDRESS, headers={"user-agent": AGENT})
    put, record = asking.put_question, asking.record

    def found():
        Question.objects.filter(body=TEXTS[0]).delete()
        client.post("/episodes/021/ask/", {"as": "nobody", "key": os.urandom(12).hex(), "body": TEXTS[0]})
        asked = Question.objects.get(body=TEXTS[0])
        tied = ties(raw, ids=[asked.public_id], keys={asked.pk}, texts=[TEXTS[0]])
        return tied, misplaced(raw, {"address": ADDRESS})

    assert found() == ([], [])
    monkeypatch.setattr(
        asking, "put_question", lambda **values: put(**values | {"asker": member, "is_anonymous": False})
    )
    assert "talks_question.asker_id" in str(found()[0])
    monkeypatch.setattr(
        asking, "put_question", lambda **values: put(**values | {"now": now.replace(minute=5, second=7)})
    )
    assert "talks_question.created_at" in str(found()[0])
    monkeypatch.setattr(asking, "put_question", lambda **values: put(**values | {"after": f"from {ADDRESS}"}))
    assert ("talks_question", "address", "text") in found()[1]
    monkeypatch.setattr(asking, "put_question", put)
    monkeypatch.setattr(asking, "record", lambda **values: record(**values | {"by": member}))
    assert "members_event.person_id" in str(found()[0])


def test_an_anonymous_question_exports_without_an_asker_and_comes_back_the_same(site, now, organizer):
    from members.actors import SYSTEM
    from talks.actions.imports import import_file

    AskingRules.objects.create(pk=1, is_reviewed=False, created_at=now, changed_at=now)
    client = Client()
    client.post("/episodes/021/ask/", {"as": "nobody", "body": TEXTS[0]})
    client.post("/episodes/021/ask/", {"as": "name", "name": "路过的小雨", "body": TEXTS[1], "sure": "1"})
    data = client.get("/episodes/021.json").content
    asked = {row["body"]: row["asker"] for row in json.loads(data)["questions"]}
    assert (asked[TEXTS[0]], asked[TEXTS[1]]) == (None, "路过的小雨")
    before = list(Question.objects.order_by("pk").values_list("pk", "body", "asker_name", "is_anonymous", "serial"))
    for _again in range(2):
        result = import_file(data=data, name="021.json", by=SYSTEM, now=now, replace=True)
        assert result.status in ("updated", "unchanged"), result
    after = list(Question.objects.order_by("pk").values_list("pk", "body", "asker_name", "is_anonymous", "serial"))
    assert after == before
    assert client.get("/episodes/021.json").content == data


# ── The whole site ──────────────────────────────────────────────────────────

SETUP = """
import json, sys
from datetime import timedelta
from allauth.account.models import EmailAddress
from django.utils import timezone
from members.actions import people
from members.actors import SYSTEM
from members.models import Role
from talks.actions import asking, questions, webhooks
from talks.models import Episode
hook, handle, email, password = json.loads(sys.argv[1])
now = timezone.now()
boss = people.create_user(username="主事人", password=password, role=Role.ORGANIZER, by=SYSTEM, now=now)
user = people.create_user(username=handle, password=password, role=Role.MEMBER, by=SYSTEM, now=now)
EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
type(user).objects.filter(pk=user.pk).update(email=email)
row = Episode.objects.create(number=900, code="900", state="collecting", starts_at=now.replace(minute=0, second=0, microsecond=0) + timedelta(days=2),
    created_at=now, changed_at=now)
questions.ask(episode=row, body="主事人署名问的一句？", by=boss.person, now=now)
webhooks.make_webhook(name="群", form="json", url=hook, events=["question_asked"], by=boss.person, now=now)
asking.set_asking(is_open=True, is_reviewed=False, by=boss.person, now=now)
"""


class Receiver(BaseHTTPRequestHandler):
    """The webhook's other end: keeps what it is told."""

    told: list[bytes] = []

    def do_POST(self):
        head = str(self.headers).encode()
        self.told.append(head + self.rfile.read(int(self.headers["content-length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        """Nothing."""


class Browser(requests.Session):
    """One who comes through the proxy from an address."""

    def __init__(self, base, *, address, agent):
        super().__init__()
        self.base, self.trust_env = base, False
        self.headers.update({"X-Forwarded-For": address, "User-Agent": agent})

    def at(self, path):
        return self.get(self.base + path, timeout=60)

    def fill(self, path, **values):
        """Post a form as its page would, with the token of the page."""
        token = self.cookies.get("csrftoken")
        headers = {"Referer": self.base + path}
        return self.post(self.base + path, data={**values, "csrfmiddlewaretoken": token}, headers=headers, timeout=60)

    def sign_in(self, name):
        self.at("/accounts/login/")
        self.fill("/accounts/login/", login=name, password=PASSWORD)
        assert self.cookies.get("sessionid")
        return self


PAGES = (
    *("/", "/episodes/", "/episodes/900/", "/episodes/900.md", "/episodes/900.zhihu.md", "/episodes/900.json"),
    *("/episodes/900/ask/", "/episodes/900/history/", "/episodes/900/board/", "/dashboard/", "/dashboard/statistics/"),
    *("/notifications/", "/people/", "/webhooks/", "/webhooks/1/", "/ops/", "/invitations/", "/aliases/", "/inbox/"),
    *("/feeds/episodes.atom", "/feeds/questions.atom", "/feeds/papers.atom", "/feeds/news.atom", "/calendar.ics"),
    *("/q/900-1/", "/q/900-2/", "/q/900-3/", "/q/900-4/", "/q/900-5/", "/metrics", "/readyz"),
    *(
        f"/api/v1/{name}/?page_size=100"
        for name in ("questions", "answers", "events", "people", "episodes", "deliveries")
    ),
    *("/api/v1/questions/900-2/", "/api/v1/questions/900-4/?expand=answers", "/api/v1/episodes/900/document/"),
)


def looked_at(browser):
    """Return every page of PAGES and of the admin by its address, tokens left out."""
    found = {path: browser.at(path).content for path in PAGES}
    lists = set(re.findall(r'href="(/admin/\w+/\w+/)"', browser.at("/admin/").text))
    assert len(lists) > 30
    for path in sorted(lists):
        page = browser.at(path).text
        found[path] = page.encode()
        rows = re.findall(rf'href="({re.escape(path)}[^"/?]+/change/)', page)[:40] if "/talks/" in path else []
        found |= {row: browser.at(row).content for row in rows}
    return found


def counted(path, markers):
    """Return the hits in the database file and what lies beside it, after what is in the log was put into the file."""
    with sqlite3.connect(path, timeout=30) as file:
        for _attempt in range(50):
            if file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0:
                break
            time.sleep(0.1)
    data = b"".join(each.read_bytes() for each in sorted(path.parent.glob(path.name + "*")))
    return hits(data, markers)


@pytest.fixture
def receiver():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook"
    server.shutdown()
    server.server_close()


@pytest.fixture
def running(tmp_path, receiver):
    port = free_port()
    environ = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")},
        "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
        "DEBUG": "true",
        "PORT": str(port),
        "SECRET_KEY": "k" * 60,
        "TRUSTED_PROXIES": "127.0.0.1",
        "OUTBOUND_ALLOW": "127.0.0.1",
        "GRANIAN_LOG_ACCESS_ENABLED": "true",
        "LOG_LEVEL": "INFO",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
    }
    log = tmp_path / "site.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.run"], cwd=ROOT, env=environ, stdout=output, stderr=output
        )
    try:
        until(lambda: b"ready after" in log.read_bytes() or process.poll() is not None, 120)
        assert process.poll() is None, log.read_text()
        said = json.dumps([receiver, HANDLE, EMAIL, PASSWORD])
        script = "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; django.setup()\n" + SETUP
        subprocess.run([sys.executable, "-c", script, said], cwd=ROOT, env=environ, check=True)
        yield f"http://127.0.0.1:{port}", tmp_path / "site.sqlite3", log, environ, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def until(is_so, seconds):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _behave_at_the_site(base, member):
    """As a visitor with a session, as one without, and as a member who is signed in; return what must be nowhere."""
    secrets = {"address": ADDRESS, "agent": AGENT}
    visitor = Browser(base, address=ADDRESS, agent=AGENT)
    visitor.at("/episodes/900/ask/")
    visitor.fill("/episodes/900/ask/", **{"as": "me", "body": "先想登录再问，又算了"})
    secrets["visitor's session"] = visitor.cookies["sessionid"]
    for number, (browser, text) in enumerate(zip((visitor, visitor, member, member), TEXTS, strict=True)):
        key = f"sendekey-{number}-" + "q" * 20
        browser.at("/episodes/900/ask/")
        browser.fill("/episodes/900/ask/similar/", body=text)
        sent = {"as": "nobody", "key": key, "body": text, "sure": "1"}
        code = code_in(browser.fill("/episodes/900/ask/", **sent).text)
        assert code_in(browser.fill("/episodes/900/ask/", **sent).text) == code
        for act in ("look", "add", "settle", "unsettle", "withdraw", "undo"):
            assert browser.fill("/return/", code=code, act=act, body=MORE).status_code == 200
        secrets |= {f"key {number}": key, f"code {number}": code, f"code {number} together": code.replace(" ", "")}
    for number in (1, 2, 3):
        visitor.fill(f"/q/900-{number}/vote/")
    visitor.fill("/q/900-2/unvote/")
    visitor.fill("/return/", code="青山 青山 青山 青山 青山 青山")
    secrets["voter"] = visitor.cookies["voter"]
    return secrets


@pytest.mark.proof
def test_the_whole_site_holds_nothing(running, tmp_path):
    base, path, log, environ, process = running
    member = Browser(base, address=ADDRESS, agent=AGENT).sign_in(HANDLE)
    boss = Browser(base, address="198.51.100.4", agent="Chef").sign_in("主事人")
    own = {"handle": HANDLE, "e-mail": EMAIL, "session": member.cookies["sessionid"]}
    before, in_file = looked_at(boss), counted(path, own)
    assert in_file, "their own rows are there"
    sessions = [row for table, row in rows_of(opened(path)) if table == "django_session"]

    secrets = _behave_at_the_site(base, member)

    # every row, and every byte of the file and its log
    rows = opened(path)
    asked = {
        row["id"]: f"900-{row['serial']}"
        for table, row in rows_of(rows)
        if table == "talks_question" and row["is_anonymous"]
    }
    assert len(asked) == 4
    tied = ties(rows, ids=asked.values(), keys=set(asked), texts=[*TEXTS, MORE])
    assert misplaced(rows, secrets | own) == []
    assert tied == []
    assert [
        row for row in sessions if row not in [row for table, row in rows_of(rows) if table == "django_session"]
    ] == []
    visitors = {name: value for name, value in secrets.items() if name != "visitor's session"}
    assert counted(path, visitors) == {}
    assert counted(path, own) == in_file

    # what everybody, and an organizer, is shown
    after = looked_at(boss)
    for page, data in after.items():
        assert hits(data, secrets | {"e-mail": EMAIL, "session": own["session"]}) == hits(
            before.get(page, b""), {"e-mail": EMAIL}
        ), page
        assert hits(data, {"handle": HANDLE}) == hits(before.get(page, b""), {"handle": HANDLE}), page
    assert any(TEXTS[3].encode() in data for data in after.values())

    # webhooks: told with the next hour; here it is now
    with sqlite3.connect(path, timeout=30) as file:
        file.execute("UPDATE jobs_job SET due_at = created_at WHERE kind = 'deliver'")
    file.close()
    until(lambda: len(Receiver.told) >= 4, 60)
    assert hits(b"\n".join(Receiver.told), secrets | own) == {}

    # exports
    archive = tmp_path / "archive"
    subprocess.run([sys.executable, "manage.py", "export_archive", str(archive)], cwd=ROOT, env=environ, check=True)
    exported = b"".join(each.read_bytes() for each in archive.rglob("*") if each.is_file())
    assert TEXTS[0].encode() in exported
    assert hits(exported, secrets | own) == {}

    # logs, the access log among them
    process.send_signal(signal.SIGINT)
    process.wait(60)
    said = log.read_bytes()
    assert said.count(b"POST /return/") >= 24, "the access log is on"
    assert hits(said, secrets | own | {f"text {n}": text for n, text in enumerate((*TEXTS, MORE))}) == {}

    # a fault of each kind is found
    figures = {"pages": len(after), "bytes": path.stat().st_size, "log": len(said), "markers": len(secrets | own)}
    print(json.dumps(figures))
    _faults_are_found(path, tmp_path / "faulty.sqlite3", asked)


def _faults_are_found(path, copy, asked):
    first, ids = min(asked), list(asked.values())
    for fault, where in (
        ("UPDATE talks_question SET asker_id = 1, is_anonymous = 0 WHERE id = :id", "talks_question.asker_id"),
        ("UPDATE talks_question SET changed_at = '2026-01-01 10:11:12' WHERE id = :id", "talks_question.changed_at"),
        (
            "UPDATE members_event SET person_id = 1, \"by\" = 'person' WHERE target_key = :public",
            "members_event.person_id",
        ),
    ):
        shutil.copy(path, copy)
        with sqlite3.connect(copy) as file:
            file.execute(fault, {"id": first, "public": asked[first]})
        file.close()
        assert where in str(ties(opened(copy), ids=ids, keys=set(asked), texts=TEXTS)), fault
    for value in (ADDRESS, "".join(f"{int(part):02x}" for part in ADDRESS.split("."))):
        shutil.copy(path, copy)
        with sqlite3.connect(copy) as file:
            file.execute("UPDATE talks_question SET review_reason = ? WHERE id = ?", (value, first))
        file.close()
        assert misplaced(opened(copy), {"address": ADDRESS}), value
        assert counted(copy, {"address": ADDRESS}), value
