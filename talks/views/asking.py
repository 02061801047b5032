"""The page to ask on: signed, under a name, or anonymously; what was asked before is shown first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.actions.events import hour_of
from members.actors import ANONYMOUS, Actor, actor_at, actor_of, person_behind
from members.models import Person, Purpose
from members.rules import guest_may
from talks import return_codes
from talks.actions import asking, questions
from talks.actions.limits import TooMany
from talks.asked_before import similar_questions, voices_of
from talks.models import AskingRules, Episode, Question
from talks.qr import qr_svg
from talks.rules import QUESTION_LIMIT, may_set_asking, takes_questions
from talks.views.acting import way_back
from talks.views.asked import asked_beside, keep_seed
from talks.views.visitor import visitor
from talks.views.voting import voter_at
from talks.views.writing import DRAFT, Draft, kept_draft, send

BESIDE = 8
# Under what name: one's own, one that is written, none.
ME, NAME, NOBODY = "me", "name", "nobody"


@dataclass(slots=True)
class Wish:
    """What the form says beside the question: as whom, the key it is sent with, whether what is alike was seen."""

    way: str = ME
    name: str = ""
    key: str = ""
    is_sure: bool = False
    name_errors: list[str] = field(default_factory=list)
    similar: list[Question] = field(default_factory=list)

    @classmethod
    def of(cls, request: HttpRequest) -> Wish:
        sent = request.POST
        way, key = sent.get("as", ME), sent.get("key", "")
        return cls(
            way=way if way in (ME, NAME, NOBODY) else ME,
            name=sent.get("name", "").strip(),
            key=key if return_codes.is_key(key) else return_codes.new_key(),
            is_sure=bool(sent.get("sure")),
        )


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """The form to ask in an episode, and what was asked in it already."""
    person = visitor(request)
    episode = get_object_or_404(Episode.objects.visible_to(person).with_code(code))
    if request.method != "POST":
        if code != episode.code:
            return redirect("ask", episode.code, permanent=True)
        draft = kept_draft(request)
        is_named = person is not None or draft.is_kept or _guest(request, episode) is not None
        wish = Wish(way=ME if is_named else NOBODY, key=return_codes.new_key())
        return _form(request, episode, draft, wish)
    wish, body = Wish.of(request), _body(request)
    if _is_to_be_seen(wish, body, episode, actor_at(request)):
        wish.similar = similar_questions(body, episode, person)
        if wish.similar:
            return _form(request, episode, Draft(body=body), wish)
    if wish.way == ME:
        return _ask_signed(request, episode, wish)
    return _ask_openly(request, episode, wish, body)


def _body(request: HttpRequest) -> str:
    return request.POST.get("body", "").replace("\r\n", "\n").strip()


def _is_to_be_seen(wish: Wish, body: str, episode: Episode, by: Actor) -> bool:
    """Whether what is alike is shown before this is stored: once, and not for what was stored already."""
    if wish.is_sure or not takes_questions(episode) or "\x00" in body:  # which no database keeps: the act says so
        return False
    if wish.way != ME:
        return asking.asked_with(key=wish.key, episode=episode, body=body) is None
    asker = person_behind(by)
    own = Question.objects.filter(episode=episode, asker=asker, body=body, deleted_at=None)
    return asker is not None and not own.exists()


def _ask_signed(request: HttpRequest, episode: Episode, wish: Wish) -> HttpResponse:
    made, draft = send(
        request,
        limit=QUESTION_LIMIT,
        act=lambda body, by: questions.ask(episode=episode, body=body, by=by, now=timezone.now()),
    )
    if made is not None:
        made.episode = episode
        messages.success(request, _("Received. Its number is %(id)s.") % {"id": made.public_id})
        return redirect(made)
    return draft if isinstance(draft, HttpResponse) else _form(request, episode, draft, wish)


def _ask_openly(request: HttpRequest, episode: Episode, wish: Wish, body: str) -> HttpResponse:
    """Ask without an account. No message and no session: the reply itself shows the code, and is kept nowhere."""
    draft = Draft(body=body)
    if wish.way == NAME and not wish.name:
        wish.name_errors = [_("Write a name, or ask anonymously.")]
        draft.errors = [""]
        return _form(request, episode, draft, wish)
    try:
        made = asking.ask_without_account(
            episode=episode,
            body=body,
            name=wish.name if wish.way == NAME else "",
            key=wish.key,
            address=request.META["REMOTE_ADDR"],
            by=actor_of(request.user),
            now=timezone.now(),
        )
    except TooMany as error:
        draft.errors, draft.is_one_too_many = error.messages, True
    except ValidationError as error:
        said = error.message_dict
        draft.errors, wish.name_errors = said.get("body", [""]), said.get("name", [])
    except PermissionDenied as error:
        draft.refusal = str(error)
    else:
        return _asked(request, episode, made)
    return _form(request, episode, draft, wish)


def _asked(request: HttpRequest, episode: Episode, made: asking.Asked) -> HttpResponse:
    if DRAFT in request.session:  # it would say who wrote this, and the end of the session when
        del request.session[DRAFT]
        request.session.set_expiry(hour_of(timezone.now()) + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    link = f"{settings.SITE_URL}{reverse('return')}#{made.code.replace(' ', '')}"
    context = {"episode": episode, "question": made.question, "code": made.code, "link": link, "qr": qr_svg(link)}
    reply = render(request, "talks/asked.html", context)
    add_never_cache_headers(reply)
    reply.took_text = True  # type: ignore[attr-defined]
    return reply


def _form(request: HttpRequest, episode: Episode, draft: Draft, wish: Wish) -> HttpResponse:
    person = visitor(request)
    asked = Question.objects.visible_to(person).filter(episode=episode, parent=None)
    beside = asked_beside(request, episode, asked, most=BESIDE)
    listed = beside["asked"] = list(beside["asked"])
    rules = AskingRules.current()
    context = {
        "episode": episode,
        "draft": draft,
        "wish": wish,
        "rules": rules,
        "may_set_rules": person is not None and may_set_asking(person),
        "takes_questions": takes_questions(episode),
        "next_open": None if takes_questions(episode) else _open_beside(episode, person),
        **beside,
        "asked_count": asked.count(),
        "voices": voices_of([*listed, *wish.similar], person, voter_at(request)),
        "guest": _guest(request, episode),
    }
    return keep_seed(request, render(request, "talks/ask.html", context, status=draft.status))


def _guest(request: HttpRequest, episode: Episode) -> Person | None:
    """Return the name under which somebody asks by an invitation."""
    by = actor_at(request)
    return person_behind(by) if guest_may(by, Purpose.ASK, episode.code, now=timezone.now()) else None


def _open_beside(episode: Episode, person: Person | None) -> Episode | None:
    return Episode.objects.visible_to(person).beside(episode.code).upcoming().first()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def similar(request: HttpRequest, code: str) -> HttpResponse:
    """What was asked in much the same words as what is being typed: a fragment of the form.

    The form posts: an address would carry the words of an anonymous question into the log of a proxy.
    """
    person = visitor(request)
    text = request.POST.get("body", "") if request.method == "POST" else request.GET.get("q", "")
    episode = get_object_or_404(Episode.objects.visible_to(person).with_code(code))
    found = similar_questions(text, episode, person)
    context = {
        "similar": found,
        "voices": voices_of(found, person, voter_at(request)),
        "episode": episode,
        "is_typed": True,
    }
    return render(request, "talks/_fragments/similar.html", context)


@require_POST
def rules(request: HttpRequest) -> HttpResponse:
    """Whether people without an account may ask, and whether what they send waits."""
    by = actor_of(request.user)
    if by is ANONYMOUS:
        return redirect_to_login(way_back(request, "/"))
    sent = request.POST
    asking.set_asking(
        is_open=bool(sent.get("is_open")), is_reviewed=bool(sent.get("is_reviewed")), by=by, now=timezone.now()
    )
    messages.success(request, _("It holds from now on."))
    return redirect(way_back(request, "/"))
