"""The whole map of the site on one screen."""

from allauth.account import views as accounts
from django.conf import settings
from django.contrib import admin
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.i18n import set_language

from config import problems, schema
from jobs.views import healthz, readyz
from members import views as members
from news.api.metrics import Metrics
from news.views import ops, source_lists, sources
from papers.views import lists
from talks.views import (
    alias_book,
    answering,
    asking,
    board,
    board_item,
    chats,
    claims,
    dashboard,
    episodes,
    evenings,
    feeds,
    history,
    home,
    imports,
    inbox,
    joining,
    life,
    list_imports,
    live,
    mailing,
    moderation,
    notifications,
    outbox,
    papers,
    people,
    presence,
    questions,
    recordings,
    returns,
    scribe,
    site,
    submit,
    templates,
    voting,
    webhooks,
    wrapup,
)


def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    raise Http404


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask here before they read the page."""
    return HttpResponseRedirect(staticfiles_storage.url("favicon.svg"))


handler403 = "talks.views.site.forbidden"
handler404 = "talks.views.site.not_found"
handler500 = "config.problems.crashed"

urlpatterns = [
    path("", home.home, name="home"),
    path("episodes/", episodes.index, name="episodes"),
    path("episodes/<code>.zhihu.md", episodes.text, {"form": "zhihu.md"}, name="episode-zhihu"),
    path("episodes/<code>.md", episodes.text, {"form": "md"}, name="episode-markdown"),
    path("episodes/<code>.json", episodes.text, {"form": "json"}, name="episode-json"),
    path("episodes/<code>/", episodes.record, name="episode"),
    path("episodes/<code>/ask/", asking.ask, name="ask"),
    path("episodes/<code>/ask/similar/", asking.similar, name="ask-similar"),
    path("asking/", asking.rules, name="asking-rules"),
    path("return/", returns.index, name="return"),
    *[
        path(f"q/<public_id>/{verb}/", voting.vote, {"verb": verb}, name=f"question-{verb}")
        for verb in ("vote", "unvote")
    ],
    path("episodes/<code>/state/", life.state, name="episode-state"),
    path("episodes/<code>/outbox/", outbox.index, name="outbox"),
    path("episodes/<code>/chat/", chats.index, name="chat"),
    path("episodes/<code>/live/", live.live, name="live"),
    path("episodes/<code>/live/now/", live.now, name="live-now"),
    path("episodes/<code>/stage/", live.stage, name="stage"),
    path("episodes/<code>/scribe/", scribe.scribe, name="scribe"),
    path("episodes/<code>/wrapup/", wrapup.wrapup, name="wrapup"),
    path("episodes/<code>/recordings/", recordings.index, name="recordings"),
    path("episodes/<code>/board/", board.board, name="board"),
    path("episodes/<code>/board/act/", board.act, name="board-act"),
    path("episodes/<code>/board/items/<int:pk>/", board_item.item, name="board-item"),
    path("episodes/<code>/board/items/<int:pk>/arrange/", board.arrange, name="board-arrange"),
    path("episodes/<code>/history/", history.index, name="history"),
    path("episodes/<code>/history/back/", history.bring_back, name="history-back"),
    path("episodes/<code>/history/<int:event>/restore/", history.restore, name="history-restore"),
    path(
        "episodes/<code>/history/<int:event>/restore/<slug:kind>/<int:key>/",
        history.restore_row,
        name="history-restore-row",
    ),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/hand-off/", dashboard.hand_off, name="hand-off"),
    path("dashboard/statistics/", dashboard.statistics, name="statistics"),
    path("submit/", submit.submit, name="submit"),
    path("submit/known/", submit.known, name="submit-known"),
    path("episodes/<code>/questions/", moderation.queue, name="moderation"),
    path("q/<public_id>/edit/", answering.edit_question, name="question-edit"),
    path("q/<public_id>/answers/<int:pk>/edit/", answering.edit_answer, name="answer-edit"),
    path("q/<public_id>/summary/", answering.summary, name="question-summary"),
    path("q/<public_id>/act/", answering.act, name="question-act"),
    path("q/<public_id>/move/", board_item.move_question, name="question-move"),
    path("plan/", life.plan, name="plan-next"),
    path("claim/", claims.index, name="claim"),
    path("claim/sections/<int:pk>/", claims.take, name="claim-section"),
    path("claim/<int:pk>/release/", claims.release, name="claim-release"),
    path("claim/<int:pk>/hand-over/", claims.hand_over, name="claim-hand-over"),
    *[
        path(f"claim/owners/<int:pk>/{verb}/", claims.owner, {"verb": verb}, name=f"owner-{verb}")
        for verb in ("skip", "unskip", "disown")
    ],
    path("templates/", templates.index, name="templates"),
    path("templates/edit/", templates.edit, name="template-edit"),
    path("templates/own/", templates.own, name="template-own"),
    path("templates/<int:pk>/", templates.edition, name="template-edition"),
    path("calendar/", templates.calendar, name="calendar"),
    *[
        path(f"calendar/{verb}/", templates.change_day, {"verb": verb}, name=f"calendar-{verb}")
        for verb in ("set", "remove", "break", "resume")
    ],
    path("presence/", presence.presence, name="presence"),
    path("notifications/", notifications.index, name="notifications"),
    path("unsubscribe/<token>/", mailing.unsubscribe, name="unsubscribe"),
    path("webhooks/", webhooks.index, name="webhooks"),
    path("webhooks/<int:pk>/", webhooks.webhook, name="webhook"),
    *[
        path(f"webhooks/<int:pk>/{verb}/", webhooks.change, {"verb": verb}, name=f"webhook-{verb}")
        for verb in webhooks.VERBS
    ],
    path("deliveries/<int:pk>/replay/", webhooks.replay, name="delivery-replay"),
    path("q/<public_id>/", questions.question, name="question"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/act/", inbox.act, name="inbox-act"),
    path("inbox/<int:pk>/", inbox.story, name="inbox-story"),
    path("papers/", papers.index, name="papers"),
    path("papers/<path:identifier>.bib", papers.bibtex, name="paper-bibtex"),
    path("papers/<path:identifier>/", papers.paper, name="paper"),
    path("calendar.ics", evenings.calendar, name="calendar-file"),
    path("feeds/episodes.atom", feeds.episodes, name="feed-episodes"),
    path("feeds/questions.atom", feeds.questions, name="feed-questions"),
    path("feeds/papers.atom", feeds.papers, name="feed-papers"),
    path("feeds/news.atom", feeds.news, name="feed-news"),
    path("lists/", lists.index, name="lists"),
    path("lists/<slug:slug>.md", lists.text, {"form": "readme"}, name="list-markdown"),
    path("lists/<slug:slug>.bib", lists.text, {"form": "bibtex"}, name="list-bibtex"),
    path("lists/<slug:slug>.json", lists.text, {"form": "json"}, name="list-json"),
    path("lists/import/", list_imports.start, name="list-import"),
    path("lists/import/store/", list_imports.store, name="list-import-store"),
    path("lists/<slug:slug>/", lists.reading_list, name="list"),
    path("lists/<slug:slug>/sections/add/", lists.add_section, name="list-add-section"),
    path("lists/<slug:slug>/sections/<int:pk>/", lists.edit_section, name="list-section"),
    *[
        path(
            f"lists/<slug:slug>/sections/<int:pk>/{verb}/",
            lists.change_section,
            {"verb": verb},
            name=f"list-section-{verb}",
        )
        for verb in lists.VERBS
    ],
    path("lists/<slug:slug>/add/<int:section>/", lists.add, name="list-add"),
    path("lists/<slug:slug>/entries/<int:pk>/", lists.entry, name="list-entry"),
    *[
        path(f"lists/<slug:slug>/entries/<int:pk>/{verb}/", lists.change, {"verb": verb}, name=f"list-{verb}")
        for verb in lists.VERBS
    ],
    path("sources/", sources.index, name="sources"),
    path("sources/add/", sources.add, name="source-add"),
    path("sources/opml/", source_lists.take_in, name="source-lists"),
    path("sources.opml", source_lists.download, name="sources-opml"),
    path("sources/<slug:slug>/", sources.source, name="source"),
    path("sources/<slug:slug>/edit/", sources.edit, name="source-edit"),
    *[
        path(f"sources/<slug:slug>/{verb}/", sources.change, {"verb": verb}, name=f"source-{verb}")
        for verb in sources.VERBS
    ],
    path("ops/", ops.index, name="ops"),
    path("ops/jobs/<int:pk>/retry/", ops.retry, name="job-retry"),
    *[path(f"ops/kinds/<kind>/{verb}/", ops.change, {"verb": verb}, name=f"kind-{verb}") for verb in ops.VERBS],
    path("people/", people.index, name="people"),
    path("people/<handle>/", people.person, name="person"),
    path("people/<handle>/claim/", alias_book.claim, name="person-claim"),
    path("people/<handle>/manage/", alias_book.manage, name="person-manage"),
    *[
        path(f"people/<handle>/manage/{verb}/", alias_book.change, {"verb": verb}, name=f"person-{verb}")
        for verb in alias_book.VERBS
    ],
    path("settings/tokens/", members.tokens, name="tokens"),
    path("settings/tokens/<int:pk>/revoke/", members.revoke_token, name="revoke-token"),
    path("import/", imports.start, name="import"),
    path("import/store/", imports.store, name="import-store"),
    path("settings/profile/", members.profile, name="profile"),
    path("settings/export/", members.export, name="export-mine"),
    path("settings/erase/", members.erase, name="erase"),
    path("go/<key>/", joining.go, name="go"),
    path("invitations/", joining.invitations, name="invitations"),
    path("invitations/<int:pk>/revoke/", joining.revoke, name="revoke-invitation"),
    path("aliases/", alias_book.index, name="aliases"),
    path("aliases/apart/", alias_book.apart, name="aliases-apart"),
    *[
        path(f"aliases/requests/<int:pk>/{verb}/", alias_book.decide, {"verb": verb}, name=f"person-{verb}")
        for verb in ("approve", "refuse")
    ],
    path("accounts/login/", accounts.login, name="account_login"),
    path("accounts/logout/", accounts.logout, name="account_logout"),
    path("accounts/signup/", members.signup, name="account_signup"),
    path("accounts/inactive/", accounts.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", accounts.reauthenticate, name="account_reauthenticate"),
    path("accounts/email/", members.email, name="account_email"),
    path("accounts/confirm-email/", accounts.email_verification_sent, name="account_email_verification_sent"),
    path("accounts/confirm-email/<key>/", accounts.confirm_email, name="account_confirm_email"),
    path("accounts/password/change/", accounts.password_change, name="account_change_password"),
    path("accounts/password/set/", accounts.password_set, name="account_set_password"),
    path("accounts/password/reset/", members.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", accounts.password_reset_done, name="account_reset_password_done"),
    path(
        "accounts/password/reset/key/done/",
        accounts.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        "^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        accounts.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/3rdparty/", include("allauth.socialaccount.urls")),
    *[path("accounts/", include(f"allauth.socialaccount.providers.{name}.urls")) for name in settings.PROVIDERS],
    # Both keep a reader's display in a cookie and nothing else: they work without a token (see site.theme).
    path("language/", csrf_exempt(set_language), name="set_language"),
    path("theme/", site.theme, name="set_theme"),
    path("robots.txt", site.robots, name="robots"),
    path("favicon.ico", favicon, name="favicon"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", Metrics.as_view(), name="metrics"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("talks.api.urls")),
    path("api/v1/schema/", schema.Schema.as_view(), name="api-schema"),
    path("api/v1/docs/", schema.Docs.as_view(url_name="api-schema"), name="api-docs"),
    re_path("^api(/.*)?$", problems.Nowhere.as_view()),
]

if settings.DEBUG:  # in development too, an unknown address shows our own page
    urlpatterns.append(path("<path:rest>/", nowhere))
