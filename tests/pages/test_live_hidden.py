"""What was taken out of sight during an evening leaves its pages at once: the projector, the audience, the record."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talks.actions import moderation, question_merges, questions, settling
from talks.actions.carries import carry
from talks.actions.question_votes import vote_question
from talks.actions.rundown_making import make_rundown
from talks.actions.rundown_order import put_on_stage
from talks.models import Question, Rundown
from tests.talks.evening import evening, fresh, rundown

pytestmark = pytest.mark.django_db
POLL = "/episodes/021/live/now/"


@pytest.fixture
def room(now):
    room = evening(now)
    make_rundown(episode=fresh(room), by=room.by, now=now)
    put_on_stage(episode=room.episode, question=room.question, by=room.by, now=now)
    return room


def queries(client, address):
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def test_hidden_words_leave_every_page_of_the_evening(client, room, now):
    client.force_login(room.by.user)
    seen = rundown(room).version
    caches["pages"].clear()
    for view in ("stage", "audience", "scribe"):
        client.get(f"{POLL}?view={view}&v=0")
    moderation.hide(row=room.question, by=room.by, now=now)
    caches["pages"].delete_many(
        ["live-021", "live-021-inside"]
    )  # the second is over in which a process believes what it read
    for view in ("stage", "audience", "scribe"):
        reply = client.get(f"{POLL}?view={view}&v={seen}")
        assert reply.status_code == 200
        assert "四比特够用吗" not in reply.content.decode()


def test_every_act_on_a_question_is_heard_of(room, member, now):
    other = questions.ask(episode=room.episode, body="另一问？", by=member, now=now)
    acts = (
        lambda: settling.settle(question=room.question, state="outdated", reason="", by=room.by, now=now),
        lambda: moderation.hide(row=room.question, by=room.by, now=now),
        lambda: moderation.show(row=Question.objects.get(pk=room.question.pk), by=room.by, now=now),
        lambda: questions.edit_question(question=other, version=1, body="改过的一问？", by=member, now=now),
        lambda: questions.answer(question=other, body="答。", by=member, now=now),
        lambda: question_merges.merge(
            question=Question.objects.get(pk=other.pk), into=room.question, by=room.by, now=now
        ),
    )
    versions = [rundown(room).version]
    for act in acts:
        act()
        versions.append(rundown(room).version)
    assert versions == sorted(set(versions)), versions


def test_the_evening_that_goes_on_with_a_question_hears_of_it_too(room, organizer, member, now):
    carry(question=room.question, episode=room.following, by=organizer, now=now)
    later = Rundown.objects.create(episode=room.following)
    for act in (
        lambda: vote_question(question=room.question, by=member, now=now),
        lambda: moderation.hide(row=room.question, by=room.by, now=now),
    ):
        before = Rundown.objects.get(pk=later.pk).version
        act()
        assert Rundown.objects.get(pk=later.pk).version > before


def test_a_follow_up_is_gone_with_its_question(client, room, now):
    stamp = {"created_at": now, "changed_at": now}
    values = {"episode": room.episode, "position": 9, "serial": room.question.serial, "follow_up": 1}
    under = Question.objects.create(
        parent=room.question, body="追问斑马？", body_html="<p>追问斑马？</p>", **values, **stamp
    )
    put_on_stage(episode=room.episode, question=under, by=room.by, now=now)
    pages = (
        "/feeds/questions.atom",
        f"{POLL}?view=scribe&v=0",
        f"{POLL}?view=stage&v=0",
        "/api/v1/episodes/021/rundown/",
    )
    assert "追问斑马" in client.get("/feeds/questions.atom").content.decode()
    moderation.hide(row=room.question, by=room.by, now=now)
    caches["pages"].clear()
    for page in pages:
        assert "追问斑马" not in client.get(page).content.decode(), page


def test_a_version_nobody_has_seen_asks_the_database_no_more_often(client, room):
    caches["pages"].clear()
    client.get(f"{POLL}?v=0")
    more = [queries(client, f"{POLL}?v={10**15 + n}") for n in range(20)]
    assert sum(more) < 20, more
