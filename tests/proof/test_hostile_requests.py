"""Requests that no browser would send, to every address and with every method: refused in words, never a crash."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.proof, pytest.mark.django_db]

HOSTILE = (
    *("%00", "%FF", "%ED%A0%80", "%", "%0D%0AX:y", "%E2%80%AE", "-1", "0", "9" * 40, "1e9", "%D9%A3", "%C2%B2", "NaN"),
    *("..%2F..%2Fetc", "%3Cb%3E", "'", '"', "[]", "x" * 4000, "%CC%81" * 1000, "+", ";"),
)
PLACES = (
    *("/episodes/{}/", "/episodes/{}.md", "/episodes/{}.json", "/episodes/{}/ask/", "/q/{}/", "/papers/{}/"),
    *("/people/{}/", "/settings/tokens/{}/revoke/", "/admin/talks/episode/{}/change/", "/{}", "/api/{}"),
    *("/api/v1/episodes/{}/", "/api/v1/questions/{}/", "/api/v1/people/{}/", "/api/v1/papers/{}/", "/api/v1/items/{}/"),
    *("/episodes/?page={0}&year={0}&kind={0}", "/people/?page={0}&page={0}&page=2", "/people/渡口/?show={0}&page={0}"),
    *("/accounts/login/?next={0}", "/admin/talks/question/?q={0}&p={0}&o={0}", "/admin/members/event/?id__exact={0}"),
    *("/api/v1/schema/?lang={0}&version={0}&format={0}", "/api/v1/docs/?lang={0}&version={0}&script="),
    *("/api/v1/questions/?page={0}", "/api/v1/questions/?page_size={0}&expand={0}", "/api/v1/items/?section={0}"),
    *(
        "/api/v1/episodes/?starts_after={0}",
        "/api/v1/answers/?question={0}&author={0}",
        "/api/v1/events/?target_key={0}",
    ),
)
FORMS = (
    *("/episodes/021/ask/", "/q/020-2/", "/import/", "/import/store/", "/settings/tokens/", "/theme/", "/language/"),
    *("/accounts/login/", "/accounts/logout/", "/accounts/password/change/", "/api/v1/questions/", "/api/v1/imports/"),
    *("/api/v1/tokens/", "/", "/people/"),
)
BODIES = (
    *(b"", b"\x00\xff", b"body=%ff%00&name=%ed%a0%80&upload=%00&replace=%ff&language=%00&theme=%ff&next=%00&scope=%00"),
    *(b"[" * 50_000, b'{"a":' * 5000, b"1" * 5000, b"null", b'{"episode": NaN, "body": 1e999, "schema": 1}'),
    *(b'{"episode":"\\ud800","body":"\\u0000","question":{},"scope":[],"name":{},"schema":"x"}', b"body=a&" * 2000),
)
TYPES = (
    *("application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=\x01"),
    *("application/json", "text/plain; charset=rot13", "x"),
)


@pytest.mark.parametrize("place", PLACES)
def test_an_odd_address_breaks_nothing(site, organizer, place):
    client = Client(raise_request_exception=False)
    client.force_login(organizer.user)
    for value in HOSTILE:
        assert client.get(place.format(value)).status_code < 500, value[:40]


@pytest.mark.parametrize("path", FORMS)
def test_an_odd_body_breaks_nothing(site, organizer, settings, tmp_path, path):
    settings.MEDIA_ROOT = str(tmp_path)
    client = Client(raise_request_exception=False)
    client.force_login(organizer.user)
    for body in BODIES:
        for kind in TYPES:
            for method in ("POST", "PUT"):
                sent = client.generic(method, path, body, content_type=kind)
                assert sent.status_code < 500, (method, kind, body[:40])
    for method in ("TRACE", "FOO", "DELETE", "OPTIONS", "PATCH"):
        assert client.generic(method, path).status_code < 500, method


def test_odd_headers_and_cookies_break_nothing(site, organizer):
    client = Client(raise_request_exception=False)
    client.force_login(organizer.user)
    for value in ("", "\x01", "ÿ", "<script>", "x" * 20_000, "%00", '"', "a;b=c", "*", "Bearer \x7f", "en-" * 5000):
        for name in (
            "Accept",
            "Accept-Language",
            "Authorization",
            "If-None-Match",
            "If-Match",
            "Referer",
            "User-Agent",
            "Idempotency-Key",
            "X-Forwarded-For",
            "Range",
            "Accept-Encoding",
            "If-Modified-Since",
        ):
            for path in ("/", "/episodes/020.md", "/api/v1/episodes/020/"):
                sent = Client(raise_request_exception=False).get(path, headers={name: value})
                assert sent.status_code < 500, (name, value[:20])
        for name in ("sessionid", "csrftoken", "messages", "theme", "django_language"):
            odd = Client(raise_request_exception=False)
            odd.cookies[name] = value
            assert odd.get("/").status_code == 200, (name, value[:20])
