"""Filters of the templates. `rendered` is the only way stored HTML reaches a page; nothing else is ever marked safe."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import Form
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from markup import excerpt, html, links
from members import conflicts, rules
from talks.models import PaperMention, Question, QuestionState

register = template.Library()

GIST = 120


@register.filter(is_safe=True)
def rendered(stored_html: str) -> SafeString:
    """Print a `*_html` field: what markup.html.render made of member text, and nothing else."""
    return mark_safe(stored_html)  # noqa: S308 (the sanitizer's output; tests/pages/test_safety.py counts this line)


@register.filter
def loaded(form: Form) -> str:
    """Return what a form was loaded with, for its field `base` (see members.conflicts)."""
    return conflicts.loaded(form)


@register.filter
def printable(name: str) -> str:
    """Return a name of a document as a page may show it: without what turns the order of letters round."""
    return html.printable(name)


@register.filter
def gist(stored_html: str, limit: int = GIST) -> str:
    """Return the words of a rendered text on one line, cut at `limit` characters, as plain text."""
    return excerpt.excerpt(stored_html, limit)


@register.filter
def state_word(question: Question) -> str:
    """Return how far a question, read `with_state`, has come."""
    return str(QuestionState(question.state).label)  # type: ignore[attr-defined]


@register.filter
def short(text: str, limit: int) -> str:
    """Return a text that is cut at `limit` characters, with one "…" in every language."""
    return excerpt.cut(str(text), limit)


@register.filter
@lru_cache(maxsize=4096)
def href(url: str | None) -> str:
    """Return an address as a browser may be given it, without trackers; "" for one that it must not be given."""
    clean = links.canonical(url) if url else ""
    return clean if clean and links.is_safe_href(clean) else ""


@register.filter
@lru_cache(maxsize=4096)
def address(url: str | None) -> str:
    """Return an address as readers are shown it: no scheme, no trackers, cut at 80 characters."""
    return links.display(url) if url else ""


@register.filter
def monogram(name: str) -> str:
    """Return the first letter or sign of a name."""
    return next((char.upper() for char in name if unicodedata.category(char)[0] in "LN"), name[:1])


@register.filter
def in_one(sentences: Iterable[str] | None) -> str:
    """Several errors of one field as one text."""
    return rules.in_one(sentences or ())


@register.filter
def is_latin(text: str | None) -> bool:
    """Say whether a title is to be set as English: it has letters, and no Han among them."""
    has_letters = any(char.isalpha() for char in text or "")
    return has_letters and not any(unicodedata.category(char) == "Lo" for char in text or "")


def _weekday(value: datetime) -> str:
    names = [
        pgettext("weekday", "Mon"),
        pgettext("weekday", "Tue"),
        pgettext("weekday", "Wed"),
        pgettext("weekday", "Thu"),
        pgettext("weekday", "Fri"),
        pgettext("weekday", "Sat"),
        pgettext("weekday", "Sun"),
    ]
    return names[value.weekday()]


def _date(local: datetime | date) -> str:
    """Return a day of this year without its year: 7 月 29 日; another one with it: 2023 年 7 月 22 日."""
    # Translators: a date format of Django, without the year
    this_year = pgettext("date format", "j F")
    # Translators: a date format of Django, with the year
    another = pgettext("date format", "j F Y")
    return format_date(local, this_year if local.year == timezone.localtime().year else another)


def _moment(local: datetime, date: str) -> str:
    said = {"weekday": _weekday(local), "date": date, "time": f"{local:%H:%M}"}
    return _("%(weekday)s, %(date)s, %(time)s") % said


@register.filter
def evening(value: datetime | None) -> str:
    """Return the moment of a talk: 7 月 29 日 周六 21:00, with the year when it is not this one."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return _moment(local, _date(local))


@register.filter
def full_evening(value: datetime | None) -> str:
    """Return the moment of a talk with its year: 2023 年 7 月 22 日 周六 21:00."""
    return _moment(timezone.localtime(value), full_day(value)) if value else ""


@register.filter
def day(value: datetime | date | None) -> str:
    """Return the day alone: 7 月 29 日, with the year when it is not this one."""
    return _date(_local(value)) if value else ""


@register.filter
def full_day(value: datetime | date | None) -> str:
    """Return the day with its year: 2023 年 7 月 22 日."""
    return format_date(_local(value), pgettext("date format", "j F Y")) if value else ""


def _local(value: datetime | date) -> datetime | date:
    """A moment becomes one of the site's zone; a day is the same day everywhere."""
    return timezone.localtime(value) if isinstance(value, datetime) else value


@register.filter
def iso(value: datetime | None) -> str:
    """Return the moment for `<time datetime>`, to the minute and with its offset."""
    return timezone.localtime(value).isoformat(timespec="minutes") if value else ""


@register.filter
def version_note(mention: PaperMention, talked_at: datetime | None) -> str:
    """Say that the paper of a mention has a newer version than the one talked about; "" when it has none."""
    newer = mention.newer_version(talked_at)
    if newer is None:
        return ""
    if mention.paper_version is None:
        return _("v%(newer)d came after the talk") % {"newer": newer}
    return _("about v%(old)d, now v%(newer)d") % {"old": mention.paper_version, "newer": newer}


def duration(span: timedelta) -> str:
    """Return how long still, in the two largest units: 3 天 6 小时, 5 小时 20 分."""
    minutes = int(span.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        ngettext("%(n)d day", "%(n)d days", days) % {"n": days} if days else "",
        ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours} if hours else "",
        ngettext("%(n)d minute", "%(n)d minutes", rest) % {"n": rest} if rest and not days else "",
    ]
    return " ".join(part for part in parts if part) or _("less than a minute")


@register.filter
def span(value: timedelta | None) -> str:
    """Return how long something took, "–" where nobody noted it."""
    return duration(value) if value is not None else "–"


@register.filter
def names_of(people: Iterable[Any]) -> str:
    """Return the names of people, or of rows that carry one, in a row."""
    return "、".join(html.printable(row.name) for row in people)


@register.filter
def clock(seconds: int | None) -> str:
    """Return a place in a video: 25:40, 1:02:03."""
    if seconds is None:
        return ""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@register.filter
def undo_of(message: Message) -> dict[str, Any]:
    """Return where a message's undo is sent to and the fields that say what it is, nothing for one without."""
    kind, _space, rest = (message.extra_tags or "").partition(" ")
    place, _space, row = rest.partition(" ")
    if kind == "undo" and place and row:
        return {"url": reverse("history-back", args=[place]), "fields": {"row": row}}
    if kind == "unapprove" and place:
        fields = {"unapprove": "1"} | ({"answer": row} if row else {})
        return {"url": reverse("question-act", args=[place]), "fields": fields}
    return {}


@register.filter
def look_of(message: Message) -> str:
    """Return the address of the question that a message is about, "" for a message that leads nowhere."""
    kind, _space, public_id = (message.extra_tags or "").partition(" ")
    return reverse("question", args=[public_id]) if kind == "look" else ""


@register.filter
def heading_level(level: int) -> int:
    """Return the heading level on the page of a passage that stands at `level` in its document: 2 to 4."""
    return min(max(level, 2), 4)


@register.simple_tag
def html_language() -> str:
    """Return the language of the page for `<html lang>`."""
    return "en" if (get_language() or "").startswith("en") else "zh-Hans"
