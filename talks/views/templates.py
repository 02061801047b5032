"""Templates in editions, who takes a section every week, and the days of the calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from markup.merging import merge_values
from members.actors import Actor, actor_of
from members.conflicts import Conflict, sides_of
from members.keys import read_key
from members.models import Person
from members.rules import invalid, require
from talks import first_edition
from talks.actions import days, templates
from talks.actions.planning import shipped
from talks.days import years_of
from talks.forms import PassageForms, RuleForm, SectionForms, initial_rows
from talks.models import Break, Holiday, SectionKind, StandingOwner, Template
from talks.moves import previews_of_break
from talks.rules import REASON_LIMIT, may_plan
from talks.spending import last_counted, proposals
from talks.views.acting import Outcome, attempt, person_named


@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """The newest edition of the weekly template, the earlier ones, and the standing owners."""
    may_edit = may_plan(actor_of(request.user))
    editions = list(Template.objects.current())
    newest = _newest()
    context = {
        "newest": newest,
        "editions": editions,
        "owners": StandingOwner.objects.current(),
        "kinds": SectionKind.choices,
        "kind_labels": dict(SectionKind.choices),
        "may_edit": may_edit,
        "names": Person.objects.current().filter(user__is_active=True).order_by("name")[:500] if may_edit else [],
    }
    return render(request, "talks/templates.html", context)


@require_safe
def edition(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition, as it was."""
    row = get_object_or_404(Template.objects.current(), pk=pk)
    return render(request, "talks/template_edition.html", {"edition": row})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def edit(request: HttpRequest) -> HttpResponse:
    """Change the weekly template: what is saved is a new edition. Two edits at once show both."""
    by, now = actor_of(request.user), timezone.now()
    require(may_plan(by), _("Only organizers change the template."))
    first, sections, passages = initial_rows(_newest())
    rule = RuleForm(request.POST or None, initial=first)
    rows = SectionForms(request.POST or None, initial=sections, prefix="sections")
    texts = PassageForms(request.POST or None, initial=passages, prefix="passages")
    outcome, clash = None, None
    if request.method == "POST" and all([rule.is_valid(), rows.is_valid(), texts.is_valid()]):
        values = {name: value for name, value in rule.cleaned_data.items() if name != "edition"}
        values["sections"] = [value for form in rows if (value := form.value())]
        values["passages"] = [value for form in texts if (value := form.value())]

        def act() -> str:
            made = templates.make_edition(edition=rule.cleaned_data["edition"], values=values, by=by, now=now)
            return _("Edition %(n)d stands; the next number starts from it.") % {"n": made.edition}

        outcome = attempt(act)
        if outcome.is_done:
            messages.success(request, outcome.said)
            return redirect("templates")
        if outcome.texts:  # what is sent next is an edit of what stands now
            clash, merged = _merged(outcome.texts)
            first, sections, passages = initial_rows(Template(**merged, edition=outcome.texts["edition"]))
            rule = RuleForm(initial=first)
            rows = SectionForms(initial=sections, prefix="sections")
            texts = PassageForms(initial=passages, prefix="passages")
    _say_what_it_took(rows)
    status = outcome.status if outcome else 400 if request.method == "POST" else 200
    context = {"rule": rule, "rows": rows, "texts": texts, "outcome": outcome, "clash": clash}
    return render(request, "talks/template_edit.html", context, status=status)


def _say_what_it_took(rows: Any) -> None:
    """Say beside the minutes of every section what such a one took in the last evenings."""
    took = proposals(last_counted())
    for form in rows:
        if n := took.get(form["kind"].value() if form.is_bound or form.initial else ""):
            said = _("In the last evenings it took %(n)d min, in the middle") % {"n": n}
            form.fields["minutes"].help_text = said


def _merged(sides: dict[str, Any]) -> tuple[Conflict, dict[str, Any]]:
    """Return a conflict about the template as the page shows it, and what becomes of both editions."""
    yours, theirs = sides["yours"], sides["theirs"]
    found = merge_values(sides["base"], yours, theirs, long=("brief", "body"))
    words = {"sections": _("Sections"), "passages": _("Texts before and after")}
    rows = sides_of(*(_in_lines(side) for side in (yours, theirs)))
    return Conflict(rows, [words.get(name, _("The evening")) for name in found.clashes]), found.values


