"""What goes on in a later episode (承接): unused nominations, open plans, questions that many wait for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import Actor
from members.rules import StateRefusal, require
from talks.actions.html import give_ids, rendered
from talks.actions.item_order import open_section, put_into
from talks.actions.item_rows import locked_episodes, name_papers, note, tell, values_of
from talks.actions.keeping import keep
from talks.models import (
    Carry,
    CarryReason,
    Credit,
    Episode,
    Item,
    ItemState,
    ItemVote,
    Plan,
    Question,
    Section,
)
from talks.models.order import next_position
from talks.nominations import next_collecting
from talks.rules import is_over, sections_to_run


def carry(
    *,
    episode: Episode,
    by: Actor,
    now: datetime,
    item: Item | None = None,
    question: Question | None = None,
    reason: str = CarryReason.BY_HAND,
) -> Carry:
    """Let a question or an item of an earlier episode go on in this one; twice is once.

    Raises PermissionDenied, Http404, StateRefusal when the episode is published.
    """
    with transaction.atomic():
        home = _home_of(item, question)
        if home is None:
            raise Http404
        row = locked_episodes(home, episode.pk, by=by)[episode.pk]
        _permit(by, row)
        if home == row.pk:
            raise StateRefusal(_("It stands in this episode already."), code="same_episode")
        return _carry(row, reason, by=by, now=now, item=item, question=question)


def drop(*, carry: Carry, by: Actor, now: datetime) -> Carry:
    """Let something not go on after all. Raises PermissionDenied, Http404, StateRefusal."""
    with transaction.atomic():
        episode = locked_episodes(carry.episode_id, by=by)[carry.episode_id]
        _permit(by, episode)
        row = Carry.objects.select_for_update().get(pk=carry.pk)
        if row.made_id is not None:
            raise StateRefusal(_("An item was made of it; take this one out."), code="taken_already")
        if row.deleted_at is None:
            _delete(row, by=by, now=now)
    return row


def take(*, item: Item, section: Section, by: Actor, now: datetime) -> Item:
    """Bring an item of an earlier episode into a section of this one, where it is nominated.

    It moves, votes and credits with it; out of a published record, which stands, a copy is made of it. Raises
    PermissionDenied, Http404, StateRefusal when it was taken already, decided about, or waits in an evening to come.
    """
    with transaction.atomic():
        home = Section.objects.filter(items=item.pk).values_list("episode_id", flat=True).first()
        if home is None:
            raise Http404
        locked_episodes(home, section.episode_id, by=by)
        target = open_section(section)
        require(target.pk in sections_to_run(by, target.episode), _REFUSAL())
        row = Item.objects.select_related("section__episode", "nominated_by").get(pk=item.pk)
        if row.deleted_at is not None:
            raise Http404
        if row.section.episode_id == target.episode_id:
            raise StateRefusal(_("It stands in this episode already."), code="same_episode")
        if row.state not in (ItemState.NOMINATED, ItemState.DEFERRED):
            raise StateRefusal(
                _("It was decided about: %(state)s.") % {"state": row.get_state_display()}, code="decided"
            )
        is_waiting = row.state == ItemState.NOMINATED and not is_over(row.section.episode)
        if is_waiting and row.section_id not in sections_to_run(by, row.section.episode):
            message = _("%(episode)s is not over: who leads its section there decides about it first.")
            raise StateRefusal(message % {"episode": row.section.episode.label}, code="still_open")
        reason = CarryReason.DEFERRED if row.state == ItemState.DEFERRED else CarryReason.UNUSED
        mark = _carry(target.episode, reason, by=by, now=now, item=row)
        if mark.made_id is not None:
            raise StateRefusal(_("It was taken already."), code="taken_already")
        bring = _moved if row.section.episode.is_open else _copied
        made = bring(row, target, mark, by=by, now=now)
        tell(made, "carry", target, by=by, now=now)
    return made


def take_plan(*, plan: Plan, section: Section, by: Actor, now: datetime) -> Item:
    """Nominate an open plan of an earlier episode in a section of this one. Raises as `take`."""
    with transaction.atomic():
        locked_episodes(plan.episode_id, section.episode_id, by=by)
        target = open_section(section)
        require(target.pk in sections_to_run(by, target.episode), _REFUSAL())
        if Plan.objects.filter(pk=plan.pk, deleted_at=None).first() is None:
            raise Http404
        title = " ".join(plan.body.split())
        there = Item.objects.current().filter(section__episode=target.episode, title=title, url=None)
        if there.exists():
            raise StateRefusal(_("It was taken already."), code="taken_already")
        stamp = {"created_at": now, "changed_at": now}
        made = Item(section=target, position=next_position(target.items.all()), title=title, **stamp)
        for name, value in rendered(made).items():
            setattr(made, name, value)
        made.save()
        give_ids([made])
        name_papers(made, now=now)
        after = {**values_of(made), "plan": plan.pk}
        keep(record(by=by, now=now, verb="carry", kind="item", key=made.pk, after=after), [made])
    return made


def carry_on(item: Item, *, by: Actor, now: datetime) -> None:
    """Let an item that was put off go on in the next number, if that is there. Part of the decision about it."""
    following = next_collecting(item.section.episode)
    if following is not None:
        _carry(following, CarryReason.DEFERRED, by=by, now=now, item=item)


def carry_question_on(question: Question, episode: Episode, *, by: Actor, now: datetime) -> Carry:
    """Let a question that there was no time for go on in the next number. Part of running the evening."""
    return _carry(episode, CarryReason.UNANSWERED, by=by, now=now, question=question)


def take_back(item: Item, *, by: Actor, now: datetime) -> None:
    """Let an item that is not put off any more not go on. Part of the decision about it."""
    for row in Carry.objects.filter(item=item, reason=CarryReason.DEFERRED, made=None, deleted_at=None):
        _delete(row, by=by, now=now)


def _REFUSAL() -> str:  # noqa: N802 - a sentence, in the language of whoever asks
    return _("Only who leads this section, hosts, editors and organizers take something into it.")


def _home_of(item: Item | None, question: Question | None) -> int | None:
    """Return the key of the episode that something stands in now; None for what was taken out."""
    if item is not None:
        rows = Item.objects.current().filter(pk=item.pk, section__deleted_at=None)
        return rows.values_list("section__episode", flat=True).first()
    if question is not None:
        return Question.objects.filter(pk=question.pk, deleted_at=None).values_list("episode", flat=True).first()
    return None


def _permit(by: Actor, episode: Episode) -> None:
    if not episode.is_open:
        raise StateRefusal(_("The record is published; its items stand."), code="record_published")
    allowed = bool(sections_to_run(by, episode))
    require(allowed, _("Only who leads a section, hosts, editors and organizers say what goes on."))


def _carry(episode: Episode, reason: str, *, by: Actor, now: datetime, **target: Any) -> Carry:
    there = Carry.objects.filter(episode=episode, deleted_at=None, **target).first()
    if there is not None:
        return there
    made = Carry.objects.create(episode=episode, reason=reason, created_at=now, changed_at=now, **target)
    after = {"episode": episode.code, "reason": str(reason), "item": made.item_id, "question": made.question_id}
    keep(record(by=by, now=now, verb="carry", kind="carry", key=made.pk, after=after), [made])
    return made


def _delete(row: Carry, *, by: Actor, now: datetime) -> None:
    row.deleted_at = row.changed_at = now
    row.version += 1
    row.save(update_fields=["deleted_at", "changed_at", "version"])
    keep(record(by=by, now=now, verb="drop", kind="carry", key=row.pk), [row])


def _moved(row: Item, target: Section, mark: Carry, *, by: Actor, now: datetime) -> Item:
    before = values_of(row)
    put_into(row, target, is_decided=False, now=now)
    _mark(mark, row, now=now)
    note(row, "move", before, by=by, now=now, others=[mark])
    return row


def _mark(mark: Carry, made: Item, *, now: datetime) -> None:
    """Note what came of something that goes on."""
    mark.made, mark.version, mark.changed_at = made, mark.version + 1, now
    mark.save(update_fields=["made", "version", "changed_at"])


def _copied(row: Item, target: Section, mark: Carry, *, by: Actor, now: datetime) -> Item:
    """Make an item of one in a published record, with its names and votes."""
    said = ("title", "url", "url_key", "author", "site", "remark", "body", "nominated_by", "depth", "minutes")
    made = Item(section=target, position=next_position(target.items.all()), created_at=now, changed_at=now)
    for name in said:
        setattr(made, name, getattr(row, name))
    for name, value in rendered(made).items():
        setattr(made, name, value)
    made.save()
    give_ids([made])
    common = {"item": made, "episode": target.episode, "created_at": now, "changed_at": now}
    Credit.objects.bulk_create(
        Credit(person=each.person, name=each.name, role=each.role, position=each.position, **common)
        for each in Credit.objects.filter(item=row, deleted_at=None).select_related("person")
    )
    votes = ItemVote.objects.filter(item=row)
    ItemVote.objects.bulk_create(
        ItemVote(item=made, person_id=one.person_id, created_at=one.created_at) for one in votes
    )
    name_papers(made, now=now)
    _mark(mark, made, now=now)
    after = {**values_of(made), "item": row.pk}
    keep(record(by=by, now=now, verb="carry", kind="item", key=made.pk, after=after), [made, mark])
    return made
