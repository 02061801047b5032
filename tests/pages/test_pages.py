"""Every page: it answers, says what it should, leads nowhere dead, and never breaks on an odd address."""

import html
import json
import re
from datetime import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from members.actors import SYSTEM
from members.models import Person
from talks.actions.imports import import_file
from talks.models import Answer, Episode, EpisodeState, Item, PaperMention, Question, SourceDocument
from talks.templatetags.talk import day, evening
from tests.conftest import SHANGHAI
from tests.pages.conftest import item, rich, section

LINK = re.compile(r"""href=["']([^"'#]*)""")


def text_of(response):
    return html.unescape(response.content.decode())


def start_pages():
    return ["/", "/episodes/", "/episodes/020/", "/episodes/021/", "/papers/", "/people/", "/accounts/login/"]


def crawl(client, start):
    """Follow every internal link from these pages; return address → status."""
    seen, waiting = {}, list(start)
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        response = client.get(address)
        seen[address] = response.status_code
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            for found in LINK.findall(response.content.decode()):
                url = html.unescape(found)
                if url.startswith("?"):
                    url = address.partition("?")[0] + url
                skipped = ("/static/", "/api/", "/accounts/logout")
                if url.startswith("/") and not url.startswith(skipped) and url not in seen:
                    waiting.append(url)
    return seen


def test_home_shows_the_next_evening(client, site):
    response = client.get("/")
    said = text_of(response)
    assert response.status_code == 200
    assert '<a class="number number-open" href="/episodes/021/">021</a>' in said
    assert "3 月 7 日 周六 21:00" in said
    assert "北京时间" in said
    assert "四比特够用吗？" in said
    assert 'class="taken"' in said
    assert 'class="open"' in said
    assert "等一个人" in said


def test_home_without_a_next_evening_shows_the_last_one(client, make):
    make.rich()
    said = text_of(client.get("/"))
    assert '<a class="number" href="/episodes/020/">020</a>' in said
    assert "下一期还没有定日期" in said


def test_home_of_an_empty_site_says_what_will_be_here(client, db):
    response = client.get("/")
    assert response.status_code == 200
    assert "还没有记录" in text_of(response)


@pytest.mark.parametrize("address", ["/episodes/", "/papers/", "/people/"])
def test_lists_of_an_empty_site_say_so(client, db, address):
    response = client.get(address)
    assert response.status_code == 200
    assert 'class="empty"' in response.content.decode()


def test_the_list_can_be_cut_by_year_and_kind(client, site):
    assert text_of(client.get("/episodes/")).count('class="ledger-row"') == 3
    only = text_of(client.get("/episodes/?year=2026"))
    assert "/episodes/020/" in only
    assert 'class="ledger-row" href="/episodes/021/"' not in only
    specials = text_of(client.get("/episodes/?kind=special"))
    assert specials.count('class="ledger-row"') == 1
    assert "怎么办好一场夜谈" in specials


def test_an_odd_filter_shows_everything(client, site):
    for query in ("year=١٩٩٩", "year=99999999999", "kind=x", "page=0", "page=-1", "page=x", "year=%00", "year=²"):
        response = client.get(f"/episodes/?{query}")
        assert response.status_code == 200, query
        assert text_of(response).count('class="ledger-row"') == 3, query


def test_the_record_shows_everything_it_holds(client, site):
    said = text_of(client.get("/episodes/020/"))
    for words in (
        "背景介绍",
        "本周新闻",
        "各挑一两件讲透",
        "注：只列重点",
        "Attention with Linear Biases",
        "arxiv.org/abs/2108.12409",
        "强烈推荐",
        "少一点标题党",
        "缩放定律",
        "词表多大合适",
        "旧的向量怎么初始化",
        "这里停了一会儿",
        "群里还问了断点续训",
        "Extending Context",
        "手写笔记",
        "整理问答",
        "来就行。",
        "上一期",
        "有人想聊词表。",
        "第一场录像",
        "2026 年 2 月 28 日 周六 21:00",
    ):
        assert words in said, words
    assert "<b>不知道放哪</b>" not in client.get("/episodes/020/").content.decode()
    assert "utm_source" not in said


def test_the_record_offers_its_markdown(client, site):
    said = text_of(client.get("/episodes/020/"))
    assert '<link rel="alternate" type="text/markdown" href="/episodes/020.md"' in said
    response = client.get("/episodes/020.md")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/markdown")
    assert "词表多大合适" in response.content.decode()


