"""Short texts for the group of the chat (招募, 预告, 顺延, 救场, 感谢), made of what is known. Asks no database.

They are in the language of the site, whoever looks, with whole addresses: they are pasted somewhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from talks.degrading import sentence_of
from talks.models import Claim, Episode, Hosting, HostingRole, Section
from talks.moves import moment

# What each is called, in the order of an episode's life.
KINDS = {
    "recruit": gettext_lazy("recruiting"),
    "preview": gettext_lazy("announcing"),
    "moved": gettext_lazy("moving"),
    "rescue": gettext_lazy("rescuing"),
    "on_air": gettext_lazy("on the air"),
    "thanks": gettext_lazy("thanking"),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """The last move of an evening: from when, and why."""

    before: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the texts are made of. `waiting` are sections without a lead, `links` the rescue links by their keys;
    `others` who asked or answered; `unanswered` and `unsigned` what still waits for words."""

    episode: Episode
    sections: Sequence[Section]
    claims: Sequence[Claim]
    hostings: Sequence[Hosting]
    waiting: Sequence[Section]
    asked: int = 0
    unanswered: int = 0
    unsigned: int = 0
    moved: Moved | None = None
    others: Sequence[str] = ()
    links: dict[int, str] = field(default_factory=dict)

    def leads(self, section: Section) -> str:
        """Return who leads a section, in one."""
        return "、".join(row.name for row in self.claims if row.section_id == section.pk and row.role == "lead")

    def holders(self, role: str) -> list[str]:
        return [row.name for row in self.hostings if row.role == role]


def group_text(kind: str, facts: Facts) -> str:
    """Return a text of KINDS. Raises KeyError for another kind."""
    with translation.override(settings.LANGUAGE_CODE):
        return "\n".join(line for line in MAKERS[kind](facts) if line)


def offered(facts: Facts) -> list[str]:
    """Return the kinds that have something to say now: nobody announces what is over or moves what was not moved."""
    is_over, is_live = facts.episode.state in ("wrapup", "published"), facts.episode.state == "live"
    return [
        kind
        for kind, fits in {
            "recruit": not (is_over or is_live) and bool(facts.waiting or _open_roles(facts)),
            "preview": not (is_over or is_live),
            "moved": not (is_over or is_live) and facts.moved is not None,
            "rescue": facts.episode.state in ("collecting", "locked") and bool(facts.waiting),
            "on_air": is_live,
            "thanks": is_over,
        }.items()
        if fits
    ]


def _address(name: str, *args: object, anchor: str = "") -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}{anchor}"


def _head(facts: Facts) -> str:
    """Return the first line: which evening, and when."""
    name = f"【OpenLLM Talk {facts.episode.label}】"
    if facts.episode.starts_at is None:
        return name
    zone = _("Beijing time") if settings.TIME_ZONE == "Asia/Shanghai" else settings.TIME_ZONE
    return f"{name}{moment(facts.episode.starts_at)} {zone}"


def _named(section: Section) -> str:
    """Return a section with its minutes: 「本周实践」15 分钟."""
    if not section.minutes:
        return f"「{section.name}」"
    length = ngettext("%(n)d minute", "%(n)d minutes", section.minutes) % {"n": section.minutes}
    return f"「{section.name}」{length}"


def _open_roles(facts: Facts) -> list[str]:
    return [str(role.label) for role in HostingRole if not facts.holders(role)]


def _recruit(facts: Facts) -> list[str]:
    lines = [_head(facts)]
    if facts.waiting:
        lines.append(_("Still waiting for somebody:"))
        lines += [_with_rule(section) for section in facts.waiting]
        first = facts.waiting[0].pk
        lines.append(_("Take one with one tap: %(url)s") % {"url": _address("claim", anchor=f"#section-{first}")})
    if roles := _open_roles(facts):
        where = _address("episode-state", facts.episode.code, anchor="#hosts")
        words = {"roles": "、".join(roles), "url": where}
        lines.append(_("Also wanted: %(roles)s. Say it here: %(url)s") % words)
    if not facts.waiting and not roles:
        lines.append(
            _("Everything is taken. Come and listen: %(url)s") % {"url": _address("board", facts.episode.code)}
        )
    return lines


