"""Lists of feeds on the pages of organizers: shown first, then added; and out again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from news.models import Source
from tests.news.conftest import source
from tests.news.test_news_commands import OPML
from tests.news.test_source_pages import pressed, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, organizer):
    client.force_login(organizer.user)
    return client


def upload(client, text):
    return client.post("/sources/opml/", {"file": SimpleUploadedFile("a.opml", text.encode())})


def test_a_list_is_shown_before_it_is_added(signed_in):
    shown = upload(signed_in, OPML)
    said = text_of(shown)
    for words in ("甲的博客", "https://a.example/feed.xml", "2 个新的", "列表里出现了两次"):
        assert words in said
    assert not Source.objects.exists()
    fields = pressed(shown.content.decode(), "添加 2 个来源")
    said = text_of(signed_in.post("/sources/opml/", {**fields, "confirm": "1"}, follow=True))
    assert "已添加 2 个来源" in said
    assert set(Source.objects.values_list("address", flat=True)) == {"https://a.example/feed.xml", "cs.CL"}
    again = text_of(upload(signed_in, OPML))
    assert again.count("已经是来源") == 2
    assert "添加 2 个来源" not in again


@pytest.mark.parametrize("text", ["", "<html></html>", "no", '<!DOCTYPE x [<!ENTITY a "b">]><opml><body/></opml>'])
def test_what_is_no_list_says_why(signed_in, text):
    refused = upload(signed_in, text)
    assert refused.status_code == 400
    assert 'class="error"' in refused.content.decode()


def test_the_sources_go_out(signed_in):
    source("feed", "https://a.example/feed.xml", name="甲")
    reply = signed_in.get("/sources.opml")
    assert reply["Content-Type"].startswith("text/x-opml")
    assert 'xmlUrl="https://a.example/feed.xml"' in reply.content.decode()
    assert 'href="/sources.opml"' in signed_in.get("/sources/").content.decode()


@pytest.mark.parametrize("address", ["/sources/opml/", "/sources.opml"])
def test_for_organizers_only(client, member, address):
    assert client.get(address)["Location"].startswith("/accounts/login/")
    client.force_login(member.user)
    assert client.get(address).status_code == 403
    assert "/sources.opml" not in client.get("/sources/").content.decode()
