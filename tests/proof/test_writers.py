"""Four people write one text at once, by the page and by the API, and go on from every conflict: no word is lost silently.

Every word that anybody sent is in the text at the end, in a state that the history keeps, or in a conflict that its
writer was shown.
"""

import html
import json
import random
import re

import pytest
from django.test import Client
from django.utils import timezone

from markup.merging import MARKS, has_marks
from members.models import Scope
from talks.actions import item_edits
from talks.models import Item, KeptRow
from tests.api.conftest import keyed
from tests.talks.boardroom import boardroom, login, nominate
from tests.threads import shared_database

WRITERS = 4
LINES = ["甲的一行。", "乙的一行。", "丙的一行。", "丁的一行。", "大家的一行。"]
WORD = re.compile(r"w\d+e\d+")


@pytest.fixture
def at_once(transactional_db, tmp_path):
    with shared_database(tmp_path, patience=900) as run:
        yield run


class Writer:
    """Somebody who edits an item a few times, and sends again what clashed until it is taken."""

    def __init__(self, number, item, client):
        self.number, self.client = number, client
        self.random = random.Random(number)
        self.sent, self.shown, self.edits, self.conflicts = set(), set(), 0, 0

    def change(self, text):
        """Write a new word at the end of one's own line, of everybody's, or in the place of everybody's."""
        lines = text.split("\n")
        word = f"w{self.number}e{self.edits}"
        self.edits += 1
        place = self.random.choice([self.number, self.number, len(LINES) - 1])
        place = min(place, len(lines) - 1)
        if place == len(LINES) - 1 and self.random.random() < 0.2:
            lines[place] = f"大家的一行，{word}。"
        else:
            lines[place] = f"{lines[place]}{word}。"
        return "\n".join(lines)

    def settle(self, text):
        return "\n".join(line for line in text.split("\n") if line not in MARKS)

    def write(self, times):
        for _time in range(times):
            values, goes_on = self.read()
            values["body"] = self.change(values["body"])
            while (found := self.send(values, goes_on)) is not None:
                self.conflicts += 1
                values, goes_on = found
                values["body"] = self.settle(values["body"])
        return self

    def noted(self, body):
        assert not has_marks(body)
        self.sent |= set(WORD.findall(body))


class ByPage(Writer):
    def __init__(self, number, item, client):
        super().__init__(number, item, client)
        self.address = f"/episodes/021/board/items/{item.pk}/"

    def read(self):
        return self.fields(self.client.get(self.address)), None

    @staticmethod
    def fields(reply):
        page = reply.content.decode()
        form = page[page.index('data-draft="item"') :]
        hidden = {name: re.search(f'name="{name}" value="([^"]*)"', form)[1] for name in ("version", "base")}
        body = re.search(r'<textarea name="body"[^>]*>\n?(.*?)</textarea>', form, re.S)[1]
        values = {"title": "题", "url": "https://a.example/0", "depth": "brief"}
        return {**values, **{name: html.unescape(text) for name, text in {**hidden, "body": body}.items()}}

    def send(self, values, goes_on):
        self.noted(values["body"])
        reply = self.client.post(self.address, values)
        if reply.status_code == 302:
            return None
        assert reply.status_code == 409, reply.content.decode()[:2000]
        self.shown |= set(WORD.findall(reply.content.decode()))
        return self.fields(reply), None


class ByApi(Writer):
    def __init__(self, number, item, client):
        super().__init__(number, item, client)
        self.address = f"/api/v1/items/{item.pk}/"

    def read(self):
        reply = self.client.get(self.address)
        return {"body": reply.json()["body"]}, reply["ETag"]

    def send(self, values, goes_on):
        self.noted(values["body"])
        body = json.dumps({"body": values["body"]})
        headers = {"If-Match": goes_on}
        reply = self.client.patch(self.address, body, content_type="application/json", headers=headers)
        if reply.status_code == 200:
            return None
        assert reply.status_code == 412, reply.content
        found = reply.json()
        self.shown |= set(WORD.findall(json.dumps(found)))
        if found["merged"] is not None:
            return found["merged"], reply["ETag"]
        mine = WORD.findall(found["yours"]["body"])
        theirs = found["theirs"]["body"]
        missing = [word for word in mine if word not in WORD.findall(theirs)]
        return {"body": theirs + "".join(f"{word}。" for word in missing)}, reply["ETag"]


def write_at_once(at_once, times, rounds):
    now = timezone.now()
    room = boardroom(now=now)
    people = [login(f"写手{n}", now, role="organizer") for n in range(WRITERS)]
    row = nominate(room, people[0], now, url="https://a.example/0", text="题", section=room.news)
    row = item_edits.edit(item=row, version=row.version, values={"body": "\n".join(LINES)}, by=people[0], now=now)
    writers = []
    for number, person in enumerate(people):
        if number % 2:
            writers.append(ByApi(number, row, keyed(person, Scope.WRITE, now)))
        else:
            client = Client()
            client.force_login(person.user)
            writers.append(ByPage(number, row, client))
    for _round in range(rounds):
        done = at_once(*(lambda writer=writer: writer.write(times) for writer in writers))
        assert None not in done
    final = set(WORD.findall(Item.objects.get(pk=row.pk).body))
    kept = KeptRow.objects.of_row("item", row.pk)
    states = {word for state in kept.values_list("state", flat=True) if state for word in WORD.findall(state["body"])}
    assert sum(writer.edits for writer in writers) == WRITERS * times * rounds
    for writer in writers:
        assert {f"w{writer.number}e{n}" for n in range(writer.edits)} <= writer.sent
        assert writer.sent <= final | states | writer.shown
        own = {word for word in writer.sent if word.startswith(f"w{writer.number}e")}
        assert own <= final | states  # and whatever was taken is in the text or its history
    print(
        f"{sum(w.edits for w in writers)} edits, {sum(w.conflicts for w in writers)} conflicts, {len(final)} words stand"
    )


def test_four_writers_lose_no_word(at_once):
    write_at_once(at_once, times=5, rounds=1)


@pytest.mark.proof
def test_four_writers_a_hundred_edits_each(at_once):
    write_at_once(at_once, times=10, rounds=10)
