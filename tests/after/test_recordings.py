"""Recordings: places as people write them, links, chapters; one known place makes all known, and another changes all."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.models import Event
from members.rules import StateRefusal
from talks.actions import recordings as acts
from talks.models import Cue, Episode, KeptRow, Recording
from talks.recordings import beginning, chapters, link_at, place_of, seconds_of
from tests.talks.week import at

PAGE = "/episodes/021/recordings/"
BILI = "https://www.bilibili.com/video/BV1xx411c7mD/"


def again(row):
    return type(row).objects.get(pk=row.pk)


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("10:10", 610), ("0:05", 5), ("75:00", 4500), ("1:02:03", 3723), (" 10：10 ", 610), ("１０:10", 610),
        ("00:00", 0), ("1:75:00", None), ("10:75", None), ("610", None), ("", None), ("-1:00", None), ("a:bc", None),
        ("1:2:3:4", None), ("9999:00", None),
    ],
)  # fmt: skip
def test_places_as_people_write_them(text, second):
    assert seconds_of(text) == second


@pytest.mark.parametrize(
    ("url", "link"),
    [
        (BILI, f"{BILI}?t=610"),
        (f"{BILI}?p=2&t=5", f"{BILI}?p=2&t=610"),
        ("https://www.youtube.com/watch?v=abc", "https://www.youtube.com/watch?v=abc&t=610"),
        ("https://youtu.be/abc", "https://youtu.be/abc?t=610"),
        ("https://example.org/v.mp4", "https://example.org/v.mp4#t=610"),
        ("https://example.org/v?x=1#old", "https://example.org/v?x=1#t=610"),
        ("https://notbilibili.com/v", "https://notbilibili.com/v#t=610"),
        (f"{BILI}?p=%E4%B8%80", f"{BILI}?p=%E4%B8%80&t=610"),
        *((url, url) for url in ("http://[x", "https://a]b/", "https://[::1/")),
    ],
)
def test_links_begin_at_a_second(url, link):
    assert link_at(url, 610) == link


def test_one_place_says_where_the_talk_begins():
    talk, item = at("2026-03-07 21:00"), at("2026-03-07 21:05")
    assert beginning(610, of=item, talk=talk) == 310
    assert place_of(310, of=item, talk=talk) == 610
    assert beginning(100, of=item, talk=talk) == -200
    assert place_of(-200, of=talk, talk=talk) is None
    assert place_of(-200, of=item, talk=talk) == 100


def test_chapters_begin_at_zero_and_are_not_too_short():
    assert chapters([(310, "线性注意力"), (3723, "词表  多大\n合适")], opening="开场") == [
        "0:00:00 开场", "0:05:10 线性注意力", "1:02:03 词表 多大 合适"
    ]  # fmt: skip
    assert chapters([(4, "甲"), (9, "乙"), (20, "长" * 50)], opening="开场") == ["00:00 乙", "00:20 " + "长" * 29 + "…"]
    assert chapters([(70, "开场"), (100, "甲")], opening="开场") == ["00:00 开场", "01:40 甲"]
    assert chapters([(100, "后"), (50, "前")], opening="开场") == ["00:00 开场", "00:50 前", "01:40 后"]


# ── Acts ────────────────────────────────────────────────────────────────────


@pytest.fixture
def recording(evening, now):
    return acts.add_recording(
        episode=evening.episode, url=f"{BILI}?vd_source=1", title=" 第 21 期 ", by=evening.host, now=now
    )


def test_an_address_becomes_a_recording_once(evening, recording, now):
    assert (recording.url, recording.platform, recording.title) == (BILI, "bilibili", "第 21 期")
    same = acts.add_recording(episode=evening.episode, url=BILI.rstrip("/"), by=evening.host, now=now)
    assert same.pk == recording.pk
    act = Event.objects.get(verb="add", target_kind="recording")
    assert KeptRow.objects.get(event=act).state is None


@pytest.mark.parametrize(
    "url",
    [
        *("", "javascript:alert(1)", "bilibili.com/x", "https://a b", "http://", "\u202ehttps://a.b"),
        *("http://[x", "https://a]b/", "https://[::1/"),
    ],
)
def test_what_is_no_address_is_refused(evening, now, url):
    with pytest.raises(ValidationError):
        acts.add_recording(episode=evening.episode, url=url, by=evening.host, now=now)
    assert not Recording.objects.filter(episode=evening.episode).exists()


def test_aligning_once_and_anew_moves_everything(evening, recording, now):
    item = evening.cues[1]
    row = acts.align(recording=recording, cue=item, at="15:10", version=1, by=evening.host, now=now)
    assert (row.offset_seconds, row.late_seconds, row.begins_at, row.version) == (300, 0, 300, 2)
    assert acts.align(recording=row, cue=item, at="15:10", version=None, by=evening.host, now=now).version == 2
    late = acts.align(recording=row, cue=item, at="5:10", version=2, by=evening.host, now=now)
    assert (late.offset_seconds, late.late_seconds, late.begins_at) == (None, 300, -300)
    back = acts.align(recording=late, cue=evening.cues[2], at="45:00", version=3, by=evening.host, now=now)
    assert (back.offset_seconds, back.late_seconds) == (300, 0)
    kept = KeptRow.objects.filter(kind="recording", key=str(row.pk)).order_by("pk")
    assert [each.state and each.state["late_seconds"] for each in kept] == [None, 0, 0, 300]


def test_what_cannot_be_aligned(evening, recording, now, stranger):
    common = {"recording": recording, "version": 1, "now": now}
    with pytest.raises(ValidationError):
        acts.align(cue=evening.cues[1], at="bald", by=evening.host, **common)
    with pytest.raises(StateRefusal):
        acts.align(cue=evening.cues[3], at="1:00", by=evening.host, **common)
    with pytest.raises(PermissionDenied):
        acts.align(cue=evening.cues[1], at="1:00", by=stranger, **common)
    with pytest.raises(ValidationError) as error:
        acts.align(recording=recording, version=9, now=now, cue=evening.cues[1], at="1:00", by=evening.host)
    assert error.value.error_dict["version"][0].code == "conflict"
    Cue.objects.filter(pk=evening.cues[1].pk).delete()
    with pytest.raises(Http404):
        acts.align(cue=evening.cues[1], at="1:00", by=evening.host, **common)
    assert again(recording).begins_at is None


def test_editing_and_taking_out(evening, recording, now, organizer):
    row = acts.edit_recording(
        recording=recording, version=1, title="", url="https://youtu.be/abc", by=evening.host, now=now
    )
    assert (row.title, row.platform, row.version) == (None, "youtube", 2)
    with pytest.raises(ValidationError):
        acts.edit_recording(recording=recording, version=1, title="乙", by=evening.host, now=now)
    Episode.objects.filter(pk=evening.episode.pk).update(state="published")
    with pytest.raises(PermissionDenied):
        acts.remove_recording(recording=row, version=2, by=evening.host, now=now)
    acts.remove_recording(recording=row, version=2, by=organizer, now=now)
    with pytest.raises(Http404):
        acts.remove_recording(recording=row, version=3, by=organizer, now=now)


# ── Pages ───────────────────────────────────────────────────────────────────


def test_the_page_by_hand(client, evening, stranger):
    assert client.get(PAGE).status_code == 302
    client.force_login(stranger.user)
    assert client.get(PAGE).status_code == 403
    client.force_login(evening.host.user)
    assert client.post(PAGE, {"act": "add", "url": "nope"}).status_code == 400
    assert client.post(PAGE, {"act": "add", "url": BILI, "title": ""})["Location"] == PAGE
    row = Recording.objects.get(episode=evening.episode)
    sent = {"act": "align", "recording": row.pk, "version": 1, "cue": evening.cues[1].pk}
    refused = client.post(PAGE, {**sent, "at": "1:99"})
    assert refused.status_code == 400
    assert 'value="1:99"' in refused.content.decode()
    assert client.post(PAGE, {**sent, "at": "15:10"}).status_code == 302
    page = client.get(PAGE).content.decode()
    assert f'href="{BILI}?t=910"' in page
    assert "00:00 开场\n15:10 线性注意力的回归。以及别的" in page
    assert client.post(PAGE, {"act": "remove", "recording": row.pk, "version": 2}).status_code == 302
    assert again(row).deleted_at is not None


def test_items_and_questions_lead_into_the_video_and_follow_another_place(client, evening, recording, now):
    acts.align(recording=recording, cue=evening.cues[1], at="15:10", version=1, by=evening.host, now=now)
    page = client.get("/episodes/021/").content.decode()
    assert (page.count(f'href="{BILI}?t=910"'), page.count(f'href="{BILI}?t=2700"')) == (1, 1)
    assert f'href="{BILI}?t=2700"' in client.get("/q/021-1/").content.decode()
    assert "?t=" not in client.get("/q/021-2/").content.decode()
    acts.align(recording=recording, cue=evening.cues[2], at="25:00", version=2, by=evening.host, now=now)
    page = client.get("/episodes/021/").content.decode()
    assert "?t=1500" in page  # the question; the item was before the recording
    assert page.count('class="place"') == 1
    assert "?t=1500" in client.get("/q/021-1/").content.decode()


@pytest.mark.parametrize("url", ["http://[x", "https://a]b/", "https://[::1/"])
def test_pages_stand_whatever_address_a_document_has(client, evening, recording, now, url):
    acts.align(recording=recording, cue=evening.cues[1], at="15:10", version=1, by=evening.host, now=now)
    Recording.objects.filter(pk=recording.pk).update(url=url)
    for page in ("/episodes/021/", "/episodes/021.md", "/episodes/021.zhihu.md", "/q/021-1/"):
        assert client.get(page).status_code == 200
    client.force_login(evening.host.user)
    assert client.get(PAGE).status_code == 200


def test_an_evening_nobody_ran_says_so(client, evening, organizer, now):
    acts.add_recording(episode=evening.past, url=BILI, by=organizer, now=now)
    client.force_login(organizer.user)
    page = client.get("/episodes/020/recordings/").content.decode()
    assert 'name="at"' not in page
    assert client.get("/episodes/020/").status_code == 200
