"""API resources of the discussion: questions and answers, read and written."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.bodies import body_of
from members.api.repeats import once
from members.api.rows import Expansion, Flag, Rows, person_of, require_match, with_only, writer_of
from members.models import Person
from talks.actions import item_order, questions
from talks.actions.html import Html, rendered
from talks.actions.question_votes import unvote_question, vote_question
from talks.api import serializers
from talks.api.filters import HANDLE_LIMIT, CodeFilter, PartFilter, PublicIdFilter
from talks.api.history import Restorable
from talks.models import Answer, Episode, Question
from talks.models.order import in_order
from talks.models.questions import PUBLIC_ID


class MoveQuestion(drf.Serializer[Any]):
    """The episode a question moves to, and the version that was read."""

    episode = serializers.Text(max_length=8)
    version = drf.IntegerField(required=False, min_value=1)


class QuestionFilter(PartFilter):
    asker = filters.CharFilter(field_name="asker__handle", max_length=HANDLE_LIMIT)
    is_answered = Flag(method="by_answers")
    ordering = filters.ChoiceFilter(
        method="in_order",
        choices=[("-vote_count", gettext_lazy("most wanted first")), ("-created_at", gettext_lazy("newest first"))],
    )

    def in_order(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.order_by(value, "-pk" if value == "-created_at" else "pk")

    def by_answers(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(answer_count__gt=0) if value else rows.filter(answer_count=0)


def _made(view: Rows, row: Question | Answer) -> Response:
    """Answer with a new row as a list of them shows it."""
    shown = view.rows().get(pk=row.pk)
    return view.reply(shown, view.get_serializer(shown).data, status.HTTP_201_CREATED)


class QuestionViewSet(Restorable):
    """Questions in the order of their episode; follow-ups stand behind theirs."""

    restored_kind = "question"
    serializer_class = serializers.QuestionSerializer
    filterset_class = QuestionFilter
    lookup_field = "public_id"
    lookup_value_regex = PUBLIC_ID
    expandable = {
        "answers": Expansion(serializers.AnswerSerializer, lambda: in_order(Answer.objects.select_related("author")))
    }

    def rows(self) -> QuerySet[Any]:
        visible = Question.objects.visible_to(person_of(self.request)).with_answer_count().with_votes()
        lean = with_only(visible, episode=("code",), asker=("handle", "name"))
        return lean.order_by("episode_id", Coalesce("parent__position", "position"), "follow_up", "pk")

    def find(self, rows: Any, key: str) -> QuerySet[Any]:
        return rows.with_public_id(key)

    @extend_schema(request=serializers.NewQuestion, responses={201: serializers.QuestionSerializer})
    def create(self, request: Request) -> Response:
        """Ask a question in an open episode."""
        by = writer_of(request)
        sent = body_of(request, serializers.NewQuestion)
        html = rendered(Question(body=sent["body"]))  # not under the lock that `once` takes
        return once(request, lambda: self._ask(by, html, **sent))

    def _ask(self, by: Person, html: Html, episode: str, body: str) -> Response:
        asked_in = Episode.objects.visible_to(person_of(self.request)).with_code(episode).first()
        if asked_in is None:
            raise exceptions.ValidationError({"episode": _("There is no such episode.")}, code="unknown")
        made = questions.ask(episode=asked_in, body=body, by=by, now=timezone.now(), html=html)
        return _made(self, made)

    @extend_schema(request=serializers.OtherQuestion, responses={200: serializers.QuestionSerializer})
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Put other words into a question of one's own, until the record is published."""
        by = writer_of(request)
        row = self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        sent = body_of(request, serializers.OtherQuestion)
        questions.edit_question(question=row, version=row.version, by=by, now=timezone.now(), **sent)
        return self.retrieve(request)

    @extend_schema(request=None, responses={200: serializers.QuestionSerializer})
    @action(detail=True, methods=["post"])
    def vote(self, request: Request, public_id: str) -> Response:
        """Want a question answered, too; one voice a person. Answers with what the voice counts for."""
        return self._voice(request, vote_question)

    @extend_schema(request=None, responses={200: serializers.QuestionSerializer})
    @action(detail=True, methods=["post"])
    def unvote(self, request: Request, public_id: str) -> Response:
        """Take one's voice for a question back."""
        return self._voice(request, unvote_question)

    def _voice(self, request: Request, act: Any) -> Response:
        by = writer_of(request)
        row = self.get_object()

        def make() -> Response:
            counted = act(question=row, by=by, now=timezone.now())
            shown = self.rows().get(pk=counted.pk)
            return self.reply(shown, self.get_serializer(shown).data)

        return once(request, make)

    @extend_schema(request=MoveQuestion, responses={200: serializers.QuestionSerializer})
    @action(detail=True, methods=["post"])
    def move(self, request: Request, public_id: str) -> Response:
        """Move a question, with its follow-ups and answers, to another episode; its id stays."""
        by = writer_of(request)
        row = self.get_object()
        sent = body_of(request, MoveQuestion)
        target = Episode.objects.visible_to(by).with_code(sent["episode"]).first()
        if target is None:
            raise exceptions.ValidationError({"episode": _("There is no such episode.")}, code="unknown")

        def make() -> Response:
            version = sent.get("version", row.version)
            if request.headers.get("If-Match"):  # in here: who sends it again gets the first reply
                require_match(request, row, self.get_serializer(row).data)
            moved = item_order.move_question(question=row, episode=target, version=version, by=by, now=timezone.now())
            shown = self.rows().get(pk=moved.pk)
            return self.reply(shown, self.get_serializer(shown).data)

        return once(request, make)


