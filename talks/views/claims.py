"""What can be taken, and taking it: one tap, also for a guest whose link is for one section."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.actors import ANONYMOUS, Actor
from members.models import Person
from members.rules import invalid, require
from talks.actions import claims, templates
from talks.models import Claim, ClaimRole, Episode, Section, StandingOwner
from talks.models.order import in_order
from talks.places import place_of, takeable
from talks.rules import holds, runs
from talks.views.acting import Outcome, actor, attempt, person_named, undo_by, way_back
from talks.views.visitor import visitor


@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Every section that can be taken, over all episodes to come."""
    return _page(request, timezone.now())


def _page(request: HttpRequest, now: datetime, refused: Outcome | None = None, at: int = 0) -> HttpResponse:
    by = actor(request)
    person = by if isinstance(by, Person) else None
    owned = StandingOwner.objects.current().filter(person=person) if person is not None else []
    context = {
        "entries": takeable(by, now=now),
        "owned": list(owned),
        "coming": Episode.objects.visible_to(person).of_record().upcoming().first(),
        "may_act": by is not ANONYMOUS,
        "refused": refused,
        "refused_at": at,
    }
    return render(request, "talks/claim.html", context, status=refused.status if refused else 200)


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a section as lead or standby."""
    section = get_object_or_404(_sections(request), pk=pk)
    role = request.POST.get("role", ClaimRole.LEAD)

    return _do(request, section, lambda by, now: taken(section, role, by, now))


def taken(section: Section, role: str, by: Actor, now: datetime) -> str:
    """Take a section and say so."""
    made = claims.claim(section=section, role=role, by=by, now=now)
    words = {"section": section.name, "episode": section.episode.label}
    if made.role == ClaimRole.STANDBY:
        return _("You stand by for %(section)s in %(episode)s.") % words
    return _("%(section)s in %(episode)s is yours.") % words


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a section up."""
    claim = get_object_or_404(_claims(request), pk=pk)

    def act(by: Actor, now: datetime) -> str:
        claims.release(claim=claim, by=by, now=now)
        return _("Given up: %(section)s. Somebody else may take it now.") % {"section": claim.section.name}

    return _do(request, claim.section, act, undo=undo_by(claim.section.episode.code, "claim", claim.pk))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a section over: to the standby, or to somebody named."""
    now, by = timezone.now(), actor(request)
    if by is ANONYMOUS:
        return redirect_to_login(request.get_full_path())
    claim = get_object_or_404(_claims(request), pk=pk)
    # the page names everybody who could have it, so it is for who may hand over only
    require(runs(by, claim.section.episode) or holds(by, claim, now=now), _("Only who has a section hands it over."))
    outcome = None
    if request.method == "POST":

        def act() -> str:
            to = person_named(request.POST.get("to", ""), field="to")
            made = claims.hand_over(claim=claim, to=to, by=by, now=now)
            return _("%(section)s is %(name)s’s now.") % {"section": claim.section.name, "name": made.name}

        outcome = attempt(act)
        if outcome.is_done:
            messages.success(request, outcome.said)
            return redirect(way_back(request, f"{reverse('claim')}#section-{claim.section_id}"))
    held = list(in_order(Claim.objects.filter(section=claim.section).select_related("person")))
    context = {
        "claim": claim,
        "place": place_of(claim.section, held, by, now=now),
        "outcome": outcome,
        "to": request.POST.get("to", ""),
        "next": request.POST.get("next", ""),
        "names": Person.objects.current().filter(user__is_active=True).order_by("name")[:500],
    }
    return render(request, "talks/claim_hand_over.html", context, status=outcome.status if outcome else 200)


@require_POST
def owner(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Leave a day out of what one takes every week, take it after all, or take it every week no more."""
    by, now = actor(request), timezone.now()
    if by is ANONYMOUS:
        return redirect_to_login(reverse("claim"))
    row = get_object_or_404(StandingOwner.objects.current(), pk=pk)

    def act() -> str:
        if verb == "disown":
            templates.disown(owner=row, by=by, now=now)
            return _("Taken out of the list of every week.")
        day = _day(request.POST.get("day", ""))
        change = templates.skip if verb == "skip" else templates.unskip
        change(owner=row, day=day, by=by, now=now)
        return _("Left out: %(day)s") % {"day": day} if verb == "skip" else _("Taken after all: %(day)s") % {"day": day}

    outcome = attempt(act)
    (messages.success if outcome.is_done else messages.error)(request, outcome.said)
    return redirect(way_back(request, reverse("claim")))


def _day(text: str) -> date:
    try:
        found = parse_date(text[:10])
    except ValueError:
        found = None
    if found is None:
        raise invalid("day", _("Choose a day."), "invalid")
    return found


def _do(
    request: HttpRequest, section: Section, act: Callable[[Actor, datetime], str], *, undo: str = ""
) -> HttpResponse:
    """Do an act on a section and go back; a refusal is said on the page of what can be taken."""
    by, now = actor(request), timezone.now()
    if by is ANONYMOUS:
        messages.info(request, _("Sign in, and one more tap takes it."))
        return redirect_to_login(f"{reverse('claim')}#section-{section.pk}")
    outcome = attempt(lambda: act(by, now))
    if not outcome.is_done:
        return _page(request, now, outcome, section.pk)
    messages.success(request, outcome.said, extra_tags=undo)
    return redirect(way_back(request, f"{reverse('claim')}#section-{section.pk}"))


def _sections(request: HttpRequest) -> QuerySet[Section]:
    episodes = Episode.objects.visible_to(visitor(request))
    return Section.objects.filter(deleted_at=None, episode__in=episodes).select_related("episode")


def _claims(request: HttpRequest) -> QuerySet[Claim]:
    rows = Claim.objects.current().filter(section__in=_sections(request))
    return rows.select_related("section__episode", "person")
