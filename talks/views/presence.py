"""Who else is editing (正在编辑): asked by the forms themselves, every twenty seconds."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members.actors import ANONYMOUS, actor_of
from talks.actions.presence import note_presence


@require_POST
@never_cache
def presence(request: HttpRequest) -> HttpResponse:
    """Answer with the sentence that names the others who are editing a row, 204 when it is the one that was `said`."""
    by = actor_of(request.user)
    if by is ANONYMOUS:
        return redirect_to_login("/")
    sent = request.POST
    kind, _colon, key = sent.get("row", "")[:60].partition(":")
    is_editing = sent.get("edits") == "1"
    names = note_presence(kind=kind, key=key, is_editing=is_editing, by=by, now=timezone.now())
    said = _("Being edited just now by %(names)s") % {"names": _(", ").join(names)} if names else ""
    if said == sent.get("said", ""):
        return HttpResponse(status=204)
    return HttpResponse(said, content_type="text/plain; charset=utf-8")
