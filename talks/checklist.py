"""What is done for an evening and what is open: the list that goes along when somebody hands it over. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from talks.missing import Missing, missing_for, state_page
from talks.models import Episode, EpisodeState, Hosting, HostingRole
from talks.moves import moment
from talks.places import Entry


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the list; `mark` is the class of its sign: done, wait, bad, none. `section` is the one it is about."""

    sentence: str
    mark: str
    where: str = ""
    section: int | None = None

    @property
    def is_done(self) -> bool:
        return self.mark == "done"


def checklist(
    episode: Episode, entries: Sequence[Entry], hostings: Sequence[Hosting], *, missing: Sequence[Missing] | None = None
) -> list[Check]:
    """Return the list of an episode: its sections, and who hosts and edits, are given. At most two queries, none when
    it is known what is missing before it can be published."""
    page = state_page(episode)
    found = [
        Check(_("Begins %(moment)s") % {"moment": moment(episode.starts_at)}, "done")
        if episode.starts_at
        else Check(_("It has no date yet."), "bad", page)
    ]
    for role, nobody, mark in (
        (HostingRole.HOST, _("Nobody hosts it yet."), "bad"),
        (HostingRole.EDITOR, _("Nobody edits it yet."), "wait"),
    ):
        names = [_name_of(row) for row in hostings if row.role == role]
        words = {"role": role.label, "names": "、".join(names)}
        done = _("%(role)s: %(names)s") % words
        found.append(Check(done, "done") if names else Check(nobody, mark, f"{page}#hosts"))
    found += [_of_section(entry) for entry in entries]
    if episode.state in (EpisodeState.LIVE, EpisodeState.WRAPUP):
        if missing is None:
            missing = missing_for(episode, EpisodeState.PUBLISHED)
        found += [Check(each.sentence, "bad", each.where) for each in missing]
        if not any(each.code == "no_highlights" for each in missing):
            found.append(Check(_("The highlights are written."), "done"))
    return found


def _name_of(row: Hosting) -> str:
    """Return a name, and whether only a document says it: then it gives no rights."""
    return row.name + (_("(by name in the document)") if row.is_by_name else "")


def _of_section(entry: Entry) -> Check:
    section, where = entry.section, f"{reverse('claim')}#section-{entry.section.pk}"
    names = "、".join(claim.name for claim in entry.place.leads)
    if names:
        return Check(_("%(section)s: %(names)s") % {"section": section.name, "names": names}, "done", "", section.pk)
    if section.degraded_at is not None:
        return Check(_("%(section)s runs without a lead.") % {"section": section.name}, "none", where, section.pk)
    sentence = _("Nobody has taken %(section)s yet.") % {"section": section.name}
    return Check(sentence, "wait" if section.is_optional else "bad", where, section.pk)
