"""All episodes as files: an index and one page each for people, one JSON each to restore from."""

from collections.abc import Callable, Iterator

from django.db.models import QuerySet

from markup.html import TextTooLong
from markup.targets import github
from talks.export import export, title_of
from talks.models import Episode


def _silent(line: str) -> None:
    pass


def archive(episodes: QuerySet[Episode], *, tell: Callable[[str], None] = _silent) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every file, the same bytes for the same episodes.

    A page that would be too long is one line that leads to the data, where nothing is ever missing; `tell` hears which
    and why.
    """
    rows = list(episodes.order_by("kind", "number"))
    lines = ["# OpenLLM Talk", ""]
    samples = set(Episode.objects.of_sample().values_list("pk", flat=True))
    lines += [_entry(episode) for episode in rows if episode.pk not in samples]
    if any(episode.pk in samples for episode in rows):
        lines += ["", "## 示例", "", *(_entry(episode) for episode in rows if episode.pk in samples)]
    yield "README.md", "\n".join(lines) + "\n"
    for episode in rows:
        page, data = f"talks/{episode.code}.md", f"data/{episode.code}.json"
        try:
            yield page, export(episode, "github").text
        except TextTooLong as error:
            tell(f"{page}: {error}")
            yield page, f"这一期太长，排不成一页（{error.length} 个字符）；全文见 [{episode.code}.json](../{data})。\n"
        yield data, export(episode, "json").text


def _entry(episode: Episode) -> str:
    return f"- [{github.escape_inline(title_of(episode))}](talks/{episode.code}.md)"
