"""News and reading lists filled with attacks: what a source, a feed or a README can bring in, and the pages of it."""

from news.actions.store import store_entries
from news.entries import Entry
from news.models import FetchRun, NewsItem, Outcome, Source
from papers.actions.list_imports import import_list
from papers.models import ListEntry, ReadingList
from tests.proof.hostile_site import SOME, address, line

# So many attacks share a source, and so many a reading list.
BY_SOURCE, BY_LIST = 60, 120


def fill_news(attacks: list[str], *, number: int, by, now) -> None:
    """Sources, runs and stories that carry the attacks, and reading lists; `number` keeps two fillings apart."""
    for start in range(0, len(attacks), BY_SOURCE):
        part = attacks[start : start + BY_SOURCE]
        said = {"created_at": now, "changed_at": now, "next_at": now}
        source = Source.objects.create(
            slug=f"s-{number}-{start}",
            name=line(part[0], 120) or "?",
            kind="feed",
            address=address(part[1 % len(part)], number + start),
            keep_words="",
            block_words=line(part[2 % len(part)]),
            last_error="\n".join(part[:20]).replace("\0", ""),
            pause_reason=line(part[3 % len(part)]),
            failures=1,
            **said,
        )
        problems = [{"code": "malformed", "entry": line(one, 300), "message": line(one, 500)} for one in part]
        run = FetchRun.objects.create(
            source=source,
            started_at=now,
            ended_at=now,
            outcome=Outcome.FAILED,
            error=source.last_error,
            problems=problems,
        )
        entries = [
            Entry(
                key=f"{start + n}",
                url=address(one, number + start + n),
                title=line(one) or "?",
                summary=one.replace("\0", ""),
                authors=(line(one), "x"),
            )
            for n, one in enumerate(part)
        ]
        store_entries(source=source, run=run, entries=entries, now=now)
    for start in range(0, len(attacks), BY_LIST):
        part = attacks[start : start + BY_LIST]
        lines = [f"# {line(part[0])}", "", line(part[-1]), ""]
        for n, one in enumerate(part):
            if n % 20 == 0:
                lines += ["", f"## {line(one)} {n}", "", one.replace("\0", ""), ""]
            lines.append(f"- [{line(one).replace(']', '')} {n}]({address(one, number + start + n)}) - {line(one)}")
        slug = f"l-{number}-{start}"
        made = import_list(data="\n".join(lines).encode(), name="README.md", slug=slug, by=by, now=now)
        assert made.status == "created", made


def pages_of_the_news() -> list[str]:
    """Every page that shows a source, a story or a list."""
    found = ["/sources/", "/lists/", "/as-organizer/ops/", "/as-organizer/sources/", "/as-organizer/inbox/"]
    found += [f"/as-organizer/inbox/?state={state}" for state in ("taken", "declined", "merged", "hidden")]
    stories = NewsItem.objects.order_by("pk").values_list("pk", flat=True)
    found += [f"/as-organizer/inbox/{story}/" for story in stories[::SOME]]
    for slug in Source.objects.order_by("pk").values_list("slug", flat=True):
        found += [f"/sources/{slug}/", f"/as-organizer/sources/{slug}/", f"/as-organizer/sources/{slug}/edit/"]
    for row in ReadingList.objects.order_by("pk"):
        found += [row.get_absolute_url(), f"/as-organizer{row.get_absolute_url()}"]
    entries = ListEntry.objects.select_related("section__reading_list").order_by("pk")[::SOME]
    return found + [f"/as-organizer{row.section.reading_list.get_absolute_url()}entries/{row.pk}/" for row in entries]
