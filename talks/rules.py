"""Plain predicates of the talk: who may do what with an episode. Deny by default; asked by actions, pages and API.

A place or words that an import gave to whoever has the name (`is_by_name`) are credit and earn nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Subquery

from members.actors import Actor, person_behind
from members.keys import read_key
from members.models import Person, Purpose
from members.rules import guest_may, is_organizer, is_system, may_write
from talks.highlights import LONGEST
from talks.models import (
    Answer,
    Claim,
    ClaimRole,
    Episode,
    EpisodeState,
    Hosting,
    HostingRole,
    Item,
    ItemState,
    Question,
    Section,
    SectionKind,
    Suggestion,
)

# Limits of what a person may send at once, in characters; a document has its own cap.
QUESTION_LIMIT = 10_000
ANSWER_LIMIT = 20_000
REASON_LIMIT = 200
SUMMARY_LIMIT = 20_000
NOMINATION_LIMIT = 1_000
TITLE_LIMIT = 1_000
URL_LIMIT = 2_000
BODY_LIMIT = 20_000
GROUP_LIMIT = 80
NAME_LIMIT = 80
GUEST_NAME_LIMIT = 40
MINUTES_LIMIT = 600
SUGGESTION_LIMIT = 2_000
HIGHLIGHT_LIMIT = LONGEST
# Characters of a chat log; 200 messages are some twenty thousand.
CHAT_LIMIT = 400_000
HIGHLIGHTS = 30
# What a person may give in a week, where no template says it.
VOTES = 5


def can_import(by: Actor) -> bool:
    """Organizers, and the operator on the machine."""
    return is_organizer(by) or is_system(by)


def takes_questions(episode: Episode) -> bool:
    """Before, during and after the evening, until its record is published; then the next one does."""
    return episode.state not in (EpisodeState.DRAFT, EpisodeState.PUBLISHED)


def may_set_asking(by: Actor) -> bool:
    """Whether people without an account may ask, and wait for approval: organizers decide."""
    return is_organizer(by)


def may_come_without_account(by: Actor) -> bool:
    """Whoever is not suspended may ask and vote without an account, as far as the site lets anybody."""
    return not isinstance(by, Person) or may_write(by)


def can_answer(by: Actor, question: Question) -> bool:
    """Signed-in people, until the record is published and after it: late answers are welcome."""
    return may_write(by) and question.episode.state != EpisodeState.DRAFT


def has_written(by: Actor, row: Question | Answer) -> bool:
    """Whether somebody wrote these words, or wrote them down; that a document signs them with one's name is neither."""
    if isinstance(row, Answer):
        return isinstance(by, Person) and by.pk in (row.transcriber_id, None if row.is_by_name else row.author_id)
    return isinstance(by, Person) and row.asker_id == by.pk and not row.is_by_name


def writer_of(answer: Answer) -> int | None:
    """Return the key of who typed an answer: its transcriber, else its author, unless a document says who that is."""
    return answer.transcriber_id or (None if answer.is_by_name else answer.author_id)


def may_moderate(by: Actor, episode: Episode) -> bool:
    """Its hosts and editors until it is published, and organizers: what is shown, merged and edited there."""
    return runs(by, episode) or is_host(by, episode, HostingRole.EDITOR)


def may_settle(by: Actor, question: Question) -> bool:
    """Who says how far a question has come, accepts its answers and sums them up: who moderates, and, until the record
    is published, who asked it and who leads the free talk."""
    episode = question.episode
    if may_moderate(by, episode):
        return True
    if not episode.is_open or not may_write(by) or not isinstance(by, Person):
        return False
    return has_written(by, question) or leads_free_talk(by, episode)


def leads_free_talk(by: Person, episode: Episode) -> bool:
    """Whether somebody leads the free talk of an episode, by more than a name in its document."""
    free = Section.objects.filter(episode=episode, kind=SectionKind.FREE_TALK, deleted_at=None)
    held = Claim.objects.filter(person=by, role=ClaimRole.LEAD, is_by_name=False, deleted_at=None)
    return held.filter(section__in=free).exists()


def may_report(by: Actor, row: Question | Answer, *, now: datetime) -> bool:
    """Signed-in people and guests who ask in its episode; nobody their own words."""
    return (may_write(by) or guest_may(by, Purpose.ASK, row.episode.code, now=now)) and not has_written(by, row)


def may_read_under_review(by: Actor, row: Question | Answer) -> bool:
    """Words that are not shown: who moderates the episode reads them, and who wrote them."""
    person = person_behind(by)
    writer = row.asker_id if isinstance(row, Question) else writer_of(row)
    is_own = person is not None and person.pk == writer and not (isinstance(row, Question) and row.is_by_name)
    return is_own or may_moderate(by, row.episode)


