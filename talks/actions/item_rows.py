"""What every act on an item shares: its episodes locked, what it says, its names and papers, one way to save it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from markup import links
from members.actions.events import record
from members.actions.notifications import notify
from members.actors import Actor, person_behind
from members.models import Event, Person, Row
from members.rules import StateRefusal, is_system, require
from news.models import NewsItem
from papers.actions.stubs import find_or_stub
from talks.actions.html import rendered
from talks.actions.keeping import hold, keep
from talks.history import base_of_row
from talks.models import Credit, Episode, Item, ItemState, ItemVote, PaperMention, Section
from talks.rules import sections_to_run, takes_items, votes_of
from talks.votes import COUNTED, episode_of_votes, root_of, steps_of, votes_given

# What an Event and a conflict say of an item.
SAID = ("section_id", "state", "group", "title", "url", "author", "site", "remark", "body", "depth", "minutes")


def values_of(item: Item) -> dict[str, Any]:
    """Return what an item says, with its credits, as JSON."""
    rows = Credit.objects.filter(item=item, deleted_at=None).order_by("position", "pk")
    return {
        **{name: getattr(item, name) for name in SAID},
        "merged_into": item.merged_into_id,
        "reason": item.decision_reason,
        "credits": [{"role": row.role, "name": row.name} for row in rows],
    }


def locked_episodes(*pks: int, by: Actor) -> dict[int, Episode]:
    """Lock these episodes, always in one order, and return them. Raises Http404 for one that `by` may not know of."""
    rows = Episode.objects.under_lock().filter(pk__in=pks).order_by("pk")
    found = {row.pk: row for row in rows.select_related("template")}
    visible = Episode.objects.filter(deleted_at=None) if is_system(by) else Episode.objects.visible_to(_person(by))
    if set(pks) - set(visible.filter(pk__in=pks).values_list("pk", flat=True)):
        raise Http404
    return found


def _person(by: Actor) -> Person | None:
    return by if isinstance(by, Person) else None


def locked_item(item: Item, *others: int, by: Actor, is_deleted: bool = False) -> Item:
    """Lock an item's episode, and `others`, and return the item as it stands now. Raises Http404."""
    home = Section.objects.filter(items=item.pk).values_list("episode_id", flat=True).first()
    if home is None:
        raise Http404
    locked_episodes(home, *others, by=by)
    row = Item.objects.select_related("section__episode__template", "nominated_by", "merged_into").get(pk=item.pk)
    if row.section.deleted_at is not None or (row.deleted_at is not None) != is_deleted:
        raise Http404
    if row.section.episode_id != home and row.section.episode_id not in others:
        raise Http404  # it moved away in this moment; nothing is locked there
    return row


