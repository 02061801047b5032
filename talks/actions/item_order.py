"""Where items and questions stand: in order inside a section, and moved to another section or episode.

A place is said by what stands before it, so that two people who move different rows both get what they saw. Whatever
moves stays itself: key, votes, credits, history, and a question's public id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import Actor
from members.rules import StateRefusal, invalid, require
from talks.actions.item_rows import (
    check_version,
    locked_episodes,
    locked_item,
    note,
    require_running,
    require_takes_items,
    save,
    tell,
    values_of,
)
from talks.actions.keeping import keep
from talks.models import (
    Answer,
    Credit,
    Episode,
    Item,
    ItemState,
    PaperMention,
    Question,
    Section,
)
from talks.models.order import next_position
from talks.rules import may_move, sections_to_run, takes_nominations, takes_questions


def move(*, item: Item, section: Section, version: int | None, by: Actor, now: datetime) -> Item:
    """Move an item to another section, of its own or another episode.

    Where `by` does not decide it is nominated anew, in an episode that takes no nominations not at all. Raises
    PermissionDenied, Http404, StateRefusal, ValidationError (`conflict`).
    """
    with transaction.atomic():
        row = locked_item(item, section.episode_id, by=by)
        require_running(by, row)
        before = values_of(row)
        check_version(row, version, yours={"section_id": section.pk}, theirs=before)
        target = open_section(section)
        if target.pk == row.section_id:
            return row
        if row.state == ItemState.MERGED:
            raise StateRefusal(_("What was merged stays where it is; take that back first."), code="merged_already")
        is_theirs = target.pk in sections_to_run(by, target.episode)
        has_left = target.episode_id != row.section.episode_id
        if has_left and not is_theirs and not takes_nominations(target.episode):
            message = _("%(episode)s takes no nominations any more; only who leads that section takes something in.")
            raise StateRefusal(message % {"episode": target.episode.label}, code="nominations_closed")
        put_into(row, target, is_decided=is_theirs and not has_left, now=now)
        note(row, "move", before, by=by, now=now)
        tell(row, "move", target, by=by, now=now)
    return row


def open_section(section: Section) -> Section:
    """Return a section that items may be put into, its episode locked by the caller. Raises Http404, StateRefusal."""
    row = Section.objects.filter(pk=section.pk, deleted_at=None).select_related("episode__template").first()
    if row is None or row.episode.deleted_at is not None:
        raise Http404
    if not row.episode.is_open:
        raise StateRefusal(_("The record is published; its items stand."), code="record_published")
    require_takes_items(row)
    return row


def put_into(row: Item, target: Section, *, is_decided: bool, now: datetime) -> None:
    """Put an item at the end of another section. In another episode, or undecided, it is nominated there."""
    has_left = row.section.episode_id != target.episode_id
    row.section, row.position = target, next_position(target.items.all())
    titles = [each["title"] for each in target.groups]
    row.group = row.group if row.group in titles else None
    if not is_decided:
        row.state, row.decided_by, row.decided_at, row.decision_reason = ItemState.NOMINATED, None, None, ""
    decided = ("state", "decided_by", "decided_at", "decision_reason")
    save(row, ["section", "position", "group", *decided], now=now)
    if has_left:
        Credit.objects.filter(item=row).update(episode=target.episode)
        PaperMention.objects.filter(item=row).update(episode=target.episode)


def arrange(
    *,
    item: Item,
    behind: int | None,
    version: int | None,
    by: Actor,
    now: datetime,
    section: Section | None = None,
) -> Item:
    """Put an item right behind another one of its section (None: first). Between two of one group it belongs to it.

    `section`: moves it there first. Raises as `move`; `conflict`, too, when the other one is not there any more.
    """
    with transaction.atomic():
        if section is not None and section.pk != item.section_id:
            item = move(item=item, section=section, version=version, by=by, now=now)
            version = item.version
        row = locked_item(item, by=by)
        require_running(by, row)
        before = values_of(row)
        yours = {"behind": behind}
        check_version(row, version, yours=yours, theirs=before)
        others = [each for each in _in_order(row.section) if each.pk != row.pk]
        keys = [each.pk for each in others]
        if behind is not None and behind not in keys:
            message = _("What it was to stand behind is not there any more; see where it stands now.")
            texts = {"yours": yours, "theirs": before}
            raise ValidationError({"version": [ValidationError(message, code="conflict", params=texts)]})
        place = 0 if behind is None else keys.index(behind) + 1
        return _put(row, others, place, before, by=by, now=now)


def shift(*, item: Item, steps: int, version: int | None, by: Actor, now: datetime) -> Item:
    """Move an item up (negative) or down among those of its state. Raises as `arrange`."""
    with transaction.atomic():
        row = locked_item(item, by=by)
        require_running(by, row)
        before = values_of(row)
        check_version(row, version, yours={"steps": steps}, theirs=before)
        rows = _in_order(row.section)
        others = [each for each in rows if each.pk != row.pk]
        alike = in_groups([each for each in rows if each.state == row.state], row.section)
        place = [each.pk for each in alike].index(row.pk) + steps
        place = min(max(place, 0), len(alike) - 1)
        beside = alike[place]
        if beside.pk == row.pk:
            return row
        if beside.group != row.group:  # over the edge of a group: it stays in its place and goes over to that one
            row.group = beside.group
        index = [each.pk for each in others].index(beside.pk)
        return _put(row, others, index + (1 if steps > 0 else 0), before, by=by, now=now, group=row.group)


def in_groups(rows: Sequence[Item], section: Section) -> list[Item]:
    """Return items as a reader sees them: those of no group, then group by group in the section's order."""
    titles = [None, *(each["title"] for each in section.groups)]
    places = {title: place for place, title in enumerate(titles)}
    return sorted(rows, key=lambda row: places.get(row.group or None, len(places)))