def test_what_needs_script_is_hidden_without_it(client, site):
    said = text_of(client.get("/episodes/020/"))
    buttons = re.findall(r"<button[^>]*data-copy[^>]*>", said)
    assert len(buttons) == 2
    assert all(" hidden" in button for button in buttons)
    forms = re.findall(r"<form[^>]*>", said)
    assert all('method="post"' in form and "action=" in form for form in forms)


@pytest.mark.parametrize(("suffix", "kind"), [("zhihu.md", "text/markdown"), ("json", "application/json")])
def test_the_other_exports(client, site, suffix, kind):
    response = client.get(f"/episodes/020.{suffix}")
    assert response.status_code == 200
    assert response["Content-Type"].startswith(kind)


def test_questions_have_ids_and_permalinks(client, site):
    said = text_of(client.get("/episodes/020/"))
    assert 'id="q2"' in said
    assert 'id="q1.1"' in said
    assert 'href="/q/020-2/"' in said
    assert said.count('class="unanswered"') == 1


def test_an_essay_without_a_date(client, site):
    response = client.get("/episodes/S01/")
    assert response.status_code == 200
    assert "番外01" in text_of(response)
    assert "怎么办好一场夜谈" in text_of(response)


def test_another_spelling_leads_to_the_episode(client, site):
    for wrong, right in {"20": "020", "0020": "020", "s1": "S01", "S001": "S01"}.items():
        response = client.get(f"/episodes/{wrong}/")
        assert response.status_code == 301, wrong
        assert response["Location"] == f"/episodes/{right}/"


def test_a_question_has_a_page(client, site):
    said = text_of(client.get("/q/020-1/"))
    assert "词表多大合适" in said
    assert "先看语料" in said
    assert "旧的向量怎么初始化" in said
    assert 'href="/q/020-2/" rel="next"' in said


def test_a_follow_up_has_a_page_that_names_its_question(client, site):
    said = text_of(client.get("/q/020-1.1/"))
    assert "取子词的均值" in said
    assert 'href="/q/020-1/"' in said


def test_a_paper_lists_every_place(client, site):
    said = text_of(client.get("/papers/2304.08177/"))
    assert "020-1" in said
    assert "词表多大合适" in said
    listed = text_of(client.get("/papers/"))
    assert "/papers/2304.08177/" in listed
    assert "Attention with Linear Biases" in listed


def test_another_version_leads_to_the_paper(client, site):
    response = client.get("/papers/2108.12409v2/")
    assert response.status_code == 301
    assert response["Location"] == "/papers/2108.12409/"


def test_a_person_shows_everything_they_did(client, site):
    said = text_of(client.get(reverse("person", args=["渡口"])))
    assert "主持" in said
    assert "词表多大合适" in said
    answers = text_of(client.get(reverse("person", args=["渡口"]) + "?show=answers"))
    assert "取子词的均值" in answers


def test_long_lists_are_cut_into_pages(client, site, monkeypatch):
    for module, address in (("people", "/people/"), ("papers", "/papers/"), ("episodes", "/episodes/")):
        monkeypatch.setattr(f"talks.views.{module}.PAGE", 1)
        first, second = text_of(client.get(address)), text_of(client.get(f"{address}?page=2"))
        assert 'href="?page=2"' in first, address
        assert 'href="?page=1"' in second, address
        assert first != second, address


def test_a_paper_with_an_old_id_has_a_page(client, make):
    old = "https://arxiv.org/abs/cs/0112017"
    make.empty(30, sections=[section("news", "本周新闻", items=[item("旧文", old, papers=["cs/0112017"])])])
    response = client.get("/papers/cs/0112017/")
    assert response.status_code == 200
    assert "旧文" in text_of(response)


def test_a_merged_person_leads_to_who_is_meant(client, site):
    nora, other = Person.objects.get(name="Nora"), Person.objects.get(name="小满")
    Person.objects.filter(pk=nora.pk).update(merged_into=other)
    response = client.get(nora.get_absolute_url())
    assert response.status_code == 302
    assert response["Location"] == other.get_absolute_url()


