"""Pages and API lists: their queries, and their time against a floor measured in the same run.

The floor of a page is a constant view behind the same middleware, that of a list is the same JSON made by hand: SQL,
dictionaries and json.dumps, behind the same middleware, too.
"""

import gzip
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

LINKS, QUESTIONS, EPISODES = 200, 60, 60
# address of a list → the view that makes the same by hand
LISTS = ("episodes", "questions", "items")


def emit(name: str, *, value: float, floor: float, unit: str) -> None:
    """Print one result; `ratio` is value / floor."""
    ratio = round(value / floor, 3) if floor else None
    print(json.dumps({"name": name, "ratio": ratio, "floor": round(floor, 6), "value": round(value, 6), "unit": unit}))


def paired(first: Callable[[], Any], second: Callable[[], Any], rounds: int = 41) -> tuple[float, float]:
    """Return the median seconds of both on the processor, taken in turn: what else the machine does counts for neither."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for act, found in zip((first, second), times, strict=True):
            start = time.thread_time()
            act()
            found.append(time.thread_time() - start)
    return statistics.median(times[0]), statistics.median(times[1])


@contextmanager
def bench_site() -> Iterator[None]:
    """A site of its own, with a small episode, a large one, an open one and many ordinary ones."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection
        from django.utils import timezone

        from tests.pages.conftest import coming, put, wide

        settings.ALLOWED_HOSTS = ["testserver"]
        settings.DEBUG = False  # while it is on, every query is kept
        call_command("migrate", verbosity=0)
        assert connection.features.supports_json_field  # tried once in every process, not to be counted
        now = timezone.now() - timedelta(days=1)
        put(wide(10, items=10, questions=10), now=now)
        put(wide(200, items=LINKS, questions=QUESTIONS), now=now)
        for number in range(300, 300 + EPISODES):
            put(wide(number, items=3, questions=3), now=now)
        put(coming(900), now=now)
        yield


def ask(address: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """Ask the WSGI application as the server would; return status, body and headers."""
    from django.test import RequestFactory

    from config.wsgi import application

    named = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    environ = RequestFactory().get(address, **named).environ
    environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")  # the factory's request has decoded it
    found: list[Any] = []
    reply: Any = application(environ, lambda status, sent: found.extend((status, sent)))
    body = b"".join(reply)
    reply.close()
    return int(found[0][:3]), body, dict(found[1])


def forget() -> None:
    """Empty every cache of this process."""
    from django.core.cache import caches

    for cache in [caches[name] for name in caches.settings]:
        cache.clear()


def queries(address: str, **headers: str) -> int:
    """Return how many queries an answer takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert ask(address, **headers)[0] == 200, address
    return len(captured)


def cold(address: str) -> Callable[[], object]:
    """Return what asks for a page that nobody asked for before."""

    def act() -> object:
        forget()
        return ask(address)

    return act


def bench_pages() -> None:
    """Whole pages for a visitor without a session."""
    pages = {
        "episode": "/episodes/200/",
        "home": "/",
        "question": "/q/200-7/",
        "episodes": "/episodes/",
        "papers": "/papers/",
        "people": "/people/",
        "person": "/people/" + quote("成员1") + "/",
    }
    for name, address in pages.items():
        forget()
        emit(f"{name}_page_queries", value=queries(address), floor=1, unit="queries")
        value, floor = paired(cold(address), lambda: ask("/constant/"), rounds=21)
        emit(f"{name}_page_cold_to_constant_view", value=value, floor=floor, unit="s")
        value, floor = paired(lambda address=address: ask(address), lambda: ask("/constant/"))  # type: ignore[misc]
        emit(f"{name}_page_again_to_constant_view", value=value, floor=floor, unit="s")
    forget()
    small = queries("/episodes/010/")
    emit("episode_page_queries_200_items_to_10", value=queries("/episodes/200/"), floor=small, unit="queries")


def bench_unchanged() -> None:
    """The episode page for whoever has it already, and for whoever takes gzip."""
    _status, body, headers = ask("/episodes/200/")
    tag = headers["ETag"]
    assert ask("/episodes/200/", if_none_match=tag)[0] == 304
    value, floor = paired(lambda: ask("/episodes/200/", if_none_match=tag), lambda: ask("/constant/"))
    emit("episode_page_not_modified_to_constant_view", value=value, floor=floor, unit="s")
    _status, packed, headers = ask("/episodes/200/", accept_encoding="gzip")
    is_packed = headers.get("Content-Encoding") == "gzip"
    assert not is_packed or gzip.decompress(packed) == body
    emit("episode_page_bytes_with_gzip_to_plain", value=len(packed), floor=len(body), unit="bytes")


def bench_lists() -> None:
    """Lists of the API, 50 rows each."""
    for name in LISTS:
        address, by_hand = f"/api/v1/{name}/", f"/by-hand/{name}/"
        rows, floor_rows = (json.loads(ask(each)[1])["results"] for each in (address, by_hand))
        assert rows == floor_rows, name
        assert len(rows) == 50, name
        emit(f"api_{name}_queries", value=queries(address), floor=queries(by_hand), unit="queries")
        value, floor = paired(lambda a=address: ask(a), lambda b=by_hand: ask(b))  # type: ignore[misc]
        emit(f"api_{name}_of_50_to_rows_by_hand", value=value, floor=floor, unit="s")


def main() -> None:
    with bench_site():
        from django.http import HttpResponse
        from django.urls import path

        from config import urls
        from tests.bench import by_hand

        urls.urlpatterns.insert(0, path("constant/", lambda request: HttpResponse("constant")))
        urls.urlpatterns.insert(0, path("by-hand/<name>/", by_hand.rows))
        bench_pages()
        bench_unchanged()
        bench_lists()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
