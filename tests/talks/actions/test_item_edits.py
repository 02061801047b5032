"""What an item says: edited by who runs its section, mended by its nominator, deleted and brought back."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.actors import ANONYMOUS
from members.models import Event, Person
from members.rules import StateRefusal
from talks.actions import history, item_edits, items
from talks.export import document_of, export
from talks.models import Credit, Item, ItemVote, PaperMention, Section
from talks.votes import votes_given
from tests.talks.boardroom import boardroom, close, guest_for, nominate


@pytest.fixture
def room(db, now, member):
    return boardroom(now=now, lead=member)


@pytest.fixture
def item(room, stranger, now):
    return nominate(room, stranger, now, url="https://arxiv.org/abs/2307.13304", text="两比特")


def edit(item, by, now, *, version=None, **values):
    item.refresh_from_db()
    return item_edits.edit(item=item, version=version or item.version, values=values, by=by, now=now)


def test_everything_is_edited_at_once(room, item, member, now):
    values = {
        "title": "QuIP", "url": "https://arxiv.org/abs/2307.00001?utm_source=x", "body": "看 $W$ 的*推导*", "group": "量化专题",
        "minutes": 6, "depth": "brief", "author": "青禾", "site": "某站", "remark": "强烈推荐",
        "credits": [{"role": "author", "name": "新人"}, {"role": "transcriber", "name": "小满"}, {"role": "author", "name": "新人"}],
    }  # fmt: skip
    row = edit(item, member, now, **values)
    row.refresh_from_db()
    assert (row.title, row.url, row.url_key) == ("QuIP", "https://arxiv.org/abs/2307.00001", "arxiv:2307.00001")
    assert (row.group, row.minutes, row.depth) == ("量化专题", 6, "brief")
    assert "<math" in row.body_html
    assert [(each.role, each.name) for each in Credit.objects.filter(item=row)] == [
        ("author", "新人"),
        ("transcriber", "小满"),
    ]
    assert Person.objects.filter(name="新人").count() == 1
    assert [each.paper.arxiv_id for each in PaperMention.objects.filter(item=row)] == ["2307.00001"]
    assert [group["title"] for group in Section.objects.get(pk=room.news.pk).groups] == ["学术", "项目", "量化专题"]
    event = Event.objects.about("item", row.pk).order_by("-pk")[0]
    assert (event.verb, event.before["title"], event.after["title"], "state" in event.after) == (
        "edit",
        "两比特",
        "QuIP",
        False,
    )
    items.accept(item=row, version=row.version, by=member, now=now)
    [said] = document_of(room.episode).sections[0].items
    assert (said.group, said.contributors, said.author) == ("量化专题", ("新人", "小满"), "青禾")
    assert "QuIP" in export(room.episode, "github").text


def test_the_same_values_change_nothing(item, member, now):
    row = edit(item, member, now, title="两比特", group="学术", credits=[{"role": "source", "name": "Nora"}])
    assert (row.version, Event.objects.about("item", row.pk).count()) == (1, 1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "", "url": "", "body": ""}, "title"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"minutes": -1}, "minutes"),
        ({"minutes": 601}, "minutes"),
        ({"depth": "long"}, "depth"),
        ({"body": "x" * 20_001}, "body"),
        ({"group": "\u202e"}, "group"),
        ({"credits": [{"role": "host", "name": "小满"}]}, "credits"),
        ({"credits": [{"role": "author", "name": " "}]}, "credits"),
        ({"credits": [{"role": "author", "name": str(n)} for n in range(21)]}, "credits"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(item, member, now, values, field):
    with pytest.raises(ValidationError) as error:
        edit(item, member, now, **values)
    assert list(error.value.message_dict) == [field]
    assert Item.objects.get(pk=item.pk).version == 1


def test_who_is_slower_gets_both_texts(item, member, organizer, now):
    edit(item, member, now, body="第一个写的")
    with pytest.raises(ValidationError) as error:
        edit(item, organizer, now, version=1, body="第二个写的")
    [conflict] = error.value.error_dict["version"]
    assert (conflict.code, conflict.params["yours"]) == ("conflict", {"body": "第二个写的"})
    assert conflict.params["theirs"]["body"] == "第一个写的"


def test_the_nominator_mends_their_own_while_it_waits(room, item, stranger, member, now):
    edit(item, stranger, now, title="改了标题", body="补一句")
    with pytest.raises(PermissionDenied):
        edit(item, stranger, now, depth="brief")
    with pytest.raises(PermissionDenied):
        edit(item, guest_for("021", now), now, title="别人的")
    with pytest.raises(PermissionDenied):
        edit(item, ANONYMOUS, now, title="别人的")
    item.refresh_from_db()
    items.accept(item=item, version=item.version, by=member, now=now)
    with pytest.raises(PermissionDenied):
        edit(item, stranger, now, title="太晚了")
    close(room.episode, "published")
    with pytest.raises(StateRefusal):
        edit(item, member, now, title="太晚了")


def test_deleted_and_brought_back(room, item, member, stranger, now):
    row = item_edits.remove(item=item, version=1, by=stranger, now=now)
    assert not Item.objects.current().filter(pk=row.pk).exists()
    for act in (lambda: edit(item, member, now, title="x"), lambda: items.vote(item=item, by=member, now=now)):
        with pytest.raises(Http404):
            act()
    with pytest.raises(ValidationError):
        item_edits.restore(item=item, version=1, by=member, now=now)
    row = item_edits.restore(item=item, version=2, by=member, now=now)
    assert (row.deleted_at, row.version) == (None, 3)
    with pytest.raises(ValidationError):
        item_edits.remove(item=item, version=1, by=member, now=now)
    with pytest.raises(Http404):
        item_edits.restore(item=item, by=member, now=now)
    verbs = [event.verb for event in Event.objects.about("item", row.pk).order_by("pk")]
    assert verbs == ["nominate", "delete", "restore"]


def test_what_who_runs_the_section_took_out_its_nominator_does_not_bring_back(item, member, stranger, now):
    item_edits.remove(item=item, version=1, by=member, now=now)
    with pytest.raises(PermissionDenied):
        item_edits.restore(item=item, by=stranger, now=now)
    with pytest.raises(PermissionDenied):
        history.bring_back(kind="item", key=str(item.pk), by=stranger, now=now)
    item_edits.restore(item=item, by=member, now=now)
    item_edits.remove(item=item, version=3, by=stranger, now=now)
    assert item_edits.restore(item=item, by=stranger, now=now).deleted_at is None


def test_a_nominator_edits_nothing_onto_what_was_declined_or_is_there(room, item, member, stranger, organizer, now):
    other = nominate(room, stranger, now, url="https://blog.example/b")
    with pytest.raises(items.AlreadyThere) as refusal:
        edit(other, stranger, now, url=item.url)
    assert refusal.value.code == "nominated_already"
    items.decline(item=item, reason="旧闻", version=1, by=member, now=now)
    with pytest.raises(items.AlreadyThere) as refusal:
        edit(other, stranger, now, url=item.url)
    assert (refusal.value.code, refusal.value.item) == ("declined_already", item)
    assert edit(other, stranger, now, title="不换地址").title == "不换地址"
    assert edit(other, organizer, now, url=item.url).url == item.url


def test_votes_that_were_given_anew_do_not_come_back_with_an_item(room, organizer, stranger, now):
    rows = [nominate(room, stranger, now, url=f"https://blog.example/{n}") for n in range(12)]
    for each in rows[:5]:
        items.vote(item=each, by=organizer, now=now)
    items.merge(item=rows[5], into=rows[0], version=None, by=organizer, now=now)
    ItemVote.objects.create(item=rows[5], person=organizer, created_at=now)
    items.vote(item=rows[0], by=stranger, now=now)
    items.decline(item=rows[0], reason="跑题", version=None, by=organizer, now=now)
    item_edits.remove(item=rows[1], version=None, by=organizer, now=now)
    for each in rows[6:8]:
        items.vote(item=each, by=organizer, now=now)
    items.reopen(item=rows[0], version=None, by=organizer, now=now)
    item_edits.restore(item=rows[1], by=organizer, now=now)
    given = {rows[n].pk for n in (2, 3, 4, 6, 7)}
    assert {each.pk for each in votes_given(organizer, room.episode)} == given
    assert set(ItemVote.objects.filter(person=organizer).values_list("item", flat=True)) == given
    assert ItemVote.objects.get(person=stranger).item == rows[0]  # who has votes left loses none


def test_what_others_were_merged_into_is_not_deleted(room, item, member, now):
    other = nominate(room, member, now, section=room.news)
    items.merge(item=other, into=item, version=1, by=member, now=now)
    with pytest.raises(StateRefusal) as refusal:
        item_edits.remove(item=item, version=1, by=member, now=now)
    assert refusal.value.code == "has_merged"


def test_what_was_merged_comes_back_behind_what_it_was_merged_into(room, item, member, now):
    root = nominate(room, member, now, url="https://blog.example/root", section=room.news)
    items.merge(item=item, into=root, version=None, by=member, now=now)
    item_edits.remove(item=item, version=None, by=member, now=now)
    item_edits.remove(item=root, version=None, by=member, now=now)
    with pytest.raises(StateRefusal) as refusal:
        item_edits.restore(item=item, by=member, now=now)
    assert refusal.value.code == "has_gone"
    item_edits.restore(item=root, by=member, now=now)
    item_edits.restore(item=item, by=member, now=now)
    assert Item.objects.current().filter(merged_into=root).count() == 1


def test_html_is_made_before_anything_is_locked(item, member, now, locked_renders):
    edit(item, member, now, title="改", body="正文")
    assert set(locked_renders) <= {0}
