"""A worker of the tests: python -m tests.outbound.turn_driver HOST TURNS GAP HOLD FILE [die].

It takes turns and appends one line `start end` for each, in seconds by its clock, to FILE; with `die` it is killed
outright in the middle of the first.
"""

import os
import signal
import sys
import time
from datetime import timedelta

import django


def main():
    django.setup()
    from django.utils import timezone

    from outbound.actions.turns import turn

    host, turns, gap, hold, path = sys.argv[1:6]
    for _ in range(int(turns)):
        with turn(
            host, gap=timedelta(seconds=float(gap)), clock=timezone.now, sleep=time.sleep, lease=timedelta(seconds=2)
        ):
            start = timezone.now().timestamp()
            if sys.argv[6:] == ["die"]:
                with open(path, "a") as file:
                    file.write(f"{start!r} {start!r}\n")
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(float(hold))
            with open(path, "a") as file:
                file.write(f"{start!r} {timezone.now().timestamp()!r}\n")


main()
