"""Asking: replies of every status, conditions, redirects one by one, what is sent, sessions, TLS and the proxy."""

import select
import socket
import ssl
from datetime import UTC, datetime, timedelta

import arxiv
import pytest
import requests

from outbound import client
from outbound.client import Failed, Refused, Reply
from tests.outbound.servers import own_certificate, redirect, response, serving

PUBLIC = "151.101.3.42"


def head(request):
    """The header lines of a request as a dict with lower-case names."""
    return {
        name.lower(): value for name, _, value in (line.partition(": ") for line in request.split("\r\n")[1:] if line)
    }


@pytest.mark.parametrize(
    "status",
    ["200 OK", "204 No Content", "304 Not Modified", "404 Not Found", "429 Slow", "503 Down", "300 Many", "301 Where"],
)
def test_every_status_is_a_reply(loopback, status):
    body = b"" if status[:3] in ("204", "304") else b"text"
    with serving({"/": response(body, status, ETag='"1"', Last_Modified="then", Content_Type="text/xml")}) as server:
        reply = client.get(server.url())
    assert (reply.status, reply.body, reply.url) == (int(status[:3]), body, server.url())
    assert (reply.etag, reply.last_modified, reply.content_type) == ('"1"', "then", "text/xml")
    assert reply.is_unchanged is (reply.status == 304)
    assert reply.moved_to is None


def test_what_is_sent_is_all_that_is_sent(loopback, settings, monkeypatch, tmp_path):
    settings.SITE_URL = "https://talk.example.org"
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login u password hush")
    for name, value in {
        "HOME": str(tmp_path),
        "NETRC": str(tmp_path / ".netrc"),
        "http_proxy": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    with serving({"/": response(b"x")}) as server:
        client.get(server.url(), etag='"1"', modified="Wed, 04 Mar 2026 12:00:00 GMT", accept="application/atom+xml")
    assert head(server.requests[0]) == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "OpenLLM-Talk (+https://talk.example.org)",
        "accept": "application/atom+xml",
        "accept-encoding": "gzip, deflate",
        "connection": "close",
        "if-none-match": '"1"',
        "if-modified-since": "Wed, 04 Mar 2026 12:00:00 GMT",
    }


@pytest.mark.parametrize("etag", ["a\r\nX: y", "\x00", "中", "x" * 2000, ""])
def test_a_condition_that_cannot_be_sent_is_left_out(loopback, etag):
    with serving({"/": response(b"x")}) as server:
        assert client.get(server.url(), etag=etag).status == 200
    assert "if-none-match" not in head(server.requests[0])


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [
        (["301 M"], True),
        (["308 P"], True),
        (["301 M", "308 P"], True),
        (["302 F"], False),
        (["307 T"], False),
        (["301 M", "302 F"], False),
        (["303 S", "301 M"], False),
    ],
)
def test_only_a_way_that_is_permanent_throughout_is_a_move(loopback, statuses, permanent):
    answers = {f"/{place}": redirect(f"/{place + 1}", status) for place, status in enumerate(statuses)}
    with serving({**answers, f"/{len(statuses)}": response(b"here")}) as server:
        reply = client.get(server.url("/0"))
        end = server.url(f"/{len(statuses)}")
    assert (reply.body, reply.url, reply.moved_to) == (b"here", end, end if permanent else None)


def test_a_permanent_way_to_nothing_is_no_move(loopback):
    with serving({"/": redirect("/gone", "301 Moved")}) as server:
        reply = client.get(server.url())
    assert (reply.status, reply.moved_to) == (404, None)


def test_five_redirects_are_followed_and_no_more(loopback):
    answers = {f"/{n}": redirect(f"/{n + 1}") for n in range(9)}
    with serving({**answers, "/9": response(b"end")}) as server:
        assert client.get(server.url("/4")).body == b"end"
        with pytest.raises(Failed, match="more than 5 times"):
            client.get(server.url("/3"))
    with serving({"/": redirect("/")}) as server, pytest.raises(Failed, match="more than 5 times"):
        client.get(server.url())
    assert len(server.requests) == 6


def test_conditions_stay_with_their_host(settings, names):
    settings.OUTBOUND_ALLOW = ["a.test", "b.test"]
    names.update({"a.test": ["127.0.0.1"], "b.test": ["127.0.0.1"]})
    with serving({"/": redirect("/same"), "/other": response(b"x")}) as server:
        server.answers["/same"] = redirect(server.url("/other", host="b.test"))
        client.get(server.url(host="a.test"), etag='"1"')
    conditions = [head(request).get("if-none-match") for request in server.requests]
    assert conditions == ['"1"', '"1"', None]


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest",
        "//[::1]/",
        "http://localhost/",
        "file:///etc/passwd",
        "http://0x7f.1/",
        "http://u:p@a.example/",
    ],
)
def test_a_redirect_is_judged_like_any_address(loopback, names, location):
    names["localhost"] = ["10.0.0.1"]
    with serving({"/": redirect(location)}) as server, pytest.raises(Refused):
        client.get(server.url())
    assert len(server.requests) == 1


