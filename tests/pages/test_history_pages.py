"""The pages of history: who sees which acts, differences, restoring a row and an episode, undo, what was taken out."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from talks.actions import claims, hosting, item_edits, items, life, questions
from talks.models import Claim, Episode, Hosting, Item, KeptRow, Question
from tests.talks.boardroom import boardroom, nominate

HISTORY = "/episodes/021/history/"


@pytest.fixture
def room(organizer, now):
    return boardroom(now=now, host=organizer)


def signed_in(person):
    client = Client()
    client.force_login(person.user)
    return client


def page(client, address=HISTORY, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def edited(room, by, now, *titles):
    row = nominate(room, by, now)
    for title in titles or ("旧题", "新题"):
        row = item_edits.edit(item=row, version=None, values={"title": title}, by=by, now=now)
    return row, [kept.event_id for kept in KeptRow.objects.of_row("item", row.pk)]


def published(room, by, now):
    for state in ("locked", "live", "wrapup", "published"):
        life.advance(episode=room.episode, to=state, reason="好", by=by, now=now)


def test_acts_stand_with_who_what_and_the_difference(room, member, organizer, now):
    row, _acts = edited(room, organizer, now)
    items.decline(item=row, version=None, reason="跑题了", by=organizer, now=now)
    text = page(signed_in(member))
    assert "青禾 编辑了「新题」" in text
    assert "青禾 婉拒了「新题」" in text
    assert "跑题了" in text
    assert re.search(r"<del>旧</del>题</p>.*<ins>新</ins>题</p>", text, re.DOTALL)
    assert "3 月 4 日" in text


def test_text_of_members_is_no_markup(room, member, organizer, now):
    edited(room, organizer, now, "<script>alert(1)</script>", "<img src=x onerror=alert(2)>")
    text = page(signed_in(member))
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;" in text or "&lt;" in text


def test_visitors_see_only_what_was_changed_since_publication(client, room, member, organizer, now):
    _row, acts = edited(room, organizer, now)
    assert "编辑了" not in page(client)
    published(room, organizer, now)
    assert "编辑了" not in page(client)
    assert "发布后没有改动" in page(client)
    signed_in(organizer).post(f"{HISTORY}{acts[1]}/restore/item/{_row.pk}/")
    text = page(client)
    assert "恢复到了从前的一刻" in text
    assert "提名了" not in text
    assert "提名了" in page(signed_in(member))
    assert HISTORY in page(client, "/episodes/021/")
    assert "/restore/" not in text


def test_a_draft_has_no_history_for_others(client, room, member, organizer, now):
    edited(room, organizer, now)
    Episode.objects.filter(code="021").update(state="draft")
    for visitor in (client, signed_in(member)):
        page(visitor, status=404)
    page(signed_in(organizer))


def test_a_code_is_spelled_in_one_way(client, room):
    assert client.get("/episodes/21/history/")["Location"] == HISTORY


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("?kind=question", "问一问", "新题"),
        ("?person=小满", "问一问", "编辑了"),
        ("?row=item:{item}", "编辑了", "问一问"),
        ("?section={news}", "编辑了", "问一问"),
        ("?kind=nothing&row=item:x&section=y&person=nobody", "问一问", "\x00"),
    ],
)
def test_acts_are_narrowed(room, member, organizer, now, query, there, gone):
    row, _acts = edited(room, organizer, now)
    questions.ask(episode=room.episode, body="问一问", by=member, now=now)
    address = query.format(item=row.pk, news=row.section_id)
    acts = page(signed_in(member), f"{HISTORY}{address}").partition("<ol")[2]
    assert there in acts
    assert gone not in acts


def test_a_row_is_restored_by_a_button(room, member, organizer, now):
    row, acts = edited(room, organizer, now)
    client = signed_in(organizer)
    action = f"{HISTORY}{acts[1]}/restore/item/{row.pk}/"
    text = page(client)
    assert f'action="{action}"' in text
    assert f'action="{HISTORY}{acts[2]}/restore/item/{row.pk}/"' not in text  # it is so now
    assert "/restore/" not in page(signed_in(member))
    assert signed_in(member).post(action).status_code == 403
    assert Item.objects.get(pk=row.pk).title == "新题"
    stale = client.post(action, {"version": 1}, follow=True)
    assert Item.objects.get(pk=row.pk).title == "新题"
    assert "message-bad" in stale.content.decode()
    done = client.post(action, {"version": row.version}, follow=True)
    assert "已恢复到那时" in done.content.decode()
    assert Item.objects.get(pk=row.pk).title == "旧题"
    assert Client().post(action).status_code == 302


def test_an_author_restores_their_own_question(room, member, stranger, now):
    row = questions.ask(episode=room.episode, body="先这样问", by=member, now=now)
    questions.edit_question(question=row, version=1, body="再这样问", by=member, now=now)
    first = KeptRow.objects.of_row("question", row.pk)[0].event_id
    action = f"{HISTORY}{first}/restore/question/{row.pk}/"
    assert action not in page(signed_in(stranger))
    signed_in(stranger).post(action)
    assert Question.objects.get(pk=row.pk).body == "再这样问"
    assert action in page(signed_in(member))
    signed_in(member).post(action)
    assert Question.objects.get(pk=row.pk).body == "先这样问"


def test_a_whole_episode_is_restored_after_a_preview(room, member, organizer, now):
    row, acts = edited(room, organizer, now)
    other = nominate(room, organizer, now, url="https://blog.example/later", text="后来的一条")
    client, address = signed_in(organizer), f"{HISTORY}{acts[1]}/restore/"
    assert address in page(client)
    assert page(signed_in(member), address, 403)
    assert Client().get(address).status_code == 302
    text = page(client, address)
    assert "将改动 2 条" in text
    assert "那时还没有它" in text
    wrong = client.post(address, {"typed": "022"})
    assert wrong.status_code == 400
    assert "什么都没有改" in wrong.content.decode()
    assert Item.objects.get(pk=row.pk).title == "新题"
    done = client.post(address, {"typed": "021", "reason": "写乱了"}, follow=True)
    assert "021 已恢复" in done.content.decode()
    assert "写乱了" in done.content.decode()
    assert Item.objects.get(pk=row.pk).title == "旧题"
    assert Item.objects.get(pk=other.pk).deleted_at is not None
    newest = KeptRow.objects.latest("pk").event_id
    back = f"{HISTORY}{acts[2] + 1}/restore/"
    assert client.post(back, {"typed": "021"}).status_code == 302  # a restore can be taken back
    assert Item.objects.get(pk=row.pk).title == "新题"
    assert Item.objects.get(pk=other.pk).deleted_at is None
    assert newest < KeptRow.objects.latest("pk").event_id
    assert page(client, f"{HISTORY}{newest + 1000}/restore/", 404)


# ── Undo ────────────────────────────────────────────────────────────────────


def undo_in(html):
    """Where the message's undo goes, and what it names."""
    found = re.search(
        r'<form id="undo-1" method="post" action="([^"]+)">.*?name="row" value="([^"]+)"', html, re.DOTALL
    )
    return found.groups()


