"""A local server that answers as arXiv, rss.arxiv.org, Hugging Face and blogs do, with their errors and moods.

    with Replay() as outside, override_settings(**outside.settings()):
        outside.papers = made_up(250)                          # the API, the announcements and the daily papers
        outside.faults["/api/query"] = [429, "empty", "torn"]  # one for each of the next requests, then none
        outside.put("/blog/feed.xml", rss(items), "application/rss+xml")

Alone, for workers in other processes: `python -m tests.news.replay --port 8001 --papers 2000`; it prints one line of
JSON, the environment to give them. Nothing here opens a connection to anywhere.

Answers (every one has an ETag, those of `put` a Last-Modified too; If-None-Match and If-Modified-Since get 304; gzip
when the request takes it and the body is long):

- `/api/query?id_list=…` or `?search_query=…&start=…&max_results=…`: Atom of the 2026 form, the newest paper first.
  `cat:cs.CL` and plain words are understood, anything else matches all. A wrong id: an entry titled "Error", status 400.
- `/rss/cs.CL+cs.AI`, `/atom/…`: papers announced on `outside.today`; at a weekend a feed without items. A paper whose
  version is above 1 is a `replace`, one with another primary category a `cross`.
- `/api/daily_papers?date=…|week=…&p=…&limit=…`: papers by `listed_on`; a date after `today` is status 400 as there.
- what was `put`; and `/status/<code>[?retry=<seconds>]`, `/redirect/<301|302|303|307|308>/<path>`, `/loop`, `/loop/2`,
  `/slow/<seconds>/<path>`, `/torn/<path>`, `/drip/<path>`, `/lying/<path>` (a Content-Length that is too long).
- with REPLAY_CORPUS, a folder with arxiv_api/, arxiv_rss/, hf/ and rss/: its files where the same would be asked for
  (`id_list=abc` → arxiv_api/id_abc_s0_m100.xml, `search_query=all:testing&start=10&max_results=10` →
  q_testing_s10_m10.xml, /rss/cs.CL → arxiv_rss/cs.CL.rss.xml, date=2026-07-31 → hf/daily_papers_2026-07-31.json), and
  each file at its own path (/rss/qbitai.rss.xml). Made-up papers answer what the folder does not hold.

`faults` of a path (without its query): a status, with "retry" as (status, seconds), or one of empty, torn, slow, drip,
lying, closed. `log` holds every request: when, path, query, headers.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests.news import replay_forms as forms
from tests.news.replay_forms import Paper, made_up, rss

__all__ = ["Paper", "Replay", "made_up", "rss"]

REASONS = {400: "Bad Request", 404: "Not Found", 410: "Gone", 429: "Too Many Requests", 503: "Service Unavailable"}
FOREVER_SLOW, DRIP = 30.0, 0.2


@dataclass(frozen=True)
class Answer:
    """What is sent back."""

    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    modified: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """One request as it came in; `at` is time.monotonic(), `ended` when the answer was out."""

    at: float
    path: str
    query: dict[str, str]
    headers: dict[str, str]


class Replay:
    """The server. Its attributes may be changed while it runs; `stop` and the end of the block stop it."""

    def __init__(self, *, port: int = 0, today: date = date(2026, 3, 4), corpus: str | None = None) -> None:
        self.today = today
        self.papers: list[Paper] = []
        self.faults: dict[str, list[Any]] = defaultdict(list)
        self.log: list[Asked] = []
        self.spans: list[tuple[float, float, str]] = []
        self.corpus = Path(corpus) if corpus else None
        self._put: dict[str, Answer] = {}
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def settings(self) -> dict[str, Any]:
        """The settings under which the site asks this server instead of the world."""
        return {
            "ARXIV_API_URL": f"{self.url}/api/query",
            "ARXIV_RSS_URL": self.url,
            "HF_ENDPOINT": self.url,
            "OUTBOUND_ALLOW": ["127.0.0.1"],
            "ARXIV_SECONDS": 0,
        }

    def environment(self) -> dict[str, str]:
        """The same for a process of its own; ARXIV_SECONDS is no variable there, the gap stays."""
        settings = self.settings()
        names = ("ARXIV_API_URL", "ARXIV_RSS_URL", "HF_ENDPOINT")
        return {**{name: settings[name] for name in names}, "OUTBOUND_ALLOW": "127.0.0.1"}

    def put(
        self,
        path: str,
        body: bytes | str,
        content_type: str = "text/html; charset=utf-8",
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        modified: datetime = datetime(2026, 3, 1, tzinfo=UTC),
    ) -> str:
        """Let a path answer with this; return its address."""
        data = body.encode() if isinstance(body, str) else body
        self._put[path] = Answer(data, content_type, status, headers or {}, modified)
        return self.url + path

    def asked(self, path: str) -> list[Asked]:
        """The requests for a path, in order."""
        return [one for one in self.log if one.path == path]

    def note(self, asked: Asked) -> None:
        with self._lock:
            self.log.append(asked)

    def ended(self, asked: Asked) -> None:
        with self._lock:
            self.spans.append((asked.at, time.monotonic(), asked.path))

    def next_fault(self, path: str) -> Any:
        with self._lock:
            return self.faults[path].pop(0) if self.faults.get(path) else None

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond the end of the server."""
        self._ending.wait(seconds)

    def answer(self, path: str, query: dict[str, str], *, is_empty: bool = False) -> Answer:
        """What a path answers, without faults."""
        captured = self._captured(path, query)
        if captured is not None:
            return captured
        if path in self._put:
            return self._put[path]
        papers = [] if is_empty else self.papers
        if path == "/api/query":
            status, body = forms.api(self.papers, query, is_empty=is_empty)
            return Answer(body, "application/atom+xml; charset=utf-8", status)
        if path == "/api/daily_papers":
            status, body = forms.daily(papers, query, self.today)
            return Answer(body, "application/json; charset=utf-8", status)
        for form in ("rss", "atom"):
            if path.startswith(f"/{form}/"):
                body = forms.announcements(papers, unquote(path.removeprefix(f"/{form}/")), self.today, form)
                return Answer(body, "application/rss+xml" if form == "rss" else "application/atom+xml")
        return Answer(b"There is nothing here.", status=404)

    def _captured(self, path: str, query: dict[str, str]) -> Answer | None:
        if self.corpus is None:
            return None
        name, status = path.lstrip("/"), 200
        if path == "/api/query":
            ids, search = query.get("id_list", ""), query.get("search_query", "")
            what = f"id_{ids.replace('/', '_')}" if ids else f"q_{search.rpartition(':')[2]}"
            name = f"arxiv_api/{what}_s{query.get('start', '0')}_m{query.get('max_results', '100')}.xml"
        elif path == "/api/daily_papers":
            name = f"hf/daily_papers_{query.get('date', '')}.json"
        elif not (self.corpus / name).is_file():
            form, _, categories = name.partition("/")
            name = f"arxiv_rss/{categories}.{form}.xml"
        file = (self.corpus / name).resolve()
        if not file.is_file() or not file.is_relative_to(self.corpus.resolve()):
            return None
        body = file.read_bytes()
        status = 400 if b"arxiv.org/api/errors" in body else 200
        kind = {".json": "application/json", ".xml": "application/xml"}.get(file.suffix, "text/plain")
        return Answer(body, f"{kind}; charset=utf-8", status)


