"""The table of sources, work in the background, people, one's own pages and the ways in."""

from dataclasses import replace

from tests.access.matrix import Act, more, row
from tests.access.policies import (
    DRAFT,
    MEMBERS,
    NOBODY,
    NOTHING,
    ORGANIZERS,
    PUBLIC,
    SIGN_IN,
    SIGNED_IN,
    UNKNOWN,
)

# Doors that say 403 to who is signed out as well: nobody comes to them but from an organizers' page.
ACTS = ORGANIZERS.refusing()
SOURCE = {
    "name": "某博客",
    "address": "https://blog.example/feed",
    "interval_minutes": "90",
    "version": "{feed.version}",
}
OPML = '<opml version="2.0"><body><outline type="rss" text="甲" xmlUrl="https://a.example/feed"/></body></opml>'

SOURCES = [
    row("sources/add/", "/sources/add/", GET=ORGANIZERS, POST=(
        ORGANIZERS, {"kind": "feed", "name": "新", "address": "https://n.example/feed", "interval_minutes": "60"}
    )),
    row("sources/opml/", "/sources/opml/", GET=ORGANIZERS, POST=(ORGANIZERS, {"text": OPML, "confirm": "1"})),
    row("sources/<slug>/edit/", "/sources/blog/edit/", GET=ORGANIZERS, POST=(ORGANIZERS, SOURCE)),
    row("sources/<slug>/run/", "/sources/blog/run/", POST=ORGANIZERS),
    row("sources/<slug>/pause/", "/sources/blog/pause/", POST=(ORGANIZERS, {"reason": "太多"})),
    row("sources/<slug>/resume/", "/sources/quiet/resume/", POST=ORGANIZERS),
    row("sources/<slug>/remove/", "/sources/blog/remove/", POST=ORGANIZERS),
    row("sources/<slug>/restore/", "/sources/gone/restore/", POST=ORGANIZERS),
    row("ops/jobs/<pk>/retry/", "/ops/jobs/{job.pk}/retry/", POST=ORGANIZERS),
    row("ops/kinds/<kind>/run/", "/ops/kinds/collect/run/", POST=ORGANIZERS),
    row("ops/kinds/<kind>/pause/", "/ops/kinds/collect/pause/", POST=(ORGANIZERS, {"reason": "太多"})),
    row("ops/kinds/<kind>/resume/", "/ops/kinds/prune/resume/", POST=ORGANIZERS),
]  # fmt: skip

PERSON, MANAGE = "people/<handle>/manage", "/people/{person.handle}/manage"
PEOPLE = [
    row("people/<handle>/claim/", "/people/{nobody.handle}/claim/", GET=DRAFT.asking(), POST=(DRAFT.asking(), {"message": "是我"})),
    more("people/<handle>/claim/", "/people/{person.handle}/claim/", GET=MEMBERS, POST=(MEMBERS, {"message": "是我"})),
    row(f"{PERSON}/rename/", f"{MANAGE}/rename/", POST=(ACTS, {"name": "船夫", "version": "{person.version}"})),
    row(f"{PERSON}/undo-rename/", "/people/{renamed.handle}/manage/undo-rename/", POST=ACTS),
    row(f"{PERSON}/merge/", f"{MANAGE}/merge/", POST=(ACTS, {"into": "{nobody.handle}"})),
    row(f"{PERSON}/unmerge/", "/people/{merged.handle}/manage/unmerge/", POST=ACTS),
    row(f"{PERSON}/suspend/", "/people/{nora.handle}/manage/suspend/", POST=(ACTS, {"reason": "广告"})),
    row(f"{PERSON}/lift/", "/people/{sleeping.handle}/manage/lift/", POST=ACTS),
    row(f"{PERSON}/reset-link/", "/people/{nora.handle}/manage/reset-link/", POST=ACTS),
    row("invitations/", "/invitations/", GET=ORGANIZERS, POST=(
        ORGANIZERS, {"thing": "join:", "places": "1", "days": "7", "note": ""}
    )),
    row("invitations/<pk>/revoke/", "/invitations/{invitation.pk}/revoke/", POST=ACTS),
    row("aliases/apart/", "/aliases/apart/", POST=(ACTS, {"person": "{nobody.handle}", "other": "{nobody_two.handle}"})),
    row("aliases/requests/<pk>/approve/", "/aliases/requests/{request.pk}/approve/", POST=ACTS),
    row("aliases/requests/<pk>/refuse/", "/aliases/requests/{request.pk}/refuse/", POST=(ACTS, {"reason": "不是"})),
    row("go/<key>/", "/go/{invitation_to_ask.key}/", GET=PUBLIC, POST=Act(
        PUBLIC, {"name": "过路人"}, changes_for=("anonymous", "guest to claim", "guest to submit", "read token", "write token")
    )),
    more("go/<key>/", "/go/{invitation.key}/", GET=PUBLIC),
    more("go/<key>/", "/go/1-abc/", GET=NOTHING),
    row("import/", "/import/", GET=ORGANIZERS, POST=Act(ORGANIZERS, {"text": "# OpenLLM Talk 231"}, leaves_nothing=True)),
    row("import/store/", "/import/store/", POST=(ORGANIZERS, {"upload": "{upload_of_episode}:231.md"})),
]  # fmt: skip