def may_move(by: Actor, question: Question) -> bool:
    """Hosts, editors and organizers any question of an evening that is not published, whoever asked it their own."""
    episode = question.episode
    if not episode.is_open or not may_write(by):
        return False
    return runs(by, episode) or is_host(by, episode, HostingRole.EDITOR) or has_written(by, question)


def can_edit(by: Actor, row: Question | Answer) -> bool:
    """One's own words, and hosts, editors and organizers everybody's, until the record is published."""
    return may_write(by) and row.episode.is_open and (has_written(by, row) or may_moderate(by, row.episode))


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
    hosts = Hosting.objects.filter(episode=episode, person=by, is_by_name=False, deleted_at=None)
    if is_organizer(by) or hosts.exists():
        return list(sections)
    leads = Claim.objects.filter(
        section=OuterRef("pk"), person=by, role=ClaimRole.LEAD, is_by_name=False, deleted_at=None
    )
    return list(sections.filter(Exists(leads)))


def files_news(by: Actor) -> bool:
    """Whether somebody may file stories in the coming episode; so far the news let them sort, too. One query."""
    if not may_write(by) or not isinstance(by, Person):
        return False
    coming = Episode.objects.visible_to(by).collecting().values("pk")[:1]
    kinds = (SectionKind.NEWS, SectionKind.PICKS)
    sections = Section.objects.filter(episode=Subquery(coming), kind__in=kinds, deleted_at=None)
    if not is_organizer(by):
        hosts = Hosting.objects.filter(episode=OuterRef("episode"), person=by, is_by_name=False, deleted_at=None)
        leads = Claim.objects.filter(
            section=OuterRef("pk"), person=by, role=ClaimRole.LEAD, is_by_name=False, deleted_at=None
        )
        sections = sections.filter(Exists(hosts) | Exists(leads))
    return sections.exists()


# ── Items ───────────────────────────────────────────────────────────────────


def takes_nominations(episode: Episode) -> bool:
    """While it is collecting; afterwards nominations go to the next number."""
    return episode.state == EpisodeState.COLLECTING


def is_over(episode: Episode) -> bool:
    """Whether the evening has been: what it left may go on without being asked for."""
    return episode.state in (EpisodeState.WRAPUP, EpisodeState.PUBLISHED)


def takes_items(section: Section) -> bool:
    """All but the free talk: a document has questions there, and no items."""
    return section.kind != SectionKind.FREE_TALK


def can_nominate(by: Actor, episode: Episode, *, now: datetime) -> bool:
    """Signed-in people, and guests whose invitation is to submit to this episode."""
    return may_write(by) or guest_may(by, Purpose.SUBMIT, episode.code, now=now)


def can_vote(by: Actor) -> bool:
    """Signed-in people; a guest has one purpose, and this is none."""
    return may_write(by)


def votes_of(episode: Episode) -> int:
    """How many votes a person has in the week of an episode."""
    return episode.template.votes if episode.template is not None else VOTES


def sections_to_run(by: Actor, episode: Episode) -> set[int]:
    """Keys of the sections whose items this person decides about, orders and edits; none once it is published.

    Organizers, hosts and editors: all; leads: their own. Rules that let a section run without a lead act as SYSTEM.
    """
    if not episode.is_open or not (may_write(by) or is_system(by)):
        return set()
    sections = Section.objects.filter(episode=episode, deleted_at=None)
    if is_system(by) or is_organizer(by):
        return set(sections.values_list("pk", flat=True))
    if episode.state == EpisodeState.DRAFT or not isinstance(by, Person):
        return set()
    if Hosting.objects.filter(episode=episode, person=by, is_by_name=False, deleted_at=None).exists():
        return set(sections.values_list("pk", flat=True))
    claims = Claim.objects.filter(
        section__in=sections, person=by, role=ClaimRole.LEAD, is_by_name=False, deleted_at=None
    )
    return set(claims.values_list("section_id", flat=True))


def is_own_nomination(by: Actor, item: Item) -> bool:
    """Whether somebody's own nomination still waits: until it is decided about they may mend it or take it back."""
    is_theirs = isinstance(by, Person) and item.nominated_by_id == by.pk and may_write(by)
    return is_theirs and item.state == ItemState.NOMINATED and takes_nominations(item.section.episode)


# ── Suggestions ─────────────────────────────────────────────────────────────


def can_suggest(by: Actor, episode: Episode) -> bool:
    """Signed-in people, until the record is published."""
    return may_write(by) and episode.is_open and episode.state != EpisodeState.DRAFT


def can_own_suggestion(by: Actor) -> bool:
    """Whoever is signed in may say: I see to it."""
    return may_write(by)