def _handler(replay: Replay) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        outside = replay

    return Handler


class _Handler(BaseHTTPRequestHandler):
    outside: Replay
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(time.monotonic(), parts.path, query, headers)
        self.outside.note(asked)
        self.close_connection = True
        try:
            self._play(parts.path, query, self.outside.next_fault(parts.path))
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            self.outside.ended(asked)

    def _play(self, path: str, query: dict[str, str], fault: Any) -> None:
        retry = None
        if isinstance(fault, tuple):
            fault, retry = fault
        if isinstance(fault, int):
            self._status(fault, retry)
        elif fault == "closed":
            return
        elif fault is not None and fault != "empty":
            self._send(self.outside.answer(path, query), mood=fault)
        elif not self._special(path, query):
            self._send(self.outside.answer(path, query, is_empty=fault == "empty"))

    def _special(self, path: str, query: dict[str, str]) -> bool:
        """Answer the paths that are a mood of themselves; False for any other path."""
        first, _, rest = path.lstrip("/").partition("/")
        second, _, target = rest.partition("/")
        if first == "status" and second.isdigit():
            self._status(int(second), query.get("retry"))
        elif first == "redirect" and second.isdigit():
            self._status(int(second), None, {"Location": f"/{target}"})
        elif first == "loop":
            self._status(302, None, {"Location": "/loop" if rest else "/loop/2"})
        elif first == "slow":
            self.outside.wait(float(second))
            self._send(self.outside.answer(f"/{target}", query))
        elif first in ("torn", "drip", "lying"):
            self._send(self.outside.answer(f"/{rest}", query), mood=first)
        else:
            return False
        return True

    def _status(self, status: int, retry: Any, headers: dict[str, str] | None = None) -> None:
        after = {} if retry is None else {"Retry-After": str(retry)}
        body = f"{status} {REASONS.get(status, '')}".encode()
        self._send(Answer(body, "text/plain", status, {**(headers or {}), **after}))

    def _send(self, answer: Answer, *, mood: str = "") -> None:
        tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
        if answer.status == 200 and self._is_unchanged(tag, answer.modified):
            self._head(304, {"ETag": tag})
            return
        body, headers = answer.body, {"Content-Type": answer.content_type, **answer.headers}
        if answer.status == 200:
            headers["ETag"] = tag
        if answer.modified is not None:
            headers["Last-Modified"] = format_datetime(answer.modified, usegmt=True)
        if len(body) > 500 and "gzip" in self.headers.get("Accept-Encoding", "") and not mood:
            body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
        length = len(body) * 2 if mood in ("lying", "torn") else len(body)
        if mood == "slow":
            self.outside.wait(FOREVER_SLOW)
        self._head(answer.status, {**headers, "Content-Length": str(length)})
        if mood == "torn":
            self.wfile.write(body[: len(body) // 2])
        elif mood == "drip":
            self._drip(body)
        else:
            self.wfile.write(body)

    def _drip(self, body: bytes) -> None:
        for position in range(len(body)):
            self.wfile.write(body[position : position + 1])
            self.wfile.flush()
            self.outside.wait(DRIP)

    def _is_unchanged(self, tag: str, modified: datetime | None) -> bool:
        if match := self.headers.get("If-None-Match"):
            return match == tag
        since = self.headers.get("If-Modified-Since")
        return bool(since and modified and parsedate_to_datetime(since) >= modified)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status, REASONS.get(status))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Tests look at `log`."""


def main(arguments: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--papers", type=int, default=100)
    parser.add_argument("--today", type=date.fromisoformat, default=datetime.now(UTC).date())
    options = parser.parse_args(list(arguments) if arguments is not None else None)
    with Replay(port=options.port, today=options.today, corpus=os.environ.get("REPLAY_CORPUS")) as outside:
        outside.papers = made_up(options.papers, today=options.today)
        print(json.dumps(outside.environment()), flush=True)
        while True:
            time.sleep(timedelta(days=1).total_seconds())


if __name__ == "__main__":
    main()
