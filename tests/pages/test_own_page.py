"""One's own page, one's data, leaving; suspension; saying who one is; the alias book's pages."""

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.actions import logins, names, people, profile, requests, tokens
from members.actors import SYSTEM
from members.aliases import suggestions
from members.models import Alias, Event, Notification, Person, PersonRequest, Role, Token, User
from members.names import _PAIRS, Evidence, evidence
from members.rules import StateRefusal
from talks.actions import questions
from talks.export import export
from talks.models import Answer, Credit, Hosting, Question
from tests.pages.conftest import document, evenings, put

PROFILE = {"name": "小满", "bio": "写 *代码* 的人", "links": "https://example.org/xm 主页\n", "wants_suggestions": "on"}


@pytest.fixture
def site(member):
    """The small living site, whose documents name somebody who has an account already."""
    return evenings()


def named(name):
    return Alias.objects.get(name=name).person


# ── The page ────────────────────────────────────────────────────────────────


def test_what_i_say_of_myself_is_on_my_page(signed_in, site, member):
    form = signed_in.get("/settings/profile/").content.decode()
    assert f'name="version" value="{member.version}"' in form
    shown = signed_in.post(
        "/settings/profile/", {**PROFILE, "version": member.version, "preview": "1"}
    ).content.decode()
    assert "<em>代码</em>" in shown
    assert not Person.objects.get(pk=member.pk).bio
    saved = signed_in.post("/settings/profile/", {**PROFILE, "version": member.version})
    assert saved["Location"] == "/people/小满/" or "%E5" in saved["Location"]
    page = Client().get("/people/小满/").content.decode()
    assert "<em>代码</em>" in page
    assert 'href="https://example.org/xm"' in page
    assert "主页" in page


def test_it_says_whether_an_address_is_verified(signed_in, site, member, settings):
    def page():
        return signed_in.get("/settings/profile/").text

    assert "邮箱" not in page()
    settings.OPEN_BY_MAIL = True
    assert "没有验证过的邮箱：密码丢了只有组织者能找回。" in page()
    given = EmailAddress.objects.create(user=member.user, email="xm@example.org", verified=False)
    assert "xm@example.org 还没有验证：请点开寄去的链接。" in page()
    EmailAddress.objects.filter(pk=given.pk).update(verified=True)
    assert "xm@example.org 已验证，密码丢了可以用它找回。" in page()


def test_another_name_leaves_the_old_one_an_alias(signed_in, site, member):
    signed_in.post("/settings/profile/", {**PROFILE, "name": "满月", "version": member.version})
    member.refresh_from_db()
    assert member.name == "满月"
    assert named("小满") == named("满月") == member


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "青禾"),
        ("name", "渡口"),
        ("name", ""),
        ("links", "javascript:alert(1)"),
        ("bio", "a\u202eb"),
        ("links", "x"),
    ],
)
def test_what_cannot_be_kept_is_said(signed_in, site, member, organizer, field, value):
    reply = signed_in.post("/settings/profile/", {**PROFILE, "version": member.version, field: value})
    assert reply.status_code == 400
    assert 'class="error"' in reply.content.decode()
    assert Person.objects.get(pk=member.pk).version == member.version


@pytest.fixture
def rename(now):
    def rename(person, name, *, at=now):
        person.refresh_from_db()
        return profile.edit_profile(person=person, version=person.version, name=name, by=person, now=at)

    return rename


def known_as(person):
    return set(person.aliases.values_list("name", flat=True))


def test_a_name_of_ones_choice_that_nothing_is_written_with_is_free_again(member, stranger, site, rename):
    rename(member, "夏至")
    rename(member, "大暑")
    assert known_as(member) == {"小满", "大暑"}
    asked = Question.objects.filter(asker_name__isnull=False).first()
    Question.objects.filter(pk=asked.pk).update(asker=member, asker_name="大暑")
    rename(member, "处暑")
    assert known_as(member) == {"小满", "大暑", "处暑"}
    rename(stranger, "夏至")
    with pytest.raises(ValidationError):
        rename(stranger, "大暑")