class AnswerFilter(filters.FilterSet):
    episode = CodeFilter(field_name="question__episode__code")
    question = PublicIdFilter(method="by_question")
    author = filters.CharFilter(field_name="author__handle", max_length=HANDLE_LIMIT)

    def by_question(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(question__in=Question.objects.with_public_id(value))


class AnswerViewSet(Restorable):
    """Answers in the order of their questions."""

    restored_kind = "answer"
    serializer_class = serializers.AnswerSerializer
    filterset_class = AnswerFilter

    def rows(self) -> QuerySet[Any]:
        rows = with_only(
            Answer.objects.visible_to(person_of(self.request)),
            author=("handle", "name"),
            question=("serial", "follow_up", "first_code", "episode"),
            question__episode=("code",),
        )
        place = Coalesce("question__parent__position", "question__position")
        return rows.order_by("question__episode_id", place, "question__follow_up", "question_id", "position", "pk")

    @extend_schema(request=serializers.NewAnswer, responses={201: serializers.AnswerSerializer})
    def create(self, request: Request) -> Response:
        """Answer a question."""
        by = writer_of(request)
        sent = body_of(request, serializers.NewAnswer)
        html = rendered(Answer(body=sent["body"]))  # not under the lock that `once` takes
        return once(request, lambda: self._answer(by, html, **sent))

    def _answer(self, by: Person, html: Html, question: str, body: str) -> Response:
        answered = Question.objects.visible_to(person_of(self.request)).with_public_id(question).first()
        if answered is None:
            raise exceptions.ValidationError({"question": _("There is no such question.")}, code="unknown")
        made = questions.answer(question=answered, body=body, by=by, now=timezone.now(), html=html)
        return _made(self, made)

    @extend_schema(request=serializers.OtherAnswer, responses={200: serializers.AnswerSerializer})
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Put other words into an answer of one's own, until the record is published."""
        by = writer_of(request)
        row = self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        sent = body_of(request, serializers.OtherAnswer)
        questions.edit_answer(answer=row, version=row.version, by=by, now=timezone.now(), **sent)
        return self.retrieve(request)
