"""API resources of the discussion: questions and answers, read and written."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
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
from talks.actions import chats, item_order, question_merges, questions, settling
from talks.actions.answers import remove_answer
from talks.actions.html import Html, rendered
from talks.actions.question_votes import unvote_question, vote_question
from talks.api import serializers
from talks.api.after import AnswerSigning, QuestionLinks
from talks.api.filters import HANDLE_LIMIT, CodeFilter, PartFilter, PublicIdFilter
from talks.api.items import IF_MATCH, DecidedOn
from talks.api.reviewed import REVIEWS, Reviewed
from talks.models import SETTLED, Answer, Episode, Question, QuestionState
from talks.models.order import in_order
from talks.models.questions import PUBLIC_ID
from talks.reviewing import answers_under_review, questions_under_review
from talks.rules import REASON_LIMIT, SUMMARY_LIMIT


class MoveQuestion(drf.Serializer[Any]):
    """The episode a question moves to, and the version that was read."""

    episode = serializers.Text(max_length=8)
    version = drf.IntegerField(required=False, min_value=1)


class Settlement(DecidedOn):
    """What was decided; to close a question takes a reason."""

    state = drf.ChoiceField([each.value for each in SETTLED])
    reason = serializers.Text(max_length=REASON_LIMIT, required=False, allow_blank=True, default="")


class NewSummary(DecidedOn):
    """What the answers come to, in Markdown, and the ids of those it uses; an empty body takes it out."""

    body = serializers.Text(max_length=SUMMARY_LIMIT, allow_blank=True)
    cites = drf.ListField(child=drf.IntegerField(min_value=1, max_value=10**18), required=False, default=list)


class MergeQuestion(DecidedOn):
    """The public id of the question it asks the same as."""

    into = serializers.Text(max_length=24)


ORDERS = {
    "votes": ("-vote_count", "position", "pk"),
    "newest": ("-created_at", "-pk"),
    "unanswered": ("answer_count", "-vote_count", "position", "pk"),
}


class QuestionFilter(PartFilter):
    asker = filters.CharFilter(field_name="asker__handle", max_length=HANDLE_LIMIT)
    is_answered = Flag(method="by_answers")
    state = filters.ChoiceFilter(choices=QuestionState.choices)
    review = filters.ChoiceFilter(choices=REVIEWS)
    order = filters.ChoiceFilter(choices=[(name, name) for name in ORDERS], method="in_order_of")

    def in_order_of(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.order_by(*ORDERS[value])

    def by_answers(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(answer_count__gt=0) if value else rows.filter(answer_count=0)


def _made(view: Rows, row: Question | Answer) -> Response:
    """Answer with a new row as a list of them shows it."""
    shown = view.rows().get(pk=row.pk)
    return view.reply(shown, view.get_serializer(shown).data, status.HTTP_201_CREATED)


class QuestionViewSet(QuestionLinks, Reviewed):
    """Questions in the order of their episode; follow-ups stand behind theirs."""

    restored_kind = "question"
    serializer_class = serializers.QuestionSerializer
    filterset_class = QuestionFilter
    lookup_field = "public_id"
    lookup_value_regex = PUBLIC_ID
    expandable = {
        "answers": Expansion(
            serializers.AnswerSerializer, lambda: in_order(Answer.objects.select_related("author", "transcriber"))
        )
    }

    def rows(self) -> QuerySet[Any]:
        counted: Any = self.readable()
        lean = with_only(
            counted.with_answer_count().with_votes().with_state(), episode=("code",), asker=("handle", "name")
        )
        return lean.order_by("episode_id", Coalesce("parent__position", "position"), "follow_up", "pk")

    def standing(self) -> QuerySet[Any]:
        return Question.objects.visible_to(person_of(self.request))

    def under_review(self) -> QuerySet[Any]:
        return questions_under_review(person_of(self.request))

    def find(self, rows: Any, key: str) -> QuerySet[Any]:
        return rows.with_public_id(key)

    @extend_schema(request=Settlement, responses={200: serializers.QuestionSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, public_id: str) -> Response:
        """Decide that it is answered, outdated or closed."""
        return self.act(request, Settlement, lambda row, **more: settling.settle(question=row, **more))

    @extend_schema(request=DecidedOn, responses={200: serializers.QuestionSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, public_id: str) -> Response:
        """Take back what was decided."""
        return self.act(request, DecidedOn, lambda row, **more: settling.reopen(question=row, **more))

    @extend_schema(request=NewSummary, responses={200: serializers.QuestionSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def summarize(self, request: Request, public_id: str) -> Response:
        """Write what the answers come to."""

        def ahead(row: Question, sent: dict[str, Any]) -> Any:
            return settling.html_with(row, sent["body"])  # not under the lock that `once` takes

        do = settling.summarize
        return self.act(request, NewSummary, lambda row, **more: do(question=row, **more), ahead=ahead)

    @extend_schema(request=MergeQuestion, responses={200: serializers.QuestionSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, public_id: str) -> Response:
        """Make it one with another question of its episode; answers and votes follow."""

        def merge(row: Question, into: str, **more: Any) -> Question:
            other = Question.objects.visible_to(person_of(request)).with_public_id(into).first()
            if other is None:
                raise exceptions.ValidationError({"into": _("There is no such question.")}, code="unknown")
            return question_merges.merge(question=row, into=other, **more)

        return self.act(request, MergeQuestion, merge)

    @extend_schema(request=DecidedOn, responses={200: serializers.QuestionSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def unmerge(self, request: Request, public_id: str) -> Response:
        """Take it apart from the question it was merged into, with what had followed."""
        return self.act(request, DecidedOn, lambda row, **more: question_merges.unmerge(question=row, **more))

    @extend_schema(request=serializers.NewQuestion, responses={201: serializers.QuestionSerializer})
    def create(self, request: Request) -> Response:
        """Ask a question in an open episode. With `asker_name` hosts and organizers, and their robots, pass on what was
        asked in the group."""
        by = writer_of(request)
        sent = body_of(request, serializers.NewQuestion)
        if (asker := sent.pop("asker_name", None)) is not None:
            return once(request, lambda: self._pass_on(by, asker, **sent))
        html = rendered(Question(body=sent["body"]))  # not under the lock that `once` takes
        return once(request, lambda: self._ask(by, html, **sent))

    def _pass_on(self, by: Person, asker: str, episode: str, body: str) -> Response:
        asked_in = Episode.objects.visible_to(by).with_code(episode).first()
        if asked_in is None:
            raise exceptions.ValidationError({"episode": _("There is no such episode.")}, code="unknown")
        made = chats.pass_on(episode=asked_in, asker_name=asker, body=body, by=by, now=timezone.now())
        return _made(self, made)

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
        # Nothing is shown of it before the act: on an evening thousands of these come, and need no counts twice.
        row = self.find(self.readable(), self.kwargs["public_id"]).first()
        if row is None:
            raise Http404

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
    is_accepted = Flag(field_name="is_accepted")
    review = filters.ChoiceFilter(choices=REVIEWS)

    def by_question(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(question__in=Question.objects.with_public_id(value))


class AnswerViewSet(AnswerSigning, Reviewed):
    """Answers in the order of their questions."""

    restored_kind = "answer"
    serializer_class = serializers.AnswerSerializer
    filterset_class = AnswerFilter

    def rows(self) -> QuerySet[Any]:
        rows = with_only(
            self.readable(),
            author=("handle", "name"),
            transcriber=("handle", "name"),
            question=("serial", "follow_up", "first_code", "episode"),
            question__episode=("code",),
        )
        place = Coalesce("question__parent__position", "question__position")
        return rows.order_by("question__episode_id", place, "question__follow_up", "question_id", "position", "pk")

    def standing(self) -> QuerySet[Any]:
        return Answer.objects.visible_to(person_of(self.request))

    def under_review(self) -> QuerySet[Any]:
        return answers_under_review(person_of(self.request))

    @extend_schema(request=DecidedOn, responses={200: serializers.AnswerSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Accept the answer; several may be."""
        return self.act(request, DecidedOn, lambda row, **more: settling.accept(answer=row, **more))

    @extend_schema(request=DecidedOn, responses={200: serializers.AnswerSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def unaccept(self, request: Request, pk: str) -> Response:
        """Accept it no more."""
        return self.act(request, DecidedOn, lambda row, **more: settling.unaccept(answer=row, **more))

    def destroy(self, request: Request, pk: str) -> Response:
        """Take one's own answer out; `restore` brings it back."""
        by = writer_of(request)
        row = self.get_object()
        require_match(request, row, self.get_serializer(row).data)
        remove_answer(answer=row, version=row.version, by=by, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=serializers.NewAnswer, responses={201: serializers.AnswerSerializer})
    def create(self, request: Request) -> Response:
        """Answer a question."""
        by = writer_of(request)
        sent = body_of(request, serializers.NewAnswer)
        html = rendered(Answer(body=sent["body"]))  # not under the lock that `once` takes
        return once(request, lambda: self._answer(by, html, **sent))

    def _answer(self, by: Person, html: Html, question: str, body: str, author: str) -> Response:
        answered = Question.objects.visible_to(person_of(self.request)).with_public_id(question).first()
        if answered is None:
            raise exceptions.ValidationError({"question": _("There is no such question.")}, code="unknown")
        more: dict[str, Any] = {"html": html, "author": author}
        made = questions.answer(question=answered, body=body, by=by, now=timezone.now(), **more)
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
