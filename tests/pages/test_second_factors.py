"""Second factors: an app, recovery codes, passkeys; one door for everybody, the admin's too."""

import re
from shutil import which

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import sync_playwright

from tests.shots import CHROMIUM_ARGUMENTS

CREDENTIALS = {"login": "青禾", "password": "correct horse battery"}


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.fixture
def at(organizer):
    """A client who has just proved that it is them."""
    client = Client()
    client.post("/accounts/login/", CREDENTIALS)
    client.post("/accounts/reauthenticate/?next=/accounts/2fa/", {"password": CREDENTIALS["password"]})
    return client


@pytest.fixture
def secret(at):
    page = at.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="secret" value="([A-Z2-7]+)"', page)[1]
    done = at.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    return secret


def test_before_a_factor_changes_one_says_who_one_is(organizer):
    client = Client()
    client.post("/accounts/login/", CREDENTIALS)
    for path in ("totp/activate/", "webauthn/add/", "recovery-codes/generate/"):
        assert client.get(f"/accounts/2fa/{path}")["Location"].startswith("/accounts/reauthenticate/"), path


def test_a_password_alone_no_longer_signs_in(at, secret):
    client = Client()
    assert client.post("/accounts/login/?next=/admin/", CREDENTIALS)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/2fa/authenticate/")
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert "_auth_user_id" not in client.session
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    if "_auth_user_id" not in client.session:  # the app's code was used to turn it on
        codes = at.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
        client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_works_once(at, secret):
    codes = at.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    for expected in (True, False):
        client = Client()
        client.post("/accounts/login/", CREDENTIALS)
        client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert ("_auth_user_id" in client.session) is expected


def test_the_database_alone_opens_nothing(at, secret):
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    codes = at.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert not [code for code in codes if code in stored]
    for table in (
        "mfa/authenticator",
        "account/emailaddress",
        "socialaccount/socialaccount",
        "socialaccount/socialapp",
    ):
        assert at.get(f"/admin/{table}/").status_code == 404, table


def test_it_is_turned_off_again(at, secret):
    assert at.post("/accounts/2fa/totp/deactivate/")["Location"] == "/accounts/2fa/"
    assert Client().post("/accounts/login/", CREDENTIALS)["Location"] == "/"


def test_no_page_holds_a_script_or_style_of_its_own(at, secret):
    for path in (
        *("", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "webauthn/", "webauthn/add/"),
        *("reauthenticate/",),
    ):
        page = at.get(f"/accounts/2fa/{path}")
        assert page.status_code == 200, path
        text = page.content.decode()
        assert "style=" not in text, path
        scripts = re.findall(r"<script([^>]*)>", text)
        assert [each for each in scripts if "src=" not in each and 'type="application/json"' not in each] == [], path
        assert "unsafe" not in page["Content-Security-Policy"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(which("chromium") is None, reason="there is no Chromium")
def test_a_passkey_signs_in_without_a_password(live_server, transactional_db, organizer, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    home = live_server.url.replace("127.0.0.1", "localhost")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=which("chromium"), args=list(CHROMIUM_ARGUMENTS))
        context = chromium.new_context(base_url=home, viewport={"width": 390, "height": 844})
        context.set_default_timeout(20_000)
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        device = context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        page.goto("/accounts/login/")
        page.fill("input[name=login]", CREDENTIALS["login"])
        page.fill("input[name=password]", CREDENTIALS["password"])
        page.click("form button.button-primary")
        page.goto("/accounts/2fa/webauthn/add/")
        page.fill("input[name=password]", CREDENTIALS["password"])
        page.click("form button.button-primary")
        page.fill("input[name=name]", "手机")
        page.check("input[name=passwordless]")
        page.click("#mfa_webauthn_add")
        page.wait_for_url("**/recovery-codes/")
        page.goto("/accounts/2fa/webauthn/")
        assert "手机" in page.content()
        assert [
            one["id"] for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")
        ] == []
        page.goto("/accounts/logout/")
        page.click("main form button.button-primary")
        page.goto("/accounts/login/")
        page.click("#passkey_login")
        page.wait_for_url(f"{home}/")
        assert page.locator(".me").count() == 1
        assert said == []
        chromium.close()
