"""Plain predicates of papers and reading lists: who may do what. Deny by default; asked by actions, pages and API."""

from members.actors import Actor
from members.models import Person
from members.rules import is_organizer, is_system, may_write
from papers.models import ReadingList

# Limits of what a person may send at once, in characters; a file has its own cap.
TITLE_LIMIT = 400
LINE_LIMIT = 2_000
NOTE_LIMIT = 20_000
LINKS_LIMIT = 30

# The levels that a heading may be given by hand; a file has more.
HEADINGS = (2, 3)


def can_import_lists(by: Actor) -> bool:
    """Organizers, and the operator on the machine."""
    return is_organizer(by) or is_system(by)


def can_edit_list(by: Actor, reading_list: ReadingList) -> bool:
    """Organizers, and whoever made the list."""
    is_maker = isinstance(by, Person) and reading_list.maker_id is not None and reading_list.maker_id == by.pk
    return is_organizer(by) or (is_maker and may_write(by))
