"""An evening on the air, for the tests of the rundown: news with two items, picks with one, a question, a host."""

from types import SimpleNamespace

from talks.actions import item_edits, items, questions
from talks.models import Cue, Episode, Item, Rundown
from tests.talks.boardroom import boardroom, close, login, nominate

TITLES = ("第一条", "第二条", "推荐一条")


def evening(now, state="live"):
    """Return a boardroom whose board is full; `by` hosts it."""
    host = login("主持", now)
    room = boardroom(now=now, lead=login("阿岚", now), host=host)
    for number, title in enumerate(TITLES):
        section = room.picks if title.startswith("推荐") else room.news
        row = nominate(room, host, now, url=f"https://blog.example/{number}", text=title, section=section)
        items.accept(item=row, version=None, by=host, now=now)
    listed = nominate(room, host, now, url="https://blog.example/listed", text="只列出", section=room.news)
    items.accept(item=listed, version=None, by=host, now=now)
    item_edits.edit(item=listed, version=None, values={"depth": "listed", "minutes": None}, by=host, now=now)
    question = questions.ask(episode=room.episode, body="四比特够用吗？", by=host, now=now)
    close(room.episode, state)
    return SimpleNamespace(**vars(room), by=host, question=question)


def cues(room, **values):
    return list(Cue.objects.filter(rundown__episode=room.episode, **values).order_by("position"))


def shown(room):
    """Return the rundown as a line of text: what is over in brackets, what is on the air with a star."""
    marks = {"done": "({})", "skipped": "[{}]", "pushed": "<{}>", "running": "*{}", "planned": "{}"}
    words = {"opening": "开", "closing": "关", "free_talk": "自由"}
    rows = Cue.objects.filter(rundown__episode=room.episode).select_related("item", "question").order_by("position")
    return " ".join(marks[row.state].format(words.get(row.kind, str(row))) for row in rows)


def rundown(room):
    return Rundown.objects.select_related("episode").get(episode=room.episode)


def on_air(room):
    return Cue.objects.get(rundown__episode=room.episode, state="running")


def item(title):
    return Item.objects.get(title=title)


def fresh(room):
    return Episode.objects.get(pk=room.episode.pk)
