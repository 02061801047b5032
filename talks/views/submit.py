"""Nominating on the site: one address, one sentence, and what is known of it said at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.actors import ANONYMOUS, Actor
from members.keys import read_key
from members.models import Guest, Person, Purpose
from talks.actions import items
from talks.models import Episode, Item, Section, SectionKind
from talks.models.order import in_order
from talks.nominations import Known, address_in, known_of
from talks.rules import NOMINATION_LIMIT, URL_LIMIT, can_vote, votes_of
from talks.views.acting import actor
from talks.views.visitor import visitor
from talks.views.writing import DRAFT, keep_fields, kept_fields
from talks.votes import votes_given

FIELDS = ("url", "text", "section", "episode")


@dataclass(slots=True)
class Wish:
    """What stands in the form, and why it was not taken."""

    url: str = ""
    text: str = ""
    section: str = ""
    episode: str = ""
    seen: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)
    refusal: str = ""
    status: int = 200
    is_kept: bool = False

    @classmethod
    def of(cls, query: QueryDict | dict[str, str]) -> Wish:
        """Read a form or an address. Phones share a title and a text with the address in it."""
        sent = {name: str(query.get(name, "")).replace("\r\n", "\n").strip() for name in (*FIELDS, "seen", "title")}
        url, text = sent["url"][: URL_LIMIT + 1], sent["text"] or sent["title"]
        if not url and (found := address_in(text)):
            url, text = found, "" if " " not in text and "\n" not in text else text.replace(found, "").strip()
        return cls(url, text, sent["section"], sent["episode"], sent["seen"])

    def as_fields(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in FIELDS}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def submit(request: HttpRequest) -> HttpResponse:
    """The form to nominate something for the week that collects."""
    by = actor(request)
    if request.method == "POST":
        wish = Wish.of(request.POST)
        episode = _episode_of(wish, by)
        if (reply := _sent(request, wish, episode, by)) is not None:
            return reply
    else:
        wish = Wish.of(request.GET)
        if not wish.url and not wish.text and (kept := kept_fields(request)):
            wish = Wish.of(kept)
            wish.is_kept = True
        episode = _episode_of(wish, by)
    return render(request, "talks/submit.html", _context(request, wish, episode, by), status=wish.status)


@require_safe
@never_cache
def known(request: HttpRequest) -> HttpResponse:
    """What is known of the address that is being typed: a fragment of the form."""
    by, wish = actor(request), Wish.of(request.GET)
    return render(request, "talks/_fragments/known.html", _context(request, wish, _episode_of(wish, by), by))


def _sent(request: HttpRequest, wish: Wish, episode: Episode | None, by: Actor) -> HttpResponse | None:
    """Do what the form asks for; None when it is to be shown again, and the wish says why."""
    try:
        if by is ANONYMOUS:
            items.check_nomination(url=wish.url, text=wish.text)
            if (reply := keep_fields(request, wish.as_fields())) is not None:
                return reply
            wish.status = 429
            wish.refusal = _(
                "Too many texts from your network wait for a sign-in. Keep yours somewhere and sign in first."
            )
            return None
        if episode is None:
            wish.refusal, wish.status = _("No episode is collecting at the moment."), 409
            return None
        if second := request.POST.get("second", ""):
            there = _item(second, by)
            items.second(item=there, text=wish.text, by=by, now=timezone.now())
            messages.success(request, _("Your voice is counted: “%(title)s”.") % {"title": there})
            return redirect(place_of(there))
        if _is_to_be_seen(wish, episode, by):
            return None
        made = items.nominate(
            episode=episode, section=_section(wish, episode), text=wish.text, url=wish.url, by=by, now=timezone.now()
        )
    except items.AlreadyThere as error:
        if error.code == "repeated":
            return redirect(place_of(error.item))
        wish.refusal, wish.status = str(error), 409
        return None
    except ValidationError as error:
        wish.errors, wish.status = error.message_dict, 400
        return None
    except PermissionDenied as error:  # a StateRefusal is one, too
        wish.refusal, wish.status = str(error), 409 if hasattr(error, "code") else 403
        return None
    request.session.pop(DRAFT, None)
    said = _("Nominated for %(episode)s, %(section)s.")
    messages.success(request, said % {"episode": made.section.episode.label, "section": made.section.name})
    return redirect(place_of(made))


def _is_to_be_seen(wish: Wish, episode: Episode, by: Actor) -> bool:
    """Whether something is known of the address that was not shown yet: then it is, once, before it is taken."""
    address = address_in(wish.url) if wish.url else ""
    if not address or wish.seen == address:
        return False
    found = known_of(address, episode, by if isinstance(by, Person) else None)
    return bool(found.here is None and found.declined is None and found.earlier)


def place_of(item: Item) -> str:
    """Return where an item stands on its board."""
    code = Episode.objects.values_list("code", flat=True).get(sections__items=item.pk)
    return f"{reverse('board', args=[code])}#item-{item.pk}"


def _episode_of(wish: Wish, by: Actor) -> Episode | None:
    """Return the episode that a nomination is for: the one that is named, the guest's, or the next that collects."""
    person = by if isinstance(by, Person) else None
    visible = Episode.objects.visible_to(person).select_related("template")
    code = wish.episode
    if not code and (section := read_key(wish.section)):
        found = visible.filter(sections__pk=section, sections__deleted_at=None).first()
        if found is not None:
            return found
    if not code and isinstance(by, Guest) and by.invitation.purpose == Purpose.SUBMIT:
        code = by.invitation.target
    if code:
        return visible.with_code(code).first()
    return visible.of_record().collecting().first()


def _section(wish: Wish, episode: Episode) -> Section | None:
    return next((each for each in _sections(episode) if str(each.pk) == wish.section), None)


def _sections(episode: Episode) -> QuerySet[Section]:
    return in_order(Section.objects.filter(episode=episode).exclude(kind=SectionKind.FREE_TALK))


def _item(text: str, by: Actor) -> Item:
    person = by if isinstance(by, Person) else None
    visible = Item.objects.current().filter(section__episode__in=Episode.objects.visible_to(person))
    found = visible.filter(pk=read_key(text)).first()
    if found is None:
        raise PermissionDenied(_("It is not there any more."))
    return found


def _context(request: HttpRequest, wish: Wish, episode: Episode | None, by: Actor) -> dict[str, Any]:
    person = visitor(request)
    address = address_in(wish.url) if wish.url else ""
    found: Known | None = known_of(address, episode, person) if address else None
    left = None
    if episode is not None and person is not None and can_vote(person) and found is not None and found.here is not None:
        given = votes_given(person, episode)
        left = votes_of(episode) - len(given)
    target = f"{settings.SITE_URL}{reverse('submit')}"
    return {
        "wish": wish,
        "episode": episode,
        "sections": _sections(episode) if episode is not None else [],
        "known": found,
        "address": address,
        "votes_left": left,
        "may_vote": can_vote(by),
        "is_guest": isinstance(by, Guest),
        "limit": NOMINATION_LIMIT,
        # Shown as text to copy: our policy lets no page run it, a bookmark of the browser may.
        "bookmarklet": f"javascript:location.href='{target}?url='+encodeURIComponent(location.href)"
        "+'&title='+encodeURIComponent(document.title)",
    }
