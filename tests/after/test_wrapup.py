"""The wrap-up: who may, what it says is left to do, signatures, highlights by ticks, planned and actual minutes."""

import html
import json
import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.models import Event, Person
from members.rules import StateRefusal
from talks.actions.highlights import set_highlights
from talks.actions.signing import leave_unsigned, sign
from talks.evening import evening_of
from talks.highlights import Candidate, chosen, line_of, lines_of
from talks.missing import missing_for
from talks.models import Answer, Episode, Item, KeptRow, Question
from talks.wrapup import wrapup_of

PAGE = "/episodes/021/wrapup/"


def words(response):
    body = response.content.decode()
    main = body[body.index("<main") : body.index("</main>")]
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", main)).split())


def again(row):
    return type(row).objects.get(pk=row.pk)


PAPER = "A title of an English paper that goes on for much longer: " + "and so on, " * 9 + "to the very end of it"


def test_a_ticked_title_stands_whole(evening, client):
    Item.objects.filter(pk=evening.items[0].pk).update(title=PAPER, title_html=PAPER)
    client.force_login(evening.host.user)
    sent = {"act": "highlights", "version": evening.episode.version, "pick": f"item:{evening.items[0].pk}"}
    assert client.post(PAGE, {**sent, "highlights": ""}).status_code == 302
    assert again(evening.episode).highlights == [PAPER]
    ticked = client.get(PAGE).content.decode()
    assert f'value="item:{evening.items[0].pk}" checked' in ticked


# ── Highlights, pure ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("线性注意力的回归。以及别的", "线性注意力的回归"),
        ("显存怎么估算？单卡呢？", "显存怎么估算？"),
        ("  一行\n  两行  ", "一行 两行"),
        ("LLaMA；GPT", "LLaMA"),
        ("", ""),
        ("。", ""),
        ("长" * 60, "长" * 60),
        ("长" * 260, "长" * 199 + "…"),
        (PAPER, PAPER),
    ],
)
def test_a_line_is_made_of_a_title_or_of_the_first_sentence(said, line):
    assert line_of(said) == line


CANDIDATES = [
    Candidate("item:1", "甲", "新闻"),
    Candidate("item:2", "乙", "新闻"),
    Candidate("question:1", "丙？", "1"),
]


@pytest.mark.parametrize(
    ("lines", "ticked", "before", "found"),
    [
        ([], ["question:1", "item:1"], [], ["甲", "丙？"]),  # in the order of the page
        (["自己写的"], ["item:2"], [], ["自己写的", "乙"]),
        (["乙", "甲"], ["item:1", "item:2"], ["甲", "乙"], ["乙", "甲"]),  # put in another order by hand
        (["甲", "乙"], ["item:2"], ["甲", "乙"], ["乙"]),  # no longer ticked
        (["乙"], ["item:1", "item:2"], ["甲", "乙"], ["乙"]),  # taken out by hand
        (["甲，改过"], ["item:1"], ["甲"], ["甲，改过"]),  # edited by hand, the tick was left
        (["甲"], ["item:1"], [], ["甲"]),  # typed and ticked
    ],
)
def test_what_was_ticked_and_what_was_typed_make_one_list(lines, ticked, before, found):
    assert chosen(lines, CANDIDATES, ticked=ticked, before=before) == found


def test_lines_stand_once_without_white_space():
    assert lines_of(" 甲 \n\n乙\n甲\r\n") == ["甲", "乙"]


# ── Writing them ────────────────────────────────────────────────────────────


def test_hosts_editors_and_organizers_write_highlights(evening, editor, organizer, stranger, now):
    for n, who in enumerate((evening.host, editor, organizer)):
        row = again(evening.episode)
        set_highlights(episode=row, highlights=[f"第{n}"], version=row.version, by=who, now=now)
        assert again(row).highlights == [f"第{n}"]
    act = Event.objects.filter(verb="set_highlights").latest("pk")
    assert (act.before, act.after) == ({"highlights": ["第1"]}, {"highlights": ["第2"]})
    assert KeptRow.objects.get(event=act).state["highlights"] == ["第1"]