def test_a_freed_name_comes_back_when_the_renaming_is_undone(db, member, organizer, now, rename):
    rename(member, "夏至")
    rename(member, "大暑")
    assert names.undo_rename(person=member, by=organizer, now=now).name == "夏至"
    assert known_as(member) == {"小满", "夏至"}


def test_three_names_in_thirty_days(db, member, organizer, now, rename):
    for place in range(3):
        rename(member, f"名{place}", at=now + timedelta(days=place))
    with pytest.raises(ValidationError) as caught:
        rename(member, "名三", at=now + timedelta(days=29))
    error = caught.value.error_dict["name"][0]
    assert error.code == "too_many"
    assert "2026年4月3日" in error.message
    assert names.rename(person=member, name="名三", version=member.version, by=organizer, now=now).name == "名三"
    assert rename(member, "名四", at=now + timedelta(days=30)).name == "名四"
    for place in range(5):
        rename(organizer, f"组织{place}")


def test_two_windows_are_told(signed_in, site, member):
    signed_in.post("/settings/profile/", {**PROFILE, "version": member.version})
    late = signed_in.post("/settings/profile/", {**PROFILE, "bio": "别的窗口", "version": member.version})
    assert late.status_code == 409
    said = late.content.decode()
    assert "写 *代码* 的人" in said
    assert "别的窗口" in said
    again = signed_in.post("/settings/profile/", {**PROFILE, "bio": "别的窗口", "version": member.version + 1})
    assert again.status_code == 302


def test_nobody_edits_anothers_page(member, stranger, organizer, now):
    for by in (stranger, organizer):
        with pytest.raises(PermissionDenied):
            profile.edit_profile(person=member, version=1, by=by, now=now, bio="x")


# ── Data and leaving ────────────────────────────────────────────────────────


def test_everything_of_mine_in_one_file(signed_in, site, member, stranger, now):
    questions.ask(episode=site["coming"], body="我的问题", by=member, now=now)
    questions.ask(episode=site["coming"], body="别人的问题", by=stranger, now=now)
    _token, key = tokens.create_token(user=member.user, scope="read", name="脚本", by=member, now=now)
    reply = signed_in.get("/settings/export/")
    assert "attachment" in reply["Content-Disposition"]
    assert "no-store" in reply["Cache-Control"]
    found = json.loads(reply.content)
    assert "我的问题" in [row["body"] for row in found["rows"]["talks.question.asker"]]
    assert found["names"] == ["小满"]
    assert found["rows"]["members.token.user"][0]["name"] == "脚本"
    assert {act["verb"] for act in found["acts"]} == {"ask", "create_token"}
    text = reply.content.decode()
    assert "别人的问题" not in text
    assert member.user.password not in text
    assert Token.digest_of(key) not in text
    assert Client().get("/settings/export/").status_code == 302


def test_leaving_keeps_the_credits_and_nothing_else(client, site, now, password, organizer):
    person = named("渡口")
    other = named("阿岚")
    user = people.create_user(username="dukou", password=password, role=Role.MEMBER, by=SYSTEM, now=now, claim=person)
    names.merge(person=other, into=person, by=organizer, now=now)
    Person.objects.filter(pk=person.pk).update(bio="介绍", bio_html="<p>介绍</p>")
    client.force_login(user)
    before = Answer.objects.filter(author=person).count(), Hosting.objects.count(), Credit.objects.count()
    page = client.get("/settings/erase/").content.decode()
    assert "已注销" in page
    assert client.post("/settings/erase/", {"typed": "别的"}).status_code == 400
    assert User.objects.filter(pk=user.pk).exists()
    gone = client.post("/settings/erase/", {"typed": "dukou"})
    assert gone["Location"] == "/"
    assert "_auth_user_id" not in client.session
    assert not User.objects.filter(pk=user.pk).exists()
    person.refresh_from_db()
    assert (person.name, person.bio, person.bio_html, person.user) == ("已注销", "", "", None)
    assert (Answer.objects.filter(author=person).count(), Hosting.objects.count(), Credit.objects.count()) == before
    assert not Alias.objects.filter(person__in=[person, other]).exists()
    told = json.dumps(list(Event.objects.filter(target_kind="person").values("before", "after")), ensure_ascii=False)
    assert "渡口" not in told
    assert "阿岚" not in told
    assert client.get("/people/渡口/").status_code == 404
    assert "已注销" in client.get(f"/people/erased-{person.pk}/").content.decode()
    text = export(site["rich"], "github").text
    assert "渡口" not in text
    assert "阿岚" not in text
    assert "【回答者】：已注销" in text


