"""Rows for the operations of the week: fresh for every request, so that nobody is refused for what another one did."""

from datetime import timedelta

from django.utils import timezone

from members.models import Notification
from talks.models import Break, Claim, Episode, Holiday, Hosting, Section, StandingOwner

OWN = (401, 200, 403, 200, 403, 200)
OWN_NEW = (401, 201, 403, 201, 403, 201)
OWN_GONE = (401, 204, 403, 204, 403, 204)
ALL = (200, 200, 200, 200, 200, 200)
ORGANIZERS = (401, 403, 403, 403, 403, 200)
ORGANIZERS_NEW = (401, 403, 403, 403, 403, 201)
ORGANIZERS_GONE = (401, 403, 403, 403, 403, 204)

#     anonymous, member, token read, token write, suspended, organizer
TABLE = {
    "POST episodes/plan_next/": ORGANIZERS_NEW,
    "GET episodes/{code}/missing/": ALL,
    "POST episodes/{code}/advance/": ORGANIZERS,
    "POST episodes/{code}/step_back/": ORGANIZERS,
    "POST episodes/{code}/postpone/": ORGANIZERS,
    "POST episodes/{code}/host/": OWN,
    "POST episodes/{code}/name_host/": ORGANIZERS,
    "POST episodes/{code}/leave_hosting/": OWN,
    "POST episodes/{code}/hand_over/": OWN,
    "POST episodes/{code}/rescue/": ORGANIZERS,
    "POST sections/{id}/claim/": OWN_NEW,
    "POST sections/{id}/degrade/": ORGANIZERS,
    "POST claims/{id}/release/": OWN,
    "POST claims/{id}/hand_over/": OWN,
    "GET episodes/holidays/": ALL,
    "GET episodes/holidays/{id}/": ALL,
    "POST episodes/holidays/": ORGANIZERS_NEW,
    "DELETE episodes/holidays/{id}/": ORGANIZERS_GONE,
    "GET episodes/breaks/": ALL,
    "GET episodes/breaks/{id}/": ALL,
    "POST episodes/breaks/": ORGANIZERS_NEW,
    "DELETE episodes/breaks/{id}/": ORGANIZERS_GONE,
    "POST templates/": ORGANIZERS_NEW,
    "GET templates/owners/": ALL,
    "GET templates/owners/{id}/": ALL,
    "POST templates/owners/": ORGANIZERS_NEW,
    "DELETE templates/owners/{id}/": OWN_GONE,
    "POST templates/owners/{id}/skip/": OWN,
    "POST templates/owners/{id}/unskip/": OWN,
    "GET notifications/": (401, 200, 200, 200, 200, 200),
    "GET notifications/{id}/": (401, 200, 200, 200, 200, 200),
    "POST notifications/read/": OWN,
}


def soon():
    return timezone.now() + timedelta(days=30)


BODIES = {
    "episodes/{code}/advance/": {"reason": "照常"},
    "episodes/{code}/step_back/": {"to": "draft", "reason": "重来"},
    "episodes/{code}/postpone/": {"starts_at": (soon() + timedelta(days=3)).isoformat(), "reason": "加班"},
    "episodes/{code}/host/": {"role": "editor"},
    "episodes/{code}/name_host/": {"role": "editor", "person": "yuren-41"},
    "episodes/{code}/leave_hosting/": {"role": "editor"},
    "episodes/{code}/hand_over/": {"role": "editor", "to": "yuren-41"},
    "claims/{id}/hand_over/": {"to": "yuren-41"},
    "episodes/holidays/": {"day": "2031-01-01", "name": "元旦"},
    "episodes/breaks/": {"day": "2090-01-01", "reason": "停一次"},
    "templates/": {"edition": 1, "minutes": 60},
    "templates/owners/": {"person": "yuren-41", "kind": "news"},
    "templates/owners/{id}/skip/": {"day": "2026-03-07"},
    "templates/owners/{id}/unskip/": {"day": "2026-03-07"},
}


def fresh(path, person, now):
    """Return what stands for the `{…}` of an address of the week: a row of `person`, in the open evening 042."""
    stamp = {"created_at": now, "changed_at": now}
    episode = Episode.objects.get(code="042")
    Episode.objects.filter(pk=episode.pk).update(state="collecting", starts_at=soon(), locks_at=None)
    if "{code}" in path:
        Hosting.objects.filter(episode=episode, role="editor").delete()
        if path.endswith(("leave_hosting/", "hand_over/")):
            own = {"episode": episode, "role": "editor", "person": person, "name": person.name}
            Hosting.objects.create(**own, position=1, **stamp)
        return episode.code
    if path.startswith("notifications/"):
        told = {"kind": "advanced", "target_kind": "episode", "target_key": "042", "values": {"state": "locked"}}
        return Notification.objects.create(person=person, created_at=now, **told).pk
    if path.startswith("templates/"):
        StandingOwner.objects.filter(person=person).delete()
        return StandingOwner.objects.create(kind="picks", person=person, **stamp).pk
    if path.startswith("episodes/holidays/"):
        return Holiday.objects.first().pk
    if path.startswith("episodes/breaks/"):
        Break.objects.all().delete()
        return Break.objects.create(day=now.date(), reason="停一次", **stamp).pk
    section = Section.objects.create(episode=episode, position=9, kind="practice", title="实践", **stamp)
    if path.startswith("sections/"):
        return section.pk
    own = {"section": section, "person": person, "name": person.name, "place": 1, "position": 1}
    return Claim.objects.create(**own, **stamp).pk
