"""The API of the news: what everybody reads, what organizers write, and how stories are merged and taken apart."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from jobs.models import MAX_ATTEMPTS, Job
from members.actions.tokens import create_token
from members.models import Event
from news.actions import sources
from news.models import FetchRun, NewsItem, Outcome, Sighting, Source
from talks.models import Item
from tests.api.conftest import sighting_of, source_of, story_of
from tests.news.test_source_pages import ended
from tests.talks.newsroom import newsroom

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def members_sort(settings):
    """As the news are without a talk that says who files them."""
    settings.STORY_SORTERS = "members.rules.may_write"


API = "/api/v1/"
JSON = "application/json"


def client_of(person, scope="write"):
    _token, key = create_token(user=person.user, scope=scope, name="", by=person, now=timezone.now())
    return Client(headers={"Authorization": f"Bearer {key}"}, raise_request_exception=False)


@pytest.fixture
def as_organizer(organizer):
    return client_of(organizer)


@pytest.fixture
def as_member(member):
    return client_of(member)


@pytest.fixture
def source(db, now):
    return source_of("blog", now)


def results(client, address):
    found = client.get(API + address)
    assert found.status_code == 200, found.content
    return found.json()["results"]


def post(client, address, body=None, **headers):
    return client.post(API + address, body or {}, content_type=JSON, headers=headers)


# ── Reading ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", ["sightings/?news", "sightings/?run", "sightings/?seen_after", "news/?seen_before"])
@pytest.mark.parametrize("value", ["9" * 30, "0001-01-01T00:00:00Z", "1.5", "-1"])
def test_what_no_database_can_hold_is_refused_by_name(as_organizer, address, value):
    found = as_organizer.get(f"{API}{address}={value}")
    assert (found.status_code, list(found.json()["errors"])) == (400, [address.partition("?")[2]])


def test_a_source_says_how_it_is_doing(client, source):
    shown = results(client, "sources/")[0]
    assert (shown["slug"], shown["last_run"], shown["is_running"], shown["url"]) == (
        "blog",
        None,
        False,
        "/sources/blog/",
    )
    ended(source, Outcome.FAILED, error="没有应答")
    FetchRun.objects.create(source=source, started_at=timezone.now())
    shown = client.get(f"{API}sources/blog/").json()
    assert (shown["last_run"]["outcome"], shown["last_run"]["error"], shown["is_running"]) == (
        "failed",
        "没有应答",
        True,
    )


def test_filters_of_sources_and_runs(client, source, now):
    paused = source_of("paused", now, paused_at=now, failures=2)
    ended(source, Outcome.OK, fetched=3, new=2, hidden=1)
    ended(paused, Outcome.FAILED)
    assert [row["slug"] for row in results(client, "sources/?is_paused=true")] == ["paused"]
    assert [row["slug"] for row in results(client, "sources/?is_failing=false&kind=feed")] == ["blog"]
    assert [row["outcome"] for row in results(client, "runs/?source=paused")] == ["failed"]
    row = results(client, "runs/?outcome=ok")[0]
    assert row["fetched"] == row["new"] + row["known"] + row["duplicate"] + row["hidden"] == 3
    assert results(client, "runs/?started_after=2199-01-01T00:00:00Z") == []
    assert client.get(f"{API}runs/?outcome=nonsense").status_code == 400


def test_what_rules_hide_is_the_organizers(client, as_organizer, source, now):
    story = story_of(source, now, is_hidden=True)
    paths = [f"news/{story.pk}/", f"sightings/{story.sightings.get().pk}/"]
    assert [client.get(API + path).status_code for path in paths] == [404, 404]
    assert (results(client, "news/"), results(client, "sightings/")) == ([], [])
    assert [as_organizer.get(API + path).status_code for path in paths] == [200, 200]
    assert len(results(as_organizer, "news/?is_hidden=true")) == 1


def test_a_removed_source_is_gone_and_its_stories_stay(client, source, now):
    story_of(source, now)
    ended(source, Outcome.OK)
    Source.objects.update(deleted_at=now)
    assert (results(client, "sources/"), results(client, "runs/")) == ([], [])
    assert client.get(f"{API}sources/blog/").status_code == 404
    assert results(client, "sightings/")[0]["source"] == "blog"


def test_filters_and_expansion_of_stories(client, source, now):
    story = story_of(source, now, title="词表多大", decision="declined", decided_at=now)
    hidden = sighting_of(source, story, now, is_hidden=True)
    other = story_of(source_of("other", now), now + timedelta(days=2), title="别的")
    for query in ("decision=declined", "title_contains=词表", "source=blog", "seen_before=2026-03-05T00:00:00Z"):
        assert [row["id"] for row in results(client, f"news/?{query}")] == [story.pk], query
    assert [row["id"] for row in results(client, "news/")] == [other.pk, story.pk]
    row = results(client, "news/?expand=sightings&source=blog")[0]
    assert row["sighting_count"] == 2
    assert hidden.pk not in [sighting["id"] for sighting in row["sightings"]]
    assert [sighting["source"] for sighting in row["sightings"]] == ["blog"]
    assert len(results(client, f"sightings/?news={story.pk}")) == 1
    assert client.get(f"{API}news/?expand=nonsense").status_code == 400


# ── Writing ─────────────────────────────────────────────────────────────────


def test_a_source_is_added_once_under_its_key(as_organizer):
    body = {"kind": "arxiv_feed", "name": "arXiv cs.CL", "address": "cs.CL"}
    made = [post(as_organizer, "sources/", body, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    assert {one.json()["slug"] for one in made} == {"arxiv-cscl"}
    taken = post(as_organizer, "sources/", body)
    assert (taken.status_code, taken.json()["code"], list(taken.json()["errors"])) == (400, "taken", ["address"])
    assert post(as_organizer, "sources/", {**body, "slug": "add", "address": "cs.LG"}).json()["errors"].keys() == {
        "slug"
    }
    assert post(as_organizer, "sources/", {"kind": "feed", "name": "x", "address": "nowhere"}).status_code == 400


def test_a_change_needs_the_tag_and_shows_both_when_stale(as_organizer, source, organizer, now):
    address = f"{API}sources/blog/"
    tag = as_organizer.get(address)["ETag"]

    def change(**headers):
        return as_organizer.patch(address, {"name": "我的"}, content_type=JSON, headers=headers)

    assert change().status_code == 428
    sources.edit(source=source, version=1, by=organizer, now=now, name="他的")
    stale = change(**{"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "conflict")
    assert (stale.json()["yours"]["name"], stale.json()["theirs"]["name"]) == ("我的", "他的")
    done = change(**{"If-Match": as_organizer.get(address)["ETag"]})
    assert (done.status_code, done.json()["name"], done.json()["version"]) == (200, "我的", 3)
    assert done.json()["address"] == source.address


def test_two_who_read_the_same_and_write_at_once(as_organizer, source, organizer, now, monkeypatch):
    """The other one comes between the check of the tag and the lock."""
    edit = sources.edit

    def late(**values):
        edit(source=source, version=1, by=organizer, now=now, name="他的")
        return edit(**values)

    monkeypatch.setattr("news.api.sources.sources.edit", late)
    refused = as_organizer.patch(f"{API}sources/blog/", {"name": "我的"}, content_type=JSON, headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["code"]) == (412, "conflict")
    assert (refused.json()["yours"]["name"], refused.json()["theirs"]["name"]) == ("我的", "他的")


def test_a_run_begins_once(as_organizer, source):
    begun = post(as_organizer, "sources/blog/run/")
    assert (begun.status_code, begun.json()["outcome"], begun.json()["source"]) == (201, "running", "blog")
    assert Job.objects.get().kind == "collect_page"
    again = post(as_organizer, "sources/blog/run/")
    assert (again.status_code, again.json()["code"]) == (409, "run_going_on")


def test_pausing_removing_and_bringing_back(as_organizer, source):
    paused = post(as_organizer, "sources/blog/pause/", {"reason": "搬家"}).json()
    assert (paused["pause_reason"], bool(paused["paused_at"])) == ("搬家", True)
    assert post(as_organizer, "sources/blog/resume/").json()["paused_at"] is None
    address = f"{API}sources/blog/"
    assert as_organizer.delete(address).status_code == 428
    assert as_organizer.delete(address, headers={"If-Match": "*"}).status_code == 204
    assert as_organizer.get(address).status_code == 404
    assert post(as_organizer, "sources/blog/restore/").status_code == 200
    verbs = list(Event.objects.filter(target_kind="source").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["pause", "resume", "remove", "restore"]


def test_stories_are_merged_and_taken_out_again(as_member, source, now):
    story, into = story_of(source, now), story_of(source, now)
    merged = post(as_member, f"news/{story.pk}/merge/", {"into": into.pk})
    assert (merged.status_code, merged.json()["id"], merged.json()["sighting_count"]) == (200, into.pk, 2)
    assert [row["id"] for row in results(as_member, "news/")] == [into.pk]
    assert [row["merged_into"] for row in results(as_member, "news/?is_merged=true")] == [into.pk]
    assert as_member.get(f"{API}news/{story.pk}/").json()["merged_into"] == into.pk
    again = post(as_member, f"news/{story.pk}/merge/", {"into": into.pk})
    assert (again.status_code, again.json()["code"]) == (409, "merged_already")
    out = post(as_member, f"news/{story.pk}/unmerge/")
    assert (out.json()["id"], out.json()["merged_into"], out.json()["sighting_count"]) == (story.pk, None, 1)
    assert post(as_member, f"news/{story.pk}/unmerge/").status_code == 409


def test_a_merge_into_nothing_or_itself(as_member, source, now):
    story, hidden = story_of(source, now), story_of(source, now, is_hidden=True)
    for into in (0, 999_999, hidden.pk, story.pk, "x", 2**70):
        refused = post(as_member, f"news/{story.pk}/merge/", {"into": into})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["into"]), into
    assert not NewsItem.objects.exclude(merged_into=None).exists()


def test_a_sighting_becomes_a_story_of_its_own(as_member, source, now):
    story = story_of(source, now)
    only = story.sightings.get()
    refused = post(as_member, f"sightings/{only.pk}/split/")
    assert (refused.status_code, refused.json()["code"]) == (409, "only_sighting")
    second = sighting_of(source, story, now, title="另一件")
    made = post(as_member, f"sightings/{second.pk}/split/")
    assert (made.status_code, made.json()["title"], made.json()["sighting_count"]) == (201, "另一件", 1)
    assert Sighting.objects.get(pk=second.pk).news_item_id == made.json()["id"]


def test_a_failed_job_again(as_organizer, now):
    job = Job.objects.create(kind="prune", key="x", created_at=now, due_at=now, failed_at=now, attempts=MAX_ATTEMPTS)
    again = post(as_organizer, f"jobs/{job.pk}/retry/")
    assert (again.status_code, again.json()["failed_at"], again.json()["attempts"]) == (200, None, 0)
    refused = post(as_organizer, f"jobs/{job.pk}/retry/")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_failed")


# ── Triage ──────────────────────────────────────────────────────────────────


@pytest.fixture
def room(db, member):
    return newsroom(now=timezone.now(), lead=member)


def test_a_story_is_filed_and_undone_by_the_same_rules_as_on_the_page(as_member, room):
    address = f"news/{room.a.pk}"
    body = {"section": room.news.pk, "group": "学术"}
    taken = post(as_member, f"{address}/take/", body, **{"Idempotency-Key": "k"})
    assert (taken.status_code, taken.json()["decision"], taken.json()["decided_by"]["name"]) == (200, "taken", "小满")
    again = post(as_member, f"{address}/take/", body, **{"Idempotency-Key": "k"})
    assert (again.status_code, again.json()) == (200, taken.json())
    assert Item.objects.filter(news_item=room.a).count() == 1
    late = post(as_member, f"{address}/take/", body)
    assert (late.status_code, late.json()["code"]) == (409, "taken_already")
    stale = post(as_member, f"{address}/undo/", {"version": 1})
    assert (stale.status_code, stale.json()["code"]) == (412, "conflict")
    out = post(as_member, f"{address}/undo/", {"version": taken.json()["version"]})
    assert (out.status_code, out.json()["decision"]) == (200, "open")
    nothing = post(as_member, f"{address}/undo/", {"version": out.json()["version"]})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "not_decided")


def test_a_story_is_declined_with_its_reason(as_member, room):
    refused = post(as_member, f"news/{room.a.pk}/decline/", {})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["reason"])
    assert refused.json()["detail"].startswith("reason: ")  # who reads only this knows where
    declined = post(as_member, f"news/{room.a.pk}/decline/", {"reason": "太旧"})
    assert (declined.json()["decision"], declined.json()["decision_reason"]) == ("declined", "太旧")


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"section": 999999}, 400), ({"section": "picks"}, 403), ({"section": "news", "group": "其他"}, 400)],
)
def test_where_nothing_can_be_filed_is_told(as_member, room, body, status):
    sections = {"picks": room.picks.pk, "news": room.news.pk}
    body = {name: sections.get(value, value) for name, value in body.items()}
    assert post(as_member, f"news/{room.a.pk}/take/", body).status_code == status
    assert not Item.objects.filter(news_item=room.a).exists()
