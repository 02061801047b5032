"""Asks every address by every method as everybody, and says what is not as the table has it."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.template.backends.django import Template

from tests.access.policies import (
    FORBIDDEN,
    METHODS,
    NO_METHOD,
    PEOPLE,
    READS,
    ROLES,
    SIGN_IN,
    TOKENS,
    WRITES,
    YES,
    Policy,
)

WRITING = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE)
# Pages are made for these; whether the others may see them is settled before that.
LOOKING = ("anonymous", "guest to claim", "lead", "organizer")
# They ask for no scope, since they are for everybody.
OF_THE_SCHEMA = ("api/v1/schema/", "api/v1/docs/")


@dataclass(frozen=True)
class Act:
    """One method of an address: who may, what is sent, and what is not said by the policy."""

    policy: Policy
    body: dict[str, Any] | None = None
    # A write that is allowed and leaves no row: a preview, a cookie, a step of a longer way.
    leaves_nothing: bool = False
    # Whose success leaves rows, where others go well and have nothing to do.
    changes_for: tuple[str, ...] = ROLES
    # A read that leaves a row: one's own visit of a board.
    leaves: frozenset[str] = frozenset()
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One line of the table: a pattern of the URL map, an address under it, and its methods."""

    pattern: str
    address: str
    acts: dict[str, Act]
    # Whether what is not named is asked, too: at the first line of a pattern.
    is_whole: bool = True
    # Whether another line, asked as everybody, stands for it: the same pages of another table.
    is_alike: bool = False

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/v1/")

    def expects(self, method: str, role: str) -> str:
        """Return the answer that the table has for a role."""
        if method in self.acts:
            return self.acts[method].policy.expects(role, method, api=self.is_api)
        if method == "HEAD" and "GET" in self.acts:
            return self.expects("GET", role)
        if self.is_api and role == "read token" and method in WRITES and self.pattern not in OF_THE_SCHEMA:
            return FORBIDDEN
        return self._in_accounts(role) if self.pattern.startswith("accounts/") and method == "POST" else NO_METHOD

    def _in_accounts(self, role: str) -> str:
        """django-allauth looks who asks before it says that a page takes no form; our own pages do not."""
        if role == "suspended":
            return FORBIDDEN
        return SIGN_IN if self.expects("GET", role) == SIGN_IN else NO_METHOD


def row(pattern: str, address: str, **acts: Act | Policy | tuple[Policy, dict[str, Any]]) -> Row:
    """Return a line: `GET=PUBLIC, POST=(MEMBERS, {…})`."""
    made = {name: each if isinstance(each, Act) else _act(each) for name, each in acts.items()}
    return Row(pattern, address, made)


def more(pattern: str, address: str, **acts: Any) -> Row:
    """Return another line of a pattern that has one: another row behind it, or another act."""
    first = row(pattern, address, **acts)
    return Row(first.pattern, first.address, first.acts, is_whole=False)


def _act(said: Policy | tuple[Policy, dict[str, Any]]) -> Act:
    return Act(said) if isinstance(said, Policy) else Act(*said)


def everybody(_each: Row, _method: str) -> tuple[str, ...]:
    """Ask as everybody."""
    return ROLES


def some(each: Row, method: str) -> tuple[str, ...]:
    """Ask to write as everybody who may by the table, and of those who get the same answer for the same reason as a few.

    They are always who is nearest to another answer (of those who may read the one with the least rights, of those who
    are refused the one with the most), the suspended, and one whom the address and the method choose: no kind of answer
    is left out, and over all addresses nobody. What no line names, HEAD where it stands for GET, and lines like another
    are asked as one of each kind.
    """
    kinds: dict[tuple[str, str], list[str]] = {}
    is_named = method in each.acts and not each.is_alike
    for role in ROLES:
        sort = "signed in" if role in PEOPLE else "token" if role in TOKENS and each.is_api else "signed out"
        kinds.setdefault((each.expects(method, role), sort if is_named else ""), []).append(role)
    chosen: set[str] = set()
    for (answer, sort), roles in kinds.items():
        if is_named and (sort == "token" or (answer == YES and method in WRITES)):
            chosen.update(roles)
            continue
        chosen.add(roles[zlib.crc32(f"{method} {each.address}".encode()) % len(roles)])
        if is_named and sort == "signed in":
            others = [role for role in roles if role != "suspended"]
            chosen.update(({"suspended"} & set(roles)) | set(others[:1] if answer == YES else others[-1:]))
        elif is_named:
            chosen.add(roles[0])
    return tuple(role for role in ROLES if role in chosen)


