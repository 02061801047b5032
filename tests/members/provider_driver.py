"""Sign-in by a provider, in a process of its own whose environment names it: `python -m tests.members.provider_driver`.

GitHub and Weixin are a server on loopback that answers as they do. Prints what came of it as JSON.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import django

django.setup()

from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter  # noqa: E402
from allauth.socialaccount.providers.weixin.views import WeixinOAuth2Adapter  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from members.actions import invitations  # noqa: E402
from members.actors import SYSTEM  # noqa: E402
from members.models import User  # noqa: E402

ASKED = []
ANSWERS = {
    "/login/oauth/access_token": {"access_token": "gho_x", "token_type": "bearer", "scope": ""},
    "/user": {"id": 583231, "login": "octocat", "name": "Octo", "html_url": "https://github.com/octocat"},
    "/sns/oauth2/access_token": {"access_token": "wx_x", "openid": "o6_bm", "expires_in": 7200},
    "/sns/userinfo": {"openid": "o6_bm", "nickname": "NICK", "headimgurl": ""},
}


class Provider(BaseHTTPRequestHandler):
    """Answers as GitHub and the WeChat Open Platform do, and notes what was asked."""

    def answer(self):
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        ASKED.append(
            [self.command, parts.path, self.headers.get("Authorization"), sorted(parse_qs(body or parts.query))]
        )
        if parts.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/user")
            self.end_headers()
            return
        data = json.dumps(ANSWERS.get(parts.path, {"error": "bad_verification_code"})).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = answer  # noqa: N815 - the names of http.server

    def log_message(self, *args):
        pass


def come_by(client, provider, *, next_url=""):
    """Go to the provider and come back as a browser does; return the first page here."""
    sent = client.post(f"/accounts/{provider}/login/?process=login{next_url}")
    there = urlsplit(sent["Location"])
    state = parse_qs(there.query)["state"][0]
    return there.netloc, client.get(f"/accounts/{provider}/login/callback/?code=abc&state={state}")


def sign_up(client, provider, name, code):
    where, back = come_by(client, provider)
    page = client.get(back["Location"])
    without = client.post(back["Location"], {"username": name, "code": ""})
    made = client.post(back["Location"], {"username": name, "code": code})
    return {
        "where": where,
        "back": back["Location"],
        "page": page.status_code,
        "without": [without.status_code, "code" in without.context["form"].errors],
        "made": made.get("Location"),
        "signed_in": client.session.get("_auth_user_id"),
    }


def main():
    setup_test_environment()
    call_command("migrate", verbosity=0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_address[1]}"
    GitHubOAuth2Adapter.access_token_url = f"{home}/login/oauth/access_token"
    GitHubOAuth2Adapter.profile_url = f"{home}/user"
    WeixinOAuth2Adapter.access_token_url = f"{home}/sns/oauth2/access_token"
    WeixinOAuth2Adapter.profile_url = f"{home}/sns/userinfo"
    code = invitations.invite(purpose="join", places=5, by=SYSTEM, now=timezone.now()).key
    found = {"page": "GitHub" in Client().get("/accounts/login/").content.decode()}
    found["policy"] = Client().get("/accounts/login/")["Content-Security-Policy"]
    found["github"] = sign_up(Client(), "github", "octo", code)
    found["weixin"] = sign_up(Client(), "weixin", "微信来的", code)
    again = Client()
    _where, back = come_by(again, "github")
    found["again"] = [back["Location"], User.objects.get(pk=again.session["_auth_user_id"]).username]
    linked = Client()
    linked.get(f"/accounts/signup/?code={code}")
    ANSWERS["/user"] = {"id": 2, "login": "second"}
    _where, back = come_by(linked, "github")
    found["filled_in"] = f'value="{code}"' in linked.get(back["Location"]).content.decode()
    GitHubOAuth2Adapter.profile_url = f"{home}/away"
    _where, failed = come_by(Client(), "github")
    found["redirected"] = [failed.status_code, "没有说明你是谁" in failed.content.decode()]
    GitHubOAuth2Adapter.access_token_url = "http://169.254.169.254/login"
    _where, failed = come_by(Client(), "github")
    found["inside"] = [failed.status_code, "没有说明你是谁" in failed.content.decode()]
    found["users"] = sorted(User.objects.values_list("username", flat=True))
    found["passwords"] = [user.has_usable_password() for user in User.objects.all()]
    found["asked"] = ASKED
    server.shutdown()
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
