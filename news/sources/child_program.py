"""What runs in the child process of `news.sources.child`: feedparser, bounded, on bytes that nobody trusts.

Started by its path in an interpreter of its own (`-I`): it sees no Django, no settings and nothing of ours. It limits
itself before it reads a byte: memory, processor time, size of what it writes; after feedparser is imported it can open
neither a connection nor a process nor a file outside Python's own folders.

On stdin a line of JSON (`limits`, `headers`), then the bytes. On stdout JSON: what feedparser found, or `{"error": …}`.
"""

import json
import re
import resource
import sys
import time
from datetime import UTC, datetime
from typing import Any

BARRED = (
    *("socket.", "ssl.", "urllib.", "http.", "ftplib.", "smtplib.", "subprocess.", "os.exec", "os.posix_spawn"),
    *("os.fork", "os.spawn", "os.system", "os.startfile", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "ctypes."),
)
# Runs of references to halves of surrogate pairs (D800 to DFFF) and to NUL.
_CODE = re.compile(rb"[xX]?[0-9a-fA-F]+(?=;)")
_REFERENCES = re.compile(
    rb"(?:&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*(?:5529[6-9]|55[3-9][0-9]{2}|56[0-9]{3}|57[0-2][0-9]{2}|573[0-3][0-9]|5734[0-3])"
    rb"|[xX]?0+);)+"
)


def limit(*, memory: int, seconds: int, output: int) -> None:
    if sys.platform == "linux":  # elsewhere the address space cannot be limited
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def bar() -> None:
    """Let nothing in this process open anything any more. Such a hook cannot be taken away again."""
    folders = tuple(folder for folder in {*sys.path, sys.prefix, sys.base_prefix} if folder)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        is_file = event == "open" and not isinstance(arguments[0], int)
        if event.startswith(BARRED) or (is_file and not str(arguments[0]).startswith(folders)):
            raise PermissionError(f"{event} is barred here")

    sys.addaudithook(hook)


def parse(body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    """Return what feedparser finds, as JSON knows it: dates in ISO, errors as text, days of rest in `feed.skipdays`."""
    import io

    import feedparser
    from feedparser.api import _FeedParserMixin

    keep_lists(_FeedParserMixin)
    bar()
    # A stream: given bytes it would first try whether they are the name of a file.
    found = feedparser.parse(io.BytesIO(_REFERENCES.sub(mended, body)), response_headers=headers)
    return {key: plain(value) for key, value in found.items() if key != "headers"}


def mended(match: re.Match[bytes]) -> bytes:
    """Return references to no character as one: halves of a pair together, what has no other half as U+FFFD.

    Writers that think in UTF-16 make two references of one emoji, and feedparser fails at the first.
    """
    codes = [int(one[1:], 16) if one[:1] in b"xX" else int(one) for one in _CODE.findall(match[0])]
    units = b"".join(code.to_bytes(2, "big") if 0 < code < 0x10000 else b"\xff\xfd" for code in codes)
    return "".join(f"&#{ord(one)};" for one in units.decode("utf-16-be", "replace")).encode("ascii")


def keep_lists(parser: Any) -> None:
    """Teach feedparser the two lists of RSS of which it keeps the last element only."""
    for tag, key in {"day": "skipdays", "hour": "skiphours"}.items():
        # Without handlers the list's own tag would be kept as an empty text.
        setattr(parser, f"_start_{key}", lambda self, attributes: None)
        setattr(parser, f"_end_{key}", lambda self: None)

        def start(self: Any, attributes: Any, tag: str = tag) -> None:
            self.push(tag, 1)

        def end(self: Any, tag: str = tag, key: str = key) -> None:
            if (value := self.pop(tag)) and not self.inentry:
                self.feeddata.pop(tag, None)
                if not isinstance(self.feeddata.get(key), list):
                    self.feeddata[key] = []
                self.feeddata[key].append(value)

        setattr(parser, f"_start_{tag}", start)
        setattr(parser, f"_end_{tag}", end)


def plain(value: Any) -> Any:
    """Return a value as JSON and databases know it: no dates but ISO, no NUL, no lone surrogates."""
    if isinstance(value, time.struct_time):
        return moment(value)
    if isinstance(value, dict):
        return {plain(str(key)): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    text = f"{type(value).__name__}: {value}" if isinstance(value, Exception) else str(value)
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def moment(value: time.struct_time) -> str | None:
    """Return the moment in ISO (feedparser's are UTC), None for one no calendar has."""
    try:
        return datetime(*value[:5], min(value[5], 59), tzinfo=UTC).isoformat()
    except ValueError:
        return None


def main() -> None:
    stdin = sys.stdin.buffer
    asked = json.loads(stdin.readline())
    limit(**asked["limits"])
    try:
        found = parse(stdin.read(), asked["headers"])
        text = json.dumps(found)
    except MemoryError:
        text = json.dumps({"error": "memory"})
    except Exception as error:  # feedparser meets bytes that nobody thought of; its error is the result
        text = json.dumps({"error": f"{type(error).__name__}: {str(error)[:200]}"})
    sys.stdout.buffer.write(text.encode("ascii"))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
