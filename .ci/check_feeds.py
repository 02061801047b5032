"""Read captured answers of sources and compare them with what is known of them.

One line a file, exit 1 on a disagreement.

Usage: check_feeds.py FOLDER, which holds arxiv_api/, arxiv_rss/, hf/ and rss/.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
FOLDER = tempfile.TemporaryDirectory()
os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER.name}/feeds.sqlite3"

import django  # noqa: E402 - the settings read the address of the database

django.setup()

from django.core.management import call_command  # noqa: E402 - these need Django
from django.db import connection, transaction  # noqa: E402

from markup import links  # noqa: E402
from news.actions.store import store_entries  # noqa: E402
from news.entries import Fetched, Parsed, Request  # noqa: E402
from news.models import Sighting, Source, SourceKind  # noqa: E402
from news.sources import MODULES  # noqa: E402

NOW = datetime(2026, 11, 1, tzinfo=UTC)
Facts = Callable[[Parsed, str], Iterator[str]]


def read(kind: SourceKind, path: Path, *, status: int = 200, cursor: Any = None) -> Parsed:
    """What the module of a kind says of a file."""
    suffixes = {".json": "application/json", ".xml": "application/xml"}
    fetched = Fetched(
        request=Request(address="", now=NOW, cursor=cursor),
        status=status,
        url="https://captured.example.org/" + path.name,
        body=path.read_bytes(),
        content_type=suffixes[path.suffix],
    )
    return MODULES[kind].parse(fetched)


def announcements(parsed: Parsed, source: str) -> Iterator[str]:
    """What holds of every feed of announcements."""
    for entry in parsed.entries:
        if f"oai:arXiv.org:{entry.key}<" not in source:
            yield f"{entry.key} is no guid of the feed"
        if "Announce Type" in entry.summary or entry.summary.startswith("Abstract") or not entry.summary:
            yield f"{entry.key}: the summary is not the abstract"
        if f"arXiv:{entry.key} Announce Type: {entry.extra['announce_type']}" not in source:
            yield f"{entry.key}: announced as {entry.extra['announce_type']}"
        if not entry.authors or any(not name or "," in name for name in entry.authors):
            yield f"{entry.key}: authors {entry.authors}"
        if entry.paper is None or entry.paper.version is None or entry.listed_on is None:
            yield f"{entry.key}: no paper, version or day"


def rss_cl(parsed: Parsed, source: str) -> Iterator[str]:
    kinds = [entry.extra["announce_type"] for entry in parsed.entries]
    if kinds != ["new"] * 3:
        yield f"{kinds}, not 3 new"
    if {entry.listed_on for entry in parsed.entries} != {date(2026, 4, 27)}:
        yield "not of 27 April 2026"


def atom_ai(parsed: Parsed, source: str) -> Iterator[str]:
    kinds = sorted(entry.extra["announce_type"] for entry in parsed.entries)
    if kinds != ["cross"] * 5 + ["new"] * 2:
        yield f"{kinds}, not 2 new and 5 cross"
    if not any("André Lima" in name for entry in parsed.entries for name in entry.authors):
        yield "an accent of TeX is not composed"


def weekend(parsed: Parsed, source: str) -> Iterator[str]:
    if parsed.entries or not parsed.is_quiet_day:
        yield "not a quiet day"


def count(number: int, problems: tuple[str, ...] = ()) -> Facts:
    def facts(parsed: Parsed, source: str) -> Iterator[str]:
        if len(parsed.entries) != number:
            yield f"{len(parsed.entries)} entries, not {number}"
        found = tuple(problem.code for problem in parsed.problems)
        if found != problems:
            yield f"problems {parsed.problems}"
        if len({entry.key for entry in parsed.entries}) != len(parsed.entries):
            yield "keys repeat"

    return facts


def old_style(parsed: Parsed, source: str) -> Iterator[str]:
    (entry,) = parsed.entries
    paper = entry.paper
    if entry.key != "astro-ph/0601001" or paper is None:
        yield f"key {entry.key}"
    elif not paper.journal_ref or not any(author.affiliations for author in paper.authors):
        yield "journal_ref or affiliations are missing"


def no_descriptions(parsed: Parsed, source: str) -> Iterator[str]:
    if any(entry.summary for entry in parsed.entries):
        yield "a summary from nowhere"


def repeated_links(parsed: Parsed, source: str) -> Iterator[str]:
    shared = max(sum(links.key(one.url) == links.key(entry.url) for one in parsed.entries) for entry in parsed.entries)
    if shared != 19:
        yield f"{shared} entries share one link, not 19 (18 repeat it)"


def chinese(parsed: Parsed, source: str) -> Iterator[str]:
    if any(entry.language != "zh" or not entry.summary or entry.published_at is None for entry in parsed.entries):
        yield "an entry without its language, summary or date"


def daily(parsed: Parsed, source: str) -> Iterator[str]:
    for item, entry in zip(json.loads(source), parsed.entries, strict=True):
        paper = item["paper"]
        said = (entry.key, entry.title, entry.upvotes, list(entry.authors))
        if said != (
            paper["id"],
            paper["title"],
            paper["upvotes"],
            [one["name"] for one in paper["authors"] if not one["hidden"]],
        ):
            yield f"{entry.key}: {said}"
        if entry.published_at != datetime.fromisoformat(paper["publishedAt"]):
            yield f"{entry.key}: published {entry.published_at}"
        if entry.listed_on != datetime.fromisoformat(paper["submittedOnDailyAt"]).date():
            yield f"{entry.key}: listed {entry.listed_on}"
        named = {link.url for link in entry.paper.links} if entry.paper else set()
        if named != {paper[name] for name in ("githubRepo", "projectPage") if name in paper}:
            yield f"{entry.key}: links {named}"
        if entry.extra.get("ai_summary", "") != paper.get("ai_summary", ""):
            yield f"{entry.key}: ai_summary"


# file → status, what must hold; of other files only what holds in their folder
KNOWN: dict[str, tuple[int, tuple[Facts, ...]]] = {
    "arxiv_api/id_0000.0000_s0_m100.xml": (200, (count(0),)),
    "arxiv_api/id_1605.08386_s0_m100.xml": (200, (count(1),)),
    "arxiv_api/id_abc_s0_m100.xml": (400, (count(0, ("arxiv_error",)),)),
    "arxiv_api/id_astro-ph_0601001_s0_m100.xml": (200, (count(1), old_style)),
    "arxiv_api/old_format_2025-10.xml": (200, (count(2),)),
    "arxiv_api/q_testing_s0_m10.xml": (200, (count(10),)),
    "arxiv_api/q_testing_s10_m10.xml": (200, (count(10),)),
    "arxiv_rss/cs.AI.atom.xml": (200, (count(7), atom_ai)),
    "arxiv_rss/cs.CL.rss.xml": (200, (count(3), rss_cl)),
    "arxiv_rss/weekend_empty.rss.xml": (200, (count(0), weekend)),
    "hf/daily_papers_2026-07-31.json": (200, (count(5),)),
    "hf/daily_papers_item_2602.23229.json": (200, (count(1),)),
    "rss/huggingface_blog.rss.xml": (200, (count(3), no_descriptions)),
    "rss/minimax_blog_repeated_links.atom.xml": (200, (count(19), repeated_links)),
    "rss/openai_engineering_no_guid.rss.xml": (200, (count(18),)),
    "rss/qbitai.rss.xml": (200, (count(10), chinese)),
}
FOLDERS: dict[str, tuple[SourceKind, tuple[Facts, ...]]] = {
    "arxiv_api": (SourceKind.ARXIV_QUERY, ()),
    "arxiv_rss": (SourceKind.ARXIV_FEED, (announcements,)),
    "hf": (SourceKind.HF_DAILY, (daily,)),
    "rss": (SourceKind.FEED, ()),
}


def stored_twice(name: str, kind: SourceKind, parsed: Parsed) -> Iterator[str]:
    """Store what a file says as a source of its own: every entry stays, and a second time writes nothing."""
    stamp = {"next_at": NOW, "created_at": NOW, "changed_at": NOW}
    source = Source.objects.create(slug=name, name=name, kind=kind, address=name, **stamp)
    with transaction.atomic():
        store_entries(source=source, run=None, entries=parsed.entries, now=NOW)
    if Sighting.objects.filter(source=source).count() != len(parsed.entries):
        yield "an entry is not stored"
    written = []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        written.extend([sql] if sql.startswith(("INSERT", "UPDATE", "DELETE")) else [])
        return execute(sql, *rest)

    with transaction.atomic(), connection.execute_wrapper(watch):
        again = store_entries(source=source, run=None, entries=parsed.entries, now=NOW)
    if (again.known, again.changed) != (len(parsed.entries), 0) or written:
        yield f"a second run: {again}, {written}"


def main(folder: Path) -> int:
    failures = 0
    call_command("migrate", verbosity=0)
    for path in sorted(
        path for name in FOLDERS for path in (folder / name).iterdir() if path.suffix in (".xml", ".json")
    ):
        name = path.relative_to(folder).as_posix()
        kind, general = FOLDERS[path.parent.name]
        status, special = KNOWN.get(name, (200, ()))
        parsed = read(kind, path, status=status)
        found = [said for facts in (*general, *special) for said in facts(parsed, path.read_text(encoding="utf-8"))]
        if read(kind, path, status=status) != parsed:
            found.append("a second reading differs")
        found += stored_twice(path.stem.replace(".", "-"), kind, parsed)
        failures += bool(found)
        print(f"{name}: {'; '.join(found) if found else f'agrees ({len(parsed.entries)} entries)'}")
    paths = [folder / f"arxiv_api/q_testing_s{start}_m10.xml" for start in (0, 10)]
    keys = [entry.key for path in paths if path.exists() for entry in read(SourceKind.ARXIV_QUERY, path).entries]
    if len(set(keys)) != len(keys):
        failures += 1
        print(f"two pages of a query: {len(keys)} entries, {len(set(keys))} papers")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
