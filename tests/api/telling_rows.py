"""Who may do what with reminders, webhooks and deliveries, and a fresh row for every operation."""

from members.models import Person
from talks.actions import webhooks
from talks.models import Delivery, Episode, Reminder, Webhook

ORGANIZERS = (401, 403, 403, 403, 403, 200)
MADE = (401, 403, 403, 403, 403, 201)
URL = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=made-up-0000"

TABLE = {
    "GET reminders/": (401, 200, 200, 200, 200, 200),
    # of an evening that somebody else hosts
    "GET reminders/{id}/": (401, 404, 404, 404, 404, 200),
    "PATCH reminders/{id}/": (401, 404, 403, 404, 403, 200),
    "POST reminders/{id}/send/": (401, 404, 403, 404, 403, 200),
    "GET webhooks/": ORGANIZERS,
    "GET webhooks/{id}/": ORGANIZERS,
    "POST webhooks/": MADE,
    "PATCH webhooks/{id}/": ORGANIZERS,
    "DELETE webhooks/{id}/": (401, 403, 403, 403, 403, 204),
    "POST webhooks/{id}/pause/": ORGANIZERS,
    "POST webhooks/{id}/resume/": ORGANIZERS,
    "POST webhooks/{id}/test/": MADE,
    "GET deliveries/": ORGANIZERS,
    "GET deliveries/{id}/": ORGANIZERS,
    "POST deliveries/{id}/replay/": MADE,
}
BODIES = {
    "webhooks/": {"name": "群", "form": "wecom", "url": URL, "events": ["reminder"]},
    "webhooks/{id}/": {"name": "另一个群"},
    "reminders/{id}/": {"text": "带电源"},
}


def fresh(path, now):
    """The key of a row to which the operation can be done."""
    boss = Person.objects.get(user__username="青禾")
    if path.startswith("reminders/"):
        stamp = {"due_at": now, "created_at": now, "changed_at": now}
        episode = Episode.objects.get(code="042")
        return Reminder.objects.create(episode=episode, kind="soon", sequence=Reminder.objects.count(), **stamp).pk
    paused = now if path.endswith("/resume/") else None
    values = {"form": "json", "url": "-", "paused_at": paused, "created_at": now, "changed_at": now}
    hook = Webhook.objects.create(name="群", **values)
    if path.startswith("webhooks/"):
        return hook.pk
    made = webhooks.send_test(webhook=hook, by=boss, now=now)
    return Delivery.objects.get(pk=made.pk).pk
