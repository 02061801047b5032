"""Stories are filed into the coming episode, declined, merged, and all of it undone; findings of the radar are ignored.

A story is decided once: the row is locked, and whoever comes second is told who was first and where it went.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from markup import links
from members.actions.events import record
from members.actors import Actor
from members.models import Event, Person
from members.rules import StateRefusal, check_text, invalid, may_write, require
from news.actions import stories
from news.actions.stories import sorters_only
from news.models import Decision, NewsItem
from news.rules import may_sort_stories
from papers.actions.stubs import find_or_stub
from talks.actions.groups import ensure_group, set_groups
from talks.actions.html import give_ids
from talks.actions.item_rows import item_of
from talks.actions.keeping import keep
from talks.models import Credit, CreditRole, Episode, Item, PaperMention, Section, SectionKind
from talks.models.order import next_position
from talks.radar import KEY, KIND
from talks.rules import REASON_LIMIT, sections_to_file_in, takes_news

# The groups of the news, as the community's documents name them; data, not a text of the site.
GROUPS = ("学术", "项目", "工业界")


def take(*, story: NewsItem, section: Section, by: Actor, now: datetime, group: str | None = None) -> Item:
    """File a story as an item of the coming episode, credited to who files it.

    Raises PermissionDenied, StateRefusal when it is decided already or the episode has it, Http404, ValidationError.
    """
    with transaction.atomic():
        episode = Episode.objects.under_lock().get(pk=section.episode_id)
        story = _locked(story)
        section = _open_section(section, episode, by)
        _check_open(story)
        _check_new(story, episode)
        before = _state(story)
        group, is_added = _group(section, group, by=by, now=now)
        item = item_of(story, section, next_position(section.items.all()), now=now, group=group)
        item.save()
        _name(item, episode, by, now=now)
        give_ids([item])
        _decide(story, Decision.TAKEN, "", by=by, now=now)
        values = {name: getattr(item, name) for name in ("section_id", "position", "group", "title", "url", "state")}
        values["news_item"] = story.pk
        keep(record(by=by, now=now, verb="file", kind="item", key=item.pk, after=values), [item])
        after = {**_state(story), "item": item.pk, "section": section.pk, "group": group, "group_added": is_added}
        record(by=by, now=now, verb="take", kind="news", key=story.pk, before=before, after=after)
    return item


def decline(*, story: NewsItem, reason: str, by: Actor, now: datetime) -> NewsItem:
    """Turn a story down, with the reason. Raises PermissionDenied, StateRefusal, Http404, ValidationError."""
    with transaction.atomic():
        story = _locked(story)
        _permit(by)
        reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT, required=True)
        _check_open(story)
        before = _state(story)
        _decide(story, Decision.DECLINED, reason, by=by, now=now)
        after = _state(story)
        record(by=by, now=now, verb="decline", kind="news", key=story.pk, before=before, after=after, reason=reason)
    return story


def merge(*, story: NewsItem, into: NewsItem, by: Actor, now: datetime) -> NewsItem:
    """Make an undecided story one with another. Raises PermissionDenied, StateRefusal, Http404, ValidationError."""
    with transaction.atomic():
        list(NewsItem.objects.select_for_update().filter(pk__in=(story.pk, into.pk)).order_by("pk"))
        story, into = _locked(story), _locked(into)
        _permit(by)
        _check_open(story)
        return stories.merge(story=story, into=into, by=by, now=now)


def undo(*, story: NewsItem, version: int, by: Actor, now: datetime) -> NewsItem:
    """Take the last decision back: the story is open again, and the item that was made of it is deleted.

    Raises PermissionDenied, Http404, ValidationError with code `conflict` when the story has changed since `version`,
    StateRefusal when nothing was decided or somebody has worked on the item.
    """
    with transaction.atomic():
        item = Item.objects.current().filter(news_item=story).select_related("section").order_by("-pk").first()
        if item is not None:
            Episode.objects.under_lock().get(pk=item.section.episode_id)
        story = _locked(story)
        _permit(by)
        if story.version != version:
            raise invalid("version", _("Somebody has changed this story meanwhile: look again."), "conflict")
        if story.merged_into_id is not None:
            return stories.unmerge(story=story, by=by, now=now)
        if story.decision == Decision.OPEN:
            raise StateRefusal(_("Nothing was decided about this story."), code="not_decided")
        before = _state(story)
        if story.decision == Decision.TAKEN:
            _delete_item(story, by=by, now=now)
        _decide(story, Decision.OPEN, "", by=None, now=now)
        record(by=by, now=now, verb="undo", kind="news", key=story.pk, before=before, after=_state(story))
    return story


def ignore(*, finding: str, reason: str, by: Actor, now: datetime) -> None:
    """Show a finding of the radar no more. Raises PermissionDenied, Http404, ValidationError."""
    _note(finding, "ignore", reason=reason, by=by, now=now)


def unignore(*, finding: str, by: Actor, now: datetime) -> None:
    """Show an ignored finding again. Raises PermissionDenied, Http404."""
    _note(finding, "unignore", reason="", by=by, now=now)


def _note(finding: str, verb: str, *, reason: str, by: Actor, now: datetime) -> None:
    if not KEY.fullmatch(finding):
        raise Http404
    with transaction.atomic():
        _permit(by)
        reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT, required=verb == "ignore")
        last = Event.objects.about(KIND, finding).order_by("-pk").first()
        if (last.verb if last else "unignore") != verb:
            record(by=by, now=now, verb=verb, kind=KIND, key=finding, reason=reason)


# ── Checks ──────────────────────────────────────────────────────────────────


def _locked(story: NewsItem) -> NewsItem:
    row = NewsItem.objects.select_for_update().filter(pk=story.pk, deleted_at=None, is_hidden=False).first()
    if row is None:
        raise Http404
    return row


def _permit(by: Actor) -> None:
    require(may_sort_stories(by), sorters_only())


def _open_section(section: Section, episode: Episode, by: Actor) -> Section:
    """Return the section as it stands. Raises StateRefusal once its episode takes no news, PermissionDenied."""
    if may_write(by) and not takes_news(episode):
        message = _("%(episode)s takes no news any more; what stands there is edited there.")
        raise StateRefusal(message % {"episode": episode.label}, code="takes_no_news")
    found = next((each for each in sections_to_file_in(by, episode) if each.pk == section.pk), None)
    if found is None:
        raise PermissionDenied(_("Only who leads this section, hosts and organizers file stories in it."))
    return found


def _check_open(story: NewsItem) -> None:
    """Raise StateRefusal for a story that is decided or merged, naming who did it and where it went."""
    if story.merged_into is not None:
        message = _("It was merged into “%(title)s” already.") % {"title": story.merged_into}
        raise StateRefusal(message, code="merged_already")
    who = story.decided_by or _("Somebody")
    if story.decision == Decision.DECLINED:
        message = _("%(who)s has declined it already: %(reason)s")
        raise StateRefusal(message % {"who": who, "reason": story.decision_reason}, code="declined_already")
    if story.decision == Decision.TAKEN:
        where = where_of(Item.objects.current().filter(news_item=story).select_related("section__episode").last())
        message = _("%(who)s has filed it already: %(where)s")
        raise StateRefusal(message % {"who": who, "where": where}, code="taken_already")


def _check_new(story: NewsItem, episode: Episode) -> None:
    """Raise StateRefusal when the episode has this address or paper by another way."""
    merged = NewsItem.objects.filter(merged_into=story)
    keys = [story.key, *merged.values_list("key", flat=True)]
    if story.paper is not None:
        keys.append(f"arxiv:{story.paper.arxiv_id}")
    told = Q(url_key__in=keys) | Q(news_item__in=merged)
    there = Item.objects.shown().filter(told, section__episode=episode)
    item = there.select_related("section__episode").order_by("pk").first()
    if item is not None:
        raise StateRefusal(_("It stands there already: %(where)s") % {"where": where_of(item)}, code="there_already")


def where_of(item: Item | None) -> str:
    """Return where an item stands, as a refusal says it: 006, 本周新闻, 学术."""
    if item is None:
        return _("an item that is gone")
    parts: Iterable[str | None] = (item.section.episode.label, item.section.name, item.group)
    return " ".join(part for part in parts if part)


# ── Rows ────────────────────────────────────────────────────────────────────


def _group(section: Section, group: str | None, *, by: Actor, now: datetime) -> tuple[str | None, bool]:
    """Return the section's own name for a group of the news, and whether it had to be added: exports go by them."""
    if section.kind != SectionKind.NEWS:
        return None, False
    if group not in GROUPS:
        raise invalid("group", _("Choose %(groups)s.") % {"groups": "、".join(GROUPS)}, "unknown")
    titles = [str(each["title"]) for each in section.groups]
    known = next((title for title in titles if title == group or title.startswith(group[:2])), None)
    return (known, False) if known is not None else ensure_group(section, group, by=by, now=now)


