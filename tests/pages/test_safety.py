"""What every page promises: no inline script or style, the policy header, one way for stored HTML, no session."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from talks.actions import questions
from talks.models import Question

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [
    *("/", "/episodes/", "/episodes/020/", "/episodes/021/", "/episodes/S01/", "/episodes/021/ask/", "/q/020-1/"),
    *("/papers/", "/papers/2108.12409/", "/people/", "/people/渡口/", "/accounts/login/", "/accounts/signup/"),
    *("/nope/", "/q/020-99/"),
]
READING = [
    page for page in PAGES if not page.startswith("/accounts/") and not page.endswith("/ask/") and "/q/" not in page
]
# No browser runs it: what django-allauth's own scripts are told.
DATA = 'type="application/json"'


def test_stored_html_reaches_a_page_by_one_way():
    """Only `*_html` fields go through `rendered`, and nothing else is marked safe anywhere."""
    fields = r"(?:[\w.]*_html|html|group\.html|discussion\.html)"
    for path in TEMPLATES:
        source = path.read_text("utf-8")
        assert not re.search(r"\|\s*(safe|safeseq)\b|autoescape\s+off", source), path
        for found in re.findall(r"{{[^}]*\|\s*rendered[^}]*}}", source):
            assert re.fullmatch(r"{{ [\w.]*" + fields + r"\|rendered }}", found), (path, found)
    marked = []
    for app in ("config", "markup", "members", "papers", "news", "talks", "jobs"):
        for path in sorted((ROOT / app).rglob("*.py")):
            source = path.read_text("utf-8")
            for name in ("mark_safe(", "SafeString(", "SafeData(", "format_html(", "__html__"):
                marked += [(path.relative_to(ROOT).as_posix(), name)] * source.count(name)
    # format_html escapes what it is given; feeds carry their HTML inside XML, where no filter of a template can be.
    in_feeds = [("talks/views/feeds.py", "format_html(")] * 3
    # And the address of a claim page in a refusal to sign up.
    expected = [("members/signup.py", "format_html("), ("members/signup.py", "format_html(")]
    assert marked == [*expected, ("talks/templatetags/talk.py", "mark_safe("), *in_feeds]


def test_no_template_has_script_or_style_of_its_own():
    for path in TEMPLATES:
        source = path.read_text("utf-8")
        assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", source), path
        assert all(DATA in tag or "src=" in tag for tag in re.findall(r"<script[^>]*>", source)), path


def test_every_page_keeps_the_policy(client, site):
    for page in PAGES:
        response = client.get(page)
        policy = response["Content-Security-Policy"]
        assert "script-src 'self'" in policy, page
        assert "unsafe" not in policy, page
        source = response.content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=\"", source), page
        assert all(DATA in tag or "src=" in tag for tag in re.findall(r"<script[^>]*>", source)), page
        source = re.sub(r"<link rel=\"canonical\"[^>]*>", "", source)
        outside = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"(https?:[^\"]*)\"", source)
        assert outside == [], page


def test_reading_sets_no_cookie_and_is_answered_304_the_second_time(client, site):
    for page in READING:
        first = client.get(page)
        assert first.cookies == {}, page
        assert "Cookie" in first["Vary"], page
        if first.status_code == 404:
            continue
        again = client.get(page, headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304, page
        assert again.content == b"", page
        assert "Cookie" in again["Vary"], page


def test_a_change_makes_a_new_etag(client, site, member, now):
    first = client.get("/episodes/020/")
    questions.answer(question=Question.objects.all()[0], body="再补一句。", by=member, now=now)
    again = client.get("/episodes/020/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]


def test_the_markdown_is_conditional_too(client, site):
    first = client.get("/episodes/020.md")
    assert client.get("/episodes/020.md", headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_a_signed_in_visitor_gets_a_private_page(signed_in, site):
    response = signed_in.get("/episodes/020/")
    assert "private" in response["Cache-Control"]
    assert not response.has_header("ETag")


def test_the_language_is_the_readers_choice(client, site):
    assert 'lang="zh-Hans"' in client.get("/").content.decode()[:200]
    response = client.post("/language/", {"language": "en", "next": "/papers/"})
    assert response["Location"] == "/papers/"
    said = client.get("/papers/").content.decode()
    assert '<html lang="en"' in said
    assert "Episodes" in said
    client.post("/language/", {"language": "xx", "next": "/papers/"})
    assert '<html lang="en"' in client.get("/papers/").content.decode()
    client.post("/language/", {"language": "zh-hans", "next": "/"})
    assert "往期" in client.get("/").content.decode()


def test_the_theme_is_the_readers_choice(client, site):
    assert "data-theme" not in client.get("/").content.decode()
    client.post("/theme/", {"theme": "dark", "next": "/"})
    assert 'data-theme="dark"' in client.get("/").content.decode()
    client.post("/theme/", {"theme": "<script>", "next": "/"})
    assert "data-theme" not in client.get("/").content.decode()
    assert client.post("/theme/", {"theme": "dark", "next": "https://evil.example/"})["Location"] == "/"
    assert client.post("/theme/", {"theme": "dark", "next": "//evil.example/"})["Location"] == "/"
    assert client.get("/theme/").status_code == 405


@pytest.mark.parametrize("address", ["/theme/", "/language/"])
def test_an_odd_way_back_breaks_nothing(client, site, address):
    for onward in ("", "%00", "/%ED%A0%80", "javascript:alert(1)", "%5C%5Cevil.example", "x" * 100_000, "/a%0D%0Ab:c"):
        data = f"next={onward}&theme=dark&language=en"
        response = client.post(address, data, content_type="application/x-www-form-urlencoded")
        assert response.status_code == 302, onward
        assert not response["Location"].startswith(("//", "http", "javascript")), onward


def test_the_page_of_our_own_mistakes_needs_no_database():
    from django.template.loader import get_template

    said = get_template("500.html").render()
    assert "出错了" in said
    assert "{{" not in said


@pytest.mark.parametrize("name", ["accept-language", "theme", "django_language"])
def test_nothing_of_a_display_setting_is_repeated(client, site, name):
    plain = client.get("/episodes/").content
    said = '"><script>alert(1)</script>'
    client.cookies["theme" if name == "theme" else "django_language"] = said
    assert client.get("/episodes/", headers={"Accept-Language": said}).content == plain


def test_a_record_too_long_for_a_form_says_so(client, make):
    body = ("很长的一段。" * 20 + "\n\n") * 750
    make.empty(20, appendix=[{"title": f"长 {n}", "level": 2, "body": body} for n in range(12)])
    for path in ("/episodes/020.md", "/episodes/020.zhihu.md"):
        response = client.get(path)
        assert (response.status_code, response["Content-Type"]) == (413, "text/plain; charset=utf-8")
    assert client.get("/episodes/020.json").status_code == 200
    assert client.get("/api/v1/episodes/020/export/?to=github").status_code == 413
    with pytest.raises(CommandError, match="1000000 are possible"):
        call_command("export_episode", "020", to="github")
