"""Run by the kill test of telling as a process of its own: reminders fall due and questions are told to a chat and to a
program, while the workers that send them are killed. Prints figures as a line of JSON.

Usage: python -m tests.proof.telling_kill_driver QUESTIONS REMINDERS KILLS, with the settings in the environment.
"""

import json
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import django
from django.core.management import call_command
from django.utils import timezone

WORKERS = 3
PATIENCE = 120
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.proof.telling_kill_worker"])


class Receiver(BaseHTTPRequestHandler):
    """Takes everything, a little slowly, and counts it: the program's by id, the chat's by what it says."""

    seen = {"/json": Counter(), "/chat": Counter()}

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        said = self.headers["webhook-id"] or json.loads(body)["text"]["content"]
        self.seen[self.path][said] += 1
        time.sleep(random.uniform(0, 0.03))
        answer = b'{"errcode":0,"errmsg":"ok"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        """Nothing."""


def worker():
    from tests.proof.telling_kill_worker import run

    made = FORKS.Process(target=run)
    made.start()
    return made


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def prepare(address, reminders):
    """Two webhooks, and numbers whose talk is tomorrow, each with a host of its own."""
    from members.actions import people
    from members.actors import SYSTEM
    from members.models import Role
    from talks.actions import hosting, webhooks
    from talks.models import Episode

    now = timezone.now()
    organizer = people.create_user(username="青禾", password="correct horse", role=Role.ORGANIZER, by=SYSTEM, now=now)
    for form, path in (("json", "/json"), ("wecom", "/chat")):
        values = {"name": form, "form": form, "url": address + path, "events": ["question_asked"]}
        webhooks.make_webhook(**values, by=organizer.person, now=now)
    stamp = {"created_at": now, "changed_at": now}
    for n in range(1, reminders + 1):
        user = people.create_user(username=f"主持{n}", password="correct horse", role=Role.MEMBER, by=SYSTEM, now=now)
        values = {"code": f"{n:03d}", "state": "collecting", "starts_at": now + timedelta(hours=24)}
        episode = Episode.objects.create(number=n, **values, **stamp)
        hosting.host(episode=episode, role="host", by=user.person, now=now)
    return organizer.person, episode


def run(questions, reminders, kills):
    from talks.actions.questions import ask
    from talks.models import Delivery, Reminder

    call_command("migrate", verbosity=0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    by, episode = prepare(f"http://127.0.0.1:{server.server_port}", reminders)
    workers, killed, asked = [worker() for _ in range(WORKERS)], 0, 0
    while killed < kills:
        while asked < questions * (killed + 1) // kills:
            ask(episode=episode, body=f"第 {asked} 个问题？", by=by, now=timezone.now())
            asked += 1
        time.sleep(random.uniform(0.1, 0.6))
        kill(workers.pop(0))
        killed += 1
        workers.append(worker())
    deadline = time.monotonic() + PATIENCE
    tomorrow = Reminder.objects.filter(kind="tomorrow")
    while time.monotonic() < deadline and (
        Delivery.objects.open().exists() or tomorrow.exclude(sent_at=None).count() < reminders
    ):
        time.sleep(0.3)
    for process in workers:
        kill(process)
    return figures(killed)


def figures(kills):
    from django.db.models import Count, Sum

    from jobs.models import Job
    from members.models import Notification
    from talks.models import Delivery, Reminder

    chat, program = Receiver.seen["/chat"], Receiver.seen["/json"]
    told = Notification.objects.filter(kind="reminder").values("person").annotate(n=Count("pk"))
    chats = {row.body: row for row in Delivery.objects.filter(webhook__form="wecom")}
    return {
        "kills": kills,
        "interruptions": Job.objects.aggregate(sum=Sum("interruptions"))["sum"],
        "open": Delivery.objects.open().count(),
        "program": {
            "deliveries": Delivery.objects.filter(webhook__form="json").count(),
            "sent": Delivery.objects.filter(webhook__form="json", sent_at__isnull=False).count(),
            "arrived": len(program),
            "repeats": sum(program.values()) - len(program),
        },
        "chat": {
            "deliveries": len(chats),
            "sent": sum(row.state == "sent" for row in chats.values()),
            "shown_as_unknown": sum(row.state == "failed" and bool(row.error) for row in chats.values()),
            "arrived": len(chat),
            "doubled": sum(chat.values()) - len(chat),
            "sent_and_not_arrived": sum(row.state == "sent" and body not in chat for body, row in chats.items()),
        },
        "reminders": {
            "sent": Reminder.objects.filter(kind="tomorrow", sent_at__isnull=False).count(),
            "told": len(told),
            "told_twice": sum(row["n"] > 1 for row in told),
        },
    }


if __name__ == "__main__":
    django.setup()
    print(json.dumps(run(*map(int, sys.argv[1:4]))))
