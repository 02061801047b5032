"""RSS and Atom are read by feedparser in a child process, which may hang, swell or die without harm to the worker.

feedparser is given bytes, never an address. The child is started anew for every feed, by `subprocess` and not by
forking a worker that has threads; its limits are in `news.sources.child_program`.
"""

import json
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from news.entries import Unreadable

PROGRAM = Path(__file__).with_name("child_program.py")
MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 20
WALL_SECONDS = 30.0
OUTPUT_BYTES = 32 * 1024 * 1024


def parse_feed(body: bytes, *, content_type: str, url: str = "") -> dict[str, Any]:
    """Return what feedparser finds in `body`: `feed`, `entries`, `version`, `encoding`, `bozo`, `bozo_exception`.

    Names are feedparser's. Each date is there twice, as written (`published`) and, when it can be read, in ISO and UTC
    (`published_parsed`). `url` is what relative links count from. Raises Unreadable for anything that is no feed and
    whenever the child does not do it within its limits.
    """
    if not body.strip():
        raise Unreadable(_("The answer is empty."))
    # Servers write anything into a header, and feedparser takes it for the name of an encoding.
    headers = {
        "content-type": re.sub(r"[^\x20-\x7e]", "", content_type)[:200],
        **({"content-location": url} if url else {}),
    }
    found = _run(body, headers)
    if "error" in found:
        if found["error"] == "memory":
            raise Unreadable(_("Reading it takes too much memory."))
        raise Unreadable(_("feedparser gave up (%(error)s).") % {"error": found["error"]})
    if not found.get("version") and not found.get("entries"):
        raise Unreadable(_("The answer is neither RSS nor Atom."))
    return found


def _run(body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    limits = {"memory": MEMORY_BYTES, "seconds": CPU_SECONDS, "output": OUTPUT_BYTES}
    head = json.dumps({"limits": limits, "headers": headers}).encode("ascii")
    # What the child writes goes to a file, whose size the kernel bounds; it inherits no variable of ours.
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.DEVNULL,
            env={},
        )
        try:
            process.communicate(head + b"\n" + body, timeout=WALL_SECONDS)
        except subprocess.TimeoutExpired:
            raise Unreadable(_("Reading it takes too long.")) from None
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            raise Unreadable(_reason(process.returncode))
        output.seek(0)
        try:
            found = json.loads(output.read(OUTPUT_BYTES + 1))
        except ValueError as error:
            raise Unreadable(_("The reader broke off.")) from error
    if not isinstance(found, dict):
        raise Unreadable(_("The reader broke off."))
    return found


def _reason(code: int) -> str:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return _("Reading it takes too long.")
    # Of its own accord the program ends with 0; what Python cannot do at the very end is write more than it may.
    if code > 0:
        return _("What it holds is too large.")
    return _("The reader died (%(signal)s).") % {"signal": signal.Signals(-code).name}