def test_the_last_organizer_stays(organizer, now):
    with pytest.raises(StateRefusal) as caught:
        profile.erase(person=organizer, typed="青禾", by=organizer, now=now)
    assert caught.value.code == "last_organizer"
    people.create_user(username="另一位", password="x1y2z3w4", role=Role.ORGANIZER, by=SYSTEM, now=now)
    with pytest.raises(ValidationError):
        profile.erase(person=organizer, typed="青", by=organizer, now=now)
    profile.erase(person=organizer, typed="青禾", by=organizer, now=now)
    assert User.objects.count() == 1


# ── Suspension ──────────────────────────────────────────────────────────────


def test_suspension_ends_sessions_and_tokens_at_once(signed_in, site, member, organizer, now, password):
    _token, key = tokens.create_token(user=member.user, scope="write", name="", by=member, now=now)
    bearer = {"Authorization": f"Bearer {key}"}
    assert Client().get("/api/v1/tokens/", headers=bearer).status_code == 200
    boss = Client()
    boss.force_login(organizer.user)
    done = boss.post(f"/people/{member.handle}/manage/suspend/", {"reason": "刷屏"})
    assert done.status_code == 302
    assert "_auth_user_id" not in signed_in.get("/").wsgi_request.session
    assert Client().get("/api/v1/tokens/", headers=bearer).status_code == 401
    assert Event.objects.get(verb="suspend").reason == "刷屏"
    again = Client()
    assert again.post("/accounts/login/", {"login": "小满", "password": password})["Location"] == "/"
    assert again.get("/episodes/020/").status_code == 200
    new = {"oldpassword": password, "password1": "x y z a b c d", "password2": "x y z a b c d"}
    for path, data in (
        ("/settings/profile/", {**PROFILE, "version": member.version}),
        ("/settings/erase/", {"typed": "小满"}),
        ("/settings/tokens/", {"scope": "read"}),
        ("/people/渡口/claim/", {"message": "我"}),
        ("/accounts/password/change/", new),
        ("/accounts/2fa/totp/activate/", {"code": "1"}),
        ("/episodes/021/ask/", {"body": "x"}),
    ):
        assert again.post(path, data).status_code == 403, path
    boss.post(f"/people/{member.handle}/manage/lift/")
    assert again.post("/episodes/021/ask/", {"body": "又能问了"}).status_code == 302
    assert Client().get("/api/v1/tokens/", headers=bearer).status_code == 401
    assert again.post("/accounts/logout/").status_code == 302


def test_an_old_session_stays_over_when_the_suspension_is_lifted(member, organizer, now):
    old = Client()
    old.force_login(member.user)
    logins.suspend(person=member, reason="", by=organizer, now=now)
    logins.lift(person=member, by=organizer, now=now)
    assert not old.get("/").wsgi_request.user.is_authenticated


def test_who_suspends_whom(member, stranger, organizer, now):
    for by, person in ((stranger, member), (organizer, organizer), (SYSTEM, member)):
        with pytest.raises(PermissionDenied):
            logins.suspend(person=person, reason="", by=by, now=now)
    with pytest.raises(PermissionDenied):
        logins.reset_link(person=organizer, by=organizer, now=now)
    nobody = people.find_or_name(["渡口"], by=SYSTEM, now=now)["渡口"]
    with pytest.raises(StateRefusal) as caught:
        logins.suspend(person=nobody, reason="", by=organizer, now=now)
    assert caught.value.code == "no_login"


# ── Who is who ──────────────────────────────────────────────────────────────


