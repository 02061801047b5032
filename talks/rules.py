"""Plain predicates of the talk: who may do what with an episode. Deny by default; asked by actions, pages and API."""

from members.actors import Actor
from members.models import Person
from members.rules import is_organizer, is_system, may_write
from talks.models import Answer, Episode, EpisodeState, Question

# Limits of what a person may send at once, in characters; a document has its own cap.
QUESTION_LIMIT = 10_000
ANSWER_LIMIT = 20_000


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
