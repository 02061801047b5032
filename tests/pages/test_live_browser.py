"""A whole evening in four browsers at once on a real server: the host's phone, the projector, a scribe and a listener
who loses the line; the server is killed and started again in between, and nothing is lost."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import expect, sync_playwright

from config.run import children, die_with
from tests.pages.test_board_browser import serious
from tests.servers import free_port, migrated
from tests.shots import CHROMIUM_ARGUMENTS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(which("chromium") is None, reason="there is no Chromium"),
]
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60_000
LIVE, STAGE, SCRIBE = (f"/episodes/021/{page}/" for page in ("live", "stage", "scribe"))
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Site:
    """The web process of the site, on a database file; killed outright and started again."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.environ = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "SITE_URL": self.url,
            "LOG_LEVEL": "ERROR",
        }
        self.process = None

    def python(self, *arguments):
        run = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=300
        )
        assert run.returncode == 0, run.stderr[-3000:]
        return run.stdout

    def start(self):
        values = {"LOG_LEVEL": "ERROR", "WEB_WORKERS": "1"}
        command = children(values, self.environ, port=self.port)[0].command
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environ, preexec_fn=die_with(os.getpid()), start_new_session=True
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.1)

    def kill(self):
        if self.process is not None:
            os.killpg(self.process.pid, 9)
            self.process.wait()
            self.process = None

    def api(self, path):
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}") as reply:
            return json.load(reply)

    def rundown(self):
        return self.api("episodes/021/rundown/")

    def on_air(self):
        found = self.rundown()
        return next(cue["title"] for cue in found["cues"] if cue["id"] == found["current"])

    def asked(self):
        rows = self.api("questions/?episode=021&page_size=100")["results"]
        return [row["body"] for row in rows]


@pytest.fixture
def site(tmp_path):
    shutil.copyfile(migrated(), tmp_path / "db.sqlite3")
    site = Site(tmp_path)
    site.sessions = json.loads(site.python("-m", "tests.pages.live_world"))
    site.start()
    yield site
    site.kill()


@contextmanager
def browsers(site):
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=which("chromium"), args=list(CHROMIUM_ARGUMENTS))

        def page(who=None, **options):
            context = chromium.new_context(base_url=site.url, locale="zh-CN", **options)
            context.set_default_timeout(PATIENCE)
            if who:
                context.add_cookies([{"name": "sessionid", "value": site.sessions[who], "url": site.url}])
            return context.new_page()

        yield page
        chromium.close()


def key(page, act):
    page.locator(f"button[name=act][value={act}]:visible").first.click()


def ask(page, text):
    page.fill("#ask-body", text)
    page.locator("form[data-queue=ask] button").click()


def go_live(host):
    """The host lets the episode go on the air and starts the clock."""
    host.goto("/episodes/021/state/")
    form = host.locator("form", has=host.locator("[name=to][value=live]"))
    reason = form.locator("[name=reason]")
    if reason.count():
        reason.fill("人都到了")
    form.locator("button[type=submit]").first.click()
    host.goto(LIVE)
    key(host, "start")
    expect(host.locator("#cue")).to_have_text("开场")


def asks_anonymously(page, text):
    """Ask on the page to ask on, without an account; return the six words."""
    page.goto("/episodes/021/ask/")
    page.fill("#body", text)
    page.check("#as-nobody")
    page.locator(".action-bar button[type=submit]").click()
    expect(page.locator("h1")).to_contain_text("收到了")
    code = page.locator("textarea.return-code").input_value()
    assert len(code.split()) == 6
    assert text not in page.content().replace(code, "")
    return code


