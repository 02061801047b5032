"""The rules of a source hold for what it has brought already, as far as nobody has decided on it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef

from members.actions.revisions import touch
from news import stories
from news.entries import Entry
from news.models import Decision, NewsItem, Sighting, Source

CHUNK = 500


def apply_rules(*, source: Source, keep_before: str, block_before: str, now: datetime) -> dict[str, int]:
    """Hide and show undecided stories as the rules of a source say by now; return how many sightings changed.

    What the rules before did not hide and is hidden all the same was hidden by the source itself: it stays so.
    Belongs into the caller's transaction, which holds the source and records the change of its rules.
    """
    old_keep, old_block = stories.Words(keep_before), stories.Words(block_before)
    keep, block = stories.Words(source.keep_words), stories.Words(source.block_words)
    rows = Sighting.objects.filter(source=source, news_item__decision=Decision.OPEN, news_item__deleted_at=None)
    hide, show = [], []
    for row in rows.only("entry_key", "url", "title", "summary", "authors", "is_hidden").iterator(CHUNK):
        entry = Entry(row.entry_key, row.url, row.title, row.summary, tuple(row.authors))
        is_hidden = stories.is_hidden(entry, keep=keep, block=block)
        if is_hidden and not row.is_hidden:
            hide.append(row.pk)
        elif row.is_hidden and not is_hidden and stories.is_hidden(entry, keep=old_keep, block=old_block):
            show.append(row.pk)
    for keys, value in ((hide, True), (show, False)):
        for start in range(0, len(keys), CHUNK):
            _set(keys[start : start + CHUNK], value, now=now)
    if hide or show:
        touch()
    return {"hidden": len(hide), "shown": len(show)}


def _set(keys: list[int], is_hidden: bool, *, now: datetime) -> None:
    """Hide or show these sightings, and their stories by what stands in the open of each."""
    Sighting.objects.filter(pk__in=keys).update(is_hidden=is_hidden)
    told = NewsItem.objects.filter(pk__in=Sighting.objects.filter(pk__in=keys).values("news_item"))
    in_open = Exists(Sighting.objects.filter(news_item=OuterRef("pk"), is_hidden=False))
    turned = told.filter(~in_open, is_hidden=False) if is_hidden else told.filter(in_open, is_hidden=True)
    turned.update(is_hidden=is_hidden, version=F("version") + 1, changed_at=now)
