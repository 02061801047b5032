"""What must be true before the site is served: tables, collected static files, a sample on an empty database.

`make run` calls this each time, so it first looks whether there is anything to do.
"""

import hashlib
import io
import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from config import environment


def main() -> int:
    """Prepare the site; return 0, or 1 with one line on stderr that says what is in the way."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    try:
        environment.require_folder(settings.ENV["DATABASE_URL"])
        migrate()
    except environment.BadEnvironment as error:
        sys.stderr.write(f"openllm-talk: {error}\n")
        return 1
    except OperationalError as error:
        sys.stderr.write(f"openllm-talk: the database cannot be used: {str(error).splitlines()[0]}\n")
        return 1
    if settings.DEBUG:
        load_sample()
    else:
        collect_static()
    return 0


def migrate() -> None:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        _say(f"preparing the database: {len(waiting)} migrations")
        call_command("migrate", interactive=False, verbosity=0)


def load_sample() -> None:
    """Load the sample when nobody and nothing is there yet. If it is refused, the site starts empty and says so."""
    if any(apps.get_model(model)._default_manager.exists() for model in ("members.User", "talks.Episode")):
        return
    _say("loading the sample")
    try:
        call_command("load_sample", verbosity=0, stdout=io.StringIO())
    except CommandError as error:
        sys.stderr.write(f"openllm-talk: the sample was not loaded: {error}\n")


def collect_static() -> None:
    """Collect and compress the static files if any of them changed since the last time."""
    digest = _digest_of_static()
    stamp = Path(settings.STATIC_ROOT).with_suffix(".digest")
    if stamp.is_file() and stamp.read_text() == digest and Path(settings.STATIC_ROOT).is_dir():
        return
    _say("collecting static files")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(digest)


def _digest_of_static() -> str:
    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))
            found.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