def test_a_name_is_judged_anew_at_every_step(settings, names):
    """The second answer of a name that rebinds is judged although the first was fine."""
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    names["rebind.test"] = [["127.0.0.1"], ["127.0.0.2"]]
    answers = {"/": redirect("/inside"), "/inside": response(b"secret")}
    with serving(answers) as server, pytest.raises(Refused, match=r"rebind.test is not asked"):
        client.get(server.url(host="rebind.test"))
    assert names["asked"] == ["rebind.test", "rebind.test"]
    assert len(server.requests) == 1


def test_of_mixed_answers_only_the_outside_ones_are_dialled(names, dialled):
    names["mixed.example"] = ["127.0.0.1", PUBLIC, "::1", "10.0.0.1", "2606:4700::1111"]
    with pytest.raises(Failed, match="Connection refused"):
        client.get("http://mixed.example/")
    assert dialled == [PUBLIC, "2606:4700::1111"]


def test_a_name_without_addresses_or_with_inside_ones_only(names, dialled):
    names["inside.example"] = ["127.0.0.1", "fe80::1%eth0"]
    with pytest.raises(Refused, match="loopback"):
        client.get("http://inside.example/")
    with pytest.raises(Failed, match="cannot be looked up"):
        client.get("http://nowhere.example/")
    assert dialled == []


def test_a_port_of_another_service_is_refused(names, dialled):
    names["a.example"] = [PUBLIC]
    with pytest.raises(Refused, match="port 6379"):
        client.get("http://a.example:6379/")
    assert dialled == []


def test_the_next_address_is_tried_when_one_does_not_answer(settings, names):
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]
    names["a.test"] = ["127.0.1.1", "127.0.0.1"]
    with serving({"/": response(b"x")}) as server:
        assert client.get(server.url(host="a.test")).body == b"x"
    assert head(server.requests[0])["host"] == f"a.test:{server.port}"


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("9" * 40, timedelta(days=7)),
        ("Wed, 04 Mar 2026 12:01:00 GMT", timedelta(minutes=1)),
        ("Wed, 04 Mar 2020 12:00:00 GMT", timedelta(0)),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("Wed, 99 Mar 99999 12:00:00 GMT", None),
        ("Wed, 04 Mar 2026 12:02:00 -0000", timedelta(minutes=2)),
    ],
)
def test_retry_after_is_seconds_or_a_date(text, wait):
    reply = Reply("http://a.example/", 503, {"retry-after": text}, b"")
    assert reply.retry_after(datetime(2026, 3, 4, 12, 0, tzinfo=UTC)) == wait


def test_a_session_is_guarded_like_get(names, dialled):
    with pytest.raises(Refused):
        client.session().get("http://10.0.0.1/")
    with pytest.raises(Refused):
        client.session().get("http://192.168.0.1/", proxies={"http": "http://127.0.0.1:1"}, verify=False)
    with pytest.raises(Refused):
        client.session().get("http://user:pass@127.0.0.1/")
    for method in ("post", "put", "delete", "head", "patch", "options"):
        with pytest.raises(Refused, match="Only GET"):
            getattr(client.session(), method)("http://127.0.0.1/")
    with pytest.raises(requests.exceptions.InvalidSchema):
        client.session().get("ftp://127.0.0.1/")
    assert dialled == []


def test_a_session_sends_no_credentials_and_keeps_no_cookies(loopback):
    answer = response(b"x", Set_Cookie="a=b; Path=/")
    with serving({"/": redirect("/x"), "/x": answer}) as server:
        session = client.session()
        for _ in range(2):
            got = session.get(
                server.url(),
                headers={"Authorization": "hush", "Cookie": "hush", "X-Own": "hush", "user-agent": "hush"},
                auth=("u", "hush"),
                cookies={"c": "hush"},
            )
            assert (got.status_code, got.text, got.url, got.history) == (200, "x", server.url("/x"), [])
    assert len(server.requests) == 4
    for request in server.requests:
        assert "hush" not in request
        assert set(head(request)) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert list(session.cookies) == []