def accepted_in(section: Section) -> list[Item]:
    """Return the accepted items of a section as a reader sees them."""
    return in_groups([row for row in _in_order(section) if row.state == ItemState.ACCEPTED], section)


def _in_order(section: Section) -> list[Item]:
    return list(Item.objects.filter(section=section, deleted_at=None).order_by("position", "pk"))


def _put(
    row: Item,
    others: list[Item],
    place: int,
    before: dict[str, Any],
    *,
    by: Actor,
    now: datetime,
    group: str | None = None,
) -> Item:
    """Put an item at a place among the others of its section, and number those that move."""
    beside = {each.group for each in others[max(place - 1, 0) : place + 1] if each.state == row.state}
    if group is not None:
        row.group = group
    elif len(beside) == 1:
        row.group = beside.pop()
    rows = [*others[:place], row, *others[place:]]
    old_place = row.position
    deleted = Item.objects.filter(section=row.section).exclude(deleted_at=None).order_by("position", "pk")
    changed = []
    for position, each in enumerate([*rows, *deleted], 1):
        if each.position != position:
            each.position = position
            changed.append(each)
    if not changed and row.group == before["group"]:
        return row
    moved = [each for each in changed if each.pk != row.pk]
    Item.objects.bulk_update(moved, ["position"], batch_size=200)
    save(row, ["position", "group"], now=now)
    note(row, "arrange", {**before, "position": old_place}, by=by, now=now, others=moved)
    return row


# ── Questions ───────────────────────────────────────────────────────────────


def move_question(*, question: Question, episode: Episode, version: int | None, by: Actor, now: datetime) -> Question:
    """Move a question with its follow-ups and answers to another episode; its public id stays.

    Raises PermissionDenied, Http404, StateRefusal (also where nobody may ask now), ValidationError (`conflict`).
    """
    with transaction.atomic():
        home = Question.objects.filter(pk=question.pk).values_list("episode_id", flat=True).get()
        locked = locked_episodes(home, episode.pk, by=by)
        row = Question.objects.select_related("episode", "asker").get(pk=question.pk)
        if row.deleted_at is not None or row.episode_id != home:
            raise Http404
        if row.parent_id is not None:
            raise invalid("question", _("A follow-up goes where its question goes."), "invalid")
        here, there = locked[home], locked[episode.pk]
        if not here.is_open or not there.is_open:
            raise StateRefusal(_("The record is published; its questions stand."), code="record_published")
        require(may_move(by, row), _("Only who asked it, hosts, editors and organizers move a question."))
        theirs = {"episode": here.code, "body": row.body}
        check_version(row, version, yours={"episode": there.code}, theirs=theirs)
        if here.pk == there.pk:
            return row
        if not takes_questions(there):
            raise StateRefusal(_("This episode takes no questions now; ask in the next one."), code="questions_closed")
        thread = _carry_over(row, here, there, now=now)
        values = {"before": {"episode": here.code}, "after": {"episode": there.code}}
        keep(record(by=by, now=now, verb="move", kind="question", key=row.public_id, **values), thread)
    return row


def _carry_over(row: Question, here: Episode, there: Episode, *, now: datetime) -> list[Question]:
    """Move a question with its follow-ups, and return them."""
    first = next_position(Question.objects.filter(episode=there))
    thread = [row, *Question.objects.filter(parent=row).order_by("position", "pk")]
    code = row.first_code or here.code
    for place, each in enumerate(thread, first):
        each.episode, each.position = there, place
        each.first_code = "" if code == there.code else code
        each.version, each.changed_at = each.version + 1, now
        each.save(update_fields=["episode", "position", "first_code", "version", "changed_at"])
    answers = Answer.objects.filter(question__in=thread)
    PaperMention.objects.filter(question__in=thread).update(episode=there)
    PaperMention.objects.filter(answer__in=answers).update(episode=there)
    return thread
