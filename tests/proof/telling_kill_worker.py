"""A worker that sweeps until it is killed, forked from a process that has imported everything."""

import os
import time

import django
from django.utils import timezone

from config.run import die_with

django.setup()


def run():
    """Do what is due, over and over."""
    from jobs.actions.sweeps import sweep

    die_with(os.getppid())()
    while True:
        if not sweep(clock=timezone.now):
            time.sleep(0.02)
