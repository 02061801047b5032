"""Items of the week: nominated, voted for, and decided about by who runs their section.

Every act locks the episode first. What a decision was made on is said by `version`; who was slower is told, with both.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from markup import links
from members.actions.events import record
from members.actors import Actor, person_behind
from members.models import Event, Person
from members.rules import StateRefusal, check_text, invalid, require
from talks.actions.carries import carry_on, take_back
from talks.actions.deliveries import announce
from talks.actions.groups import ensure_group
from talks.actions.html import give_ids, rendered
from talks.actions.item_rows import (
    as_written,
    check_version,
    credit,
    give_up_overspent,
    homes_of_votes,
    locked_episodes,
    locked_item,
    name_papers,
    note,
    require_running,
    require_takes_items,
    save,
    tell,
    values_of,
)
from talks.actions.keeping import keep
from talks.models import CreditRole, Episode, EpisodeState, Item, ItemState, ItemVote, Section, SectionKind
from talks.models.order import next_position
from talks.nominations import address_in, group_for, known_of, next_collecting, section_for
from talks.rules import (
    BODY_LIMIT,
    NOMINATION_LIMIT,
    REASON_LIMIT,
    URL_LIMIT,
    can_nominate,
    can_vote,
    takes_nominations,
    votes_of,
)
from talks.telling import excerpt
from talks.votes import COUNTED, episode_of_votes, root_of, votes_given

DECIDED = ("state", "decided_by", "decided_at", "decision_reason", "merged_into")


class AlreadyThere(StateRefusal):
    """The week has this address already, as `item`: one more voice is better than one more row."""

    def __init__(self, message: str, *, code: str, item: Item) -> None:
        super().__init__(message, code=code)
        self.item = item


def nominate(
    *, episode: Episode, text: str, by: Actor, now: datetime, url: str = "", section: Section | None = None
) -> Item:
    """Nominate an address with a sentence, or words alone, for an episode; one that is closed hands it to the next.

    Without a section it goes where its kind belongs. Raises PermissionDenied, Http404, ValidationError, StateRefusal
    when no number takes nominations, AlreadyThere for an address that the week has.
    """
    require(can_nominate(by, episode, now=now), _("Sign in, or come by an invitation, to nominate."))
    address, text = check_nomination(url=url, text=text)
    row = _said(address, text, episode)
    html = rendered(row)
    with transaction.atomic():
        open_one = next_collecting(episode)
        locked = locked_episodes(*{episode.pk, open_one.pk} if open_one else {episode.pk}, by=by)
        target = locked[episode.pk]
        if not takes_nominations(target):
            target = _next(target, locked.get(open_one.pk) if open_one else None)
        refuse_known(row, target, by)
        row.section = _section(section, target, address)
        row.position = next_position(row.section.items.all())
        row.nominated_by = person_behind(by)
        row.created_at = row.changed_at = now
        if row.section.kind == SectionKind.NEWS and (group := group_for(address)):
            row.group, _added = ensure_group(row.section, group, by=by, now=now)
        for name, value in html.items():
            setattr(row, name, value)
        row.save()
        give_ids([row])
        credit(row, CreditRole.SOURCE, as_written(by), now=now)
        name_papers(row, now=now)
        event = record(by=by, now=now, verb="nominate", kind="item", key=row.pk, after=values_of(row))
        keep(event, [row])
        _announce(event, "item_nominated", row, now=now)
    return row


def check_nomination(*, url: str, text: str) -> tuple[str, str]:
    """Return the address, canonical, and the words of a nomination. Raises ValidationError naming field and fix."""
    text = check_text(text.strip(), field="text", limit=NOMINATION_LIMIT, required=not url.strip())
    return _address(url), text


def _address(url: str) -> str:
    """Return an address in its canonical form. Raises ValidationError for what is none."""
    if not url.strip():
        return ""
    check_text(url, field="url", limit=URL_LIMIT)
    address = address_in(url)
    if not address:
        raise invalid("url", _("This is no address of a page: it begins with https://."), "invalid")
    return address


def _said(address: str, text: str, episode: Episode) -> Item:
    """Return the item of a nomination: called what its work is called, else by the first line that was written."""
    known = known_of(address, episode, None).title if address else ""
    first, _newline, rest = text.partition("\n")
    title, body = (known, text) if known else (" ".join(first.split()), rest.strip())
    key = links.short_key(address) if address else ""
    return Item(title=title or None, body=body, url=address or None, url_key=key, state=ItemState.NOMINATED)


def _next(episode: Episode, following: Episode | None) -> Episode:
    if episode.state == EpisodeState.DRAFT:
        raise StateRefusal(_("This episode is still a draft; it takes no nominations."), code="nominations_closed")
    if following is None or not takes_nominations(following):
        message = _("%(episode)s takes no nominations any more, and the next number is not made yet.")
        raise StateRefusal(message % {"episode": episode.label}, code="nominations_closed")
    return following


def _section(wanted: Section | None, episode: Episode, url: str) -> Section:
    """Return the section that was wanted; in another number, the one of its kind; without one, the one that suits."""
    sections = list(Section.objects.filter(episode=episode, deleted_at=None).order_by("position", "pk"))
    if wanted is not None:
        own = next((each for each in sections if each.pk == wanted.pk), None)
        if own is None and wanted.episode_id == episode.pk:
            raise Http404
        alike = own or next((each for each in sections if each.kind == wanted.kind), None)
        if alike is not None:
            require_takes_items(alike)
            return alike
    found = section_for(sections, url)
    if found is None:
        raise StateRefusal(_("%(episode)s has no sections yet.") % {"episode": episode.label}, code="no_sections")
    return found


def refuse_known(row: Item, episode: Episode, by: Actor) -> None:
    """Raise AlreadyThere for an address, or words of this person, that the week has in another item."""
    there = Item.objects.current().filter(section__episode=episode, section__deleted_at=None)
    if row.url_key:
        known = known_of(row.url or "", episode, None)
        if known.here is not None and known.here.pk != row.pk:
            raise AlreadyThere(
                _("This week has it already: add your voice."), code="nominated_already", item=known.here
            )
        if known.declined is not None:
            message = _("It was declined this week: %(reason)s") % {"reason": known.declined.decision_reason}
            raise AlreadyThere(message, code="declined_already", item=known.declined)
        return
    same = there.filter(nominated_by=person_behind(by), title=row.title, body=row.body, url=None).order_by("pk").first()
    if same is not None:
        raise AlreadyThere(_("You have sent exactly this already."), code="repeated", item=same)


# ── Votes ───────────────────────────────────────────────────────────────────


def vote(*, item: Item, by: Actor, now: datetime) -> Item:
    """Give an item one of the votes of the week; who has given it one changes nothing.

    Raises PermissionDenied, Http404, StateRefusal when voting is over or no vote is left, saying where they are.
    """
    with transaction.atomic():
        row, episode, person = _to_vote(item, by)
        given = votes_given(person, episode)
        if row.pk in {each.pk for each in given}:
            return row
        most = votes_of(episode)
        if len(given) >= most:
            message = _("You have given all %(n)d votes of this week: %(where)s. Take one back first.")
            where = "、".join(f"「{each}」" for each in given)
            raise StateRefusal(message % {"n": most, "where": where}, code="no_votes_left")
        ItemVote.objects.get_or_create(item=row, person=person, defaults={"created_at": now})
        record(by=by, now=now, verb="vote", kind="item", key=row.pk)
    return row


def unvote(*, item: Item, by: Actor, now: datetime) -> Item:
    """Take a vote back, also one for what was merged into the item. Raises PermissionDenied, Http404, StateRefusal when
    voting is over."""
    with transaction.atomic():
        row, _episode, person = _to_vote(item, by)
        own = ItemVote.objects.filter(Q(item=row) | Q(item__state=ItemState.MERGED), person=person)
        given = [each.pk for each in own.select_related("item__merged_into") if root_of(each.item).pk == row.pk]
        if ItemVote.objects.filter(pk__in=given).delete()[0]:
            record(by=by, now=now, verb="unvote", kind="item", key=row.pk)
    return row


def second(*, item: Item, text: str, by: Actor, now: datetime) -> Item:
    """Vote for somebody's nomination and, with words, add a sentence to it, signed, while it is only nominated.

    Raises as `vote` does, and ValidationError for bad text.
    """
    text = check_text(text.strip(), field="text", limit=NOMINATION_LIMIT)
    with transaction.atomic():
        row = vote(item=item, by=by, now=now)
        [(name, _person)] = as_written(by)
        added = f"{text} —{name}"
        if not text or added in row.body:
            return row
        if row.state != ItemState.NOMINATED:
            raise StateRefusal(_("It is in the section already; who leads that edits its words."), code="decided")
        before = values_of(row)
        row.body = check_text(f"{row.body}\n\n{added}".strip(), field="text", limit=BODY_LIMIT)
        html = rendered(row)
        save(row, ["body", *html], now=now)
        credit(row, CreditRole.SOURCE, as_written(by), now=now)
        name_papers(row, now=now)
        note(row, "add", before, by=by, now=now)
    return row


def _to_vote(item: Item, by: Actor) -> tuple[Item, Episode, Person]:
    """Return the item that a vote is for, the episode whose votes it takes, both locked, and who votes."""
    aim = root_of(Item.objects.select_related("section__episode").get(pk=item.pk))
    week = episode_of_votes(aim)
    locked = {aim.section.episode_id} | ({week.pk} if week is not None else set())
    row = root_of(given := locked_item(item, *locked, by=by))
    if row.deleted_at is not None or row.section.deleted_at is not None:
        raise Http404
    if row.section.episode_id not in {given.section.episode_id, *locked}:
        raise Http404  # it was merged or moved away in this moment; nothing is locked there
    if not can_vote(by) or not isinstance(by, Person):
        raise PermissionDenied(_("Sign in to vote."))
    episode = episode_of_votes(row)
    if episode is None or episode.pk not in {given.section.episode_id, *locked}:
        raise StateRefusal(_("Votes are given while the episode is collecting."), code="votes_closed")
    if row.state not in (ItemState.NOMINATED, ItemState.ACCEPTED, ItemState.DEFERRED):
        raise StateRefusal(_("It was decided about: %(state)s.") % {"state": row.get_state_display()}, code="decided")
    return row, episode, by


# ── Decisions ───────────────────────────────────────────────────────────────


def accept(*, item: Item, version: int | None, by: Actor, now: datetime) -> Item:
    """Take an item into its section. Raises PermissionDenied, Http404, StateRefusal, ValidationError (`conflict`)."""
    return _decide(item, ItemState.ACCEPTED, "accept", version=version, by=by, now=now)


def defer(*, item: Item, version: int | None, by: Actor, now: datetime, reason: str = "") -> Item:
    """Put an item off; the next number, if there is one, shows it among what it goes on with. Raises as `accept`."""
    return _decide(item, ItemState.DEFERRED, "defer", version=version, by=by, now=now, reason=reason)


def decline(*, item: Item, reason: str, version: int | None, by: Actor, now: datetime) -> Item:
    """Turn an item down, with the reason. Raises as `accept`, and ValidationError without a reason."""
    check_text(reason.strip(), field="reason", limit=REASON_LIMIT, required=True)
    return _decide(item, ItemState.DECLINED, "decline", version=version, by=by, now=now, reason=reason)


def merge(*, item: Item, into: Item, version: int | None, by: Actor, now: datetime) -> Item:
    """Make an item one with another, which counts its votes from now on. Raises as `accept`, `merged_already`."""
    return _decide(item, ItemState.MERGED, "merge", version=version, by=by, now=now, into=into)


def reopen(*, item: Item, version: int | None, by: Actor, now: datetime) -> Item:
    """Take a decision back: the item is nominated again, a merged one what it was before; a vote for it that was given
    anew elsewhere does not come back. Raises as `accept`."""
    return _decide(item, ItemState.NOMINATED, "reopen", version=version, by=by, now=now)


def _decide(
    item: Item,
    state: ItemState,
    verb: str,
    *,
    version: int | None,
    by: Actor,
    now: datetime,
    reason: str = "",
    into: Item | None = None,
) -> Item:
    reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT)
    with transaction.atomic():
        # The other one's week too: else two who merge into each other at once would both be right.
        row = locked_item(item, *(homes := [*_homes(into), *homes_of_votes(item)]), by=by)
        require_running(by, row)
        before = values_of(row)
        check_version(row, version, yours={"state": state.value, "reason": reason}, theirs=before)
        if state == row.state and state != ItemState.MERGED:
            return row
        if row.state == ItemState.MERGED and verb != "reopen":
            message = _("It was merged into “%(title)s” already.") % {"title": row.merged_into}
            raise StateRefusal(message, code="merged_already")
        if row.state == ItemState.DEFERRED:
            take_back(row, by=by, now=now)
        row.merged_into = _root_of(into, row, {row.section.episode_id, *homes}) if into is not None else None
        was_counted = row.state in COUNTED
        row.state = _state_before_merging(row) if verb == "reopen" and row.state == ItemState.MERGED else state
        is_decided = row.state != ItemState.NOMINATED
        row.decided_by = person_behind(by) if is_decided else None
        row.decided_at = now if is_decided else None
        row.decision_reason = reason
        save(row, DECIDED, now=now)
        if not was_counted:
            give_up_overspent(row)
        if state == ItemState.DEFERRED:
            carry_on(row, by=by, now=now)
        event = note(row, verb, before, by=by, now=now, reason=reason)
        _tell(row, verb, by=by, now=now)
        if verb == "accept":
            _announce(event, "item_accepted", row, now=now)
    return row


def _homes(item: Item | None) -> list[int]:
    """Return the key of the episode that an item stands in, as far as one can know before it is locked."""
    found = Section.objects.filter(items=item.pk).values_list("episode_id", flat=True) if item is not None else []
    return list(found)


def _root_of(into: Item, row: Item, homes: Collection[int]) -> Item:
    """Return what an item is merged into, in one of the locked episodes. Raises Http404, StateRefusal for itself or one
    that is gone into another."""
    found = (
        Item.objects.current().filter(pk=into.pk, section__deleted_at=None).select_related("section__episode").first()
    )
    if found is None or found.section.episode.deleted_at is not None:
        raise Http404
    if found.section.episode_id not in homes:
        raise Http404  # it moved away in this moment; nothing is locked there
    if found.section.episode.state == EpisodeState.DRAFT and found.section.episode_id != row.section.episode_id:
        raise Http404
    if found.pk == row.pk:
        raise StateRefusal(_("Nothing can be merged into itself."), code="same_item")
    if found.state == ItemState.MERGED:
        message = _("That one was merged into “%(title)s”: choose this one.") % {"title": found.merged_into}
        raise StateRefusal(message, code="merged_already")
    return found


def _state_before_merging(row: Item) -> ItemState:
    last = Event.objects.about("item", row.pk).filter(verb="merge").order_by("-pk").first()
    state = (last.before or {}).get("state") if last is not None else None
    return ItemState(state) if state in (ItemState.ACCEPTED, ItemState.NOMINATED) else ItemState.NOMINATED


def _tell(row: Item, verb: str, *, by: Actor, now: datetime) -> None:
    """Tell who nominated an item what became of it."""
    tell(row, verb, row.section, by=by, now=now, reason=row.decision_reason, into=str(row.merged_into or "")[:200])


def _announce(event: Event, kind: str, row: Item, *, now: datetime) -> None:
    """Tell webhooks of an item."""
    episode, section = row.section.episode, row.section.name
    where = f"{reverse('board', args=[episode.code])}#item-{row.pk}"
    announce(event, episode, kind, now=now, url=where, section=section, title=excerpt(str(row)), item=row.pk)
