"""The address in every mail at which such mails end: for whoever holds it, signed in or not."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from members.actions.profile import stop_mails
from members.models import Person
from talks.mailing import read_link


@csrf_exempt  # mail programs post here without a page of ours (RFC 8058); the signed address says whose mails end
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether mails of a group are to end; a post ends them. Reading alone changes nothing: scanners read."""
    found = read_link(token)
    if found is None:
        raise Http404
    pk, group = found
    person = get_object_or_404(Person.objects.current(), pk=pk)
    if request.method == "POST":
        stop_mails(person=person, group=group, by=person, now=timezone.now())
        person.refresh_from_db()
    context = {"group": group.label, "is_over": group.value not in person.mails}
    response = render(request, "talks/unsubscribe.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response
