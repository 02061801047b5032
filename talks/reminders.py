"""Reminders of an evening: when each is due, who is told, what it says. Reads only.

`reminder_text` is the one name behind which the words of a reminder stand; the texts to paste are `talks.group_texts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Person
from talks.missing import missing_for, unclaimed
from talks.models import (
    Answer,
    Claim,
    ClaimRole,
    Credit,
    Delivery,
    Episode,
    EpisodeKind,
    EpisodeState,
    Hosting,
    HostingRole,
    ItemState,
    Question,
    Reminder,
    ReminderKind,
    SkipReason,
    Webhook,
)
from talks.moves import moment

BEFORE = (EpisodeState.COLLECTING, EpisodeState.LOCKED)
AFTER = (EpisodeState.LOCKED, EpisodeState.LIVE, EpisodeState.WRAPUP)


@dataclass(frozen=True, slots=True)
class Plan:
    """When a reminder is due, counted from the talk in real hours; after `grace` it would only confuse, and is skipped.

    It is sent while the episode is in one of `states`. `to_group`: webhooks are told, too.
    """

    offset: timedelta
    grace: timedelta
    states: tuple[EpisodeState, ...]
    to_group: bool = False


PLANS: dict[ReminderKind, Plan] = {
    # Two evenings before the talk there is still something to be found; after that the board is locked.
    ReminderKind.OPEN_ROLES: Plan(timedelta(hours=-72), timedelta(hours=24), BEFORE, to_group=True),
    ReminderKind.TOMORROW: Plan(timedelta(hours=-24), timedelta(hours=12), BEFORE),
    ReminderKind.SOON: Plan(timedelta(hours=-2), timedelta(minutes=90), (*BEFORE, EpisodeState.LIVE), to_group=True),
    ReminderKind.ANSWERS: Plan(timedelta(hours=2), timedelta(hours=12), (*AFTER, EpisodeState.PUBLISHED)),
    ReminderKind.PUBLISH: Plan(timedelta(hours=24), timedelta(hours=48), AFTER),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A reminder as the outbox shows it: whom it reaches, what exactly it says, and how it went."""

    reminder: Reminder
    people: list[Person]
    hooks: list[Webhook]
    text: str
    skip: str
    deliveries: list[Delivery]


def plans_reminders(episode: Episode) -> bool:
    """Whether an episode is one that people are reminded of: a number with a date that is under way here."""
    under_way = episode.state not in (EpisodeState.DRAFT, EpisodeState.PUBLISHED) and episode.deleted_at is None
    return under_way and episode.kind == EpisodeKind.REGULAR and episode.starts_at is not None


def due_at(kind: str, starts_at: datetime) -> datetime:
    """Return when a reminder of a talk is due."""
    return starts_at.astimezone(UTC) + PLANS[ReminderKind(kind)].offset


def why_skip(reminder: Reminder, episode: Episode, *, now: datetime) -> SkipReason | None:
    """Return why a reminder that is due is not sent, None when it is."""
    plan = PLANS[ReminderKind(reminder.kind)]
    if episode.state not in plan.states:
        return SkipReason.STATE
    if now > reminder.due_at + plan.grace:
        return SkipReason.LATE
    # What the host has written says something in any case.
    return SkipReason.NOTHING if not reminder.text and _is_settled(reminder.kind, episode) else None


def _is_settled(kind: str, episode: Episode) -> bool:
    match kind:
        case ReminderKind.OPEN_ROLES:
            return not open_roles(episode)
        case ReminderKind.ANSWERS:
            return not any(_open_answers(episode))
    return False


# ── Who is told ─────────────────────────────────────────────────────────────


def audience(kind: str, episode: Episode) -> list[Person]:
    """Return who is told, each once, those with a login only."""
    match kind:
        case ReminderKind.OPEN_ROLES:
            rows = Person.objects.current().filter(wants_suggestions=True, user__is_active=True)
            return _with_login(rows.filter(user__suspended_at=None))
        case ReminderKind.TOMORROW:
            return _with_login(_people(episode, hosts=True, leads=True))
        case ReminderKind.SOON:
            return _with_login(_people(episode, hosts=True, leads=True, others=True))
        case ReminderKind.ANSWERS:
            unsigned, unanswered = _open_answers(episode)
            return _with_login(_people(episode, hosts=True, leads=bool(unsigned or unanswered)))
    return _with_login(_people(episode, hosts=True))


def _people(episode: Episode, *, hosts: bool = False, leads: bool = False, others: bool = False) -> set[int]:
    """Return the keys of hosts and editors, but not whom only a document names, of leads and standbys, and of those
    whose items are taken."""
    found: set[int] = set()
    if hosts:
        rows = Hosting.objects.filter(episode=episode, role__in=HostingRole.values, is_by_name=False, deleted_at=None)
        found.update(rows.values_list("person_id", flat=True))
    if leads:
        claims = Claim.objects.current().filter(section__episode=episode, section__deleted_at=None)
        found.update(claims.filter(role__in=ClaimRole.values).values_list("person_id", flat=True))
    if others:
        taken = Q(item__state=ItemState.ACCEPTED, item__deleted_at=None, item__section__deleted_at=None)
        credited = Credit.objects.filter(taken, item__section__episode=episode, deleted_at=None)
        found.update(credited.values_list("person_id", flat=True))
    return found


