"""Rows for the operations on items and suggestions: fresh for every request, in the open evening 042."""

from talks.models import Carry, Claim, Episode, Item, Question, Section, Suggestion

ALL = (200, 200, 200, 200, 200, 200)
OPEN = (401, 201, 403, 201, 403, 201)
# any member
OWN = (401, 200, 403, 200, 403, 200)
# who runs the section, and organizers
RUNNERS = (401, 403, 403, 403, 403, 200)

#     anonymous, member, token read, token write, suspended, organizer
TABLE = {
    "GET episodes/{code}/board/": ALL,
    "POST items/": OPEN,
    "PATCH items/{id}/": RUNNERS,
    "DELETE items/{id}/": (401, 403, 403, 403, 403, 204),
    "POST items/{id}/vote/": OWN,
    "POST items/{id}/unvote/": OWN,
    "POST items/{id}/accept/": RUNNERS,
    "POST items/{id}/defer/": RUNNERS,
    "POST items/{id}/decline/": RUNNERS,
    "POST items/{id}/merge/": RUNNERS,
    "POST items/{id}/reopen/": RUNNERS,
    "POST items/{id}/move/": RUNNERS,
    "POST items/{id}/arrange/": RUNNERS,
    "POST items/{id}/restore/": RUNNERS,
    "POST items/{id}/take/": RUNNERS,
    "GET episodes/carries/": ALL,
    "GET episodes/carries/{id}/": ALL,
    "POST episodes/carries/": (401, 403, 403, 403, 403, 201),
    "DELETE episodes/carries/{id}/": (401, 403, 403, 403, 403, 204),
    "POST suggestions/": OPEN,
    "POST suggestions/{id}/own/": OWN,
    "POST suggestions/{id}/resolve/": RUNNERS,
    "POST suggestions/{id}/reopen/": RUNNERS,
    "POST questions/{public_id}/move/": RUNNERS,
}


def bodies(path, who):
    """Return what is sent to each operation."""
    section = Section.objects.filter(episode__code="042").order_by("pk").first()
    other = Item.objects.filter(section=section).order_by("pk").first()
    return {
        "items/": {"episode": "042", "url": f"https://{who}.example/1", "text": who},
        "items/{id}/": {"title": who},
        "items/{id}/decline/": {"reason": "跑题"},
        "items/{id}/merge/": {"into": other.pk},
        "items/{id}/move/": {"section": section.pk},
        "items/{id}/arrange/": {"behind": None},
        "items/{id}/take/": {"section": section.pk},
        "episodes/carries/": {"episode": "042", "question": "041-1"},
        "suggestions/": {"section": section.pk, "body": who},
        "suggestions/{id}/resolve/": {"resolution": "好"},
        "questions/{public_id}/move/": {"episode": "042"},
    }.get(path)


def fresh(path, now):
    """Return what stands for the `{…}` of an address: a new row of the open evening 042."""
    stamp = {"created_at": now, "changed_at": now}
    episode = Episode.objects.get(code="042")
    Claim.objects.filter(section__episode=episode).delete()  # whoever leads a section may move its evening's questions
    section = Section.objects.filter(episode=episode).order_by("pk").first()
    if path.startswith("episodes/carries/"):
        Carry.objects.all().delete()
        question = Question.objects.filter(episode__code="041", follow_up=0).order_by("serial").first()
        return Carry.objects.create(episode=episode, question=question, reason="by_hand", **stamp).pk
    if path.startswith("episodes/"):
        return episode.code
    if path.startswith("questions/"):
        serial = Question.objects.filter(episode=episode).order_by("-serial").first().serial + 1
        return Question.objects.create(episode=episode, position=serial, serial=serial, body="新问", **stamp).public_id
    if path.startswith("suggestions/"):
        return Suggestion.objects.create(section=section, position=9, body="新建议", **stamp).pk
    if path.endswith("/take/"):  # what it was taken from is an earlier evening
        section = Section.objects.filter(episode__code="041").order_by("pk").first()
    stamp["deleted_at"] = now if path.endswith("/restore/") else None
    return Item.objects.create(section=section, position=9, title="新条目", **stamp).pk
