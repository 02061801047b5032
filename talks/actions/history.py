"""Nothing is lost: a row or a whole episode becomes what it was at any moment, and what was taken out comes back.

A restore is an act like any other: it is recorded, keeps what it found, and so can be undone. It never changes the
state of an evening (`advance` and `step_back` do), the numbers that were given, or votes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.notifications import notify
from members.actors import Actor, person_behind
from members.models import Event, Person, Row
from members.rules import StateRefusal, check_text, invalid, is_organizer, may_write, require
from talks.actions import degrade
from talks.actions.deliveries import announce
from talks.actions.html import Html
from talks.actions.item_rows import check_version, locked_episodes
from talks.actions.keeping import keep
from talks.actions.life import tell
from talks.actions.moderation import put_back
from talks.actions.reminders import plan_reminders
from talks.actions.restoring import Restoring, html_ahead
from talks.history import Key, differing, find_row, last_act, load, wanted_of_episode, wanted_of_row
from talks.models import (
    Answer,
    Carry,
    Claim,
    ClaimRole,
    Episode,
    EpisodeState,
    Hosting,
    Item,
    KeptRow,
    Question,
    Section,
    Suggestion,
)
from talks.rules import (
    REASON_LIMIT,
    can_resolve,
    has_written,
    holds,
    is_own_nomination,
    may_moderate,
    may_settle,
    runs,
    sections_to_run,
    takes_claims,
)
from talks.states import KIND_OF, State, fields_of, homes_of_states, states_of

# What a restore leaves as it is, whatever it was: the life of an evening, and what was given once.
LEFT_ALONE = {
    "episode": ("kind", "number", "code", "state", "template"),
    # Who signed: whoever put their name to a question, or asked anonymously, decides that alone.
    "question": ("asker", "asker_name", "is_anonymous", "is_by_name"),
}
BEFORE = (EpisodeState.DRAFT, EpisodeState.COLLECTING, EpisodeState.LOCKED)
DATES = ("starts_at", "locks_at", "time_text")
# What belongs to the evening and not to the row: only a restore of the whole brings it back.
OF_THE_WHOLE = {"section": ("degraded_at",), "question": ("settled", "settled_reason"), "answer": ("is_accepted",)}
# What is shown is decided in the queue, and no restore decides otherwise.
REVIEWED = ("review", "review_reason", "merged_into", "deleted_at")
SIGNED = {"author_name", "transcriber_name"}
# What a nominator may bring back of their own, while it is only nominated.
OWN = {"title", "url", "url_key", "body", "deleted_at", "credits", "papers"}


def restore_row(
    *, kind: str, key: str, event: int, by: Actor, now: datetime, version: int | None = None, reason: str = ""
) -> Row:
    """Let a row be as it was just after an event; the same is no change. Who may: who may edit the row now.

    Raises PermissionDenied, Http404 for a row or an event that has nothing to do with it, ValidationError (`conflict`)
    when the row is not of `version` any more, StateRefusal when it cannot be as it was (`cannot_restore`).
    """
    row = find_row(kind, key)
    if row is None or not KeptRow.objects.of_row(kind, key).filter(event=event).exists():
        raise Http404
    return _one(row, lambda found: wanted_of_row(found, event), event, version, reason, by=by, now=now)


def bring_back(*, kind: str, key: str, by: Actor, now: datetime, version: int | None = None) -> Row:
    """Bring a row back that was taken out, given up or dropped; what the queue keeps from being shown as `put_back`
    does. Raises as `restore_row`."""
    row = find_row(kind, key)
    if row is None or kind == "episode":
        raise Http404
    if isinstance(row, Question | Answer) and row.review:
        return put_back(row=row, by=by, now=now, version=version)

    def wanted(found: Row) -> dict[Key, State | None]:
        return {(kind, key): {**states_of([found])[found], "deleted_at": None}}

    return _one(row, wanted, None, version, "", by=by, now=now)


def _one(row: Row, of: Any, event: int | None, version: int | None, reason: str, *, by: Actor, now: datetime) -> Row:
    """Restore one row and what goes where it goes, in a transaction."""
    reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT)
    own = (KIND_OF[type(row)], str(row.pk))
    ahead = of(row)
    html = html_ahead(load(ahead), ahead)
    with transaction.atomic():
        locked_episodes(*_homes(load(ahead), ahead), by=by)
        found = find_row(*own)
        if found is None:
            raise Http404
        _refuse_hidden(found, of(found)[own])
        wanted = _left_alone(of(found), load(ahead), is_whole=False, now=now)
        rows = load(wanted)
        now_there = states_of([rows[own]])[rows[own]]
        changes = differing(wanted, rows)
        for key, (there, target) in {own: (now_there, wanted[own]), **changes}.items():
            _permit(rows[key], there, target, by=by, now=now)
        check_version(rows[own], version, yours=wanted[own] or {}, theirs=now_there)  # says the words: to who may
        if own not in changes:
            return rows[own]
        verb = "restore_row" if event is not None else "bring_back"
        _write(changes, rows, html, ahead, verb, own, event, reason, by=by, now=now)
    return rows[own]


def restore_episode(*, episode: Episode, event: int, typed: str, by: Actor, now: datetime, reason: str = "") -> Episode:
    """Let a whole episode be as it was just after an event, all of it or nothing. Its hosts, and organizers.

    `typed` is its code, so that nobody does it by mistake. What came in from another episode goes back there, what went
    comes home; both episodes must be one's to run. Raises PermissionDenied, Http404, ValidationError, StateRefusal
    (`cannot_restore`, `nothing_changed`).
    """
    if not KeptRow.objects.filter(episode=episode, event=event).exists():
        raise Http404
    reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT)
    ahead = wanted_of_episode(episode, event)
    html = html_ahead(load(ahead), ahead)
    with transaction.atomic():
        locked = locked_episodes(episode.pk, *_homes(load(ahead), ahead), by=by)
        row = locked[episode.pk]
        for each in locked.values():
            require(may_restore(by, each), REFUSAL())
        if typed.strip() not in (row.code, row.label):
            raise invalid("typed", _("Type the number of the episode: %(code)s.") % {"code": row.code}, "mismatch")
        rows = load(ahead)
        wanted = _left_alone(wanted_of_episode(row, event), rows, is_whole=True, now=now)
        rows = load(wanted)
        if set(_homes(rows, wanted)) - set(locked):
            raise StateRefusal(_("Something moved in this moment; look again."), code="moved_meanwhile")
        changes = differing(wanted, rows)
        if not changes:
            raise StateRefusal(_("It is as it was then."), code="nothing_changed")
        own = ("episode", str(row.pk))
        _write(changes, rows, html, ahead, "restore_episode", own, event, reason, by=by, now=now)
    row.refresh_from_db()
    return row


def changes_of_episode(episode: Episode, event: int, *, now: datetime) -> dict[Key, tuple[State, State | None]]:
    """Return what `restore_episode` would change, for the page that asks."""
    wanted = wanted_of_episode(episode, event)
    rows = load(wanted)
    return differing(_left_alone(wanted, rows, is_whole=True, now=now), rows)


def REFUSAL() -> str:  # noqa: N802 - a sentence, in the language of whoever asks
    return _("Only hosts and organizers restore an episode, organizers a published one.")


def may_restore(by: Actor, episode: Episode) -> bool:
    """Who restores a whole episode: who runs it until it is published, then organizers."""
    return is_organizer(by) or runs(by, episode)


def _homes(rows: dict[Key, Row], wanted: dict[Key, State | None]) -> list[int]:
    """Return the episodes that rows stand in and are to stand in."""
    return homes_of_states([*rows.values()], wanted)


def _left_alone(
    wanted: dict[Key, State | None], rows: dict[Key, Row], *, is_whole: bool, now: datetime
) -> dict[Key, State | None]:
    """Return what is wanted but for what a restore leaves as it is: also the date of an evening that is still to come,
    where the one it had is over by now."""
    found: dict[Key, State | None] = {}
    missing = load(key for key in wanted if key not in rows)
    questions = [row for row in (*rows.values(), *missing.values()) if isinstance(row, Question)]
    withdrawn = set(Question.objects.withdrawn().filter(episode__in={row.episode_id for row in questions}))
    for key, state in wanted.items():
        row = rows.get(key) or missing.get(key)
        if row in withdrawn:
            continue  # whose it is has the code; to nobody else it is there
        names = [*LEFT_ALONE.get(key[0], ()), *(() if is_whole else OF_THE_WHOLE.get(key[0], ()))]
        if state is not None and row is not None and names:
            there = states_of([row])[row]
            if isinstance(row, Episode) and row.state in BEFORE and _is_over(state["starts_at"], now):
                names += DATES
            state = {**state, **{name: there[name] for name in names}}
        if isinstance(row, Question | Answer) and (row.review or (state or {}).get("review")):
            if state is None:
                continue
            state = {**state, **{name: value for name, value in fields_of(row).items() if name in REVIEWED}}
        if isinstance(row, Answer) and state is not None:
            state = {**state, "question": row.question_id}  # a merge moves answers, and takes them back
        if state is None and key[0] == "episode":
            continue  # an episode is never taken out by this
        found[key] = state
    return found


def _refuse_hidden(row: Row, target: State | None) -> None:
    """Raise StateRefusal for what is not shown, before anything is said about its words; Http404 for what its asker
    withdrew: only the code brings it back."""
    if isinstance(row, Question) and Question.objects.withdrawn().filter(pk=row.pk).exists():
        raise Http404
    if isinstance(row, Question | Answer) and (row.review or (target or {}).get("review")):
        raise StateRefusal(_("Whether it is shown is decided in the queue."), code="under_review")


def _is_over(moment: str | None, now: datetime) -> bool:
    return moment is not None and datetime.fromisoformat(moment) <= now


def _write(
    changes: dict[Key, tuple[State, State | None]],
    rows: dict[Key, Row],
    html: dict[Key, Html],
    ahead: dict[Key, State | None],
    verb: str,
    own: Key,
    event: int | None,
    reason: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Write what changes, record it and keep it."""
    targets = {key: target for key, (_there, target) in changes.items()}
    fresh = {key: made for key, made in html.items() if ahead.get(key) == targets.get(key)}
    found = {key: rows[key] for key in targets}
    dates = {row.pk: row.starts_at for row in found.values() if isinstance(row, Episode)}
    written = Restoring(found, targets, is_whole=verb == "restore_episode", now=now).write(fresh)
    row = rows.get(own) or find_row(*own)
    values = {"key": _named(row), "after": {"event": event, "rows": len(written)}, "reason": reason}
    made = keep(record(by=by, now=now, verb=verb, kind=own[0], **values), written)
    if verb == "restore_episode":
        _tell_whose(written, _named(row), by=by, now=now)
    for each in written:
        if isinstance(each, Episode) and each.starts_at is not None and each.starts_at != dates[each.pk]:
            _tell_of_date(each, dates[each.pk], made, reason, by=by, now=now)
        if isinstance(each, Claim) and each.role == ClaimRole.LEAD and each.deleted_at is None:
            section = Section.objects.select_related("episode").get(pk=each.section_id)
            if section.degraded_at is not None and verb != "restore_episode":
                degrade.restore(section, by=by, now=now)


