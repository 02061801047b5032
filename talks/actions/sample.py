"""The sample: episodes, a reading list and news that make every page look alive, with two logins; and its removal.

What the sample made is noted in its Event, and removal goes by that note alone; what somebody else uses by then stays.
"""

from __future__ import annotations

import json
import os
import secrets
import zoneinfo
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.people import create_user
from members.actors import Actor
from members.models import Event, Person, Role, User
from news.models import NewsItem
from papers.actions.facts import store_facts
from papers.actions.list_imports import import_list
from papers.facts import Author, PaperFacts
from papers.models import FilledFrom, ListEntry, ListSection, Paper, ReadingList
from talks.actions.imports import import_file
from talks.actions.questions import answer, ask
from talks.actions.sample_news import make_news, remove_news
from talks.models import Answer, Episode, ImportedRow, Item, KeptRow, Question
from talks.models.episodes import SAMPLE
from talks.rules import can_import

FOLDER = Path(__file__).resolve().parent.parent / "sample"
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
# The document whose evening is the next Saturday; each regular one before it lies a week earlier.
OPEN_NUMBER = 107
# A special has no date; it was written in the week after this episode.
SPECIAL_AFTER = 103
# An evening is put on record on the next afternoon.
FILED_AFTER = timedelta(hours=18)
# login → user name and the name in the record
LOGINS = {Role.ORGANIZER.value: ("sample-organizer", "青禾"), Role.MEMBER.value: ("sample-member", "小满")}
# The Event about this row says what the sample made.
KIND, KEY = "sample", "talks"


@dataclass(frozen=True, slots=True)
class Made:
    """Keys of the rows that were not there before the sample."""

    episodes: list[int]
    persons: list[int]
    users: list[int]
    papers: list[int]
    lists: list[int] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    stories: list[int] = field(default_factory=list)


def logins_file() -> Path:
    """Return where user names and passwords of the sample are kept: JSON, role → username and password."""
    return Path(settings.VAR_DIR) / "sample_logins.json"


def load_sample(*, by: Actor, now: datetime) -> bool:
    """Load the sample whole or not at all; return whether anything was done: a loaded one is left as it is.

    Raises PermissionDenied when DEBUG is off or for anybody but organizers and the operator, ValidationError when
    a number or a user name of the sample is taken.
    """
    if not settings.DEBUG:
        raise PermissionDenied(_("The sample has logins with known names: it is only loaded while DEBUG is on."))
    _permit(by)
    with transaction.atomic():
        if _loaded() is not None:
            return False
        persons, papers, stories = _keys(Person), _keys(Paper), _keys(NewsItem)
        episodes = _import_documents(by=by, now=now)
        own_persons = (_keys(Person) - persons) | _left_persons()
        people = _create_logins(own_persons, by=by, now=now)
        _act_on_site(people, now=now)
        lists = _import_lists(by=by, now=now)
        opened = next_saturday(now) - timedelta(weeks=1)
        sources = make_news(FOLDER / "news.json", people, opened=opened, now=now)
        _tell_papers(_keys(Paper) - papers, by=by, now=now)
        made = Made(
            episodes=sorted(episode.pk for episode in episodes),
            persons=sorted(own_persons | (_keys(Person) - persons)),
            users=sorted(person.user_id for person in people.values() if person.user_id),
            papers=sorted(_keys(Paper) - papers),
            lists=sorted(row.pk for row in lists),
            sources=sorted(row.pk for row in sources),
            stories=sorted(_keys(NewsItem) - stories),
        )
        record(by=by, now=now, verb="load_sample", kind=KIND, key=KEY, after=asdict(made))
    return True


def remove_sample(*, by: Actor, now: datetime) -> bool:
    """Remove what the sample made, and what was added to its episodes since; return whether it was there.

    People and papers of the sample that the record uses elsewhere stay. This alone deletes rows and events: nothing
    of the sample ever belonged to the record. Raises PermissionDenied.
    """
    _permit(by)
    with transaction.atomic():
        made = _loaded()
        if made is None:
            return False
        episodes = Episode.objects.select_for_update().filter(pk__in=made.episodes)
        _forget_history(list(episodes))
        _events_about(list(episodes)).delete()
        remove_news(made.sources, made.stories)
        episodes.delete()
        lists = ReadingList.objects.select_for_update().filter(pk__in=made.lists)
        _events_about_lists(list(lists)).delete()
        lists.delete()
        User.objects.filter(pk__in=made.users).delete()
        for person in Person.objects.filter(pk__in=made.persons, user=None):
            _delete_if_unused(person, events=Q(person=person) | Q(target_kind="person", target_key=str(person.pk)))
        for paper in Paper.objects.filter(pk__in=made.papers, mentions=None):
            _delete_if_unused(paper, events=Q(target_kind="paper", target_key=paper.arxiv_id))
        record(by=by, now=now, verb="remove_sample", kind=KIND, key=KEY, before=asdict(made))
        transaction.on_commit(lambda: logins_file().unlink(missing_ok=True))
    return True


