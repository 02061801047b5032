"""The commands collect, import_opml and export_opml, as an operator types them."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from jobs.actions import jobs
from jobs.models import Job
from members.actors import SYSTEM
from members.models import Event
from news.actions import collect, following
from news.models import FetchRun, Outcome, Sighting, Source
from tests.news.conftest import articles, source
from tests.news.replay import made_up

pytestmark = pytest.mark.django_db(transaction=True)

COUNTS = ("fetched", "new", "known", "duplicate", "hidden")


def run(*arguments):
    """Run a command; return what it printed and its exit status."""
    out = io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=io.StringIO())
    except CommandError as error:
        return out.getvalue(), error.returncode
    return out.getvalue(), 0


def collected(*arguments):
    out, status = run("collect", *arguments, "--json")
    return json.loads(out), status


def test_json_of_a_source_that_answers(blog):
    found, status = collected("blog")
    counts = {"fetched": 5, "new": 5, "known": 0, "duplicate": 0, "hidden": 0}
    assert (found, status) == ([{"source": "blog", "outcome": "ok", **counts, "error": None}], 0)
    found, status = collected("blog")
    assert (found[0]["outcome"], found[0]["fetched"], status) == ("unchanged", 0, 0)
    assert Sighting.objects.count() == 5


def test_every_page_of_a_run_is_done(outside):
    outside.papers = made_up(250)
    source("arxiv_query", "cat:cs.CL")
    found, status = collected()
    assert (found[0]["outcome"], status) == ("ok", 0)
    assert found[0]["new"] == Sighting.objects.count() > 100
    assert not Job.objects.filter(done_at=None).exists()


def test_without_names_the_paused_are_left_alone(blog, outside):
    paused = source("feed", outside.put("/2.xml", articles(2), "application/rss+xml"), paused_at=timezone.now())
    assert [one["source"] for one in collected()[0]] == ["blog"]
    assert [one["source"] for one in collected(paused.slug, "blog", paused.slug)[0]] == [paused.slug, "blog"]


def test_a_failure_is_status_1_and_the_others_are_still_asked(blog, outside):
    source("feed", outside.url + "/gone.xml", slug="a-broken")
    found, status = collected()
    assert status == 1
    assert [(one["source"], one["outcome"]) for one in found] == [("a-broken", "failed"), ("blog", "ok")]
    assert found[0]["error"]
    assert not found[1]["error"]


def test_an_unknown_or_removed_source_is_wrong_usage(blog):
    assert run("collect", "blog", "nobody") == ("", 2)
    Source.objects.update(deleted_at=timezone.now())
    assert run("collect", "blog", "--json") == ("", 2)
    assert not FetchRun.objects.exists()


def test_a_run_that_is_going_on_is_joined(outside):
    outside.papers = made_up(250)
    row = source("arxiv_query", "cat:cs.CL")
    begun = collect.start(source=row, by=SYSTEM, now=timezone.now())
    jobs.perform_next(now=timezone.now())
    found, status = collected(row.slug)
    assert (found[0]["outcome"], status) == ("ok", 0)
    assert FetchRun.objects.get() == begun
    assert found[0]["new"] == Sighting.objects.count()


def test_a_page_that_another_worker_holds_is_waited_for(blog, monkeypatch):
    begun = collect.start(source=blog, by=SYSTEM, now=timezone.now())
    job = Job.objects.get()
    Job.objects.update(leased_until=timezone.now() + collect.LONGEST_WAIT)
    naps = []

    def nap(seconds):
        naps.append(seconds)
        if len(naps) == 2:  # the other worker dies, its lease runs out
            Job.objects.filter(pk=job.pk).update(leased_until=timezone.now())

    run = following.run_now(source=blog, by=SYSTEM, clock=timezone.now, sleep=nap)
    assert (run.pk, run.outcome, len(naps)) == (begun.pk, Outcome.OK, 2)


def test_a_mistake_of_ours_is_told_and_left_to_the_workers(blog, settings, monkeypatch):
    monkeypatch.setattr("news.actions.collect.store_entries", lambda **_: 1 / 0)
    found, status = collected("blog")
    assert (found[0]["outcome"], status) == ("running", 1)
    assert "ZeroDivisionError" in found[0]["error"]
    monkeypatch.undo()
    assert Job.objects.get().attempts == 1


def test_words_for_people(blog):
    out, status = run("collect", "blog")
    assert out.split() == "正常 blog 取到 5 条，新 5，已知 0，别处已有 0，隐去 0".split()
    assert status == 0


def test_each_failure_is_told_once_and_columns_stand_under_each_other(blog, outside):
    source("feed", outside.url + "/gone.xml", slug="a-broken")
    out, status = run("collect")
    first, second = out.splitlines()
    assert status == 1
    assert first.startswith("失败            a-broken                ")
    assert second.startswith("正常            blog                    ")


def test_nothing_to_ask_is_said(db):
    assert run("collect") == ("没有来源在用：请到 /sources/ 添加一个，或恢复一个。\n", 0)
    source("feed", "https://long.example/feed", slug="sample-long")
    found, status = collected("sample-long")
    assert (status, found[0]["outcome"]) == (1, "failed")
    assert "示例" in found[0]["error"]


# ── OPML ────────────────────────────────────────────────────────────────────

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>t</title></head><body>
  <outline text="博客"><outline type="rss" text="甲的博客" xmlUrl="https://a.example/feed.xml" htmlUrl="https://a.example/"/>
  <outline type="rss" text="又是甲" xmlUrl="http://www.a.example/feed.xml/"/></outline>
  <outline type="rss" text="Papers" xmlUrl="https://rss.arxiv.org/rss/cs.CL"/>
  <outline type="rss" text="没有地址"/>
</body></opml>"""


