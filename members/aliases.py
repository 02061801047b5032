"""Who may be one person under two names: suggestions for the alias book, each with its evidence. Reads only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations

from markup import links
from members.models import Alias, Event, Person
from members.names import Evidence, evidence, stem

# More of one stem are a common word, not one person.
LARGEST = 8


@dataclass(slots=True)
class Pair:
    """Two people who may be one; `into` is the one that should stay."""

    person: Person
    into: Person
    names: tuple[str, str]
    evidence: list[Evidence]
    addresses: list[str] = field(default_factory=list)


def suggestions() -> list[Pair]:
    """Return pairs whose names are the same or look alike, or who name one address as theirs.

    Those with the most evidence come first.
    """
    # Who left share one name and are nobody.
    rows = Person.objects.current().exclude(handle__startswith="erased-")
    people = {row.pk: row for row in rows.select_related("user")}
    apart = set(Event.objects.filter(verb="keep_apart").values_list("target_key", flat=True))
    found: dict[tuple[int, int], Pair] = {}
    for one, other, names in _alike(people):
        if why := evidence(*names):
            pair = _pair(found, people[one], people[other], names)
            pair.evidence += [each for each in why if each not in pair.evidence]
    for one, other, address in _neighbours(people):
        pair = _pair(found, people[one], people[other], (people[one].name, people[other].name))
        pair.addresses.append(address)
    kept = [pair for key, pair in found.items() if f"{key[0]}:{key[1]}" not in apart and _could_be(pair)]
    return sorted(kept, key=lambda pair: (-len(pair.evidence) - len(pair.addresses), pair.person.name, pair.person.pk))


def _alike(people: dict[int, Person]) -> list[tuple[int, int, tuple[str, str]]]:
    names = Alias.objects.filter(deleted_at=None, person__in=people).values_list("person", "name")
    known = {*names, *((row.pk, row.name) for row in people.values())}
    groups = defaultdict(list)
    for key, name in sorted(known):
        groups[stem(name)].append((key, name))
    return [
        (min(a[0], b[0]), max(a[0], b[0]), (a[1], b[1]))
        for group in groups.values()
        if len({key for key, _name in group}) <= LARGEST
        for a, b in combinations(group, 2)
        if a[0] != b[0]
    ]


def _neighbours(people: dict[int, Person]) -> list[tuple[int, int, str]]:
    at = defaultdict(set)
    for row in people.values():
        for link in row.links:
            if key := links.key(link["url"]):
                at[key].add(row.pk)
    return [(*pair, key) for key, keys in at.items() for pair in combinations(sorted(keys), 2)]


def _pair(found: dict[tuple[int, int], Pair], one: Person, other: Person, names: tuple[str, str]) -> Pair:
    """Whoever signs in stays, else whoever was there first."""
    key = (one.pk, other.pk)
    if key not in found:
        first, second = (other, one) if other.user_id and not one.user_id else (one, other)
        found[key] = Pair(person=second, into=first, names=names, evidence=[])
    return found[key]


def _could_be(pair: Pair) -> bool:
    return not (pair.person.user_id and pair.into.user_id) and not (pair.person.is_collective and pair.into.user_id)
