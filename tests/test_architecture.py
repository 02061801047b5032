"""The two rules of the layout, judged on the code's own imports and calls, and seeded violations of each kind."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Lowest first; each may import those before it in its row of reach.
REACH = {
    "markup": set(),
    "outbound": set(),
    "jobs": set(),
    "members": {"markup", "jobs"},
    "papers": {"markup", "outbound", "jobs", "members"},
    "news": {"markup", "outbound", "jobs", "members", "papers"},
    "talks": {"markup", "outbound", "jobs", "members", "papers", "news"},
}
OURS = {*REACH, "config", "tests"}
PURE = (
    *("markup/", "papers/lists/", "talks/documents/"),
    *("news/ranking.py", "news/similar.py"),
    *("outbound/addresses.py", "outbound/targets.py", "outbound/guard.py", "outbound/bodies.py", "outbound/errors.py"),
)
IMPURE_MODULES = {"django", "rest_framework", "requests", "urllib3", "socket", "subprocess", "http", "os", "pathlib"}
CLOCKS = {"now", "today", "time", "utcnow"}

# Inside an app, from the bottom up. A module may import its own rank and lower ones.
RANKS = (
    {"documents", "lists", "apps", "migrations"},
    {"models"},
    {"actors", "rules", "rendering"},
    {"export", "exports", "archive", "sources", "registry"},
    {"actions"},
    {
        *("views", "api", "tasks", "admin", "management", "templatetags", "accounts", "sample", "urls", "feeds"),
        *("forms", "signup"),
    },
)
DOORS = {"views", "api", "tasks", "admin", "management", "templatetags", "feeds", "forms", "signup"}
CHAIN_WRITES = {
    *("create", "acreate", "bulk_create", "bulk_update", "update", "get_or_create", "update_or_create", "delete"),
}
INSTANCE_WRITES = {"save", "delete", "asave", "adelete"}
# Whatever can open a connection. Only outbound/ goes out; the others here talk to this machine or to its own services.
GOES_OUT = (
    *("requests", "urllib3", "httpx", "aiohttp", "websockets", "socket", "socketserver", "ssl", "http.client"),
    *("urllib.request", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib", "xmlrpc", "asyncio", "redis"),
    *("feedparser", "arxiv"),
)
MAY_GO_OUT = {
    "config/run.py": {"socket", "http.client"},  # is our own web server up? on loopback
    "jobs/readiness.py": {"redis"},  # does the broker answer?
    "news/sources/child_program.py": {"feedparser"},  # in a process that can open nothing
    "papers/arxiv.py": {"arxiv"},  # with the session of outbound/
}


def modules_in(tree: ast.AST) -> list[tuple[int, str]]:
    """Return every imported module with its line, deferred imports included."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def relations_in(tree: ast.AST) -> list[tuple[int, str]]:
    """Return the app of every model named as a string in a relation."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in ("ForeignKey", "OneToOneField", "ManyToManyField"):
            continue
        for value in [*node.args[:1], *[keyword.value for keyword in node.keywords if keyword.arg == "to"]]:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and "." in value.value:
                found.append((node.lineno, value.value))
    return found


def layer_violations(path: str, source: str) -> list[str]:
    app = path.split("/")[0]
    tree = ast.parse(source)
    found = []
    for line, module in [*modules_in(tree), *relations_in(tree)]:
        other = module.split(".")[0]
        if app in REACH and other in OURS and other != app and other not in REACH[app]:
            found.append(f"{path}:{line}: {app} must not know {other}")
    return found + purity_violations(path, tree) + rank_violations(path, tree)


def purity_violations(path: str, tree: ast.AST) -> list[str]:
    if not path.startswith(PURE):
        return []
    found = [
        f"{path}:{line}: pure code must not import {module}"
        for line, module in modules_in(tree)
        if module.split(".")[0] in IMPURE_MODULES
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
            found.append(f"{path}:{node.lineno}: pure code must not open files")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names = chain(node.func)
            if names[-1] in CLOCKS and names[:-1] and names[-2] in ("datetime", "date", "time"):
                found.append(f"{path}:{node.lineno}: pure code must not read the clock")
    return found


def going_out_violations(path: str, source: str) -> list[str]:
    """Nothing but outbound/ imports what opens connections, so that no address escapes its guard."""
    if path.startswith("outbound/"):
        return []
    found = []
    for line, module in modules_in(ast.parse(source)):
        name = next((name for name in GOES_OUT if f"{module}.".startswith(f"{name}.")), None)
        if name and name not in MAY_GO_OUT.get(path, ()):
            found.append(f"{path}:{line}: only outbound/ goes out, not {module}")
    return found


def rank_of(part: str) -> int | None:
    return next((rank for rank, names in enumerate(RANKS) if part in names), None)


def rank_violations(path: str, tree: ast.AST) -> list[str]:
    parts = path.removesuffix(".py").split("/")
    if parts[0] not in REACH or len(parts) < 2 or (own := rank_of(parts[1])) is None:
        return []
    found = []
    for line, module in modules_in(tree):
        names = module.split(".")
        if names[0] != parts[0] or len(names) < 2 or (other := rank_of(names[1])) is None:
            continue
        if other > own:
            found.append(f"{path}:{line}: {parts[1]} must not import {names[1]}")
        if {parts[1], names[1]} == {"views", "api"}:
            found.append(f"{path}:{line}: views and api must not import each other")
    return found


def chain(node: ast.expr) -> list[str]:
    """Return the names of `a.b(...).c` from left to right."""
    if isinstance(node, ast.Call):
        return chain(node.func)
    if isinstance(node, ast.Attribute):
        return [*chain(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else []


def write_violations(path: str, source: str) -> list[str]:
    """A door calls one action and shapes the reply; it never writes through the ORM itself."""
    parts = path.removesuffix(".py").split("/")
    is_door = parts[0] in REACH and len(parts) > 1 and parts[1] in DOORS
    if not (is_door or parts[0] == "config"):
        return []
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        names = chain(node.func)
        reads_rows = {"objects", "_default_manager", "get_queryset"} & set(names[:-1])
        on_instance = names[-1] in INSTANCE_WRITES and len(names) == 2 and not names[0].endswith(("form", "super"))
        if (names[-1] in CHAIN_WRITES and reads_rows) or on_instance:
            found.append(f"{path}:{node.lineno}: a door must not write: {'.'.join(names)}()")
    return found


def our_files() -> list[Path]:
    return [path for app in (*REACH, "config") for path in sorted((ROOT / app).rglob("*.py"))]


def test_layers_hold():
    found = []
    for path in our_files():
        if "migrations" not in path.parts:
            found += layer_violations(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
    assert found == []


def test_doors_never_write():
    found = []
    for path in our_files():
        found += write_violations(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
    assert found == []


def test_only_outbound_goes_out():
    found = []
    for path in our_files():
        found += going_out_violations(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
    assert found == []


def test_every_file_says_what_lives_there():
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in our_files()
        if "migrations" not in path.parts
        and path.read_text("utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("members/models.py", "from talks.models import Episode"),
        ("members/models.py", "def late():\n    import talks.models"),
        ("papers/models.py", "x = models.ForeignKey('talks.Episode', on_delete=models.CASCADE)"),
        ("papers/models.py", "x = models.ForeignKey(to='news.NewsItem', on_delete=models.CASCADE)"),
        ("talks/models/episodes.py", "from config import settings"),
        ("markup/html.py", "from django.utils.html import escape"),
        ("markup/html.py", "text = open('x').read()"),
        ("talks/documents/reader.py", "from datetime import datetime\ndatetime.now()"),
        ("talks/documents/reader.py", "import requests"),
        ("talks/models/episodes.py", "from talks.actions import questions"),
        ("talks/actions/questions.py", "from talks.views import home"),
        ("talks/views/home.py", "from talks.api import serializers"),
        ("talks/api/views.py", "from talks.views import home"),
        ("jobs/models.py", "from members.models import Row"),
        ("outbound/models.py", "from papers.models import Paper"),
        ("outbound/addresses.py", "import socket"),
    ],
)
def test_a_seeded_layer_violation_is_found(path, source):
    assert layer_violations(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("talks/views/home.py", "Episode.objects.create(number=1)"),
        ("talks/views/home.py", "Episode.objects.filter(pk=1).update(number=1)"),
        ("talks/api/views.py", "self.get_queryset().delete()"),
        ("talks/tasks.py", "Job.objects.bulk_create([])"),
        ("talks/management/commands/x.py", "episode.save()"),
        ("members/views.py", "token.delete()"),
        ("talks/admin.py", "Row._default_manager.get_or_create(pk=1)"),
        ("talks/api/serializers.py", "serializer.save()"),
    ],
)
def test_a_seeded_write_in_a_door_is_found(path, source):
    assert write_violations(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("news/sources/feed.py", "import requests"),
        ("news/sources/feed.py", "def late():\n    from requests.adapters import HTTPAdapter"),
        ("papers/arxiv.py", "import urllib.request"),
        ("papers/arxiv.py", "from urllib import request"),
        ("papers/actions/facts.py", "import arxiv"),
        ("news/sources/child.py", "import feedparser"),
        ("talks/views/home.py", "from http import client"),
        ("config/run.py", "import requests"),
        ("config/api.py", "import socket"),
        ("jobs/readiness.py", "import urllib3"),
        ("members/accounts.py", "import smtplib"),
    ],
)
def test_a_seeded_way_out_is_found(path, source):
    assert going_out_violations(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("outbound/wire.py", "import socket, urllib3, requests"),
        ("papers/arxiv.py", "import arxiv\nfrom outbound.client import session"),
        ("talks/views/home.py", "from urllib.parse import urlsplit\nfrom http import HTTPStatus"),
        ("news/sources/arxiv_feed.py", "from papers import arxiv"),
    ],
)
def test_what_opens_nothing_is_not_found(path, source):
    assert going_out_violations(path, source) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("talks/views/home.py", "form.save()\n{}.update(a=1)\nvalues.update(b=2)"),
        ("talks/actions/episodes.py", "Episode.objects.create(number=1)\nepisode.save()"),
        ("talks/views/home.py", "Episode.objects.filter(pk=1).first()"),
    ],
)
def test_what_is_allowed_is_not_found(path, source):
    assert write_violations(path, source) == []