def can_resolve(by: Actor, suggestion: Suggestion) -> bool:
    """Who sees to it, who made it, and who runs the section or the site, also when the record is published."""
    if not may_write(by) or not isinstance(by, Person):
        return False
    if by.pk in (suggestion.owner_id, suggestion.person_id) or is_organizer(by):
        return True
    episode = suggestion.section.episode
    hosts = Hosting.objects.filter(episode=episode, person=by, is_by_name=False, deleted_at=None)
    leads = Claim.objects.filter(
        section=suggestion.section, person=by, role=ClaimRole.LEAD, is_by_name=False, deleted_at=None
    )
    return hosts.exists() or leads.exists()


# ── The life of an episode: who runs it, who takes what ─────────────────────


def is_host(by: Actor, episode: Episode, role: HostingRole = HostingRole.HOST) -> bool:
    """Whether somebody hosts (or edits) this episode; what was earned ends when the record is published."""
    if not may_write(by) or not isinstance(by, Person) or episode.state == EpisodeState.PUBLISHED:
        return False
    return Hosting.objects.filter(episode=episode, person=by, role=role, is_by_name=False, deleted_at=None).exists()


def runs(by: Actor, episode: Episode) -> bool:
    """Its hosts until it is published, and organizers."""
    return is_organizer(by) or is_host(by, episode)


def leaves_chair(hostings: Iterable[Hosting], by: Actor) -> bool:
    """Whether the hosts (or the editors) that an episode has leave the place to `by`: where there are none, or a
    document alone names them and they have no account, or are `by`. Two of one name cannot stand there."""
    if not isinstance(by, Person):
        return not list(hostings)
    return all(
        row.is_by_name and (row.person_id == by.pk or (row.person.user_id is None and row.name != by.name))
        for row in hostings
    )


def may_scribe(by: Actor, episode: Episode) -> bool:
    """Keep the record of an evening, from when it is on the air until it is published: members. Who wrote down what
    somebody said is named beside it."""
    return may_write(by) and isinstance(by, Person) and episode.state in (EpisodeState.LIVE, EpisodeState.WRAPUP)


def may_see_presence(by: Actor) -> bool:
    """Learn who is editing or writing down what just now: members."""
    return may_write(by) and isinstance(by, Person)


def may_plan(by: Actor) -> bool:
    """Open the next number, keep templates, holidays and breaks: organizers, the schedule and the operator."""
    return is_organizer(by) or is_system(by)


def may_invite_to_claim(by: Actor, target: str) -> bool:
    """To the section of this key: who runs its episode, while it takes claims."""
    section = Section.objects.filter(pk=read_key(target), deleted_at=None).select_related("episode").first()
    return section is not None and takes_claims(section.episode) and runs(by, section.episode)


def claiming_ends(target: str) -> datetime | None:
    """Return when the evening of the section of this key begins, if that is known."""
    return Section.objects.values_list("episode__starts_at", flat=True).get(pk=int(target))


def may_keep_webhooks(by: Actor) -> bool:
    """Their addresses are keys to groups: organizers."""
    return is_organizer(by)


def takes_claims(episode: Episode) -> bool:
    """While it is collecting, and for gaps until it begins."""
    return episode.state in (EpisodeState.COLLECTING, EpisodeState.LOCKED)


def may_claim(by: Actor, section: Section, *, now: datetime) -> bool:
    """Members, and guests whose invitation is for this section."""
    return may_write(by) or guest_may(by, Purpose.CLAIM, section.pk, now=now)


def holds(by: Actor, claim: Claim, *, now: datetime) -> bool:
    """Whether this is one's own claim, and one may still act on it."""
    person = person_behind(by)
    is_own = person is not None and claim.person_id == person.pk and not claim.is_by_name
    return is_own and may_claim(by, claim.section, now=now)


def is_past_cut_off(episode: Episode, *, now: datetime) -> bool:
    """Whether what was taken is to be handed over by now, not given up."""
    return episode.state != EpisodeState.COLLECTING or (episode.cut_off is not None and episode.cut_off <= now)


# ── After the talk ──────────────────────────────────────────────────────────


def may_wrap_up(by: Actor, episode: Episode) -> bool:
    """Its hosts and editors until it is published, and organizers: highlights, signatures, links, recordings."""
    return runs(by, episode) or is_host(by, episode, HostingRole.EDITOR)


def may_invite_to_answer(by: Actor, target: str) -> bool:
    """To the question of this public id: who wraps up its episode."""
    question = Question.objects.with_public_id(target).filter(deleted_at=None).select_related("episode").first()
    return question is not None and may_wrap_up(by, question.episode)
