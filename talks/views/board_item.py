"""One item of a board: its form, where else it could go, and what was done to it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from markup import html
from members.actors import ANONYMOUS, Actor
from members.conflicts import Conflict, gone_on
from members.forms import sent
from members.keys import read_key
from members.models import Event
from talks.actions import item_edits, item_order
from talks.models import (
    Credit,
    CreditRole,
    Depth,
    Episode,
    EpisodeState,
    Item,
    ItemState,
    Question,
    Section,
    SectionKind,
)
from talks.models.order import in_order
from talks.rules import (
    BODY_LIMIT,
    GROUP_LIMIT,
    MINUTES_LIMIT,
    TITLE_LIMIT,
    URL_LIMIT,
    is_own_nomination,
    sections_to_run,
)
from talks.spending import estimates
from talks.views.acting import actor, attempt
from talks.views.board import episode_for, item_on
from talks.views.visitor import visitor

NAMES = re.compile(r"[,，、;；\n]+")
ROLES = {"authors": CreditRole.AUTHOR, "sources": CreditRole.SOURCE, "transcribers": CreditRole.TRANSCRIBER}
PLACES = (EpisodeState.DRAFT, EpisodeState.COLLECTING, EpisodeState.LOCKED, EpisodeState.LIVE, EpisodeState.WRAPUP)
LATEST = 30


class OwnForm(forms.Form):
    """What a nominator may mend."""

    title = forms.CharField(label=gettext_lazy("Title"), required=False, max_length=TITLE_LIMIT)
    url = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=URL_LIMIT)
    body = forms.CharField(
        label=gettext_lazy("Note, in Markdown"),
        required=False,
        max_length=BODY_LIMIT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_body(self) -> str:
        return self.cleaned_data["body"].replace("\r\n", "\n").strip("\n")

    def values(self) -> dict[str, Any]:
        """Return what was sent, as the action takes it."""
        return {name: self.cleaned_data[name] for name in ("title", "url", "body")}


class ItemForm(OwnForm):
    """What who runs the section may say."""

    group = forms.CharField(
        label=gettext_lazy("Group"),
        required=False,
        max_length=GROUP_LIMIT,
        widget=forms.TextInput(attrs={"list": "groups"}),
    )
    depth = forms.ChoiceField(label=gettext_lazy("How much of the evening"), choices=Depth.choices)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes (empty: as usual)"), required=False, min_value=0, max_value=MINUTES_LIMIT
    )
    authors = forms.CharField(label=gettext_lazy("Authors among us"), required=False)
    sources = forms.CharField(label=gettext_lazy("Found by"), required=False)
    transcribers = forms.CharField(label=gettext_lazy("Brought here by"), required=False)

    field_order = ("title", "url", "group", "depth", "minutes", "body", "authors", "sources", "transcribers")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if took := estimates():
            each = [f"{Depth(depth).label} {minutes}" for depth, minutes in sorted(took.items(), reverse=True)]
            said = _("What one took in the last evenings, in minutes: %(times)s") % {"times": _(", ").join(each)}
            self.fields["minutes"].help_text = said

    def values(self) -> dict[str, Any]:
        names = ("title", "url", "body", "group", "depth", "minutes")
        credits_ = [
            {"role": role.value, "name": name.strip()}
            for field, role in ROLES.items()
            for name in NAMES.split(self.cleaned_data[field])
            if name.strip()
        ]
        return {**{name: self.cleaned_data[name] for name in names}, "credits": credits_}


def initial_of(item: Item) -> dict[str, Any]:
    """Return an item as its form shows it."""
    rows = list(in_order(Credit.objects.filter(item=item)))
    named = {field: "、".join(row.name for row in rows if row.role == role) for field, role in ROLES.items()}
    names = ("title", "url", "body", "group", "depth", "minutes", "version")
    return {**{name: getattr(item, name) for name in names}, **named}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def item(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The form of an item; two edits at once show both texts, and what is sent next is an edit of what stands."""
    by = actor(request)
    episode = episode_for(request, code)
    row = item_on(episode, pk)
    runs = sections_to_run(by, episode)
    may_run, is_own = row.section_id in runs, is_own_nomination(by, row)
    if row.deleted_at is not None and not (may_run or is_own):
        return redirect("board", episode.code)
    kind = ItemForm if may_run else OwnForm
    form = kind(request.POST if request.method == "POST" else None, initial=initial_of(row))
    conflict: dict[str, Any] = {}
    clash: Conflict | None = None
    preview = ""
    if request.method == "POST":
        if by is ANONYMOUS:
            return redirect_to_login(request.path)
        if not (may_run or is_own):
            raise PermissionDenied(
                _("Only who leads this section, hosts, editors and organizers decide about its items.")
            )
        if "preview" in request.POST:
            preview = html.render(request.POST.get("body", "")[:BODY_LIMIT], prefix="preview-")
        elif (made := _edited(row, form, by, conflict)) is not None:
            messages.success(request, _("Saved: “%(title)s”") % {"title": made})
            return redirect(f"{_board(episode)}#item-{made.pk}")
        if conflict:
            row = item_on(episode, pk)
            form, clash = gone_on(form, kind, initial_of(row), conflict.get("base"))
    context = _context(episode, row, by, may_run=may_run, is_own=is_own)
    context |= {"form": form, "preview_html": preview, "clash": clash}
    is_wrong = bool(form.errors) and "preview" not in request.POST
    return render(request, "talks/board_item.html", context, status=409 if conflict else 400 if is_wrong else 200)


