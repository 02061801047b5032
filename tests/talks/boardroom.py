"""A week with a board: 020 is on record, 021 collects and 022 is made, for the tests of items."""

from datetime import timedelta
from types import SimpleNamespace

from members.actions import people
from members.actors import SYSTEM
from members.models import Guest, Invitation, Person, Purpose, Role
from talks.actions import items
from talks.models import Claim, Episode, EpisodeState, Hosting, Plan, Section
from tests.pages.conftest import document, item, put, question, section
from tests.standing import NOW, world


def boardroom(*, now, lead=None, host=None):
    """`lead` leads the news of 021, `host` hosts it."""
    return seat(_board(now), now=now, lead=lead, host=host)


@world
def empty_board():
    """The board of the Wednesday of all tests; `seat` gives it a lead and a host."""
    return _board(NOW)


def _board(now):
    earlier = [
        section(
            "news", "本周新闻", items=[item("线性偏置", "https://arxiv.org/abs/2108.12409", papers=["2108.12409"])]
        ),
        section("classic", "本周经典", nominations=["量化"]),
    ]
    plans = [{"body": "整理问答，P1", "priority": "P1"}]
    asked = [question("词表多大合适？", number=1, asker="渡口")]
    past = (now - timedelta(days=4)).isoformat()
    put(document(20, starts_at=past, sections=earlier, plans=plans, questions=asked), now=now)
    for number in (21, 22):
        news = section(
            "news", "本周新闻", minutes=10, groups=[{"title": "学术", "body": ""}, {"title": "项目", "body": ""}]
        )
        others = [section("picks", "本周推荐", minutes=15), section("classic", "本周经典", is_optional=True)]
        sections = [news, *others, section("free_talk", "Free Talk")]
        starts_at = (now + timedelta(days=3 + 7 * (number - 21))).isoformat()
        put(document(number, starts_at=starts_at, sections=sections), now=now)
    episodes = {row.number: row for row in Episode.objects.all()}
    rows = {row.kind: row for row in Section.objects.filter(episode=episodes[21])}
    return SimpleNamespace(
        past=episodes[20], episode=episodes[21], following=episodes[22], sections=rows,
        later={row.kind: row for row in Section.objects.filter(episode=episodes[22])}, plan=Plan.objects.get(),
        news=rows["news"], picks=rows["picks"], classic=rows["classic"],
    )  # fmt: skip


def seat(room, *, now, lead=None, host=None):
    """`lead` leads the news of this room, `host` hosts its evening."""
    stamp = {"position": 1, "created_at": now, "changed_at": now}
    if lead is not None:
        Claim.objects.create(section=room.news, person=lead, name=lead.name, **stamp)
    if host is not None:
        Hosting.objects.create(episode=room.episode, person=host, name=host.name, role="host", **stamp)
    return room


def nominate(room, by, now, *, url="https://blog.example/a", text="值得一读", episode=None, **more):
    return items.nominate(episode=episode or room.episode, url=url, text=text, by=by, now=now, **more)


def guest_for(target, now, *, purpose=Purpose.SUBMIT):
    """Somebody who came by a link."""
    invitation = Invitation.objects.create(purpose=purpose, target=target, created_at=now, changed_at=now)
    name = f"来客{Person.objects.count()}"
    person = Person.objects.create(handle=name, name=name, created_at=now, changed_at=now)
    return Guest.objects.create(invitation=invitation, person=person, created_at=now)


def login(name, now, role=Role.MEMBER):
    return people.create_user(username=name, password="correct horse battery", role=role, by=SYSTEM, now=now).person


def close(episode, state=EpisodeState.LOCKED):
    Episode.objects.filter(pk=episode.pk).update(state=state)
    episode.refresh_from_db()
