"""What the resources of questions and answers share: approved, declined, hidden, shown again, reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.api.bodies import body_of
from members.api.repeats import once
from members.api.rows import person_of, require_match, writer_of
from talks.actions import moderation
from talks.api.history import Restorable
from talks.api.items import IF_MATCH, DecidedOn
from talks.api.serializers import Text
from talks.models import Review
from talks.rules import REASON_LIMIT


class WithReason(DecidedOn):
    """Why; the one who wrote it reads it."""

    reason = Text(max_length=REASON_LIMIT)


class MaybeReason(DecidedOn):
    """Why, if it is to be said."""

    reason = Text(max_length=REASON_LIMIT, required=False, allow_blank=True, default="")


class NewReport(serializers.Serializer[Any]):
    """What is wrong with it."""

    reason = Text(max_length=REASON_LIMIT)


class Reviewed(Restorable):
    """Rows that may be under review. Who wrote them and who sees to the episode find them here, too, and list them by
    `review`; to all others they are not there."""

    def standing(self) -> QuerySet[Any]:
        """What everybody sees whom the episode is shown to."""
        raise NotImplementedError

    def under_review(self) -> QuerySet[Any]:
        """What is not shown and this visitor may read."""
        raise NotImplementedError

    def readable(self) -> QuerySet[Any]:
        """What this request is about: what stands; by its address, and in lists that ask so, what is under review."""
        if person_of(self.request) is None:
            return self.standing()
        if self.action == "list":
            return self.under_review() if "review" in self.request.query_params else self.standing()
        model: Any = self.standing().model
        either = Q(pk__in=self.standing().values("pk")) | Q(pk__in=self.under_review().values("pk"))
        return model.objects.filter(either)

    def act(
        self, request: Request, form: type[Any], do: Callable[..., Any], ahead: Callable[..., Any] | None = None
    ) -> Response:
        """Do one verb once and answer with the row as it stands then; `ahead` makes the HTML before anybody waits."""
        by = writer_of(request)
        row = self.get_object()
        values = body_of(request, form)
        if ahead is not None:
            values["html"] = ahead(row, values)
        version = values.pop("version", row.version)

        def make() -> Response:
            if request.headers.get("If-Match"):  # in here: who sends it again gets the first reply
                require_match(request, row, self.get_serializer(row).data)
            do(row, version=version, by=by, now=timezone.now(), **values)
            return self._answered(row.pk)

        return once(request, make)

    def _answered(self, pk: int) -> Response:
        shown = self.rows().filter(pk=pk).first()
        if shown is None:
            raise Http404
        return self.reply(shown, self.get_serializer(shown).data)

    @extend_schema(request=DecidedOn, responses={200: None}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Show what waits or was declined."""
        return self.act(request, DecidedOn, lambda row, **more: moderation.approve(row=row, **more))

    @extend_schema(request=DecidedOn, responses={200: None}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def unapprove(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let wait again what was approved; 409 (`gone_on`) once others have gone on with it."""
        return self.act(request, DecidedOn, lambda row, **more: moderation.unapprove(row=row, **more))

    @extend_schema(request=WithReason, responses={200: None}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Do not show what waits, with the reason."""
        return self.act(request, WithReason, lambda row, **more: moderation.decline(row=row, **more))

    @extend_schema(request=MaybeReason, responses={200: None}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def hide(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take it out of sight; `show` or `restore` brings it back."""
        return self.act(request, MaybeReason, lambda row, **more: moderation.hide(row=row, **more))

    @extend_schema(request=DecidedOn, responses={200: None}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def show(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Show again what was hidden."""
        return self.act(request, DecidedOn, lambda row, **more: moderation.show(row=row, **more))

    @extend_schema(request=NewReport, responses={204: None})
    @action(detail=True, methods=["post"])
    def report(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say that it should not stand so; twice is once."""
        by = writer_of(request)
        row = self.get_object()
        sent = body_of(request, NewReport)

        def make() -> Response:
            moderation.report(row=row, by=by, now=timezone.now(), **sent)
            return Response(status=status.HTTP_204_NO_CONTENT)

        return once(request, make)

    @extend_schema(request=None, responses={200: None})
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Be done with the reports of it; it stands as it is."""
        without = serializers.Serializer
        return self.act(request, without, lambda row, version, **more: moderation.dismiss(row=row, **more))


REVIEWS = [(each.value, each.label) for each in Review]
