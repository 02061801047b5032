"""API of history: what was done, as far as the one who asks may know of it, and rows and episodes brought back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api import ops
from members.api.bodies import body_of
from members.api.repeats import once
from members.api.rows import Rows, person_of, require_match, writer_of
from members.models import Event
from members.rules import is_organizer, require
from talks.actions import history
from talks.acts import Act, Change, acts_with_changes, changes_between
from talks.api.filters import CodeFilter
from talks.api.serializers import Text
from talks.history import acts_in, load
from talks.models import Episode, KeptRow, Question
from talks.rules import REASON_LIMIT
from talks.states import HOME, KEPT

KEY_LIMIT = 18
# How many changed rows the preview of an episode holds; it counts them all.
SHOWN = 100


class ChangedFieldSerializer(serializers.Serializer[Any]):
    """What one field said before and after, in words."""

    name = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class ChangeSerializer(serializers.Serializer[Change]):
    """What an act did to one row; `key` is what `restore` takes with the event."""

    kind = serializers.ChoiceField(list(KEPT))
    key = serializers.CharField()
    is_made = serializers.BooleanField()
    is_last = serializers.BooleanField()
    fields = ChangedFieldSerializer(many=True)  # type: ignore[assignment]


class EventSerializer(ops.EventSerializer):
    """An act; `before` and `after` as they were noted are for organizers, of a question that its asker withdrew for
    nobody."""

    def to_representation(self, instance: Event) -> dict[str, Any]:
        data = super().to_representation(instance)
        person = person_of(self.context["request"])
        is_theirs = person is not None and is_organizer(person)
        return data if is_theirs and not self._is_withdrawn(instance) else {**data, "before": None, "after": None}

    def _is_withdrawn(self, event: Event) -> bool:
        if event.target_kind != "question":
            return False
        if "withdrawn" not in self.context:  # once for a whole page
            rows = Question.objects.withdrawn().select_related("episode")
            self.context["withdrawn"] = {row.public_id for row in rows}
        return event.target_key in self.context["withdrawn"]


class ActSerializer(EventSerializer):
    """An act in a sentence, with what it changed; `more` is how many rows are not shown."""

    sentence = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()
    more = serializers.SerializerMethodField()

    class Meta(EventSerializer.Meta):
        fields: Any = (*EventSerializer.Meta.fields, "sentence", "changes", "more")
        read_only_fields: Any = fields

    def _act(self, event: Event) -> Act:
        if self.context.get("act") is None:
            kept = KeptRow.objects.visible_to(person_of(self.context["request"]))
            self.context["act"] = acts_with_changes([event], kept)[0]
        return self.context["act"]

    def get_sentence(self, event: Event) -> str:
        return self._act(event).sentence

    @extend_schema_field(ChangeSerializer(many=True))
    def get_changes(self, event: Event) -> Any:
        return [shown(change) for change in self._act(event).changes]

    def get_more(self, event: Event) -> int:
        return self._act(event).more


def shown(change: Change) -> dict[str, Any]:
    """Return a change as JSON."""
    fields = [{"name": each.name, "before": each.before, "after": each.after} for each in change.fields]
    own = {"kind": change.kind, "key": change.key, "is_made": change.is_made, "is_last": change.is_last}
    return {**own, "fields": fields}


class EventFilter(ops.EventFilter):
    """Acts on an episode, or on one row of it."""

    episode = CodeFilter(method="by_episode")
    kind = filters.ChoiceFilter(choices=[(kind, kind) for kind in KEPT], method="by_kind")
    key = filters.CharFilter(max_length=KEY_LIMIT, method="by_key")

    def by_episode(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return self._among(rows, episode__code=value)

    def by_kind(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return self._among(rows, kind=value)

    def by_key(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        kind = self.form.cleaned_data.get("kind")
        return self._among(rows, key=value, **({"kind": kind} if kind else {}))

    def _among(self, rows: QuerySet[Any], **about: Any) -> QuerySet[Any]:
        kept = KeptRow.objects.visible_to(person_of(self.request)).filter(**about)
        return rows.filter(pk__in=kept.order_by().values("event"))


class EventViewSet(Rows):
    """What was done, the newest first: to organizers everything, to others the acts on the episodes they see, and to
    visitors what was changed in a record since it was published."""

    serializer_class = EventSerializer
    filterset_class = EventFilter

    def rows(self) -> QuerySet[Any]:
        person = person_of(self.request)
        if person is not None and is_organizer(person):
            return Event.objects.select_related("person").order_by("-pk")
        return acts_in(KeptRow.objects.visible_to(person))

    def get_serializer_class(self) -> type[EventSerializer]:
        return ActSerializer if self.action == "retrieve" else EventSerializer


class RowRestore(serializers.Serializer[Any]):
    """The event after which the row was as it is to be; without one it is brought back from where it was taken out."""

    event = serializers.IntegerField(required=False, min_value=1, max_value=10**18)
    reason = Text(max_length=REASON_LIMIT, required=False, default="", allow_blank=True)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class EpisodeRestore(serializers.Serializer[Any]):
    """The event after which the episode was as it is to be, and its code once more as `confirm`; `dry_run` only says
    what would change."""

    event = serializers.IntegerField(min_value=1, max_value=10**18)
    confirm = Text(max_length=8, required=False, default="", allow_blank=True)
    reason = Text(max_length=REASON_LIMIT, required=False, default="", allow_blank=True)
    dry_run = serializers.BooleanField(default=False)


class RestoreSerializer(serializers.Serializer[Any]):
    """How many rows of an episode would change, and the first of them."""

    count = serializers.IntegerField()
    changes = ChangeSerializer(many=True)


class Restorable(Rows):
    """Rows that can be brought back to what they were, also from where they were taken out."""

    restored_kind = ""

    @extend_schema(request=RowRestore, responses={200: None, 204: None})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let the row be as it was just after an event, or bring it back; 204 when it is taken out by that."""
        by = writer_of(request)
        sent = body_of(request, RowRestore)
        row = self._row_of_any_state()
        event = sent.pop("event", None)
        key = {"kind": self.restored_kind, "key": str(row.pk)}

        def make() -> Response:
            if request.headers.get("If-Match"):  # in here: who sends it again gets the first reply
                require_match(request, row, None)
            now, version = timezone.now(), sent.get("version")
            if event is None:
                history.bring_back(**key, by=by, now=now, version=version)
            else:
                history.restore_row(**key, event=event, by=by, now=now, version=version, reason=sent["reason"])
            there = self.rows().filter(pk=row.pk).first()
            if there is None:
                return Response(status=status.HTTP_204_NO_CONTENT)
            return self.reply(there, self.get_serializer(there).data)

        return once(request, make)

    def _row_of_any_state(self) -> Any:
        """Return the row that the address names, also one that was taken out, of an episode that is seen."""
        rows = KEPT[self.restored_kind].objects.filter(  # type: ignore[attr-defined]
            **{f"{HOME[self.restored_kind]}__in": Episode.objects.visible_to(person_of(self.request))}
        )
        row = self.find(rows, self.kwargs[self.lookup_field]).first()
        if row is None:
            raise Http404
        return row


class EpisodeHistory(Rows):
    """An episode brought back as a whole."""

    @extend_schema(request=EpisodeRestore, responses={200: RestoreSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, code: str) -> Response:
        """Let the whole episode be as it was just after an event, all of it or nothing."""
        by = writer_of(request)
        sent = body_of(request, EpisodeRestore)
        episode = self.get_object()
        require(history.may_restore(by, episode), history.REFUSAL())
        if not KeptRow.objects.filter(episode=episode, event=sent["event"]).exists():
            raise Http404
        differing = history.changes_of_episode(episode, sent["event"], now=timezone.now())
        first = dict(list(differing.items())[:SHOWN])
        told = {
            "count": len(differing),
            "changes": [shown(each) for each in changes_between(first, load(first))],
        }
        if sent["dry_run"]:
            return Response(told)

        def make() -> Response:
            if request.headers.get("If-Match"):
                require_match(request, episode, None)
            more = {"event": sent["event"], "typed": sent["confirm"], "reason": sent["reason"]}
            history.restore_episode(episode=episode, by=by, now=timezone.now(), **more)
            return Response(told)

        return once(request, make)
