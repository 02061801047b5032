"""The episode page: its queries at 10 and 200 items; its time against a constant view behind the same middleware."""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any


def emit(name: str, *, value: float, floor: float, unit: str) -> None:
    """Print one result; `ratio` is value / floor."""
    ratio = round(value / floor, 3) if floor else None
    print(json.dumps({"name": name, "ratio": ratio, "floor": round(floor, 6), "value": round(value, 6), "unit": unit}))


def paired(first: Callable[[], Any], second: Callable[[], Any], rounds: int = 41) -> tuple[float, float]:
    """Return the median seconds of both, taken in turn so that a slow moment hits both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for act, found in zip((first, second), times, strict=True):
            start = time.perf_counter()
            act()
            found.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        _run()


def _run() -> None:
    from django.conf import settings
    from django.db import connection
    from django.http import HttpResponse
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import path
    from django.utils import timezone

    from config import urls
    from members.actors import SYSTEM
    from talks.actions.imports import import_file, json_bytes
    from tests.talks.conftest import document, item, question, section

    settings.ALLOWED_HOSTS = ["testserver"]
    urls.urlpatterns.insert(0, path("constant/", lambda request: HttpResponse("constant")))
    now = timezone.now() - timedelta(days=1)
    for number, count in ((10, 10), (200, 200)):
        items = [item(f"第 {n} 条", f"https://example.org/{n}") for n in range(count)]
        asked = [
            question(f"第 {n} 问？", number=n, answers=[{"author": "小满", "body": f"**答** {n}"}])
            for n in range(1, count // 3 + 2)
        ]
        doc = document(number, sections=[section("news", "本周新闻", items=items)], questions=asked)
        data = json_bytes(doc)
        assert import_file(data=data, name=f"{number}.json", by=SYSTEM, now=now).status == "created"

    client = Client()
    counts = []
    for code in ("010", "200"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"/episodes/{code}/").status_code == 200
        counts.append(len(queries))
    emit("episode_page_queries_200_items_to_10", value=counts[1], floor=counts[0], unit="queries")
    page, constant = paired(lambda: client.get("/episodes/200/"), lambda: client.get("/constant/"))
    emit("episode_page_200_items_to_constant_view", value=page, floor=constant, unit="s")
    tag = client.get("/episodes/200/").headers.get("ETag", "")
    if tag:
        again, constant = paired(
            lambda: client.get("/episodes/200/", headers={"If-None-Match": tag}), lambda: client.get("/constant/")
        )
        emit("episode_page_not_modified_to_constant_view", value=again, floor=constant, unit="s")


if __name__ == "__main__":
    main()
