"""What must hold between any two moments of the week, whatever was done: read from the tables alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.proof.week_model import ORDER
from tests.proof.week_world import Snapshot, public_id

# Rows of these are never deleted, whatever happens to them.
LASTING = (
    *("talks_episode", "talks_section", "talks_item", "talks_question", "talks_answer", "talks_suggestion"),
    *("talks_claim", "talks_hosting", "talks_carry", "talks_credit", "members_person", "members_event"),
)
# A new row or version of these is named by an Event: itself, or by the act that brought it about.
NAMED = {
    "talks_episode": "episode",
    "talks_section": "section",
    "talks_item": "item",
    "talks_claim": "claim",
    "talks_hosting": "episode",
    "talks_suggestion": "suggestion",
    "talks_carry": "carry",
    "talks_question": "question",
    "members_person": "person",
}
# What is written besides, and says nothing of its own.
ASIDE = {"members_revision", "members_event", "members_notification"}


def check_laws(before: Snapshot, after: Snapshot) -> None:
    """Raise AssertionError for what may never be, or may never have come about between two snapshots."""
    _check_claims(after)
    _check_votes(after)
    for table in LASTING:
        assert before[table].keys() <= after[table].keys(), f"rows of {table} are gone"
    assert all(after["members_event"][pk] == row for pk, row in before["members_event"].items()), "history was changed"
    numbers = [(row["kind"], row["number"]) for row in after["talks_episode"].values()]
    assert len(numbers) == len(set(numbers)), "a number was given twice"
    for pk, row in before["talks_episode"].items():
        now = after["talks_episode"][pk]
        assert (row["number"], row["code"]) == (now["number"], now["code"]), "a number was changed"
        assert now["sequence"] >= row["sequence"]
    _check_ids(before, after)
    _check_merged(after)
    _check_states(before, after)
    _check_events(before, after)


def _check_claims(rows: Snapshot) -> None:
    standing = [row for row in rows["talks_claim"].values() if row["deleted_at"] is None]
    held = Counter((row["section_id"], row["role"]) for row in standing)
    most = {"lead": 2, "standby": 1}
    assert all(count <= most[role] for (_section, role), count in held.items()), f"too many in one place: {held}"
    twice = Counter((row["section_id"], row["person_id"]) for row in standing)
    assert all(count == 1 for count in twice.values()), "somebody has a section twice"


def _check_votes(rows: Snapshot) -> None:
    given = Counter((row["item_id"], row["person_id"]) for row in rows["talks_itemvote"].values())
    assert all(count == 1 for count in given.values()), "somebody voted twice for one item"


def _check_ids(before: Snapshot, after: Snapshot) -> None:
    ids = []
    for rows in (before, after):
        codes = {pk: row["code"] for pk, row in rows["talks_episode"].items()}
        ids.append({pk: public_id(row, codes) for pk, row in rows["talks_question"].items()})
    assert ids[0].items() <= ids[1].items(), "a question was given another number"
    assert len(set(ids[1].values())) == len(ids[1]), "a number of a question was given twice"


def _check_merged(rows: Snapshot) -> None:
    items = rows["talks_item"]
    for pk, row in items.items():
        if row["deleted_at"] is None and row["state"] == "merged":
            into = items[row["merged_into_id"]]
            assert into["deleted_at"] is None, f"item {pk} has gone with what it was merged into"
            steps = 0
            while into["state"] == "merged":
                into, steps = items[into["merged_into_id"]], steps + 1
                assert steps <= len(items), "items are merged in a ring"


def _check_states(before: Snapshot, after: Snapshot) -> None:
    """Forward by one, or back by an act that says so."""
    fresh = _fresh(before, after)
    for pk, row in before["talks_episode"].items():
        old, new = row["state"], after["talks_episode"][pk]["state"]
        if old == new:
            continue
        is_next = ORDER.index(new) == ORDER.index(old) + 1
        verb = "advance" if is_next and ("advance", "episode", row["code"]) in fresh else "step_back"
        assert is_next or ORDER.index(new) < ORDER.index(old), f"{old} went on to {new}"
        assert (verb, "episode", row["code"]) in fresh


def _fresh(before: Snapshot, after: Snapshot) -> set[tuple[str, str, str]]:
    """Verb, kind and key of the Events that were written between two snapshots."""
    return {
        (row["verb"], row["target_kind"], row["target_key"])
        for pk, row in after["members_event"].items()
        if pk not in before["members_event"]
    }


def _check_events(before: Snapshot, after: Snapshot) -> None:
    fresh = _fresh(before, after)
    changed = {
        table: [pk for pk, row in rows.items() if before[table].get(pk) != row]
        for table, rows in after.items()
        if table not in ASIDE and before[table] != rows
    }
    gone = [table for table, rows in before.items() if table not in ASIDE and rows.keys() - after[table].keys()]
    assert not (changed or gone) or fresh, f"changed without an Event: {sorted(changed)} {gone}"
    named = {(kind, key) for _verb, kind, key in fresh}
    for table, kind in NAMED.items():
        for pk in changed.get(table, []):
            row, old = after[table][pk], before[table].get(pk)
            if old is not None and old.get("version") == row.get("version"):
                continue  # moved aside by another row, or pointed to somebody else; that act has its own Event
            assert _names(table, row, after) & named or (kind, _key(table, row, after)) in named, (
                f"{table} {pk} was changed and no Event says so: {sorted(fresh)}"
            )


def _key(table: str, row: dict[str, Any], rows: Snapshot) -> str:
    if table == "talks_episode":
        return row["code"]
    if table == "talks_hosting":
        return rows["talks_episode"][row["episode_id"]]["code"]
    if table == "talks_question":
        codes = {pk: each["code"] for pk, each in rows["talks_episode"].items()}
        return public_id(row, codes).partition(".")[0]
    return str(row["id"])


def _names(table: str, row: dict[str, Any], rows: Snapshot) -> set[tuple[str, str]]:
    """The Events that speak of a row under another name."""
    if table == "members_person":  # a login goes along with a merge and comes back, past everybody between
        return {("person", str(pk)) for pk in rows[table]}
    if table == "talks_section":
        return {("episode", rows["talks_episode"][row["episode_id"]]["code"])}
    if table == "talks_item":
        return {("section", str(row["section_id"]))}
    if table == "talks_carry":
        return {("item", str(row["made_id"]))}
    if table == "talks_claim":
        section = rows["talks_section"][row["section_id"]]
        others = {
            ("claim", str(pk)) for pk, each in rows["talks_claim"].items() if each["section_id"] == row["section_id"]
        }
        return others | {("episode", rows["talks_episode"][section["episode_id"]]["code"])}
    return set()
