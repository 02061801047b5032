"""The resources of the API; the reply to its root lists them."""

from rest_framework.routers import APIRootView, DefaultRouter

from members.api.invitations import InvitationViewSet
from members.api.ops import JobViewSet
from members.api.people import TokenViewSet
from news.api.sources import RunViewSet, SourceViewSet
from news.api.stories import SightingViewSet
from papers.api.lists import SLUG, ListEntryViewSet, ListSectionViewSet, ReadingListViewSet
from talks.api import after, carries, episodes, history, imports, items, news, planning, questions, record, telling


class Root(APIRootView):
    """The resources and where they are."""

    http_method_names = ["get", "head"]


router = DefaultRouter()
router.include_format_suffixes = False
router.APIRootView = Root
for name, viewset in {
    "episodes": episodes.EpisodeViewSet,
    "sections": episodes.SectionViewSet,
    "items": items.ItemViewSet,
    "claims": episodes.ClaimViewSet,
    "suggestions": items.SuggestionViewSet,
    "questions": questions.QuestionViewSet,
    "answers": questions.AnswerViewSet,
    "recordings": after.RecordingViewSet,
    "episodes/holidays": planning.HolidayViewSet,
    "episodes/breaks": planning.BreakViewSet,
    "episodes/carries": carries.CarryViewSet,
    "templates/owners": planning.OwnerViewSet,  # before the templates, whose keys it would be taken for
    "templates": planning.TemplateViewSet,
    "notifications": planning.NotificationViewSet,
    "reminders": telling.ReminderViewSet,
    "webhooks": telling.WebhookViewSet,
    "deliveries": telling.DeliveryViewSet,
    "people": record.PersonViewSet,
    "person-requests": record.PersonRequestViewSet,
    "invitations": InvitationViewSet,
    "papers": record.PaperViewSet,
    "lists": ReadingListViewSet,
    f"lists/(?P<slug>{SLUG})/entries": ListEntryViewSet,
    f"lists/(?P<slug>{SLUG})/sections": ListSectionViewSet,
    "news": news.StoryViewSet,
    "sightings": SightingViewSet,
    "sources": SourceViewSet,
    "runs": RunViewSet,
    "mentions": episodes.MentionViewSet,
    "tokens": TokenViewSet,
    "imports": imports.ImportViewSet,
    "events": history.EventViewSet,
    "jobs": JobViewSet,
}.items():
    router.register(name, viewset, basename=f"api-{name.replace(f'/(?P<slug>{SLUG})/', '-')}")

urlpatterns = router.urls
