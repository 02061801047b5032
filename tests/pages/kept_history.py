"""Every action of history that changes what a kept page shows."""

from talks.actions import history, item_edits, items
from talks.models import Episode, KeptRow
from tests.pages.kept_items import _nominated


def _edited(by, now):
    """An item that was changed, and the act before that."""
    row = _nominated(by, now)
    before = KeptRow.objects.of_row("item", row.pk).last().event_id
    items.accept(item=row, version=1, by=by, now=now)
    item_edits.edit(item=row, version=None, values={"title": "乙", "credits": []}, by=by, now=now)
    return row, before


def _removed(by, now):
    return item_edits.remove(item=_nominated(by, now), version=1, by=by, now=now)


ON_HISTORY = {
    "talks.actions.history.restore_row": (
        _edited,
        lambda found, by, now: history.restore_row(kind="item", key=str(found[0].pk), event=found[1], by=by, now=now),
    ),
    "talks.actions.history.bring_back": (
        _removed,
        lambda row, by, now: history.bring_back(kind="item", key=str(row.pk), by=by, now=now),
    ),
    "talks.actions.history.restore_episode": (
        _edited,
        lambda found, by, now: history.restore_episode(
            episode=Episode.objects.get(code="021"), event=found[1], typed="021", by=by, now=now
        ),
    ),
}
# Those that read, and those that only run inside an act.
WITHIN_HISTORY = {
    *(f"talks.actions.history.{name}" for name in ("changes_of_episode", "may_restore", "REFUSAL")),
    *(f"talks.actions.keeping.{name}" for name in ("hold", "keep", "loaded_version", "forget_names")),
    "talks.actions.signatures.forget_signatures",
    *(f"members.actions.forgetting.{name}" for name in ("forget_told", "mentioning", "without", "unsigned")),
    "talks.actions.restoring.html_ahead",
}
