"""An episode goes on, or back, from draft to published; the next number opens; an evening is moved.

The schedule (`turn_week`) locks boards when their time has come and opens the next number.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.notifications import notify
from members.actors import SYSTEM, Actor, person_behind
from members.models import Person
from members.rules import StateRefusal, check_text, invalid, is_organizer, is_system, require
from talks.actions.degrade import let_run, lift
from talks.actions.deliveries import announce
from talks.actions.keeping import keep
from talks.actions.planning import make_next
from talks.actions.publishing import write_credits
from talks.actions.reminders import plan_reminders
from talks.actions.rundown import end_with_evening
from talks.actions.rundown_making import make_of_locked
from talks.degrading import Rule, rule_of
from talks.missing import ORDER, missing_for, next_state, unclaimed
from talks.models import Claim, Episode, EpisodeKind, EpisodeState, Hosting
from talks.moves import MOVABLE, moment, moves_of
from talks.rules import REASON_LIMIT, may_plan, runs
from talks.schedule import USUAL_HOURS

# Of those who plan at once, the others see what the first one made when they try again.
TRIES = 3
# What webhooks are told when an episode reaches a state.
TOLD: dict[str, str] = {
    EpisodeState.COLLECTING: "episode_opened",
    EpisodeState.LOCKED: "episode_locked",
    EpisodeState.LIVE: "episode_live",
    EpisodeState.PUBLISHED: "episode_published",
}


def plan_next(*, by: Actor, now: datetime) -> Episode:
    """Open the next number, or return the one that is open: once and only once, whoever asks how often.

    Raises PermissionDenied, ValidationError when the rule finds no evening or the sample holds the number.
    """
    require(may_plan(by), _("Only organizers open the next number."))
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return make_next(by=by, now=now)
        except IntegrityError:  # somebody was faster
            if attempt == TRIES:
                raise
    raise AssertionError("unreachable")


def advance(*, episode: Episode, to: str, by: Actor, now: datetime, reason: str = "") -> Episode:
    """Let an episode go on to the next state. Hosts and organizers; a draft is opened by organizers.

    What is missing refuses with its code (StateRefusal), unless a reason says why it goes on all the same; the reason
    and what was missing are recorded. A board that is locked opens the next number and lets free sections run by
    their rules. Raises PermissionDenied, Http404, StateRefusal (also `not_next`), ValidationError.
    """
    with transaction.atomic():
        episode = _locked(episode)
        _permit_advance(episode, by)
        reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT)
        if to != next_state(episode.state):
            sentence = _("It is %(state)s now; it cannot go on to this.") % {"state": episode.get_state_display()}
            raise StateRefusal(sentence, code="not_next")
        missing = missing_for(episode, to)
        if missing and not reason:
            raise StateRefusal(" ".join(each.sentence for each in missing), code=missing[0].code)
        _go_on(episode, to, by=by, now=now, reason=reason, missing=[each.code for each in missing])
    return episode


def step_back(*, episode: Episode, to: str, reason: str, by: Actor, now: datetime) -> Episode:
    """Let an episode go back to an earlier state, with the reason. Organizers.

    Once it collects again, sections that ran without a lead since it was locked wait for one; those that a host let
    run so by hand stay. The next number that opened meanwhile stays open.

    Raises PermissionDenied, Http404, StateRefusal (`not_earlier`), ValidationError.
    """
    with transaction.atomic():
        episode = _locked(episode)
        require(is_organizer(by), _("Only organizers go back."))
        reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT, required=True)
        if to not in EpisodeState.values or ORDER.index(EpisodeState(to)) >= ORDER.index(EpisodeState(episode.state)):
            raise StateRefusal(_("It has not been further than this."), code="not_earlier")
        before = {"state": episode.state}
        _set_state(episode, to, now=now)
        after = {"state": to}
        values = {"key": episode.code, "before": before, "after": after, "reason": reason}
        keep(record(by=by, now=now, verb="step_back", kind="episode", **values), [episode])
        if to in (EpisodeState.DRAFT, EpisodeState.COLLECTING):
            lift(episode, by=by, now=now)
        tell("stepped_back", [episode], by=by, now=now, state=to, reason=reason)
        plan_reminders(episode, by=by, now=now)
    return episode


def postpone(
    *, episode: Episode, starts_at: datetime, reason: str, by: Actor, now: datetime, version: int | None = None
) -> Episode:
    """Move an evening, with its deadlines and the evenings behind it that would come too near (顺延). Numbers stay.

    Hosts and organizers, until it begins. `version` is that of the episode as it was seen. Raises PermissionDenied,
    Http404, StateRefusal (`begun`), ValidationError (with code `conflict` and both dates when it has changed since).
    """
    with transaction.atomic():
        episode = _locked(episode)
        require(runs(by, episode), _("Only hosts and organizers move an evening."))
        reason = check_text(reason.strip(), field="reason", limit=REASON_LIMIT, required=True)
        if version is not None and version != episode.version:
            texts = {"yours": {"starts_at": starts_at.isoformat()}, "theirs": _dates(episode)}
            message = _("This episode has changed since you looked at it; it begins %(moment)s now.")
            said = message % {"moment": moment(episode.starts_at)}
            raise ValidationError({"starts_at": [ValidationError(said, code="conflict", params=texts)]})
        check_move(episode, starts_at, now=now)
        move(episode, starts_at, reason=reason, by=by, now=now)
    return episode


def check_move(episode: Episode, starts_at: datetime, *, now: datetime) -> None:
    """Raise StateRefusal for an evening that has begun, ValidationError for a moment that it cannot have."""
    if episode.state not in MOVABLE:
        raise StateRefusal(_("It has begun; its date stands."), code="begun")
    if starts_at <= now:
        raise invalid("starts_at", _("Choose a moment that is still to come."), "past")
    if starts_at == episode.starts_at:
        raise invalid("starts_at", _("It is at this moment already."), "same")
    if starts_at > now + timedelta(days=366):
        raise invalid("starts_at", _("Choose a moment within a year."), "too_far")


def move(episode: Episode, starts_at: datetime, *, reason: str, by: Actor, now: datetime) -> None:
    """Move a locked episode and those behind it, in the transaction of the caller."""
    moves = moves_of(episode, starts_at, now=now)
    rows = {row.pk: row for row in _lock_all([each.episode.pk for each in moves[1:]])} | {episode.pk: episode}
    for each in moves:
        row = rows[each.episode.pk]
        before = _dates(row)
        row.starts_at, row.locks_at, row.time_text = each.starts_at, each.locks_at, None
        row.sequence, row.version, row.changed_at = row.sequence + 1, row.version + 1, now
        fields = ["starts_at", "locks_at", "time_text", "sequence", "version", "changed_at"]
        row.save(update_fields=fields)
        values = {"before": before, "after": _dates(row), "reason": reason}
        event = keep(record(by=by, now=now, verb="postpone", kind="episode", key=row.code, **values), [row])
        tell("postponed", [row], by=by, now=now, starts_at=each.starts_at.isoformat(), reason=reason)
        if row.state != EpisodeState.DRAFT:
            announce(event, row, "episode_postponed", now=now, before=before["starts_at"] or "", reason=reason)
        plan_reminders(row, by=by, now=now)


def turn_week(*, payload: dict[str, Any], now: datetime) -> None:
    """Lock the boards whose time has come, a day before the talk, and see that the next number is open then.

    A series goes on by itself when its last number was planned here or is not over. What the sample holds is left
    alone. Raises ValidationError when the next number cannot be opened, so that /ops/ shows why.
    """
    due = _due(now)
    for pk in due:
        episode = _locked(Episode(pk=pk))
        if episode.state == EpisodeState.COLLECTING:  # else a host was faster
            codes = [each.code for each in missing_for(episode, EpisodeState.LOCKED)]
            _go_on(episode, EpisodeState.LOCKED, by=SYSTEM, now=now, reason="cut-off", missing=codes)
    last = Episode.objects.of_series().order_by("-number").first()
    if not due and last is not None and _waits_for_next(last):
        make_next(by=SYSTEM, now=now)


def _due(now: datetime) -> list[int]:
    """Return the keys of the boards whose cut-off has passed."""
    said = Q(locks_at__lte=now) | Q(locks_at=None, starts_at__lte=now + timedelta(hours=USUAL_HOURS))
    rows = Episode.objects.outside_sample().filter(said, state=EpisodeState.COLLECTING, deleted_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _waits_for_next(last: Episode) -> bool:
    """Whether the series goes on and its last number collects no more."""
    goes_on = last.template_id is not None or last.state != EpisodeState.PUBLISHED
    return goes_on and last.state not in (EpisodeState.DRAFT, EpisodeState.COLLECTING)


# ── Rows ────────────────────────────────────────────────────────────────────


def _locked(episode: Episode) -> Episode:
    row = Episode.objects.under_lock().select_related("template")
    found = row.filter(pk=episode.pk, deleted_at=None).first()
    if found is None:
        raise Http404
    return found


def _lock_all(keys: Iterable[int]) -> list[Episode]:
    return list(Episode.objects.under_lock().filter(pk__in=list(keys)).order_by("pk"))


def _permit_advance(episode: Episode, by: Actor) -> None:
    if episode.state == EpisodeState.DRAFT:
        require(is_organizer(by), _("Only organizers open a draft."))
    else:
        require(runs(by, episode) or is_system(by), _("Only hosts and organizers let an episode go on."))


def _go_on(episode: Episode, to: str, *, by: Actor, now: datetime, reason: str, missing: list[str]) -> None:
    """Set the next state of a locked episode, with all that belongs to it."""
    before = {"state": episode.state}
    _set_state(episode, to, now=now)
    if to == EpisodeState.LOCKED:
        for section in unclaimed(episode):
            if section.degraded_at is None and rule_of(section) is not Rule.NOTHING:
                section.episode = episode
                let_run(section, by=by, now=now)
    if to == EpisodeState.LIVE:
        make_of_locked(episode, by=by, now=now)
    elif to == EpisodeState.WRAPUP:
        end_with_evening(episode=episode, by=by, now=now)
    credited = write_credits(episode, now=now) if to == EpisodeState.PUBLISHED else []
    said = {"before": before, "after": {"state": to, "missing": missing}, "reason": reason}
    event = record(by=by, now=now, verb="advance", kind="episode", key=episode.code, **said)
    keep(event, [episode, *credited])
    tell("advanced", [episode], by=by, now=now, state=to)
    if to in TOLD:
        announce(event, episode, TOLD[to], now=now)
    plan_reminders(episode, by=by, now=now)
    if to == EpisodeState.LOCKED and episode.kind == EpisodeKind.REGULAR and not _is_sample(episode):
        with suppress(ValidationError):  # the board is locked all the same; the schedule shows on /ops/ what is wrong
            make_next(by=by, now=now)


def _is_sample(episode: Episode) -> bool:
    return Episode.objects.of_sample().filter(pk=episode.pk).exists()


def _set_state(episode: Episode, to: str, *, now: datetime) -> None:
    episode.state = to
    episode.version, episode.changed_at = episode.version + 1, now
    episode.save(update_fields=["state", "version", "changed_at"])


def _dates(episode: Episode) -> dict[str, Any]:
    return {
        "starts_at": episode.starts_at.isoformat() if episode.starts_at else None,
        "locks_at": episode.locks_at.isoformat() if episode.locks_at else None,
        "time_text": episode.time_text,
        "sequence": episode.sequence,
    }


def tell(kind: str, episodes: list[Episode], *, by: Actor, now: datetime, **values: str) -> None:
    """Tell who hosts, edits or has a section in these episodes; of hosts and editors not whom only a document names."""
    for episode in episodes:
        hosts = Hosting.objects.filter(episode=episode, is_by_name=False, deleted_at=None)
        claims = Claim.objects.current().filter(section__episode=episode, section__deleted_at=None)
        people = [row.person for rows in (hosts, claims) for row in rows.select_related("person__user")]
        who: Person | None = person_behind(by)
        said = {"who": who.name if who else "", "code": episode.code, **values}
        notify(people, kind=kind, target=("episode", episode.code), by=by, now=now, **said)
