"""Screenshots of every page of the URL map: 390 and 1280 px, light and dark, into var/shots/. `python -m tests.shots`.

A page of the map that has no line in SHOTS (`shot_table`) fails the run, and so does a page that scrolls sideways,
reports an error in the console, asks another host for anything, or has a serious finding of axe. Names as arguments
shoot only those.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.shot_stages import enter, filled
from tests.shot_table import BUT_THESE, NO_BRANCHES, NO_PAGES, SHOTS, STAGES, Shot

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "var" / "shots"
WIDTHS = {390: 844, 1280: 800}
SCHEMES = ("light", "dark")
CHROMIUM_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--hide-scrollbars"),
)
SERIOUS = ("serious", "critical")
# Expected in the console of pages that are shown because something is wrong.
EXPECTED = "Failed to load resource: the server responded with a status of"


def pages_of_the_map(patterns: Iterable[Any], prefix: str = "") -> Iterator[str]:
    """Yield the name (or the route, for one without a name) of every page of the map."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if route.lstrip("^").startswith(NO_BRANCHES) and not any(name in route for name in BUT_THESE):
            continue
        if hasattr(pattern, "url_patterns"):
            yield from pages_of_the_map(pattern.url_patterns, route)
        elif pattern.name not in NO_PAGES and not route.startswith("<path:rest>"):
            yield pattern.name or route


def pages_without_a_shot() -> list[str]:
    """Return the pages of the map that nobody looks at."""
    from config.urls import urlpatterns

    return sorted(set(pages_of_the_map(urlpatterns)) - {shot.page for shot in SHOTS.values()})


def prepare(folder: Path) -> None:
    """Set Django up on a database of its own."""
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/shots.sqlite3"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread
    os.environ["LOG_LEVEL"] = "CRITICAL"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.ROOT_URLCONF = "tests.shot_urls"
    settings.VAR_DIR = folder  # the sample's logins stay in here
    call_command("migrate", verbosity=0)


@contextmanager
def serve() -> Iterator[str]:
    """Serve the site with its static files on a free port; yield its address."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def session_cookie(role: str) -> str:
    """Return a session of the sample's organizer or member."""
    from django.test import Client

    from members.models import User

    client = Client()
    user = User.objects.get(username=f"sample-{role}")
    client.force_login(user)
    session = client.session  # who has just proved that it is them
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client.cookies["sessionid"].value


def look(page: Any, name: str, shot: Shot, address: str) -> list[str]:
    """Open one page the way its reader would, take the picture, and return what is wrong with it."""
    from axe_playwright_python.sync_playwright import Axe

    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + filled(shot.path))
    if name == "too-late":  # the cookie of the form's token is gone, as after a sign-in elsewhere
        page.context.clear_cookies(name="csrftoken")
    if shot.send:
        page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
        page.fill("textarea", shot.send)
    for _form in range(shot.forms if shot.send is not None else 0):
        page.click("form button.button-primary")
        page.wait_for_load_state()
    if name == "return-found":  # straight on with the six words
        page.click("form[action='/return/'] button")
    if name == "board-item-conflict":  # somebody else saved it meanwhile
        page.fill("#id_body", "我写的说明，和别人的不一样")
        page.evaluate("document.querySelector('[name=version]').value = 99")
        page.click("form button.button-primary")
    if name == "board-conflict":  # a button of the past
        page.evaluate(
            "const button = document.querySelector('[name=accept]');"
            "button.form.elements.version.value = 99; setTimeout(() => button.click(), 50)"
        )
        page.wait_for_selector(".conflict")
    if name == "wrapup-conflict":  # somebody else saved them meanwhile
        page.fill("#id_highlights", "我写的一行")
        page.evaluate("document.querySelector('[name=version]').value = 99")
        page.click("form[data-draft=highlights] button[type=submit]")
        page.wait_for_selector(".conflict")
    if name == "history-restore-refused":  # the number of another one
        page.fill("#typed", "108")
        page.click("main form button.button-primary")
    if name in ("history", "history-of-row"):
        page.evaluate("for (const part of [...document.querySelectorAll('main details')].slice(0, 4)) part.open = true")
    if name == "state-preview":
        page.fill("#starts_at", page.input_value("#starts_at").replace("T21:00", "T20:00"))
        page.fill("#move-reason", "主持人在路上")
        page.click("#move form button.button:not(.button-primary)")
        page.wait_for_load_state()
    if name == "calendar-look":  # what a day off would move
        page.fill("#break-day", filled("{planned}"))
        page.fill("#break-reason", "主持人出差")
        page.click("[name=look]")
        page.wait_for_selector(".notice-amber")
    if name == "inbox-refused":  # a button of the past: somebody was faster
        page.evaluate(
            "const button = document.querySelector('[data-key=\"1\"]');"
            "button.value = document.querySelector('[data-key=\"u\"]').value.split('.')[0] + '.1'; button.click()"
        )
    page.wait_for_load_state("networkidle")
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    findings = Axe().run(page).response["violations"]
    wrong = [f"scrolls sideways by {over} px"] if over > 0 else []
    wrong += ["is not signed in"] if shot.by and not page.locator(".me").count() else []
    wrong += [f"console: {text}" for text in said if not text.startswith(EXPECTED)]
    wrong += [f"asks {url}" for url in asked if not url.startswith((address, "data:"))]
    wrong += [
        f"axe, {found['impact']}: {found['id']}: {found['nodes'][0]['html'][:120]}"
        for found in findings
        if found["impact"] in SERIOUS
    ]
    return wrong


def shoot(names: list[str], address: str, browser: Any) -> list[str]:
    """Take the pictures of one stage; return what is wrong, one line each."""
    wrong = []
    sessions = {shot.by: session_cookie(shot.by) for name in names if (shot := SHOTS[name]).by}
    for width, height in WIDTHS.items():
        for scheme in SCHEMES:
            for name in names:
                shot = SHOTS[name]
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,
                    device_scale_factor=1.5 if width < 600 else 1,
                    has_touch=width < 600,
                    is_mobile=width < 600,
                    locale="zh-CN",
                )
                if shot.by:
                    context.add_cookies([{"name": "sessionid", "value": sessions[shot.by], "url": address}])
                if shot.language:
                    context.add_cookies([{"name": "django_language", "value": shot.language, "url": address}])
                page = context.new_page()
                wrong += [f"{name}, {width}, {scheme}: {what}" for what in look(page, name, shot, address)]
                page.screenshot(path=OUT / f"{name}-{width}-{scheme}.png", full_page=True)
                context.close()
    return wrong


def main(wanted: list[str]) -> int:
    from playwright.sync_api import sync_playwright

    OUT.mkdir(parents=True, exist_ok=True)
    unknown = [name for name in wanted if name not in SHOTS]
    if unknown:
        print(f"no such shot: {', '.join(unknown)}; there are {', '.join(SHOTS)}", file=sys.stderr)
        return 2
    names = wanted or list(SHOTS)
    with tempfile.TemporaryDirectory(prefix="openllm-talk-shots-") as folder:
        prepare(Path(folder))
        wrong = [f"no shot of the page {page}" for page in pages_without_a_shot()]
        with serve() as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(CHROMIUM_ARGUMENTS)
            )
            for stage in STAGES:
                enter(stage)
                wrong += shoot([name for name in names if SHOTS[name].stage == stage], address, browser)
            browser.close()
    print("\n".join(wrong) or "nothing is wrong")
    print(f"{len(names)} pages, {len(names) * len(WIDTHS) * len(SCHEMES)} pictures in {OUT.relative_to(ROOT)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
