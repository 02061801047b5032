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
    samples = set(Episode.objects.of_sample().values_list("pk", flat=True))
    lines += [_entry(episode) for episode in rows if episode.pk not in samples]
    if any(episode.pk in samples for episode in rows):
        lines += ["", "## 示例", "", *(_entry(episode) for episode in rows if episode.pk in samples)]
    yield "README.md", "\n".join(lines) + "\n"
    for episode in rows:
        for folder, to in (("talks", "github"), ("data", "json")):
            exported = export(episode, to)
            yield f"{folder}/{exported.filename}", exported.text


def _entry(episode: Episode) -> str:
    return f"- [{github.escape_inline(title_of(episode))}](talks/{episode.code}.md)"