def test_others_do_not_and_hosts_no_more_once_it_is_published(evening, stranger, organizer, now):
    row, version = evening.episode, evening.episode.version
    with pytest.raises(PermissionDenied):
        set_highlights(episode=row, highlights=["甲"], version=version, by=stranger, now=now)
    Episode.objects.filter(pk=row.pk).update(state="published")
    with pytest.raises(PermissionDenied):
        set_highlights(episode=row, highlights=["甲"], version=version, by=evening.host, now=now)
    set_highlights(episode=row, highlights=["甲"], version=version, by=organizer, now=now)
    assert again(row).highlights == ["甲"]
    Episode.objects.filter(pk=row.pk).update(deleted_at=now)
    with pytest.raises(Http404):
        set_highlights(episode=row, highlights=["乙"], version=version, by=organizer, now=now)


def test_who_was_faster_is_told_with_both_lists(evening, now):
    row = evening.episode
    set_highlights(episode=row, highlights=["甲"], version=row.version, by=evening.host, now=now)
    with pytest.raises(ValidationError) as error:
        set_highlights(episode=row, highlights=["乙"], version=row.version, by=evening.host, now=now)
    [one] = error.value.error_dict["version"]
    assert one.code == "conflict"
    assert (one.params["yours"], one.params["theirs"]) == ({"highlights": ["乙"]}, {"highlights": ["甲"]})
    set_highlights(episode=row, highlights=["甲"], version=row.version, by=evening.host, now=now)  # the same


@pytest.mark.parametrize("bad", [["长" * 201], [f"{n}" for n in range(31)], ["甲\u2028乙"], ["\u202e甲"]])
def test_what_cannot_stand_in_a_list_is_refused(evening, now, bad):
    with pytest.raises(ValidationError):
        set_highlights(episode=evening.episode, highlights=bad, version=None, by=evening.host, now=now)


def test_highlights_come_back_out_of_the_export(evening, now):
    from talks.documents.reader import read
    from talks.export import export

    lines = ["甲；乙", "「引号」", "丙？"]
    set_highlights(episode=evening.episode, highlights=lines, version=None, by=evening.host, now=now)
    assert list(read(export(again(evening.episode), "github").text).document.highlights) == lines


# ── Signatures ──────────────────────────────────────────────────────────────


def test_an_answer_is_signed_through_the_alias_book_and_earns_nothing(evening, stranger, now):
    from talks.rules import can_edit, has_written

    row = sign(answer=evening.answer, name=" Nora ", version=1, by=evening.host, now=now)
    assert (row.author, row.author_name, row.is_by_name, row.version) == (stranger, "Nora", True, 2)
    assert not has_written(stranger, row)
    assert not can_edit(stranger, again(row))
    made = Person.objects.count()
    with pytest.raises(StateRefusal, match="署名"):
        sign(answer=row, name="另一个", version=2, by=evening.host, now=now)
    assert Person.objects.count() == made


def test_a_name_with_an_at_means_somebody_who_is_known(evening, stranger, now):
    people = Person.objects.count()
    for unknown in ("@没有这个人", "＠ 没有这个人"):
        with pytest.raises(ValidationError) as error:
            sign(answer=evening.answer, name=unknown, version=1, by=evening.host, now=now)
        assert error.value.error_dict["name"][0].code == "unknown"
    row = sign(answer=evening.answer, name="@Nora", version=1, by=evening.host, now=now)
    assert (row.author, row.author_name, row.is_by_name, row.transcriber) == (stranger, "Nora", False, None)
    assert Person.objects.count() == people


@pytest.mark.parametrize("name", ["", "@", "@多人", "小结", "多人", "待定", "长" * 41, "已注销", "\u200b"])
def test_nobodys_name_signs_nothing(evening, now, name):
    with pytest.raises(ValidationError):
        sign(answer=evening.answer, name=name, version=1, by=evening.host, now=now)
    assert again(evening.answer).author is None


