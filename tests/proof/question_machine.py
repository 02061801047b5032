"""The machine of the stateful proof of questions: everybody does anything, and the tables say what the model believes."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import translation
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from members.actors import ANONYMOUS
from members.models import Person
from members.rules import StateRefusal
from talks.actions import answers, carries, history, item_order, moderation, question_merges, questions, settling
from talks.export import export
from talks.models import Answer, Carry, Episode, KeptRow, Question, QuestionVote, Report
from tests.proof import question_model as model

TABLES = (Question, Answer, QuestionVote, Carry, Report)


def outcome(call: Callable[[], Any]) -> tuple[str, Any]:
    """Return by what an act was refused ("" for done), and what it gave."""
    try:
        with transaction.atomic():
            return "", call()
    except StateRefusal as error:
        return error.code, None
    except PermissionDenied:
        return "denied", None
    except Http404:
        return "gone", None
    except ValidationError as error:
        return next(one.code for errors in error.error_dict.values() for one in errors), None


class Life(RuleBasedStateMachine):
    """One run over the world that `start` and `world` name."""

    start: ClassVar[model.Evening]
    world: ClassVar[Any]
    counts: ClassVar[Counter[tuple[str, str]]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        translation.activate("zh-hans")
        self.evening = copy.deepcopy(self.start)
        self.now, self.said = self.world.now, 0
        self.ids: dict[int, str] = {}
        self.rows = snapshot()

    def teardown(self) -> None:
        try:
            for code in self.evening.states:
                self.check_export(code)
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    # ── Who and what ────────────────────────────────────────────────────────

    def actor(self, role: str) -> Any:
        if role == "visitor":
            return ANONYMOUS
        return Person.objects.select_related("user").get(pk=self.world.people[role])

    def who(self, data: st.DataObject, fits: Callable[[str], bool] = lambda _role: True) -> str:
        """Somebody: mostly one who may, as far as the model knows."""
        may = [role for role in model.ROLES if fits(role)]
        is_fit = data.draw(st.integers(0, 3), label="fit") > 0
        return data.draw(st.sampled_from(may if is_fit and may else list(model.ROLES)), label="by")

    def some(self, data: st.DataObject, keys: Any, wanted: Callable[[int], bool] = lambda _key: True) -> int:
        fit = [key for key in sorted(keys) if wanted(key)]
        is_fit = data.draw(st.integers(0, 4), label="meant") > 0
        return data.draw(st.sampled_from(fit if is_fit and fit else sorted(keys)), label="row")

    def words(self) -> str:
        self.said += 1
        return f"words{self.said:04d}end"

    def question(self, pk: int) -> Any:
        return Question.objects.select_related("episode").get(pk=pk)

    def answer(self, pk: int) -> Any:
        return Answer.objects.select_related("question__episode").get(pk=pk)

    # ── One act ─────────────────────────────────────────────────────────────

    def act(self, name: str, refusals: set[str], call: Callable[[], Any], then: Callable[[Any], None]) -> None:
        refused, result = outcome(call)
        after = snapshot()
        if refused:
            self.counts[name, "refused"] += 1
            assert refused in refusals, f"{name} was refused by {refused}; against it spoke {sorted(refusals)}"
            assert after == self.rows, f"{name} was refused by {refused} and changed something"
            return
        self.counts[name, "done"] += 1
        assert not refusals, f"{name} was done in spite of {sorted(refusals)}"
        self.rows = after
        then(result)
        self.compare(name)
        self.now += timedelta(minutes=1)

    def compare(self, name: str) -> None:
        evening = self.evening
        stored = {row.pk: row for row in Question.objects.with_state().with_votes().select_related("episode")}
        for pk, row in evening.questions.items():
            there = stored[pk]
            said = (there.episode.code, there.body, there.review, there.settled, there.summary, there.merged_into_id)
            believed = (row.episode, row.body, row.review, row.settled, row.summary, row.merged_into)
            assert said == believed, f"{name}: a question is {said}, not {believed}"
            assert (there.deleted_at is None) == (not row.review), f"{name}: shown and under review"
            assert there.state == evening.state_of(pk), f"{name}: {there.state}, not {evening.state_of(pk)}"
            assert there.vote_count == evening.votes_for(pk), f"{name}: {there.vote_count} votes"
            assert there.public_id == self.ids.setdefault(pk, there.public_id), f"{name}: another id"
        for pk, row in evening.answers.items():
            there = Answer.objects.get(pk=pk)
            said = (there.question_id, there.body, there.is_accepted, there.review, there.deleted_at is not None)
            believed = (row.question, row.body, row.is_accepted, row.review, row.is_removed or bool(row.review))
            assert said == believed, f"{name}: an answer is {said}, not {believed}"
        carried = {pk: (question, code) for pk, question, code in Carry.objects.filter(deleted_at=None).values_list(
            "pk", "question", "episode__code"
        )}  # fmt: skip
        assert carried == evening.carries, f"{name}: {carried} go on, not {evening.carries}"
        self.check_visible(name)

    def check_visible(self, name: str) -> None:
        """Nobody but who sees to it, and who wrote it, reads what is not shown: not in lists, not in the history."""
        shown = {pk for pk in self.evening.questions if self.evening.is_shown(pk)}
        assert (
            set(Question.objects.visible_to(None).filter(pk__in=self.evening.questions).values_list("pk", flat=True))
            == shown
        )
        stands = {pk for pk in self.evening.answers if self.evening.stands(pk)}
        assert (
            set(Answer.objects.visible_to(None).filter(pk__in=self.evening.answers).values_list("pk", flat=True))
            == stands
        )
        for role in ("member", "lead", "suspended", "host"):
            kept = KeptRow.objects.visible_to(self.actor(role))
            for pk, row in self.evening.questions.items():
                if row.review in ("waiting", "declined", "hidden"):
                    may = role == row.by or self.evening.moderates(role, row.episode)
                    assert kept.of_row("question", pk).exists() == may, f"{name}: {role} reads what is {row.review}"

    def check_export(self, code: str) -> None:
        text = export(Episode.objects.get(code=code), "json").text
        for pk, row in self.evening.questions.items():
            is_there = row.episode == code and (self.evening.is_shown(pk) or self.evening.is_told(pk))
            assert (row.body in text) == is_there, f"{row.body} in the export of {code}"
        for pk, row in self.evening.answers.items():
            is_there = self.evening.stands(pk) and self.evening.questions[row.question].episode == code
            assert (row.body in text) == is_there, f"{row.body} in the export of {code}"

    @initialize()
    def begin(self) -> None:
        """Three questions stand already; two of them are answered, one of these was approved before."""
        episode = Episode.objects.get(code="021")
        for by, answered_by in (("asker", "member"), ("member", "lead"), ("asker", "")):
            body = self.words()
            made = questions.ask(episode=episode, body=body, by=self.actor(by), now=self.now)
            self.evening.questions[made.pk] = model.Question("021", by, body)
            if by == "member":
                Question.objects.filter(pk=made.pk).update(review="waiting", deleted_at=self.now)
                moderation.approve(row=self.question(made.pk), by=self.actor("organizer"), now=self.now)
                self.evening.questions[made.pk].decided = "approve"
            if answered_by:
                body = self.words()
                said = questions.answer(question=made, body=body, by=self.actor(answered_by), now=self.now)
                self.evening.answers[said.pk] = model.Answer(made.pk, answered_by, body)
        self.rows = snapshot()

    # ── Asking and answering ────────────────────────────────────────────────

    @rule(data=st.data(), code=st.sampled_from(("021", "021", "022")))
    def ask(self, data: st.DataObject, code: str) -> None:
        by, body = self.who(data, lambda role: role in model.WRITERS), self.words()
        against = set() if by in model.WRITERS else {"denied"}
        against |= set() if self.evening.states[code] in model.ASKING else {"questions_closed"}
        episode = Episode.objects.get(code=code)

        def then(made: Any) -> None:
            self.evening.questions[made.pk] = model.Question(code, by, body)

        who = self.actor(by)
        self.act("ask", against, lambda: questions.ask(episode=episode, body=body, by=who, now=self.now), then)

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data())
    def wait(self, data: st.DataObject) -> None:
        """A post of a visitor arrives and waits: as asking leaves it."""
        pk = self.some(data, self.evening.questions)
        row = self.evening.questions[pk]
        if row.review or self.evening.votes_for(pk) or self.evening.answers_to(pk):
            return
        Question.objects.filter(pk=pk).update(review="waiting", deleted_at=self.now)
        row.review = "waiting"
        self.rows = snapshot()

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data(), for_other=st.booleans())
    def answer_it(self, data: st.DataObject, for_other: bool) -> None:
        pk = self.some(data, self.evening.questions, self.evening.is_shown)
        by, body = self.who(data, lambda role: role in model.WRITERS), self.words()
        author = "member" if for_other and by != "member" else by
        against = set() if by in model.WRITERS else {"denied"}
        against |= set() if self.evening.is_shown(pk) else {"not_shown"}
        named = f"@{Person.objects.get(pk=self.world.people['member']).name}" if author != by else ""

        def then(made: Any) -> None:
            self.evening.answers[made.pk] = model.Answer(pk, author, body, transcriber=by if author != by else "")

        values = {"question": self.question(pk), "body": body, "author": named, "by": self.actor(by), "now": self.now}
        self.act("answer", against, lambda: questions.answer(**values), then)

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data(), is_late=st.booleans())
    def mend_question(self, data: st.DataObject, is_late: bool) -> None:
        pk = self.some(data, self.evening.questions)
        row = self.evening.questions[pk]
        by, body = self.who(data, lambda role: not self.evening.against_words(role, row, row.episode)), self.words()
        against = self.evening.against_words(by, row, row.episode) | ({"conflict"} if is_late else set())
        found = self.question(pk)
        values = {"version": found.version + (5 if is_late else 0), "body": body, "by": self.actor(by), "now": self.now}
        edit = questions.edit_question
        self.act(
            "edit question", against, lambda: edit(question=found, **values), lambda _m: setattr(row, "body", body)
        )

    @precondition(lambda self: self.evening.answers)
    @rule(data=st.data())
    def mend_answer(self, data: st.DataObject) -> None:
        pk = self.some(data, self.evening.answers, self.evening.stands)
        row = self.evening.answers[pk]
        episode = self.evening.questions[row.question].episode
        by, body = self.who(data, lambda role: not self.evening.against_words(role, row, episode)), self.words()
        against = self.evening.against_words(by, row, episode)
        against |= {"gone"} if row.is_removed and not row.review else set()
        found = self.answer(pk)
        values = {"version": found.version, "body": body, "by": self.actor(by), "now": self.now}
        edit = questions.edit_answer
        self.act("edit answer", against, lambda: edit(answer=found, **values), lambda _m: setattr(row, "body", body))

    @precondition(lambda self: self.evening.answers)
    @rule(data=st.data())
    def take_out(self, data: st.DataObject) -> None:
        pk = self.some(data, self.evening.answers, self.evening.stands)
        row = self.evening.answers[pk]
        is_open = self.evening.is_open(self.evening.questions[row.question].episode)
        by = self.who(data, lambda role: role in (row.by, row.transcriber))
        against = set() if by in model.WRITERS and by in (row.by, row.transcriber) else {"denied"}
        against |= self.evening.gone_answer(pk) | (set() if is_open else {"record_published"})

        def then(_made: Any) -> None:
            row.is_removed, row.remover, row.is_moved = True, by, False

        values = {"answer": self.answer(pk), "by": self.actor(by), "now": self.now}
        self.act("remove answer", against, lambda: answers.remove_answer(**values), then)

    @precondition(lambda self: any(row.is_removed for row in self.evening.answers.values()))
    @rule(data=st.data())
    def undo_take_out(self, data: st.DataObject) -> None:
        pk = self.some(data, [key for key, row in self.evening.answers.items() if row.is_removed])
        row, evening = self.evening.answers[pk], self.evening
        episode = evening.questions[row.question].episode
        by = self.who(data, lambda role: role in (row.remover, "host", "organizer"))
        runs = by == "organizer" or (by == "host" and episode == "021" and evening.is_open(episode))
        is_own = by in model.WRITERS and by == row.remover and by in (row.by, row.transcriber) and not row.is_moved
        against = set() if runs or is_own else {"denied"}
        if by != "organizer" and not evening.is_open(episode):
            against |= {"record_published"}
        if not evening.is_shown(row.question):
            against |= {"cannot_restore"}

        def then(_made: Any) -> None:
            row.is_removed = False

        values = {"kind": "answer", "key": str(pk), "by": self.actor(by), "now": self.now}
        self.act("bring back", against, lambda: history.bring_back(**values), then)

    # ── Settling ────────────────────────────────────────────────────────────

    @precondition(lambda self: self.evening.answers)
    @rule(data=st.data(), wanted=st.booleans())
    def accept(self, data: st.DataObject, wanted: bool) -> None:
        pk = self.some(data, self.evening.answers, self.evening.stands)
        row = self.evening.answers[pk]
        by = self.who(data, lambda role: not self.evening.against_settling(role, row.question))
        against = self.evening.against_settling(by, row.question) | self.evening.gone_answer(pk)
        do = settling.accept if wanted else settling.unaccept
        values = {"answer": self.answer(pk), "by": self.actor(by), "now": self.now}
        self.act(do.__name__, against, lambda: do(**values), lambda _made: setattr(row, "is_accepted", wanted))

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data(), state=st.sampled_from(("answered", "outdated", "closed")), why=st.sampled_from(("", "没人")))
    def settle(self, data: st.DataObject, state: str, why: str) -> None:
        pk = self.some(data, self.evening.questions, self.evening.is_shown)
        row = self.evening.questions[pk]
        by = self.who(data, lambda role: not self.evening.against_settling(role, pk))
        against = self.evening.against_settling(by, pk) | self.evening.gone(pk)
        against |= {"required"} if state == "closed" and not why else set()
        values = {"question": self.question(pk), "state": state, "reason": why, "by": self.actor(by), "now": self.now}
        self.act("settle", against, lambda: settling.settle(**values), lambda _m: setattr(row, "settled", state))

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        pk = self.some(data, self.evening.questions, lambda key: bool(self.evening.questions[key].settled))
        row = self.evening.questions[pk]
        by = self.who(data, lambda role: not self.evening.against_settling(role, pk))
        against = self.evening.against_settling(by, pk) | self.evening.gone(pk)
        values = {"question": self.question(pk), "by": self.actor(by), "now": self.now}
        self.act("reopen", against, lambda: settling.reopen(**values), lambda _made: setattr(row, "settled", ""))

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data(), is_empty=st.booleans(), of_other=st.booleans())
    def summarize(self, data: st.DataObject, is_empty: bool, of_other: bool) -> None:
        pk = self.some(data, self.evening.questions, self.evening.is_shown)
        row, body = self.evening.questions[pk], "" if is_empty else self.words()
        by = self.who(data, lambda role: not self.evening.against_settling(role, pk))
        against = self.evening.against_settling(by, pk) | self.evening.gone(pk)
        standing = [key for key in self.evening.answers_to(pk) if self.evening.stands(key)]
        strange = [key for key in self.evening.answers if key not in standing][:1] if of_other else []
        against |= {"unknown"} if strange else set()
        values = {"question": self.question(pk), "body": body, "cites": [*standing[:1], *strange]}
        values |= {"by": self.actor(by), "now": self.now}
        self.act("summarize", against, lambda: settling.summarize(**values), lambda _m: setattr(row, "summary", body))

    # ── What is shown ───────────────────────────────────────────────────────

    def review(
        self, data: st.DataObject, name: str, needed: tuple[str, ...], code: str, becomes: str, **more: Any
    ) -> None:
        """Approve, take back an approval, decline, hide or show a question or an answer."""
        rows: dict[Any, Any] = {("q", pk): row for pk, row in self.evening.questions.items()}
        rows |= {("a", pk): row for pk, row in self.evening.answers.items()}
        key = self.some(data, rows, lambda each: self.may_review(name, rows[each], needed))  # type: ignore[arg-type,index]
        kind, pk = key  # type: ignore[misc]
        row = rows[key]
        episode = row.episode if kind == "q" else self.evening.questions[row.question].episode
        by = self.who(data, lambda role: self.evening.moderates(role, episode))
        against = self.evening.against_moderating(by, episode)
        if kind == "a" and row.is_removed and not row.review:
            against |= {"gone"}
        if row.review not in needed:
            against |= {code}
        if name == "hide" and kind == "a" and not self.evening.stands(pk):
            against |= {"gone"}
        if name == "unapprove":
            against |= self.evening.gone(pk) if kind == "q" else self.evening.gone_answer(pk)
            against |= set() if row.decided == "approve" else {"not_approved"}
            against |= {"gone_on"} if self.evening.is_gone_on_with(kind, pk) else set()
        found = self.question(pk) if kind == "q" else self.answer(pk)
        act = getattr(moderation, name)
        values = {"row": found, "by": self.actor(by), "now": self.now, "version": found.version, **more}

        def then(_made: Any) -> None:
            row.review, row.decided = becomes, name

        self.act(name, against, lambda: act(**values), then)

    def may_review(self, name: str, row: Any, needed: tuple[str, ...]) -> bool:
        return row.review in needed and (name != "unapprove" or row.decided == "approve")

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data())
    def unapprove(self, data: st.DataObject) -> None:
        self.review(data, "unapprove", ("",), "not_shown", "waiting")

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        self.review(data, "approve", ("waiting", "declined"), "not_waiting", "")

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data())
    def decline(self, data: st.DataObject) -> None:
        self.review(data, "decline", ("waiting",), "not_waiting", "declined", reason="重复")

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data())
    def hide(self, data: st.DataObject) -> None:
        self.review(data, "hide", ("",), "not_shown", "hidden")

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data())
    def show(self, data: st.DataObject) -> None:
        self.review(data, "show", ("hidden",), "not_hidden", "")

    @precondition(lambda self: any(row.review for row in self.evening.questions.values()))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Undo as the message does: bring back what is not shown, whatever it is."""
        evening = self.evening
        pk = self.some(data, [key for key, row in evening.questions.items() if row.review])
        row = evening.questions[pk]
        by = self.who(data, lambda role: evening.moderates(role, row.episode))
        against = evening.against_moderating(by, row.episode)
        against |= {"waiting"} if row.review == "waiting" else set()
        if row.review == "merged":
            against |= self.against_unmerging(pk, by)

        def then(_made: Any) -> None:
            if row.review == "merged":
                evening.unmerge(pk)
            else:
                row.decided = {"hidden": "show", "declined": "undecline"}[row.review]
                row.review = {"hidden": "", "declined": "waiting"}[row.review]

        values = {"kind": "question", "key": str(pk), "by": self.actor(by), "now": self.now}
        self.act("undo", against, lambda: history.bring_back(**values), then)

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        """Nobody restores the words of what is not shown, and nobody learns them by trying."""
        hidden = [key for key, row in self.evening.questions.items() if row.review]
        if not hidden:
            return
        pk = self.some(data, hidden)
        event = KeptRow.objects.of_row("question", pk).first().event_id
        values = {"kind": "question", "key": str(pk), "event": event, "by": self.actor(self.who(data)), "now": self.now}
        self.act("restore", {"under_review"}, lambda: history.restore_row(**values, version=1), lambda _made: None)

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data())
    def report(self, data: st.DataObject) -> None:
        pk = self.some(data, self.evening.questions, self.evening.is_shown)
        row = self.evening.questions[pk]
        by = self.who(data, lambda role: role in model.WRITERS and role != row.by)
        against = set() if by in model.WRITERS and by != row.by else {"denied"}
        against |= self.evening.gone(pk)
        values = {"row": self.question(pk), "reason": "广告", "by": self.actor(by), "now": self.now}

        def then(_made: Any) -> None:
            row.reports.add(by)
            assert Report.objects.filter(question=pk).count() == len(row.reports)

        self.act("report", against, lambda: moderation.report(**values), then)

    # ── Votes, merges, moves ────────────────────────────────────────────────

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data(), by=st.sampled_from(("member", "asker", "lead", "v1", "v2")))
    def vote(self, data: st.DataObject, by: str) -> None:
        pk = self.some(data, self.evening.questions, self.evening.is_shown)
        # A visitor's word is another one for every question: nobody can tell that two are of one.
        voice = f"{by}-{pk}" if by.startswith("v") else by
        if not self.evening.is_shown(pk) or (pk, voice) in self.evening.votes.values():
            return
        who = {"visitor": voice} if by.startswith("v") else {"person_id": self.world.people[by]}
        made = QuestionVote.objects.create(question_id=pk, created_at=self.now, **who)
        self.evening.votes[made.pk] = (pk, voice)
        self.rows = snapshot()

    @precondition(lambda self: len(self.evening.questions) > 1)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        evening = self.evening
        pk = self.some(data, evening.questions, lambda key: evening.questions[key].review in ("", "waiting"))
        row = evening.questions[pk]
        into = self.some(
            data,
            evening.questions,
            lambda key: evening.is_shown(key) and evening.questions[key].episode == row.episode and key != pk,
        )
        by = self.who(data, lambda role: evening.moderates(role, row.episode))
        against = evening.against_moderating(by, row.episode) | evening.gone(into)
        against |= {"not_shown"} if row.review not in ("", "waiting") else set()
        against |= {"same"} if pk == into else set()
        against |= {"other_episode"} if row.episode != evening.questions[into].episode else set()
        values = {"question": self.question(pk), "into": self.question(into), "by": self.actor(by), "now": self.now}

        def then(_made: Any) -> None:
            evening.merge(pk, into)
            if evening.gives_voice(pk, into):
                person = self.world.people[row.by]
                key = QuestionVote.objects.get(question=into, person=person).pk
                evening.votes[key] = (into, row.by)
                row.taken["voices"].append(key)

        self.act("merge", against, lambda: question_merges.merge(**values), then)

    def against_unmerging(self, pk: int, by: str) -> set[str]:
        row = self.evening.questions[pk]
        if row.review != "merged" or row.merged_into is None:
            return {"not_merged"}
        target = self.evening.questions[row.merged_into]
        found = self.evening.against_moderating(by, target.episode)
        return found | ({"has_gone"} if target.review == "merged" else set())

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data())
    def unmerge(self, data: st.DataObject) -> None:
        evening = self.evening
        pk = self.some(data, evening.questions, lambda key: evening.questions[key].review == "merged")
        by = self.who(data, lambda role: evening.moderates(role, evening.questions[pk].episode))
        against = evening.against_moderating(by, evening.questions[pk].episode) | self.against_unmerging(pk, by)
        values = {"question": self.question(pk), "by": self.actor(by), "now": self.now}
        self.act("unmerge", against, lambda: question_merges.unmerge(**values), lambda _made: evening.unmerge(pk))

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        evening = self.evening
        pk = self.some(data, evening.questions, evening.is_shown)
        row = evening.questions[pk]
        to = "022" if row.episode == "021" else "021"
        by = self.who(data, lambda role: evening.moderates(role, row.episode) or role == row.by)
        may = evening.moderates(by, row.episode) or (by in model.WRITERS and by == row.by)
        against = set() if may else {"denied"}
        against |= evening.gone(pk)
        against |= set() if evening.is_open(row.episode) and evening.is_open(to) else {"record_published"}
        against |= set() if evening.states[to] in model.ASKING else {"questions_closed"}
        found = self.question(pk)
        values = {"question": found, "episode": Episode.objects.get(code=to), "version": found.version}
        values |= {"by": self.actor(by), "now": self.now}
        self.act("move", against, lambda: item_order.move_question(**values), lambda _made: setattr(row, "episode", to))

    @precondition(lambda self: self.evening.questions)
    @rule(data=st.data())
    def carry(self, data: st.DataObject) -> None:
        evening = self.evening
        pk = self.some(
            data, evening.questions, lambda key: evening.is_shown(key) and evening.questions[key].episode == "021"
        )
        by = self.who(data, lambda role: role == "organizer")
        to = "022" if evening.questions[pk].episode == "021" else "021"
        runs = by == "organizer" or (to == "021" and by in ("host", "editor", "lead"))
        against = evening.gone(pk) | (set() if runs else {"denied"})
        against |= set() if evening.is_open(to) else {"record_published"}
        values = {"question": self.question(pk), "episode": Episode.objects.get(code=to), "by": self.actor(by)}

        def then(made: Any) -> None:
            evening.carries[made.pk] = (pk, to)

        self.act("carry", against, lambda: carries.carry(**values, now=self.now), then)

    @rule(data=st.data(), code=st.sampled_from(("021", "022")))
    def turn(self, data: st.DataObject, code: str) -> None:
        """The evening goes on, or back: what follows from its state is asked of every act after."""
        if data.draw(st.integers(0, 5), label="turn") > 0:
            return
        state = data.draw(st.sampled_from((*model.OPEN, "published")), label="state")
        Episode.objects.filter(code=code).update(state=state)
        self.evening.states[code] = state


