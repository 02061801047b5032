"""The local outside itself: what other tests build on."""

import json
import subprocess
import sys
from datetime import date

import pytest
import requests

from tests.news.replay import Replay, made_up
from tests.news.replay_forms import announcements, api, daily, rss


@pytest.fixture
def outside():
    with Replay() as server:
        yield server


def get(url, **headers):
    return requests.get(url, headers=headers, timeout=10, allow_redirects=False)


def test_the_same_papers_give_the_same_bytes(outside):
    outside.papers = made_up(30)
    for path in (
        "/api/query?search_query=cat:cs.CL&max_results=5",
        "/rss/cs.CL",
        "/atom/cs.AI",
        "/api/daily_papers?date=2026-03-04",
    ):
        first, second = get(outside.url + path), get(outside.url + path)
        assert first.status_code == 200
        assert first.content == second.content
        assert get(outside.url + path, **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert made_up(30) == made_up(30)


def test_faults_are_used_up_one_by_one(outside):
    outside.papers = made_up(3)
    outside.faults["/api/query"] = [(429, 7), "empty", "closed", "torn"]
    url = f"{outside.url}/api/query?search_query=all:paper"
    limited = get(url)
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    assert b"<entry>" not in get(url).content
    for _ in range(2):
        with pytest.raises(requests.RequestException):
            get(url)
    assert get(url).content.count(b"<entry>") == 3
    assert [one.path for one in outside.log] == ["/api/query"] * 5


def test_moods_have_paths(outside):
    outside.put("/a", "x" * 600, headers={"X-Said": "1"})
    assert get(f"{outside.url}/slow/0/a").text == "x" * 600
    assert get(f"{outside.url}/a", **{"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    assert get(f"{outside.url}/a").headers["X-Said"] == "1"
    assert get(f"{outside.url}/redirect/308/a").headers["Location"] == "/a"
    assert get(f"{outside.url}/loop").headers["Location"] == "/loop/2"
    assert get(f"{outside.url}/status/410").status_code == 410
    assert get(f"{outside.url}/nowhere").status_code == 404
    for mood in ("torn", "lying"):
        with pytest.raises(requests.RequestException):
            get(f"{outside.url}/{mood}/a")


def test_a_folder_of_captured_answers_comes_first(tmp_path):
    day = date(2026, 7, 31)
    papers = made_up(12, today=day)
    files = {
        "arxiv_api/q_testing_s10_m10.xml": api(papers, {"max_results": "2"})[1],
        "arxiv_api/id_abc_s0_m100.xml": api([], {"id_list": "abc"})[1],
        "arxiv_api/id_math_0601001_s0_m100.xml": api(papers, {"max_results": "1"})[1],
        "arxiv_rss/cs.CL.rss.xml": announcements(papers, "cs.CL", day, "rss"),
        "hf/daily_papers_2026-07-31.json": daily(papers, {}, day)[1],
        "rss/blog.rss.xml": rss([{"title": "captured"}]),
    }
    for name, body in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(body)
    with Replay(corpus=str(tmp_path)) as outside:
        wanted = {
            "/api/query?search_query=all:testing&id_list=&start=10&max_results=10": "arxiv_api/q_testing_s10_m10.xml",
            "/api/query?id_list=math/0601001&max_results=100": "arxiv_api/id_math_0601001_s0_m100.xml",
            "/rss/cs.CL": "arxiv_rss/cs.CL.rss.xml",
            "/api/daily_papers?date=2026-07-31&p=0&limit=100": "hf/daily_papers_2026-07-31.json",
            "/rss/blog.rss.xml": "rss/blog.rss.xml",
        }
        for path, name in wanted.items():
            assert get(outside.url + path).content == files[name], path
        refused = get(f"{outside.url}/api/query?id_list=abc&max_results=100")
        assert (refused.status_code, refused.content) == (400, files["arxiv_api/id_abc_s0_m100.xml"])
        assert get(f"{outside.url}/rss/..%2f..%2fetc%2fpasswd").status_code != 500
        assert b"cs.AI updates" in get(f"{outside.url}/rss/cs.AI").content


def test_it_stands_alone_for_other_processes():
    command = [sys.executable, "-m", "tests.news.replay", "--papers", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            environment = json.loads(process.stdout.readline())
            assert get(f"{environment['ARXIV_API_URL']}?search_query=all:paper").content.count(b"<entry>") == 3
            assert environment["OUTBOUND_ALLOW"] == "127.0.0.1"
        finally:
            process.kill()