def test_the_arxiv_package_works_with_the_session(loopback):
    feed = b'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><opensearch:totalResults>1</opensearch:totalResults><entry><id>http://arxiv.org/abs/2307.09288v2</id><title>Llama 2</title><updated>2023-07-19T17:08:59Z</updated><published>2023-07-18T14:31:57Z</published></entry></feed>'
    with serving({}) as server:
        package = arxiv.Client(num_retries=0, delay_seconds=0)
        package._session = client.session()
        package.query_url_format = server.url("/q")
        server.answers["/q"] = response(feed)
        assert [result.title for result in package.results(arxiv.Search(id_list=["2307.09288"]))] == ["Llama 2"]
        server.answers["/q"] = redirect("http://10.0.0.1/")
        with pytest.raises(Refused):
            next(package.results(arxiv.Search(id_list=["2307.09288"])))


@pytest.fixture
def secure(tmp_path, names, settings, trusting):
    """A TLS server for a.example whose authority is trusted; it remembers the names it is called by."""
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    root, context = own_certificate(tmp_path)
    called = []
    context.sni_callback = lambda connection, name, _: called.append(name)
    trusting(root)
    names.update({"a.example": ["127.0.0.1"], "b.example": ["127.0.0.1"]})
    with serving({"/": response(b"secure")}, context) as server:
        server.called = called
        yield server


def test_tls_is_verified_and_the_server_called_by_its_name(secure):
    assert client.get(secure.url(scheme="https", host="a.example")).body == b"secure"
    assert client.get(secure.url(scheme="https", host="A.Example.")).body == b"secure"
    assert secure.called == ["a.example", "a.example"]


def test_a_certificate_of_another_name_is_refused(secure):
    with pytest.raises(Failed, match=r"certificate of b.example is not valid"):
        client.get(secure.url(scheme="https", host="b.example"))
    with pytest.raises(Failed, match=r"certificate of 127.0.0.1 is not valid"):
        client.get(secure.url(scheme="https"))
    with pytest.raises(Failed, match=r"certificate of b.example is not valid"):
        client.session().get(secure.url(scheme="https", host="b.example"), verify=False)
    assert secure.requests == []


def test_an_authority_nobody_knows_is_refused(secure, monkeypatch):
    monkeypatch.setattr("outbound.wire.tls", ssl.create_default_context)
    with pytest.raises(Failed, match=r"certificate of a.example is not valid"):
        client.get(secure.url(scheme="https", host="a.example"))


def test_the_trusted_authorities_verify_names():
    from outbound.wire import tls

    assert (tls().verify_mode, tls().check_hostname) == (ssl.CERT_REQUIRED, True)
    assert tls().minimum_version >= ssl.TLSVersion.TLSv1_2
    assert tls().cert_store_stats()["x509_ca"] > 50


def test_no_step_leads_from_https_down_to_http(secure):
    secure.answers["/"] = redirect(secure.url("/x", host="a.example"))
    with pytest.raises(Refused, match="down to http"):
        client.get(secure.url(scheme="https", host="a.example"))
    assert len(secure.requests) == 1


def test_plain_http_where_tls_is_expected_fails(loopback):
    with serving({"/": response(b"x")}) as server, pytest.raises(Failed, match=r"TLS|usable answer"):
        client.get(server.url(scheme="https"))


def tunnel(to):
    """Answer a CONNECT by passing bytes on to a port of this machine, both ways."""

    def answer(connection):
        with socket.create_connection(("127.0.0.1", to)) as other:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")

            # In one thread: a TLS socket must not be read and written by two at once.
            ends = {connection: other, other: connection}
            while True:
                has_more = isinstance(connection, ssl.SSLSocket) and connection.pending()
                for source in [connection] if has_more else select.select(list(ends), [], [], 10)[0] or [None]:
                    data = source.recv(65536) if source else b""
                    if not data:
                        return
                    ends[source].sendall(data)

    return answer


def test_a_proxy_is_asked_with_whole_addresses(settings, names):
    with serving({"http://a.example/x?y=1": response(b"through")}) as proxy:
        settings.OUTBOUND_PROXY = f"http://user:p%40ss@127.0.0.1:{proxy.port}"
        names["127.0.0.1"] = ["127.0.0.1"]
        assert client.get("http://a.example/x?y=1").body == b"through"
    assert head(proxy.requests[0])["host"] == "a.example"
    assert head(proxy.requests[0])["proxy-authorization"] == "Basic dXNlcjpwQHNz"
    assert names["asked"] == ["127.0.0.1"], "the proxy looks names up, not we"


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "https://[::1]/",
        "https://a.internal/",
        "http://redis/",
        "http://a.example:25/",
        "http://u:p@a.example/",
    ],
)
def test_before_a_proxy_is_asked_all_is_judged_that_can_be(settings, dialled, url):
    settings.OUTBOUND_PROXY = "http://127.0.0.1:3128"
    with pytest.raises(Refused):
        client.get(url)
    assert dialled == []