MINE = [
    row("settings/tokens/", "/settings/tokens/", GET=SIGNED_IN, POST=(MEMBERS, {"name": "x", "scope": "read"})),
    # ending one's own access is open to the suspended, too
    row("settings/tokens/<pk>/revoke/", "/settings/tokens/{own[token]}/revoke/", POST=SIGNED_IN),
    more("settings/tokens/<pk>/revoke/", "/settings/tokens/{others_token}/revoke/", POST=NOTHING.asking()),
    row("settings/profile/", "/settings/profile/", GET=SIGNED_IN, POST=(
        MEMBERS, {"version": "{own[version]}", "name": "{own[name]}", "bio": "我是 {role}"}
    )),
    row("settings/erase/", "/settings/erase/", GET=SIGNED_IN, POST=(MEMBERS, {"typed": "{own[login]}"})),
    row("language/", "/language/", GET=PUBLIC, POST=Act(PUBLIC, {"language": "en"}, leaves_nothing=True)),
    row("theme/", "/theme/", POST=Act(PUBLIC, {"theme": "dark"}, leaves_nothing=True)),
]  # fmt: skip

# django-allauth's own pages. Who is suspended may send nothing but to sign in and out.
STRANGERS = tuple(role for role in PUBLIC.allowed if role not in SIGNED_IN.allowed)
SENT = PUBLIC.but(suspended="403")
QUIET = {"leaves_nothing": True}
SIGN_UP = {"username": "新来的", "password1": "{password}", "password2": "{password}", "code": "{invitation.key}"}
MFA = "accounts/2fa"
ACCOUNTS = [
    row("accounts/login/", "/accounts/login/", GET=PUBLIC, POST=Act(
        PUBLIC, {"login": "Nora", "password": "{password}"}, changes_for=STRANGERS
    )),
    row("accounts/logout/", "/accounts/logout/", GET=PUBLIC, POST=Act(PUBLIC, **QUIET)),
    row("accounts/signup/", "/accounts/signup/", GET=PUBLIC, POST=Act(SENT, SIGN_UP, changes_for=STRANGERS)),
    row("accounts/inactive/", "/accounts/inactive/", GET=PUBLIC),
    row("accounts/reauthenticate/", "/accounts/reauthenticate/", GET=SIGNED_IN, POST=Act(
        MEMBERS, {"password": "{password}"}, **QUIET
    )),
    # the tests run without mail: there are no addresses
    row("accounts/email/", "/accounts/email/", GET=NOTHING, POST=NOTHING.but(suspended="403")),
    row("accounts/confirm-email/", "/accounts/confirm-email/", GET=PUBLIC),
    row("accounts/confirm-email/<key>/", "/accounts/confirm-email/x/", GET=PUBLIC, POST=NOTHING.but(suspended="403")),
    row("accounts/password/change/", "/accounts/password/change/", GET=SIGNED_IN, POST=(
        MEMBERS, {"oldpassword": "{password}", "password1": "a quite different horse", "password2": "a quite different horse"}
    )),
    row("accounts/password/set/", "/accounts/password/set/", GET=SIGNED_IN, POST=Act(MEMBERS, **QUIET)),
    row("accounts/password/reset/", "/accounts/password/reset/", GET=PUBLIC, POST=Act(SENT, {"email": "a@b.example"}, **QUIET)),
    row("accounts/password/reset/done/", "/accounts/password/reset/done/", GET=PUBLIC),
    row("accounts/password/reset/key/done/", "/accounts/password/reset/key/done/", GET=PUBLIC),
    row("accounts/password/reset/key/<uidb36>-<key>/", "/accounts/password/reset/key/1-x/", GET=PUBLIC, POST=Act(SENT, **QUIET)),
]  # fmt: skip