@pytest.fixture
def opml(tmp_path):
    file = tmp_path / "feeds.opml"
    file.write_text(OPML)
    return str(file)


def test_opml_comes_in_and_again_changes_nothing(opml, organizer):
    out, status = run("import_opml", opml)
    assert status == 0
    assert out.count("已添加") == 2
    assert "列表里出现了两次" in out
    assert "不保留文件夹：博客" in out
    assert "[" not in out  # no codes
    rows = {row.address: row for row in Source.objects.all()}
    assert set(rows) == {"https://a.example/feed.xml", "cs.CL"}
    assert (rows["cs.CL"].kind, rows["cs.CL"].slug) == ("arxiv_feed", "papers")
    assert rows["https://a.example/feed.xml"].site_url == "https://a.example/"
    assert {event.by for event in Event.objects.filter(target_kind="source")} == {"system"}
    again, status = run("import_opml", opml, "--as", organizer.user.username)
    assert (again.count("早已有"), again.count("已添加"), status) == (2, 0, 0)
    assert Source.objects.count() == 2


def test_announcements_are_one_source_in_either_form(tmp_path):
    file = tmp_path / "atom.opml"
    file.write_text('<opml version="2.0"><body><outline xmlUrl="https://rss.arxiv.org/atom/cs.AI"/></body></opml>')
    assert run("import_opml", str(file))[1] == 0
    again, status = run("import_opml", str(file))
    assert (again.count("早已有"), again.count("被拒绝"), status) == (1, 0, 0)


def test_opml_of_a_member_or_of_nobody_is_refused(opml, member, tmp_path):
    assert run("import_opml", opml, "--as", member.user.username)[1] == 1
    assert run("import_opml", opml, "--as", "nobody")[1] == 1
    assert run("import_opml", str(tmp_path / "none"))[1] == 2
    (tmp_path / "no.opml").write_text("<html></html>")
    assert run("import_opml", str(tmp_path / "no.opml"))[1] == 1
    assert not Source.objects.exists()


def test_opml_goes_out_and_comes_back(opml, tmp_path):
    run("import_opml", opml)
    source("hf_daily")
    file = tmp_path / "out.opml"
    assert run("export_opml", "--output", str(file)) == ("", 0)
    before = set(Source.objects.exclude(kind="hf_daily").values_list("kind", "address", "name", "site_url"))
    Source.objects.all().delete()
    assert run("import_opml", str(file))[1] == 0
    assert set(Source.objects.values_list("kind", "address", "name", "site_url")) == before
    assert run("export_opml")[0].encode() == file.read_bytes()


def test_what_is_no_address_of_arxivs_is_not_made_one(db):
    """The sample has a source of this kind whose address is a whole one."""
    source("arxiv_feed", "https://arxiv.example/feed", slug="sample-arxiv")
    out, _status = run("export_opml")
    assert "arxiv.example" not in out
