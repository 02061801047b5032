"""What the desk says of an evening: what is missing, whom to ask, what changed, and the texts for the group."""

import html
import re

import pytest
from django.urls import reverse

from members.actors import SYSTEM
from talks.actions import carries, claims, hosting, item_edits, items, life, questions, rescue
from talks.desk import choice_of, desk_of
from talks.group_texts import group_text, offered
from talks.missing import missing_for, missing_of
from talks.models import BoardVisit, Episode, EpisodeState, Hosting, Question, Reminder, ReminderKind
from tests.talks.week import at, person


def words(response):
    """The main part of a page as one line of text."""
    body = response.content.decode()
    main = body[body.index("<main") : body.index("</main>")]
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", main)).split())


def text_of(response):
    body = response.content.decode()
    return html.unescape(body[body.index("<textarea") : body.index("</textarea>")].partition(">")[2])


def desk(series, by=None):
    return desk_of(Episode.objects.get(code="001"), [], by or series.member, now=series.now)


def test_the_headline_counts_what_is_open(client, series):
    client.force_login(series.member.user)
    said = words(client.get("/dashboard/"))
    assert "001 还差六件事" in said
    assert "还不行" in said
    hosting.host(episode=series.episode, role="host", by=series.member, now=series.now)
    hosting.host(episode=series.episode, role="editor", by=series.member, now=series.now)
    for kind in ("news", "picks", "classic"):
        claims.claim(section=series.sections[kind], role="lead", by=series.member, now=series.now)
    said = words(client.get("/dashboard/"))
    assert "001 还差一件事" in said
    assert "差一点" in said
    claims.claim(section=series.sections["practice"], role="lead", by=series.member, now=series.now)
    said = words(client.get("/dashboard/"))
    assert "001 都齐了" in said
    assert "就绪" in said


def test_every_open_line_leads_to_where_it_is_mended(client, series):
    client.force_login(series.member.user)
    body = client.get("/dashboard/").content.decode()
    page = "/episodes/001/state/"
    for kind in ("news", "picks", "classic", "practice"):
        assert f'href="{page}#section-{series.sections[kind].pk}"' in body
    assert f'href="{page}#hosts"' in body
    for line in re.findall(r'<li class="check-(?:bad|wait)".*?</li>', body, re.DOTALL):
        assert "<a " in line


def test_it_says_who_had_a_section_and_whom_to_ask(client, series):
    client.force_login(series.member.user)
    said = words(client.get("/dashboard/"))
    assert "可以问问" in said
    claims.claim(section=series.sections["news"], role="lead", by=series.organizer, now=series.now)
    busy = [line for line in desk(series).entries if line.section.kind == "picks"]
    assert [each.name for each in busy[0].asked] == ["小满"]  # who has a part already is not asked again


def test_minutes_nominations_and_questions_are_on_the_list(client, series):
    by, now, news = series.organizer, series.now, series.sections["news"]
    for n in range(2):
        row = items.nominate(
            episode=series.episode, url=f"https://a.example/{n}", text="一条", section=news, by=series.member, now=now
        )
        if n:
            break
        row = items.accept(item=row, version=1, by=by, now=now)
        item_edits.edit(item=row, version=2, values={"minutes": 90}, by=by, now=now)
    client.force_login(by.user)
    said = words(client.get("/dashboard/"))
    assert "本周新闻超出 80 分" in said
    assert "全场超出" in said
    assert "1 条提名没有结论" in said


def test_a_question_that_goes_on_says_for_how_long(client, series):
    now = series.now
    asked = questions.ask(episode=series.episode, body="词表多大合适？", by=series.member, now=now)
    Episode.objects.update(state=EpisodeState.PUBLISHED)
    second = life.plan_next(by=SYSTEM, now=at("2026-03-08 20:00"))
    carries.carry(question=asked, episode=second, by=series.organizer, now=now)
    Episode.objects.filter(pk=second.pk).update(state=EpisodeState.PUBLISHED)
    third = life.plan_next(by=SYSTEM, now=at("2026-03-15 20:00"))
    carries.carry(question=asked, episode=third, by=series.organizer, now=now)
    client.force_login(series.member.user)
    said = words(client.get("/dashboard/"))
    assert "1 个承接的问题没有人答" in said
    assert "最久的一个已经带了 2 期：001-1" in said
    questions.answer(question=asked, body="看语种。", by=series.member, now=now)
    assert "承接的问题" not in words(client.get("/dashboard/"))


def test_what_is_missing_is_what_the_action_asks_for(series):
    for step in range(3):
        found = desk(series)
        said = [(each.code, each.sentence) for each in missing_for(found.episode, EpisodeState.LOCKED)]
        assert [
            (each.code, each.sentence) for each in missing_of(found.episode, EpisodeState.LOCKED, found.known)
        ] == said
        if step == 0:
            hosting.host(episode=series.episode, role="host", by=series.member, now=series.now)
        if step == 1:
            claims.claim(section=series.sections["news"], role="lead", by=series.member, now=series.now)


