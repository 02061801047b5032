"""The alias book for organizers, the page about one person, and saying who one is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.actions import logins, names, requests
from members.actors import Actor
from members.aliases import suggestions
from members.conflicts import gone_on
from members.forms import sent
from members.models import Alias, Event, Person, PersonRequest, RequestState
from members.names import Evidence
from members.rules import StateRefusal, is_organizer, may_help, may_suspend, may_write
from talks.models.credits import in_record
from talks.views.acting import person_named
from talks.views.visitor import visitor

SHOWN = 100
EVIDENCE = {
    Evidence.SAME: gettext_lazy("the same name"),
    Evidence.SCRIPT: gettext_lazy("traditional and simplified"),
    Evidence.CASE: gettext_lazy("capitals"),
    Evidence.SIGNS: gettext_lazy("signs and width"),
    Evidence.SUFFIX: gettext_lazy("the suffix of an account"),
}


class RenameForm(forms.Form):
    """Another name for a person."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=names.NAME_LIMIT)
    carry = forms.BooleanField(
        label=gettext_lazy("Also write it into the record and into the exports made from now on"), required=False
    )


class IntoForm(forms.Form):
    """Who somebody is really: the handle or a name of the other person."""

    into = forms.CharField(label=gettext_lazy("Name or address of the other person"), max_length=600)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Why?"), max_length=200, required=False)


@require_http_methods(["GET", "HEAD"])
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Who may be one person, who wants to be whom, and who was merged."""
    if (refused := _organizers_only(request)) is not None:
        return refused
    found = suggestions()
    waiting = PersonRequest.objects.filter(state=RequestState.OPEN, deleted_at=None)
    merged = Person.objects.exclude(merged_into=None).select_related("merged_into")
    context = {
        "pairs": [(pair, [EVIDENCE[each] for each in pair.evidence]) for pair in found[:SHOWN]],
        "pair_count": len(found),
        "requests": waiting.select_related("user__person", "person").order_by("pk")[:SHOWN],
        "merged": merged.order_by("-changed_at", "pk")[:SHOWN],
    }
    return render(request, "talks/aliases.html", context)


@require_http_methods(["GET", "HEAD"])
@never_cache
def manage(request: HttpRequest, handle: str) -> HttpResponse:
    """Everything an organizer can do about one person."""
    if (refused := _organizers_only(request)) is not None:
        return refused
    return _page(request, _found(handle))


VERBS = ("rename", "undo-rename", "merge", "unmerge", "suspend", "lift", "reset-link")


@require_POST
@never_cache
def change(request: HttpRequest, handle: str, verb: str) -> HttpResponse:
    """Do one of VERBS; what was refused stands on the page of the person."""
    by = _organizer(request)
    row = _found(handle)
    form, act = _act(verb, row, request, by)
    conflict: dict[str, Any] = {}
    try:
        done = sent(form, act, conflict) if form is not None else act()
    except StateRefusal as error:
        return _page(request, row, refusal=str(error), status=409)
    if form is not None and conflict:
        row = _found(row.handle)
        form, clash = gone_on(form, RenameForm, {"name": row.name, "version": row.version})
        return _page(request, row, status=409, clash=clash, **{verb: form})
    if done is None:
        return _page(request, row, status=400, **{verb: form})
    if verb == "reset-link":
        return _page(request, row, link=request.build_absolute_uri(str(done)))
    messages.success(request, _said(verb))
    row.refresh_from_db()
    return redirect("person-manage", row.handle)


def _act(verb: str, row: Person, request: HttpRequest, by: Actor) -> tuple[forms.Form | None, Callable[[], Any]]:
    now = timezone.now()
    if verb == "rename":
        rename = RenameForm(request.POST)
        return rename, lambda: names.rename(person=row, by=by, now=now, **rename.cleaned_data)
    if verb == "merge":
        into = IntoForm(request.POST)

        def whom() -> Person:
            return person_named(into.cleaned_data["into"], field="into", groups=True)

        return into, lambda: names.merge(person=row, into=whom(), by=by, now=now)
    if verb == "suspend":
        why = ReasonForm(request.POST)
        return why, lambda: logins.suspend(person=row, by=by, now=now, **why.cleaned_data)
    acts: dict[str, Callable[..., Any]] = {
        "undo-rename": names.undo_rename,
        "unmerge": names.unmerge,
        "lift": logins.lift,
        "reset-link": logins.reset_link,
    }
    return None, lambda: acts[verb](person=row, by=by, now=now)


def _said(verb: str) -> str:
    return {
        "rename": _("The name is changed; the old one stays an alias."),
        "undo-rename": _("The last name is taken back."),
        "merge": _("The two are one. On this page they can be parted again."),
        "unmerge": _("The two are parted; everything is as it was before."),
        "suspend": _("The account only reads now; its sessions and tokens have ended."),
        "lift": _("The account may write again."),
    }[verb]


def _found(handle: str) -> Person:
    rows = Person.objects.filter(deleted_at=None).with_handle(handle).select_related("user", "merged_into")
    return get_object_or_404(rows)


def _page(request: HttpRequest, row: Person, *, status: int = 200, **more: Any) -> HttpResponse:
    row = _found(row.handle)
    by, user = _organizer(request), row.user
    acts = Event.objects.about("person", row.pk).select_related("person").order_by("-pk")
    context = {
        "person": row,
        "aliases": Alias.objects.filter(person=row, deleted_at=None).exclude(name=row.name).order_by("name"),
        "merged": Person.objects.filter(merged_into=row).order_by("name"),
        "acts": acts[:20],
        "may_undo": bool(names.renames_of([row.pk])),
        "may_suspend": user is not None and may_suspend(by, user),
        "may_help": user is not None and may_help(by, user),
        "rename": RenameForm(initial={"name": row.name, "version": row.version}),
        "merge": IntoForm(),
        "suspend": ReasonForm(),
        **more,
    }
    return render(request, "talks/person_manage.html", context, status=status)


@require_POST
def apart(request: HttpRequest) -> HttpResponse:
    """Two whose names look alike are two: suggest it no more."""
    by = _organizer(request)
    one, other = (_found(request.POST.get(name, "")) for name in ("person", "other"))
    names.keep_apart(person=one, other=other, by=by, now=timezone.now())
    messages.success(request, _("These two are not suggested again."))
    return redirect("aliases")


@require_POST
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Say whether a login is who it says: approve or refuse."""
    by = _organizer(request)
    row = get_object_or_404(PersonRequest, pk=pk, deleted_at=None)
    try:
        if verb == "approve":
            requests.approve(request=row, by=by, now=timezone.now())
        else:
            requests.refuse(request=row, reason=request.POST.get("reason", "")[:200], by=by, now=timezone.now())
        messages.success(request, _("Decided, and they are told."))
    except StateRefusal as error:
        messages.error(request, str(error))
    return redirect("aliases")


