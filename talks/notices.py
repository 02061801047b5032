"""What a notification says and where it leads, by its kind: the one table of sentences.

`values` of a notification fill its sentence; every kind is told by whom (`who`, empty for the schedule), and of an
episode by its `code`. A kind that nobody knows any more is told in general.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from members.models import Notification
from talks.models import ClaimRole, EpisodeState, HostingRole, QuestionState, ReminderKind
from talks.moves import moment

# kind → its sentence
SENTENCES: dict[str, str] = {
    "claimed": gettext_noop("%(who)s takes %(section)s in %(code)s as %(role)s."),
    "released": gettext_noop("%(name)s gives up %(section)s in %(code)s; a place is free."),
    "handed_over": gettext_noop("%(section)s in %(code)s goes from %(name)s to %(to)s."),
    "preclaimed": gettext_noop("%(code)s is open, and %(section)s is yours as every week."),
    "hosting_taken": gettext_noop("%(who)s is now %(role)s of %(code)s."),
    "hosting_given": gettext_noop("%(who)s makes %(name)s %(role)s of %(code)s."),
    "hosting_left": gettext_noop("%(name)s is no longer %(role)s of %(code)s."),
    "hosting_handed_over": gettext_noop("%(code)s goes from %(name)s to %(to)s as %(role)s."),
    "advanced": gettext_noop("%(code)s is now: %(state)s."),
    "stepped_back": gettext_noop("%(code)s goes back to: %(state)s. %(reason)s"),
    "item_accept": gettext_noop("%(who)s takes your “%(title)s” into %(section)s in %(code)s."),
    "item_defer": gettext_noop("%(who)s puts your “%(title)s” off to a later number than %(code)s."),
    "item_decline": gettext_noop("%(who)s declines your “%(title)s” (%(code)s): %(reason)s"),
    "item_merge": gettext_noop("%(who)s makes your “%(title)s” one with “%(into)s” (%(code)s)."),
    "item_reopen": gettext_noop("%(who)s opens your “%(title)s” again in %(code)s."),
    "item_move": gettext_noop("%(who)s moves your “%(title)s” to %(section)s in %(code)s."),
    "item_carry": gettext_noop("%(code)s goes on with your “%(title)s” in %(section)s."),
    "question_answered": gettext_noop("%(who)s answers your question %(id)s: %(body)s"),
    "question_approve": gettext_noop("Your question %(id)s is shown now: %(body)s"),
    "question_unapprove": gettext_noop("Your question %(id)s waits for approval again."),
    "question_decline": gettext_noop("Your question %(id)s is not taken: %(reason)s"),
    "question_hide": gettext_noop("Your question %(id)s is hidden. %(reason)s"),
    "question_merge": gettext_noop("Your question %(id)s is one with %(into)s now, with its votes and answers."),
    "question_settle": gettext_noop("Your question %(id)s is now: %(settled)s. %(reason)s"),
    "question_reopen": gettext_noop("Your question %(id)s is open again."),
    "answer_accept": gettext_noop("%(who)s accepts your answer to %(id)s."),
    "answer_approve": gettext_noop("Your answer to %(id)s is shown now."),
    "answer_unapprove": gettext_noop("Your answer to %(id)s waits for approval again."),
    "answer_decline": gettext_noop("Your answer to %(id)s is not taken: %(reason)s"),
    "answer_hide": gettext_noop("Your answer to %(id)s is hidden. %(reason)s"),
    "answer_written": gettext_noop("%(who)s has written down an answer of yours to %(id)s: %(body)s"),
    "suggestion_own": gettext_noop("%(who)s sees to the suggestion “%(body)s” (%(code)s, %(section)s)."),
    "suggestion_resolve": gettext_noop("The suggestion “%(body)s” is resolved: %(resolution)s"),
    "suggestion_reopen": gettext_noop("%(who)s opens the suggestion “%(body)s” again (%(code)s, %(section)s)."),
    "person_requested": gettext_noop("%(who)s says to be %(person)s; an organizer decides in the alias book."),
    "person_approved": gettext_noop("You are %(person)s in the record now."),
    "person_refused": gettext_noop("You are not taken for %(person)s. %(reason)s"),
    "reminder": gettext_noop("%(text)s"),
    "webhook_paused": gettext_noop("The webhook %(name)s is paused: %(reason)s"),
    "restored": gettext_noop(
        "%(who)s has restored %(code)s to an earlier moment; look what became of your part in it."
    ),
    "postponed": gettext_noop("%(code)s moves to %(starts_at)s. %(reason)s"),
}
# Values that are codes of ours become words of the reader.
WORDS: Mapping[str, Mapping[str, Any]] = {
    "role": {**dict(ClaimRole.choices), **dict(HostingRole.choices)},
    "state": dict(EpisodeState.choices),
    "settled": dict(QuestionState.choices),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification as a page shows it."""

    row: Notification
    sentence: str
    url: str


def notice_of(row: Notification) -> Notice:
    """Return what a notification says to its reader, and where it leads."""
    return Notice(row, sentence_of(row.kind, row.values), url_of(row))


def sentence_of(kind: str, values: Mapping[str, Any]) -> str:
    """Return the sentence of a kind with its values; a general one for what cannot be said."""
    said = {name: str(WORDS[name].get(value, value)) if name in WORDS else value for name, value in values.items()}
    said["who"] = said.get("who") or _("The schedule")
    if "starts_at" in said:
        said["starts_at"] = moment(datetime.fromisoformat(said["starts_at"]))
    try:
        return (_(SENTENCES[kind]) % said).strip()
    except KeyError:
        return _("Something about you has changed.")


def url_of(row: Notification) -> str:
    """Return the address of what a notification is about, "" when it has no page."""
    code = row.values.get("code", "")
    try:
        if row.target_kind == "section":
            return f"{reverse('claim')}#section-{row.target_key}"
        if row.target_kind in ("item", "suggestion"):
            return f"{reverse('board', args=[code])}#{row.target_kind}-{row.target_key}"
        if row.target_kind == "question":
            return reverse("question", args=[row.target_key])
        if row.target_kind == "webhook":
            return reverse("webhook", args=[row.target_key])
        if row.kind == "reminder":
            return _where_reminded(row.values.get("what", ""), code)
        if row.target_kind == "person":
            is_request = row.kind == "person_requested"
            return reverse("aliases") if is_request else reverse("person", args=[row.target_key])
        if row.target_kind == "episode":
            return reverse("episode-state", args=[code or row.target_key])
        return reverse("episode", args=[code]) if code else ""
    except NoReverseMatch:
        return ""


def _where_reminded(what: str, code: str) -> str:
    """Return where one does what a reminder is about."""
    if what == ReminderKind.OPEN_ROLES:
        return reverse("claim")
    name = {ReminderKind.TOMORROW: "board", ReminderKind.SOON: "ask", ReminderKind.PUBLISH: "episode-state"}
    return reverse(name.get(ReminderKind(what), "episode") if what in ReminderKind.values else "episode", args=[code])