def test_a_login_says_who_it_is(signed_in, site, member, organizer, now):
    questions.ask(episode=site["coming"], body="还没认领时问的", by=member, now=now)
    assert "这是我" in signed_in.get("/people/渡口/").content.decode()
    assert signed_in.post("/people/渡口/claim/", {"message": "群里的渡口就是我"}).status_code == 302
    signed_in.post("/people/渡口/claim/", {"message": "补充一句"})
    row = PersonRequest.objects.get()
    assert row.message == "补充一句"
    assert Notification.objects.of(organizer).get().kind == "person_requested"
    boss = Client()
    boss.force_login(organizer.user)
    assert "小满 说自己是 渡口" in boss.get("/aliases/").content.decode()
    assert signed_in.post(f"/aliases/requests/{row.pk}/approve/").status_code == 403
    boss.post(f"/aliases/requests/{row.pk}/approve/")
    claimed = named("渡口")
    assert (claimed.user, named("小满")) == (member.user, claimed)
    assert Question.objects.get(body="还没认领时问的").asker == claimed
    assert Notification.objects.of(claimed).filter(kind="person_approved").exists()
    names.unmerge(person=member, by=organizer, now=now)
    assert Person.objects.get(user=member.user) == member
    assert Question.objects.get(body="还没认领时问的").asker == member


def test_a_request_is_refused_and_told(member, stranger, organizer, now):
    person = people.find_or_name(["渡口"], by=SYSTEM, now=now)["渡口"]
    row = requests.request_person(person=person, message="", by=member, now=now)
    with pytest.raises(PermissionDenied):
        requests.approve(request=row, by=stranger, now=now)
    requests.refuse(request=row, reason="群里没人认得", by=organizer, now=now)
    assert Notification.objects.of(member).get().values["reason"] == "群里没人认得"
    with pytest.raises(StateRefusal) as caught:
        requests.approve(request=row, by=organizer, now=now)
    assert caught.value.code == "decided"


def test_who_cannot_be_claimed(member, stranger, organizer, now):
    found = people.find_or_name(["群友", "渡口"], by=SYSTEM, now=now)
    codes = []
    for person in (stranger, member, found["群友"]):
        with pytest.raises(StateRefusal) as caught:
            requests.request_person(person=person, message="", by=member, now=now)
        codes.append(caught.value.code)
    assert codes == ["taken", "same", "not_claimable"]
    first = requests.request_person(person=found["渡口"], message="", by=member, now=now)
    second = requests.request_person(person=found["渡口"], message="", by=stranger, now=now)
    requests.approve(request=first, by=organizer, now=now)
    with pytest.raises(StateRefusal) as caught:
        requests.approve(request=second, by=organizer, now=now)
    assert caught.value.code == "taken"


# ── The alias book ──────────────────────────────────────────────────────────


def test_the_table_of_characters_is_one():
    traditional, simple = _PAIRS[::2], _PAIRS[1::2]
    assert len(set(traditional)) == len(traditional) > 700
    assert not set(traditional) & set(simple)
    assert all(char.encode("gb2312") for char in simple)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("羨鱼", "羡鱼", [Evidence.SCRIPT]),
        ("Nora", "nora", [Evidence.CASE]),
        ("羡鱼智能", "羡鱼", [Evidence.SUFFIX]),
        ("羨鱼智能", "羡鱼", [Evidence.SUFFIX, Evidence.SCRIPT]),
        ("Ｎora", "Nora", [Evidence.SIGNS]),
        ("阿 岚", "阿岚", [Evidence.SIGNS]),
        ("渡口", "渡囗", []),
        ("路人甲", "路人甲", [Evidence.SAME]),
        ("甲智能", "甲", []),
    ],
)
def test_names_that_look_alike(one, other, why):
    assert evidence(one, other) == evidence(other, one) == why