def _tell_of_date(
    episode: Episode, before: datetime | None, event: Event, reason: str, *, by: Actor, now: datetime
) -> None:
    """As when it is moved by hand: people, robots and reminders hear of the new date."""
    assert episode.starts_at is not None  # noqa: S101 - the caller asks for a date
    tell("postponed", [episode], by=by, now=now, starts_at=episode.starts_at.isoformat(), reason=reason)
    if episode.state != EpisodeState.DRAFT:
        was = before.isoformat() if before is not None else ""
        announce(event, episode, "episode_postponed", now=now, before=was, reason=reason)
    plan_reminders(episode, by=by, now=now)


def _tell_whose(rows: Iterable[Row], code: object, *, by: Actor, now: datetime) -> None:
    """Tell everybody whose place or words were changed by a restore of the whole."""
    whose = {"person_id", "nominated_by_id", "asker_id", "author_id"}
    keys = {getattr(row, name, None) for row in rows for name in whose}
    people = Person.objects.filter(pk__in=keys - {None}, is_collective=False).select_related("user")
    who: Person | None = person_behind(by)
    notify(people, kind="restored", target=("episode", code), by=by, now=now, who=who.name if who else "", code=code)


def _named(row: Row | None) -> object:
    """Return what an Event calls a row."""
    if isinstance(row, Episode):
        return row.code
    if isinstance(row, Question):
        return Question.objects.select_related("episode").get(pk=row.pk).public_id
    return row.pk if row is not None else ""


