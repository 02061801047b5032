"""Every action on items, suggestions and carries that changes what a kept page shows."""

from talks.actions import carries, item_edits, item_order, items, suggestions
from talks.models import Episode, Item, Plan, Question, Section


def _room(by, now):
    """The open evening 021 with a news section that takes items, and what is in it."""
    Episode.objects.filter(code="021").update(state="collecting")
    return Section.objects.select_related("episode").get(episode__code="021", kind="news")


def _nominated(by, now):
    section = _room(by, now)
    return items.nominate(
        episode=section.episode, section=section, url="https://a.example/1", text="甲", by=by, now=now
    )


def _accepted(by, now):
    return items.accept(item=_nominated(by, now), version=1, by=by, now=now)


def _beside(item):
    return Item.objects.filter(section=item.section).exclude(pk=item.pk).order_by("pk")[0]


def _suggested(by, now):
    return suggestions.suggest(section=_room(by, now), body="短一点", by=by, now=now)


def _carried(by, now):
    _room(by, now)
    question = Question.objects.filter(episode__code="020", parent=None)[0]
    return carries.carry(question=question, episode=Episode.objects.get(code="021"), by=by, now=now)


def _asked(by, now):
    Episode.objects.exclude(code="020").update(state="collecting")
    return Question.objects.filter(episode__code="021", parent=None)[0]


ON_ITEMS = {
    "talks.actions.items.nominate": (_room, lambda _section, by, now: _nominated(by, now)),
    "talks.actions.items.vote": (_nominated, lambda row, by, now: items.vote(item=row, by=by, now=now)),
    "talks.actions.items.unvote": (
        lambda by, now: items.vote(item=_nominated(by, now), by=by, now=now),
        lambda row, by, now: items.unvote(item=row, by=by, now=now),
    ),
    "talks.actions.items.second": (
        _nominated,
        lambda row, by, now: items.second(item=row, text="还有", by=by, now=now),
    ),
    "talks.actions.items.accept": (
        _nominated,
        lambda row, by, now: items.accept(item=row, version=1, by=by, now=now),
    ),
    "talks.actions.items.defer": (_nominated, lambda row, by, now: items.defer(item=row, version=1, by=by, now=now)),
    "talks.actions.items.decline": (
        _nominated,
        lambda row, by, now: items.decline(item=row, reason="跑题", version=1, by=by, now=now),
    ),
    "talks.actions.items.merge": (
        _nominated,
        lambda row, by, now: items.merge(item=row, into=_beside(row), version=1, by=by, now=now),
    ),
    "talks.actions.items.reopen": (_accepted, lambda row, by, now: items.reopen(item=row, version=2, by=by, now=now)),
    "talks.actions.item_edits.edit": (
        _nominated,
        lambda row, by, now: item_edits.edit(item=row, version=1, values={"title": "乙"}, by=by, now=now),
    ),
    "talks.actions.item_edits.remove": (
        _nominated,
        lambda row, by, now: item_edits.remove(item=row, version=1, by=by, now=now),
    ),
    "talks.actions.item_edits.restore": (
        lambda by, now: item_edits.remove(item=_nominated(by, now), version=1, by=by, now=now),
        lambda row, by, now: item_edits.restore(item=row, by=by, now=now),
    ),
    "talks.actions.item_order.move": (
        _nominated,
        lambda row, by, now: item_order.move(
            item=row, section=row.section.episode.sections.get(kind="practice"), version=1, by=by, now=now
        ),
    ),
    "talks.actions.item_order.arrange": (
        _accepted,
        lambda row, by, now: item_order.arrange(item=row, behind=None, version=2, by=by, now=now),
    ),
    "talks.actions.item_order.shift": (
        _accepted,
        lambda row, by, now: item_order.shift(item=row, steps=-1, version=2, by=by, now=now),
    ),
    "talks.actions.item_order.move_question": (
        _asked,
        lambda row, by, now: item_order.move_question(
            question=row, episode=Episode.objects.get(code="S01"), version=1, by=by, now=now
        ),
    ),
    "talks.actions.carries.carry": (_room, lambda _section, by, now: _carried(by, now)),
    "talks.actions.carries.drop": (_carried, lambda row, by, now: carries.drop(carry=row, by=by, now=now)),
    "talks.actions.carries.take": (
        _room,
        lambda section, by, now: carries.take(item=Item.objects.get(title="量化"), section=section, by=by, now=now),
    ),
    "talks.actions.carries.take_plan": (
        _room,
        lambda section, by, now: carries.take_plan(plan=Plan.objects.all()[0], section=section, by=by, now=now),
    ),
    "talks.actions.suggestions.suggest": (_room, lambda _section, by, now: _suggested(by, now)),
    "talks.actions.suggestions.own": (_suggested, lambda row, by, now: suggestions.own(suggestion=row, by=by, now=now)),
    "talks.actions.suggestions.resolve": (
        _suggested,
        lambda row, by, now: suggestions.resolve(suggestion=row, resolution="好", by=by, now=now),
    ),
    "talks.actions.suggestions.reopen": (
        lambda by, now: suggestions.resolve(suggestion=_suggested(by, now), resolution="好", by=by, now=now),
        lambda row, by, now: suggestions.reopen(suggestion=row, by=by, now=now),
    ),
}
# Those that read, and those that only run inside one of the above; a visit is nobody else's.
WITHIN_ITEMS = {
    *(
        f"talks.actions.item_rows.{name}"
        for name in (
            *("values_of", "locked_episodes", "locked_item", "check_version", "require_running", "save", "note"),
            *("item_of", "credit", "name_papers", "tell", "as_written", "require_takes_items"),
        )
    ),
    *(f"talks.actions.item_order.{name}" for name in ("open_section", "put_into", "in_groups", "accepted_in")),
    *(f"talks.actions.groups.{name}" for name in ("ensure_group", "set_groups")),
    *("talks.actions.carries.carry_on", "talks.actions.carries.take_back", "talks.actions.items.check_nomination"),
    "talks.actions.visits.note_visit",
    *(f"talks.actions.presence.{name}" for name in ("note_presence", "forget_presence")),
}
