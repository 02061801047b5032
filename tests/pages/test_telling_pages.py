"""The pages of outbox and webhooks: who may, what they show, what their forms do, and the profile's choice of mails."""

from datetime import timedelta

import pytest
import time_machine

from members.actions.profile import edit_profile
from talks.actions import claims, hosting, life, reminders, webhooks
from talks.models import Delivery, Reminder, Webhook
from tests.talks.telling import hook
from tests.talks.week import board, person

pytestmark = pytest.mark.django_db
OUTBOX = "/episodes/001/outbox/"


@pytest.fixture
def week(now):
    made = board(now=now)
    made.host = person("渡口", now=now)
    hosting.host(episode=made.episode, role="host", by=made.host, now=now)
    claims.claim(section=made.news, role="lead", by=person("阿岚", now=now), now=now)
    with time_machine.travel(now):
        yield made


@pytest.fixture
def as_host(client, week):
    client.force_login(week.host.user)
    return client


def text(response):
    return response.content.decode()


# ── Outbox ──────────────────────────────────────────────────────────────────


def test_who_may_see_the_outbox(client, week, member, organizer):
    assert client.get(OUTBOX).status_code == 302
    client.force_login(member.user)
    assert client.get(OUTBOX).status_code == 403
    assert client.post(OUTBOX, {"act": "send", "reminder": Reminder.objects.first().pk}).status_code == 403
    for keeper in (organizer, week.host):
        client.force_login(keeper.user)
        assert client.get(OUTBOX).status_code == 200
    assert client.get("/episodes/1/outbox/").status_code == 301
    assert client.get("/episodes/999/outbox/").status_code == 404


def test_it_says_when_to_whom_and_what(as_host):
    page = text(as_host.get(OUTBOX))
    assert "北京时间" in page
    assert "阿岚" in page
    assert page.count('class="section-card') == 5
    assert "就在明天" in page
    assert OUTBOX in text(as_host.get("/episodes/001/state/"))


def test_words_are_changed_left_out_and_sent(as_host):
    row = Reminder.objects.get(kind="tomorrow")
    sent = {"reminder": row.pk, "version": row.version}
    assert as_host.post(OUTBOX, {**sent, "act": "edit", "text": "明晚见，<b>带电源</b>。"}).status_code == 302
    assert "明晚见，&lt;b&gt;带电源&lt;/b&gt;。" in text(as_host.get(OUTBOX))
    row.refresh_from_db()
    assert row.text == "明晚见，<b>带电源</b>。"
    as_host.post(OUTBOX, {"reminder": row.pk, "version": row.version, "act": "leave_out"})
    row.refresh_from_db()
    assert row.is_off
    as_host.post(OUTBOX, {"reminder": row.pk, "version": row.version, "act": "take_in"})
    as_host.post(OUTBOX, {"reminder": row.pk, "act": "send"})
    row.refresh_from_db()
    assert row.sent_at is not None
    assert not row.is_off
    assert "已发" in text(as_host.get(OUTBOX))


def test_what_is_sent_now_is_shown_once_more_with_whom_it_reaches(as_host, week, organizer, member, now):
    hook("https://203.0.113.9/x", by=organizer, now=now, events=["reminder"], name="甲群")
    row = Reminder.objects.get(kind="soon")
    page = text(as_host.get(OUTBOX))
    assert 'value="send"' not in page
    assert f'href="{OUTBOX}?send={row.pk}"' in page
    asked = text(as_host.get(f"{OUTBOX}?send={row.pk}"))
    assert "两小时后开始" in asked
    assert "甲群" in asked
    assert "阿岚" in asked
    row.refresh_from_db()
    assert row.sent_at is None
    reminders.edit_reminder(reminder=row, version=1, text="换了话", by=week.host, now=now)
    late = as_host.post(OUTBOX, {"reminder": row.pk, "version": 1, "act": "send"})
    row.refresh_from_db()
    assert (late.status_code, row.sent_at) == (409, None)
    assert "换了话" in text(as_host.get(f"{OUTBOX}?send={row.pk}"))
    as_host.post(OUTBOX, {"reminder": row.pk, "version": 2, "act": "send"})
    row.refresh_from_db()
    assert row.sent_at is not None
    assert as_host.get(f"{OUTBOX}?send={row.pk}").status_code == 302
    assert [as_host.get(f"{OUTBOX}?send={key}").status_code for key in ("x", 10**9)] == [404, 404]
    as_host.force_login(member.user)
    assert as_host.get(f"{OUTBOX}?send={row.pk}").status_code == 403


