"""A section runs without a lead by the rule of its kind, and a late claim undoes that."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from markup import links
from members.actions.events import record
from members.actors import Actor
from members.models import Event
from members.rules import StateRefusal, require
from papers.actions.stubs import find_or_stub
from talks.actions.html import give_ids
from talks.actions.item_rows import item_of
from talks.actions.keeping import keep
from talks.degrading import Rule, most_wanted, rule_of, top_stories
from talks.models import Claim, ClaimRole, Depth, Episode, Item, ItemState, PaperMention, Section
from talks.models.order import next_position
from talks.rules import runs, takes_claims


def degrade(*, section: Section, by: Actor, now: datetime) -> Section:
    """Let a section run without a lead. Hosts and organizers.

    Raises PermissionDenied, Http404, StateRefusal when somebody leads it, it runs so already or it is too late.
    """
    with transaction.atomic():
        episode = Episode.objects.under_lock().get(pk=section.episode_id)
        row = Section.objects.filter(pk=section.pk, deleted_at=None).select_related("episode").first()
        if row is None:
            raise Http404
        require(runs(by, episode), _("Only hosts and organizers do this."))
        if not takes_claims(episode):
            raise StateRefusal(_("The sections of this evening are settled."), code="claims_closed")
        if Claim.objects.current().filter(section=row, role=ClaimRole.LEAD).exists():
            raise StateRefusal(_("Somebody leads this section."), code="section_led")
        if row.degraded_at is not None or rule_of(row) is Rule.NOTHING:
            raise StateRefusal(_("This section runs without a lead already."), code="degraded_already")
        let_run(row, by=by, now=now, is_by_hand=True)
    return row


def let_run(section: Section, *, by: Actor, now: datetime, is_by_hand: bool = False) -> None:
    """Let a section of a locked episode run without a lead, in the transaction of the caller.

    What a host did so by hand stands when the episode goes back (`lift`).
    """
    rule = rule_of(section)
    made: list[Item] = []
    if rule is Rule.LIST:
        made = _list_stories(section, now=now)
    elif rule is Rule.MOST_WANTED and (item := most_wanted(section)) is not None:
        item.state, item.is_automatic = ItemState.ACCEPTED, True
        item.version, item.changed_at = item.version + 1, now
        item.save(update_fields=["state", "is_automatic", "version", "changed_at"])
        made = [item]
    _mark(section, now, now=now)
    after = {"rule": rule.value, "items": [item.pk for item in made], "is_by_hand": is_by_hand}
    keep(record(by=by, now=now, verb="degrade", kind="section", key=section.pk, after=after), [section, *made])


def lift(episode: Episode, *, by: Actor, now: datetime) -> None:
    """Let sections wait for a lead again that ran without one since the board was locked: the episode goes back."""
    for section in Section.objects.filter(episode=episode, deleted_at=None).exclude(degraded_at=None).order_by("pk"):
        done = Event.objects.about("section", section.pk).filter(verb="degrade").order_by("-pk").first()
        if done is not None and not done.after.get("is_by_hand"):
            restore(section, by=by, now=now, verb="lift")


def restore(section: Section, *, by: Actor, now: datetime, verb: str = "restore") -> None:
    """Undo what ran without a lead, in the transaction of the caller; what somebody worked on since stays."""
    since = section.degraded_at
    items = list(Item.objects.current().filter(section=section, is_automatic=True).order_by("pk"))
    for item in items:
        item.is_automatic = False
        if item.changed_at == since and item.created_at == since:
            item.deleted_at = None if _is_wanted(item) else now
        elif item.changed_at == since:
            item.state = ItemState.NOMINATED
        item.version, item.changed_at = item.version + 1, now
        item.save(update_fields=["is_automatic", "deleted_at", "state", "version", "changed_at"])
    _mark(section, None, now=now)
    before = {"degraded_at": since.isoformat() if since else None}
    keep(record(by=by, now=now, verb=verb, kind="section", key=section.pk, before=before), [section, *items])


def _is_wanted(item: Item) -> bool:
    """Whether somebody voted for an item, or merged another one into it: that would go with it."""
    merged = Item.objects.current().filter(merged_into=item, state=ItemState.MERGED)
    return item.votes.exists() or merged.exists()


def _mark(section: Section, since: datetime | None, *, now: datetime) -> None:
    section.degraded_at = since
    section.version, section.changed_at = section.version + 1, now
    section.save(update_fields=["degraded_at", "version", "changed_at"])


def _list_stories(section: Section, *, now: datetime) -> list[Item]:
    """Take the week's best stories in as entries that are only listed; what triage said of them is left alone."""
    first = next_position(section.items.all())
    stories = enumerate(top_stories(section, now=now), first)
    made = [item_of(story, section, place, now=now, depth=Depth.LISTED, is_automatic=True) for place, story in stories]
    Item.objects.bulk_create(made)
    give_ids(made)
    for item in made:
        story = item.news_item
        ids = set(links.arxiv_ids(f"{item.title or ''}\n{item.url or ''}"))
        if story is not None and story.paper is not None:
            ids.add(story.paper.arxiv_id)
        for paper in find_or_stub(ids, now=now).values():
            PaperMention.objects.create(paper=paper, episode=section.episode, item=item)
    return made