# ── Who may ─────────────────────────────────────────────────────────────────


def _permit(row: Row, there: State, target: State | None, *, by: Actor, now: datetime) -> None:
    """Raise PermissionDenied unless `by` may edit the row now; in a published record only organizers do."""
    if is_organizer(by):
        return
    key = (KIND_OF[type(row)], str(row.pk))
    homes = list(Episode.objects.filter(pk__in=homes_of_states([row], {key: target})))  # where it is and goes
    changed = {name for name in there if target is None or target.get(name) != there[name]}
    if not isinstance(row, Suggestion) and not all(each.is_open for each in homes):
        raise StateRefusal(_("The record is published; only organizers change it."), code="record_published")
    allowed = all(_may(row, each, changed, target, by=by, now=now) for each in homes)
    require(allowed, _("Only who may edit this now brings it back to what it was."))


def _may(row: Row, episode: Episode, changed: Iterable[str], target: State | None, *, by: Actor, now: datetime) -> bool:
    if isinstance(row, Item):
        is_own = is_own_nomination(by, row) and set(changed) <= OWN
        is_own = is_own and ("deleted_at" not in changed or _was_last(row, by))
        sections = {row.section_id, (target or {}).get("section", row.section_id)}
        rows = Section.objects.filter(pk__in=sections).select_related("episode")
        return is_own or all(each.pk in sections_to_run(by, each.episode) for each in rows)
    comes_back = target is not None and target.get("deleted_at") is None
    if isinstance(row, Question | Answer):
        wanted = set(changed)
        is_theirs = bool(wanted) or runs(by, episode) or has_written(by, row)
        return may_write(by) and is_theirs and wanted <= _may_restore_of(row, episode, wanted, by)
    if isinstance(row, Suggestion):
        return can_resolve(by, row)
    if isinstance(row, Section):
        return row.pk in sections_to_run(by, episode)
    if isinstance(row, Carry):
        return bool(sections_to_run(by, episode))
    if isinstance(row, Claim):
        is_theirs = holds(by, row, now=now) and _was_theirs(row, by)
        return takes_claims(episode) and (runs(by, episode) or (is_theirs and comes_back))
    if isinstance(row, Hosting):
        has_left = may_write(by) and comes_back and _was_theirs(row, by) and _has_left(row)
        return runs(by, episode) or has_left
    return runs(by, episode)


