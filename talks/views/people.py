"""Members: all of them, and everything one of them did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from members.models import Person
from members.rules import may_be_claimed
from talks.models import (
    Answer,
    Claim,
    Credit,
    CreditRole,
    Episode,
    EpisodeKind,
    Hosting,
    HostingRole,
    Question,
)
from talks.models.credits import in_record, with_tallies, without_idle_guests
from talks.views.kept import kept
from talks.views.visitor import visitor

PAGE = 60
ROWS = 20
FIRST_ROWS = 6
DOTS = 24
HOPS = 10


@dataclass(frozen=True, slots=True)
class Deeds:
    """One kind of thing a person did: its key in the address, its name, the rows, how many there are."""

    key: str
    name: str
    rows: QuerySet[Any]
    count: int


@dataclass(frozen=True, slots=True)
class Dot:
    """An evening in the row of dots: led, spoke or away."""

    kind: str
    x: str
    label: str
    is_named: bool


@require_safe
@kept
def index(request: HttpRequest) -> HttpResponse:
    """Everybody in the record, the busiest first."""
    viewer = visitor(request)
    found = without_idle_guests(in_record(Person.objects.current(), viewer), viewer)
    people = with_tallies(found, Episode.objects.visible_to(viewer))
    page = Paginator(people.order_by("-tally", "name", "pk"), PAGE).get_page(request.GET.get("page"))
    return render(request, "talks/people.html", {"page": page})


@require_safe
@kept
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """A member and everything they did; a merged name leads to the person who is meant."""
    viewer, named = visitor(request), Person.objects.filter(deleted_at=None).with_handle(handle)
    row = in_record(named.filter(merged_into=None), viewer).first()
    if row is None:
        meant = _meant(get_object_or_404(named))
        if not in_record(Person.objects.filter(pk=meant.pk), viewer).exists():
            raise Http404
        return redirect(meant, permanent=False)
    deeds = deeds_of(row, viewer)
    chosen = next((found for found in deeds if found.key == request.GET.get("show")), None)
    context = {
        "person": row,
        "aliases": [
            alias.name for alias in row.aliases.filter(deleted_at=None).order_by("name") if alias.name != row.name
        ],
        "deeds": deeds,
        "chosen": chosen,
        "page": Paginator(chosen.rows, ROWS).get_page(request.GET.get("page")) if chosen else None,
        "query": f"show={chosen.key}&" if chosen else "",
        "overview": [] if chosen else [(found, list(found.rows[:FIRST_ROWS])) for found in deeds if found.count],
        "dots": dots_of(row, viewer),
        "is_me": viewer is not None and viewer.pk == row.pk,
        "links": [link for link in row.links if link.get("url")],
        "may_claim": viewer is not None and may_be_claimed(viewer, row),
    }
    return render(request, "talks/person.html", context)


def _meant(row: Person) -> Person:
    for _hop in range(HOPS):
        if row.merged_into is None:
            break
        row = row.merged_into
    return row


def deeds_of(person: Person, viewer: Person | None) -> list[Deeds]:
    """Return what a person did, kind by kind, newest first, as far as the viewer may read it."""
    visible = Episode.objects.visible_to(viewer)
    hostings = Hosting.objects.filter(person=person, deleted_at=None, episode__in=visible).select_related("episode")
    hostings = hostings.order_by("-episode__starts_at", "-episode__number")
    claims = Claim.objects.filter(
        person=person, deleted_at=None, section__deleted_at=None, section__episode__in=visible
    ).select_related("section__episode")
    brought = Credit.objects.brought_by(person).filter(episode__in=visible)
    found = [
        ("hosted", pgettext("tally", "hosted"), hostings.filter(role=HostingRole.HOST)),
        ("edited", pgettext("tally", "edited"), hostings.filter(role=HostingRole.EDITOR)),
        (
            "led",
            pgettext("tally", "led"),
            claims.order_by("-section__episode__starts_at", "section__position"),
        ),
        ("answers", pgettext("tally", "answers"), Answer.objects.visible_to(viewer).of(person)),
        ("questions", pgettext("tally", "questions"), Question.objects.visible_to(viewer).of(person)),
        ("items", pgettext("tally", "brought"), brought),
    ]
    return [Deeds(key, name, rows, rows.count()) for key, name, rows in found]


def dots_of(person: Person, viewer: Person | None) -> list[Dot]:
    """Return the last evenings as dots; none for somebody who was in none of them."""
    visible = Episode.objects.visible_to(viewer).of_record()
    evenings = list(visible.filter(kind=EpisodeKind.REGULAR).newest_first().values_list("pk", "code")[:DOTS])[::-1]
    keys = [key for key, _code in evenings]
    rows = Hosting.objects.filter(person=person, deleted_at=None, episode__in=keys).values_list("episode", "role")
    led = {key for key, role in rows if role == HostingRole.HOST}
    spoke = {key for key, _role in rows}
    spoke.update(Answer.objects.visible_to(viewer).of(person).values_list("question__episode", flat=True))
    spoke.update(Question.objects.visible_to(viewer).of(person).values_list("episode", flat=True))
    spoke.update(
        Credit.objects.filter(person=person, deleted_at=None)
        .exclude(role=CreditRole.SOURCE, section=None)  # who is named for a link need not have been there
        .values_list("episode", flat=True)
    )
    spoke.update(Claim.objects.filter(person=person, deleted_at=None).values_list("section__episode", flat=True))
    if not spoke & set(keys):
        return []
    step = 100 / len(evenings)
    every = max(1, len(evenings) // 5)
    return [
        Dot(
            "led" if key in led else "spoke" if key in spoke else "away",
            f"{step * (index + 0.5):.2f}%",
            code,
            index % every == 0,
        )
        for index, (key, code) in enumerate(evenings)
    ]
