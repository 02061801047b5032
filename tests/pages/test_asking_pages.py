"""Asking and wanting to know by plain forms, without an account and with one."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from members.actions.invitations import invite
from members.actors import SYSTEM
from talks.actions.questions import answer
from talks.models import AskingRules, Episode, Question, QuestionVote, Review
from talks.return_codes import read_code

pytestmark = pytest.mark.django_db
ASK, SIMILAR, RETURN = "/episodes/021/ask/", "/episodes/021/ask/similar/", "/return/"
ANONYMOUS = {"as": "nobody", "key": "k" * 24}


def text_of(response):
    return html.unescape(response.content.decode())


def code_in(response):
    found = re.search(r'<textarea class="return-code"[^>]*>([^<]+)</textarea>', response.content.decode())
    assert found, text_of(response)
    assert read_code(found[1]) == found[1]
    return found[1]


def sends(client, body="完全新的一问，没人问过？", **more):
    return client.post(ASK, {**ANONYMOUS, "body": body, **more})


@pytest.fixture
def shown_at_once(now):
    AskingRules.objects.create(pk=1, is_reviewed=False, created_at=now, changed_at=now)


def test_a_visitor_asks_anonymously_and_gets_six_words(client, site):
    page = text_of(client.get(ASK))
    assert 'value="nobody" id="as-nobody" checked' in page
    response = sends(client)
    assert response.status_code == 200
    code = code_in(response)
    assert "021-3" in text_of(response)
    assert "等主持人放行" in text_of(response)
    assert f"/return/#{code.replace(' ', '')}" in text_of(response)
    assert "no-store" in response["Cache-Control"]
    assert "sessionid" not in response.cookies
    assert not Session.objects.exists()
    asked = Question.objects.get(is_anonymous=True)
    assert asked.review == Review.WAITING
    assert client.get("/q/021-3/").status_code == 404
    for address in ("/", ASK, "/episodes/021/", "/feeds/questions.atom", "/api/v1/questions/", "/episodes/021.json"):
        assert "完全新的一问" not in text_of(client.get(address)), address


def test_the_number_of_what_waits_says_that_it_waits_and_no_more(client, site):
    sends(client, "谁也不该看到的一问？")
    reply = client.get("/q/021-3/")
    assert reply.status_code == 404
    assert "这个问题在等主持人放行" in text_of(reply)
    assert "谁也不该" not in text_of(reply)
    for review in (Review.DECLINED, Review.HIDDEN):
        Question.objects.filter(is_anonymous=True).update(review=review)
        assert "等主持人放行" not in text_of(client.get("/q/021-3/"))


def test_sent_again_it_is_the_same_question_and_code(client, site):
    first, second = sends(client), sends(client)
    assert code_in(first) == code_in(second)
    assert Question.objects.filter(is_anonymous=True).count() == 1


def test_the_browser_hears_that_the_text_has_arrived(client, site):
    assert sends(client, _draft="abc123").cookies["taken"].value == "abc123"
    assert "taken" not in sends(client, "", _draft="abc124").cookies


def test_a_guest_asks_by_a_name(client, site):
    response = client.post(ASK, {"as": "name", "name": "路过的小雨", "body": "完全新的一问？", "key": "k" * 24})
    code_in(response)
    asked = Question.objects.get(asker_name="路过的小雨")
    assert (asked.asker, asked.is_by_name) == (None, True)


@pytest.mark.parametrize(("name", "said"), [("", "写一个称呼"), ("小满", "有账号"), ("大家", "不是谁的名字")])
def test_a_name_of_nobody_or_somebody_else_is_refused_and_the_text_stays(client, site, member, name, said):
    response = client.post(ASK, {"as": "name", "name": name, "body": "写了很久的一问？", "key": "k" * 24})
    assert response.status_code == 400
    page = text_of(response)
    assert said in page
    assert "写了很久的一问？</textarea>" in page
    assert 'value="name" id="as-name" checked' in page
    assert 'aria-invalid="true" aria-describedby="name-error"' in page
    assert ("k" * 24) in page


def test_signed_in_and_anonymous_nothing_says_who(signed_in, site, member):
    page = text_of(signed_in.get(ASK))
    assert 'value="me" id="as-me" checked><label for="as-me">小满</label>' in page
    before = Session.objects.get()
    response = sends(signed_in)
    code_in(response)
    after = Session.objects.get()
    assert (before.session_data, before.expire_date) == (after.session_data, after.expire_date)
    asked = Question.objects.get(is_anonymous=True)
    assert asked.asker is None
    assert not Question.objects.filter(asker=member, episode__code="021").exists()


def test_a_text_that_waited_for_a_sign_in_does_not_stay_in_the_session(client, site, member):
    client.post(ASK, {"as": "me", "body": "先想用名字问"})
    client.force_login(member.user)
    assert "先想用名字问" in text_of(client.get(ASK))
    sends(client, "先想用名字问")
    assert "draft" not in client.session
    ends = client.session.get_expiry_date()
    assert (ends.minute, ends.second, ends.microsecond) == (0, 0, 0)


def test_turned_off_a_visitor_signs_in_as_ever(client, site, now):
    AskingRules.objects.create(pk=1, is_open=False, created_at=now, changed_at=now)
    page = text_of(client.get(ASK))
    assert 'id="as-nobody"' not in page
    assert "登录并提问" in page
    refused = sends(client)
    assert refused.status_code == 403
    assert "完全新的一问，没人问过？</textarea>" in text_of(refused)


def test_one_too_many_stays_in_the_form(client, site, settings):
    settings.VISITOR_LIMITS = {"ask": 1}
    sends(client)
    response = sends(client, "另外一个新问题？")
    assert response.status_code == 429
    assert "另外一个新问题？</textarea>" in text_of(response)
    assert Question.objects.filter(is_anonymous=True).count() == 1


def test_a_form_that_came_too_late_stays_anonymous(site, member):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(member.user)
    page = text_of(strict.post(ASK, {**ANONYMOUS, "body": "匿名写的"}))
    assert '<input type="hidden" name="as" value="nobody">' in page
    assert f'<input type="hidden" name="key" value="{"k" * 24}">' in page


def test_what_was_asked_before_is_shown_once_before_it_is_stored(client, site):
    body = "词表到底多大合适？中文一个字拆成三个 token"
    response = sends(client, body)
    page = text_of(response)
    assert response.status_code == 200
    assert "好像有人问过" in page
    assert "020 期答过" in page or "020 期，部分回答" in page
    assert "还是要问" in page
    assert f"{body}</textarea>" in page
    assert 'name="sure" value="1"' in page
    assert 'formaction="/q/020-1/vote/"' in page
    assert not Question.objects.filter(is_anonymous=True).exists()
    code_in(sends(client, body, sure="1"))


def test_signed_in_it_is_shown_once_too_but_not_for_what_one_has_sent(signed_in, site, member):
    body = "词表到底多大合适？中文一个字拆成三个 token"
    assert "好像有人问过" in text_of(signed_in.post(ASK, {"body": body}))
    first = signed_in.post(ASK, {"body": body, "sure": "1"})
    assert signed_in.post(ASK, {"body": body})["Location"] == first["Location"]


def test_the_fragment_while_typing(client, site):
    said = text_of(client.post(SIMILAR, {"body": "词表多大合适，中文的"}))
    assert "好像有人问过" in said
    assert "<html" not in said
    assert text_of(client.get(SIMILAR, {"q": "词表多大合适，中文的"})).count("item-title") >= 1
    for nothing in ("", "词", "\x00", "请问怎么"):
        assert text_of(client.get(SIMILAR, {"q": nothing})).strip() == ""
    assert client.get("/episodes/999/ask/similar/").status_code == 404


def test_a_vote_instead_of_a_question(client, site):
    response = client.post("/q/020-2/vote/", {**ANONYMOUS, "body": "也是这个"})
    assert response["Location"] == "/q/020-2/"
    cookie = response.cookies["voter"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert "sessionid" not in response.cookies
    page = text_of(client.get("/q/020-2/"))
    assert 'action="/q/020-2/unvote/"' in page
    assert 'aria-pressed="true"' in page
    assert "我也想问 1" in page
    assert "我也想问 1" in text_of(client.get("/episodes/020/"))
    assert client.post("/q/020-2/unvote/", {"next": "/episodes/020/ask/#q2"})["Location"] == "/episodes/020/ask/#q2"
    assert not QuestionVote.objects.exists()
    for onward in ("https://evil.example/", "a", "episodes"):  # a bare word would be the name of a page, or of none
        assert client.post("/q/020-2/vote/", {"next": onward})["Location"] == "/q/020-2/"


def test_a_vote_while_another_question_is_written_leads_back_and_says_so(client, site):
    said = text_of(client.post(SIMILAR, {"body": "词表多大合适，中文的"}))
    assert f'name="next" value="{ASK}"' in said
    assert re.search('name="also" value="1" formaction="/q/[0-9]+-[0-9]+/vote/"', said)
    reply = client.post("/q/020-2/vote/", {**ANONYMOUS, "body": "词表多大合适，中文的", "next": ASK, "also": "1"})
    assert reply["Location"] == ASK
    assert "sessionid" not in reply.cookies
    page = text_of(client.get(ASK))
    assert "已记下：你也想问 020-2" in page
    assert '<a href="/q/020-2/">' in page[page.index("已记下") : page.index("已记下") + 120]


def test_who_asks_by_name_is_not_told_to_wait(client, site, member):
    waits = "不登录的提问，主持人放行后大家才看得到"
    assert waits in text_of(client.get(ASK))
    row = invite(purpose="ask", target="021", by=SYSTEM, now=timezone.now())
    for come_in in (
        lambda: client.post(f"/go/{row.key}/", {"name": "老王"}),
        lambda: client.force_login(member.user),
    ):
        come_in()
        page = text_of(client.get(ASK))
        assert waits not in page
        assert "匿名提的问题，主持人放行后大家才看得到" in page


def test_looking_and_taking_back_set_no_cookie(client, site):
    for address in ("/q/020-2/", ASK):
        assert "voter" not in client.get(address).cookies
    assert "voter" not in client.post("/q/020-2/unvote/").cookies
    assert client.get("/q/020-2/vote/").status_code == 405
    assert client.post("/q/020-99/vote/").status_code == 404


def test_a_member_votes_once(signed_in, site, member):
    for _again in range(2):
        assert signed_in.post("/q/020-2/vote/").status_code == 302
    assert QuestionVote.objects.get().person == member
    assert "voter" not in signed_in.cookies


def test_the_return_page_from_first_to_last(client, site, member, now):
    code = code_in(sends(client))
    other = Client()
    assert "六个词" in text_of(other.get(RETURN))

    def act(name="", **more):
        response = other.post(RETURN, {"code": code, "act": name, **more})
        assert "no-store" in response["Cache-Control"]
        assert "sessionid" not in response.cookies
        return text_of(response)

    said = act()
    assert "等主持人放行" in said
    assert "完全新的一问" in said
    assert "再补一句" in act("add", body="再补一句")
    assert "撤回了" in act("withdraw")
    assert "等主持人放行" in act("undo")
    Question.objects.filter(is_anonymous=True).update(review=Review.DECLINED, review_reason="写得太散，拆成两问吧")
    said = act()
    assert "没有收下" in said
    assert "写得太散，拆成两问吧" in said
    Question.objects.filter(is_anonymous=True).update(review="", review_reason="", deleted_at=None)
    row = Question.objects.get(is_anonymous=True)
    answer(question=row, body="有人答了。", by=member, now=now)
    said = act()
    assert "有人答了。" in said
    assert 'value="withdraw"' not in said
    assert "好，解决了" in act("settle")
    assert 'value="settle"' not in act()
    assert 'value="reveal"' not in act()
    assert other.post(RETURN, {"code": code, "act": "reveal"}).status_code == 403
    other.force_login(member.user)
    assert "小满" in act("reveal")
    row.refresh_from_db()
    assert (row.asker, row.is_anonymous, row.settled) == (member, False, "answered")


def test_a_merged_question_leads_on(client, site, now):
    code = code_in(sends(client))
    target = Question.objects.get(episode__code="020", serial=2)
    Question.objects.filter(is_anonymous=True).update(review=Review.MERGED, merged_into=target)
    assert 'href="/q/020-2/"' in text_of(client.post(RETURN, {"code": code}))


def test_the_page_of_a_code_offers_only_what_may_still_be_done(client, site, member, settings, now):
    code = code_in(sends(client))
    mine = Question.objects.filter(is_anonymous=True)

    def acts(act="", status=200):
        page = client.post(RETURN, {"code": code, "act": act})
        assert page.status_code == status
        return {name for name in ("settle", "withdraw", "undo", "reveal") if f'value="{name}"' in text_of(page)}

    mine.update(review="", deleted_at=None)
    assert acts() == {"settle", "withdraw"}
    Episode.objects.filter(questions__in=mine).update(state="published")
    assert acts() == acts("settle", 409) == set()
    Episode.objects.filter(questions__in=mine).update(state="collecting")
    acts("withdraw")
    assert acts() == {"undo"}
    client.force_login(member.user)
    assert acts() == {"undo"}
    type(member.user).objects.filter(pk=member.user.pk).update(suspended_at=now)
    assert acts() == acts("undo", 403) == set()
    type(member.user).objects.filter(pk=member.user.pk).update(suspended_at=None)
    settings.VISITOR_LIMITS = {"ask": 9, "return": 9, "return_act": 0}
    acts("undo", 429)
    settings.VISITOR_LIMITS = {"ask": 9, "return": 9, "return_act": 9}
    mine.update(review="hidden")
    assert acts("undo", 409) == {"reveal"}


def test_wrong_words_are_refused_and_limited(client, site, settings):
    settings.VISITOR_LIMITS = {"return": 1}
    wrong = client.post(RETURN, {"code": "青山 白水 红河 蓝湖 紫海 金江"})
    assert wrong.status_code == 400
    assert "青山 白水" in text_of(wrong)
    assert client.post(RETURN, {"code": "青山"}).status_code == 429


def test_organizers_set_the_rules_on_the_page(client, site, organizer, signed_in):
    assert 'action="/asking/"' not in text_of(signed_in.get(ASK))
    assert signed_in.post("/asking/", {"is_open": "1"}).status_code == 403
    host = Client()
    assert host.post("/asking/", {"is_open": "1"})["Location"].startswith("/accounts/login/")
    host.force_login(organizer.user)
    assert 'action="/asking/"' in text_of(host.get(ASK))
    assert host.post("/asking/", {"is_open": "1", "next": ASK})["Location"] == ASK
    assert (AskingRules.current().is_open, AskingRules.current().is_reviewed) == (True, False)


def test_shown_at_once_it_says_where(client, site, shown_at_once):
    response = sends(client)
    assert 'href="/q/021-3/"' in text_of(response)
    page = text_of(client.get(ASK))
    assert "完全新的一问" in page
    assert "匿名" in page


def test_every_day_its_salt(client, site, settings, now):
    from jobs.actions.pruning import prune
    from talks.models import DaySalt

    sends(client)
    prune(payload={}, now=timezone.now() + timedelta(days=1))
    assert not DaySalt.objects.exists()


def test_the_api_counts_and_orders_votes(signed_in, client, site, member):
    assert Client().post("/api/v1/questions/020-2/vote/").status_code == 401
    voted = signed_in.post("/api/v1/questions/020-2/vote/", content_type="application/json")
    assert voted.status_code == 200, voted.content
    assert voted.json()["vote_count"] == 1
    listed = client.get("/api/v1/questions/?order=votes&page_size=2").json()["results"]
    assert listed[0]["id"] == "020-2"
    newest = client.get("/api/v1/questions/?order=newest").json()["results"]
    assert len(newest) > 2
    assert client.get("/api/v1/questions/?ordering=asker").status_code == 400
    assert signed_in.post("/api/v1/questions/020-2/unvote/", content_type="application/json").json()["vote_count"] == 0