def test_tls_through_a_proxy_is_with_the_site_itself(settings, secure, names):
    names.update({"localhost": ["127.0.0.1"], "127.0.0.1": ["127.0.0.1"]})
    with serving({"a.example:443": tunnel(secure.port), "b.example:443": tunnel(secure.port)}) as proxy:
        settings.OUTBOUND_PROXY = f"http://user:pass@localhost:{proxy.port}"
        assert client.get("https://a.example/").body == b"secure"
        with pytest.raises(Failed, match=r"certificate of b.example is not valid"):
            client.get("https://b.example/")
    assert proxy.requests[0].startswith("CONNECT a.example:443 ")
    assert "Basic" in proxy.requests[0]
    assert "proxy-authorization" not in head(secure.requests[0])
    assert secure.called == ["a.example", "b.example"]


@pytest.mark.parametrize("url", ["https://a.example/", "http://a.example/"])
def test_a_proxy_may_itself_speak_tls(settings, secure, names, tmp_path, trusting, url):
    (tmp_path / "proxy").mkdir()
    root, context = own_certificate(tmp_path / "proxy", "proxy.example")
    both = tmp_path / "both.pem"
    both.write_bytes(root.read_bytes() + (tmp_path / "root.pem").read_bytes())
    trusting(both)
    names.update({"proxy.example": ["127.0.0.1"], "127.0.0.1": ["127.0.0.1"]})
    with serving({"a.example:443": tunnel(secure.port), url: response(b"secure")}, context) as proxy:
        settings.OUTBOUND_PROXY = f"https://user:pass@proxy.example:{proxy.port}"
        assert client.get(url).body == b"secure"
        settings.OUTBOUND_PROXY = f"https://a.example:{proxy.port}"
        with pytest.raises(Failed, match="certificate"):
            client.get(url)
    assert len(proxy.requests) == 1
    assert "Basic" in proxy.requests[0]


def test_a_sign_in_session_sends_a_secret_to_one_host(loopback, httpserver):
    httpserver.expect_request("/token", method="POST", data="code=abc").respond_with_json({"access_token": "x"})
    httpserver.expect_request("/user", headers={"Authorization": "token x"}).respond_with_json({"id": 1})
    httpserver.expect_request("/away").respond_with_data(status=302, headers={"Location": httpserver.url_for("/user")})
    with client.sign_in_session() as session:
        assert session.post(httpserver.url_for("/token"), data={"code": "abc"}).json() == {"access_token": "x"}
        headers = {"Authorization": "token x", "Cookie": "no"}
        assert session.get(httpserver.url_for("/user"), headers=headers).json() == {"id": 1}
        assert "Cookie" not in httpserver.log[-1][0].headers
        for address in (httpserver.url_for("/away"), "http://169.254.169.254/"):
            with pytest.raises(requests.ConnectionError):
                session.get(address, headers=headers)
        with pytest.raises(requests.ConnectionError):
            session.put(httpserver.url_for("/token"))


# ── Telling ─────────────────────────────────────────────────────────────────


def test_a_post_sends_its_body_and_headers_and_follows_nobody(loopback):
    with serving({"/there": response(b"stolen")}) as other, serving({"/": redirect(other.url("/there"))}) as server:
        reply = client.post(server.url(), body="好".encode(), headers={"Content-Type": "text/plain", "X-Key": "hush"})
        assert (reply.status, reply.headers["location"]) == (302, other.url("/there"))
        assert other.requests == []
    sent = head(server.requests[0])
    assert server.requests[0].startswith("POST / HTTP/1.1")
    assert server.bodies == ["好".encode()]
    assert (sent["x-key"], sent["content-type"], sent["content-length"]) == ("hush", "text/plain", "3")
    assert sent["user-agent"].startswith("OpenLLM-Talk")


@pytest.mark.parametrize("value", ["a\r\nX: y", "\x00", "中", ""])
def test_a_post_with_a_header_that_cannot_be_sent_is_a_bug(loopback, value):
    with serving({"/": response(b"x")}) as server, pytest.raises(ValueError, match="X-Key"):
        client.post(server.url(), body=b"x", headers={"X-Key": value})
    assert server.requests == []


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://10.1.2.3/", "http://metadata.google.internal/"])
def test_a_post_is_judged_like_everything_else(dialled, names, url):
    names["metadata.google.internal"] = ["169.254.169.254"]
    with pytest.raises(Refused):
        client.post(url, body=b"x", headers={})
    with pytest.raises(Refused):
        client.check(url)
    assert dialled == []


def test_only_what_was_on_its_way_may_have_arrived(loopback):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(Failed) as refused:
        client.post(f"http://127.0.0.1:{port}/", body=b"x", headers={})
    assert refused.value.may_have_arrived is False
    with serving({"/": lambda connection: None}) as server, pytest.raises(Failed) as cut:
        client.post(server.url(), body=b"x", headers={})
    assert cut.value.may_have_arrived is True
    assert server.bodies == [b"x"]
