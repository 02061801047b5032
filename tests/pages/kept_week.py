"""Every action of the week that changes what a kept page shows."""

from datetime import date, timedelta

from members.actors import SYSTEM
from talks.actions import (
    claims,
    days,
    degrade,
    hosting,
    items,
    life,
    questions,
    rescue,
    rundown_making,
    rundown_order,
    scribe,
    templates,
)
from talks.models import Episode
from tests.talks.week import board, person


def _planned(by, now):
    """A number that was planned here, beside what stands; `by` has its news and hosts it."""
    Episode.objects.filter(state="collecting").update(state="locked")
    week = board(now=now)
    week.claim = claims.claim(section=week.news, role="lead", by=by, now=now)
    week.hosting = hosting.host(episode=week.episode, role="host", by=by, now=now)
    week.other = person("另一位", now=now)
    return week


def _owner(by, now):
    return templates.own(kind="news", title="", person=by, by=by, now=now)


def _break(by, now):
    return days.take_break(day=date(2090, 1, 1), reason="停一次", by=by, now=now)


def _holiday(by, now):
    return days.set_holiday(day=date(2031, 1, 1), name="元旦", is_workday=False, by=by, now=now)


def _skipped(by, now):
    return templates.skip(owner=_owner(by, now), day=date(2090, 1, 1), by=by, now=now)


def _on_air(by, now):
    """A week on the air, with an item that is taken and a question."""
    week = _planned(by, now)
    row = items.nominate(
        episode=week.episode, url="https://blog.example/on-air", text="一条", section=week.news, by=by, now=now
    )
    items.accept(item=row, version=None, by=by, now=now)
    week.question = questions.ask(episode=week.episode, body="四比特够用吗？", by=by, now=now)
    Episode.objects.filter(pk=week.episode.pk).update(state="live")
    week.episode.refresh_from_db()
    week.cue = rundown_making.make_rundown(episode=week.episode, by=by, now=now).cues.get(item=row)
    return week


