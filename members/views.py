"""Pages about oneself: the way in, one's own page, the keys to the API, leaving."""

from __future__ import annotations

import json
from typing import Any

from allauth.account import views as accounts
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from markup import html
from members import forms
from members.accounts import CODE
from members.actions import profile as own
from members.actions import tokens as actions
from members.actors import actor_of
from members.conflicts import gone_on
from members.export import everything_of
from members.models import Person, Scope, Token, User
from members.rules import may_write


def signup(request: HttpRequest) -> HttpResponseBase:
    """Open an account; the code of an invitation's link waits in the session, also while a provider is asked."""
    if code := request.GET.get("code", ""):
        request.session[CODE] = code[:40]
    return accounts.signup(request)


def password_reset(request: HttpRequest) -> HttpResponseBase:
    """Ask for a mail that sets a new password; without mail, say who helps."""
    if not settings.OPEN_BY_MAIL:
        return render(request, "account/password_reset_by_organizer.html")
    return accounts.password_reset(request)


def email(request: HttpRequest) -> HttpResponseBase:
    """One's address, where mail is configured."""
    if not settings.OPEN_BY_MAIL:
        raise Http404
    return accounts.email(request)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    """What I say of myself; `preview` shows the text without storing it."""
    person, user = _person(request)
    form = forms.ProfileForm(request.POST or None, person=person)
    conflict: dict[str, Any] = {}
    context: dict[str, Any] = {"form": form, "person": person, "may_edit": may_write(person)}
    context |= {"mail": settings.OPEN_BY_MAIL, "providers": settings.PROVIDERS}
    if settings.OPEN_BY_MAIL:
        context["address"] = EmailAddress.objects.filter(user=user).order_by("-verified", "pk").first()
    if request.method == "POST" and "preview" in request.POST:
        context["preview_html"] = html.render(form.data.get("bio", "")[: own.BIO_LIMIT], prefix="preview-")
    elif request.method == "POST":
        made = forms.sent(
            form,
            lambda: own.edit_profile(person=person, by=person, now=timezone.now(), **form.values()),
            conflict,
        )
        if made is not None:
            messages.success(request, _("Saved. This is how others see you."))
            return redirect(made)
        if conflict:
            person.refresh_from_db()
            context["form"], context["clash"] = gone_on(
                form, lambda data: forms.ProfileForm(data, person=person), forms.ProfileForm.of(person)
            )
    status = 409 if conflict else 400 if form.is_bound and form.errors and "preview_html" not in context else 200
    return render(request, "members/profile.html", context, status=status)


@require_safe
@login_required
@never_cache
def export(request: HttpRequest) -> HttpResponse:
    """Everything the site keeps of me, as one file."""
    person, _user = _person(request)
    text = json.dumps(everything_of(person), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": 'attachment; filename="openllm-talk-mine.json"'}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def erase(request: HttpRequest) -> HttpResponse:
    """What leaving takes away and what stays, and the form that does it."""
    person, user = _person(request)
    form = forms.EraseForm(request.POST or None)
    if request.method == "POST":
        typed = request.POST.get("typed", "").strip()

        def act() -> bool:
            own.erase(person=person, typed=typed, by=person, now=timezone.now())
            return True

        if forms.sent(form, act):
            logout(request)
            messages.success(request, _("Your account is erased. What you did stays under the name 已注销."))
            return redirect("home")
    given_up = import_string(settings.ERASES_TELL)(person=person)
    context = {"form": form, "username": user.username, "may_edit": may_write(person), "given_up": given_up}
    return render(request, "members/erase.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
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


@require_POST
@login_required
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
