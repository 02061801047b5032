"""One Chromium for the browser tests of a module: each of them gets contexts of its own in it, closed after it."""

import asyncio
from contextlib import contextmanager
from shutil import which

from django.db import connections

from tests.shots import CHROMIUM_ARGUMENTS

kept = []


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
    asyncio._set_running_loop(loop)
    try:
        yield browser
    finally:
        try:
            for context in browser.contexts:
                context.close()
        finally:
            # Beside Playwright's loop Django opens connections of their own, which nobody else would close.
            connections.close_all()
            asyncio._set_running_loop(None)


def close():
    """End the Chromium of the module that is over, if it had one."""
    while kept:
        playwright, browser, loop = kept.pop()
        asyncio._set_running_loop(loop)
        try:
            browser.close()
        finally:
            playwright.stop()
            asyncio._set_running_loop(None)