def _with_rule(section: Section) -> str:
    """Return a section that waits, and what happens to it otherwise."""
    return f"{_named(section)}{pgettext('clause', ', ')}{sentence_of(section)}"


def _preview(facts: Facts) -> list[str]:
    lines = [_head(facts)]
    if facts.episode.name:
        lines.append(facts.episode.name)
    if hosts := facts.holders(HostingRole.HOST):
        lines.append(_("Host: %(names)s") % {"names": "、".join(hosts)})
    for section in facts.sections:
        who = facts.leads(section)
        lines.append(f"{_named(section)}{who and f'：{who}'}")
    if facts.asked:
        said = ngettext("%(n)d question so far.", "%(n)d questions so far.", facts.asked) % {"n": facts.asked}
        lines.append(said)
    lines.append(_("Ask ahead: %(url)s") % {"url": _address("ask", facts.episode.code)})
    lines.append(_("What is planned: %(url)s") % {"url": _address("board", facts.episode.code)})
    return lines


def _moved(facts: Facts) -> list[str]:
    episode, moved = facts.episode, facts.moved
    lines = [_("【OpenLLM Talk %(episode)s】 moves to %(new)s.") % _when(episode)]
    if moved is not None and moved.before is not None:
        lines.append(_("It was to be %(old)s.") % {"old": moment(moved.before)})
    if moved is not None and moved.reason:
        lines.append(_("Why: %(reason)s") % {"reason": moved.reason})
    taken = [f"「{section.name}」{facts.leads(section)}" for section in facts.sections if facts.leads(section)]
    if taken:
        lines.append(_("What is taken stays taken: %(claims)s.") % {"claims": "；".join(taken)})
    lines.append(_("If the new evening does not suit you, say so here: %(url)s") % {"url": _address("claim")})
    return lines


def _when(episode: Episode) -> dict[str, str]:
    return {"episode": episode.label, "new": moment(episode.starts_at)}


def _rescue(facts: Facts) -> list[str]:
    lines = [_head(facts), _("It is soon, and nobody has these yet. Who comes to the rescue?")]
    for section in facts.waiting:
        link = facts.links.get(section.pk) or _address("claim", anchor=f"#section-{section.pk}")
        lines.append(f"{_named(section)} {link}")
    if facts.links:
        lines.append(_("The link works without an account: open it, write your name, done."))
    return lines


def _on_air(facts: Facts) -> list[str]:
    lines = [_("【OpenLLM Talk %(episode)s】 is on the air.") % {"episode": facts.episode.label}]
    if facts.episode.name:
        lines.append(facts.episode.name)
    code = facts.episode.code
    lines.append(_("Follow it, and vote for questions: %(url)s") % {"url": _address("live", code)})
    lines.append(_("Ask something: %(url)s") % {"url": _address("ask", code)})
    return lines


def _thanks(facts: Facts) -> list[str]:
    lines = [_("【OpenLLM Talk %(episode)s】 is over. Thank you all.") % {"episode": facts.episode.label}]
    for role, sentence in ((HostingRole.HOST, _("Host: %(names)s")), (HostingRole.EDITOR, _("Editor: %(names)s"))):
        if names := facts.holders(role):
            lines.append(sentence % {"names": "、".join(names)})
    lines += [f"「{section.name}」：{facts.leads(section)}" for section in facts.sections if facts.leads(section)]
    if facts.others:
        lines.append(_("Asked and answered: %(names)s") % {"names": "、".join(facts.others)})
    if facts.unanswered:
        said = ngettext("%(n)d question still waits.", "%(n)d questions still wait.", facts.unanswered)
        lines.append(said % {"n": facts.unanswered})
    if facts.unsigned:
        said = ngettext("%(n)d answer is not signed.", "%(n)d answers are not signed.", facts.unsigned)
        lines.append(said % {"n": facts.unsigned})
    where = f"{settings.SITE_URL}{facts.episode.get_absolute_url()}"
    lines.append(_("Everything is written down here: %(url)s") % {"url": where})
    return lines


MAKERS: dict[str, Callable[[Facts], list[str]]] = {
    "recruit": _recruit,
    "preview": _preview,
    "moved": _moved,
    "rescue": _rescue,
    "on_air": _on_air,
    "thanks": _thanks,
}