def check(
    rows: Iterable[Row], world: Any, *, who: Callable[[Row, str], tuple[str, ...]] = everybody
) -> tuple[int, list[str]]:
    """Ask everything as `who` says; return the number of cells and a sentence for each that is not as it should be."""
    cells, wrong, rows = 0, [], list(rows)
    named = {(each.pattern, method) for each in rows for method in each.acts}
    for each in rows:
        rest = [method for method in METHODS if (each.pattern, method) not in named and method not in _named(each)]
        for method in [*_named(each), *(rest if each.is_whole else ())]:
            succeeded = False
            for role in who(each, method):
                cells += 1
                said, changed = ask(each, method, role, world)
                wrong += _faults(each, method, role, said, changed)
                succeeded = succeeded or said == YES
            act = each.acts.get(method)
            if act and method in WRITES and not succeeded and any(each.expects(method, role) == YES for role in ROLES):
                wrong.append(f"{method} {each.address}: nobody could, so the refusals show nothing")
    return cells, wrong


def _named(each: Row) -> list[str]:
    return [method for method in METHODS if method in each.acts or (method == "HEAD" and "GET" in each.acts)]


def _faults(each: Row, method: str, role: str, said: str, changed: set[str]) -> Iterator[str]:
    where = f"{method} /{each.pattern} ({each.address}) as {role}"
    if each.acts.get(method) and each.acts[method].body:
        where += f" with {each.acts[method].body}"
    expected, act = each.expects(method, role), each.acts.get(method)
    if said != expected:
        yield f"{where}: {said} instead of {expected}"
    if expected != YES or method in READS:
        kept = changed - (act.leaves if act is not None else set())
        if kept:
            yield f"{where}: was {said} and changed {', '.join(sorted(kept))}"
    elif act is not None and said == YES:
        should = not act.leaves_nothing and role in act.changes_for
        if should and not changed:
            yield f"{where}: went well and changed nothing"
        if changed and not should:
            yield f"{where}: was to leave nothing and changed {', '.join(sorted(changed))}"


def ask(each: Row, method: str, role: str, world: Any) -> tuple[str, set[str]]:
    """Return the class of the answer and the tables it changed; everything is taken back."""
    act = each.acts.get(method) or Act(Policy("", frozenset()))
    known = {**vars(world), "own": world.mine[role], "role": role}
    address = each.address.format_map(known)
    if method in WRITES or each.pattern.startswith("accounts/"):
        cache.clear()  # limits of how often one may try
    client = world.clients[role]
    cookies = client.cookies.copy()
    is_seen = method == "GET" and role in LOOKING and each.expects(method, role) == YES
    with undone() as written, nullcontext() if is_seen else unrendered():
        response = getattr(client, method.lower())(address, **_options(each, act, method, known))
        said = answer_of(response)
        tables = set(written)
        before = _digests(tables)
    client.cookies = cookies
    after = _digests(tables)
    return said, {name for name in tables if before[name] != after[name]}


def _options(each: Row, act: Act, method: str, known: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {"headers": act.headers} if act.headers else {}
    if method not in WRITES:
        return options
    body = _filled(act.body or {}, known)
    if each.is_api:
        if method in ("DELETE", "PATCH") or each.address.endswith("/rename/"):
            options["headers"] = {"If-Match": "*"}
        return options | {"data": json.dumps(body), "content_type": "application/json"}
    return options | ({"data": body} if method == "POST" else {})


def _filled(value: Any, known: dict[str, Any]) -> Any:
    """Return a body with what stands for its `{…}`; a number where nothing else was written."""
    if isinstance(value, dict):
        return {name: _filled(each, known) for name, each in value.items()}
    return value.format_map(known) if isinstance(value, str) and "{" in value else value


def answer_of(response: Any) -> str:
    """Return the class of an answer."""
    code = response.status_code
    if code in (301, 302, 303):
        return SIGN_IN if response["Location"].startswith("/accounts/login/") else YES
    return YES if 200 <= code < 300 else str(code)


@contextmanager
def undone() -> Iterator[list[str]]:
    """Take back what is done inside; collects the tables that were written to."""
    written: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := WRITING.match(sql):
            written.append(found[1])
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            yield written
        transaction.set_rollback(True)


@contextmanager
def unrendered() -> Iterator[None]:
    """Make no page: who may is settled before, and what a refusal looks like is tested elsewhere."""
    render, Template.render = Template.render, lambda self, *args, **options: "-"
    try:
        yield
    finally:
        Template.render = render


def _digests(tables: set[str]) -> dict[str, str]:
    """Return a digest of every row of each table."""
    found = {}
    with connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f'SELECT * FROM "{name}" ORDER BY 1')
            found[name] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return found
