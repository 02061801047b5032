"""Every action on questions asked without an account, and every voice for one, that changes what a kept page shows."""

from members.actors import ANONYMOUS
from talks.actions import asking, question_votes, returns
from talks.models import AskingRules, Episode, Question

VISITOR = {"by": ANONYMOUS, "visitor": "v" * 22}


def _open(by, now):
    AskingRules.objects.create(pk=1, is_reviewed=False, created_at=now, changed_at=now)


def _ask(now):
    return asking.ask_without_account(
        episode=Episode.objects.get(code="021"), body="谁都能问吗？", key="k" * 24, address="203.0.113.9", by=ANONYMOUS,
        now=now,
    )  # fmt: skip


def _asked(by, now):
    _open(by, now)
    return returns.find_by_code(code=_ask(now).code, address="203.0.113.9", now=now)


def _withdrawn(by, now):
    held = _asked(by, now)
    returns.withdraw(held=held, now=now)
    return held


def _question():
    return Question.objects.get(episode__code="020", serial=2)


ON_ASKING = {
    "talks.actions.asking.ask_without_account": (_open, lambda _none, by, now: _ask(now)),
    "talks.actions.returns.add_details": (
        _asked,
        lambda held, by, now: returns.add_details(held=held, body="再补一句。", now=now),
    ),
    "talks.actions.returns.withdraw": (_asked, lambda held, by, now: returns.withdraw(held=held, now=now)),
    "talks.actions.returns.undo_withdrawal": (
        _withdrawn,
        lambda held, by, now: returns.undo_withdrawal(held=held, now=now),
    ),
    "talks.actions.returns.settle": (
        _asked,
        lambda held, by, now: returns.settle(held=held, is_settled=True, now=now),
    ),
    "talks.actions.returns.reveal": (_asked, lambda held, by, now: returns.reveal(held=held, by=by, now=now)),
    "talks.actions.question_votes.vote_question": (
        lambda by, now: _question(),
        lambda row, by, now: question_votes.vote_question(question=row, now=now, address="203.0.113.9", **VISITOR),
    ),
    "talks.actions.question_votes.unvote_question": (
        lambda by, now: question_votes.vote_question(question=_question(), now=now, address="203.0.113.9", **VISITOR),
        lambda row, by, now: question_votes.unvote_question(question=row, now=now, **VISITOR),
    ),
}
# Those that read, that only run inside an act, or that change a page which is never kept.
WITHIN_ASKING = {
    *(f"talks.actions.asking.{name}" for name in ("asked_with", "check_guest_name", "set_asking")),
    *(f"talks.actions.limits.{name}" for name in ("count_visitor", "refuse_visitor", "forget_visitors", "network_of")),
    *(f"talks.actions.questions.{name}" for name in ("put_question", "tell_asked")),
    *(f"talks.actions.returns.{name}" for name in ("find_by_code", "is_withdrawn", "goes_on_with_others")),
    *("talks.actions.rundown_version.touch_rundown", "members.actions.events.hour_of"),
}
