"""A PDF is read in a process of its own: one made to take for ever, or all memory, ends alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from talks.documents import problems
from talks.documents.model import Problem, Refused
from talks.documents.pdf import PdfText
from talks.documents.problems import Code

ROOT = Path(__file__).resolve().parents[2]
# By the clock: the child ends itself long before, by processor time (`pdf_program.SECONDS`).
WAIT_SECONDS = 180


def text_of(data: bytes) -> PdfText:
    """Return what `talks.documents.pdf.text_of` does; raises Refused as it does, `too_large` when it takes too much."""
    command = [sys.executable, "-m", "talks.actions.pdf_program"]
    try:
        done = subprocess.run(  # noqa: S603 (our own program; the data goes to its stdin)
            command, input=data, cwd=ROOT, capture_output=True, timeout=WAIT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise problems.refused(Code.TOO_LARGE) from error
    if done.returncode < 0 or b"MemoryError" in done.stderr:  # ended by its own limits
        raise problems.refused(Code.TOO_LARGE)
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-2000:])
    said = json.loads(done.stdout)
    if "refused" in said:
        raise Refused(*said["refused"])
    return PdfText(said["text"], tuple(Problem(**problem) for problem in said["problems"]), said["pages"])
