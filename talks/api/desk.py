"""The desk of an episode and the series in numbers, for programs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actors import ANONYMOUS
from members.api.rows import Rows, person_of
from talks.api.life import MissingSerializer
from talks.desk import Desk, desk_of
from talks.group_texts import KINDS, group_text, offered
from talks.missing import missing_of, next_state
from talks.models import Episode
from talks.pace import moments_of
from talks.series import breaks, coverage, last_held, planned_minutes, sections_of, sources_of, tally
from talks.spending import by_evening, by_kind, counted, shows_of


class OverSerializer(serializers.Serializer[Any]):
    """A section that is too long, and by how many minutes."""

    section = serializers.IntegerField()
    over = serializers.IntegerField()


class CarriedSerializer(serializers.Serializer[Any]):
    """A question that goes on without an answer, and through how many numbers."""

    question = serializers.CharField(source="public_id")
    times = serializers.IntegerField()


class DeadlinesSerializer(serializers.Serializer[Any]):
    """When the board is locked and the talk begins."""

    locks_at = serializers.DateTimeField(allow_null=True)
    starts_at = serializers.DateTimeField(allow_null=True)


class WaitingReminderSerializer(serializers.Serializer[Any]):
    """A reminder that waits."""

    kind = serializers.CharField()
    due_at = serializers.DateTimeField()


class TextSerializer(serializers.Serializer[Any]):
    """A text for the group."""

    kind = serializers.ChoiceField(list(KINDS))
    text = serializers.CharField()


class DeskSerializer(serializers.Serializer[Any]):
    """What an episode still needs. `missing` keeps it from its next state; `steps` is when it came to each state."""

    episode = serializers.CharField()
    state = serializers.CharField()
    missing = MissingSerializer(many=True)
    waiting = serializers.ListField(child=serializers.IntegerField())
    over = OverSerializer(many=True)
    show_over = serializers.IntegerField()
    undecided = serializers.IntegerField()
    unanswered = serializers.ListField(child=serializers.CharField())
    carried = CarriedSerializer(many=True)
    unsigned = serializers.IntegerField()
    deadlines = DeadlinesSerializer()
    reminders = WaitingReminderSerializer(many=True)
    texts = TextSerializer(many=True)
    steps = serializers.DictField(child=serializers.DateTimeField())


class TallySerializer(serializers.Serializer[Any]):
    """An evening in numbers; a week without a talk has no code."""

    episode = serializers.CharField(source="code", allow_blank=True)
    day = serializers.DateField()
    people = serializers.IntegerField()
    first_timers = serializers.IntegerField(source="first")
    questions = serializers.IntegerField(source="asked")
    unanswered = serializers.IntegerField()


class CoverageSerializer(serializers.Serializer[Any]):
    """How the sections of an evening were held."""

    episode = serializers.CharField(source="code")
    taken = serializers.IntegerField()
    degraded = serializers.IntegerField()
    dropped = serializers.IntegerField()


class MinutesSerializer(serializers.Serializer[Any]):
    """Minutes that a kind of section is given, on average over this many evenings."""

    kind = serializers.CharField()
    minutes = serializers.IntegerField()
    evenings = serializers.IntegerField()


class SpentSerializer(serializers.Serializer[Any]):
    """Minutes that an evening was planned for, and those its show took."""

    episode = serializers.CharField(source="name")
    planned = serializers.IntegerField()
    actual = serializers.IntegerField()


class SpentOnKindSerializer(serializers.Serializer[Any]):
    """Minutes that a kind of section was planned for and took, on average over this many evenings."""

    kind = serializers.CharField(source="name")
    planned = serializers.IntegerField()
    actual = serializers.IntegerField()
    evenings = serializers.IntegerField()


class PlaceSerializer(serializers.Serializer[Any]):
    """A site, and how many items lead there."""

    place = serializers.CharField()
    items = serializers.IntegerField()


class StatisticsSerializer(serializers.Serializer[Any]):
    """The last evenings in numbers, the oldest first; `shows` are those that had a rundown, `took` what it says of
    their sections, `ways` is how items came in."""

    evenings = TallySerializer(many=True)
    sections = CoverageSerializer(many=True)
    minutes = MinutesSerializer(many=True)
    shows = SpentSerializer(many=True)
    took = SpentOnKindSerializer(many=True)
    places = PlaceSerializer(many=True)
    ways = serializers.DictField(child=serializers.IntegerField())


class DeskActs(Rows):
    """The desk of an episode, and the series in numbers."""

    @extend_schema(responses=DeskSerializer)
    @action(detail=True)
    def desk(self, request: Request, code: str) -> Response:
        """What the episode still needs, its deadlines, and texts for the group. With the reader's rights."""
        episode = self.get_object()
        by = person_of(request) or ANONYMOUS
        desk = desk_of(episode, [], by, now=timezone.now())
        return self.reply(episode, DeskSerializer(shown(episode, desk)).data)

    @extend_schema(responses=StatisticsSerializer)
    @action(detail=False, pagination_class=None, filterset_class=None)
    def statistics(self, request: Request) -> Response:
        """The last twelve evenings in numbers: people, questions, sections, minutes, where items come from."""
        evenings = last_held()
        sections, sources = sections_of(evenings), sources_of(evenings)
        shows = shows_of(counted([row.pk for row in evenings]))
        values = {
            "evenings": tally(evenings, breaks()),
            "sections": coverage(evenings, sections),
            "minutes": planned_minutes(sections),
            "shows": by_evening(shows, evenings),
            "took": by_kind(shows),
            "places": [{"place": place, "items": n} for place, n in sources.places],
            "ways": sources.ways,
        }
        return Response(StatisticsSerializer(values).data)


def shown(episode: Episode, desk: Desk) -> dict[str, Any]:
    """Return what the serializer shows."""
    coming = next_state(episode.state)
    return {
        "episode": episode.code,
        "state": episode.state,
        "missing": missing_of(episode, coming, desk.known) if coming is not None else [],
        "waiting": [section.pk for section in desk.facts.waiting],
        "over": [{"section": section.pk, "over": budget.over} for section, budget in desk.over],
        "show_over": desk.show.over,
        "undecided": desk.nominated,
        "unanswered": [row.public_id for row in desk.unanswered],
        "carried": desk.carried,
        "unsigned": desk.facts.unsigned,
        "deadlines": {"locks_at": episode.cut_off, "starts_at": episode.starts_at},
        "reminders": desk.reminders,
        "texts": [{"kind": kind, "text": group_text(kind, desk.facts)} for kind in offered(desk.facts)],
        "steps": moments_of([episode])[episode.code],
    }
