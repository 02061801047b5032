"""What belongs to no single page: the theme, robots.txt, and the pages that say what went wrong and where to go."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from members.models import Person
from talks.models import Episode, Question, Review
from talks.models.questions import read_public_id
from talks.rules import QUESTION_LIMIT
from talks.views.visitor import visitor

THEMES = ("light", "dark")
YEAR = 60 * 60 * 24 * 365


@dataclass(frozen=True, slots=True)
class WayOn:
    """A link that leads on from a page that does not exist."""

    title: str
    url: str


# A reader's own display; without a token the pages of visitors stay byte for byte the same and set no cookie.
@csrf_exempt
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice of light or dark in a cookie; anything else follows the system again."""
    onward = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        onward = "/"
    response = HttpResponseRedirect(onward)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            "theme",
            chosen,
            max_age=YEAR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Everything public may be read by machines; forms and accounts say nothing to them."""
    lines = ["User-agent: *", "Disallow: /accounts/", "Disallow: /admin/", "Disallow: /episodes/*/ask/"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say what is not here, what is, and where to go."""
    sentence, ways = _nearby(request.path, visitor(request))
    return render(request, "404.html", {"sentence": sentence, "ways": ways}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show the sentence of the rule that refused."""
    sentence = str(exception) if isinstance(exception, PermissionDenied) else ""
    return render(request, "403.html", {"sentence": sentence}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Give a form that came too late (another sign-in since) back with its text, to be sent once more."""
    # As whom it was to be sent goes along: what was written anonymously is not sent again under a name.
    rest = {name: request.POST[name][:200] for name in ("as", "name", "key") if name in request.POST}
    # The draft of the form that was refused: it is taken once this page's form is (config/middleware.py).
    rest["_draft_before"] = (request.POST.get("_draft_before") or request.POST.get("_draft", ""))[:40]
    context = {"body": request.POST.get("body", "")[: 2 * QUESTION_LIMIT], "action": request.path, "rest": rest}
    return render(request, "403_csrf.html", context, status=403)


def _nearby(path: str, person: Person | None) -> tuple[str, list[WayOn]]:
    """Return a sentence about what exists near an address that does not, and links to it."""
    kind, _slash, rest = path.strip("/").partition("/")
    if kind == "episodes":
        return _near_episodes(person)
    if kind == "q":
        return _near_question(rest, person)
    if kind == "people":
        return _("Nobody in the record has this address."), [WayOn(_("All members"), reverse("people"))]
    if kind == "papers":
        sentence = _("No talk has mentioned this paper, or the address is not an arXiv id.")
        return sentence, [WayOn(_("All papers"), reverse("papers"))]
    if kind == "lists":
        return _("There is no such list."), [WayOn(_("All reading lists"), reverse("lists"))]
    return _("There is no page at this address."), [WayOn(_("All episodes"), reverse("episodes"))]


def _near_episodes(person: Person | None) -> tuple[str, list[WayOn]]:
    latest = list(Episode.objects.visible_to(person).of_record().newest_first()[:3])
    ways = [WayOn(f"{episode.label} {episode.name}".strip(), episode.get_absolute_url()) for episode in latest]
    return _("There is no such episode."), [*ways, WayOn(_("All episodes"), reverse("episodes"))]


def _near_question(rest: str, person: Person | None) -> tuple[str, list[WayOn]]:
    found = read_public_id(rest.strip("/"))
    episode = Episode.objects.visible_to(person).filter(code=found[0]).first() if found else None
    if episode is None:
        return _near_episodes(person)
    if Question.objects.with_public_id(rest.strip("/")).filter(review=Review.WAITING, episode=episode).exists():
        # Only that the number is given to something; neither words nor names.
        ways = [WayOn(f"{episode.label} {episode.name}".strip(), episode.get_absolute_url())]
        return _("This question waits for a host to let it through."), ways
    asked = Question.objects.visible_to(person).filter(episode=episode, first_code="")
    last = asked.order_by("-serial", "follow_up").first()
    ways = [WayOn(f"{episode.label} {episode.name}".strip(), episode.get_absolute_url())]
    if last is None:
        return _("Nobody has asked in %(episode)s yet.") % {"episode": episode.label}, ways
    last.episode = episode
    sentence = _("The questions of %(episode)s end with %(last)s.")
    ways.append(WayOn(last.public_id, last.get_absolute_url()))
    return sentence % {"episode": episode.label, "last": last.public_id}, ways