def check_version(row: Any, version: int | None, *, yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    """Raise ValidationError (`conflict`, with both texts) when a row is not of this version any more."""
    if version is not None and row.version != version:
        message = _("Somebody has changed this meanwhile; both are here, nothing is lost.")
        base, standing = base_of_row(row, version), (row.pk, row.version)
        texts = {"yours": dict(yours), "theirs": dict(theirs), "base": base, "standing": standing}
        raise ValidationError({"version": [ValidationError(message, code="conflict", params=texts)]})


def require_running(by: Actor, item: Item) -> None:
    """Raise unless `by` runs the item's section: PermissionDenied, or StateRefusal when the record is published."""
    episode = item.section.episode
    if not episode.is_open:
        raise StateRefusal(_("The record is published; its items stand."), code="record_published")
    allowed = item.section_id in sections_to_run(by, episode)
    require(allowed, _("Only who leads this section, hosts, editors and organizers decide about its items."))


def require_takes_items(section: Section) -> None:
    """Raise StateRefusal for a section whose document could not be read again with items in it."""
    if not takes_items(section):
        raise StateRefusal(_("The free talk holds questions; choose another section."), code="no_items")


def save(item: Item, fields: Iterable[str], *, now: datetime) -> None:
    """Write these fields of an item, and count the change."""
    item.version += 1
    item.changed_at = now
    item.save(update_fields=[*fields, "version", "changed_at"])


def note(
    item: Item,
    verb: str,
    before: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
    others: Iterable[Row] = (),
) -> Event:
    """Record what was done to an item: the values that it changed; and keep it, with the `others` that it changed."""
    after = values_of(item)
    changed = [name for name in after if after[name] != before.get(name)]
    old, new = ({name: values.get(name) for name in changed} for values in (before, after))
    values = {"before": old, "after": new, "reason": reason}
    return keep(record(by=by, now=now, verb=verb, kind="item", key=item.pk, **values), [item, *others])


def item_of(story: NewsItem, section: Section, position: int, *, now: datetime, **more: Any) -> Item:
    """Return the item of a section that a story becomes, not saved yet, with its HTML."""
    title = " ".join(story.title.split()) or None
    url = links.canonical(story.url) if story.url else None
    values = {"title": title, "url": url, "url_key": links.short_key(story.url) if story.url else ""}
    stamp = {"created_at": now, "changed_at": now, **rendered(Item(title=title))}
    return Item(
        section=section, position=position, state=ItemState.ACCEPTED, news_item=story, **values, **stamp, **more
    )


def credit(item: Item, role: str, people: Iterable[tuple[str, Person]], *, now: datetime) -> None:
    """Credit people for an item, behind those who are credited already, each once a role."""
    hold([item])
    rows = list(Credit.objects.filter(item=item, deleted_at=None).order_by("position"))
    known = {(row.role, row.person_id) for row in rows}
    place = rows[-1].position + 1 if rows else 0
    common = {"item": item, "episode": item.section.episode, "created_at": now, "changed_at": now}
    for name, person in people:
        if (role, person.pk) not in known:
            known.add((role, person.pk))
            Credit.objects.create(person=person, name=name, role=role, position=place, **common)
            place += 1


def name_papers(item: Item, *, now: datetime) -> None:
    """Note the papers that an item's address and words name, in the place of those noted before."""
    hold([item])
    text = "\n".join(filter(None, [item.url, item.title, item.body]))
    versions = links.arxiv_versions(text)
    papers = find_or_stub(versions, now=now)
    PaperMention.objects.filter(item=item).delete()
    PaperMention.objects.bulk_create(
        PaperMention(paper=papers[key], episode=item.section.episode, item=item, paper_version=version)
        for key, version in versions.items()
    )


def tell(item: Item, verb: str, section: Section, *, by: Actor, now: datetime, **more: str) -> None:
    """Tell who nominated an item what became of it."""
    person = person_behind(by)
    said = {"title": str(item)[:200], "code": section.episode.code, "section": section.name, **more}
    who = person.name if person is not None else ""
    notify([item.nominated_by], kind=f"item_{verb}", target=("item", item.pk), by=by, now=now, who=who, **said)


def homes_of_votes(item: Item) -> list[int]:
    """Return the key of the episode whose votes an item takes, as far as one can know before it is locked."""
    row = Item.objects.select_related("section__episode").filter(pk=item.pk).first()
    episode = episode_of_votes(row) if row is not None else None
    return [episode.pk] if episode is not None else []


def give_up_overspent(item: Item) -> None:
    """Take away the votes for an item that counts again of those who have spent them elsewhere meanwhile.

    Also those for what was merged into it. Its episode, and the one whose votes it takes, are locked by the caller.
    """
    root = root_of(item)
    if root.deleted_at is not None or root.state not in COUNTED:
        return
    episode = episode_of_votes(root) or root.section.episode
    rows = ItemVote.objects.filter(Q(item=item) | Q(item__state=ItemState.MERGED)).select_related("item", "person")
    theirs: dict[Person, list[int]] = {}
    for vote in rows:
        if item.pk in steps_of(vote.item):
            theirs.setdefault(vote.person, []).append(vote.pk)
    for person, keys in theirs.items():
        if len(votes_given(person, episode)) > votes_of(episode):
            ItemVote.objects.filter(pk__in=keys).delete()


def as_written(by: Actor) -> list[tuple[str, Person]]:
    """Return who acts, as a credit names them."""
    person = person_behind(by)
    return [(person.name, person)] if person is not None else []
