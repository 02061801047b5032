"""Loaded before Django's settings: TEST_DATABASE=postgres runs the whole suite on a throw-away PostgreSQL cluster.

The controller starts it; xdist's workers inherit its address.
"""

import atexit
import gc
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

if os.environ.get("TEST_DATABASE") == "postgres" and "PYTEST_XDIST_WORKER" not in os.environ:
    from tests.servers import postgres_cluster

    stack = ExitStack()
    atexit.register(stack.close)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="openllm-talk-")))
    try:
        os.environ["DATABASE_URL"] = stack.enter_context(postgres_cluster(folder))
    except FileNotFoundError as error:
        sys.exit(f"TEST_DATABASE=postgres: {error}")
# What a developer's shell or .env says must not change what the tests see.
for name in ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "REDIS_URL", "SITE_URL", "OUTBOUND_PROXY", "OUTBOUND_ALLOW"):
    os.environ.pop(name, None)
# The collector finds next to nothing here, and walks through all of Django for it.
gc.set_threshold(50_000, 20, 50)


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
