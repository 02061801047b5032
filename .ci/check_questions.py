"""Take real documents in and open every question at its permalink; one line a file, exit 1 when something is missing.

Usage: check_questions.py FOLDER. What a file brings is thrown away again; asked are the page of
every question (200, its words, whether it is marked as unanswered) and the page of the episode (an anchor for each).
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SUFFIXES = (".md", ".txt", ".pdf")
UNANSWERED = re.compile(r'<p class="meta"[^>]*><span class="tag tag-red">')


def start(folder: str) -> None:
    """Let Django know a new database in this folder."""
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/questions.sqlite3"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["ALLOWED_HOSTS"] = "testserver"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def problems_of(path: Path) -> tuple[str, list[str]]:
    """Return what a file was and what is wrong with its questions. Nothing stays in the database."""
    from django.db import transaction
    from django.utils import timezone

    from members.actors import SYSTEM
    from talks.actions.imports import import_file

    with transaction.atomic():
        result = import_file(data=path.read_bytes(), name=path.name, by=SYSTEM, now=timezone.now())
        if result.episode is None:
            return "refused", [str(problem) for problem in result.problems]
        found = list(_problems(result.episode.pk))
        from talks.models import Question

        asked = Question.objects.filter(episode=result.episode)
        told = f"{result.episode.code}: {asked.count()} questions, {asked.unanswered().count()} unanswered"
        transaction.set_rollback(True)
    return told, found


def _problems(episode: int) -> Iterator[str]:
    from django.test import Client

    from talks.models import Answer, Episode, Question

    client, row = Client(), Episode.objects.get(pk=episode)
    record = client.get(row.get_absolute_url()).content.decode()
    for question in Question.objects.filter(episode=episode).select_related("episode"):
        reply = client.get(question.get_absolute_url())
        if reply.status_code != 200:
            yield f"{question.public_id} answers {reply.status_code}"
            continue
        page = reply.content.decode()
        head = page.split('class="question-page', 1)[-1].split("</header>", 1)[0]
        if question.public_id not in head or question.body_html not in head:
            yield f"{question.public_id} does not show its words"
        has_answers = bool(Answer.objects.filter(question=question, deleted_at=None).exists() or question.summary)
        if bool(UNANSWERED.search(head)) == has_answers:
            yield f"{question.public_id} is {'not ' * (not has_answers)}marked as unanswered"
        if f'id="q{question.local_id}"' not in record:
            yield f"{question.public_id} has no place on the page of its episode"
    open_ones = Question.objects.filter(episode=episode).unanswered().count()
    if record.count('<div class="unanswered">') != open_ones:
        yield f"{record.count('<div class=')} marks on the page of the episode, not {open_ones}"


def main(folder: Path) -> int:
    failures = 0
    with tempfile.TemporaryDirectory() as scratch:
        start(scratch)
        for path in sorted(folder.iterdir()):
            if path.suffix not in SUFFIXES or path.name == "README.md":
                continue
            told, found = problems_of(path)
            failures += bool(found)
            print(f"{path.name}: {told}: {'; '.join(found) if found else 'all open at their permalinks'}")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
