"""What the tests of history share: every row that has one, as it stands."""

from members.models import Event
from talks.models import KeptRow
from talks.states import HOME, KEPT, states_of

# What the alias book says of a row (members.actions.names): its acts move keys and names without being acts on rows.
NAMES = ("person", "name", "asker", "asker_name", "author", "author_name", "nominated_by", "decided_by", "owner")


def everything():
    """The state of every row, by kind and key."""
    return {
        (kind, str(row.pk)): state
        for kind, model in KEPT.items()
        for row, state in states_of(model._base_manager.order_by("pk")).items()
    }


def not_kept(before, since):
    """What changed since `before` without the row being kept as it was: an act that forgot `keep`.

    `since` is the last event before the acts. Returns kind, key, the state before and the one that was kept.
    """
    kept = {}
    for row in KeptRow.objects.filter(event__gt=since).order_by("pk"):
        kept.setdefault((row.kind, row.key), row.state)
    now = everything()
    changed = {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
    missing = object()
    return [
        (*key, before.get(key), kept.get(key, "nothing"))
        for key in sorted(changed)
        if kept.get(key, missing) != before.get(key)
    ]


def last_event():
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def without_names(state):
    """A state without what the alias book may change."""
    if state is None:
        return None
    rest = {name: value for name, value in state.items() if name not in NAMES}
    return {**rest, "credits": [(each["role"], each["position"]) for each in state.get("credits", [])]}


def state_of(kind, key):
    """The state of one row."""
    row = KEPT[kind]._base_manager.get(pk=key)
    return states_of([row])[row]


def states_in(episode):
    """The states of every row of an episode, by kind and key, also of those that are taken out."""
    return {
        (kind, str(row.pk)): state
        for kind, model in KEPT.items()
        for row, state in states_of(model._base_manager.filter(**{HOME[kind]: episode.pk})).items()
    }


def without_life(state):
    """A state without what no restore changes: whether the evening is on."""
    if state is None or "locks_at" not in state:  # not that of an episode
        return state
    return {name: value for name, value in state.items() if name != "state"}
