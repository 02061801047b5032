"""One Chromium for the browser tests of a module: each of them gets contexts of its own in it, closed after it."""

import asyncio
import os
from contextlib import contextmanager
from shutil import which
from unittest.mock import patch

from django.db import connections

from tests.shots import CHROMIUM_ARGUMENTS

kept = []


@contextmanager
def shown(loop):
    """Let the loop of Playwright be seen in this thread, and Django work beside it: nothing here is asynchronous."""
    asyncio._set_running_loop(loop)
    try:
        with patch.dict(os.environ, DJANGO_ALLOW_ASYNC_UNSAFE="true"):
            try:
                yield
            finally:
                # Beside Playwright's loop Django opens connections of their own, which nobody else would close.
                connections.close_all()
    finally:
        asyncio._set_running_loop(None)


@contextmanager
def chromium():
    """Give the Chromium of this module, started for the first who asks; what is opened in it is closed at the end.

    Playwright keeps a loop in this thread, and Django takes a thread with a loop for another world: other connections,
    and none at all without leave. So the loop shows only while a test has the browser before it.
    """
    if not kept:
        from playwright.sync_api import sync_playwright

        playwright = sync_playwright().start()
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=list(CHROMIUM_ARGUMENTS))
        kept.append((playwright, browser, asyncio.get_running_loop()))
    _playwright, browser, loop = kept[0]
    with shown(loop):
        try:
            yield browser
        finally:
            for context in browser.contexts:
                context.close()


def close():
    """End the Chromium of the module that is over, if it had one."""
    while kept:
        playwright, browser, loop = kept.pop()
        with shown(loop):
            browser.close()
            playwright.stop()