def test_drafts_are_the_organizers(client, site, organizer):
    Episode.objects.filter(code="021").update(state=EpisodeState.DRAFT)
    assert client.get("/episodes/021/").status_code == 404
    assert client.get("/q/021-1/").status_code == 404
    assert client.get("/episodes/021.md").status_code == 404
    assert client.get("/episodes/021/ask/").status_code == 404
    assert "四比特够用吗" not in text_of(client.get("/"))
    assert 'class="ledger-row" href="/episodes/021/"' not in text_of(client.get("/episodes/"))
    client.force_login(organizer.user)
    assert client.get("/episodes/021/").status_code == 200


def test_what_was_deleted_is_gone_from_every_page(client, site, now):
    Item.objects.filter(title="Attention with Linear Biases").update(deleted_at=now)
    Question.objects.filter(body__startswith="长上下文靠什么").update(deleted_at=now)
    Answer.objects.filter(body__startswith="先看语料").update(deleted_at=now)
    assert "arxiv.org/abs/2108.12409" not in text_of(client.get("/episodes/020/"))
    assert client.get("/q/020-2/").status_code == 404
    assert client.get("/papers/2304.08177/").status_code == 404
    assert client.get("/papers/2108.12409/").status_code == 404
    assert PaperMention.objects.filter(paper__arxiv_id="2108.12409").exists()


def test_doubts_of_the_import_are_the_organizers(client, site, organizer):
    SourceDocument.objects.update(problems=[{"line": 7, "code": "name_doubtful", "message": "这可能不是名字。"}])
    assert "这可能不是名字" not in text_of(client.get("/episodes/020/"))
    client.force_login(organizer.user)
    assert "这可能不是名字" in text_of(client.get("/episodes/020/"))


def test_a_row_that_is_gone_from_the_file_is_marked_for_organizers(client, site, organizer, now):
    newer = rich()
    del newer["questions"][1]
    import_file(data=json.dumps(newer).encode(), name="020.json", by=SYSTEM, now=now)
    marked = "文件里已经没有，站上保留并做了标记：长上下文靠什么？"
    assert marked not in text_of(client.get("/episodes/020/"))
    client.force_login(organizer.user)
    assert text_of(client.get("/episodes/020/")).count(marked) == 1


NOWHERE = [
    *("/nope/", "/episodes/999/", "/episodes/abc/", "/episodes/%00/", "/episodes/%ED%A0%80/"),
    *("/episodes/99999999999999999999/", "/episodes/-1/", "/episodes/٢٠/", "/episodes/020.txt/", "/episodes/999.md"),
    *("/episodes/020.x.md", "/episodes/999/ask/", "/q/", "/q/020-99999999999999/", "/q/020-0/", "/q/020-1.99/"),
    *("/q/020-99/", "/q/%00-1/", "/q/020-%ED%A0%80/", "/q/../../etc/passwd/", "/papers/9999.99999/", "/papers/%00/"),
    *("/papers/abc/", "/people/nobody/", "/people/%00/", "/people/%ED%A0%80/", f"/people/{'长' * 3000}/"),
    *("/people/a'%22%3Cscript%3E/", "/%00/", "/%F0%9F%92%A9/", "/accounts/email/"),
]


def test_a_wrong_address_gets_the_page_with_a_way_on(client, site):
    for address in NOWHERE:
        response = client.get(address)
        said = text_of(response)
        assert response.status_code == 404, address
        assert "没有这一页" in said, address
        assert 'class="way-on"' in said, address
        assert "<script>" not in response.content.decode(), address


@pytest.mark.parametrize("address", ["/episodes/999/", "/q/020-99/", "/papers/abc/", "/people/%00/"])
def test_in_development_too(client, site, settings, address):
    settings.DEBUG = True
    response = client.get(address)
    assert response.status_code == 404
    assert "没有这一页" in text_of(response)


def test_a_question_that_is_not_there_says_how_far_they_go(client, site):
    said = text_of(client.get("/q/021-99/"))
    assert "021 的问题到 021-2 为止" in said
    assert 'href="/episodes/021/"' in said


def test_no_link_is_dead_for_a_visitor(client, site):
    seen = crawl(client, start_pages())
    assert len(seen) > 40
    assert {address: status for address, status in seen.items() if status >= 400} == {}


def test_no_link_is_dead_for_an_organizer(client, site, organizer):
    client.force_login(organizer.user)
    seen = crawl(client, start_pages())
    assert {address: status for address, status in seen.items() if status >= 400} == {}


