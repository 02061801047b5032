"""What the stateful proof of questions believes: who is who, what stands where, and what an act must answer.

Written from the issue, not from the code: a plain picture without a database. `Evening.refusals` of an act are the names
of all reasons against it; it must be done when there is none, and else be refused by one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ROLES = ("visitor", "member", "asker", "lead", "host", "editor", "organizer", "suspended")
WRITERS = ROLES[1:-1]
OPEN = ("collecting", "locked", "live", "wrapup")
ASKING = OPEN


@dataclass
class Question:
    episode: str
    by: str
    body: str
    review: str = ""
    # By which verb it was last decided whether it is shown.
    decided: str = ""
    settled: str = ""
    summary: str = ""
    merged_into: int | None = None
    # What the merge took along, and how it stood before.
    taken: dict[str, list[int]] = field(default_factory=dict)
    before_merging: str = ""
    votes: set[str] = field(default_factory=set)
    reports: set[str] = field(default_factory=set)


@dataclass
class Answer:
    question: int
    by: str
    body: str
    is_accepted: bool = False
    is_removed: bool = False
    remover: str = ""
    # Since it was removed a merge has put it elsewhere: its remover did not act on it last.
    is_moved: bool = False
    review: str = ""
    decided: str = ""
    transcriber: str = ""


@dataclass
class Evening:
    """Two evenings that take questions, 021 with a host and an editor, 022 with nobody."""

    states: dict[str, str]
    questions: dict[int, Question] = field(default_factory=dict)
    answers: dict[int, Answer] = field(default_factory=dict)
    votes: dict[int, tuple[int, str]] = field(default_factory=dict)
    carries: dict[int, tuple[int, str]] = field(default_factory=dict)

    # ── Who may ─────────────────────────────────────────────────────────────

    def moderates(self, by: str, episode: str) -> bool:
        return by == "organizer" or (by in ("host", "editor") and episode == "021" and self.is_open(episode))

    def settles(self, by: str, question: Question) -> bool:
        if self.moderates(by, question.episode):
            return True
        leads = by == "lead" and question.episode == "021"
        return self.is_open(question.episode) and by in WRITERS and (by == question.by or leads)

    def is_open(self, episode: str) -> bool:
        return self.states[episode] in OPEN

    # ── What stands ─────────────────────────────────────────────────────────

    def is_told(self, pk: int) -> bool:
        """Whether the words of a merged question stand with the one it leads to: those that were shown before."""
        row, end = self.questions[pk], pk
        while self.questions[end].review == "merged" and self.questions[end].episode == row.episode:
            end = self.questions[end].merged_into
        is_here = self.questions[end].episode == row.episode and self.is_shown(end)
        return row.review == "merged" and row.before_merging == "" and is_here

    def is_shown(self, pk: int) -> bool:
        return not self.questions[pk].review

    def stands(self, pk: int) -> bool:
        """Whether an answer is shown."""
        row = self.answers[pk]
        return not row.is_removed and not row.review and self.is_shown(row.question)

    def answers_to(self, pk: int) -> list[int]:
        return sorted(key for key, row in self.answers.items() if row.question == pk)

    def state_of(self, pk: int) -> str:
        row = self.questions[pk]
        own = [self.answers[key] for key in self.answers_to(pk)]
        standing = [each for each in own if not each.is_removed and not each.review]
        if row.settled:
            return row.settled
        if row.summary or any(each.is_accepted for each in standing):
            return "answered"
        return "partly" if standing else "open"

    def votes_for(self, pk: int) -> int:
        return sum(question == pk for question, _by in self.votes.values())

    # ── What speaks against an act ──────────────────────────────────────────

    def against_moderating(self, by: str, episode: str) -> set[str]:
        if self.moderates(by, episode):
            return set()
        return {"denied", "record_published"} if not self.is_open(episode) else {"denied"}

    def against_settling(self, by: str, pk: int) -> set[str]:
        if self.settles(by, self.questions[pk]):
            return set()
        return {"denied", "record_published"} if not self.is_open(self.questions[pk].episode) else {"denied"}

    def against_words(self, by: str, row: Any, episode: str) -> set[str]:
        """Against other words: one's own, those one wrote down, and everybody's for who moderates."""
        is_own = by in WRITERS and by in (row.by, getattr(row, "transcriber", ""))
        found = set() if is_own or self.moderates(by, episode) else {"denied"}
        return found | (set() if self.is_open(episode) else {"record_published", "denied"})

    def gone(self, pk: int) -> set[str]:
        return set() if self.is_shown(pk) else {"gone"}

    def gone_answer(self, pk: int) -> set[str]:
        return set() if self.stands(pk) else {"gone"}

    def is_gone_on_with(self, kind: str, pk: int) -> bool:
        """Whether somebody has answered, accepted or merged what was approved."""
        if kind == "a":
            return self.answers[pk].is_accepted
        own = [self.answers[key] for key in self.answers_to(pk)]
        is_answered = any(not each.is_removed and not each.review for each in own)
        return is_answered or any(row.merged_into == pk for row in self.questions.values())

    # ── What acts bring about ───────────────────────────────────────────────

    def gives_voice(self, pk: int, into: int) -> bool:
        """Whether who asked a question wants the one that it was merged into, and nothing says so yet."""
        by = self.questions[pk].by
        return bool(by) and by != self.questions[into].by and (into, by) not in self.votes.values()

    def merge(self, pk: int, into: int) -> None:
        row = self.questions[pk]
        row.taken = {"answers": self.answers_to(pk), "votes": [], "carries": [], "voices": []}
        for key in row.taken["answers"]:
            self.answers[key].question, self.answers[key].is_moved = into, True
        there = {by for question, by in self.votes.values() if question == into}
        for key, (question, by) in list(self.votes.items()):
            if question == pk and by not in there:
                self.votes[key] = (into, by)
                row.taken["votes"].append(key)
        goes = {episode for question, episode in self.carries.values() if question == into}
        for key, (question, episode) in list(self.carries.items()):
            if question == pk and episode not in goes:
                self.carries[key] = (into, episode)
                row.taken["carries"].append(key)
        row.before_merging, row.review, row.merged_into, row.decided = row.review, "merged", into, "merge"

    def unmerge(self, pk: int) -> None:
        row = self.questions[pk]
        for key in row.taken["answers"]:
            if self.answers[key].question == row.merged_into:
                self.answers[key].question, self.answers[key].is_moved = pk, True
        for part, rows in (("votes", self.votes), ("carries", self.carries)):
            for key in row.taken[part]:
                if rows.get(key, (0, ""))[0] == row.merged_into:
                    rows[key] = (pk, rows[key][1])
        for key in row.taken["voices"]:
            if self.votes.get(key, (0, ""))[0] == row.merged_into:
                del self.votes[key]
        row.review, row.merged_into, row.taken, row.decided = row.before_merging, None, {}, "unmerge"
