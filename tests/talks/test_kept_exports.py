"""An export is made once for a revision of the record, under every address, and for nobody who may not read it."""

import threading

import pytest

from markup.targets import TextTooLong
from members.actors import SYSTEM
from members.models.events import RevisionQuerySet
from talks import exports
from talks.actions.imports import import_file
from talks.export import Exported
from talks.models import Episode

FORMS = {
    "github": ("/episodes/120.md", "/api/v1/episodes/120/export/?to=github"),
    "zhihu": ("/episodes/120.zhihu.md", "/api/v1/episodes/120/export/?to=zhihu"),
    "json": ("/episodes/120.json", "/api/v1/episodes/120/export/?to=json"),
}


@pytest.fixture
def made(monkeypatch):
    """Which texts were made, in order."""
    made, export = [], exports.export

    def noted(episode, to):
        made.append((episode.code, to))
        return export(episode, to)

    monkeypatch.setattr(exports, "export", noted)
    return made


@pytest.fixture
def put(db, make, now):
    def put(**changes):
        value = make.document(**changes)
        import_file(data=make.as_bytes(value), name=f"{value['code']}.json", by=SYSTEM, now=now)
        return Episode.objects.get(code=value["code"])

    return put


@pytest.mark.parametrize("to", FORMS)
def test_an_address_of_ones_own_making_makes_no_text_anew(client, put, made, to):
    put()
    page, api = FORMS[to]
    texts = [client.get(f"{page}?x={number}") for number in range(3)]
    texts += [client.get(api), client.get(page), client.get(page, headers={"accept-encoding": "gzip"})]
    assert {response.status_code for response in texts} == {200}
    assert len({response.content for response in texts[:5]}) == 1
    assert made == [("120", to)]
    put(highlights=["别的"])
    assert "别的" in client.get(f"{page}?x=0").content.decode()
    assert "别的" in client.get(api).content.decode()
    assert made == [("120", to)] * 2


def test_a_text_that_was_made_for_an_organizer_is_nobody_elses(client, put, organizer, member, made):
    put()
    Episode.objects.update(state="draft")
    client.force_login(organizer.user)
    addresses = [address for pair in FORMS.values() for address in (*pair, f"{pair[0]}?x=1")]
    assert {client.get(address).status_code for address in addresses} == {200}
    assert len(made) == 3
    client.force_login(member.user)
    assert {client.get(address).status_code for address in addresses} == {404}
    client.logout()
    assert {client.get(address).status_code for address in addresses} == {404}


def test_a_text_too_long_is_found_out_once(client, put, made, monkeypatch):
    put()
    monkeypatch.setattr("markup.targets.reading.MAX_CHARACTERS", 10)
    assert [client.get(f"/episodes/120.md?x={number}").status_code for number in range(2)] == [413, 413]
    assert client.get("/api/v1/episodes/120/export/?to=github").status_code == 413
    assert made == [("120", "github")]


def _texts(monkeypatch, size):
    monkeypatch.setattr(exports, "export", lambda episode, to: Exported("长" * size, "", "", ""))


def test_no_more_is_kept_than_is_said(monkeypatch):
    _texts(monkeypatch, 1000)
    monkeypatch.setattr(exports, "MOST_BYTES", 20_000)
    for key in range(1, 31):
        exports.kept_export(Episode(pk=key), "github", stamp="a")
        exports.kept_export(Episode(pk=1), "github", stamp="a")
    keys = [key for _stamp, key, _to in exports._kept]
    assert 5 < len(keys) < 10
    assert keys[-2:] == [30, 1]
    monkeypatch.setattr(exports, "MOST", 3)
    exports.kept_export(Episode(pk=40), "github", stamp="a")
    assert [key for _stamp, key, _to in exports._kept] == [30, 1, 40]
    _texts(monkeypatch, 10_000)
    exports.kept_export(Episode(pk=50), "github", stamp="a")
    assert [key for _stamp, key, _to in exports._kept] == [30, 1, 40]


def test_who_asks_at_once_waits_for_the_one_text(monkeypatch):
    made, started, go = [], threading.Event(), threading.Event()

    def slow(episode, to):
        made.append(to)
        started.set()
        go.wait(10)
        return Exported("长", "", "", "")

    monkeypatch.setattr(exports, "export", slow)
    ask = lambda: exports.kept_export(Episode(pk=1), "github", stamp="a")  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert started.wait(10)
    go.set()
    for thread in threads:
        thread.join(10)
    assert made == ["github"]


@pytest.mark.parametrize("address", ["/episodes/120.md?x=1", "/api/v1/episodes/120/export/?to=github"])
def test_a_text_is_never_older_than_its_revision(client, put, monkeypatch, address):
    """Somebody writes just before a request reads the revision: what it keeps under it has the new words."""
    put()
    written, stamp = [], RevisionQuerySet.stamp

    def written_before(rows):
        written.append(f"写在中间 {len(written)}")
        put(highlights=[written[-1]])
        return stamp(rows)

    monkeypatch.setattr(RevisionQuerySet, "stamp", written_before)
    said = client.get(address).content.decode()
    assert written[-1] in said


def test_a_text_too_long_raises_its_length(monkeypatch):
    def too_long(episode, to):
        raise TextTooLong(2_000_000, 1_000_000)

    monkeypatch.setattr(exports, "export", too_long)
    for _again in range(2):
        with pytest.raises(TextTooLong, match="2000000"):
            exports.kept_export(Episode(pk=1), "github", stamp="a")
