"""Rows of locked episodes become what they were: fields, names, papers, HTML; all of them or none.

What a constraint or a rule of the site keeps from coming back is said of every such row, and then nothing is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from members.models import Person, Row
from members.rules import StateRefusal, in_one
from papers.actions.stubs import find_or_stub
from talks.actions.batch import overwrite, papers_in
from talks.actions.html import Html, rendered
from talks.actions.item_rows import give_up_overspent
from talks.actions.keeping import hold
from talks.documents.flat import FlatRow
from talks.history import Key
from talks.models import Answer, Carry, Claim, Credit, Episode, Hosting, ImportedRow, Item, PaperMention, Question
from talks.rendering import RENDERED, html_fields
from talks.states import CREDITED, KIND_OF, State, content_of, fields_of, hanging_of, homes_of, parent_field, set_fields
from talks.votes import COUNTED

# Rows that the database lets stand once only: each is written alone, so that a refusal names it.
ONCE = (Claim, Hosting, Carry)
MENTIONING = ("item", "question", "answer", "section", "passage")


class Restoring:
    """One restore: rows, what each is to be (None: taken out), and what the site knows of them."""

    def __init__(self, rows: dict[Key, Row], wanted: dict[Key, State | None], *, is_whole: bool, now: datetime) -> None:
        self.rows, self.wanted, self.is_whole, self.now = rows, wanted, is_whole, now
        self.reasons: list[str] = []
        self.people = _people_in(wanted.values())

    def write(self, html: dict[Key, Html]) -> list[Row]:
        """Write every row and return them. Raises StateRefusal (`cannot_restore`) with a sentence for each row that
        cannot be as it was."""
        rows = list(self.rows.values())
        hold(rows)
        before = {row: fields_of(row) for row in rows}
        for key, row in self.rows.items():
            self._fill(key, row, html)
        self._check_parents()
        self._check_merged()
        for model in ONCE:  # make room, so that the order of writing does not matter
            pks = [row.pk for row in rows if isinstance(row, model)]
            model._base_manager.filter(pk__in=pks).update(deleted_at=self.now)
        for row in rows:
            row.version, row.changed_at = row.version + 1, self.now
            if isinstance(row, ONCE):
                self._save_alone(row, was_out=before[row]["deleted_at"] is not None)
        if self.reasons:
            raise StateRefusal(in_one(self.reasons), code="cannot_restore")
        by_model: dict[type[Row], list[Row]] = {}
        for row in rows:
            if not isinstance(row, ONCE):
                by_model.setdefault(type(row), []).append(row)
        for of_model, found in by_model.items():
            more = html_fields(of_model) if of_model in RENDERED else []
            extra = ["sequence"] if of_model is Episode else []
            overwrite(found, [*content_of(of_model), *more, *extra, "version", "changed_at"], model=of_model)
        self._hang(rows)
        self._mention(rows, before)
        self._leave_old_documents(rows, before)
        for row in rows:
            if isinstance(row, Item) and not _counted(before[row]):
                give_up_overspent(row)
        return rows

    def _fill(self, key: Key, row: Row, html: dict[Key, Html]) -> None:
        target = self.wanted[key]
        if target is None:
            row.deleted_at = self.now
            return
        target = self._with_people_of_today(row, target)
        if isinstance(row, Episode) and target["starts_at"] != fields_of(row)["starts_at"]:
            row.sequence += 1  # a calendar must hear of it
        set_fields(row, target)
        for name in [field.name for field in row._meta.concrete_fields if field.is_relation]:
            row._state.fields_cache.pop(name, None)
        if type(row) in RENDERED:
            for name, value in (html.get(key) or rendered(row)).items():
                setattr(row, name, value)

    def _with_people_of_today(self, row: Row, target: State) -> State:
        """Return a state with who its people are by now: somebody merged is the one they were merged into."""
        found = dict(target)
        for name, field in content_of(type(row)).items():
            if field.is_relation and field.related_model is Person and target.get(name) is not None:
                person = self.people.get(target[name])
                found[name] = person.pk if person is not None else None
                if person is None and not field.null:
                    self.reasons.append(_("“%(row)s” names somebody who is gone.") % {"row": _short(row)})
                    found[name] = target[name]
        return found

    def _check_parents(self) -> None:
        """A row comes back only under what stands."""
        for key, row in self.rows.items():
            if isinstance(row, Episode) or row.deleted_at is not None or self.wanted[key] is None:
                continue
            name = parent_field(type(row))
            parent = self.rows.get((name, str(getattr(row, f"{name}_id"))))
            if parent is None:
                model: Any = type(row)._meta.get_field(name).related_model
                parent = model._base_manager.filter(pk=getattr(row, f"{name}_id")).first()
            if parent is None or parent.deleted_at is not None:
                self.reasons.append(_("What “%(row)s” stood in is taken out.") % {"row": _short(row)})

    def _check_merged(self) -> None:
        """What others were merged into stands, and they lead to something that stands."""
        items = {row.pk: row for row in self.rows.values() if isinstance(row, Item)}
        gone = [pk for pk, row in items.items() if row.deleted_at is not None]
        held = Item.objects.current().filter(merged_into__in=gone).exclude(pk__in=items).select_related("merged_into")
        self.reasons += [_("“%(row)s” was merged into it.") % {"row": _short(row)} for row in held]
        for row in [] if self.is_whole else items.values():  # the whole is as it was, and this could be so then
            if row.deleted_at is not None or row.merged_into_id is None:
                continue
            into = items.get(row.merged_into_id) or Item.objects.filter(pk=row.merged_into_id).first()
            if into is None or into.deleted_at is not None:
                self.reasons.append(_("What “%(row)s” was merged into is taken out.") % {"row": _short(row)})

    def _save_alone(self, row: Claim | Hosting | Carry, *, was_out: bool) -> None:
        is_given = was_out and row.deleted_at is None
        if isinstance(row, Claim | Hosting) and is_given and _is_shut_out(row.person):
            self.reasons.append(_("The account of %(name)s is suspended.") % {"name": row.name})
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            self.reasons.append(_taken(row))

    def _hang(self, rows: list[Row]) -> None:
        """Write names and papers anew where they were others."""
        homes = homes_of(rows)
        for row, there in hanging_of(rows).items():
            target, has_moved = self.wanted[KIND_OF[type(row)], str(row.pk)], len(homes[row]) > 1
            if target is None:
                continue
            if "credits" in target and (target["credits"] != there["credits"] or has_moved):
                self._credit(row, target["credits"], homes[row][-1])
            if isinstance(row, Item) and "papers" in target and (target["papers"] != there["papers"] or has_moved):
                papers = find_or_stub((identifier for identifier, _version in target["papers"]), now=self.now)
                PaperMention.objects.filter(item=row).delete()
                PaperMention.objects.bulk_create(
                    PaperMention(paper=papers[identifier], paper_version=version, episode_id=homes[row][-1], item=row)
                    for identifier, version in target["papers"]
                )

    def _credit(self, row: Row, credits_: list[State], home: int) -> None:
        key: dict[str, Any] = {"section": None, "item": None, CREDITED[KIND_OF[type(row)]]: row}
        Credit.objects.filter(**key).delete()
        stamp = {"created_at": self.now, "changed_at": self.now}
        target: dict[str, Any] = {name: value for name, value in key.items() if name != "episode"}
        target["episode_id"] = home
        made = []
        for each in credits_:
            if (person := self.people.get(each["person"])) is not None:
                values = {name: each[name] for name in ("name", "role", "position")}
                made.append(Credit(**target, **values, **stamp, person=person))
        Credit.objects.bulk_create(made)

    def _mention(self, rows: list[Row], before: dict[Row, State]) -> None:
        """Note the papers of other texts anew; those of answers go where their question goes."""
        homes = {row: keys[-1] for row, keys in homes_of(rows).items()}
        for row in rows:
            kind = KIND_OF[type(row)]
            if kind not in MENTIONING or kind == "item" or fields_of(row) == before[row]:
                continue
            PaperMention.objects.filter(**{kind: row}).delete()
            versions = papers_in(FlatRow(kind, None, fields_of(row)))
            papers = find_or_stub(versions, now=self.now)
            PaperMention.objects.bulk_create(
                PaperMention(paper=papers[key], paper_version=version, episode_id=homes[row], **{kind: row})
                for key, version in versions.items()
            )
            if isinstance(row, Question):
                answered = PaperMention.objects.filter(answer__question=row)
                answered.exclude(episode=homes[row]).update(episode=homes[row])

    def _leave_old_documents(self, rows: list[Row], before: dict[Row, State]) -> None:
        """What moved to another episode is no row of the document it was in: a new import of that makes its own."""
        homes = homes_of(rows)
        moved = [row for row in rows if len(homes[row]) > 1]
        items = [row.pk for row in moved if isinstance(row, Item)]
        questions = [row.pk for row in moved if isinstance(row, Question)]
        answers = list(Answer.objects.filter(question__in=questions).values_list("pk", flat=True))
        for kind, pks in (("item", items), ("question", questions), ("answer", answers)):
            ImportedRow.objects.filter(kind=kind, row_id__in=pks).delete()


def html_ahead(rows: dict[Key, Row], wanted: dict[Key, State | None]) -> dict[Key, Html]:
    """Return the HTML of rows as they are to be, made before anything is locked."""
    found = {}
    for key, row in rows.items():
        target = wanted.get(key)
        if target is not None and type(row) in RENDERED:
            model: Any = type(row)
            draft = model(pk=row.pk)
            set_fields(draft, target)
            found[key] = rendered(draft)
    return found


def _people_in(states: Iterable[State | None]) -> dict[int, Person]:
    """Return who the people of states are by now; those who are gone are missing."""
    keys: set[int] = set()
    names = ("person", "asker", "author", "nominated_by", "decided_by", "owner", "resolved_by")
    for state in filter(None, states):
        keys |= {state[name] for name in names if isinstance(state.get(name), int)}
        keys |= {each["person"] for each in state.get("credits", [])}
    found: dict[int, Person] = {}
    wanted = list(keys)
    for part in (wanted[start : start + 500] for start in range(0, len(wanted), 500)):
        for person in Person.objects.filter(pk__in=part).select_related("merged_into"):
            head = person
            while head.merged_into is not None:
                head = head.merged_into
            found[person.pk] = head
    return found


def _is_shut_out(person: Person) -> bool:
    """Whether somebody may be given nothing: their account is suspended or closed."""
    user = person.user
    return user is not None and (user.suspended_at is not None or not user.is_active)


def _counted(state: State) -> bool:
    """Whether votes for an item of this state count."""
    return state["deleted_at"] is None and state["state"] in COUNTED


def _short(row: models.Model) -> str:
    return str(row)[:60]


def _taken(row: Claim | Hosting | Carry) -> str:
    """Return why a row that may stand once only cannot come back."""
    if isinstance(row, Claim):
        return _("The place of %(name)s in the section is taken by now.") % {"name": row.name}
    if isinstance(row, Hosting):
        return _("%(name)s does this already.") % {"name": row.name}
    return _("It goes on there already.")