def test_a_decision_for_no_name_lets_the_record_be_published(evening, now):
    set_highlights(episode=evening.episode, highlights=["甲"], version=None, by=evening.host, now=now)
    Episode.objects.filter(pk=evening.episode.pk).update(template=_template())
    row = again(evening.episode)
    assert [each.code for each in missing_for(row, "published")] == ["unsigned_answers"]
    leave_unsigned(answer=evening.answer, version=1, by=evening.host, now=now)
    leave_unsigned(answer=evening.answer, version=None, by=evening.host, now=now)  # twice is once
    assert again(evening.answer).version == 2
    assert missing_for(row, "published") == []
    assert again(sign(answer=evening.answer, name="群友", version=2, by=evening.host, now=now)).stays_unsigned is False


def _template():
    from talks.models import Template

    return Template.objects.first()


def test_who_does_not_wrap_up_decides_nothing(evening, stranger, now):
    for act in (lambda: sign(answer=evening.answer, name="甲", version=1, by=stranger, now=now),
                lambda: leave_unsigned(answer=evening.answer, version=1, by=stranger, now=now)):  # fmt: skip
        with pytest.raises(PermissionDenied):
            act()
    Answer.objects.filter(pk=evening.answer.pk).update(deleted_at=now)
    with pytest.raises(Http404):
        sign(answer=evening.answer, name="甲", version=1, by=evening.host, now=now)


def test_a_signature_meets_a_conflict(evening, now):
    Answer.objects.filter(pk=evening.answer.pk).update(version=5)
    with pytest.raises(ValidationError, match="改"):
        sign(answer=evening.answer, name="甲", version=1, by=evening.host, now=now)
    assert not Person.objects.filter(name="甲").exists()


# ── What is left to do ──────────────────────────────────────────────────────


def test_what_is_missing_leads_to_this_page(evening):
    found = missing_for(evening.episode, "published")
    assert [(each.code, each.where) for each in found] == [
        ("no_highlights", f"{PAGE}#highlights"),
        ("unsigned_answers", f"{PAGE}#unsigned"),
    ]


def test_minutes_planned_and_spent(evening, now):
    found = wrapup_of(evening.episode, now=now)
    assert [(each.title, each.planned, each.actual, each.over) for each in found.spent] == [
        ("开场", 5, 10, 5),
        ("线性注意力的回归。以及别的", 10, 8, -2),
        ("显存怎么估算？单卡呢？", None, 5, None),
        ("Sparse Attention Revisited", 5, None, None),
    ]
    assert (found.planned, found.actual, found.over) == (80, 23, -57)  # the question had all that the cues leave
    live = evening_of(evening.episode, now=now)
    assert (found.planned, found.over) == (live.whole_minutes, round(live.over_all.total_seconds() / 60))


def test_who_spoke_without_a_word(evening, organizer, now):
    from talks.models import Claim

    stamp = {"created_at": now, "changed_at": now}
    section = evening.items[0].section
    Claim.objects.create(section=section, person=organizer, name="青禾", role="lead", position=1, **stamp)
    sign(answer=evening.answer, name="小满", version=1, by=evening.host, now=now)
    found = wrapup_of(evening.episode, now=now)
    assert [(each.person.name, each.has_words) for each in found.speakers] == [("青禾", False), ("小满", True)]
    assert [person.name for person in found.silent] == ["青禾"]


# ── The page ────────────────────────────────────────────────────────────────


def test_who_may_see_it(client, evening, editor, organizer):
    assert client.get(PAGE)["Location"].startswith("/accounts/login/")
    for person, status in ((evening.host, 200), (editor, 200), (organizer, 200)):
        client.force_login(person.user)
        assert client.get(PAGE).status_code == status
    assert client.get("/episodes/21/wrapup/")["Location"] == PAGE


def test_others_may_not(client, evening, stranger):
    client.force_login(stranger.user)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"act": "highlights", "highlights": "甲", "version": "1"}).status_code == 403
    assert again(evening.episode).highlights == []


def test_an_evening_in_its_wrapup(client, evening):
    client.force_login(evening.host.user)
    said = words(client.get(PAGE))
    for part in ("还没有写提要", "按层数乘。", "词表多大合适", "开场", "+5"):
        assert part in said
    Question.objects.filter(pk=evening.asked[1].pk).update(review="waiting", deleted_at=evening.now)
    assert wrapup_of(again(evening.episode), now=evening.now).waiting == 1
    assert "词表多大合适" not in words(client.get(PAGE))


