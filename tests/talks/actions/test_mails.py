"""Mails of notifications: only to whom wants them at a verified address, once each, and ended by the link in them."""

import smtplib
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from jobs.models import Job
from members.actions import logins, profile
from members.actions.notifications import notify
from members.actors import SYSTEM
from members.models import Event, MailGroup, Notification
from talks import mailing
from talks.actions import claims, deliveries, hosting, mails
from talks.models import Delivery, Episode
from tests.talks.telling import clock_at, only, only_telling
from tests.talks.week import at, board, person

pytestmark = pytest.mark.django_db
MONDAY = at("2026-03-02 12:00")
SATURDAY = at("2026-03-07 21:00")
EVERYTHING = [group.value for group in MailGroup]


@pytest.fixture(autouse=True)
def with_mail(settings):
    only_telling(settings)
    settings.OPEN_BY_MAIL = True
    settings.SITE_URL = "https://talk.example.org"


def reader(name, *groups, verified=True):
    made = person(name, now=MONDAY)
    EmailAddress.objects.create(user=made.user, email=f"{made.pk}@example.org", verified=verified, primary=True)
    profile.edit_profile(person=made, version=1, by=made, now=MONDAY, mails=list(groups))
    made.refresh_from_db()
    return made


def tell(*people, kind="advanced", **values):
    said = {"code": "001", "state": "locked", "who": "", **values}
    notify(people, kind=kind, target=("episode", "001"), by=SYSTEM, now=MONDAY, **said)


def test_who_chose_it_gets_a_mail_and_the_notification_besides():
    wants, not_wants, unverified = reader("甲", "mine"), reader("乙"), reader("丙", "mine", verified=False)
    with clock_at(MONDAY) as clock:
        tell(wants, not_wants, unverified)
        clock.work()
        clock.on(hours=2)
    [sent] = mail.outbox
    assert sent.to == [f"{wants.pk}@example.org"]
    assert sent.subject.startswith("[OpenLLM Talk] 001")
    assert "https://talk.example.org/episodes/001/state/" in sent.body
    assert Notification.objects.count() == 3
    assert only().state == "sent"
    assert (only().subject, only().body) == ("", "")


@pytest.mark.parametrize(
    ("kind", "group"), [("reminder", "reminders"), ("webhook_paused", "organizers"), ("claimed", "mine")]
)
def test_each_kind_has_its_group(kind, group):
    others = [each for each in EVERYTHING if each != group]
    yes, no = reader("甲", group), reader("乙", *others)
    with clock_at(MONDAY) as clock:
        tell(yes, no, kind=kind, text="x", name="x", reason="x", section="x", role="lead")
        clock.work()
    assert [sent.to for sent in mail.outbox] == [[f"{yes.pk}@example.org"]]


def test_a_reminder_is_mailed_in_the_words_of_the_outbox():
    week = board(now=MONDAY)
    lead = reader("甲", "reminders")
    claims.claim(section=week.news, role="lead", by=lead, now=MONDAY)
    with clock_at(SATURDAY - timedelta(hours=24)) as clock:
        clock.work()
    [sent] = mail.outbox
    row = only()
    assert row.reminder.kind == "tomorrow"
    assert row.reminder.text in sent.body


def test_without_mail_there_are_no_jobs_and_no_deliveries(settings):
    settings.OPEN_BY_MAIL = False
    tell(reader("甲", "mine"))
    assert not Job.objects.filter(kind="tell_by_mail").exists()
    assert Delivery.objects.count() == 0


def test_who_has_read_it_meanwhile_is_not_mailed():
    wants = reader("甲", "mine")
    tell(wants)
    Notification.objects.update(read_at=MONDAY)
    with clock_at(MONDAY) as clock:
        clock.work()
    assert mail.outbox == []


def test_the_suspended_and_those_who_left_get_none():
    one, two = reader("甲", "mine"), reader("乙", "mine")
    organizer = person("丁", now=MONDAY, role="organizer")
    tell(one, two)
    logins.suspend(person=one, reason="", by=organizer, now=MONDAY)
    with clock_at(MONDAY) as clock:
        clock.work()
        mail.outbox.clear()
        tell(two)
        two.refresh_from_db()
        deliveries_before = Delivery.objects.count()
        profile.erase(person=two, typed="乙", by=two, now=MONDAY)
        clock.work()
    assert mail.outbox == []
    assert Delivery.objects.count() == deliveries_before


