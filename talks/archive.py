"""All episodes as files: an index and one page each for people, one JSON each to restore from."""

from collections.abc import Iterator

from django.db.models import QuerySet

from markup.targets import github
from talks.export import export, title_of
from talks.models import Episode


def archive(episodes: QuerySet[Episode]) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every file, the same bytes for the same episodes."""
    rows = list(episodes.order_by("kind", "number"))
    lines = ["# OpenLLM Talk", ""]
    lines += [f"- [{github.escape_inline(title_of(episode))}](talks/{episode.code}.md)" for episode in rows]
    yield "README.md", "\n".join(lines) + "\n"
    for episode in rows:
        for folder, to in (("talks", "github"), ("data", "json")):
            exported = export(episode, to)
            yield f"{folder}/{exported.filename}", exported.text
