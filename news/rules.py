"""Who may do what with sources and stories. Deny by default."""

from django.conf import settings
from django.utils.module_loading import import_string

from members.actors import Actor
from members.rules import is_organizer, is_system, may_write


def may_manage_sources(by: Actor) -> bool:
    return is_organizer(by)


def may_add_sources(by: Actor) -> bool:
    """Organizers, and the operator on the machine (a command that takes in a list)."""
    return is_system(by) or is_organizer(by)


def may_run_sources(by: Actor) -> bool:
    return is_system(by) or is_organizer(by)


def may_sort_stories(by: Actor) -> bool:
    """Decline, merge, take apart, undo: organizers, and whom the talk lets file them (`STORY_SORTERS`)."""
    return is_organizer(by) or (may_write(by) and bool(import_string(settings.STORY_SORTERS)(by)))


def may_renormalise(by: Actor) -> bool:
    return is_system(by) or is_organizer(by)