def _in_lines(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return an edition as lines of text, to be compared."""
    numbers = (dict(WEEKDAYS)[values["weekday"]], values["time"], values["locks_before"], values["minutes"])
    lines: dict[str, list[str]] = {name: [] for name in ("sections", "passages")}
    for name, found in lines.items():
        for row in values[name]:
            groups = [group["title"] for group in row.get("groups") or []]
            said = [row["title"], row.get("minutes"), row.get("brief"), *groups, row.get("body")]
            found.append(" ".join(str(part) for part in said if part))
    return [
        (_("The evening"), " ".join(map(str, (*numbers, values["votes"])))),
        (_("Sections"), "\n".join(lines["sections"])),
        (_("Texts before and after"), "\n".join(lines["passages"])),
    ]


@require_POST
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """Let somebody take a section every week."""
    by, now = actor_of(request.user), timezone.now()

    def act() -> str:
        person = person_named(request.POST.get("person", ""), field="person")
        kind, title = request.POST.get("kind", ""), request.POST.get("title", "")
        templates.own(kind=kind, title=title, person=person, by=by, now=now)
        return _("%(name)s takes it every week now.") % {"name": person.name}

    return _said(request, attempt(act), "templates")


@require_safe
@never_cache
def calendar(request: HttpRequest) -> HttpResponse:
    """Holidays and worked weekend days by year, and the days without a talk."""
    return _calendar(request)


def _calendar(request: HttpRequest, outcome: Outcome | None = None, **more: Any) -> HttpResponse:
    now = timezone.now()
    context = {
        **more,
        "outcome": outcome,
        "years": years_of(list(Holiday.objects.current()), now),
        "breaks": list(Break.objects.current().order_by("-day")),
        "may_edit": may_plan(actor_of(request.user)),
        "reason_limit": REASON_LIMIT,
        "name_limit": days.NAME_LIMIT,
    }
    return render(request, "talks/calendar.html", context, status=outcome.status if outcome is not None else 200)


def _look_at_break(request: HttpRequest, by: Actor, now: datetime) -> HttpResponse:
    """Show which evenings would move when a day is left out; nothing is written."""
    sent, found = request.POST, []

    def act() -> str:
        day = _day(sent.get("day", ""))
        reason = days.check_break(day=day, reason=sent.get("reason", ""), by=by, now=now)
        found.extend(previews_of_break(day, reason, now=now))
        return ""

    outcome = attempt(act)
    typed: dict[str, Any] = {"break_day": sent.get("day", ""), "break_reason": sent.get("reason", "")}
    if not outcome.is_done:
        return _calendar(request, outcome, **typed)
    return _calendar(request, looked=True, previews=found, **typed)


@require_POST
@login_required
def change_day(request: HttpRequest, verb: str) -> HttpResponse:
    """Enter or remove a day of the calendar, leave a day out or talk on it after all."""
    by, now, sent = actor_of(request.user), timezone.now(), request.POST
    if verb == "break" and "look" in sent:
        return _look_at_break(request, by, now)
    if verb in ("remove", "resume"):
        row: Any = get_object_or_404(Holiday if verb == "remove" else Break, pk=read_key(sent.get("row")))

    def act() -> str:
        if verb == "remove":
            days.remove_holiday(row=row, by=by, now=now)
            return _("Removed.")
        if verb == "resume":
            days.end_break(row=row, by=by, now=now)
            return _("There is a talk on this day after all; evenings that have moved stay where they are.")
        day = _day(sent.get("day", ""))
        if verb == "break":
            days.take_break(day=day, reason=sent.get("reason", ""), by=by, now=now)
            return _("No talk on %(day)s. Whom it concerns has been told.") % {"day": day}
        is_workday = sent.get("is_workday") == "1"
        days.set_holiday(day=day, name=sent.get("name", ""), is_workday=is_workday, by=by, now=now)
        return _("Entered: %(day)s") % {"day": day}

    return _said(request, attempt(act), "calendar")


def _newest() -> Template:
    return Template.objects.newest(first_edition.NAME) or Template(**shipped())


def _said(request: HttpRequest, outcome: Outcome, onward: str) -> HttpResponse:
    (messages.success if outcome.is_done else messages.error)(request, outcome.said)
    return redirect(onward)


def _day(text: str) -> date:
    try:
        found = parse_date(text.strip()[:10])
    except ValueError:
        found = None
    if found is None:
        raise invalid("day", _("Choose a day."), "invalid")
    return found
