"""A site filled with attacks: every text that a person or a document can bring in, and every page that shows it."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from members.actions.tokens import TOKENS_PER_USER
from members.actors import SYSTEM
from members.models import Alias, Person, Token, User
from papers.models import Paper
from talks.actions.imports import import_file
from talks.documents import model, writer
from talks.models import Answer, Episode, Question, SourceDocument
from talks.rules import QUESTION_LIMIT
from tests.pages.conftest import document, item, question, section

NAME, LABEL = 80, model.MAX_LABEL
FILES = 50
PATH = 4000
ADMIN_ROWS = 1
# Pages that show a second time what others show of every attack.
SOME = 50
# The list of people shows every name; so many of them also have their own page opened.
THIRD = 3
# So many attacks share a question (each with answers and a follow-up of its own) and a paper.
TOGETHER = 6


def line(attack: str, limit: int | None = None) -> str:
    """The attack as a field of one line takes it."""
    return re.sub(r"[\r\n\0]+", " ", attack).strip()[:limit].strip()


def label(attack: str) -> str:
    return re.sub("[【】]", "", line(attack)).strip()[:LABEL].strip()


def address(attack: str, number: int) -> str:
    """An http address that carries the attack as far as an address can."""
    return f"https://a{number}.example/" + re.sub(r"[\s<>\0]+", "", attack)[:2000]


def distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def paper_id(number: int) -> str:
    return f"2401.{number // TOGETHER + 1:05d}"


def together(attacks: list[str]) -> list[list[str]]:
    return [attacks[start : start + TOGETHER] for start in range(0, len(attacks), TOGETHER)]


def document_of(number: int, attacks: list[str], *, first: int, starts_at: str) -> dict:
    """An EpisodeDoc whose every field of text carries every attack; `first` numbers them over all documents."""
    lines = [line(attack) or "x" for attack in attacks]
    names = distinct(line(attack, NAME) for attack in attacks)
    bodies = [attack.replace("\0", "") for attack in attacks]
    return document(
        number,
        title=" ".join(lines),
        starts_at=starts_at,
        time_text=" ".join(lines),
        hosts=names,
        editors=names,
        leads=names,
        highlights=lines,
        labels=[{"label": label(attack) or "x", "text": text} for attack, text in zip(attacks, lines, strict=True)],
        recordings=[
            {"title": text, "url": address(text, n), "platform": "bilibili", "offset_seconds": n}
            for n, text in enumerate(lines)
        ],
        intro=[{"title": text, "level": n % 6 + 1, "body": body} for n, (text, body) in _pairs(lines, bodies)],
        appendix=[{"title": text, "level": n % 6 + 1, "body": body} for n, (text, body) in _pairs(lines, bodies)],
        sections=[_section(attack, first + n) for n, attack in enumerate(attacks)],
        parts=[
            {"part": part, "title": text, "body": body}
            for part in ("online", "group", "site")
            for _n, (text, body) in _pairs(lines, bodies)
        ],
        questions=[_question(group, first + n * TOGETHER) for n, group in enumerate(together(attacks))],
        references=[{"title": text, "url": address(text, n)} for n, text in enumerate(lines)],
        plans=[{"body": text, "priority": line(text, 40)} for text in lines],
        plans_body="\n\n".join(bodies),
        past=[
            {"code": None, "title": text, "url": address(text, n), "kind": "article"} for n, text in enumerate(lines)
        ],
        unplaced=[{"line": n + 1, "text": body} for n, body in enumerate(bodies)],
    )


def _pairs(lines: list[str], bodies: list[str]) -> Iterable[tuple[int, tuple[str, str]]]:
    return enumerate(zip(lines, bodies, strict=True))


def _section(attack: str, number: int) -> dict:
    text, body = line(attack) or "x", attack.replace("\0", "")
    name = line(attack, NAME) or "x"
    entry = item(
        text,
        address(attack, number),
        group=text,
        body=f"{body}\n\n<https://arxiv.org/abs/{paper_id(number)}>",
        papers=[paper_id(number)],
        author=text,
        site=text,
        remark=text,
        contributors=[name],
    )
    bare = {**entry, "url": None, "papers": [], "body": body}
    return section(
        "custom",
        text,
        items=[entry, bare],
        groups=[{"title": text, "body": body}],
        brief=text,
        theme=text,
        labels=[{"label": label(attack) or "x", "text": text}],
        leads=[name],
        contributors=[name],
        nominations=[text],
        suggestions=[text],
        body=body,
    )


def _question(attacks: list[str], number: int) -> dict:
    said = [(line(attack, NAME) or None, attack.replace("\0", "").strip() or "x") for attack in attacks]
    cited = [(name, f"{body}\n\n<https://arxiv.org/abs/{paper_id(number)}>") for name, body in said]
    below = [question(body, asker=name, answers=[(name, body)], after=body) for name, body in said]
    everything = "\n\n".join(body for _name, body in said)
    asker = next((name for name, _body in said[number % TOGETHER :]), None)
    return question(everything, asker=asker, answers=cited, follow_ups=below, after=everything)


@dataclass
class Pages:
    """Who asks the site: a visitor and an organizer."""

    visitor: Client
    organizer: Client

    def get(self, path: str) -> HttpResponse:
        """Return the reply of the site, redirects followed; `/as-organizer/…` is the page an organizer sees."""
        client, path = (self.organizer, path[13:]) if path.startswith("/as-organizer/") else (self.visitor, path)
        return checked(client.get(path, follow=True), path)

    def replies(self, paths: Iterable[str]) -> dict[str, HttpResponse]:
        return {path: self.get(path) for path in paths}


def checked(response: HttpResponse, path: str) -> HttpResponse:
    """Return the reply without what only a test sees of it. A crash is no reply."""
    assert response.status_code < 500, path
    kept = HttpResponse(response.content, status=response.status_code)
    for name, value in response.headers.items():
        kept[name] = value
    return kept


def fill(attacks: list[str], *, number: int, at_once: int, now) -> list[Episode]:
    """Import documents that carry the attacks, from `number` on; give papers their text and people their other names."""
    episodes = []
    for place, start in enumerate(range(0, len(attacks), at_once)):
        moment = "2026-02-28T21:00:00+08:00" if place % 4 else "2099-03-07T21:00:00+08:00"
        doc = document_of(number + place, attacks[start : start + at_once], first=start, starts_at=moment)
        data = json.dumps(doc, ensure_ascii=False).encode()
        result = import_file(data=data, name=f"{doc['code']}.json", by=SYSTEM, now=now)
        assert result.status == "created", result.problems
        episodes.append(result.episode)
    for place, group in enumerate(together(attacks)):
        if place % 5:  # the others are stubs, which are called what their item is called
            lines = [line(attack) for attack in group]
            row = Paper.objects.filter(arxiv_id=paper_id(place * TOGETHER))
            authors = [{"name": one, "affiliations": [one]} for one in lines]
            row.update(title=" ".join(lines), abstract="\n".join(group), authors=authors)
    _name_again(attacks, now)
    return episodes


def _name_again(attacks: list[str], now) -> None:
    people = list(Person.objects.order_by("pk"))
    known = set(Alias.objects.values_list("name", flat=True))
    names = [name for attack in attacks if (name := f"{line(attack, NAME - 2)}~") not in known]
    for person, name in zip(people, distinct(names), strict=False):
        Alias.objects.create(person=person, name=name, created_at=now, changed_at=now)


def pages_of_the_record(episodes: list[Episode]) -> list[str]:
    """Every page of the site that shows what was imported."""
    found = ["/", "/episodes/", "/episodes/?kind=special", "/episodes/?year=2026"]
    for episode in episodes:
        found += [episode.get_absolute_url(), f"/as-organizer{episode.get_absolute_url()}"]
        found.append(f"{episode.get_absolute_url()}ask/")
    questions = Question.objects.select_related("episode").order_by("pk")
    found += [row.get_absolute_url() for row in questions.filter(parent=None)]
    found += [row.get_absolute_url() for row in questions.exclude(parent=None)[::SOME]]
    people = [person.get_absolute_url() for person in Person.objects.order_by("pk")]
    found += people[::THIRD]
    found += [
        f"{url}?show={shown}" for shown in ("hosted", "led", "answers", "questions", "items") for url in people[::SOME]
    ]
    found += [paper.get_absolute_url() for paper in Paper.objects.order_by("pk")]
    found += [f"/people/?page={n}" for n in range(1, Person.objects.count() // 60 + 2)]
    found += [f"/papers/?page={n}" for n in range(1, Paper.objects.count() // 50 + 2)]
    return found


def raw_pages(episodes: list[Episode]) -> list[str]:
    """Replies that are no pages: exports and the API, opened in the browser all the same."""
    found = []
    for episode in episodes:
        found += [f"/episodes/{episode.code}{ending}" for ending in (".md", ".zhihu.md", ".json")]
        found += [f"/api/v1/questions/?episode={episode.code}&expand=answers&page_size=100"]
        found += [f"/api/v1/{name}/?episode={episode.code}&page_size=100" for name in ("sections", "items", "answers")]
    return found


def admin_pages() -> list[str]:
    """Lists of every table in the admin, and some of its rows; of episodes and documents every row."""
    found = ["/as-organizer/admin/"]
    for table in admin.site._registry:
        base = f"/as-organizer/admin/{table._meta.app_label}/{table._meta.model_name}/"
        pages = range(1, min(6, table._default_manager.count() // 100 + 2))
        found += [f"{base}?p={page}" for page in pages]
        keys = table._default_manager.order_by("-pk").values_list("pk", flat=True)
        if table is User:  # its pages have calendars; a user name holds no attack
            continue
        every = table in (Episode, SourceDocument)
        for key in keys if every else keys[:ADMIN_ROWS]:
            found.append(f"{base}{key}/change/")
    return found


# Every part of an address that a page reads or says again; SAID stands for the attacks.
ADDRESSES = (
    *(f"/{place}/SAID/" for place in ("nope", "people", "q", "episodes", "papers", "episodes/500/ask")),
    "/episodes/?year=SAID&kind=SAID&page=SAID&SAID=SAID",
    "/accounts/login/?next=SAID&SAID=1",
    "/accounts/login/?next=/SAID",
    "/people/?show=SAID&page=SAID",
)
API_ADDRESSES = (
    "/api/v1/SAID/",
    "/api/v1/questions/?SAID=1",
    "/api/v1/episodes/?expand=SAID",
    "/api/v1/items/?state=SAID",
    "/api/v1/people/?page_size=SAID",
    "/api/v1/answers/?question=SAID",
)
DOCS_ADDRESSES = ("/api/v1/docs/?version=SAID&lang=SAID&SAID=1",)


def addresses_that_carry(attacks: list[str]) -> list[str]:
    return _filled(ADDRESSES, attacks, PATH)


def api_addresses_that_carry(attacks: list[str]) -> list[str]:
    return _filled(API_ADDRESSES, attacks, PATH)


def docs_addresses_that_carry(attacks: list[str]) -> list[str]:
    elsewhere = "/api/v1/docs/?url=https://evil.example/schema&configUrl=https://evil.example/config"
    return [*_filled(DOCS_ADDRESSES, attacks, 2 * PATH), elsewhere]


def _filled(forms: Iterable[str], attacks: list[str], size: int) -> list[str]:
    said = [quote(group, safe="") for group in _joined(attacks, size)]
    return [form.replace("SAID", each) for each in said for form in forms]


def _joined(attacks: list[str], size: int) -> Iterable[str]:
    """The attacks one after another, in texts of about this many characters."""
    group = ""
    for attack in attacks:
        if group and len(group) + len(attack) >= size:
            yield group
            group = ""
        group += f"{attack[: size - 1]} "
    if group:
        yield group


def replies_to_forms(
    pages: Pages, attacks: list[str], *, member: Client, strict: Client, closed: str, open_: str
) -> dict[str, HttpResponse]:
    """Send the attacks through every form; the replies are refusals, drafts, previews and keys."""
    found = {}
    for number, group in enumerate(_joined(attacks, QUESTION_LIMIT)):
        sent = {
            "closed": (member, closed, {"body": group}),  # refused, and the text is in the form
            "ask": (member, open_, {"body": f"{group}\x00"}),
            "answer": (member, f"/q/{open_.split('/')[2]}-1/", {"body": f"{group}\u202e"}),
            "csrf": (strict, open_, {"body": group}),
            "login": (pages.visitor, "/accounts/login/", {"login": group[:150], "password": group, "next": group}),
            "paste": (pages.organizer, "/import/", {"text": group, "name": ""}),
            "name": (pages.organizer, "/import/", {"text": group, "name": f"{group}\x00"}),
            "store": (pages.organizer, "/import/store/", {"upload": [group, f"{'0' * 64}:{group}"], "replace": group}),
        }
        found |= {
            f"{name} {number}": checked(client.post(path, data), name) for name, (client, path, data) in sent.items()
        }
    # How the form says that a field cannot be read; the attacks with a NUL in them bring the same.
    for login, password in (("\0", "\0"), ("a", "\0"), ("\0", "a")):
        wrong = pages.visitor.post("/accounts/login/", {"login": login, "password": password})
        found[f"login {login!r} {password!r}"] = checked(wrong, "login")
    return found | _tokens(attacks, member)


def _tokens(attacks: list[str], member: Client) -> dict[str, HttpResponse]:
    found = {"odd token": checked(member.post("/settings/tokens/", {"name": "\0", "scope": "read"}), "tokens")}
    for start in range(0, len(attacks), TOKENS_PER_USER):
        group = attacks[start : start + TOKENS_PER_USER]
        for attack in group:
            made = member.post("/settings/tokens/", {"name": line(attack, NAME), "scope": "read"})
        wrong = member.post("/settings/tokens/", {"name": " ".join(group), "scope": group[0]})
        found |= {f"tokens {start}": checked(made, "tokens"), f"no token {start}": checked(wrong, "tokens")}
        Token.objects.all().delete()
    return found


def replies_to_files(pages: Pages, attacks: list[str], episodes: list[Episode]) -> dict[str, HttpResponse]:
    """Files whose names and contents are attacks: refused, previewed, stored, taken, and changed on both sides."""
    left_out = "# OpenLLM Talk 1\n\n\x1c\n\n## 本周新闻\n\n正文\n".encode()  # a blank line with a doubt
    found = {"left out": previewed(pages, {"001.md": left_out})[0]}
    assert "略过" in found["left out"].content.decode()
    names = distinct(line(attack, NAME).replace("/", "／") for attack in attacks)
    for start in range(0, len(names), FILES):
        group = names[start : start + FILES]
        found[f"unknown type {start}"], _none = previewed(pages, {f"{name}.exe": b"x" for name in group})
        found[f"unknown field {start}"], _none = previewed(pages, {f"{name}.json": _unknown(name) for name in group})
        number = episodes[0].number + 100 + start // FILES
        small = f"# OpenLLM Talk {number}\n\n【编号】：{number}\n\n## 本周新闻\n\n正文\n".encode()
        found[f"names {start}"], values = previewed(pages, {f"{name}.md": small for name in group})
        stored = pages.organizer.post("/import/store/", {"upload": values})
        found[f"stored {start}"] = checked(stored, "stored")
    for episode in episodes:
        source = SourceDocument.objects.get(episode=episode, is_current=True)
        text = writer.write(model.from_json(source.document))
        for name, data in {f"{episode.code}.json": bytes(source.data), "other.md": text.encode()}.items():
            found[f"preview {episode.code} {name}"], _values = previewed(pages, {name: data})
        found[f"conflicts {episode.code}"] = _changed_on_both_sides(pages, episode, source)
    return found


def _unknown(name: str) -> bytes:
    return json.dumps({**document(1), name: 1}).encode()


def previewed(pages: Pages, files: dict[str, bytes]) -> tuple[HttpResponse, list[str]]:
    """Return the preview of the files and the values that confirm them."""
    sent = [SimpleUploadedFile(name, data) for name, data in files.items()]
    response = pages.organizer.post("/import/", {"files": sent})
    shown = (response.context or {}).get("sent", [])
    return checked(response, "preview"), [file.value for file in shown if file.value]


def _changed_on_both_sides(pages: Pages, episode: Episode, source: SourceDocument) -> HttpResponse:
    """Answers that were edited here and in the file: both texts stand on the page of the result."""
    for answer in Answer.objects.filter(question__episode=episode, question__parent=None):
        body = f"{answer.body}\n\n<img src=x onerror=alert(1)>"
        Answer.objects.filter(pk=answer.pk).update(body=body, version=2)
    doc = json.loads(bytes(source.data))
    for written in (answer for asked in doc["questions"] for answer in asked["answers"]):
        written["body"] += "\n\n<svg onload=alert(1)>"
    data = json.dumps(doc, ensure_ascii=False).encode()
    _shown, values = previewed(pages, {f"{episode.code}.json": data})
    stored = pages.organizer.post("/import/store/", {"upload": values, "replace": values})
    assert "<svg onload" in stored.context["stored"][0].conflicts[0]["yours"]
    return checked(stored, "conflicts")
