"""Run as a process of its own before an evening is gone through in browsers: fills the database, prints the sessions.

Usage: python -m tests.pages.live_world, with DATABASE_URL in the environment.
"""

import json
import sys

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    from django.test import Client
    from django.utils import timezone

    from talks.actions.rundown_making import make_rundown
    from talks.models import Episode
    from tests.talks.boardroom import login
    from tests.talks.evening import evening, fresh

    call_command("migrate", verbosity=0)
    now = timezone.now()
    room = evening(now, state="locked")
    make_rundown(episode=fresh(room), by=room.by, now=now)
    Episode.objects.filter(pk=room.following.pk).update(state="collecting")
    sessions = {}
    for name, person in {"host": room.by, "scribe": login("小满", now), "listener": login("听众", now)}.items():
        client = Client()
        client.force_login(person.user)
        sessions[name] = client.cookies["sessionid"].value
    sys.stdout.write(json.dumps(sessions))


if __name__ == "__main__":
    main()