def _may_restore_of(row: Question | Answer, episode: Episode, changed: set[str], by: Actor) -> set[str]:
    """Return which fields of a question or an answer somebody may restore. Words are their author's, and of who mended
    them last; where they stand and whether is the host's, and what the host took out stays out."""
    may: set[str] = changed - {"body"} if runs(by, episode) else set()
    if has_written(by, row):
        may |= {"body", *SIGNED} | ({"deleted_at"} if _was_last(row, by) else set())
    if may_moderate(by, episode) and _was_last(row, by):
        may |= {"body"}
    if isinstance(row, Question) and may_settle(by, row):
        may |= {"summary", "summary_cites"}
    return may


def _was_theirs(row: Claim | Hosting, by: Actor) -> bool:
    """Whether somebody gave this up themselves: only then they take it back without who runs the evening."""
    who = person_behind(by)
    return who is not None and row.person_id == who.pk and _was_last(row, by)


def _was_last(row: Row, by: Actor) -> bool:
    """Whether it was this person who last did something to a row."""
    last: Event | None = last_act(KIND_OF[type(row)], row.pk)
    who = person_behind(by)
    return who is not None and last is not None and last.person_id == who.pk


def _has_left(row: Hosting) -> bool:
    """Whether somebody gave a place as host or editor up, handed it to nobody, and nobody has taken it since."""
    last = last_act("hosting", row.pk)
    is_free = not Hosting.objects.filter(episode=row.episode_id, role=row.role, deleted_at=None).exists()
    return is_free and last is not None and last.verb == "leave_hosting"
