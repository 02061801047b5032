"""Every action on questions and answers that changes what a kept page shows."""

from talks.actions import moderation, question_merges, questions, settling
from talks.actions.answers import remove_answer
from talks.models import Answer, Episode, Question
from tests.pages.kept_items import _room


def _asked(by, now):
    """A question of 021 with an answer."""
    _room(by, now)
    row = questions.ask(episode=Episode.objects.get(code="021"), body="四比特够用吗？", by=by, now=now)
    questions.answer(question=row, body="多数够用。", by=by, now=now)
    return row


def _answered(by, now):
    return Answer.objects.get(question=_asked(by, now))


def _two(by, now):
    first = _asked(by, now)
    other = questions.ask(episode=first.episode, body="三比特呢？", by=by, now=now)
    questions.answer(question=other, body="看任务。", by=by, now=now)
    return first, other


def _waiting(by, now, *, answered=True):
    row = _asked(by, now)
    if not answered:
        Answer.objects.filter(question=row).delete()
    Question.objects.filter(pk=row.pk).update(review="waiting", deleted_at=now)
    return Question.objects.get(pk=row.pk)


def _merged(by, now):
    first, other = _two(by, now)
    return question_merges.merge(question=other, into=first, by=by, now=now)


ON_QUESTIONS = {
    "talks.actions.settling.accept": (_answered, lambda row, by, now: settling.accept(answer=row, by=by, now=now)),
    "talks.actions.settling.unaccept": (
        lambda by, now: settling.accept(answer=_answered(by, now), by=by, now=now),
        lambda row, by, now: settling.unaccept(answer=row, by=by, now=now),
    ),
    "talks.actions.settling.settle": (
        _asked,
        lambda row, by, now: settling.settle(question=row, state="closed", reason="没人能答", by=by, now=now),
    ),
    "talks.actions.settling.reopen": (
        lambda by, now: settling.settle(question=_asked(by, now), state="outdated", by=by, now=now),
        lambda row, by, now: settling.reopen(question=row, by=by, now=now),
    ),
    "talks.actions.settling.summarize": (
        _asked,
        lambda row, by, now: settling.summarize(question=row, body="够用。", by=by, now=now),
    ),
    "talks.actions.moderation.approve": (_waiting, lambda row, by, now: moderation.approve(row=row, by=by, now=now)),
    "talks.actions.moderation.unapprove": (
        lambda by, now: moderation.approve(row=_waiting(by, now, answered=False), by=by, now=now),
        lambda row, by, now: moderation.unapprove(row=row, by=by, now=now),
    ),
    "talks.actions.moderation.hide": (_asked, lambda row, by, now: moderation.hide(row=row, by=by, now=now)),
    "talks.actions.moderation.show": (
        lambda by, now: moderation.hide(row=_asked(by, now), by=by, now=now),
        lambda row, by, now: moderation.show(row=row, by=by, now=now),
    ),
    "talks.actions.moderation.put_back": (
        lambda by, now: moderation.hide(row=_answered(by, now), by=by, now=now),
        lambda row, by, now: moderation.put_back(row=row, by=by, now=now),
    ),
    "talks.actions.question_merges.merge": (
        _two,
        lambda rows, by, now: question_merges.merge(question=rows[1], into=rows[0], by=by, now=now),
    ),
    "talks.actions.question_merges.unmerge": (
        _merged,
        lambda row, by, now: question_merges.unmerge(question=row, by=by, now=now),
    ),
    "talks.actions.answers.remove_answer": (
        _answered,
        lambda row, by, now: remove_answer(answer=row, by=by, now=now),
    ),
}
# Those that read or change nothing a page shows, and those that only run inside one of the above.
WITHIN_QUESTIONS = {
    *(f"talks.actions.answers.{name}" for name in ("check_author", "signature", "tell_of_answer")),
    *(f"talks.actions.moderation.{name}" for name in ("decline", "report", "dismiss")),
    *(
        f"talks.actions.question_rows.{name}"
        for name in (*("locked", "standing", "require_moderating", "require_settling", "key_of", "save", "note"),)
    ),
    *("talks.actions.question_merges.end_of", "talks.actions.settling.html_with"),
}