def test_ticks_become_highlights_and_are_edited(client, evening):
    client.force_login(evening.host.user)
    row, item, question = evening.episode, evening.items[1], evening.asked[0]
    base = json.dumps({"highlights": ""})
    sent = {"act": "highlights", "version": row.version, "base": base, "highlights": "自己写的一行"}
    reply = client.post(PAGE, {**sent, "pick": [f"question:{question.pk}", f"item:{item.pk}"]})
    assert reply["Location"] == f"{PAGE}#highlights"
    assert again(row).highlights == ["自己写的一行", "Sparse Attention Revisited", "显存怎么估算？"]
    page = client.get(PAGE).content.decode()
    assert re.search(f'value="item:{item.pk}" checked', page)
    assert not re.search(f'value="item:{evening.items[0].pk}" checked', page)


def test_a_conflict_on_highlights_goes_on_from_both(client, evening, now):
    client.force_login(evening.host.user)
    row = evening.episode
    set_highlights(episode=row, highlights=["别人的"], version=None, by=evening.host, now=now)
    sent = {"act": "highlights", "version": row.version, "base": json.dumps({"highlights": ""}), "highlights": "我的"}
    reply = client.post(PAGE, sent)
    assert reply.status_code == 409
    page = reply.content.decode()
    assert "别人的" in page
    assert "我的" in page
    assert again(row).highlights == ["别人的"]


def test_signing_on_the_page(client, evening):
    client.force_login(evening.host.user)
    sent = {"act": "sign", "answer": evening.answer.pk, "version": 1, "name": "多人"}
    reply = client.post(PAGE, sent)
    assert reply.status_code == 400
    assert 'value="多人"' in reply.content.decode()
    assert client.post(PAGE, {**sent, "name": "阿岚"})["Location"] == f"{PAGE}#unsigned"
    assert again(evening.answer).author.name == "阿岚"
    assert client.post(PAGE, {**sent, "answer": "x", "name": "阿岚"}).status_code == 404
    assert client.post(PAGE, {"act": "?"}).status_code == 400


def test_the_dashboard_leads_here(client, evening):
    client.force_login(evening.host.user)
    assert f'href="{PAGE}"' in client.get("/dashboard/?episode=021").content.decode()


def test_long_lists_are_bounded_and_lose_no_tick(client, evening, monkeypatch, now):
    monkeypatch.setattr("talks.views.wrapup.SHOWN", 3)
    stamp = {"created_at": now, "changed_at": now}
    for n in range(10, 20):
        row = Question.objects.create(
            episode=evening.episode, position=n, serial=n, body=f"第 {n} 问？", body_html=f"<p>第 {n} 问？</p>", **stamp
        )
        Answer.objects.create(question=row, position=1, body=f"句{n}", body_html=f"<p>句{n}</p>", **stamp)
        if n % 2:
            Answer.objects.filter(question=row).delete()
    Question.objects.filter(serial=10, episode=evening.episode).update(asker=evening.host)
    Episode.objects.filter(pk=evening.episode.pk).update(highlights=["第 19 问？", "自己写的"])
    client.force_login(evening.host.user)
    page = client.get(f"{PAGE}?question=021-18").content.decode()
    assert page.count('class="item-title"') == 3
    assert page.count('id="answer-') == 3
    assert '/episodes/021/ask/?order=unanswered">' in page
    assert [page.count(f'<option value="021-{n}"') for n in (11, 13, 19, 14, 18)] == [1, 1, 0, 0, 1]
    version = re.search(r'name="version" value="(\d+)"|name="version"[^>]*value="(\d+)"', page)
    ticked = re.findall(r'name="pick" value="([^"]+)" checked', page)
    assert len(ticked) == 1
    assert page.count('value="question:') == 4
    sent = {"act": "highlights", "version": next(filter(None, version.groups())), "pick": ticked}
    client.post(PAGE, {**sent, "highlights": "第 19 问？\n自己写的\n又一行"})
    assert again(evening.episode).highlights == ["第 19 问？", "自己写的", "又一行"]
    assert client.get("/episodes/021/ask/?order=unanswered").status_code == 200
