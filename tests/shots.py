"""Screenshots of every page of the URL map: 390 and 1280 px, light and dark, into var/shots/. `python -m tests.shots`.

A page of the map that has no line in SHOTS fails the run, and so does a page that scrolls sideways, reports an error
in the console, asks another host for anything, or has a serious finding of axe. Names as arguments shoot only those.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "var" / "shots"
WIDTHS = {390: 844, 1280: 800}
SCHEMES = ("light", "dark")
CHROMIUM_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--hide-scrollbars"),
)
SERIOUS = ("serious", "critical")
# Expected in the console of pages that are shown because something is wrong.
EXPECTED = "Failed to load resource: the server responded with a status of"
# Addresses of the map that are no pages.
NO_PAGES = {
    *("episode-markdown", "episode-zhihu", "episode-json", "set_language", "set_theme", "robots", "favicon"),
    *("inbox-act", "healthz", "readyz", "api-schema", "revoke-token"),
    *("source-run", "source-pause", "source-resume", "source-remove", "source-restore"),
    *("job-retry", "kind-run", "kind-pause", "kind-resume", "metrics"),
    *("list-markdown", "list-bibtex", "list-json", "list-up", "list-down", "list-remove", "list-restore"),
    *("list-move", "list-section-up", "list-section-down", "list-section-move"),
    *("list-section-remove", "list-section-restore"),
    *("sources-opml", "paper-bibtex", "feed-papers", "feed-news"),
    *("board-act", "board-arrange", "submit-known", "question-move", "history-back", "history-restore-row"),
    *("plan-next", "claim-section", "claim-release", "owner-skip", "owner-unskip", "owner-disown", "template-own"),
    *("calendar-set", "calendar-remove", "calendar-break", "calendar-resume"),
    *("export-mine", "revoke-invitation", "aliases-apart", "person-approve", "person-refuse"),
    *("person-rename", "person-undo-rename", "person-merge", "person-unmerge", "person-suspend", "person-lift"),
    *("person-reset-link", "mfa_download_recovery_codes", "mfa_login_webauthn"),
    # in the middle of a sign-in, or only where mail or providers are configured
    *("mfa_authenticate", "mfa_reauthenticate_webauthn", "socialaccount_signup", "account_email"),
}
# Whole branches of the map that are other people's pages.
NO_BRANCHES = ("admin", "api")
BUT_THESE = ("api/v1/docs/",)


PASTED = """# OpenLLM Talk 018

【编号】：OpenLLM Talk 018

【时间】：20231014 晚上九点

【主持人】：渡口、大家

【吃什么】：面

## 本周新闻

### 学术

#### Attention with Linear Biases

<https://arxiv.org/abs/2108.12409>

把距离直接写进注意力。

## Free Talk

### 线上讨论

1. 训练短、推理长，靠得住吗？—小满

答：困惑度靠得住，别的要测。—渡口

1. 同一个编号又来了一次？
"""


PASTED_LIST = """# 编出来的清单

## 位置