def test_the_button_says_why_not_and_works_when_nothing_is_missing(client, series):
    hosting.host(episode=series.episode, role="host", by=series.member, now=series.now)
    client.force_login(series.member.user)
    page = client.get("/dashboard/")
    assert 'aria-disabled="true"' in page.content.decode()
    assert "还差： 本周新闻还没有人认领。" in words(page)
    for kind in ("news", "picks"):
        claims.claim(section=series.sections[kind], role="lead", by=series.member, now=series.now)
    body = client.get("/dashboard/").content.decode()
    assert 'aria-disabled="true"' not in body
    form = body[body.index('action="/episodes/001/state/"') :]
    sent = dict(re.findall(r'<input type="hidden" name="(act|to|next)" value="([^"]+)"', form[: form.index("</form>")]))
    assert sent["act"] == "advance"
    answer = client.post("/episodes/001/state/", sent)
    assert answer.url == "/dashboard/?episode=001"
    assert Episode.objects.get(code="001").state == EpisodeState.LOCKED


def test_who_does_not_run_it_reads_only(client, series):
    client.force_login(series.member.user)
    body = client.get("/dashboard/").content.decode()
    assert 'name="act"' not in body
    assert "#move" not in body


def test_whom_only_the_document_names_is_told_so_and_led_nowhere_closed(client, series):
    stamp = {"created_at": series.now, "changed_at": series.now}
    row = Hosting.objects.create(
        episode=series.episode, person=series.member, name="小满", role="host", position=1, is_by_name=True, **stamp
    )
    asked = {"part": "online", "position": 1, "serial": 1, "review": "waiting", "deleted_at": series.now}
    Question.objects.create(episode=series.episode, body="等着的一问？", body_html="等着的一问？", **asked, **stamp)
    client.force_login(series.member.user)
    page = client.get("/dashboard/")
    said = words(page)
    assert "文档里写的名字，还没有权限" in said
    assert "主持人：小满（文档里写的名字）" in said
    queue = reverse("moderation", args=[series.episode.code])
    body = page.content.decode()
    main = html.unescape(body[body.index("<main") : body.index("</main>")])
    links = {link.partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', main)}
    assert {link: client.get(link).status_code for link in links if client.get(link).status_code >= 400} == {}
    assert "待放行" not in main or queue not in main
    for changes in ({"is_by_name": False}, {"is_by_name": False, "role": "editor"}):
        Hosting.objects.filter(pk=row.pk).update(**changes)
        body = client.get("/dashboard/").content.decode()
        assert body.count(f'href="{queue}') == 2
        assert "还没有权限" not in body
        assert client.get(queue).status_code == 200


def test_another_episode_and_none(client, series):
    client.force_login(series.member.user)
    assert client.get("/dashboard/?episode=999").status_code == 404
    assert client.get("/dashboard/?episode=1").status_code == 200
    Episode.objects.update(state=EpisodeState.DRAFT)
    assert "现在没有在筹备的一期" in words(client.get("/dashboard/"))
    assert client.get("/dashboard/?episode=001").status_code == 404  # drafts are the organizers'
    client.force_login(series.organizer.user)
    assert "001 还差" in words(client.get("/dashboard/"))


def test_what_others_did_since_the_last_visit_is_counted(client, series):
    client.force_login(series.member.user)
    client.get("/dashboard/")
    series.clock.shift(3600)
    now = at("2026-03-04 20:30")
    claims.claim(section=series.sections["news"], role="lead", by=series.organizer, now=now)
    claims.claim(section=series.sections["picks"], role="lead", by=series.member, now=now)
    seen = re.compile(r'href="/episodes/001/history/\?kind=claim">[^<]+ 1</a>')
    for _look in range(2):  # one's own is no news, and a second look is still the same visit
        assert seen.search(client.get("/dashboard/").content.decode())
    assert BoardVisit.objects.get(person=series.member).page == "desk"
    series.clock.shift(3600)
    assert "上次来过以后没有变化" in words(client.get("/dashboard/"))


def test_reminders_wait_with_whom_they_go_to(client, series):
    client.force_login(series.member.user)
    said = words(client.get("/dashboard/"))
    assert "发到群里和愿意被问的人" in said
    assert "发到群里和参加的人" in said
    Reminder.objects.filter(kind=ReminderKind.SOON).update(sent_at=series.now)
    Reminder.objects.filter(kind=ReminderKind.OPEN_ROLES).update(is_off=True)
    said = words(client.get("/dashboard/"))
    assert "发到群里和愿意被问的人" not in said
    assert "发到群里和参加的人" not in said


def test_the_texts_name_what_is_known_and_lead_to_it(client, series, settings):
    settings.SITE_URL = "https://talk.example"
    hosting.host(episode=series.episode, role="host", by=series.member, now=series.now)
    claims.claim(section=series.sections["news"], role="lead", by=series.organizer, now=series.now)
    client.force_login(series.member.user)
    recruit = text_of(client.get("/dashboard/?text=recruit"))
    assert "【OpenLLM Talk 001】2026-03-07 星期六 21:00 北京时间" in recruit
    assert "「本周推荐」15 分" in recruit
    assert "「本周新闻」" not in recruit
    assert f"https://talk.example/claim/#section-{series.sections['picks'].pk}" in recruit
    preview = text_of(client.get("/dashboard/?text=preview"))
    assert "主持：小满" in preview
    assert "「本周新闻」10 分：青禾" in preview
    assert "https://talk.example/episodes/001/ask/" in preview
    assert "moved" not in offered(desk(series).facts)
    life.postpone(
        episode=series.episode,
        starts_at=at("2026-03-08 20:00"),
        reason="主持人在路上",
        by=series.member,
        now=series.now,
    )
    moved = text_of(client.get("/dashboard/?text=moved"))
    assert "改到 2026-03-08 星期日 20:00" in moved
    assert "原定 2026-03-07 星期六 21:00" in moved
    assert "主持人在路上" in moved
    assert "「本周新闻」青禾" in moved


def test_rescue_links_are_for_who_runs_it(client, series):
    hosting.host(episode=series.episode, role="host", by=series.member, now=series.now)
    rescue.rescue(episode=series.episode, by=series.member, now=series.now)
    assert "/go/" in group_text("rescue", desk(series).facts)
    stranger = person("路人", now=series.now)
    said = group_text("rescue", desk(series, stranger).facts)
    assert "/go/" not in said
    assert "/claim/#section-" in said


def test_while_it_is_on_the_air_the_group_is_told_where_and_the_pages_lead_there(client, series):
    hosting.host(episode=series.episode, role="host", by=series.member, now=series.now)
    client.force_login(series.member.user)
    pages = ("/dashboard/", "/episodes/001/state/")
    live = 'href="/episodes/001/live/"'
    assert not any(live in client.get(page).text for page in pages)
    for state in ("locked", "live"):
        Episode.objects.filter(pk=series.episode.pk).update(state=state)
        assert all(live in client.get(page).text for page in pages)
    assert offered(desk(series).facts) == ["on_air"]
    said = text_of(client.get("/dashboard/"))
    assert "正在直播" in said
    assert "/episodes/001/live/" in said
    page = client.get("/").text
    assert page.index(live) < page.index('href="/episodes/001/ask/"')


def test_thanks_come_after_the_evening(client, series):
    hosting.host(episode=series.episode, role="host", by=series.member, now=series.now)
    asked = questions.ask(episode=series.episode, body="为什么？", by=series.organizer, now=series.now)
    questions.answer(question=asked, body="因为。", by=series.member, now=series.now)
    Episode.objects.update(state=EpisodeState.WRAPUP)
    facts = desk(series).facts
    assert offered(facts) == ["thanks"]
    said = group_text("thanks", facts)
    assert "主持：小满" in said
    assert "青禾" in said.split("提问和回答：")[1].splitlines()[0]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_texts_are_in_the_language_of_the_site(client, series, language):
    client.cookies["django_language"] = language
    client.force_login(series.member.user)
    assert "还等人来讲" in text_of(client.get("/dashboard/?text=recruit"))


def test_three_in_a_row_are_enough(client, series):
    for number in (1, 2, 3):
        if number > 1:
            life.plan_next(by=SYSTEM, now=at(f"2026-03-{7 * number:02d} 22:00"))
        episode = Episode.objects.get(number=number)
        hosting.host(episode=episode, role="host", by=series.member, now=series.now)
        client.force_login(series.member.user)
        said = words(client.get("/dashboard/"))
        assert ("小满已经连着三期了" in said) == (number == 3)
        if number < 3:
            Episode.objects.filter(pk=episode.pk).update(state=EpisodeState.PUBLISHED)
    assert "可以问问青禾" in said.split("连着三期了")[1]


def test_an_empty_site_says_so(client, db, member, organizer):
    client.force_login(member.user)
    assert "现在没有在筹备的一期" in words(client.get("/dashboard/"))
    assert client.get("/dashboard/hand-off/").status_code == 404
    client.force_login(organizer.user)
    assert "开下一期" in words(client.get("/dashboard/"))


def test_who_is_signed_out_signs_in(client, series):
    assert client.get("/dashboard/?episode=001").url == "/accounts/login/?next=/dashboard/%3Fepisode%3D001"
    assert client.get("/dashboard/hand-off/").url == "/accounts/login/?next=/dashboard/hand-off/"


def test_choice_comes_next(series):
    assert choice_of(None).episode.code == "001"
    Episode.objects.update(state=EpisodeState.WRAPUP)
    life.plan_next(by=SYSTEM, now=at("2026-03-08 20:00"))
    choice = choice_of(None)
    assert choice.episode.code == "002"
    assert [row.code for row in choice.under_way] == ["002", "001"]
    assert [row.code for row in choice.evenings] == ["001"]