def test_suggestions_have_their_evidence(client, db, now, organizer):
    put(document(30, hosts=["羨鱼"], editors=["羡鱼", "Nora", "nora", "甲", "乙"], leads=["羡鱼智能"]), now=now)
    for name in ("甲", "乙"):
        Person.objects.filter(name=name).update(links=[{"title": "", "url": "https://github.com/same"}])
    found = {frozenset((pair.person.name, pair.into.name)): pair for pair in suggestions()}
    assert set(found) == {
        *(
            frozenset(pair)
            for pair in (("羨鱼", "羡鱼"), ("羡鱼", "羡鱼智能"), ("羨鱼", "羡鱼智能"), ("Nora", "nora"), ("甲", "乙"))
        ),
    }
    assert found[frozenset(("甲", "乙"))].addresses
    client.force_login(organizer.user)
    page = client.get("/aliases/").content.decode()
    assert "繁简" in page
    assert "同一地址" in page
    one, other = named("Nora"), named("nora")
    client.post("/aliases/apart/", {"person": one.handle, "other": other.handle})
    assert frozenset(("Nora", "nora")) not in {frozenset((p.person.name, p.into.name)) for p in suggestions()}


def test_organizers_merge_part_and_rename_on_pages(client, site, organizer, member):
    row = named("渡口")
    path = row.get_absolute_url()
    assert client.get(f"{path}manage/")["Location"].startswith("/accounts/login/")
    client.force_login(member.user)
    assert client.get(f"{path}manage/").status_code == 403
    assert client.post(f"{path}manage/rename/", {"name": "x", "version": 1}).status_code == 403
    client.force_login(organizer.user)
    assert client.get(f"{path}manage/").status_code == 200
    renamed = client.post(f"{path}manage/rename/", {"name": "摆渡人", "version": row.version, "carry": "on"})
    assert renamed.status_code == 302
    assert "摆渡人" in export(site["rich"], "github").text
    stale = client.post(f"{path}manage/rename/", {"name": "别的", "version": row.version})
    assert stale.status_code == 409
    assert client.post(f"{path}manage/undo-rename/").status_code == 302
    assert "摆渡人" not in export(site["rich"], "github").text
    assert client.post(f"{path}manage/undo-rename/").status_code == 409
    assert client.post(f"{path}manage/merge/", {"into": "没有这个人"}).status_code == 400
    assert client.post(f"{path}manage/merge/", {"into": "阿岚"}).status_code == 302
    assert Client().get(path)["Location"] == named("阿岚").get_absolute_url()
    assert client.post(f"{path}manage/merge/", {"into": "阿岚"}).status_code == 409
    assert client.post(f"{path}manage/unmerge/").status_code == 302
    assert named("渡口") == row
    assert client.post("/people/没有/manage/lift/").status_code == 404


def test_of_two_who_are_called_the_same_an_address_says_who(client, site, organizer, now):
    row, one = named("渡口"), named("阿岚")
    two = Person.objects.create(handle="另一个", name="阿岚", created_at=now, changed_at=now)
    client.force_login(organizer.user)
    path = f"{row.get_absolute_url()}manage/merge/"
    refused = client.post(path, {"into": "阿岚"})
    assert refused.status_code == 400
    assert f"/people/{one.handle}/、/people/{two.handle}/" in refused.content.decode()
    assert client.post(path, {"into": f"https://talk.example.org{two.get_absolute_url()}"}).status_code == 302
    row.refresh_from_db()
    assert row.merged_into == two


def test_a_thicker_book_costs_no_query(client, db, now, organizer, password):
    client.force_login(organizer.user)

    def fill(first, last):
        found = people.find_or_name(
            [f"{word}{n}号" for n in range(first, last) for word in ("Nora", "nora", "并", "被")], by=SYSTEM, now=now
        )
        for n in range(first, last):
            names.merge(person=found[f"并{n}号"], into=found[f"Nora{n}号"], by=organizer, now=now)
            user = people.create_user(username=f"求{n}", password=password, role=Role.MEMBER, by=SYSTEM, now=now)
            requests.request_person(person=found[f"被{n}号"], message="", by=user.person, now=now)

    def count():
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/aliases/")
        return len(captured), page.content.decode().count("是两个人")

    fill(0, 5)
    few = count()
    fill(5, 40)
    assert count() == (few[0], 40)
    assert few == (few[0], 5)
    assert few[0] <= 14
