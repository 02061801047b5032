"""A moved clock, the jobs of a moment done, and receivers on loopback, for the tests of what the site tells."""

import json
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import time_machine
from django.utils import timezone

from jobs.actions.sweeps import sweep
from members.models import Notification
from talks.actions import questions, webhooks
from talks.models import Delivery, WebhookForm
from tests.outbound.servers import response, serving
from tests.talks.week import at

KINDS = ("send_reminders", "send_reminder", "deliver", "tell_by_mail")
OK = response(b'{"errcode":0,"errmsg":"ok"}')
MONDAY = at("2026-03-02 12:00")
KEY = "/cgi-bin/webhook/send?key=abcdefgh-1234-5678"


def ask(week, by, body="为什么词表要扩？", now=MONDAY):
    return questions.ask(episode=week.episode, body=body, by=by, now=now)


def said(server, place=-1):
    """Return what a receiver was sent, the last thing unless another place is named."""
    return json.loads(server.bodies[place])


def only_telling(settings):
    """Leave the kinds and beats that belong to telling; loopback is the operator's own."""
    settings.JOB_KINDS = {name: kind for name, kind in settings.JOB_KINDS.items() if name in KINDS}
    settings.JOB_BEATS = {name: beat for name, beat in settings.JOB_BEATS.items() if name in KINDS}
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]


@contextmanager
def clock_at(moment):
    """The clock stands at a moment; `on(minutes=…)` moves it on, and `work()` does what is due then."""

    with time_machine.travel(moment, tick=False) as clock:

        def work():
            return sweep(clock=timezone.now)

        def on(**span):
            clock.shift(timedelta(**span))
            return work()

        def to(moment):
            clock.move_to(moment)
            return work()

        yield SimpleNamespace(work=work, on=on, to=to)


@contextmanager
def receiver(answer=OK):
    """A server that answers every path alike; `told` are the bodies it was sent."""
    with serving({}) as server:
        server.answers = SimpleNamespace(get=lambda path, default=None: server.answer)
        server.answer = answer
        yield server


def hook(url, *, by, now, form=WebhookForm.WECOM, events=("question_asked",), secret="", name="群"):
    made, _secret = webhooks.make_webhook(name=name, form=form, url=url, secret=secret, events=events, by=by, now=now)
    return made


def told(person, kind="reminder"):
    """What a person was told on the site, oldest first."""
    return list(Notification.objects.filter(person=person, kind=kind).order_by("pk"))


def only():
    return Delivery.objects.get()
