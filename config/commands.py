"""What `manage.py` runs: a command of Django or of ours. A database that cannot be used is one line, no traceback."""

import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from config import environment


def run(argv: list[str]) -> None:
    """Run the command. Exits with 1 and one line on stderr when the database has no tables or cannot be reached."""
    try:
        execute_from_command_line(argv)
    except DatabaseError as error:
        if "--traceback" in argv or (reason := _why_unusable(error)) is None:
            raise
        sys.stderr.write(f"{reason}\n")
        sys.exit(1)


def _why_unusable(error: DatabaseError) -> str | None:
    """Say what is the matter with the database, or None when it is in order: then the error is a bug of ours."""
    try:
        environment.require_folder(settings.ENV["DATABASE_URL"])
        is_empty = "django_migrations" not in connection.introspection.table_names()
    except environment.BadEnvironment as missing:
        return f"openllm-talk: {missing}"
    except DatabaseError:
        return _("The database cannot be used: %(reason)s") % {"reason": str(error).strip().splitlines()[0]}
    return _("The database is empty: run manage.py migrate first.") if is_empty else None
