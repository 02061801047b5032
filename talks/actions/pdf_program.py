"""What runs in the child process of `talks.actions.pdf_child`: a PDF on stdin, what it says as JSON on stdout.

It limits itself before it reads a byte, and knows no Django and no database.
"""

import json
import resource
import sys
from dataclasses import asdict

from talks.documents import pdf
from talks.documents.model import Refused

# The community's PDFs take 3 seconds and 150 MB; pypdf's own limits let a small file take some minutes.
SECONDS = 30
MEMORY = 1024 * 1024 * 1024


def main() -> None:
    if sys.platform == "linux":  # elsewhere the address space cannot be limited
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        said = asdict(pdf.text_of(sys.stdin.buffer.read()))
    except Refused as refusal:
        said = {"refused": [refusal.code, refusal.message, refusal.detail]}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
