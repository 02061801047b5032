"""The week by the API: claims, states, dates, hosts, templates, days, notifications; refusals are 409 with their code."""

from datetime import timedelta

import pytest
import time_machine

from members.models import Invitation, Notification
from talks.models import Claim, Episode, Hosting, Template
from tests.api.conftest import API, post, signed_in
from tests.talks.week import at, board, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def week(now):
    with time_machine.travel(now, tick=False):
        yield board(now=now)


def test_a_section_is_taken_given_up_and_handed_over(week, as_member, as_organizer, member, organizer, now, problem):
    made = post(as_member, f"sections/{week.news.pk}/claim/")
    assert made.status_code == 201
    assert {name: made.json()[name] for name in ("role", "place", "episode", "name")} == {
        "role": "lead", "place": 1, "episode": "001", "name": "小满",
    }  # fmt: skip
    assert post(as_organizer, f"sections/{week.news.pk}/claim/", {"role": "lead"}).json()["place"] == 2
    third = signed_in(person("第三", now=now))
    refusal = problem(post(third, f"sections/{week.news.pk}/claim/"), 409, "leads_full")
    assert "小满" in refusal["detail"]
    assert post(third, f"sections/{week.news.pk}/claim/", {"role": "standby"}).status_code == 201
    problem(post(as_member, f"sections/{week.news.pk}/claim/"), 409, "claimed_already")
    problem(post(as_member, f"sections/{week.news.pk}/claim/", {"role": "boss"}), 400)
    pk = made.json()["id"]
    problem(post(third, f"claims/{pk}/release/"), 403)
    problem(post(as_member, f"claims/{pk}/hand_over/", {"to": "nobody"}), 400, "unknown")
    given = post(as_member, f"claims/{pk}/hand_over/", {"to": "第三"})
    assert (given.status_code, given.json()["role"], given.json()["place"]) == (200, "lead", 1)
    problem(post(as_member, f"claims/{pk}/release/"), 404)
    own = Claim.objects.get(person=organizer)
    assert post(as_organizer, f"claims/{own.pk}/release/").status_code == 200
    assert as_organizer.get(f"{API}claims/?section={week.news.pk}").json()["count"] == 1


