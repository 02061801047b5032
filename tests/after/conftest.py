"""An evening that is over: its record has items, questions with and without answers, and a rundown that was run."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from talks.models import Answer, Cue, Episode, Hosting, Item, Question, Rundown
from tests.talks.boardroom import boardroom
from tests.talks.week import at


@pytest.fixture
def evening(member, now):
    """021 in its wrap-up; 小满 hosts it. The talk began at 21:00; the first item stood at 21:10:10, the question at
    21:40."""
    room = boardroom(now=now, host=member)
    Episode.objects.filter(pk=room.episode.pk).update(state="wrapup")
    room.episode.refresh_from_db()
    stamp = {"created_at": now, "changed_at": now}
    common = {"section": room.news, "group": "学术", "state": "accepted", **stamp}
    items = [
        Item.objects.create(title=title, title_html=title, url=f"https://example.org/{n}", position=n, **common)
        for n, title in enumerate(("线性注意力的回归。以及别的", "Sparse Attention Revisited"), 1)
    ]
    asked = [
        Question.objects.create(
            episode=room.episode, position=n, serial=n, part="online", asker_name="渡口", body=body,
            body_html=f"<p>{body}</p>", **stamp,
        )
        for n, body in enumerate(("显存怎么估算？单卡呢？", "词表多大合适"), 1)
    ]  # fmt: skip
    Episode.objects.filter(pk=room.episode.pk).update(last_serial=2)
    answer = Answer.objects.create(
        question=asked[0], position=1, body="按层数乘。", body_html="<p>按层数乘。</p>", **stamp
    )
    begun = at("2026-03-07 21:00")
    rundown = Rundown.objects.create(episode=room.episode, started_at=begun, ended_at=begun + timedelta(hours=1))
    cues = [
        Cue.objects.create(rundown=rundown, position=n, state="done", **values)
        for n, values in enumerate(
            (
                {"kind": "opening", "started_at": begun, "minutes": 5, "spent_seconds": 610},
                {"kind": "item", "item": items[0], "started_at": begun + timedelta(seconds=610), "minutes": 10,
                 "spent_seconds": 480},
                {"kind": "question", "question": asked[0], "started_at": begun + timedelta(minutes=40),
                 "spent_seconds": 300},
            )
        )
    ]  # fmt: skip
    cues.append(Cue.objects.create(rundown=rundown, position=9, kind="item", item=items[1], state="skipped", minutes=5))
    return SimpleNamespace(
        episode=room.episode, past=room.past, following=room.following, host=member, now=now, items=items, asked=asked,
        answer=answer, rundown=rundown, cues=cues,
    )  # fmt: skip


@pytest.fixture
def editor(evening, stranger):
    """Nora edits it."""
    common = {"created_at": evening.now, "changed_at": evening.now}
    Hosting.objects.create(episode=evening.episode, person=stranger, name="Nora", role="editor", position=2, **common)
    return stranger