def looks(page, name):
    """Keep a picture where LIVE_SHOTS says, for those who look at an evening."""
    if folder := os.environ.get("LIVE_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_whole_evening(site):
    expect.set_options(timeout=PATIENCE)
    with browsers(site) as open_page:
        host, stage = open_page("host", **PHONE), open_page(viewport={"width": 1280, "height": 720})
        scribe, listener = open_page("scribe"), open_page("listener", **PHONE)

        # Before the talk a visitor without an account asks; the host lets it through, and others want to know, too.
        visitor = open_page(**PHONE)
        code = asks_anonymously(visitor, "词表扩了以后旧词怎么办？")
        assert "词表扩了以后旧词怎么办？" not in site.asked()
        host.goto("/episodes/021/questions/")
        looks(host, "queue")
        host.locator("button[name=approve]").first.click()
        expect(host.locator(".message").first).to_be_visible()
        assert "词表扩了以后旧词怎么办？" in site.asked()
        go_live(host)
        for page in (visitor, listener):
            page.goto(LIVE)
            page.locator("button[data-vote='021-1']").click()
            expect(page.locator("button[data-vote='021-1']")).to_have_attribute("aria-pressed", "true")
        expect(visitor.locator("button[data-vote='021-1'] span")).to_have_text("2")
        stage.goto(STAGE)
        listener.goto(LIVE)
        expect(stage.locator("h1")).to_have_text("开场")

        # The keys act in place, and everybody follows without loading anew.
        host.evaluate("window.same = true")
        key(host, "next")
        expect(host.locator("#cue")).to_have_text("第一条")
        expect(stage.locator("h1")).to_have_text("第一条")
        expect(listener.locator("#on-now")).to_have_text("第一条")
        key(host, "extend")
        expect(host.locator(".cue .meta")).to_contain_text("+ 2")
        key(host, "back")
        expect(host.locator("#cue")).to_have_text("开场")
        key(host, "next")
        expect(host.locator("#cue")).to_have_text("第一条")
        key(host, "pause")
        expect(host.locator("button[value=resume]:visible")).to_be_visible()
        still = host.locator(".clock [data-time]").text_content()
        host.wait_for_timeout(1500)
        assert host.locator(".clock [data-time]").text_content() == still
        key(host, "resume")
        expect(host.locator(".clock")).not_to_have_text(still)
        assert host.evaluate("window.same") is True
        assert serious(host) + serious(listener) == []

        # Somebody asks anonymously while it goes on, and sees the six words at once; the host lets it through by thumb.
        ask(visitor, "直播时才想到的一问？")
        words = visitor.locator("[data-taken] textarea.return-code")
        expect(words).to_have_count(1)
        expect(words).to_be_in_viewport()
        expect(visitor.locator(".page-messages")).to_contain_text("021-3")
        visitor.locator("[data-taken] [data-copy-from]").first.click()
        expect(visitor.locator("[data-taken] [data-copy-from]").first).not_to_have_text("复制六个词")
        looks(visitor, "visitor")
        host.locator("button[value^=approve]").first.click()
        expect(listener.locator("#now")).to_contain_text("直播时才想到的一问？")
        looks(host, "host")

        # A question goes on the stage; the scribe writes down what is said to it.
        host.locator("button[value^=stage]").first.click()
        expect(listener.locator(".rundown")).to_contain_text("四比特够用吗？")
        while site.on_air() != "四比特够用吗？":
            before = host.locator("#cue").text_content()
            key(host, "next")
            expect(host.locator("#cue")).not_to_have_text(before)
        expect(stage.locator("h1")).to_have_text("四比特够用吗？")
        expect(stage.locator("#now")).to_contain_text("2 人想问")
        looks(stage, "stage")
        scribe.goto(SCRIBE)
        key(scribe, "take")
        scribe.fill("#note-answer", "够，见量化那篇。")
        scribe.fill("#note-author", "@阿岚")
        scribe.locator("form[data-queue=answer] button").click()
        expect(scribe.locator(".scribe-log")).to_contain_text("够，见量化那篇。")
        expect(scribe.locator(".page-messages")).to_contain_text("021-1")

        # What is written down can be answered at once, and the answer goes where the scribe chose, also the one after it.
        scribe.fill("#note-question", "现场问的一句？")
        scribe.locator("form[data-queue=question] button").click()
        option = scribe.locator("#note-to option", has_text="现场问的一句？")
        expect(option).to_have_count(1)
        chosen = option.get_attribute("value")
        scribe.select_option("#note-to", chosen)
        for text in ("答现场那句。", "再答现场那句。"):
            scribe.fill("#note-answer", text)
            scribe.locator("form[data-queue=answer] button").click()
            expect(scribe.locator(".scribe-log")).to_contain_text(text)
            assert scribe.locator("#note-to").input_value() == chosen
            expect(scribe.locator(".page-messages")).to_be_in_viewport()
        scribe.fill("#note-question", "https://shown.example/a")
        scribe.locator("form[data-queue=question] button").click()
        expect(scribe.locator(".message-bad")).to_contain_text("这是一个网址")
        scribe.fill("#note-question", "")
        assert serious(scribe) == []

        # The listener's line is lost for half a minute; what was asked waits, also through a page that is loaded anew.
        listener.context.set_offline(True)
        ask(listener, "断线时的第一问？")
        ask(listener, "断线时的第二问？")
        expect(listener.locator(".unsent")).to_contain_text("2")
        listener.wait_for_timeout(30_000)
        assert site.asked().count("断线时的第一问？") == 0
        listener.context.set_offline(False)
        expect(scribe.locator(".scribe-log")).to_contain_text("断线时的第二问？")
        expect(listener.locator(".unsent")).to_have_count(0)

        # The server is killed; the host and the listener go on pressing, and the clock has not stopped.
        expect(host.locator("#cue")).to_have_text("四比特够用吗？")
        began = next(cue for cue in site.rundown()["cues"] if cue["running_since"])
        site.kill()
        ask(listener, "服务器死时的一问？")
        key(host, "next")
        expect(listener.locator(".unsent")).to_contain_text("1")
        expect(host.locator(".unsent")).to_be_visible()
        listener.wait_for_timeout(1500)
        dead = datetime.now(UTC) - datetime.fromisoformat(began["running_since"])
        site.start()
        listener.reload()
        expect(listener.locator(".unsent")).to_have_count(0)
        expect(listener.locator("#now")).to_contain_text("服务器死时的一问？")
        # What the host pressed has gone by itself, once, and the cue that it left had all the time, that of the death too.
        expect(host.locator("#cue")).to_have_text("收尾")
        expect(host.locator(".unsent")).to_have_count(0)
        left = next(cue for cue in site.rundown()["cues"] if cue["id"] == began["id"])
        assert left["started_at"] == began["started_at"]
        assert left["spent_seconds"] >= began["spent_seconds"] + int(dead.total_seconds())
        key(host, "end")
        expect(stage.locator("h1")).not_to_have_text("收尾")
        expect(listener.locator("#on-now")).not_to_have_text("收尾")
        assert serious(host) == []

        bodies = site.asked()
        for text in ("断线时的第一问？", "断线时的第二问？", "服务器死时的一问？"):
            assert bodies.count(text) == 1
        assert site.rundown()["ended_at"] is not None

        # It is wrapped up; the visitor comes back with the words and finds what became of the question.
        host.goto("/episodes/021/state/")
        form = host.locator("form", has=host.locator("[name=to][value=wrapup]"))
        if form.locator("[name=reason]").count():
            form.locator("[name=reason]").fill("讲完了")
        form.locator("button[type=submit]").first.click()
        host.goto("/episodes/021/wrapup/")
        expect(host.locator("h1")).to_contain_text("收尾")
        expect(host.locator(".minutes-table")).to_contain_text("第一条")
        looks(host, "wrapup")
        visitor.goto("/return/")
        visitor.fill("[name=code]", code)
        visitor.locator("[data-return] button[type=submit]").click()
        expect(visitor.locator("main")).to_contain_text("词表扩了以后旧词怎么办？")
        visitor.locator("button[value=withdraw]").click()
        expect(visitor.locator("main")).to_contain_text("撤回")
        assert "词表扩了以后旧词怎么办？" not in site.asked()
        assert site.api("episodes/021/")["state"] == "wrapup"
        votes = {row["id"]: row["vote_count"] for row in site.api("questions/?episode=021&page_size=100")["results"]}
        assert votes["021-1"] == 2
        [told] = site.api("answers/?question=021-1")["results"]
        assert (told["author"]["name"], told["body"]) == ("阿岚", "够，见量化那篇。")
