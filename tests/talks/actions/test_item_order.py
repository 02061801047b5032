"""The order of items by what stands before them, and items and questions that move: they stay themselves."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.actors import ANONYMOUS
from members.models import Event, Notification
from members.rules import StateRefusal
from talks.actions import item_order, items, questions
from talks.models import Answer, Credit, EpisodeState, Hosting, Item, PaperMention, Question
from tests.talks.boardroom import boardroom, close, nominate


@pytest.fixture
def room(db, now, member):
    return boardroom(now=now, lead=member)


@pytest.fixture
def row(room, member, now):
    """Five accepted news: 0 to 2 in 学术, 3 and 4 in 项目."""
    made = []
    for n in range(5):
        url = f"https://arxiv.org/abs/2307.1330{n}" if n < 3 else f"https://github.com/example/{n}"
        item = nominate(room, member, now, url=url, text=str(n))
        made.append(items.accept(item=item, version=1, by=member, now=now))
    return made


def order(room):
    rows = Item.objects.current().filter(section=room.news, state="accepted").order_by("position")
    return " ".join(f"{each.title}{each.group[0]}" for each in item_order.in_groups(list(rows), room.news))


def test_a_place_is_said_by_what_stands_before_it(room, row, member, now):
    item_order.arrange(item=row[2], behind=row[0].pk, version=2, by=member, now=now)
    assert order(room) == "0学 2学 1学 3项 4项"
    item_order.arrange(item=row[1], behind=None, version=2, by=member, now=now)
    assert order(room) == "1学 0学 2学 3项 4项"
    item_order.arrange(item=row[1], behind=row[3].pk, version=3, by=member, now=now)
    assert order(room) == "0学 2学 3项 1项 4项"
    unchanged = item_order.arrange(item=row[1], behind=row[3].pk, version=4, by=member, now=now)
    assert unchanged.version == 4


def test_steps_go_over_the_edge_of_a_group_into_the_next(room, row, member, now):
    def shift(n, steps):
        row[n].refresh_from_db()
        item_order.shift(item=row[n], steps=steps, version=row[n].version, by=member, now=now)
        return order(room)

    assert shift(1, 1) == "0学 2学 1学 3项 4项"
    assert shift(1, 1) == "0学 2学 3项 1项 4项"
    assert shift(0, -1) == "0学 2学 3项 1项 4项"
    assert shift(4, 9) == "0学 2学 3项 1项 4项"
    assert shift(1, -1) == "0学 2学 1项 3项 4项"


def test_two_people_who_move_different_rows_both_get_what_they_saw(room, row, member, organizer, now):
    item_order.arrange(item=row[0], behind=row[2].pk, version=2, by=member, now=now)
    item_order.arrange(item=row[1], behind=None, version=2, by=organizer, now=now)
    with pytest.raises(ValidationError) as error:
        item_order.arrange(item=row[0], behind=None, version=2, by=organizer, now=now)
    assert error.value.error_dict["version"][0].code == "conflict"
    with pytest.raises(ValidationError) as error:
        item_order.arrange(item=row[0], behind=10**6, version=3, by=organizer, now=now)
    assert error.value.error_dict["version"][0].params["yours"] == {"behind": 10**6}
    assert order(room) == "1学 2学 0学 3项 4项"


def test_only_who_runs_the_section_orders_it(room, row, stranger, now):
    for who in (stranger, ANONYMOUS):
        with pytest.raises(PermissionDenied):
            item_order.arrange(item=row[0], behind=None, version=2, by=who, now=now)
        with pytest.raises(PermissionDenied):
            item_order.shift(item=row[0], steps=1, version=2, by=who, now=now)
        with pytest.raises(PermissionDenied):
            item_order.move(item=row[0], section=room.picks, version=2, by=who, now=now)


def test_an_item_moves_with_all_that_it_is(room, row, member, organizer, now):
    items.vote(item=row[0], by=member, now=now)
    moved = item_order.move(item=row[0], section=room.picks, version=2, by=organizer, now=now)
    assert (moved.pk, moved.section, moved.state, moved.group) == (row[0].pk, room.picks, "accepted", None)
    moved = item_order.move(item=moved, section=room.later["news"], version=3, by=organizer, now=now)
    assert (moved.state, moved.votes.count()) == ("nominated", 1)
    assert Credit.objects.get(item=moved).episode == room.following
    assert PaperMention.objects.get(item=moved).episode == room.following
    events = [event.verb for event in Event.objects.about("item", moved.pk).order_by("pk")]
    assert events == ["nominate", "accept", "vote", "move", "move"]
    assert Notification.objects.filter(person=member, kind="item_move").count() == 2


def test_a_lead_hands_an_item_to_another_section_which_decides_anew(room, row, member, now):
    moved = item_order.move(item=row[0], section=room.picks, version=2, by=member, now=now)
    assert (moved.state, moved.decided_by) == ("nominated", None)
    with pytest.raises(PermissionDenied):
        item_order.move(item=moved, section=room.news, version=3, by=member, now=now)


@pytest.mark.parametrize("state", ["locked", "live", "wrapup"])
def test_what_takes_no_nominations_is_not_nominated_for_by_a_move(room, row, member, now, state):
    close(room.following, state)
    with pytest.raises(StateRefusal) as refusal:
        item_order.move(item=row[0], section=room.later["news"], version=2, by=member, now=now)
    assert refusal.value.code == "nominations_closed"
    Hosting.objects.create(
        episode=room.following, person=member, name="小满", role="host", position=1, created_at=now, changed_at=now
    )
    moved = item_order.move(item=row[0], section=room.later["news"], version=2, by=member, now=now)
    assert (moved.section, moved.state) == (room.later["news"], "nominated")


def test_nothing_moves_into_or_out_of_a_record(room, row, organizer, now):
    past = Item.objects.filter(section__episode=room.past).first()
    with pytest.raises(StateRefusal):
        item_order.move(item=past, section=room.news, version=1, by=organizer, now=now)
    with pytest.raises(StateRefusal):
        item_order.move(item=row[0], section=past.section, version=2, by=organizer, now=now)
    close(room.following, EpisodeState.DRAFT)
    lead = row[0].nominated_by
    with pytest.raises(Http404):
        item_order.move(item=row[0], section=room.later["news"], version=2, by=lead, now=now)


# ── Questions ───────────────────────────────────────────────────────────────


@pytest.fixture
def asked(room, member, now):
    """021-1 with an answer and a follow-up."""
    made = questions.ask(episode=room.episode, body="两比特够吗？arXiv:2307.13304", by=member, now=now)
    questions.answer(question=made, body="够。", by=member, now=now)
    stamp = {"created_at": now, "changed_at": now}
    Question.objects.create(
        episode=room.episode, parent=made, position=2, serial=1, follow_up=1, body="真的？", **stamp
    )
    return made


def test_a_question_keeps_its_public_id_wherever_it_goes(room, asked, member, organizer, client, now):
    moved = item_order.move_question(question=asked, episode=room.following, version=1, by=organizer, now=now)
    assert (moved.public_id, moved.episode) == ("021-1", room.following)
    [follow_up] = Question.objects.with_public_id("021-1.1")
    assert (follow_up.episode, follow_up.public_id) == (room.following, "021-1.1")
    assert PaperMention.objects.get(question=moved).episode == room.following
    assert client.get("/q/021-1/").status_code == 200
    assert client.get("/q/022-1/").status_code == 404
    assert "021-1" in client.get("/episodes/022/").content.decode()
    assert Answer.objects.get(question=moved)
    next_one = questions.ask(episode=room.episode, body="再来一问", by=member, now=now)
    own_one = questions.ask(episode=room.following, body="下一期的", by=member, now=now)
    assert (next_one.public_id, own_one.public_id) == ("021-2", "022-1")
    back = item_order.move_question(question=moved, episode=room.episode, version=2, by=organizer, now=now)
    assert (back.public_id, back.first_code) == ("021-1", "")
    event = Event.objects.about("question", "021-1").filter(verb="move").order_by("pk")[0]
    assert (event.before, event.after) == ({"episode": "021"}, {"episode": "022"})


def test_the_api_names_a_moved_question_as_before(room, asked, organizer, client, now):
    item_order.move_question(question=asked, episode=room.following, version=1, by=organizer, now=now)
    rows = client.get("/api/v1/questions/?episode=022").json()["results"]
    assert [(each["id"], each["parent"], each["episode"]) for each in rows] == [
        ("021-1", None, "022"),
        ("021-1.1", "021-1", "022"),
    ]
    assert client.get("/api/v1/answers/?question=021-1").json()["results"][0]["question"] == "021-1"
    assert client.get("/api/v1/mentions/?episode=022").json()["results"][0]["question"] == "021-1"


def test_who_may_move_a_question_and_where(room, asked, stranger, member, organizer, now):
    def move(by, **values):
        values = {"question": asked, "episode": room.following, "version": 1, **values}
        return item_order.move_question(**values, by=by, now=now)

    for who in (stranger, ANONYMOUS):
        with pytest.raises(PermissionDenied):
            move(who)
    with pytest.raises(StateRefusal):
        move(organizer, episode=room.past)
    with pytest.raises(ValidationError):
        move(organizer, question=Question.objects.get(follow_up=1))
    with pytest.raises(ValidationError) as error:
        move(organizer, version=9)
    assert error.value.error_dict["version"][0].params["theirs"]["episode"] == "021"
    assert move(member).episode == room.following


def test_a_lead_of_one_section_moves_no_question_of_others(room, member, stranger, organizer, now):
    theirs = questions.ask(episode=room.episode, body="旁人问的", by=organizer, now=now)
    with pytest.raises(PermissionDenied):
        item_order.move_question(question=theirs, episode=room.following, version=1, by=member, now=now)
    Hosting.objects.create(
        episode=room.episode, person=member, name="小满", role="editor", position=1, created_at=now, changed_at=now
    )
    assert item_order.move_question(question=theirs, episode=room.following, version=1, by=member, now=now)
    own = questions.ask(episode=room.episode, body="自己问的", by=stranger, now=now)
    assert item_order.move_question(question=own, episode=room.following, version=1, by=stranger, now=now)


def test_no_question_moves_where_nobody_may_ask(room, asked, organizer, member, client, now):
    close(room.following, "draft")
    with pytest.raises(StateRefusal) as refusal:
        item_order.move_question(question=asked, episode=room.following, version=1, by=organizer, now=now)
    assert refusal.value.code == "questions_closed"
    client.force_login(member.user)
    assert 'value="022"' not in client.get("/q/021-1/").content.decode()
    close(room.following, "live")
    assert 'value="022"' in client.get("/q/021-1/").content.decode()
