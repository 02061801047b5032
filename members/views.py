"""Pages about oneself: the keys to the API."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.actions import tokens as actions
from members.actors import actor_of
from members.models import Person, Scope, Token, User
from members.rules import may_write


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens and the form to make one; its key is shown in the reply to the form and never again."""
    person, user = _person(request)
    name, scope = request.POST.get("name", "").strip(), request.POST.get("scope", Scope.READ)
    context: dict[str, object] = {"name": name, "scope": scope, "errors": {}}
    if request.method == "POST":
        try:
            made, key = actions.create_token(user=user, name=name, scope=scope, by=person, now=timezone.now())
            context |= {"made": made, "key": key, "name": "", "scope": Scope.READ}
        except ValidationError as error:
            context["errors"] = error.message_dict
    context |= {
        "tokens": Token.objects.valid(timezone.now()).filter(user=user).order_by("-pk"),
        "may_make": may_write(person),
        "scopes": Scope.choices,
        "name_limit": actions.NAME_LIMIT,
    }
    return render(request, "members/tokens.html", context, status=400 if context["errors"] else 200)


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one of my tokens back for good."""
    person, _user = _person(request)
    token = get_object_or_404(Token, pk=pk)
    actions.revoke_token(token=token, by=person, now=timezone.now())
    messages.success(request, _("The token is revoked; nothing can use it any more."))
    return redirect("tokens")


def _person(request: HttpRequest) -> tuple[Person, User]:
    actor = actor_of(request.user)
    if not isinstance(actor, Person) or actor.user is None:
        raise PermissionDenied(_("This account has no name in the record; ask an organizer."))
    return actor, actor.user
