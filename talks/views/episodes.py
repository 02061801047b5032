"""The list of episodes, the page of one, and its text for other places."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from markup.html import TextTooLong
from members.models import Revision
from members.rules import is_organizer
from talks.exports import kept_export
from talks.models import Episode, EpisodeKind, SourceDocument
from talks.rules import takes_questions
from talks.views.kept import kept
from talks.views.record import record_of
from talks.views.visitor import visitor

PAGE = 50
# What follows the code in `/episodes/005.md` → the target of talks.export.
FORMS = {"md": "github", "zhihu.md": "zhihu", "json": "json"}


@require_safe
@kept
def index(request: HttpRequest) -> HttpResponse:
    """All episodes, newest first, of one year or only the specials on demand."""
    visible = Episode.objects.visible_to(visitor(request))
    years = [moment.year for moment in visible.datetimes("starts_at", "year", order="DESC")]
    year = request.GET.get("year", "")
    kind = request.GET.get("kind", "")
    shown = visible
    if year.isascii() and year.isdigit() and int(year) in years:
        shown = shown.filter(starts_at__year=int(year))
    else:
        year = ""
    if kind == EpisodeKind.SPECIAL:
        shown = shown.filter(kind=EpisodeKind.SPECIAL)
    else:
        kind = ""
    page = Paginator(shown.newest_first().with_counts(), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "years": years,
        "year": year,
        "kind": kind,
        "has_specials": visible.filter(kind=EpisodeKind.SPECIAL).exists(),
        "query": f"year={year}&" if year else f"kind={kind}&" if kind else "",
    }
    return render(request, "talks/episodes.html", context)


@require_safe
@kept
def record(request: HttpRequest, code: str) -> HttpResponse:
    """The record of one episode."""
    person = visitor(request)
    visible = Episode.objects.visible_to(person)
    around = visible.around(code)
    if around is None:
        raise Http404
    episode = around.episode
    if request.path != episode.get_absolute_url():
        return redirect(episode, permanent=True)
    context = {
        "record": record_of(episode),
        "episode": episode,
        "takes_questions": takes_questions(episode),
        "previous": around.previous,
        "next": around.next,
        "here": around.codes,
        "open_episode": around.open,
        "source": SourceDocument.objects.current().filter(episode=episode).defer("data", "text", "document").first()
        if person is not None and is_organizer(person)
        else None,
    }
    return render(request, "talks/episode.html", context)


@require_safe
@kept
def text(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The episode as Markdown for GitHub or Zhihu, or as an EpisodeDoc."""
    if form not in FORMS:
        raise Http404
    stamp = Revision.objects.stamp()
    episode = get_object_or_404(Episode.objects.visible_to(visitor(request)).with_code(code))
    if code != episode.code:
        return redirect(f"{episode.get_absolute_url().removesuffix('/')}.{form}", permanent=True)
    try:
        exported = kept_export(episode, FORMS[form], stamp=stamp)
    except TextTooLong:
        sentence = _("This record is too long for this form; take the JSON.")
        return HttpResponse(sentence, status=413, content_type="text/plain; charset=utf-8")
    response = HttpResponse(exported.text, content_type=f"{exported.media_type}; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{exported.filename}"'
    return response
