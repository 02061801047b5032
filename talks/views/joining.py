"""How people come in: the link of an invitation, and the organizers' page of invitations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.actions import invitations as actions
from members.actors import GUEST, Actor, actor_of, guest_at
from members.forms import sent
from members.models import Guest, Invitation, Person, Purpose
from members.rules import StateRefusal, is_organizer
from talks.models import ClaimRole, Episode, EpisodeState, Section
from talks.rules import takes_claims
from talks.views.acting import attempt
from talks.views.claims import taken
from talks.views.words import words

PAGE = 30
FEW = 3
DAYS = (
    (1, gettext_lazy("a day")),
    (7, gettext_lazy("a week")),
    (30, gettext_lazy("a month")),
    (0, gettext_lazy("until it is revoked")),
)


class NameForm(forms.Form):
    """What a guest is called."""

    name = forms.CharField(
        label=gettext_lazy("Your name, as the group knows you"),
        max_length=actions.NAME_LIMIT,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )


class InvitationForm(forms.Form):
    """A new invitation: for an account, or for guests of one section or episode (`thing` is purpose and target)."""

    thing = forms.ChoiceField(label=gettext_lazy("What for?"))
    places = forms.IntegerField(label=gettext_lazy("For how many people?"), initial=1, min_value=1, max_value=1000)
    days = forms.TypedChoiceField(label=gettext_lazy("For how long?"), choices=DAYS, coerce=int, initial=7)
    note = forms.CharField(label=gettext_lazy("Note for yourselves"), required=False, max_length=actions.NOTE_LIMIT)

    def __init__(self, *args: Any, things: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["thing"].choices = things  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def go(request: HttpRequest, key: str) -> HttpResponse:
    """The link in the chat: say a name once, then do the one thing. Who has an account goes straight there."""
    invitation = Invitation.objects.with_key(key).filter(deleted_at=None).first()
    if invitation is None:
        raise Http404
    if invitation.purpose == Purpose.JOIN:
        return redirect(f"{reverse('account_signup')}?code={invitation.key}")
    if invitation.purpose == Purpose.ANSWER and not request.user.is_authenticated:
        return words(request, invitation)
    guest = guest_at(request)
    if request.user.is_authenticated:
        return redirect(place_of(invitation))
    if guest and (known := Guest.objects.filter(invitation=invitation, person=guest.person_id).first()):
        request.session[GUEST] = known.pk
        return redirect(place_of(invitation))
    form = NameForm(request.POST or None, initial={"name": guest.person.name} if guest else None)
    section = _section_of(invitation)
    refusal = _closed_because(invitation, section)
    if request.method == "POST" and not refusal:
        try:
            made = sent(form, lambda: _enter(form, key, guest))
            if made is not None:
                request.session[GUEST] = made.pk
                if section is not None:
                    _take(request, section, made)
                return redirect(place_of(invitation))
        except StateRefusal as error:
            refusal = str(error)
    context = {"invitation": invitation, "form": form, "refusal": refusal, "section": section}
    context["thing"] = thing_of(invitation)
    status = 410 if refusal else 400 if form.errors else 200
    return render(request, "talks/go.html", context, status=status)


def _enter(form: NameForm, key: str, guest: Guest | None) -> Guest:
    name = form.cleaned_data["name"]
    is_same = guest is not None and guest.person.name == name
    return actions.enter(key=key, name=name, now=timezone.now(), guest=guest if is_same else None)


def _take(request: HttpRequest, section: Section, guest: Guest) -> None:
    """Take the section of a link for who has just said a name; where that cannot be, the page one comes to says why."""
    outcome = attempt(lambda: taken(section, ClaimRole.LEAD, guest, timezone.now()))
    (messages.success if outcome.is_done else messages.error)(request, outcome.said)


def _section_of(invitation: Invitation) -> Section | None:
    if invitation.purpose != Purpose.CLAIM or not invitation.target.isdigit():
        return None
    return Section.objects.filter(pk=invitation.target, deleted_at=None).select_related("episode").first()


def _closed_because(invitation: Invitation, section: Section | None) -> str:
    if invitation.purpose == Purpose.CLAIM and (section is None or not takes_claims(section.episode)):
        return _("The sections of this evening are settled.")
    if Invitation.objects.open(timezone.now()).filter(pk=invitation.pk).exists():
        return ""
    return _("This invitation has ended. Ask whoever sent it for another.")


def place_of(invitation: Invitation) -> str:
    """Return where the guests of an invitation do their one thing."""
    if invitation.purpose == Purpose.ANSWER:
        return f"{reverse('question', args=[invitation.target])}#reply"
    if invitation.purpose == Purpose.ASK:
        return reverse("ask", args=[invitation.target])
    if invitation.purpose == Purpose.SUBMIT:
        return f"{reverse('submit')}?episode={invitation.target}"
    # Not the list of what can be taken: it leaves out what is full and what the sample holds.
    section = _section_of(invitation)
    if section is None or section.episode.state == EpisodeState.DRAFT:
        return reverse("claim")
    return f"{reverse('episode-state', args=[section.episode.code])}#section-{section.pk}"


def thing_of(invitation: Invitation) -> str:
    """Return what an invitation is for, as its page says it."""
    return dict(_things([invitation])).get(f"{invitation.purpose}:{invitation.target}", invitation.target)


def _things(only: Iterable[Invitation] | None = None) -> list[tuple[str, str]]:
    """Return what can be invited to (or what these invite to): an account, and what the open episodes have to do."""
    codes, sections = None, None
    if only is not None:
        codes = {row.target for row in only if row.purpose in (Purpose.ASK, Purpose.SUBMIT)}
        sections = {int(row.target) for row in only if row.purpose == Purpose.CLAIM and row.target.isdigit()}
    found = [("join:", _("open an account"))]
    if only is not None:
        answers = {row.target for row in only if row.purpose == Purpose.ANSWER}
        found += [(f"answer:{target}", _("add a word to %(id)s") % {"id": target}) for target in sorted(answers)]
    standing = Episode.objects.filter(deleted_at=None)
    shown = standing.of_record().upcoming()[:FEW] if codes is None else standing.filter(code__in=codes)
    for episode in shown:
        found.append((f"ask:{episode.code}", _("ask in %(episode)s") % {"episode": episode.label}))
        found.append((f"submit:{episode.code}", _("nominate a link for %(episode)s") % {"episode": episode.label}))
    rows = Section.objects.filter(deleted_at=None).select_related("episode").order_by("episode", "position")
    rows = rows.filter(episode__in=[one.pk for one in shown]) if sections is None else rows.filter(pk__in=sections)
    for row in rows:
        values = {"section": row.name, "episode": row.episode.label}
        found.append((f"claim:{row.pk}", _("claim %(section)s in %(episode)s") % values))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitations(request: HttpRequest) -> HttpResponse:
    """Make invitations, copy their links, see who came in; for organizers."""
    by = actor_of(request.user)
    if not is_organizer(by):
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        raise PermissionDenied(_("Only organizers see this."))
    form = InvitationForm(request.POST or None, things=_things())
    if request.method == "POST" and (made := sent(form, lambda: _invite(form, by))):
        messages.success(request, _("The invitation is ready: copy its link into the group."))
        return redirect(f"{reverse('invitations')}#invitation-{made.pk}")
    now = timezone.now()
    page = Paginator(
        Invitation.objects.filter(deleted_at=None).select_related("person").order_by("-pk"), PAGE
    ).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    names, came = dict(_things(rows)), _came(rows)
    context = {
        "form": form,
        "page": page,
        "rows": [
            {
                "invitation": row,
                "thing": names.get(f"{row.purpose}:{row.target}", row.target),
                "link": request.build_absolute_uri(reverse("go", args=[row.key])),
                "came": came[row.pk],
                "is_open": row.revoked_at is None
                and row.used < row.places
                and (row.expires_at is None or row.expires_at > now),
            }
            for row in rows
        ],
    }
    return render(request, "talks/invitations.html", context, status=400 if form.errors else 200)


def _invite(form: InvitationForm, by: Actor) -> Invitation:
    now, values = timezone.now(), form.cleaned_data
    purpose, _colon, target = values["thing"].partition(":")
    days = values["days"]
    return actions.invite(
        purpose=purpose,
        target=target,
        places=values["places"],
        expires_at=now + timedelta(days=days) if days else None,
        note=values["note"],
        by=by,
        now=now,
    )


def _came(rows: list[Invitation]) -> dict[int, list[Person]]:
    """Return who came in by each invitation: guests, and who opened an account."""
    found: dict[int, list[Person]] = defaultdict(list)
    for guest in Guest.objects.filter(invitation__in=rows).select_related("person").order_by("pk"):
        found[guest.invitation_id].append(guest.person)
    people = Person.objects.filter(user__invitation__in=rows).select_related("user").order_by("pk")
    for person in people:
        if person.user is not None and person.user.invitation_id is not None:
            found[person.user.invitation_id].append(person)
    return found


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Let nobody in by it any more."""
    by = actor_of(request.user)
    if not is_organizer(by):
        raise PermissionDenied(_("Only organizers see this."))
    actions.revoke(invitation=get_object_or_404(Invitation, pk=pk, deleted_at=None), by=by, now=timezone.now())
    messages.success(request, _("The invitation is revoked; its link opens nothing any more."))
    return redirect("invitations")
