"""Every action on news and lists that changes what a kept page shows."""

from types import SimpleNamespace

from members.actions import invitations, names, people, requests
from members.actors import SYSTEM
from members.models import Person
from news.actions import sources as source_actions
from news.actions import stories
from news.models import NewsItem, Sighting
from papers.actions import list_imports, list_order, list_sections, lists
from papers.models import ListEntry
from tests.talks.newsroom import source, tell

LINK = "https://arxiv.org/abs/2108.12409"


def _told(by, now):
    """Two sources carry a paper; of two other stories one is merged into the other."""
    feed = source("blog", now=now)
    tell(feed, LINK, "https://blog.example/a", "https://blog.example/b", now=now)
    tell(source("other", now=now), LINK, now=now)
    a, b = (NewsItem.objects.get(url=f"https://blog.example/{name}") for name in "ab")
    stories.merge(story=a, into=b, by=by, now=now)
    paper = NewsItem.objects.get(key="arxiv:2108.12409")
    return SimpleNamespace(feed=feed, a=a, b=b, paper=paper, first=paper.sightings.order_by("pk")[0])


def _under_old_rules(by, now):
    """The paper's story under a key that the rules of addresses no longer give."""
    told = _told(by, now)
    NewsItem.objects.filter(pk=told.paper.pk).update(key="url:old")
    Sighting.objects.filter(news_item=told.paper).update(story_key="url:old")
    return told


def _listed(by, now):
    """A reading list that holds the paper and another work; its entry of the paper."""
    text = f"# 清单\n\n- [线性偏置]({LINK})\n- [另一篇](https://example.org/b)\n"
    list_imports.import_list(data=text.encode(), name="x.md", slug="one", by=by, now=now)
    return ListEntry.objects.select_related("section").get(title="线性偏置")


def _other(entry):
    return entry.section.entries.exclude(pk=entry.pk).get().pk


def _headings(by, now):
    """The second of two headings."""
    made = _listed(by, now).section.reading_list
    for title in ("前一节", "后一节"):
        section = list_sections.add_section(reading_list=made, title=title, level=2, by=by, now=now)
    return section


def _heading_removed(by, now):
    return list_sections.remove_section(section=_headings(by, now), by=by, now=now)


def _removed(by, now):
    return lists.remove_entry(entry=_listed(by, now), by=by, now=now)


def _gone(by, now):
    return source_actions.remove(source=source("gone", now=now), by=by, now=now)


def _paused(by, now):
    return source_actions.pause(source=source("quiet", now=now), reason="", by=by, now=now)


def _person(by, now):
    return Person.objects.get(name="阿岚")


def _rename(by, now):
    row = _person(by, now)
    return names.rename(person=row, name="阿岚改名", version=row.version, carry=True, by=by, now=now)


def _merged(by, now):
    row = _person(by, now)
    names.merge(person=row, into=Person.objects.get(name="渡口"), by=by, now=now)
    return row


def _requested(by, now):
    user = people.create_user(username="来认领的", password="correct horse", role="member", by=SYSTEM, now=now)
    return requests.request_person(person=_person(by, now), message="", by=user.person, now=now)