def test_only_organizers_are_led_to_the_import(client, site, member, organizer):
    client.force_login(member.user)
    assert 'href="/import/"' not in text_of(client.get("/"))
    client.force_login(organizer.user)
    assert 'href="/import/"' in text_of(client.get("/"))


def test_robots_and_icons(client, db):
    assert "Disallow: /accounts/" in client.get("/robots.txt").content.decode()
    assert client.get("/favicon.ico").status_code == 302


def test_sign_in_and_out(client, member, password):
    assert client.get("/accounts/login/").status_code == 200
    response = client.post("/accounts/login/?next=/papers/", {"login": "小满", "password": "wrong"})
    assert response.status_code == 200
    assert 'class="error-summary"' in response.content.decode()
    response = client.post(
        "/accounts/login/?next=/papers/", {"login": "小满", "password": password, "next": "/papers/"}
    )
    assert response["Location"] == "/papers/"
    assert "我的页面：小满" in text_of(client.get("/papers/"))
    assert client.get("/accounts/password/change/").status_code == 200
    assert client.get("/accounts/logout/").status_code == 200
    client.post("/accounts/logout/")
    assert "登录" in text_of(client.get("/"))


def test_an_account_needs_a_code(client, db):
    said = text_of(client.get("/accounts/signup/"))
    assert "邀请码由组织者发" in said


def test_a_sign_in_never_leads_away(client, member, password):
    data = {"login": "小满", "password": password, "next": "https://evil.example/"}
    assert client.post("/accounts/login/", data)["Location"] == "/"


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        *((f"/episodes/{code}/", "/episodes/S01/") for code in ("番外01", "番外1", "s01", "S1", "s001")),
        *((f"/episodes/{code}/", "/episodes/020/") for code in ("20", "0020")),
        ("/episodes/番外01.md", "/episodes/S01.md"),
        ("/episodes/20.zhihu.md", "/episodes/020.zhihu.md"),
        ("/episodes/s1.json", "/episodes/S01.json"),
        ("/episodes/21/ask/", "/episodes/021/ask/"),
        ("/q/20-1/", "/q/020-1/"),
        ("/q/0020-01.1/", "/q/020-1.1/"),
    ],
)
def test_a_code_as_people_type_it_leads_to_its_page(client, site, typed, canonical):
    response = client.get(typed)
    assert (response.status_code, response["Location"]) == (301, canonical)
    assert client.get(canonical).status_code == 200


@pytest.mark.parametrize(
    "address", ["/episodes/番外/", "/episodes/番外0/", "/episodes/番外01x/", "/episodes/外01/", "/q/番外01-9/"]
)
def test_what_is_no_code_leads_nowhere(client, make, address):
    make.special(1)
    assert client.get(address).status_code == 404


def test_a_draft_is_not_told_by_a_redirect(client, make, now):
    Episode.objects.create(number=7, code="007", state=EpisodeState.DRAFT, created_at=now, changed_at=now)
    assert client.get("/episodes/7/").status_code == 404


def test_a_date_has_its_year_unless_it_is_of_this_one():
    talk = datetime(2023, 7, 22, 21, tzinfo=SHANGHAI)
    with time_machine.travel("2023-12-31T15:59:00Z", tick=False), translation.override("zh-hans"):
        assert (day(talk), evening(talk)) == ("7 月 22 日", "7 月 22 日 周六 21:00")
    with time_machine.travel("2023-12-31T16:01:00Z", tick=False), translation.override("zh-hans"):
        assert (day(talk), evening(talk)) == ("2023 年 7 月 22 日", "2023 年 7 月 22 日 周六 21:00")


def test_a_kept_page_is_made_again_in_the_next_year(client, site):
    with time_machine.travel("2023-12-31T15:59:00Z", tick=False):
        first = client.get("/people/")["ETag"]
        assert client.get("/people/")["ETag"] == first
    with time_machine.travel("2023-12-31T16:01:00Z", tick=False):
        assert client.get("/people/")["ETag"] != first


def test_highlights_are_separated_in_the_text_too(client, site):
    Episode.objects.filter(code="020").update(highlights=["llama2", "FreeWilly", "LLM 推理"])
    said = re.sub(r"<[^>]+>", "", text_of(client.get("/episodes/020/")))
    assert "llama2；FreeWilly；LLM 推理" in said
    assert "推理；" not in said
