"""Plain predicates of the talk: who may do what with an episode. Deny by default; asked by actions, pages and API."""

from datetime import datetime

from members.actors import Actor, person_behind
from members.models import Person, Purpose
from members.rules import guest_may, is_organizer, is_system, may_write
from talks.models import (
    Answer,
    Claim,
    ClaimRole,
    Episode,
    EpisodeState,
    Hosting,
    HostingRole,
    Question,
    Section,
    SectionKind,
)

# Limits of what a person may send at once, in characters; a document has its own cap.
QUESTION_LIMIT = 10_000
ANSWER_LIMIT = 20_000
REASON_LIMIT = 200


def can_import(by: Actor) -> bool:
    """Organizers, and the operator on the machine."""
    return is_organizer(by) or is_system(by)


def takes_questions(episode: Episode) -> bool:
    """Until the evening is over (design, "Episode states")."""
    return episode.state in (EpisodeState.COLLECTING, EpisodeState.LOCKED, EpisodeState.LIVE)


def can_answer(by: Actor, question: Question) -> bool:
    """Signed-in people, until the record is published and after it: late answers are welcome."""
    return may_write(by) and question.episode.state != EpisodeState.DRAFT


def has_written(by: Actor, row: Question | Answer) -> bool:
    """Whether these are somebody's own words."""
    author = row.asker_id if isinstance(row, Question) else row.author_id
    return isinstance(by, Person) and author == by.pk


def can_edit(by: Actor, row: Question | Answer) -> bool:
    """One's own words, until the record is published."""
    episode = row.episode if isinstance(row, Question) else row.question.episode
    return may_write(by) and has_written(by, row) and episode.is_open


def takes_news(episode: Episode) -> bool:
    """Only while it is collecting: afterwards the leads edit what stands."""
    return episode.state == EpisodeState.COLLECTING and episode.deleted_at is None


def sections_to_file_in(by: Actor, episode: Episode | None) -> list[Section]:
    """The news and picks of an episode that this person may file stories in, in order.

    Hosts, editors and organizers in both, whoever holds the claim of one as lead in that one.
    """
    if episode is None or not takes_news(episode) or not may_write(by) or not isinstance(by, Person):
        return []
    kinds = (SectionKind.NEWS, SectionKind.PICKS)
    sections = Section.objects.filter(episode=episode, kind__in=kinds, deleted_at=None).order_by("position", "pk")
    hosts = Hosting.objects.filter(episode=episode, person=by, deleted_at=None)
    if is_organizer(by) or hosts.exists():
        return list(sections)
    return list(sections.filter(claims__person=by, claims__role=ClaimRole.LEAD, claims__deleted_at=None))


def may_sort_news(by: Actor, episode: Episode | None) -> bool:
    """Decline, merge and undo: organizers, and who may file something in the coming episode."""
    return is_organizer(by) or bool(sections_to_file_in(by, episode))


# ── The life of an episode: who runs it, who takes what ─────────────────────


def is_host(by: Actor, episode: Episode, role: HostingRole = HostingRole.HOST) -> bool:
    """Whether somebody hosts (or edits) this episode; what was earned ends when the record is published."""
    if not may_write(by) or not isinstance(by, Person) or episode.state == EpisodeState.PUBLISHED:
        return False
    return Hosting.objects.filter(episode=episode, person=by, role=role, deleted_at=None).exists()


def runs(by: Actor, episode: Episode) -> bool:
    """Its hosts until it is published, and organizers."""
    return is_organizer(by) or is_host(by, episode)


def may_plan(by: Actor) -> bool:
    """Open the next number, keep templates, holidays and breaks: organizers, the schedule and the operator."""
    return is_organizer(by) or is_system(by)


def takes_claims(episode: Episode) -> bool:
    """While it is collecting, and for gaps until it begins."""
    return episode.state in (EpisodeState.COLLECTING, EpisodeState.LOCKED)


def may_claim(by: Actor, section: Section, *, now: datetime) -> bool:
    """Members, and guests whose invitation is for this section."""
    return may_write(by) or guest_may(by, Purpose.CLAIM, section.pk, now=now)


def holds(by: Actor, claim: Claim, *, now: datetime) -> bool:
    """Whether this is one's own claim, and one may still act on it."""
    person = person_behind(by)
    return person is not None and claim.person_id == person.pk and may_claim(by, claim.section, now=now)


def is_past_cut_off(episode: Episode, *, now: datetime) -> bool:
    """Whether what was taken is to be handed over by now, not given up."""
    return episode.state != EpisodeState.COLLECTING or (episode.cut_off is not None and episode.cut_off <= now)