def written_by_others() -> list[str]:
    """Return "id name" of every question and answer in the loaded sample that a person of the record wrote on site."""
    made = _loaded()
    if made is None:
        return []
    imported = ImportedRow.objects.filter(episode__in=made.episodes)
    asked = Question.objects.filter(episode__in=made.episodes, asker__isnull=False).exclude(asker__in=made.persons)
    asked = asked.exclude(pk__in=imported.filter(kind="question").values("row_id")).select_related("episode", "asker")
    said = Answer.objects.filter(question__episode__in=made.episodes, author__isnull=False)
    said = said.exclude(author__in=made.persons).exclude(pk__in=imported.filter(kind="answer").values("row_id"))
    rows = [(question, question.asker) for question in asked.order_by("pk")]
    rows += [(one.question, one.author) for one in said.select_related("question__episode", "author").order_by("pk")]
    return [f"{question.public_id} {person.name}" for question, person in rows if person is not None]


def next_saturday(now: datetime) -> datetime:
    """Return the first Saturday 21:00 in Shanghai after `now`."""
    local = now.astimezone(SHANGHAI)
    evening = datetime.combine(local.date() + timedelta(days=(5 - local.weekday()) % 7), time(21), SHANGHAI)
    return evening if evening > now else evening + timedelta(weeks=1)


def _permit(by: Actor) -> None:
    if not can_import(by):
        raise PermissionDenied(_("Only organizers load or remove the sample."))


def _loaded() -> Made | None:
    """Return what the loaded sample made, or None when there is none."""
    last = Event.objects.about(KIND, KEY).order_by("-pk").first()
    return Made(**last.after) if last is not None and last.verb == "load_sample" else None


def _left_persons() -> set[int]:
    """Return the persons of an earlier sample that the record uses, so that they stayed; nobody holds them."""
    last = Event.objects.about(KIND, KEY).order_by("-pk").first()
    if last is None or last.verb != "remove_sample":
        return set()
    left = Person.objects.current().filter(pk__in=Made(**last.before).persons, user=None)
    return set(left.values_list("pk", flat=True))


def _keys(model: type[models.Model]) -> set[int]:
    return set(model._default_manager.values_list("pk", flat=True))


def _import_documents(*, by: Actor, now: datetime) -> list[Episode]:
    """Import the documents in the order in which they were filed."""
    last = next_saturday(now)
    filed: list[tuple[datetime, Path, datetime]] = []
    for path in sorted(FOLDER.glob("*.md")):
        number = int(path.stem) if path.stem.isdigit() else SPECIAL_AFTER
        starts_at = last - timedelta(weeks=OPEN_NUMBER - number)
        # The open one was begun a day after the one before it.
        done = starts_at - timedelta(days=6) if number == OPEN_NUMBER else starts_at + FILED_AFTER
        filed.append((min(done, now), path, starts_at))
    episodes = []
    for done, path, starts_at in sorted(filed):
        text = path.read_text("utf-8").replace("{date}", starts_at.strftime("%Y%m%d"))
        result = import_file(data=text.encode(), name=f"{SAMPLE}{path.name}", by=by, now=done)
        if result.episode is None or result.status != "created":
            problems = "; ".join(problem["message"] for problem in result.problems)
            raise ValidationError(
                _("%(name)s cannot be loaded: %(problems)s") % {"name": path.name, "problems": problems}
            )
        episodes.append(result.episode)
    return episodes


def _import_lists(*, by: Actor, now: datetime) -> list[ReadingList]:
    """Import the reading lists of the sample."""
    lists = []
    for path in sorted((FOLDER / "lists").glob("*.md")):
        slug = f"sample-{path.stem}"
        if ReadingList.objects.filter(slug=slug).exists():
            raise ValidationError(_("The address %(slug)s is taken by another list.") % {"slug": slug})
        result = import_list(data=path.read_bytes(), name=f"sample/{path.name}", slug=slug, by=by, now=now)
        if result.reading_list is None:
            problems = "; ".join(problem["message"] for problem in result.problems)
            raise ValidationError(
                _("%(name)s cannot be loaded: %(problems)s") % {"name": path.name, "problems": problems}
            )
        lists.append(result.reading_list)
    return lists