def test_a_conflict_shows_both_and_goes_on_from_what_stands(as_host, week, now):
    row = Reminder.objects.get(kind="tomorrow")
    reminders.edit_reminder(reminder=row, version=1, text="先写的", by=week.host, now=now)
    response = as_host.post(OUTBOX, {"reminder": row.pk, "version": 1, "act": "edit", "text": "后写的"})
    assert response.status_code == 409
    assert 'class="conflict"' in text(response)
    assert "先写的" in text(response)
    assert text(response).count("后写的") == 2
    assert 'name="version" value="2"' in text(response)


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"act": "edit", "text": "x" * 1001}, 400), ({"act": "burn"}, 400), ({}, 400), ({"reminder": "x"}, 404)],
)
def test_what_cannot_be_done_says_so(as_host, sent, status):
    row = Reminder.objects.get(kind="soon")
    assert as_host.post(OUTBOX, {"reminder": row.pk, "version": row.version, **sent}).status_code == status


def test_a_reminder_of_another_episode_is_not_reached_from_here(as_host, week, organizer, now):
    life.advance(episode=week.episode, to="locked", reason="早", by=organizer, now=now)
    other = Reminder.objects.filter(episode__code="002").first()
    assert as_host.post(OUTBOX, {"reminder": other.pk, "act": "send"}).status_code == 404


def test_what_was_sent_shows_how_it_arrived(as_host, organizer, now):
    hook("https://203.0.113.9/x", by=organizer, now=now, events=["reminder"], name="甲群" * 20)
    row = Reminder.objects.get(kind="soon")
    as_host.post(OUTBOX, {"reminder": row.pk, "act": "send"})
    Delivery.objects.update(failed_at=now, error="<没有连上>")
    page = text(as_host.get(OUTBOX))
    assert "甲群" in page
    assert "&lt;没有连上&gt;" in page


def test_own_words_are_to_be_read_again_when_the_evening_has_moved(as_host, week, now):
    row = Reminder.objects.get(kind="tomorrow")
    reminders.edit_reminder(reminder=row, version=1, text="3 月 6 日见", by=week.host, now=now)
    later = week.episode.starts_at + timedelta(days=7)
    life.postpone(episode=week.episode, starts_at=later, reason="停电", by=week.host, now=now)
    assert "顺延过" in text(as_host.get(OUTBOX))


# ── Webhooks ────────────────────────────────────────────────────────────────

FORM = {"name": "甲群", "form": "wecom", "url": "https://203.0.113.9/send?key=abcdefgh12345678", "events": ["reminder"]}


@pytest.fixture
def open_address(settings):
    """203.0.113.0/24 is for documentation; here it is the operator's own."""
    settings.OUTBOUND_ALLOW = ["203.0.113.0/24"]


@pytest.fixture(autouse=True)
def _open(open_address):
    return None


@pytest.mark.parametrize(
    "address", ["/webhooks/", "/webhooks/1/", "/webhooks/1/pause/", "/webhooks/1/test/", "/deliveries/1/replay/"]
)
def test_webhooks_are_the_organizers(client, member, organizer, now, address):
    made = hook(FORM["url"], by=organizer, now=now)
    webhooks.send_test(webhook=made, by=organizer, now=now)
    address = address.replace("/webhooks/1/", f"/webhooks/{made.pk}/")
    method = client.get if address.count("/") < 4 else client.post
    assert method(address).status_code == 302
    client.force_login(member.user)
    assert method(address).status_code == 403
    assert "/webhooks/" not in text(client.get("/"))
    made.refresh_from_db()
    assert made.paused_at is None