def test_sent_twice_under_one_key_is_done_once(week, as_member):
    key = {"idempotency-key": "k1"}
    first, second = (post(as_member, f"sections/{week.news.pk}/claim/", **key) for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Claim.objects.count() == 1


def test_what_is_missing_is_the_refusal(week, as_member, as_organizer, member, problem):
    missing = as_member.get(f"{API}episodes/001/missing/").json()
    assert [each["code"] for each in missing] == ["no_host", "section_unclaimed", "section_unclaimed"]
    refusal = problem(post(as_organizer, "episodes/001/advance/"), 409, "no_host")
    assert all(each["sentence"] in refusal["detail"] for each in missing)
    assert as_member.get(f"{API}episodes/001/missing/?to=live").json() == []
    problem(as_member.get(f"{API}episodes/001/missing/?to=x"), 400)
    done = post(as_organizer, "episodes/001/advance/", {"to": "locked", "reason": "救场"})
    assert done.json()["state"] == "locked"
    assert as_member.get(f"{API}episodes/002/").json()["state"] == "collecting"
    problem(post(as_organizer, "episodes/001/advance/", {"to": "locked"}), 409, "not_next")
    back = post(as_organizer, "episodes/001/step_back/", {"to": "collecting", "reason": "早了"})
    assert back.json()["state"] == "collecting"
    problem(post(as_organizer, "episodes/001/step_back/", {"to": "live", "reason": "x"}), 409, "not_earlier")


def test_the_next_number(week, as_organizer, now):
    Episode.objects.update(created_at=now - timedelta(hours=1))
    assert post(as_organizer, "episodes/plan_next/").status_code == 200
    Episode.objects.update(state="published")
    made = post(as_organizer, "episodes/plan_next/")
    assert (made.status_code, made.json()["code"]) == (201, "002")
    assert made.json()["locks_at"].startswith("2026-03-13T21:00:00")


def test_a_date_is_tried_and_then_moved(week, as_organizer, as_member, problem):
    body = {"starts_at": "2026-03-08T20:00:00+08:00", "reason": "加班", "dry_run": True}
    tried = post(as_organizer, "episodes/001/postpone/", body).json()
    assert tried["moves"] == [
        {"episode": "001", "starts_at": "2026-03-08T20:00:00+08:00", "locks_at": "2026-03-07T20:00:00+08:00"}
    ]
    assert "加班" in tried["notice"]
    assert Episode.objects.get().sequence == 0
    problem(post(as_member, "episodes/001/postpone/", body), 403)
    stale = problem(
        post(as_organizer, "episodes/001/postpone/", {**body, "dry_run": False, "version": 9}), 412, "conflict"
    )
    assert set(stale["theirs"]) >= {"starts_at"}
    assert post(as_organizer, "episodes/001/postpone/", {**body, "dry_run": False, "version": 1}).status_code == 200
    row = as_member.get(f"{API}episodes/001/").json()
    assert (row["starts_at"], row["sequence"]) == ("2026-03-08T20:00:00+08:00", 1)
    problem(post(as_organizer, "episodes/001/postpone/", {**body, "starts_at": "2026-01-01T00:00:00Z"}), 400, "past")


def test_hosts(week, as_member, as_organizer, stranger, problem):
    made = post(as_member, "episodes/001/host/").json()
    assert [(row["role"], row["name"]) for row in made["hostings"]] == [("host", "小满")]
    problem(post(signed_in(stranger), "episodes/001/host/"), 409, "role_taken")
    assert post(as_member, "episodes/001/name_host/", {"person": "nora", "role": "editor"}).status_code == 200
    assert post(as_member, "episodes/001/hand_over/", {"to": "nora"}).status_code == 200
    problem(post(as_member, "episodes/001/leave_hosting/"), 404)
    left = post(as_organizer, "episodes/001/leave_hosting/", {"person": "nora"})
    assert [row["role"] for row in left.json()["hostings"]] == ["editor"]
    assert Hosting.objects.filter(deleted_at=None).count() == 1


def test_a_host_invites_to_the_sections_of_the_own_evening(week, as_organizer, as_member, problem):
    section = post(as_organizer, "episodes/001/rescue/").json()[0]["section"]
    said = {"purpose": "claim", "target": str(section), "places": 2}
    problem(post(as_member, "invitations/", said), 403)
    assert post(as_member, "episodes/001/host/", {"role": "host"}).status_code == 200
    made = post(as_member, "invitations/", said)
    assert (made.status_code, made.json()["target"], made.json()["url"][:4]) == (201, str(section), "/go/")
    problem(post(as_member, "invitations/", {"purpose": "join"}), 403)


def test_rescue_links_are_for_those_who_run_it(week, as_organizer, as_member, problem):
    problem(post(as_member, "episodes/001/rescue/"), 403)
    made = post(as_organizer, "episodes/001/rescue/").json()
    assert [row["title"] for row in made] == ["本周新闻", "本周推荐", "本周经典", "本周实践"]
    assert all(Invitation.objects.with_key(row["url"].rstrip("/").rsplit("/")[-1]).exists() for row in made)


def test_a_section_runs_without_a_lead(week, as_organizer, problem):
    row = post(as_organizer, f"sections/{week.classic.pk}/degrade/").json()
    assert row["degraded_at"]
    problem(post(as_organizer, f"sections/{week.classic.pk}/degrade/"), 409, "degraded_already")


def test_a_template_in_editions(week, as_organizer, problem):
    body = {"edition": 1, "time": "20:30", "sections": [{"kind": "news", "title": "新闻", "minutes": 5}]}
    made = post(as_organizer, "templates/", body)
    assert (made.status_code, made.json()["edition"], made.json()["time"]) == (201, 2, "20:30:00")
    assert Template.objects.count() == 2
    stale = problem(post(as_organizer, "templates/", {"edition": 1, "minutes": 20}), 412, "conflict")
    assert (stale["yours"]["minutes"], stale["theirs"]["time"]) == (20, "20:30")
    problem(post(as_organizer, "templates/", {"edition": 2, "sections": [{"kind": "x", "title": "y"}]}), 400)


def test_days(week, as_organizer, problem):
    made = post(as_organizer, "episodes/breaks/", {"day": "2026-03-07", "reason": "出差"})
    assert made.status_code == 201
    assert Episode.objects.get().starts_at == at("2026-03-14 21:00")
    problem(post(as_organizer, "episodes/breaks/", {"day": "2026-03-07", "reason": "出差"}), 409, "break_already")
    assert as_organizer.get(f"{API}episodes/holidays/?year=2026&is_workday=true").json()["count"] == 6
    assert as_organizer.get(f"{API}episodes/holidays/?year=2027").json()["results"] == []
    day = post(as_organizer, "episodes/holidays/", {"day": "2027-01-01", "name": "元旦"}).json()
    where = f"{API}episodes/holidays/{day['id']}/"
    problem(as_organizer.delete(where), 428)
    assert as_organizer.delete(where, headers={"if-match": as_organizer.get(where)["ETag"]}).status_code == 204


def test_standing_owners(week, as_organizer, as_member, problem):
    made = post(as_organizer, "templates/owners/", {"person": "小满", "kind": "news"}).json()
    row = post(as_member, f"templates/owners/{made['id']}/skip/", {"day": "2026-03-07"}).json()
    assert row["skips"] == ["2026-03-07"]
    row = post(as_member, f"templates/owners/{made['id']}/unskip/", {"day": "2026-03-07"}).json()
    assert row["skips"] == []
    problem(post(as_organizer, "templates/owners/", {"person": "小满", "kind": "news"}), 409, "owned_already")


def test_what_i_was_told(week, as_member, as_organizer, anonymous, member, problem):
    post(as_member, f"sections/{week.news.pk}/claim/")
    post(as_organizer, f"sections/{week.news.pk}/claim/")
    problem(anonymous.get(f"{API}notifications/"), 401)
    [row] = as_member.get(f"{API}notifications/?is_read=false").json()["results"]
    assert row["sentence"] == "青禾认领了 001 的本周新闻（负责人）。"
    assert row["url"] == f"/claim/#section-{week.news.pk}"
    assert as_organizer.get(f"{API}notifications/{row['id']}/").status_code == 404
    assert post(as_member, "notifications/read/", {"until": row["id"]}).json() == {"read": 1}
    assert not Notification.objects.of(member).unread().exists()
