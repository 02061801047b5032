"""A Celery worker as a fork of a process that has imported everything: it is ready at once, and dies like any other.

Imported by the fork server of `tests.proof.news_kill_driver`.
"""

import os
import sys
from importlib import import_module

import django

from config.celery import app
from config.run import die_with

django.setup()
app.loader.import_default_modules()
import_module("tests.proof.news_kill_work")  # what the jobs do, which needs the models
app.finalize()


def run(log, arguments):
    """Be a worker that writes to this file."""
    die_with(os.getppid())()
    with open(log, "wb", buffering=0) as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    sys.argv = ["celery", *arguments]
    app.worker_main(argv=arguments)