def _with_login(people: Iterable[int] | QuerySet[Person]) -> list[Person]:
    rows = Person.objects.current().filter(pk__in=people, user__isnull=False)
    return list(rows.select_related("user").order_by("name", "pk"))


def hooks_of(kind: str, hooks: Iterable[Webhook]) -> list[Webhook]:
    """Return which of the webhooks that listen now are told a reminder of this kind."""
    return [hook for hook in hooks if PLANS[ReminderKind(kind)].to_group and "reminder" in hook.events]


# ── What it says ────────────────────────────────────────────────────────────


def text_of(reminder: Reminder, episode: Episode) -> str:
    """Return what a reminder says: the host's words, else those made now."""
    return reminder.text or reminder_text(reminder.kind, episode)


def reminder_text(kind: str, episode: Episode) -> str:
    """Return the words for a group, in the language of the site, with the address where one acts."""
    with translation.override(settings.LANGUAGE_CODE):
        zone = _("Beijing time") if settings.TIME_ZONE == "Asia/Shanghai" else settings.TIME_ZONE
        when = _("%(when)s (%(zone)s)") % {"when": moment(episode.starts_at), "zone": zone}
        said = {"episode": f"OpenLLM Talk {episode.label}", "when": when}
        return _made(ReminderKind(kind), episode, said)


def _made(kind: ReminderKind, episode: Episode, said: dict[str, str]) -> str:
    match kind:
        case ReminderKind.OPEN_ROLES:
            said["roles"] = "、".join(open_roles(episode))
            sentence = _("%(episode)s is on %(when)s. Still open: %(roles)s. Take part: %(url)s")
            url = reverse("claim")
        case ReminderKind.TOMORROW:
            sentence = _("%(episode)s is tomorrow, %(when)s. See that your part is ready: %(url)s")
            url = reverse("board", args=[episode.code])
        case ReminderKind.SOON:
            sentence = _("%(episode)s begins in two hours, %(when)s. Ask ahead: %(url)s")
            url = reverse("ask", args=[episode.code])
        case ReminderKind.ANSWERS:
            said["what"] = _answers_in_words(episode)
            sentence = _("%(episode)s is over, thank you. %(what)s Answer and sign while you remember: %(url)s")
            url = episode.get_absolute_url()
        case ReminderKind.PUBLISH:
            missing = [each.sentence for each in missing_for(episode, EpisodeState.PUBLISHED)]
            said["what"] = " ".join(missing) or _("Nothing is missing.")
            sentence = _("%(episode)s was a day ago and its record is not published yet. %(what)s %(url)s")
            url = reverse("episode-state", args=[episode.code])
    return sentence % {**said, "url": f"{settings.SITE_URL}{url}"}


def open_roles(episode: Episode) -> list[str]:
    """Return what nobody has taken yet, in order: host, editor, sections."""
    held = set(Hosting.objects.filter(episode=episode, deleted_at=None).values_list("role", flat=True))
    roles = [str(role.label) for role in HostingRole if role.value not in held]
    return roles + [section.name for section in unclaimed(episode) if section.degraded_at is None]


def _open_answers(episode: Episode) -> tuple[int, int]:
    """Return how many answers nobody signed and how many questions nobody answered."""
    questions = Question.objects.filter(episode=episode, deleted_at=None)
    answers = Answer.objects.filter(question__in=questions, author=None, deleted_at=None)
    return answers.count(), questions.unanswered().count()


def _answers_in_words(episode: Episode) -> str:
    unsigned, unanswered = _open_answers(episode)
    parts = []
    if unanswered:
        sentence = ngettext("%(n)d question has no answer.", "%(n)d questions have no answer.", unanswered)
        parts.append(sentence % {"n": unanswered})
    if unsigned:
        sentence = ngettext("%(n)d answer is not signed.", "%(n)d answers are not signed.", unsigned)
        parts.append(sentence % {"n": unsigned})
    return " ".join(parts)


# ── The outbox ──────────────────────────────────────────────────────────────


def outbox(episode: Episode) -> list[Entry]:
    """Return every reminder of an episode with whom it reaches, what it says and how it went, in their order."""
    reminders = list(Reminder.objects.of(episode))
    hooks = list(Webhook.objects.listening())
    sent: dict[int, list[Delivery]] = {}
    out = Delivery.objects.filter(reminder__in=reminders).select_related("webhook", "person").order_by("pk")
    for each in out:
        sent.setdefault(each.reminder_id or 0, []).append(each)
    entries = []
    for row in reminders:
        is_open = row.sent_at is None
        people = audience(row.kind, episode) if is_open else []
        told = hooks_of(row.kind, hooks) if is_open else []
        text = text_of(row, episode) if is_open else row.text
        skip = row.get_skip_reason_display() if row.skip_reason else ""
        entries.append(Entry(row, people, told, text, skip, sent.get(row.pk, [])))
    return entries