def test_one_is_made_and_its_address_never_shown_again(client, organizer):
    client.force_login(organizer.user)
    assert "还没有通知任何人" in text(client.get("/webhooks/"))
    response = client.post("/webhooks/", FORM, follow=True)
    made = Webhook.objects.get()
    assert response.redirect_chain == [(f"/webhooks/{made.pk}/", 302)]
    for address in ("/webhooks/", f"/webhooks/{made.pk}/"):
        page = text(client.get(address))
        assert "https://203.0.113.9/…5678" in page
        assert "abcdefgh" not in page
    assert "abcdefgh" not in str(Webhook.objects.values())


def test_a_secret_that_was_made_is_shown_once(client, organizer):
    client.force_login(organizer.user)
    page = text(client.post("/webhooks/", {**FORM, "form": "json"}))
    assert page.count("whsec_") == 1
    for address in ("/webhooks/", f"/webhooks/{Webhook.objects.get().pk}/"):
        assert "whsec_" not in text(client.get(address))


@pytest.mark.parametrize(
    "wrong", [{"url": "http://10.0.0.1/"}, {"url": ""}, {"events": []}, {"name": ""}, {"form": "fax"}, {"url": "x"}]
)
def test_what_is_wrong_stands_at_its_field(client, organizer, wrong):
    client.force_login(organizer.user)
    response = client.post("/webhooks/", {**FORM, **wrong})
    assert response.status_code == 400
    assert 'class="error"' in text(response)
    assert Webhook.objects.count() == 0


def test_it_is_changed_paused_tried_resumed_replayed_and_removed(client, organizer, now):
    client.force_login(organizer.user)
    made = hook(FORM["url"], by=organizer, now=now)
    page = f"/webhooks/{made.pk}/"
    changed = {"version": 1, "name": "乙群", "form": "wecom", "events": ["reminder", "episode_live"]}
    assert client.post(page, changed).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.events) == ("乙群", ["episode_live", "reminder"])
    assert webhooks.place_of(made) == "https://203.0.113.9/…5678"
    stale = client.post(page, {**changed, "name": "丙群"})
    assert stale.status_code == 409
    assert 'class="conflict"' in text(stale)
    assert f'name="version" value="{made.version}"' in text(stale)
    for verb in ("pause", "pause", "test", "resume", "resume"):
        assert client.post(f"{page}{verb}/", follow=True).status_code == 200
    assert Delivery.objects.count() == 1
    first = Delivery.objects.get()
    Delivery.objects.update(failed_at=now, error="没有连上", answer="<i>", attempts=5)
    assert "&lt;i&gt;" in text(client.get(page))
    client.post(f"/deliveries/{first.pk}/replay/")
    assert Delivery.objects.count() == 2
    assert client.post(f"{page}remove/").status_code == 302
    assert client.get(page).status_code == 404
    assert client.post(f"/deliveries/{first.pk}/replay/").status_code == 404


# ── The choice of mails ─────────────────────────────────────────────────────


def test_mails_are_chosen_where_there_is_mail(client, member, settings):
    client.force_login(member.user)
    sent = {"version": member.version, "name": member.name, "bio": "", "links": ""}
    assert 'name="mails"' not in text(client.get("/settings/profile/"))
    client.post("/settings/profile/", sent)
    member.refresh_from_db()
    assert member.mails == ["reminders"]
    settings.OPEN_BY_MAIL = True
    page = text(client.get("/settings/profile/"))
    assert page.count('name="mails"') == 2
    assert client.post("/settings/profile/", {**sent, "version": member.version, "mails": ["mine"]}).status_code == 302
    member.refresh_from_db()
    assert member.mails == ["mine"]


def test_organizers_choose_what_they_look_after(client, organizer, settings, now):
    settings.OPEN_BY_MAIL = True
    client.force_login(organizer.user)
    assert text(client.get("/settings/profile/")).count('name="mails"') == 3
    edit_profile(person=organizer, version=1, by=organizer, now=now, mails=["organizers"])


def test_the_footer_leads_to_the_calendar_and_the_feed(client, db):
    page = text(client.get("/"))
    assert 'href="/calendar.ics"' in page
    assert 'href="/feeds/episodes.atom"' in page
    assert 'href="/feeds/questions.atom"' in page