class Server:
    """A mail backend that fails as it is told; `taken` are the mails it took."""

    def __init__(self, *errors):
        self.errors, self.taken = list(errors), []

    def __enter__(self):
        if self.errors and isinstance(self.errors[0], ConnectionError):
            raise self.errors.pop(0)
        return self

    def __exit__(self, *details):
        return None

    def send_messages(self, messages):
        self.taken += messages
        if self.errors and (error := self.errors.pop(0)):
            raise error


@pytest.fixture
def server(monkeypatch):
    def server(*errors):
        made = Server(*errors)
        monkeypatch.setattr(mailing, "get_connection", lambda: made)
        return made

    return server


def test_a_mail_server_that_is_away_is_tried_again(server):
    backend = server(ConnectionRefusedError(), smtplib.SMTPResponseException(451, b"later"), None)
    with clock_at(MONDAY) as clock:
        tell(reader("甲", "mine"))
        clock.work()
        assert (only().state, only().attempts) == ("waiting", 1)
        clock.on(minutes=1)
        assert only().status == 451
        clock.on(minutes=3)
    assert only().state == "sent"
    assert {sent.extra_headers["Message-ID"] for sent in backend.taken} == {f"<{only().key}@talk.example.org>"}


def test_a_mail_that_may_have_gone_out_is_not_sent_again(server):
    backend = server(TimeoutError())
    with clock_at(MONDAY) as clock:
        tell(reader("甲", "mine"))
        clock.work()
        clock.on(hours=3)
    assert len(backend.taken) == 1
    assert only().state == "failed"
    assert only().error


def test_a_killed_worker_mails_nothing_twice(server):
    backend = server()
    with clock_at(MONDAY) as clock:
        tell(reader("甲", "mine"))
        mails.tell(payload={"notifications": [Notification.objects.get().pk]}, now=MONDAY)
        deliveries.fetch(payload={"delivery": only().pk})
        clock.work()
        clock.on(hours=3)
    assert len(backend.taken) == 1
    assert only().state == "failed"


# ── The link that ends them ─────────────────────────────────────────────────


def link_in(sent):
    return sent.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("https://talk.example.org")


def test_the_link_ends_one_group_signed_out(client):
    wants = reader("甲", "mine", "reminders")
    with clock_at(MONDAY) as clock:
        tell(wants)
        clock.work()
    [sent] = mail.outbox
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link_in(sent) in sent.body
    page = client.get(link_in(sent))
    wants.refresh_from_db()
    assert (page.status_code, wants.mails) == (200, ["mine", "reminders"])  # a scanner that reads ends nothing
    done = client.post(link_in(sent), {"List-Unsubscribe": "One-Click"})
    wants.refresh_from_db()
    assert (done.status_code, wants.mails) == (200, ["reminders"])
    assert client.post(link_in(sent)).status_code == 200
    last = Event.objects.about("person", wants.pk).order_by("-pk").first()
    assert (last.before, last.after) == ({"mails": ["mine", "reminders"]}, {"mails": ["reminders"]})
    with clock_at(MONDAY) as clock:
        tell(wants)
        clock.work()
    assert len(mail.outbox) == 1


def test_a_mail_program_needs_no_cookie_and_no_token():
    wants = reader("甲", "mine")
    strict = Client(enforce_csrf_checks=True)
    address = mailing.link_to_stop(wants, MailGroup.MINE).removeprefix("https://talk.example.org")
    assert strict.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    wants.refresh_from_db()
    assert wants.mails == []


def test_a_suspended_person_ends_mails_too(client):
    wants = reader("甲", "mine")
    logins.suspend(person=wants, reason="", by=person("丁", now=MONDAY, role="organizer"), now=MONDAY)
    address = mailing.link_to_stop(wants, MailGroup.MINE).removeprefix("https://talk.example.org")
    client.force_login(wants.user)
    assert client.post(address).status_code == 200
    wants.refresh_from_db()
    assert wants.mails == []


@pytest.mark.parametrize("token", ["x", "WzEsIm1pbmUiXQ:1w:bad", "%00", "中"])
def test_what_nobody_signed_ends_nothing(client, token):
    assert client.post(f"/unsubscribe/{token}/").status_code == 404


def test_hosting_counts_as_a_part():
    week = board(now=MONDAY)
    host = reader("甲", "reminders")
    hosting.host(episode=week.episode, role="host", by=host, now=MONDAY)
    with clock_at(SATURDAY + timedelta(hours=24)) as clock:
        Episode.objects.update(state="wrapup")
        clock.work()
    assert any("001" in sent.subject for sent in mail.outbox)
