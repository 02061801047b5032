"""Who has claimed which line of a source: every written line belongs to exactly one node, once and for all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from talks.documents.lines import Line
from talks.documents.model import Problem
from talks.documents.problems import Code, problem


@dataclass(frozen=True, slots=True)
class Claim:
    """What a line of the source became: the kind of node and its path in the document's JSON."""

    kind: str
    path: str


@dataclass(eq=False, slots=True)
class Node:
    """A place in the document being read; its path is known once everything is in order."""

    path: str = ""


@dataclass(slots=True)
class Ledger:
    """The claims and doubts gathered while a document is read."""

    claims: dict[int, tuple[str, Node]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def claim(self, lines: Line | Iterable[Line], kind: str, node: Node) -> None:
        """Give the written ones of these lines to a node. A line is never taken twice: that is a bug and raises."""
        for line in (lines,) if isinstance(lines, Line) else lines:
            if line.is_blank:
                continue
            for number in line.numbers:
                if number in self.claims:
                    raise AssertionError(f"line {number} is claimed twice")
                self.claims[number] = (kind, node)

    def is_claimed(self, line: Line) -> bool:
        return line.number in self.claims

    def doubt(self, code: Code, line: Line | int | None = None, detail: str = "") -> None:
        """Record a problem; the line it is about is placed all the same."""
        number = line.number if isinstance(line, Line) else line
        self.problems.append(problem(code, number, detail))

    def resolved(self) -> dict[int, Claim]:
        """The claims by line number, with the paths the nodes have now."""
        return {number: Claim(kind, node.path) for number, (kind, node) in sorted(self.claims.items())}
