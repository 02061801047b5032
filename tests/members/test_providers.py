"""Sign-in by GitHub and Weixin: only where configured, only with an invitation, only through the guard."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import environment
from tests.servers import migrated

# One worker asks the process that stands for the site, so that it is started once.
pytestmark = pytest.mark.xdist_group("providers")
ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    "GITHUB_CLIENT_ID": "gh-id",
    "GITHUB_CLIENT_SECRET": "gh-secret",
    "WEIXIN_CLIENT_ID": "wx-id",
    "WEIXIN_CLIENT_SECRET": "wx-secret",
}


def test_without_keys_there_is_no_such_door(client, db):
    page = client.get("/accounts/login/")
    assert "GitHub" not in page.content.decode()
    assert "github.com" not in page["Content-Security-Policy"]
    assert client.post("/accounts/github/login/").status_code == 404


@pytest.mark.parametrize("missing", KEYS)
def test_half_a_pair_of_keys_stops_the_start(missing):
    half = {name: value for name, value in KEYS.items() if name != missing}
    with pytest.raises(environment.BadEnvironment, match=missing.split("_")[0]):
        environment.read(half)


@pytest.fixture(scope="module")
def came(tmp_path_factory):
    database = tmp_path_factory.mktemp("providers") / "db.sqlite3"
    shutil.copyfile(migrated(), database)
    environ = {
        **KEYS,
        "DATABASE_URL": f"sqlite:///{database}",
        "OUTBOUND_ALLOW": "127.0.0.0/8",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "CRITICAL",
    }
    command = [sys.executable, "-m", "tests.members.provider_driver"]
    run = subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


@pytest.mark.parametrize(("provider", "where"), [("github", "github.com"), ("weixin", "open.weixin.qq.com")])
def test_a_provider_says_who_and_an_invitation_that_they_may(came, provider, where):
    found = came[provider]
    assert found["where"] == where
    assert f"https://{where}" in came["policy"]
    assert (found["back"], found["page"]) == ("/accounts/3rdparty/signup/", 200)
    assert found["without"] == [200, True]
    assert found["made"] == "/"
    assert found["signed_in"]
    assert came["users"] == ["octo", "微信来的"]
    assert came["passwords"] == [False, False]


def test_who_is_known_signs_in(came):
    assert came["page"]
    assert came["again"] == ["/", "octo"]
    assert came["filled_in"]


def test_the_secrets_go_to_the_provider_only(came):
    asked = came["asked"]
    assert ["GET", "/user", "token gho_x", []] in asked
    token = next(one for one in asked if one[1] == "/login/oauth/access_token")
    assert token[0] == "POST"
    assert {"client_id", "client_secret", "code"} <= set(token[3])


def test_a_provider_that_leads_elsewhere_or_inside_is_not_followed(came):
    assert came["redirected"][1]
    assert came["inside"][1]
    assert [one[1] for one in came["asked"]].count("/away") == 1
