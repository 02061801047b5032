"""Asking and answering by plain forms: what is sent stands, and nobody's words are lost."""

import html
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from talks.models import Answer, Question
from talks.rules import QUESTION_LIMIT

ASK, QUESTION = "/episodes/021/ask/", "/q/020-2/"


def text_of(response):
    return html.unescape(response.content.decode())


def test_a_member_asks(signed_in, site, member):
    assert "你的问题" in text_of(signed_in.get(ASK))
    response = signed_in.post(ASK, {"body": "为什么是 $4$ 比特？"})
    asked = Question.objects.get(body="为什么是 $4$ 比特？")
    assert response["Location"] == asked.get_absolute_url() == "/q/021-3/"
    assert asked.asker == member
    assert "收到了，编号 021-3" in text_of(signed_in.get(response["Location"]))


def test_a_member_answers(signed_in, site, member):
    response = signed_in.post(QUESTION, {"body": "先背一段：\r\n\r\n再算。"})
    written = Answer.objects.get(author=member, question__serial=2)
    assert written.body == "先背一段：\n\n再算。"
    assert response["Location"] == f"/q/020-2/#answer-{written.pk}"
    assert "再算" in text_of(signed_in.get("/q/020-2/"))


@pytest.mark.parametrize("address", [ASK, QUESTION])
def test_a_text_that_cannot_be_kept_stays_in_the_form(signed_in, site, address):
    before = Question.objects.count(), Answer.objects.count()
    for body in ("", "   \n ", "看不见\x00的", "反过来\u202e写", "太" * (2 * QUESTION_LIMIT + 1)):
        response = signed_in.post(address, {"body": body})
        assert response.status_code == 400, body[:10]
        said = text_of(response)
        assert 'class="error-summary"' in said
        assert 'aria-invalid="true"' in said
        assert body.strip() in said
    assert (Question.objects.count(), Answer.objects.count()) == before


@pytest.mark.parametrize(("address", "model"), [(ASK, Question), (QUESTION, Answer)])
def test_signed_out_nothing_is_lost(client, site, member, password, address, model):
    before = model.objects.count()
    response = client.post(address, {"body": "写了一半才发现没登录"})
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")
    said = text_of(client.get(response["Location"]))
    assert "写的字留着" in said
    sent = client.post(response["Location"], {"login": "小满", "password": password, "next": address})
    assert sent["Location"] == address
    assert "写了一半才发现没登录" in text_of(client.get(address))
    assert model.objects.count() == before
    client.post(address, {"body": "写了一半才发现没登录"})
    assert model.objects.count() == before + 1
    assert "写了一半才发现没登录" not in text_of(client.get(ASK if address == QUESTION else "/episodes/020/"))


def test_a_text_waits_a_day_and_the_signed_in_stay_so(client, site, password, member):
    client.post(ASK, {"body": "明天再说"})
    waiting = Session.objects.get()
    assert timedelta(hours=23) < waiting.expire_date - timezone.now() <= timedelta(days=1)
    client.post("/accounts/login/", {"login": "小满", "password": password, "remember": "on"})
    assert "明天再说" in text_of(client.get(ASK))
    assert Session.objects.get().expire_date - timezone.now() > timedelta(days=29)
    assert int(client.cookies["sessionid"]["max-age"]) > 60 * 60 * 24 * 29


def test_from_one_address_only_so_many_texts_wait(site, settings):
    settings.ACCOUNT_RATE_LIMITS = {"draft": "2/h/ip"}

    def post(address, path=ASK):
        visitor = Client(REMOTE_ADDR=address)
        return visitor.post(path, {"body": "还没登录"})

    assert [post("192.0.2.1", path).status_code for path in (ASK, QUESTION)] == [302, 302]
    refused = post("192.0.2.1")
    assert refused.status_code == 429
    assert "sessionid" not in refused.cookies
    said = text_of(refused)
    assert "先登录" in said
    assert "还没登录</textarea>" in said
    assert post("192.0.2.2").status_code == 302
    assert Session.objects.count() == 3


def test_who_is_signed_in_is_not_counted(signed_in, site, settings):
    settings.ACCOUNT_RATE_LIMITS = {"draft": "1/h/ip"}
    assert [signed_in.post(ASK, {"body": f"第 {number} 问"}).status_code for number in range(3)] == [302] * 3


def test_a_sent_text_is_no_draft_anymore(signed_in, site):
    signed_in.post(ASK, {"body": "只问一次"})
    assert "draft" not in signed_in.session


def test_two_sentences_of_a_hint_have_no_space_between_them(client, site, member):
    assert "和 $公式$。提交前要登录" in text_of(client.get(QUESTION))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(member.user)
    assert "没有收下。什么也没丢" in text_of(strict.post(ASK, {"body": "另一个标签页"}))
    assert "提交前要登录" not in text_of(strict.get(QUESTION))


def test_a_text_too_long_for_a_session_is_shown_again(client, site):
    body = "长" * (QUESTION_LIMIT + 1)
    response = client.post(ASK, {"body": body})
    assert response.status_code == 400
    assert body in text_of(response)
    assert "sessionid" not in client.cookies


def test_a_form_from_before_the_sign_in_gives_the_text_back(site, member):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(member.user)
    response = strict.post(ASK, {"body": "<b>在另一个标签页</b>"})
    assert response.status_code == 403
    said = response.content.decode()
    assert "&lt;b&gt;在另一个标签页&lt;/b&gt;" in said
    assert f'action="{ASK}"' in said
    assert "csrfmiddlewaretoken" in said


def test_a_form_without_a_token_is_refused(site, member):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(member.user)
    assert strict.post("/accounts/logout/").status_code == 403
    assert "我的页面：小满" in text_of(strict.get("/"))


def test_an_evening_that_is_over_takes_no_questions(signed_in, site):
    before = Question.objects.count()
    said = text_of(signed_in.get("/episodes/020/ask/"))
    assert "020 不再收提问" in said
    assert 'href="/episodes/021/ask/"' in said
    response = signed_in.post("/episodes/020/ask/", {"body": "来晚了"})
    assert response.status_code == 403
    assert "来晚了" in text_of(response)
    assert Question.objects.count() == before


def test_a_suspended_member_only_reads(signed_in, site, member):
    member.user.suspended_at = timezone.now()
    member.user.save()
    assert signed_in.get("/").status_code == 200
    response = signed_in.post(ASK, {"body": "还想问"})
    assert response.status_code == 403
    assert "还想问" in text_of(response)
    assert not Question.objects.filter(body="还想问").exists()


@pytest.mark.parametrize(("address", "model"), [(ASK, Question), (QUESTION, Answer)])
def test_the_same_text_twice_leads_to_what_the_first_one_made(signed_in, site, address, model):
    first = signed_in.post(address, {"body": "点了两次"})
    second = signed_in.post(address, {"body": "点了两次"})
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert model.objects.filter(body="点了两次").count() == 1
    assert "点了两次" in text_of(signed_in.get(second["Location"]))
    assert "draft" not in signed_in.session


def test_the_same_text_of_another_is_another_question(signed_in, site, organizer):
    signed_in.post(ASK, {"body": "都想问"})
    signed_in.force_login(organizer.user)
    assert signed_in.post(ASK, {"body": "都想问"})["Location"] == "/q/021-4/"
    assert Question.objects.filter(body="都想问").count() == 2


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_only_get_and_post(signed_in, site, method):
    assert getattr(signed_in, method)(ASK).status_code == 405
    assert getattr(signed_in, method)(QUESTION).status_code == 405