def test_what_is_taken_out_comes_back_from_the_message(room, organizer, now):
    row = nominate(room, organizer, now)
    client = signed_in(organizer)
    done = client.post("/episodes/021/board/act/", {"item": row.pk, "version": row.version, "delete": "1"}, follow=True)
    action, named = undo_in(done.content.decode())
    assert "撤销" in done.content.decode()
    assert Item.objects.get(pk=row.pk).deleted_at is not None
    assert client.post(action, {"row": named}).status_code == 302
    assert Item.objects.get(pk=row.pk).deleted_at is None


def test_who_gives_a_section_up_takes_it_back_from_the_message(room, member, now):
    row = claims.claim(section=room.picks, role="lead", by=member, now=now)
    with time_machine.travel(now, tick=False):
        client = signed_in(member)
        done = client.post(f"/claim/{row.pk}/release/", follow=True)
        action, named = undo_in(done.content.decode())
        client.post(action, {"row": named})
    assert Claim.objects.get(pk=row.pk).deleted_at is None


def test_whom_others_took_out_does_not_come_back_alone(room, member, organizer, now):
    row = hosting.name_host(episode=room.episode, person=member, role="editor", by=organizer, now=now)
    hosting.leave_hosting(hosting=row, by=organizer, now=now)
    client = signed_in(member)
    client.post(f"{HISTORY}back/", {"row": f"hosting:{row.pk}"})
    assert Hosting.objects.get(pk=row.pk).deleted_at is not None
    row = hosting.name_host(episode=room.episode, person=member, role="editor", by=organizer, now=now)
    with time_machine.travel(now, tick=False):
        client = signed_in(member)
        done = client.post("/episodes/021/state/", {"act": "leave", "hosting": row.pk}, follow=True)
        action, named = undo_in(done.content.decode())
        client.post(action, {"row": named})
    assert Hosting.objects.get(pk=row.pk).deleted_at is None


def test_a_place_that_is_taken_says_so(room, member, stranger, organizer, now):
    row = claims.claim(section=room.picks, role="standby", by=member, now=now)
    claims.release(claim=row, by=member, now=now)
    claims.claim(section=room.picks, role="standby", by=stranger, now=now)
    done = signed_in(organizer).post(f"{HISTORY}back/", {"row": f"claim:{row.pk}"}, follow=True)
    assert "在这个版块的位置已有别人" in done.content.decode()
    assert Claim.objects.get(pk=row.pk).deleted_at is not None


def test_what_was_taken_out_lately_is_listed(room, member, organizer, now):
    row = nominate(room, organizer, now, text="要取出的一条")
    item_edits.remove(item=row, version=None, by=organizer, now=now)
    with time_machine.travel(now, tick=False):
        assert "最近删除（30 天内）：1" in page(signed_in(organizer))
        assert "最近删除" not in page(signed_in(member))
    with time_machine.travel(now + timedelta(days=31), tick=False):
        text = page(signed_in(organizer))
        assert "最近删除" not in text
        assert "拿掉了" in text  # the history has no end


def test_nothing_is_brought_back_that_is_not_of_the_episode(room, organizer, now):
    row = nominate(room, organizer, now)
    client = signed_in(organizer)
    for named in (f"item:{row.pk + 1000}", "item:x", "person:1", ""):
        assert client.post(f"{HISTORY}back/", {"row": named}).status_code == 404
    assert client.post("/episodes/022/history/back/", {"row": f"item:{row.pk}"}).status_code == 404
