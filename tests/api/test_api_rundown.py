"""The rundown by the API: read by everybody, run by hosts, the same refusals as on the page."""

from datetime import timedelta

import pytest
import time_machine

from talks.actions.rundown_making import make_rundown
from tests.api.conftest import API, post, signed_in
from tests.talks.evening import cues, evening, fresh, on_air, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(now):
    with time_machine.travel(now, tick=False):
        yield evening(now)


@pytest.fixture
def host(room):
    return signed_in(room.by)


def run(client, act, body=None, **headers):
    return post(client, f"episodes/021/rundown/{act}", body, **headers)


def test_the_host_runs_the_whole_evening(room, host, now):
    assert host.get(f"{API}episodes/021/rundown/").status_code == 404
    made = run(host, "")
    assert [cue["kind"] for cue in made.json()["cues"]] == ["opening", "item", "item", "item", "free_talk", "closing"]
    started = run(host, "start/").json()
    assert started["started_at"] is not None
    first = started["current"]
    for _tap in range(2):
        assert run(host, "extend/", {"cue": first, "seen": 0}).json()["cues"][0]["extra_minutes"] == 2
    for _tap in range(2):
        assert run(host, "next/", {"cue": first}).status_code == 200
    second, third = cues(room)[1:3]
    run(host, "reorder/", {"cue": cues(room)[3].pk, "behind": None})
    run(host, "put-on-stage/", {"question": "021-1"})
    run(host, "push/", {"cue": third.pk})
    assert shown(room) == "(开) *第一条 推荐一条 <第二条> 自由 四比特够用吗？ 关"
    run(host, "skip/", {"cue": second.pk})
    run(host, "back/", {"cue": on_air(room).pk})
    assert shown(room) == "(开) *第一条 推荐一条 <第二条> 自由 四比特够用吗？ 关"
    assert run(host, "pause/").json()["paused_at"] is not None
    assert run(host, "resume/").json()["paused_at"] is None
    ended = run(host, "end/").json()
    assert ended["ended_at"] is not None
    assert [cue["question"] for cue in ended["cues"] if cue["question"]] == ["021-1"]


def test_everybody_reads_and_only_the_host_is_told_how_late_it_is(room, host, client, now):
    make_rundown(episode=fresh(room), by=room.by, now=now)
    run(host, "start/")
    with time_machine.travel(now + timedelta(minutes=5), tick=False):
        reply = client.get(f"{API}episodes/021/rundown/")
        assert reply.json()["behind_seconds"] is None
        assert client.get(f"{API}episodes/021/rundown/", headers={"If-None-Match": reply["ETag"]}).status_code == 304
        assert host.get(f"{API}episodes/021/rundown/").json()["behind_seconds"] == 180


def test_refusals_have_their_codes_and_keys_do_a_thing_once(room, host, as_member, problem, now):
    problem(run(host, "start/"), 409, "no_rundown")
    etag = run(host, "")["ETag"]
    problem(run(host, "pause/"), 409, "not_started")
    problem(run(host, "next/", {}), 400)
    problem(run(host, "next/", {"cue": 987654}), 400, "unknown")
    problem(run(host, "put-on-stage/", {"question": "021-99"}), 400, "unknown")
    problem(run(as_member, "start/"), 403)
    problem(run(as_member, "next/", {"cue": cues(room)[0].pk}), 403)
    first, again = (run(host, "start/", **{"idempotency-key": "k1"}) for _time in range(2))
    assert first.json() == again.json()
    problem(run(host, "pause/", **{"if-match": etag}), 412, "conflict")
    assert run(host, "pause/", **{"if-match": first["ETag"]}).status_code == 200
