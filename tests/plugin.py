"""Loaded before Django's settings: TEST_DATABASE=postgres runs the whole suite on a throw-away PostgreSQL cluster.

The controller starts it, and makes a folder for what the processes of a run share; xdist's workers inherit both.
"""

import atexit
import gc
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

if "PYTEST_XDIST_WORKER" not in os.environ:
    stack = ExitStack()
    atexit.register(stack.close)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="openllm-talk-")))
    os.environ["TEST_FOLDER"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="openllm-talk-"))
    if os.environ.get("TEST_DATABASE") == "postgres":
        from tests.servers import postgres_cluster

        try:
            os.environ["DATABASE_URL"] = stack.enter_context(postgres_cluster(folder))
        except FileNotFoundError as error:
            sys.exit(f"TEST_DATABASE=postgres: {error}")
# What a developer's shell or .env says must not change what the tests see.
for name in ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "REDIS_URL", "SITE_URL", "OUTBOUND_PROXY", "OUTBOUND_ALLOW"):
    os.environ.pop(name, None)
# The collector finds next to nothing here, and walks through all of Django for it.
gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers():
    """One more than there are processors: tests in browsers and of processes wait for most of their time."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_collection_modifyitems(items):
    """The longest test first: it waits half a minute for a line that is gone, and whoever takes it last waits alone."""
    items.sort(key=lambda item: "test_live_browser" not in item.nodeid)


def pytest_collection_finish():
    """What is loaded by now stays: the collector need not look at it again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter):
    """Say how many cells of the access matrix were asked (tests/access)."""
    passed = [report for name in ("passed", "failed") for report in terminalreporter.getreports(name)]
    cells = [value for report in passed for name, value in report.user_properties if name == "cells"]
    if cells:
        terminalreporter.write_line(f"access matrix: {sum(cells):,} cells")