class MessageForm(forms.Form):
    """How an organizer can know that it is you."""

    message = forms.CharField(
        label=gettext_lazy("How can the organizers know that it is you?"),
        max_length=requests.MESSAGE_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def claim(request: HttpRequest, handle: str) -> HttpResponse:
    """Say that a name in the record is one's own; organizers decide."""
    viewer = visitor(request)
    row = in_record(Person.objects.current().with_handle(handle), viewer).first()
    if row is None:
        raise Http404
    if viewer is None or not may_write(viewer):
        raise PermissionDenied(_("This account is suspended; it may only read."))
    form, refusal = MessageForm(request.POST or None), ""
    if request.method == "POST":
        try:
            if sent(form, lambda: _request(form, row, viewer)):
                messages.success(request, _("The organizers are told; you hear from them here."))
                return redirect(row)
        except StateRefusal as error:
            refusal = str(error)
    context = {"person": row, "form": form, "refusal": refusal}
    return render(request, "talks/person_claim.html", context, status=409 if refusal else 400 if form.errors else 200)


def _request(form: MessageForm, row: Person, by: Person) -> PersonRequest:
    message = form.cleaned_data["message"].replace("\r\n", "\n").strip()
    return requests.request_person(person=row, message=message, by=by, now=timezone.now())


def _organizer(request: HttpRequest) -> Person:
    by = visitor(request)
    if by is None or not is_organizer(by):
        raise PermissionDenied(_("Only organizers see this."))
    return by


def _organizers_only(request: HttpRequest) -> HttpResponse | None:
    """Show strangers the way to sign in. Raises PermissionDenied for members."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    _organizer(request)
    return None