# Each action: what must stand before it, and the act on that.
OF_THE_WEEK = {
    "talks.actions.rundown_order.push_cue": (
        _on_air,
        lambda week, by, now: rundown_order.push_cue(episode=week.episode, cue=week.cue, by=by, now=now),
    ),
    "talks.actions.scribe.note_question": (
        _on_air,
        lambda week, by, now: scribe.note_question(
            section=week.news, body="直播里问的", asker_name="渡口", by=by, now=now
        ),
    ),
    "talks.actions.scribe.note_answer": (
        _on_air,
        lambda week, by, now: scribe.note_answer(
            question=week.question, author_name="渡口", body="直播里答的", by=by, now=now
        ),
    ),
    "talks.actions.scribe.note_link": (
        _on_air,
        lambda week, by, now: scribe.note_link(section=week.news, url="https://shown.example/x", by=by, now=now),
    ),
    "talks.actions.claims.claim": (
        _planned,
        lambda week, by, now: claims.claim(section=week.picks, role="lead", by=by, now=now),
    ),
    "talks.actions.claims.release": (
        _planned,
        lambda week, by, now: claims.release(claim=week.claim, by=by, now=now),
    ),
    "talks.actions.claims.hand_over": (
        _planned,
        lambda week, by, now: claims.hand_over(claim=week.claim, to=week.other, by=by, now=now),
    ),
    "talks.actions.degrade.degrade": (
        _planned,
        lambda week, by, now: degrade.degrade(section=week.classic, by=by, now=now),
    ),
    "talks.actions.hosting.host": (
        _planned,
        lambda week, by, now: hosting.host(episode=week.episode, role="editor", by=by, now=now),
    ),
    "talks.actions.hosting.name_host": (
        _planned,
        lambda week, by, now: hosting.name_host(episode=week.episode, person=week.other, role="host", by=by, now=now),
    ),
    "talks.actions.hosting.leave_hosting": (
        _planned,
        lambda week, by, now: hosting.leave_hosting(hosting=week.hosting, by=by, now=now),
    ),
    "talks.actions.hosting.hand_over_hosting": (
        _planned,
        lambda week, by, now: hosting.hand_over_hosting(hosting=week.hosting, to=week.other, by=by, now=now),
    ),
    "talks.actions.life.plan_next": (
        lambda by, now: Episode.objects.filter(state="collecting").update(state="locked"),
        lambda _none, by, now: life.plan_next(by=SYSTEM, now=now),
    ),
    "talks.actions.life.advance": (
        _planned,
        lambda week, by, now: life.advance(episode=week.episode, to="locked", by=by, now=now, reason="早一点"),
    ),
    "talks.actions.life.step_back": (
        _planned,
        lambda week, by, now: life.step_back(episode=week.episode, to="draft", reason="重来", by=by, now=now),
    ),
    "talks.actions.life.postpone": (
        _planned,
        lambda week, by, now: life.postpone(
            episode=week.episode, starts_at=now + timedelta(days=5), reason="加班", by=by, now=now
        ),
    ),
    "talks.actions.life.turn_week": (
        _planned,
        lambda week, by, now: life.turn_week(payload={}, now=week.episode.locks_at),
    ),
    "talks.actions.rescue.rescue": (
        _planned,
        lambda week, by, now: rescue.rescue(episode=week.episode, by=by, now=now),
    ),
    "talks.actions.days.take_break": (lambda by, now: None, lambda _none, by, now: _break(by, now)),
    "talks.actions.days.end_break": (_break, lambda row, by, now: days.end_break(row=row, by=by, now=now)),
    "talks.actions.days.set_holiday": (lambda by, now: None, lambda _none, by, now: _holiday(by, now)),
    "talks.actions.days.remove_holiday": (
        _holiday,
        lambda row, by, now: days.remove_holiday(row=row, by=by, now=now),
    ),
    "talks.actions.templates.make_edition": (
        lambda by, now: None,
        lambda _none, by, now: templates.make_edition(edition=1, values={"minutes": 60}, by=by, now=now),
    ),
    "talks.actions.templates.own": (lambda by, now: None, lambda _none, by, now: _owner(by, now)),
    "talks.actions.templates.disown": (_owner, lambda row, by, now: templates.disown(owner=row, by=by, now=now)),
    "talks.actions.templates.skip": (
        _owner,
        lambda row, by, now: templates.skip(owner=row, day=date(2090, 1, 1), by=by, now=now),
    ),
    "talks.actions.templates.unskip": (
        _skipped,
        lambda row, by, now: templates.unskip(owner=row, day=date(2090, 1, 1), by=by, now=now),
    ),
}
# Those that read, and those that only run inside one of the above.
WITHIN_THE_WEEK = {
    *("talks.actions.claims.check_taker", "talks.actions.degrade.let_run", "talks.actions.degrade.restore"),
    *("talks.actions.degrade.lift", "talks.actions.leaving.give_up"),
    *("talks.actions.item_rows.give_up_overspent", "talks.actions.item_rows.homes_of_votes"),
    "talks.actions.items.refuse_known",
    *(
        *("talks.actions.life.check_move", "talks.actions.days.check_break"),
        "talks.actions.life.move",
        "talks.actions.life.tell",
        "talks.actions.publishing.write_credits",
    ),
    *(f"talks.actions.planning.{name}" for name in ("make_next", "newest_edition", "shipped", "owns")),
    # The clock and the order of an evening stand on its own pages, which nobody keeps.
    *(f"talks.actions.rundown.{name}" for name in ("start", "pause", "resume", "next_cue", "back", "skip", "end")),
    *("talks.actions.rundown.add_minutes", "talks.actions.rundown.end_with_evening"),
    *("talks.actions.rundown_making.make_rundown", "talks.actions.rundown_making.make_of_locked"),
    *(f"talks.actions.rundown_order.{name}" for name in ("reorder", "add_cue", "put_on_stage")),
    *(f"talks.actions.scribe.{name}" for name in ("take_section", "leave_section")),
    *("talks.actions.rundown_version.touch_rundown", "talks.actions.carries.carry_question_on"),
    *(
        f"talks.actions.rundown_rows.{name}"
        for name in ("locked_rundown", "require_going_on", "require_open", "cues_of")
    ),
    *(f"talks.actions.rundown_rows.{name}" for name in ("own", "put_on_air", "leave", "stop", "following")),
    *("talks.actions.rundown_rows.arrange", "talks.actions.rundown_rows.note"),
    *("talks.actions.rescue.links_of", "talks.actions.templates.as_json", "talks.actions.templates.check_values"),
}
