"""Every action of the time after a talk that changes what a kept page shows."""

from datetime import timedelta

from members.models import Person
from talks.actions import chats, highlights, recordings, signing, words
from talks.models import Answer, Cue, Episode, Question, Rundown


def _unsigned(by, now):
    """An answer of 020 that nobody signed."""
    question = Question.objects.filter(episode__code="020", parent=None)[0]
    return Answer.objects.create(question=question, position=99, body="没有署名。", created_at=now, changed_at=now)


def _run(by, now):
    """A cue of 020 that was on the air, with a recording that knows nothing of it yet."""
    episode = Episode.objects.get(code="020")
    rundown, _made = Rundown.objects.get_or_create(episode=episode, defaults={"started_at": now})
    item = episode.sections.get(kind="news").items.all()[0]
    cue = {"kind": "item", "item": item, "state": "done", "started_at": now + timedelta(minutes=5)}
    Cue.objects.create(rundown=rundown, position=1, **cue)
    return recordings.add_recording(episode=episode, url="https://www.bilibili.com/video/BV1new/", by=by, now=now)


def _linked(by, now):
    question = Question.objects.filter(episode__code="020", parent=None)[0]
    return words.ask_for_words(question=question, person=Person.objects.get(name="渡口"), by=by, now=now)


ON_AFTER = {
    "talks.actions.highlights.set_highlights": (
        lambda by, now: Episode.objects.get(code="020"),
        lambda row, by, now: highlights.set_highlights(
            episode=row, highlights=["换过的提要"], version=row.version, by=by, now=now
        ),
    ),
    "talks.actions.signing.sign": (
        _unsigned,
        lambda row, by, now: signing.sign(answer=row, name="阿岚", version=1, by=by, now=now),
    ),
    "talks.actions.signing.leave_unsigned": (
        _unsigned,
        lambda row, by, now: signing.leave_unsigned(answer=row, version=1, by=by, now=now),
    ),
    "talks.actions.words.add_words": (
        _linked,
        lambda link, by, now: words.add_words(key=link.key, body="补上的一句。", now=now),
    ),
    "talks.actions.chats.pass_on": (
        lambda by, now: Episode.objects.get(code="021"),
        lambda row, by, now: chats.pass_on(episode=row, asker_name="渡口", body="转来的一问？", by=by, now=now),
    ),
    "talks.actions.recordings.add_recording": (
        lambda by, now: Episode.objects.get(code="020"),
        lambda row, by, now: recordings.add_recording(episode=row, url="https://youtu.be/new", by=by, now=now),
    ),
    "talks.actions.recordings.edit_recording": (
        _run,
        lambda row, by, now: recordings.edit_recording(recording=row, version=1, title="下集", by=by, now=now),
    ),
    "talks.actions.recordings.align": (
        _run,
        lambda row, by, now: recordings.align(
            recording=row, cue=Cue.objects.get(position=1), at="15:10", version=1, by=by, now=now
        ),
    ),
    "talks.actions.recordings.remove_recording": (
        _run,
        lambda row, by, now: recordings.remove_recording(recording=row, version=1, by=by, now=now),
    ),
}
# A link shows on no kept page; the others read.
WITHIN_AFTER = {
    *(f"talks.actions.words.{name}" for name in ("ask_for_words", "links_to", "question_of", "is_closed")),
    *("talks.actions.chats.wishing", "members.actions.invitations.locked", "members.actions.invitations.take_place"),
}