# Second factors need what only a device has: here it is asked who gets to the form at all (tests/pages/test_second_factors.py
# for the rest). The steps of a sign-in that has begun lead who has not begun one to its start.
NONE = NOTHING.asking()  # nobody here has any
# Nobody comes from a provider: all are led to the start.
FAILED = replace(NOBODY, strangers=UNKNOWN, refused=UNKNOWN)
LED = replace(NOBODY, refused=SIGN_IN)
FORM = {"GET": SIGNED_IN, "POST": Act(MEMBERS, **QUIET)}
FACTORS = [
    row(f"{MFA}/", "/accounts/2fa/", GET=SIGNED_IN),
    row(f"{MFA}/authenticate/", "/accounts/2fa/authenticate/", GET=SIGNED_IN, POST=Act(MEMBERS, **QUIET)),
    row(f"{MFA}/reauthenticate/", "/accounts/2fa/reauthenticate/", **FORM),
    row(f"{MFA}/totp/activate/", "/accounts/2fa/totp/activate/", **FORM),
    row(f"{MFA}/totp/deactivate/", "/accounts/2fa/totp/deactivate/", GET=NONE, POST=NONE.but(suspended="403")),
    row(f"{MFA}/recovery-codes/", "/accounts/2fa/recovery-codes/", GET=NONE),
    row(f"{MFA}/recovery-codes/generate/", "/accounts/2fa/recovery-codes/generate/", **FORM),
    row(
        f"{MFA}/recovery-codes/download/",
        "/accounts/2fa/recovery-codes/download/",
        GET=NONE,
        POST=NONE.but(suspended="403"),
    ),
    row(f"{MFA}/webauthn/", "/accounts/2fa/webauthn/", GET=SIGNED_IN),
    row(f"{MFA}/webauthn/add/", "/accounts/2fa/webauthn/add/", **FORM),
    row(f"{MFA}/webauthn/reauthenticate/", "/accounts/2fa/webauthn/reauthenticate/", **FORM),
    row(f"{MFA}/webauthn/keys/<pk>/remove/", "/accounts/2fa/webauthn/keys/1/remove/", **FORM),
    row(f"{MFA}/webauthn/keys/<pk>/edit/", "/accounts/2fa/webauthn/keys/1/edit/", **FORM),
    row(f"{MFA}/webauthn/login/", "/accounts/2fa/webauthn/login/", **FORM),
    row("accounts/3rdparty/login/cancelled/", "/accounts/3rdparty/login/cancelled/", GET=PUBLIC),
    row("accounts/3rdparty/login/error/", "/accounts/3rdparty/login/error/", GET=FAILED),
    row("accounts/3rdparty/signup/", "/accounts/3rdparty/signup/", GET=LED, POST=LED.but(suspended="403")),
    row("accounts/3rdparty/", "/accounts/3rdparty/", **FORM),
]

ROWS = [*SOURCES, *PEOPLE, *MINE, *ACCOUNTS, *FACTORS]