- **Attention with Linear Biases.** [[pdf](https://arxiv.org/pdf/2108.12409)] [[code](./code/alibi)]
- [又一篇](https://arxiv.org/abs/2108.12409) - 同一个编号写在两篇上

## 工具

- [一个推理框架](https://github.com/example/serve) - 单卡也能跑
"""


@dataclass(frozen=True, slots=True)
class Shot:
    """A page to look at: its name in the map, its address, who looks; the text and number of forms sent there."""

    page: str
    path: str
    by: str = ""
    send: str | None = None
    forms: int = 1
    stage: str = "sample"
    language: str = ""


SHOTS: dict[str, Shot] = {
    "home-empty": Shot("home", "/", stage="empty"),
    "episodes-empty": Shot("episodes", "/episodes/", stage="empty"),
    "papers-empty": Shot("papers", "/papers/", stage="empty"),
    "people-empty": Shot("people", "/people/", stage="empty"),
    "home": Shot("home", "/"),
    "home-signed-in": Shot("home", "/", by="member"),
    "home-english": Shot("home", "/", language="en"),
    "episodes": Shot("episodes", "/episodes/"),
    "episodes-specials": Shot("episodes", "/episodes/?kind=special"),
    "episode": Shot("episode", "/episodes/105/"),
    "episode-open": Shot("episode", "/episodes/107/"),
    "episode-waiting": Shot("episode", "/episodes/103/"),
    "episode-special": Shot("episode", "/episodes/S101/"),
    "episode-everything": Shot("episode", "/episodes/020/", by="organizer"),
    "episode-english": Shot("episode", "/episodes/105/", language="en"),
    "ask": Shot("ask", "/episodes/107/ask/"),
    "ask-signed-in": Shot("ask", "/episodes/107/ask/", by="member"),
    "ask-wrong": Shot("ask", "/episodes/107/ask/", by="member", send="这里有一个看不见的字符\u202e，删掉才能提交"),
    "ask-closed": Shot("ask", "/episodes/105/ask/"),
    "question": Shot("question", "/q/106-4/"),
    "question-signed-in": Shot("question", "/q/107-4/", by="member"),
    "question-unanswered": Shot("question", "/q/106-7/"),
    "question-follow-up": Shot("question", "/q/106-2.1/"),
    "board": Shot("board", "/episodes/107/board/"),
    "board-member": Shot("board", "/episodes/107/board/", by="member"),
    "board-organizer": Shot("board", "/episodes/107/board/", by="organizer"),
    "board-english": Shot("board", "/episodes/107/board/", by="organizer", language="en"),
    "board-record": Shot("board", "/episodes/105/board/"),
    "board-item": Shot("board-item", "/episodes/107/board/items/{item}/", by="organizer"),
    "board-item-conflict": Shot("board-item", "/episodes/107/board/items/{item}/", by="organizer"),
    "board-conflict": Shot("board", "/episodes/107/board/", by="organizer"),
    "submit": Shot("submit", "/submit/?episode=107"),
    "submit-member": Shot("submit", "/submit/?episode=107", by="member"),
    "submit-known": Shot("submit", "/submit/?episode=107&url=https://arxiv.org/abs/2106.09685", by="member"),
    "submit-there": Shot("submit", "/submit/?episode=107&url=https://blog.example/kv-cache", by="organizer"),
    "submit-declined": Shot("submit", "/submit/?episode=107&url=https://blog.example/advert", by="member"),
    "submit-english": Shot("submit", "/submit/?episode=107", by="member", language="en"),
    "claim-empty": Shot("claim", "/claim/", stage="empty"),
    "claim": Shot("claim", "/claim/", stage="week"),
    "claim-signed-in": Shot("claim", "/claim/", by="member", stage="week"),
    "claim-english": Shot("claim", "/claim/", by="member", language="en", stage="week"),
    "claim-hand-over": Shot("claim-hand-over", "/claim/{claim}/hand-over/", by="member", stage="week"),
    "state": Shot("episode-state", "/episodes/021/state/", stage="week"),
    "state-host": Shot("episode-state", "/episodes/021/state/", by="member", stage="week"),
    "state-organizer": Shot("episode-state", "/episodes/021/state/", by="organizer", stage="week"),
    "templates": Shot("templates", "/templates/", stage="week"),
    "templates-organizer": Shot("templates", "/templates/", by="organizer", stage="week"),
    "template-edit": Shot("template-edit", "/templates/edit/", by="organizer", stage="week"),
    "template-edition": Shot("template-edition", "/templates/1/", by="member", stage="week"),
    "calendar": Shot("calendar", "/calendar/"),
    "calendar-organizer": Shot("calendar", "/calendar/", by="organizer"),
    "notifications-empty": Shot("notifications", "/notifications/", by="organizer"),
    "history": Shot("history", "/episodes/107/history/", by="organizer"),
    "history-member": Shot("history", "/episodes/107/history/?kind=item", by="member"),
    "history-english": Shot("history", "/episodes/107/history/", by="organizer", language="en"),
    "history-of-row": Shot("history", "/episodes/107/history/?row=item:{item}", by="organizer"),
    "history-public": Shot("history", "/episodes/019/history/"),
    "history-nothing": Shot("history", "/episodes/107/history/?kind=recording", by="organizer"),
    "history-restore": Shot("history-restore", "/episodes/107/history/{event}/restore/", by="organizer"),
    "history-restore-refused": Shot("history-restore", "/episodes/107/history/{event}/restore/", by="organizer"),
    "state-preview": Shot("episode-state", "/episodes/021/state/", by="organizer", stage="week"),
    "notifications": Shot("notifications", "/notifications/", by="member", stage="week"),
    "inbox-empty": Shot("inbox", "/inbox/", stage="empty"),
    "inbox": Shot("inbox", "/inbox/", by="organizer"),
    "inbox-host": Shot("inbox", "/inbox/", by="member"),
    "inbox-english": Shot("inbox", "/inbox/", by="organizer", language="en"),
    "inbox-all": Shot("inbox", "/inbox/?state=all", by="organizer"),
    "inbox-nothing": Shot("inbox", "/inbox/?q=没有这个词", by="organizer"),
    "inbox-read-only": Shot("inbox", "/inbox/"),
    "inbox-refused": Shot("inbox", "/inbox/?state=all", by="organizer"),
    "inbox-story": Shot("inbox-story", "/inbox/1/", by="organizer"),
    "inbox-500": Shot("inbox", "/inbox/", by="organizer", stage="full"),
    "papers": Shot("papers", "/papers/"),
    "papers-year": Shot("papers", "/papers/?year=2023"),
    "paper": Shot("paper", "/papers/2106.09685/"),
    "paper-full": Shot("paper", "/papers/2302.11111/"),
    "paper-english": Shot("paper", "/papers/2302.11111/", language="en"),
    "paper-withdrawn": Shot("paper", "/papers/2302.22222/"),
    "paper-stub": Shot("paper", "/papers/2302.33333/"),
    "paper-unknown": Shot("paper", "/papers/2302.44444/"),
    "paper-long": Shot("paper", "/papers/2302.55555/"),
    "episode-papers": Shot("episode", "/episodes/019/"),
    "lists-empty": Shot("lists", "/lists/", stage="empty"),
    "lists": Shot("lists", "/lists/"),
    "lists-signed-in": Shot("lists", "/lists/", by="member"),
    "list": Shot("list", "/lists/sample-long-context/"),
    "list-english": Shot("list", "/lists/sample-long-context/", language="en"),
    "list-editing": Shot("list", "/lists/sample-long-context/?edit=1", by="organizer"),
    "list-add": Shot("list-add", "/lists/sample-long-context/add/1/", by="organizer"),
    "list-entry": Shot("list-entry", "/lists/sample-long-context/entries/1/", by="organizer"),
    "list-add-section": Shot("list-add-section", "/lists/sample-long-context/sections/add/", by="organizer"),
    "list-section": Shot("list-section", "/lists/sample-long-context/sections/2/", by="organizer"),
    "list-import": Shot("list-import", "/lists/import/", by="organizer"),
    "list-import-preview": Shot("list-import", "/lists/import/?slug=pasted", by="organizer", send=PASTED_LIST),
    "list-import-result": Shot(
        "list-import-store", "/lists/import/?slug=pasted", by="organizer", send=PASTED_LIST, forms=2
    ),
    "sources-empty": Shot("sources", "/sources/", stage="empty"),
    "sources": Shot("sources", "/sources/"),
    "sources-organizer": Shot("sources", "/sources/", by="organizer"),
    "source": Shot("source", "/sources/blog/"),
    "source-organizer": Shot("source", "/sources/arxiv-cs-cl/", by="organizer"),
    "source-lists": Shot("source-lists", "/sources/opml/", by="organizer"),
    "source-add": Shot("source-add", "/sources/add/", by="organizer"),
    "source-edit": Shot("source-edit", "/sources/blog/edit/", by="organizer"),
    "ops": Shot("ops", "/ops/", by="organizer"),
    "people": Shot("people", "/people/"),
    "person": Shot("person", "/people/渡口/"),
    "person-answers": Shot("person", "/people/渡口/?show=answers"),
    "person-me": Shot("person", "/people/小满/", by="member"),
    "person-long": Shot("person", "/people/名字长到手机屏幕一行放不下每次点名主持人都要先喘口气的旁听生/"),
    "login": Shot("account_login", "/accounts/login/"),
    "login-kept-draft": Shot("account_login", "/episodes/107/ask/", send="为什么缓存会随上下文变大？"),
    "logout": Shot("account_logout", "/accounts/logout/", by="member"),
    "signup": Shot("account_signup", "/accounts/signup/?code={code}"),
    "signup-english": Shot("account_signup", "/accounts/signup/", language="en"),
    "reauthenticate": Shot("account_reauthenticate", "/accounts/reauthenticate/", by="member"),
    "password-set": Shot("account_set_password", "/accounts/password/set/", by="member"),
    "password-lost": Shot("account_reset_password", "/accounts/password/reset/"),
    "password-lost-sent": Shot("account_reset_password_done", "/accounts/password/reset/done/"),
    "password-link-over": Shot("account_reset_password_from_key", "/accounts/password/reset/key/1-x/"),
    "password-link-done": Shot("account_reset_password_from_key_done", "/accounts/password/reset/key/done/"),
    "mail-sent": Shot("account_email_verification_sent", "/accounts/confirm-email/"),
    "mail-confirm": Shot("account_confirm_email", "/accounts/confirm-email/x/"),
    "factors": Shot("mfa_index", "/accounts/2fa/", by="organizer"),
    "factors-none": Shot("mfa_index", "/accounts/2fa/", by="member"),
    "factors-again": Shot("mfa_reauthenticate", "/accounts/2fa/reauthenticate/", by="organizer"),
    "totp-on": Shot("mfa_activate_totp", "/accounts/2fa/totp/activate/", by="member"),
    "totp-off": Shot("mfa_deactivate_totp", "/accounts/2fa/totp/deactivate/", by="organizer"),
    "recovery-codes": Shot("mfa_view_recovery_codes", "/accounts/2fa/recovery-codes/", by="organizer"),
    "recovery-codes-new": Shot("mfa_generate_recovery_codes", "/accounts/2fa/recovery-codes/generate/", by="organizer"),
    "keys": Shot("mfa_list_webauthn", "/accounts/2fa/webauthn/", by="organizer"),
    "key-add": Shot("mfa_add_webauthn", "/accounts/2fa/webauthn/add/", by="member"),
    "key-edit": Shot("mfa_edit_webauthn", "/accounts/2fa/webauthn/keys/{key}/edit/", by="organizer"),
    "key-remove": Shot("mfa_remove_webauthn", "/accounts/2fa/webauthn/keys/{key}/remove/", by="organizer"),
    "connections": Shot("socialaccount_connections", "/accounts/3rdparty/", by="member"),
    "provider-error": Shot("socialaccount_login_error", "/accounts/3rdparty/login/error/"),
    "provider-cancelled": Shot("socialaccount_login_cancelled", "/accounts/3rdparty/login/cancelled/"),
    "profile": Shot("profile", "/settings/profile/", by="member"),
    "erase": Shot("erase", "/settings/erase/", by="member"),
    "go": Shot("go", "/go/{go}/"),
    "go-over": Shot("go", "/go/{over}/"),
    "invitations": Shot("invitations", "/invitations/", by="organizer"),
    "aliases": Shot("aliases", "/aliases/", by="organizer"),
    "person-manage": Shot("person-manage", "/people/小满/manage/", by="organizer"),
    "person-manage-merged": Shot("person-manage", "/people/并过来的/manage/", by="organizer"),
    "person-claim": Shot("person-claim", "/people/渡口/claim/", by="member"),
    "inactive": Shot("account_inactive", "/accounts/inactive/"),
    "password": Shot("account_change_password", "/accounts/password/change/", by="member"),
    "api-docs": Shot("api-docs", "/api/v1/docs/"),
    "import": Shot("import", "/import/", by="organizer"),
    "import-preview": Shot("import", "/import/", by="organizer", send=PASTED),
    "import-result": Shot("import-store", "/import/", by="organizer", send=PASTED, forms=2),
    "tokens": Shot("tokens", "/settings/tokens/", by="member"),
    "tokens-made": Shot("tokens", "/settings/tokens/", by="member", send=""),
    "no-such-page": Shot("", "/nowhere/"),
    "no-such-question": Shot("", "/q/106-99/"),
    "no-such-episode": Shot("", "/episodes/999/"),
    "refused": Shot("", "/refused/"),
    "too-late": Shot("", "/episodes/107/ask/", by="organizer", send="这句话是在另一个标签页登录之前写的。"),
    "broken": Shot("", "/broken/"),
    "home-no-next": Shot("home", "/", stage="over"),
}
STAGES = ("empty", "sample", "full", "over", "week")


def pages_of_the_map(patterns: Iterable[Any], prefix: str = "") -> Iterator[str]:
    """Yield the name (or the route, for one without a name) of every page of the map."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if route.lstrip("^").startswith(NO_BRANCHES) and not any(name in route for name in BUT_THESE):
            continue
        if hasattr(pattern, "url_patterns"):
            yield from pages_of_the_map(pattern.url_patterns, route)
        elif pattern.name not in NO_PAGES and not route.startswith("<path:rest>"):
            yield pattern.name or route


def pages_without_a_shot() -> list[str]:
    """Return the pages of the map that nobody looks at."""
    from config.urls import urlpatterns

    return sorted(set(pages_of_the_map(urlpatterns)) - {shot.page for shot in SHOTS.values()})


def prepare(folder: Path) -> None:
    """Set Django up on a database of its own."""
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/shots.sqlite3"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread
    os.environ["LOG_LEVEL"] = "CRITICAL"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.ROOT_URLCONF = "tests.shot_urls"
    settings.VAR_DIR = folder  # the sample's logins stay in here
    call_command("migrate", verbosity=0)


def enter(stage: str) -> None:
    """Bring the database to a stage: empty, the sample, 470 more stories, no evening to come, or with one planned."""
    from django.core.management import call_command
    from django.utils import timezone

    from talks.models import Episode, EpisodeState
    from tests.news.sample import fill_news
    from tests.pages.conftest import put, rich

    if stage == "sample":
        call_command("load_sample", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
        put(rich(20, starts_at="2023-10-28T21:00:00+08:00", questions=40), now=timezone.now())
        fill_news(now=timezone.now())
        shelve_papers()
        fill_board()
        invite_people()
    if stage == "full":
        from news.models import Source
        from tests.talks.newsroom import tell

        links = [f"https://industry.example/full/{n}" for n in range(470)]
        tell(Source.objects.get(slug="sample-industry"), *links, now=timezone.now())
    if stage == "over":
        Episode.objects.exclude(state=EpisodeState.PUBLISHED).update(state=EpisodeState.PUBLISHED)
    if stage == "week":
        take_part()


def take_part() -> None:
    """The next number is planned; the sample's member hosts it, takes a section and is told of what others do."""
    from django.utils import timezone

    from members.actors import SYSTEM
    from members.models import User
    from talks.actions.claims import claim
    from talks.actions.hosting import host
    from talks.actions.life import plan_next
    from talks.actions.rescue import rescue
    from talks.actions.templates import make_edition, own
    from talks.models import Section

    now = timezone.now()
    member, organizer = (User.objects.get(username=f"sample-{role}").person for role in ("member", "organizer"))
    episode = plan_next(by=SYSTEM, now=now)
    news, picks = Section.objects.filter(episode=episode).order_by("position")[:2]
    host(episode=episode, role="host", by=member, now=now)
    claim(section=news, role="lead", by=member, now=now)
    claim(section=news, role="lead", by=organizer, now=now)
    claim(section=picks, role="lead", by=organizer, now=now)
    rescue(episode=episode, by=organizer, now=now)
    own(kind="practice", title="", person=member, by=organizer, now=now)
    make_edition(edition=1, values={"minutes": 90}, by=SYSTEM, now=now)


def fill_board() -> None:
    """The coming evening has items in every state, too many minutes, suggestions, and something from before."""
    from django.utils import timezone

    from members.models import User
    from talks.actions import item_edits, items, suggestions
    from talks.models import Episode, Section

    now = timezone.now()
    member, organizer = (User.objects.get(username=f"sample-{role}").person for role in ("member", "organizer"))
    episode = Episode.objects.get(code="107")
    news = Section.objects.filter(episode=episode, kind="news")[0]

    def nominate(url: str, text: str, section: Section | None = news) -> items.Item:
        return items.nominate(episode=episode, url=url, text=text, section=section, by=member, now=now)

    long = "一份把 attention、KV cache、FlashAttention、PagedAttention 从头写到尾的中文笔记，附可运行代码与显存估算表（第三版）"
    for n in range(4):
        row = nominate(f"https://blog.example/{n}", f"编出来的第 {n} 条新闻：一句话说完的那种")
        row = items.accept(item=row, version=1, by=organizer, now=now)
        item_edits.edit(item=row, version=2, values={"minutes": 5}, by=organizer, now=now)
    kept = nominate("https://blog.example/kv-cache", f"{long}\n写得很细，适合面试前看一遍。")
    items.vote(item=kept, by=member, now=now)
    twice = nominate("https://blog.example/kv-cache-copy", "同一篇的转载")
    items.merge(item=twice, into=kept, version=1, by=organizer, now=now)
    declined = nominate("https://blog.example/advert", "一个广告")
    items.decline(item=declined, reason="和主题不太相关", version=1, by=organizer, now=now)
    items.defer(item=nominate("https://blog.example/later", "下次再说的一条"), version=1, by=organizer, now=now)
    nominate("", "精读一遍位置编码的代码", None)
    made = suggestions.suggest(section=news, body="先讲**结论**，再讲细节；每条不超过三分钟。", by=member, now=now)
    suggestions.own(suggestion=made, by=organizer, now=now)
    done = suggestions.suggest(section=news, body="链接放前面", by=member, now=now)
    suggestions.resolve(suggestion=done, resolution="这一期起照办。", by=organizer, now=now)
    values = {
        "title": long.replace("中文笔记", "中文讲义"),
        "body": "写得很细，面试前、讲之前都值得看一遍。\n\n- 附代码",
    }
    item_edits.edit(item=kept, version=None, values=values, by=organizer, now=now)
    gone = nominate("https://blog.example/gone", "拿掉的一条")
    item_edits.remove(item=gone, version=None, by=organizer, now=now)


def invite_people() -> None:
    """Make invitations, open and over, a guest, names that look alike, somebody merged, a request and second factors."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.utils import timezone

    from members.actions import invitations, names, people, requests
    from members.actors import SYSTEM
    from members.models import Person, User

    now = timezone.now()
    boss, member = (User.objects.get(username=f"sample-{role}") for role in ("organizer", "member"))
    code = invitations.invite(purpose="join", places=20, note="周六来的人", by=boss.person, now=now)
    asked = invitations.invite(purpose="ask", target="107", places=5, by=boss.person, now=now)
    over = invitations.invite(purpose="ask", target="107", by=boss.person, now=now)
    invitations.enter(key=asked.key, name="路过的人", now=now)
    invitations.revoke(invitation=over, by=boss.person, now=now)
    found = people.find_or_name(["渡口智能", "Dark Flame Master", "dark flame master", "并过来的"], by=SYSTEM, now=now)
    names.merge(person=found["并过来的"], into=Person.objects.get(name="阿岚"), by=boss.person, now=now)
    who = Person.objects.get(handle="渡口")
    if who.user_id is None:
        requests.request_person(person=who, message="群里的渡口就是我", by=member.person, now=now)
    TOTP.activate(boss, generate_totp_secret())
    RecoveryCodes.activate(boss)
    key = Authenticator.objects.create(user=boss, type="webauthn", data={"name": "手机", "credential": {}})
    PLACES.update(code=code.key, go=asked.key, over=over.key, key=str(key.pk))


# What stands for the `{…}` of addresses that hold a key.
PLACES: dict[str, str] = {}


def shelve_papers() -> None:
    """Put made-up papers in every state a paper can be in into an evening of their own."""
    from datetime import UTC, date, datetime

    from django.utils import timezone

    from members.actors import SYSTEM
    from papers.actions.facts import mark_missing, store_facts
    from papers.facts import Author, NamedLink, PaperFacts
    from tests.pages.conftest import document, item, put, section

    now = timezone.now()
    ids = ("2302.11111v1", "2302.22222", "2302.33333", "2302.44444", "2302.55555")
    news = [
        item(f"编出来的第 {n} 篇", f"https://arxiv.org/abs/{one}", papers=[one[:10]]) for n, one in enumerate(ids, 1)
    ]
    put(
        document(19, starts_at="2023-10-21T21:00:00+08:00", sections=[section("news", "本周新闻", items=news)]), now=now
    )
    full = PaperFacts(
        arxiv_id="2302.11111",
        source="api",
        version=3,
        title=r"Attention in $O(n \log n)$: A Made-up Paper for Looking at",
        abstract=(
            r"We pretend that attention over $n$ tokens costs $O(n \log n)$ and look at what a page makes of it."
            r" With $\alpha = \frac{1}{\sqrt{d_k}}$ everything follows, as long as nobody asks how."
        ),
        authors=(
            Author("Ada Example", ("Institute of Samples", "Another Place")),
            *map(Author, ("Bo Li", "C. Nobody")),
        ),
        primary_category="cs.CL",
        categories=("cs.CL", "cs.LG"),
        comment="12 pages, 3 figures",
        journal_ref="Journal of Samples 7 (2023) 1-12",
        doi="10.1000/182",
        published_at=datetime(2023, 2, 20, 9, tzinfo=UTC),
        submitted_at=datetime(2024, 1, 5, 9, tzinfo=UTC),
        links=(
            NamedLink("code", "https://github.com/example/attention-in-n-log-n"),
            NamedLink("model", "https://huggingface.co/example/attention-7b"),
        ),
    )
    counts = (4, 19, 33, 31, 40, 58, 57, 64)
    series = [
        PaperFacts("2302.11111", "hf", upvotes=count, upvotes_on=date(2023, 2, 21 + day))
        for day, count in enumerate(counts)
    ]
    taken_back = PaperFacts(
        "2302.22222",
        "api",
        version=2,
        title="A Result That Did Not Hold",
        authors=(Author("D. Sorry"),),
        categories=("cs.LG",),
        comment="This paper has been withdrawn by the author due to an error in Lemma 3",
        is_withdrawn=True,
        published_at=datetime(2023, 2, 21, tzinfo=UTC),
        submitted_at=datetime(2023, 3, 1, tzinfo=UTC),
    )
    words = "Towards Understanding Extraordinarily-Long-Hyphenated-Compound-Names of Retrieval-Augmented Models " * 4
    many = tuple(Author(f"Author{n} Longfamilyname") for n in range(1, 131))
    long = PaperFacts("2302.55555", "api", version=1, title=words.strip(), authors=many, abstract=words * 5)
    store_facts([full, *series, taken_back, long], by=SYSTEM, now=now)
    mark_missing(["2302.44444"], by=SYSTEM, now=now)


@contextmanager
def serve() -> Iterator[str]:
    """Serve the site with its static files on a free port; yield its address."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def session_cookie(role: str) -> str:
    """Return a session of the sample's organizer or member."""
    from django.test import Client

    from members.models import User

    client = Client()
    user = User.objects.get(username=f"sample-{role}")
    client.force_login(user)
    session = client.session  # who has just proved that it is them
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client.cookies["sessionid"].value


def own_row(path: str) -> str:
    """Return the address, with the key of what the sample's member has taken where it stands for it."""
    from talks.models import Claim

    if "{item}" in path:
        from talks.models import Item

        return path.format(item=Item.objects.get(url="https://blog.example/kv-cache").pk)
    if "{event}" in path:
        from talks.models import KeptRow

        acts = KeptRow.objects.filter(episode__code="107").order_by("-event").values_list("event", flat=True)
        return path.format(event=list(dict.fromkeys(acts))[7])
    if "{claim}" not in path:
        return path
    found = Claim.objects.current().filter(person__user__username="sample-member").order_by("-pk")[0]
    return path.format(claim=found.pk)


def look(page: Any, name: str, shot: Shot, address: str) -> list[str]:
    """Open one page the way its reader would, take the picture, and return what is wrong with it."""
    from axe_playwright_python.sync_playwright import Axe

    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    path = own_row(shot.path)
    page.goto(address + (path.format(**PLACES) if PLACES else path))
    if name == "too-late":  # the cookie of the form's token is gone, as after a sign-in elsewhere
        page.context.clear_cookies(name="csrftoken")
    if shot.send:
        page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
        page.fill("textarea", shot.send)
    for _form in range(shot.forms if shot.send is not None else 0):
        page.click("form button.button-primary")
        page.wait_for_load_state()
    if name == "board-item-conflict":  # somebody else saved it meanwhile
        page.fill("#id_body", "我写的说明，和别人的不一样")
        page.evaluate("document.querySelector('[name=version]').value = 99")
        page.click("form button.button-primary")
    if name == "board-conflict":  # a button of the past
        page.evaluate(
            "const button = document.querySelector('[name=accept]');"
            "button.form.elements.version.value = 99; button.click()"
        )
    if name == "history-restore-refused":  # the number of another one
        page.fill("#typed", "108")
        page.click("main form button.button-primary")
    if name in ("history", "history-of-row"):
        page.evaluate("for (const part of [...document.querySelectorAll('main details')].slice(0, 4)) part.open = true")
    if name == "state-preview":
        page.fill("#starts_at", page.input_value("#starts_at").replace("T21:00", "T20:00"))
        page.fill("#move-reason", "主持人在路上")
        page.click("#move form button.button:not(.button-primary)")
        page.wait_for_load_state()
    if name == "inbox-refused":  # a button of the past: somebody was faster
        page.evaluate(
            "const button = document.querySelector('[data-key=\"1\"]');"
            "button.value = document.querySelector('[data-key=\"u\"]').value.split('.')[0] + '.1'; button.click()"
        )
    page.wait_for_load_state("networkidle")
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    findings = Axe().run(page).response["violations"]
    wrong = [f"scrolls sideways by {over} px"] if over > 0 else []
    wrong += ["is not signed in"] if shot.by and not page.locator(".me").count() else []
    wrong += [f"console: {text}" for text in said if not text.startswith(EXPECTED)]
    wrong += [f"asks {url}" for url in asked if not url.startswith((address, "data:"))]
    wrong += [
        f"axe, {found['impact']}: {found['id']}: {found['nodes'][0]['html'][:120]}"
        for found in findings
        if found["impact"] in SERIOUS
    ]
    return wrong


def shoot(names: list[str], address: str, browser: Any) -> list[str]:
    """Take the pictures of one stage; return what is wrong, one line each."""
    wrong = []
    sessions = {shot.by: session_cookie(shot.by) for name in names if (shot := SHOTS[name]).by}
    for width, height in WIDTHS.items():
        for scheme in SCHEMES:
            for name in names:
                shot = SHOTS[name]
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,
                    device_scale_factor=1.5 if width < 600 else 1,
                    has_touch=width < 600,
                    is_mobile=width < 600,
                    locale="zh-CN",
                )
                if shot.by:
                    context.add_cookies([{"name": "sessionid", "value": sessions[shot.by], "url": address}])
                if shot.language:
                    context.add_cookies([{"name": "django_language", "value": shot.language, "url": address}])
                page = context.new_page()
                wrong += [f"{name}, {width}, {scheme}: {what}" for what in look(page, name, shot, address)]
                page.screenshot(path=OUT / f"{name}-{width}-{scheme}.png", full_page=True)
                context.close()
    return wrong


def main(wanted: list[str]) -> int:
    from playwright.sync_api import sync_playwright

    OUT.mkdir(parents=True, exist_ok=True)
    unknown = [name for name in wanted if name not in SHOTS]
    if unknown:
        print(f"no such shot: {', '.join(unknown)}; there are {', '.join(SHOTS)}", file=sys.stderr)
        return 2
    names = wanted or list(SHOTS)
    with tempfile.TemporaryDirectory(prefix="openllm-talk-shots-") as folder:
        prepare(Path(folder))
        wrong = [f"no shot of the page {page}" for page in pages_without_a_shot()]
        with serve() as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(CHROMIUM_ARGUMENTS)
            )
            for stage in STAGES:
                enter(stage)
                wrong += shoot([name for name in names if SHOTS[name].stage == stage], address, browser)
            browser.close()
    print("\n".join(wrong) or "nothing is wrong")
    print(f"{len(names)} pages, {len(names) * len(WIDTHS) * len(SCHEMES)} pictures in {OUT.relative_to(ROOT)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
