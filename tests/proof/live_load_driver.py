"""Run by the load test as a process of its own: an evening on a real server, its members and its audience; prints JSON.

Usage: python -m tests.proof.live_load_driver SECONDS, with the settings of the site in the environment.

Three hundred members ask and vote by the API, each under a key of its own that is sent again when the line was lost;
three hundred pages poll, as live.js does. Somebody asks for a page of one query all the while: that is the measure.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.core.management import call_command

from config.run import children, die_with

ROOT = Path(__file__).resolve().parent.parent.parent
MEMBERS, PAGES = 300, 300
QUESTIONS, VOTES = 600, 3000
EVERY = 5  # a page of the audience asks so often, as live.js does
# Where a vote goes; with `--no-votes` the members only ask.
VOTE = "/api/v1/questions/{id}/vote/"
START_SECONDS = 60


@dataclass
class Figures:
    """What the members and pages saw."""

    seconds: dict[str, list[float]] = field(
        default_factory=lambda: {name: [] for name in ("ask", "vote", "poll", "one")}
    )
    statuses: dict[str, Counter[int]] = field(
        default_factory=lambda: {name: Counter() for name in ("ask", "vote", "poll", "one")}
    )
    resent: int = 0
    asked: dict[str, str] = field(default_factory=dict)
    voted: set[tuple[int, str]] = field(default_factory=set)
    newest: int = 0


class Line:
    """One kept-alive connection of a client, opened anew when it was lost."""

    def __init__(self, port: int) -> None:
        self.port, self.reader, self.writer = port, None, None

    async def ask(self, method: str, path: str, body: dict | None = None, **headers: str) -> tuple[int, dict, bytes]:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        content = json.dumps(body).encode() if body is not None else b""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(content)}"]
        if body is not None:
            lines.append("Content-Type: application/json")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        try:
            self.writer.write("\r\n".join([*lines, "", ""]).encode() + content)
            await self.writer.drain()
            return await asyncio.wait_for(self._reply(), 30)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
            self.close()
            raise ConnectionError from None

    async def _reply(self) -> tuple[int, dict, bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split()[1])
        headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in head[1:])}
        body = b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
                body += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readuntil(b"\r\n")
        elif status not in (204, 304):
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return status, headers, body

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


async def timed(figures: Figures, name: str, line: Line, *request, **more) -> tuple[int, dict, bytes]:
    started = time.monotonic()
    status, headers, body = await line.ask(*request, **more)
    figures.seconds[name].append(time.monotonic() - started)
    figures.statuses[name][status] += 1
    return status, headers, body


async def write(
    figures: Figures, name: str, line: Line, path: str, body: dict, token: str, key: str
) -> tuple[int, bytes]:
    """Send until the server has said something."""
    while True:
        try:
            values = {"Authorization": f"Bearer {token}", "Idempotency_Key": key}
            status, _headers, said = await timed(figures, name, line, "POST", path, body, **values)
            return status, said
        except ConnectionError:
            figures.resent += 1
            await asyncio.sleep(0.2)


async def member(number: int, token: str, port: int, seconds: int, figures: Figures, votes: int) -> None:
    """Ask and vote at moments of one's own."""
    chance, line = random.Random(number), Line(port)
    acts = ["ask"] * (QUESTIONS // MEMBERS) + ["vote"] * votes
    moments = sorted(chance.uniform(0, seconds) for _act in acts)
    chance.shuffle(acts)
    began, n = time.monotonic(), 0
    for moment, act in zip(moments, acts, strict=True):
        await asyncio.sleep(max(moment - (time.monotonic() - began), 0))
        n += 1
        key = f"load-{number}-{n}"
        if act == "ask":
            body = f"成员 {number} 的第 {n} 问：$O(n^{n})$ 够快吗？"
            status, said = await write(
                figures, "ask", line, "/api/v1/questions/", {"episode": "021", "body": body}, token, key
            )
            if status == 201:
                figures.asked[body] = json.loads(said)["id"]
            continue
        others = [each for each in figures.asked.values() if (number, each) not in figures.voted]
        wanted = chance.choice(others or ["021-1"])
        figures.voted.add((number, wanted))
        await write(figures, "vote", line, VOTE.format(id=wanted), {}, token, key)
    line.close()


async def page(number: int, port: int, until: float, figures: Figures) -> None:
    """Poll as live.js does."""
    chance, line, version = random.Random(-number), Line(port), 0
    await asyncio.sleep(chance.uniform(0, EVERY))
    while time.monotonic() < until:
        try:
            path = f"/episodes/021/live/now/?view=audience&v={version}"
            _status, headers, _body = await timed(figures, "poll", line, "GET", path)
            version = int(headers.get("etag", '"0"').strip('"') or 0)
            figures.newest = max(figures.newest, version)
        except ConnectionError:
            figures.resent += 1
        await asyncio.sleep(EVERY * chance.uniform(0.9, 1.1))
    line.close()


async def measure(port: int, until: float, figures: Figures) -> None:
    """Ask for a page that costs one query: the list of episodes by who has it already."""
    line, tag = Line(port), ""
    while time.monotonic() < until:
        _status, headers, _body = await timed(
            figures, "one", line, "GET", "/episodes/", **({"If_None_Match": tag} if tag else {})
        )
        tag = headers.get("etag", tag)
        await asyncio.sleep(0.1)
    line.close()


async def run(port: int, tokens: list[str], seconds: int, votes: int) -> Figures:
    figures = Figures()
    until = time.monotonic() + seconds
    people = [member(n, token, port, seconds, figures, votes) for n, token in enumerate(tokens)]
    pages = [page(n, port, until, figures) for n in range(PAGES)]
    await asyncio.gather(*people, *pages, measure(port, until, figures))
    return figures


def prepare() -> list[str]:
    """Make the evening and its members; return a token of each."""
    from django.utils import timezone

    from members.actions import people
    from members.actions.tokens import create_token
    from members.actors import SYSTEM
    from members.models import Role, Scope
    from talks.actions.rundown import start
    from tests.talks.evening import evening, fresh

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    now = timezone.now()
    room = evening(now)
    from talks.actions.rundown_making import make_rundown

    make_rundown(episode=fresh(room), by=room.by, now=now)
    start(episode=room.episode, by=room.by, now=now)
    found = []
    for number in range(MEMBERS):
        user = people.create_user(
            username=f"成员{number}", password="correct horse battery staple", role=Role.MEMBER, by=SYSTEM, now=now
        )
        _token, key = create_token(user=user, scope=Scope.WRITE, name="", by=user.person, now=now)
        found.append(key)
    return found


def serve(port: int) -> subprocess.Popen:
    """Start the web process as `make run` does, and wait for its first answer."""
    values = {"LOG_LEVEL": "ERROR", "WEB_WORKERS": os.environ.get("WEB_WORKERS", "1")}
    web = children(values, os.environ, port=port)[0]
    process = subprocess.Popen(web.command, cwd=ROOT, preexec_fn=die_with(os.getpid()), stdout=sys.stderr)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(0.1)


def outcome(figures: Figures, votes: int) -> dict:
    """Compare what was sent with what stands."""
    from talks.models import Question, QuestionVote, Rundown

    bodies = Counter(Question.objects.filter(body__startswith="成员").values_list("body", flat=True))
    ratio = {name: percentile(times, 95) for name, times in figures.seconds.items() if times}
    return {
        "asked": len(figures.asked),
        "stored": sum(bodies.values()),
        "lost": len(set(figures.asked) - set(bodies)),
        "doubled": sum(count - 1 for count in bodies.values()),
        "votes_sent": len(figures.voted),
        "votes_stored": QuestionVote.objects.count(),
        "polls": len(figures.seconds["poll"]),
        "unchanged": figures.statuses["poll"][204],
        "errors": sum(n for seen in figures.statuses.values() for status, n in seen.items() if status >= 500),
        "refused": sum(n for seen in figures.statuses.values() for status, n in seen.items() if 400 <= status < 500),
        "statuses": {name: dict(seen) for name, seen in figures.statuses.items()},
        "resent": figures.resent,
        "version": Rundown.objects.get(episode__code="021").version,
        "newest_seen": figures.newest,
        "p95_ms": {name: round(value * 1000, 1) for name, value in ratio.items()},
        "p95_ratio": {name: round(value / ratio["one"], 2) for name, value in ratio.items()},
    }


def percentile(values: list[float], which: int) -> float:
    return sorted(values)[min(len(values) * which // 100, len(values) - 1)]


def main() -> None:
    seconds, votes = int(sys.argv[1]), 0 if "--no-votes" in sys.argv else VOTES // MEMBERS
    django.setup()
    from django.db import connections

    tokens = prepare()
    connections.close_all()
    port = urlsplit(os.environ["SITE_URL"]).port
    server = serve(port)
    try:
        figures = asyncio.run(run(port, tokens, seconds, votes))
    finally:
        server.terminate()
        server.wait(10)
    print(json.dumps(outcome(figures, votes)))


if __name__ == "__main__":
    main()