def _tell_papers(new_papers: Iterable[int], *, by: Actor, now: datetime) -> None:
    """Give the sample's own papers the facts of a file. Nobody said them: arXiv is still asked, and knows better."""
    path = FOLDER / "papers.json"
    rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    new = set(Paper.objects.filter(pk__in=new_papers).values_list("arxiv_id", flat=True))
    facts = [
        PaperFacts(
            arxiv_id=row["arxiv_id"],
            source=FilledFrom.NOBODY.value,
            title=row["title"],
            authors=tuple(map(Author, row["authors"])),
            primary_category=row["categories"][0],
            categories=tuple(row["categories"]),
            published_at=datetime.fromisoformat(row["published_on"]).replace(tzinfo=UTC),
        )
        for row in rows
        if row["arxiv_id"] in new
    ]
    store_facts(facts, by=by, now=now)


def _events_about_lists(lists: list[ReadingList]) -> models.QuerySet[Event]:
    """Return the events about these lists and what stands on them."""
    about = Q(target_kind="reading_list", target_key__in=[row.slug for row in lists])
    rows = {
        "list_section": ListSection.objects.filter(reading_list__in=lists),
        "list_entry": ListEntry.objects.filter(section__reading_list__in=lists),
    }
    for kind, found in rows.items():
        about |= Q(target_kind=kind, target_key__in=[str(key) for key in found.values_list("pk", flat=True)])
    return Event.objects.filter(about)


def _create_logins(own_persons: Iterable[int], *, by: Actor, now: datetime) -> dict[str, Person]:
    """Create the two users and keep their passwords; passwords that were kept before are used again."""
    kept = _kept_passwords()
    logins, people = {}, {}
    for role, (username, name) in LOGINS.items():
        password = kept.get(username) or secrets.token_urlsafe(12)
        claim = Person.objects.filter(pk__in=list(own_persons), name=name, user=None).first()
        user = create_user(username=username, password=password, role=role, by=by, now=now, claim=claim)
        logins[role] = {"username": username, "password": password}
        people[role] = user.person
    _keep(logins)
    return people


def _kept_passwords() -> dict[str, str]:
    """Return user name → password of the file, so that a second database does not outdate the first one's."""
    try:
        logins = json.loads(logins_file().read_text("utf-8"))
        return {login["username"]: str(login["password"]) for login in logins.values()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _keep(logins: dict[str, dict[str, str]]) -> None:
    """Write the logins so that nobody but their owner ever can read them."""
    path = logins_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        json.dump(logins, file, ensure_ascii=False, indent=2)
    os.replace(draft, path)


def _act_on_site(people: dict[str, Person], *, now: datetime) -> None:
    """Ask and answer as visitors would, some hours before `now` but never before the open episode was there."""
    opened = Episode.objects.get(code=f"{OPEN_NUMBER}")
    acts: list[dict[str, Any]] = json.loads((FOLDER / "site.json").read_text("utf-8"))
    for act in acts:
        at = max(opened.created_at, now - timedelta(hours=act["hours_ago"]))
        by = people[act["login"]]
        if "answer_to" in act:
            question = Question.objects.with_public_id(act["answer_to"]).get()
            answer(question=question, body=act["body"], by=by, now=at)
        else:
            ask(episode=opened, body=act["body"], by=by, now=at)


def _events_about(episodes: list[Episode]) -> models.QuerySet[Event]:
    """Return the events about these episodes and what is in them: a real 101 must not inherit the sample's past."""
    about = Q(target_kind="episode", target_key__in=[episode.code for episode in episodes])
    for episode in episodes:
        about |= Q(target_kind="question", target_key__startswith=f"{episode.code}-")
    rows: dict[str, list[str]] = {"answer": []}
    for kind, key in ImportedRow.objects.filter(episode__in=episodes).values_list("kind", "row_id"):
        rows.setdefault(kind, []).append(str(key))
    answers = Answer.objects.filter(question__episode__in=episodes)
    rows["answer"] += [str(key) for key in answers.values_list("pk", flat=True)]
    items = Item.objects.filter(section__episode__in=episodes)
    rows.setdefault("item", []).extend(str(key) for key in items.values_list("pk", flat=True))
    for kind, keys in rows.items():
        about |= Q(target_kind=kind, target_key__in=keys)
    return Event.objects.filter(about)


def _forget_history(episodes: list[Episode]) -> None:
    """Delete what was kept of the sample's rows, with the acts."""
    kept = KeptRow.objects.filter(episode__in=episodes)
    acts = list(kept.order_by().values_list("event", flat=True).distinct())
    for start in range(0, len(acts), 500):
        part = acts[start : start + 500]
        KeptRow.objects.filter(event__in=part).delete()
        Event.objects.filter(pk__in=part).delete()


def _delete_if_unused(row: models.Model, *, events: Q) -> None:
    """Delete a row and its events, unless a row that is not the sample's refers to it: then all of them stay."""
    try:
        with transaction.atomic():
            Event.objects.filter(events).delete()
            row.delete()
    except (models.ProtectedError, models.RestrictedError):
        return