# Each action: what must stand before it, and the act on that.
ON_WHAT_STANDS = {
    "members.actions.invitations.revoke": (
        lambda by, now: invitations.invite(purpose="join", by=by, now=now),
        lambda made, by, now: invitations.revoke(invitation=made, by=by, now=now),
    ),
    "members.actions.names.rename": (lambda by, now: None, lambda _none, by, now: _rename(by, now)),
    "members.actions.names.undo_rename": (_rename, lambda row, by, now: names.undo_rename(person=row, by=by, now=now)),
    "members.actions.names.merge": (lambda by, now: None, lambda _none, by, now: _merged(by, now)),
    "members.actions.names.unmerge": (_merged, lambda row, by, now: names.unmerge(person=row, by=by, now=now)),
    "members.actions.requests.approve": (
        _requested,
        lambda row, by, now: requests.approve(request=row, by=by, now=now),
    ),
    "news.actions.store.store_entries": (
        _told,
        lambda told, by, now: tell(told.feed, "https://blog.example/c", now=now),
    ),
    "news.actions.stories.merge": (
        _told,
        lambda told, by, now: stories.merge(story=told.paper, into=told.b, by=by, now=now),
    ),
    "news.actions.stories.unmerge": (
        _told,
        lambda told, by, now: stories.unmerge(story=told.a, by=by, now=now),
    ),
    "news.actions.stories.split": (
        _told,
        lambda told, by, now: stories.split(sighting=told.first, by=by, now=now),
    ),
    "news.actions.stories.renormalise": (
        _under_old_rules,
        lambda told, by, now: stories.renormalise(by=by, now=now),
    ),
    "news.actions.sources.add": (
        lambda by, now: None,
        lambda _none, by, now: source_actions.add(
            kind="feed", slug="new", by=by, now=now, name="新的", address="https://new.example/feed"
        ),
    ),
    "news.actions.sources.edit": (
        _told,
        lambda told, by, now: source_actions.edit(source=told.feed, version=1, by=by, now=now, name="换了名字"),
    ),
    "news.actions.sources.pause": (
        lambda by, now: source("quiet", now=now),
        lambda found, by, now: source_actions.pause(source=found, reason="", by=by, now=now),
    ),
    "news.actions.sources.resume": (
        _paused,
        lambda found, by, now: source_actions.resume(source=found, by=by, now=now),
    ),
    "news.actions.sources.remove": (
        lambda by, now: source("gone", now=now),
        lambda found, by, now: source_actions.remove(source=found, by=by, now=now),
    ),
    "news.actions.sources.restore": (
        _gone,
        lambda found, by, now: source_actions.restore(source=found, by=by, now=now),
    ),
    "papers.actions.list_imports.import_list": (lambda by, now: None, lambda _none, by, now: _listed(by, now)),
    "papers.actions.lists.create_list": (
        lambda by, now: None,
        lambda _none, by, now: lists.create_list(slug="mine", title="我的", by=by, now=now),
    ),
    "papers.actions.lists.add_entry": (
        _listed,
        lambda entry, by, now: lists.add_entry(section=entry.section, values={"title": "新"}, by=by, now=now),
    ),
    "papers.actions.lists.rename_list": (
        lambda by, now: lists.create_list(slug="mine", title="我的", by=by, now=now),
        lambda made, by, now: lists.rename_list(reading_list=made, title="换", version=1, by=by, now=now),
    ),
    "papers.actions.lists.edit_entry": (
        _listed,
        lambda entry, by, now: lists.edit_entry(entry=entry, version=1, values={"title": "换"}, by=by, now=now),
    ),
    "papers.actions.list_sections.add_section": (
        _listed,
        lambda entry, by, now: list_sections.add_section(
            reading_list=entry.section.reading_list, title="后一节", level=2, by=by, now=now
        ),
    ),
    "papers.actions.list_sections.edit_section": (
        _headings,
        lambda section, by, now: list_sections.edit_section(
            section=section, version=1, title="换了名", level=2, by=by, now=now
        ),
    ),
    "papers.actions.list_sections.remove_section": (
        _headings,
        lambda section, by, now: list_sections.remove_section(section=section, by=by, now=now),
    ),
    "papers.actions.list_sections.restore_section": (
        _heading_removed,
        lambda section, by, now: list_sections.restore_section(section=section, by=by, now=now),
    ),
    "papers.actions.list_order.move_entry": (
        _listed,
        lambda entry, by, now: list_order.move_entry(entry=entry, steps=1, by=by, now=now),
    ),
    "papers.actions.list_order.place_entry": (
        _listed,
        lambda entry, by, now: list_order.place_entry(
            entry=entry, section=entry.section_id, behind=_other(entry), by=by, now=now
        ),
    ),
    "papers.actions.list_order.move_section": (
        _headings,
        lambda section, by, now: list_order.move_section(section=section, steps=-1, by=by, now=now),
    ),
    "papers.actions.list_order.place_section": (
        _headings,
        lambda section, by, now: list_order.place_section(section=section, behind=None, by=by, now=now),
    ),
    "papers.actions.lists.remove_entry": (
        _listed,
        lambda entry, by, now: lists.remove_entry(entry=entry, by=by, now=now),
    ),
    "papers.actions.lists.restore_entry": (
        _removed,
        lambda entry, by, now: lists.restore_entry(entry=entry, by=by, now=now),
    ),
}