def snapshot() -> dict[str, Any]:
    """Return everything that is stored of questions, HTML apart."""
    html = {"body_html", "after_html", "summary_html", "html_version"}
    return {
        table.__name__: {
            row["id"]: {name: value for name, value in row.items() if name not in html}
            for row in table._base_manager.order_by("pk").values()
        }
        for table in TABLES
    }


def make_world(now: Any) -> Any:
    """Make 021 and 022 with everybody; return the keys of people by role."""
    from members.models import Role
    from talks.models import Claim, Hosting
    from tests.talks.boardroom import boardroom, login

    cast = {
        role: login(f"role-{role}", now, Role.ORGANIZER if role == "organizer" else Role.MEMBER)
        for role in model.ROLES[1:]
    }
    room = boardroom(now=now, host=cast["host"])
    stamp = {"position": 1, "created_at": now, "changed_at": now}
    Hosting.objects.create(episode=room.episode, person=cast["editor"], name="editor", role="editor", **stamp)
    Claim.objects.create(section=room.sections["free_talk"], person=cast["lead"], name="lead", **stamp)
    user = cast["suspended"].user
    user.suspended_at = now
    user.save()
    Question.objects.filter(episode__code="020").delete()
    return SimpleNamespace(now=now, people={role: person.pk for role, person in cast.items()})
