"""The floor of the API lists: the same JSON from SQL, dictionaries and json.dumps, without any framework's help."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

EPISODES = """
    SELECT id, code, kind, number, title, state, starts_at, time_text, labels, highlights, version, created_at,
        changed_at
    FROM talks_episode WHERE deleted_at IS NULL AND state <> 'draft'
    ORDER BY starts_at DESC NULLS LAST, number DESC, id DESC LIMIT 50
"""
HOSTINGS = """
    SELECT h.episode_id, h.role, h.name, p.handle, p.name FROM talks_hosting h JOIN members_person p ON p.id = h.person_id
    WHERE h.deleted_at IS NULL AND h.episode_id IN ({}) ORDER BY h.position, h.id
"""
ITEMS = """
    SELECT i.id, e.code, i.section_id, i.position, i.state, i."group", i.title, i.url, i.author, i.site, i.remark,
        i.body, i.body_html, i.version, i.created_at, i.changed_at
    FROM talks_item i JOIN talks_section s ON s.id = i.section_id JOIN talks_episode e ON e.id = s.episode_id
    WHERE i.deleted_at IS NULL AND s.deleted_at IS NULL AND e.deleted_at IS NULL AND e.state <> 'draft'
        AND i.state IN ('accepted', 'nominated')
"""
QUESTIONS = """
    SELECT e.code, q.serial, q.follow_up, q.position, q.part, q.number, p.handle, p.name, q.asker_name, q.body,
        q.body_html, q.after, q.after_html, q.parent_id,
        (SELECT count(*) FROM talks_answer a WHERE a.question_id = q.id AND a.deleted_at IS NULL),
        q.version, q.created_at, q.changed_at
    FROM talks_question q JOIN talks_episode e ON e.id = q.episode_id
        LEFT JOIN members_person p ON p.id = q.asker_id LEFT JOIN talks_question u ON u.id = q.parent_id
    WHERE q.deleted_at IS NULL AND e.deleted_at IS NULL AND e.state <> 'draft'
"""


def rows(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with the first 50 rows and their count."""
    with connection.cursor() as cursor:
        count, results = {"episodes": _episodes, "items": _items, "questions": _questions}[name](cursor)
    body = {"count": count, "next": f"{request.build_absolute_uri('?page=2')}", "previous": None, "results": results}
    return HttpResponse(json.dumps(body, ensure_ascii=False), content_type="application/json")


def _moment(stored: datetime | None) -> str | None:
    if stored is None:
        return None
    return stored.replace(tzinfo=UTC).astimezone(timezone.get_current_timezone()).isoformat()


def _stamp(version: int, created: datetime, changed: datetime) -> dict[str, Any]:
    return {"version": version, "created_at": _moment(created), "changed_at": _moment(changed)}


def _episodes(cursor: Any) -> tuple[int, list[dict[str, Any]]]:
    cursor.execute("SELECT count(*) FROM talks_episode WHERE deleted_at IS NULL AND state <> 'draft'")
    count = cursor.fetchone()[0]
    cursor.execute(EPISODES)
    found = cursor.fetchall()
    cursor.execute(HOSTINGS.format(",".join(str(row[0]) for row in found)))
    hostings = defaultdict(list)
    for key, role, written, handle, name in cursor.fetchall():
        hostings[key].append({"role": role, "name": written, "person": {"handle": handle, "name": name}})
    return count, [
        {
            **dict(zip(("code", "kind", "number", "title", "state"), row[1:6], strict=True)),
            "starts_at": _moment(row[6]),
            "time_text": row[7],
            "labels": json.loads(row[8]),
            "highlights": json.loads(row[9]),
            "hostings": hostings[row[0]],
            "url": f"/episodes/{row[1]}/",
            **_stamp(*row[10:]),
        }
        for row in found
    ]


ITEM = (
    *("id", "episode", "section", "position", "state", "group", "title", "url", "author", "site", "remark"),
    *("body", "body_html"),
)


def _items(cursor: Any) -> tuple[int, list[dict[str, Any]]]:
    cursor.execute(f"SELECT count(*) FROM ({ITEMS})")
    count = cursor.fetchone()[0]
    cursor.execute(f"{ITEMS} ORDER BY i.section_id, i.position, i.id LIMIT 50")
    return count, [{**dict(zip(ITEM, row, strict=False)), **_stamp(*row[13:])} for row in cursor.fetchall()]


def _questions(cursor: Any) -> tuple[int, list[dict[str, Any]]]:
    cursor.execute(f"SELECT count(*) FROM ({QUESTIONS})")
    count = cursor.fetchone()[0]
    cursor.execute(f"{QUESTIONS} ORDER BY q.episode_id, coalesce(u.position, q.position), q.follow_up, q.id LIMIT 50")
    found = []
    for code, serial, follow_up, position, part, number, handle, name, *rest in cursor.fetchall():
        key = f"{code}-{serial}.{follow_up}" if follow_up else f"{code}-{serial}"
        found.append(
            {
                "id": key,
                "episode": code,
                "position": position,
                "part": part,
                "number": number,
                "asker": {"handle": handle, "name": name} if handle else None,
                **dict(zip(("asker_name", "body", "body_html", "after", "after_html"), rest, strict=False)),
                "parent": f"{code}-{serial}" if rest[5] else None,
                "answer_count": rest[6],
                "url": f"/q/{quote(key)}/",
                **_stamp(*rest[7:]),
            }
        )
    return count, found
