"""Nominating on the site: at once with script or on submit without, from a share or a bookmark, kept over sign-in."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from talks.actions import items
from talks.models import Item, ItemVote
from talks.views.submit import Wish
from tests.talks.boardroom import boardroom, close, nominate
from tests.talks.newsroom import source, tell


@pytest.fixture
def room(db, now, member):
    return boardroom(now=now, lead=member)


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def send(client, **sent):
    return client.post("/submit/", sent)


def test_three_taps_from_the_board(room, signed_in, member):
    said = page(signed_in, "/episodes/021/board/")
    assert 'href="/submit/?episode=021"' in said  # one; the field has the focus
    assert "autofocus" in page(signed_in, "/submit/?episode=021")  # two: paste
    response = send(signed_in, url="https://a.example/1", text="")  # three
    made = Item.objects.get(url="https://a.example/1")
    assert response["Location"] == f"/episodes/021/board/#item-{made.pk}"
    assert (made.nominated_by, made.section) == (member, room.picks)


def test_into_a_section(room, signed_in):
    send(signed_in, url="https://a.example/1", text="", section=str(room.classic.pk))
    assert Item.objects.get(url="https://a.example/1").section == room.classic
    assert f'value="{room.news.pk}" selected' in page(signed_in, f"/submit/?section={room.news.pk}")


@pytest.mark.parametrize("address", ["/submit/known/?url={}", "/submit/?url={}"])
def test_what_is_known_is_said_at_once(room, signed_in, stranger, organizer, now, address):
    tell(source("blog", now=now), "https://blog.example/known", now=now, title="一篇好文")
    assert "一篇好文" in page(signed_in, address.format("https://blog.example/known?utm_source=x"))
    assert "utm_source" not in page(signed_in, "/submit/known/?url=https://blog.example/known?utm_source=x")
    assert "020 期讲过" in page(signed_in, address.format("https://arxiv.org/pdf/2108.12409v2"))
    made = nominate(room, stranger, now, url="https://a.example/1")
    said = page(signed_in, address.format("https://a.example/1"))
    assert "本周已有人提名：Nora" in said
    assert f'name="second" value="{made.pk}"' in said
    assert "+1 并补充" in said
    items.decline(item=made, reason="跑题了", version=1, by=organizer, now=now)
    assert "已婉拒：跑题了" in page(signed_in, address.format("https://a.example/1"))
    assert "这不是网页地址" in page(signed_in, address.format("javascript:alert(1)"))


def test_one_tap_adds_a_voice_and_a_sentence(room, signed_in, member, stranger, now):
    made = nominate(room, stranger, now, url="https://a.example/1")
    response = send(signed_in, url="https://a.example/1", text="附录更好看", second=str(made.pk))
    assert response["Location"] == f"/episodes/021/board/#item-{made.pk}"
    made.refresh_from_db()
    assert made.body == "附录更好看 —小满"
    assert ItemVote.objects.get().person == member
    assert send(signed_in, url="https://a.example/1", second="999999").status_code == 403


def test_without_script_the_answer_comes_on_submit(room, signed_in, stranger, now):
    nominate(room, stranger, now, url="https://a.example/1")
    again = send(signed_in, url="https://a.example/1", text="我的话")
    said = again.content.decode()
    assert again.status_code == 409
    assert all(text in said for text in ("本周已有人提名：Nora", "我的话", 'name="second"'))
    first = send(signed_in, url="https://arxiv.org/abs/2108.12409", text="有新版")
    said = first.content.decode()
    assert first.status_code == 200
    assert "020 期讲过" in said
    seen = re.search(r'name="seen" value="([^"]+)"', said)[1]
    assert send(signed_in, url="https://arxiv.org/abs/2108.12409", text="有新版", seen=seen).status_code == 302
    assert Item.objects.filter(section__episode=room.episode, url_key="arxiv:2108.12409").count() == 1


def test_a_double_click_is_one(room, signed_in):
    for _twice in range(2):
        send(signed_in, url="", text="量化")
    assert Item.objects.filter(section__episode=room.episode).count() == 1


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"url": "", "text": ""}, 400, "写点什么"),
        ({"url": "javascript:alert(1)", "text": "我的话"}, 400, "这不是网页地址"),
        ({"url": "https://a.example/" + "x" * 2100, "text": "我的话"}, 400, "2000"),
        ({"url": "", "text": "藏着\u202e一个"}, 400, "U+202E"),
    ],
)
def test_what_is_wrong_stands_by_its_field_and_nothing_is_lost(room, signed_in, sent, status, said):
    response = send(signed_in, **sent)
    assert response.status_code == status
    assert said in response.content.decode()
    assert sent["text"] in response.content.decode()


def test_a_text_survives_the_sign_in(room, client, member, password):
    response = send(client, url="https://a.example/1", text="先写的话", section=str(room.news.pk))
    assert response["Location"] == "/accounts/login/?next=/submit/"
    assert send(client, url="x", text="").status_code == 400  # what cannot be kept is said before
    client.post("/accounts/login/?next=/submit/", {"login": "小满", "password": password})
    said = page(client, "/submit/")
    assert all(
        text in said for text in ("https://a.example/1", "先写的话", "还没有提交", f'value="{room.news.pk}" selected')
    )
    assert not Item.objects.filter(section__episode=room.episode).exists()
    send(client, url="https://a.example/1", text="先写的话")
    assert "先写的话" not in page(client, "/submit/")


def test_only_so_many_texts_wait(room, client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"draft": "1/h/ip"}
    assert send(client, url="https://a.example/1", text="一").status_code == 302
    response = send(client, url="https://a.example/2", text="二")
    assert response.status_code == 429
    assert "二" in response.content.decode()


def test_a_closed_week_hands_it_on_or_says_so(room, signed_in):
    close(room.episode)
    send(signed_in, url="https://a.example/1", text="x", episode="021")
    assert Item.objects.get(url="https://a.example/1").section.episode == room.following
    close(room.following)
    response = send(signed_in, url="https://a.example/2", text="x", episode="021")
    assert response.status_code == 409
    assert "不再收提名" in response.content.decode()
    assert "征集" in page(signed_in, "/submit/")
    assert send(signed_in, url="https://a.example/2", text="x").status_code == 409


def test_phones_share_a_title_and_a_text_with_the_address_in_it():
    assert Wish.of({"title": "一篇", "text": "https://a.example/1"}).url == "https://a.example/1"
    wish = Wish.of({"text": "看看这个 https://a.example/1 不错"})
    assert (wish.url, wish.text) == ("https://a.example/1", "看看这个  不错")
    assert Wish.of({"title": "一篇", "url": "https://a.example/1"}).text == "一篇"
    assert Wish.of({"text": "只是一句话"}).url == ""


def test_the_site_can_be_installed_and_shared_to(client, room):
    manifest = json.loads(Path(finders.find("site.webmanifest")).read_text("utf-8"))
    assert manifest["share_target"] == {
        "action": "/submit/",
        "method": "GET",
        "params": {"title": "title", "text": "text", "url": "url"},
    }
    assert (
        manifest["display"],
        manifest["start_url"],
        {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"},
    ) == (
        "standalone",
        "/",
        True,
    )
    said = page(client, "/submit/")
    assert "javascript:location.href=" in said  # as text to copy
    assert not re.search(r"(?:href|src|action)=[\"']?javascript:", said)