def _edited(row: Item, form: OwnForm, by: Actor, conflict: dict[str, Any]) -> Item | None:
    return sent(
        form,
        lambda: item_edits.edit(
            item=row, version=form.cleaned_data["version"], values=form.values(), by=by, now=timezone.now()
        ),
        conflict,
    )


def _board(episode: Episode) -> str:
    return f"{episode.get_absolute_url()}board/"


def _context(episode: Episode, row: Item, by: Actor, *, may_run: bool, is_own: bool) -> dict[str, Any]:
    others = Item.objects.current().filter(section__episode=episode, section__deleted_at=None).exclude(pk=row.pk)
    alike = Item.objects.shown().filter(url_key=row.url_key).exclude(pk=row.pk).exclude(section__episode=episode)
    elsewhere = alike.filter(section__episode__in=Episode.objects.visible_to(None)) if row.url_key else alike.none()
    wanted = (ItemState.NOMINATED, ItemState.ACCEPTED)
    return {
        "episode": episode,
        "item": row,
        "may_run": may_run,
        "is_own": is_own,
        "merges": list(
            others.filter(state__in=wanted).select_related("section").order_by("section__position", "position")
        ),
        "elsewhere": list(elsewhere.select_related("section__episode").order_by("-pk")[:5]),
        "places": list(_places(episode, row)) if may_run else [],
        "groups": [group["title"] for group in row.section.groups],
        "merged": list(Item.objects.current().filter(merged_into=row)),
        "events": Event.objects.about("item", row.pk).select_related("person").order_by("-pk")[:LATEST],
    }


def _places(episode: Episode, row: Item) -> Any:
    """Return the sections that the item could move to: of this episode, and of others still open beside it."""
    open_ones = Episode.objects.visible_to(None).beside(episode.code).filter(state__in=PLACES).values("pk")
    rows = Section.objects.filter(episode__in=open_ones, deleted_at=None).exclude(pk=row.section_id)
    rows = rows.exclude(kind=SectionKind.FREE_TALK)
    return rows.select_related("episode").order_by("episode__number", "position", "pk")


@require_POST
def move_question(request: HttpRequest, public_id: str) -> HttpResponse:
    """Move a question to another episode; it is found under its id as before."""
    by, now = actor(request), timezone.now()
    person = visitor(request)
    rows = Question.objects.visible_to(person).with_public_id(public_id).select_related("episode")
    question = get_object_or_404(rows)
    if by is ANONYMOUS:
        return redirect_to_login(question.get_absolute_url())
    target = get_object_or_404(Episode.objects.visible_to(person).with_code(request.POST.get("to", "")[:8]))
    version = read_key(request.POST.get("version"))

    def move() -> str:
        item_order.move_question(question=question, episode=target, version=version, by=by, now=now)
        return _("%(id)s stands in %(episode)s now.") % {"id": question.public_id, "episode": target.label}

    done = attempt(move)
    (messages.success if done.is_done else messages.error)(request, done.said)
    return redirect(question.get_absolute_url())