def _name(item: Item, episode: Episode, by: Actor, *, now: datetime) -> None:
    """Credit who filed the item, and note the papers it is about."""
    if isinstance(by, Person):
        Credit.objects.create(
            episode=episode,
            item=item,
            person=by,
            name=by.name,
            role=CreditRole.TRANSCRIBER,
            position=0,
            created_at=now,
            changed_at=now,
        )
    story = item.news_item
    ids = set(links.arxiv_ids(f"{item.title or ''}\n{item.url or ''}"))
    if story is not None and story.paper is not None:
        ids.add(story.paper.arxiv_id)
    for paper in find_or_stub(ids, now=now).values():
        PaperMention.objects.create(paper=paper, episode=episode, item=item)


def _delete_item(story: NewsItem, *, by: Actor, now: datetime) -> None:
    """Delete the item of a taken story, and the group that was added for it. Its section must still take news."""
    item = Item.objects.current().filter(news_item=story).select_related("section__episode").order_by("-pk").first()
    if item is None:
        return
    _open_section(item.section, item.section.episode, by)
    if item.version != 1:
        raise StateRefusal(
            _("Somebody has worked on the item meanwhile; take it out on its page."), code="item_changed"
        )
    item.deleted_at = item.changed_at = now
    item.version += 1
    item.save(update_fields=["deleted_at", "changed_at", "version"])
    keep(record(by=by, now=now, verb="delete", kind="item", key=item.pk), [item])
    taken = Event.objects.about("news", story.pk).filter(verb="take").order_by("-pk").first()
    others = Item.objects.current().filter(section=item.section, group=item.group)
    if taken is not None and taken.after.get("group_added") and not others.exists():
        section = Section.objects.select_for_update(no_key=True).get(pk=item.section_id)
        rest = [group for group in section.groups if group != {"title": item.group, "body": ""}]
        set_groups(section, rest, by=by, now=now)


def _decide(story: NewsItem, decision: Decision, reason: str, *, by: Actor | None, now: datetime) -> None:
    story.decision, story.decision_reason = decision, reason
    story.decided_by = by if isinstance(by, Person) else None
    story.decided_at = None if decision == Decision.OPEN else now
    story.version += 1
    story.changed_at = now
    story.save()


def _state(story: NewsItem) -> dict[str, Any]:
    return {
        "decision": story.decision,
        "reason": story.decision_reason,
        "by": story.decided_by_id,
        "at": story.decided_at.isoformat() if story.decided_at else None,
    }
