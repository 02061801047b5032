"""Which pages are looked at, and how: the table behind `python -m tests.shots`."""

from __future__ import annotations

from dataclasses import dataclass

from tests.shot_evening import EVENINGS

# Addresses of the map that are no pages.
NO_PAGES = {
    *("episode-markdown", "episode-zhihu", "episode-json", "set_language", "set_theme", "robots", "favicon"),
    *("ask-similar", "asking-rules", "question-vote", "question-unvote"),
    *("live-now", "inbox-act", "healthz", "readyz", "api-schema", "revoke-token", "presence"),
    *("source-run", "source-pause", "source-resume", "source-remove", "source-restore"),
    *("job-retry", "kind-run", "kind-pause", "kind-resume", "metrics"),
    *("list-markdown", "list-bibtex", "list-json", "list-up", "list-down", "list-remove", "list-restore"),
    *("list-move", "list-section-up", "list-section-down", "list-section-move"),
    *("list-section-remove", "list-section-restore"),
    *("sources-opml", "paper-bibtex", "feed-papers", "feed-news", "feed-episodes", "feed-questions", "calendar-file"),
    *("webhook-pause", "webhook-resume", "webhook-remove", "webhook-test", "delivery-replay"),
    *(
        "board-act",
        "board-arrange",
        "submit-known",
        "question-move",
        "question-act",
        "history-back",
        "history-restore-row",
    ),
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


A_CHAT = """羡鱼  21:03

大家晚上好

阿岚  21:04

请问 KV cache 的显存怎么估算？长上下文的时候比权重还大吗？

小满  21:05

按层数 × 头数 × 头维 × 长度 × 2，再乘精度的字节数，见 https://arxiv.org/abs/2309.06180

一个名字很长很长的群友（来自很远的地方）  21:06

另外 GQA 会把头数除掉一个倍数

渡口  21:09

有没有推荐的推理框架？

三两  21:10

[图片]
"""

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
    "ask-similar": Shot("ask", "/episodes/107/ask/", send="支持 128K 上下文，和真的用得好 128K，是一回事吗？"),
    "ask-organizer": Shot("ask", "/episodes/107/ask/", by="organizer"),
    "asked": Shot("ask", "/episodes/107/ask/", send="学习率预热要走多少步，跟批量有关系吗？"),
    "return": Shot("return", "/return/"),
    "return-wrong": Shot("return", "/return/#青山"),
    "return-found": Shot("return", "/episodes/107/ask/", send="夜里两点训练挂了，谁的电话会响？"),
    "ask-closed": Shot("ask", "/episodes/105/ask/"),
    "question": Shot("question", "/q/106-4/"),
    "question-signed-in": Shot("question", "/q/107-4/", by="member"),
    "question-unanswered": Shot("question", "/q/106-7/"),
    "question-follow-up": Shot("question", "/q/106-2.1/"),
    "question-decided": Shot("question", "/q/{asked}/"),
    "question-to-decide": Shot("question", "/q/{asked}/", by="organizer"),
    "question-waiting": Shot("question", "/q/{waits}/", by="organizer"),
    "question-edit": Shot("question-edit", "/q/{asked}/edit/", by="organizer"),
    "answer-edit": Shot("answer-edit", "/q/{asked}/answers/{answered}/edit/", by="member"),
    "question-summary": Shot("question-summary", "/q/{asked}/summary/", by="organizer"),
    "moderation": Shot("moderation", "/episodes/107/questions/", by="organizer"),
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
    "history": Shot("history", "/episodes/107/history/", by="organizer"),
    "history-member": Shot("history", "/episodes/107/history/?kind=item", by="member"),
    "history-english": Shot("history", "/episodes/107/history/", by="organizer", language="en"),
    "history-of-row": Shot("history", "/episodes/107/history/?row=item:{item}", by="organizer"),
    "history-public": Shot("history", "/episodes/019/history/"),
    "history-nothing": Shot("history", "/episodes/107/history/?kind=recording", by="organizer"),
    "history-restore": Shot("history-restore", "/episodes/107/history/{event}/restore/", by="organizer"),
    "history-restore-refused": Shot("history-restore", "/episodes/107/history/{event}/restore/", by="organizer"),
    "outbox": Shot("outbox", "/episodes/021/outbox/", by="member", stage="week"),
    "outbox-send": Shot("outbox", "/episodes/021/outbox/?send={reminder}", by="member", stage="week"),
    "outbox-english": Shot("outbox", "/episodes/021/outbox/", by="organizer", language="en", stage="week"),
    "chat": Shot("chat", "/episodes/021/chat/", by="member", stage="week"),
    "chat-read": Shot("chat", "/episodes/021/chat/", by="member", stage="week", send=A_CHAT),
    "chat-nothing": Shot("chat", "/episodes/021/chat/", by="member", stage="week", send="没有人说话"),
    "wrapup": Shot("wrapup", "/episodes/012/wrapup/", by="member", stage="after"),
    "wrapup-english": Shot("wrapup", "/episodes/012/wrapup/", by="member", stage="after", language="en"),
    "wrapup-empty": Shot("wrapup", "/episodes/011/wrapup/", by="member", stage="after"),
    "wrapup-conflict": Shot("wrapup", "/episodes/012/wrapup/", by="member", stage="after"),
    "recordings": Shot("recordings", "/episodes/012/recordings/", by="member", stage="after"),
    "recordings-empty": Shot("recordings", "/episodes/011/recordings/", by="member", stage="after"),
    "episode-with-video": Shot("episode", "/episodes/012/", stage="after"),
    "question-with-video": Shot("question", "/q/012-1/", stage="after"),
    "words": Shot("go", "/go/{word}/", stage="after"),
    "words-over": Shot("go", "/go/{wordless}/", stage="after"),
    "dashboard-wrapup": Shot("dashboard", "/dashboard/?episode=012", by="member", stage="after"),
    "chat-wishes": Shot("chat", "/episodes/012/chat/", by="member", stage="after", send=A_CHAT),
    "outbox-empty": Shot("outbox", "/episodes/105/outbox/", by="organizer"),
    "webhooks-empty": Shot("webhooks", "/webhooks/", by="organizer"),
    "webhooks": Shot("webhooks", "/webhooks/", by="organizer", stage="week"),
    "webhook": Shot("webhook", "/webhooks/1/", by="organizer", stage="week"),
    "webhook-paused": Shot("webhook", "/webhooks/2/", by="organizer", stage="week"),
    "unsubscribe": Shot("unsubscribe", "{stop}"),
    "dashboard-empty": Shot("dashboard", "/dashboard/", by="member", stage="over"),
    "dashboard": Shot("dashboard", "/dashboard/", by="member", stage="week"),
    "dashboard-organizer": Shot("dashboard", "/dashboard/?text=rescue", by="organizer", stage="week"),
    "dashboard-over": Shot("dashboard", "/dashboard/?episode=107", by="organizer"),
    "dashboard-english": Shot("dashboard", "/dashboard/", by="member", stage="week", language="en"),
    "dashboard-record": Shot("dashboard", "/dashboard/?episode=020", by="organizer", stage="week"),
    "hand-off": Shot("hand-off", "/dashboard/hand-off/", by="member", stage="week"),
    "statistics": Shot("statistics", "/dashboard/statistics/", stage="week"),
    "statistics-minutes": Shot("statistics", "/dashboard/statistics/", stage="after"),
    "statistics-sample": Shot("statistics", "/dashboard/statistics/"),
    "statistics-empty": Shot("statistics", "/dashboard/statistics/", stage="empty"),
    "templates": Shot("templates", "/templates/", stage="week"),
    "templates-organizer": Shot("templates", "/templates/", by="organizer", stage="week"),
    "template-edit": Shot("template-edit", "/templates/edit/", by="organizer", stage="week"),
    "template-edition": Shot("template-edition", "/templates/1/", by="member", stage="week"),
    "calendar": Shot("calendar", "/calendar/"),
    "calendar-look": Shot("calendar", "/calendar/", by="organizer", stage="week"),
    "calendar-organizer": Shot("calendar", "/calendar/", by="organizer"),
    "notifications-empty": Shot("notifications", "/notifications/", by="organizer"),
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
    "live-later": Shot("live", "/episodes/107/live/"),
    "live-ready": Shot("live", "/episodes/021/live/", by="member", stage="ready"),
    "live-host": Shot("live", "/episodes/021/live/", by="member", stage="late"),
    "live-host-english": Shot("live", "/episodes/021/live/", by="member", language="en", stage="late"),
    "live-host-asked": Shot("live", "/episodes/021/live/", by="member", stage="asked"),
    "live-host-paused": Shot("live", "/episodes/021/live/", by="member", stage="paused"),
    "live-host-ended": Shot("live", "/episodes/021/live/", by="member", stage="ended"),
    "live": Shot("live", "/episodes/021/live/", stage="late"),
    "live-signed-in": Shot("live", "/episodes/021/live/?view=audience", by="member", stage="asked"),
    "stage-item": Shot("stage", "/episodes/021/stage/", stage="late"),
    "stage": Shot("stage", "/episodes/021/stage/", stage="asked"),
    "stage-long": Shot("stage", "/episodes/021/stage/", stage="long"),
    "stage-paused": Shot("stage", "/episodes/021/stage/", stage="paused"),
    "stage-ended": Shot("stage", "/episodes/021/stage/", stage="ended"),
    "scribe": Shot("scribe", "/episodes/021/scribe/", by="member", stage="asked"),
    "scribe-taken": Shot("scribe", "/episodes/021/scribe/?section={news}", by="member", stage="late"),
    "home-no-next": Shot("home", "/", stage="over"),
}
STAGES = ("empty", "sample", "full", "over", "week", "after", *EVENINGS)
