"""What people without an account add to the machine of questions: asking anonymously, and putting one's name to it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from members.models import Event
from talks.actions import returns
from talks.actions.asking import ask_without_account
from talks.models import Episode, Question, ReturnCode
from tests.proof import question_model as model
from tests.proof.question_machine import Life

# Who may come without an account: everybody but who is suspended.
COMES = tuple(role for role in model.ROLES if role != "suspended")


class OpenLife(Life):
    """A life of questions in which some are asked by nobody who can be named."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[int, bool] = {}  # question → whether somebody put their name to it

    @rule(data=st.data(), code=st.sampled_from(("021", "021", "022")))
    def ask_openly(self, data: st.DataObject, code: str) -> None:
        by, body = self.who(data), self.words()
        against = set() if by in COMES else {"denied"}
        against |= set() if self.evening.states[code] in model.ASKING else {"questions_closed"}
        values = {"episode": Episode.objects.get(code=code), "body": body, "key": f"key-of-a-form-{self.said:010d}"}
        values |= {"address": f"192.0.2.{self.said % 250}-{self.said}", "by": self.actor(by), "now": self.now}

        def then(made: Any) -> None:
            pk = made.question.pk
            self.evening.questions[pk] = model.Question(code, "", body, review="waiting")
            self.held[pk] = False
            self.check_nobody(pk)

        self.act("ask openly", against, lambda: ask_without_account(**values), then)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def reveal(self, data: st.DataObject) -> None:
        pk = self.some(data, self.held, lambda key: not self.held[key])
        row = self.evening.questions[pk]
        by = self.who(data)  # who may not is as likely as anybody: this is tried seldom
        against = set() if by in model.WRITERS else {"denied"}
        against |= {"revealed"} if self.held[pk] and by != row.by else set()
        values = {"held": ReturnCode.objects.get(pk=pk), "by": self.actor(by), "now": self.now}

        def then(made: Any) -> None:
            row.by, self.held[pk] = by, True
            assert made.asker_id == self.world.people[by]

        self.act("reveal", against, lambda: returns.reveal(**values), then)

    def compare(self, name: str) -> None:
        super().compare(name)
        for pk, is_revealed in self.held.items():
            if not is_revealed:
                self.check_nobody(pk)

    def check_nobody(self, pk: int) -> None:
        """Nothing says who asked, nor the minute."""
        row = Question.objects.select_related("episode").get(pk=pk)
        assert row.is_anonymous
        assert (row.asker_id, row.asker_name) == (None, None)
        assert (row.created_at.minute, row.created_at.second) == (0, 0)
        [asked] = Event.objects.filter(target_kind="question", target_key=row.public_id, verb="ask")
        assert (asked.person_id, asked.by, asked.at.minute) == (None, "anonymous", 0)
