"""What the environment may say: every variable, its default and its check, in one table.

A value that cannot be used raises BadEnvironment with one line that names the variable; nothing is guessed.
"""

import contextlib
import ipaddress
import os
import re
import secrets
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote_plus, urlsplit

ROOT = Path(__file__).resolve().parent.parent


class BadEnvironment(ValueError):
    """A variable is malformed, missing or unknown; the message is one line and names it."""


def _text(value: str) -> str:
    return value


def _truth(value: str) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if value.lower() not in words:
        raise ValueError("use true or false")
    return words[value.lower()]


def _words(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]


def _hosts(value: str) -> list[str]:
    hosts = _words(value)
    for host in hosts:
        if not re.fullmatch(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9a-fA-F:]+\]", host):
            raise ValueError(f"{host!r} is not a host name; separate names with commas, without scheme or port")
    return hosts


def _parts(value: str) -> SplitResult:
    """Return the parts of an address; raises ValueError for a host or a port that is none."""
    parts = urlsplit(value)
    _ = parts.port
    return parts


def _database(value: str) -> str:
    parts = _parts(value)
    if parts.scheme not in ("sqlite", "postgres", "postgresql"):
        raise ValueError("use sqlite:///path or postgres://user:password@host:port/name")
    options = dict(parse_qsl(parts.query))
    if parts.scheme == "sqlite":
        if not parts.path.strip("/"):
            raise ValueError("the path of the SQLite file is missing")
        if set(options) - {"synchronous"} or options.get("synchronous", "NORMAL") not in ("NORMAL", "FULL"):
            raise ValueError("the only option for SQLite is ?synchronous=FULL or NORMAL")
    elif not parts.path.strip("/"):
        raise ValueError("the name of the database is missing")
    return value


def _address(*schemes: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        parts = _parts(value)
        if parts.scheme not in schemes or not (parts.hostname or parts.scheme == "unix"):
            raise ValueError(f"use an address that starts with {' or '.join(s + '://' for s in schemes)}")
        return value.rstrip("/")

    return check


def _redis(value: str) -> str:
    return value and _address("redis", "rediss", "unix")(value)


def _mail(value: str) -> str:
    if value and _parts(value).scheme not in ("smtp", "smtps", "smtp+tls", "consolemail", "dummymail"):
        raise ValueError("use smtp://user:password@host:port, smtp+tls:// or consolemail://")
    return value


def _zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("use a name of the tz database such as Asia/Shanghai") from error
    return value


def _networks(value: str) -> list[str]:
    for word in _words(value):
        try:
            ipaddress.ip_network(word, strict=False)
        except ValueError:
            _hosts(word)
    return _words(value)


def _exemptions(value: str) -> list[str]:
    if "*" in _words(value):
        raise ValueError("name hosts or networks; * would switch the guard off")
    return _networks(value)


def _proxies(value: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(word, strict=False) for word in _words(value)]


def _level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise ValueError("use DEBUG, INFO, WARNING, ERROR or CRITICAL")
    return value.upper()


def _count(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 64:
        raise ValueError("use a whole number from 1 to 64")
    return int(value)


def _optional(check: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda value: check(value) if value else value


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its default as written text, the check that turns text into a value, and its use."""

    default: str
    check: Callable[[str], Any]
    use: str


VARIABLES: dict[str, Variable] = {
    "SECRET_KEY": Variable("", _text, "signs sessions; required when DEBUG is off, else made into var/"),
    "DEBUG": Variable("", _optional(_truth), "true or false; default: true only while SECRET_KEY is not set"),
    "ALLOWED_HOSTS": Variable("", _hosts, "host names served, separated by commas; required when DEBUG is off"),
    "DATABASE_URL": Variable("sqlite:///var/db.sqlite3", _database, "sqlite:///path or postgres://…"),
    "REDIS_URL": Variable("", _redis, "redis://…; empty: the embedded broker in var/broker"),
    "TIME_ZONE": Variable("Asia/Shanghai", _zone, "the zone in which talks are announced"),
    "SITE_URL": Variable("http://localhost:8000", _address("http", "https"), "the public address of the site"),
    "ARXIV_API_URL": Variable("https://export.arxiv.org/api/query", _address("http", "https"), "the arXiv API"),
    "ARXIV_RSS_URL": Variable("https://rss.arxiv.org", _address("http", "https"), "the arXiv announcements"),
    "HF_ENDPOINT": Variable("https://huggingface.co", _address("http", "https"), "Hugging Face or a mirror of it"),
    "GITHUB_API_URL": Variable("https://api.github.com", _address("http", "https"), "the GitHub API"),
    "OUTBOUND_PROXY": Variable("", _optional(_address("http", "https")), "proxy for outgoing requests"),
    "OUTBOUND_ALLOW": Variable("", _exemptions, "hosts or networks exempt from the private-address guard"),
    "TRUSTED_PROXIES": Variable("", _proxies, "networks of the proxies whose forwarding headers are believed"),
    "EMAIL_URL": Variable("", _mail, "smtp://…; empty: no mail is sent"),
    **{
        f"{name}_CLIENT_{part}": Variable(
            "", _text, f"the {part.lower()} of the app at {place}; empty: no such sign-in"
        )
        for name, place in (("GITHUB", "GitHub"), ("WEIXIN", "the WeChat Open Platform"))
        for part in ("ID", "SECRET")
    },
    "MEDIA_ROOT": Variable("var/media", _text, "folder of uploaded files"),
    "LOG_LEVEL": Variable("INFO", _level, "DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    "WEB_WORKERS": Variable("1", _count, "web processes, 1 to 64"),
}


def read_file(path: Path) -> dict[str, str]:
    """Return the NAME=value lines of a `.env` file; raises BadEnvironment for a malformed line or unknown name."""
    found: dict[str, str] = {}
    if not path.is_file():
        return found
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadEnvironment(f"{path.name} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, sign, value = line.partition("=")
        if not sign or name.strip() not in VARIABLES:
            raise BadEnvironment(f"{path.name}, line {number}: {name.strip()!r} is not a variable of this project")
        found[name.strip()] = value.strip().strip("\"'")
    return found


def read(environ: Mapping[str, str], *, file: Path | None = None) -> dict[str, Any]:
    """Return every variable as a checked value; raises BadEnvironment. The environment wins over the file."""
    written = {
        **(read_file(file) if file else {}),
        **{name: environ[name] for name in VARIABLES if name in environ},
    }
    values: dict[str, Any] = {}
    for name, variable in VARIABLES.items():
        text = written.get(name) or variable.default
        try:
            values[name] = variable.check(text)
        except ValueError as error:
            raise BadEnvironment(f"{name}={_without_password(text)}: {error}") from error
    for name in ("GITHUB", "WEIXIN"):
        if bool(values[f"{name}_CLIENT_ID"]) != bool(values[f"{name}_CLIENT_SECRET"]):
            raise BadEnvironment(f"{name}_CLIENT_ID and {name}_CLIENT_SECRET belong together; one is missing")
    if values["DEBUG"] == "":
        values["DEBUG"] = not values["SECRET_KEY"]
    if not values["DEBUG"]:
        for name in ("SECRET_KEY", "ALLOWED_HOSTS"):
            if not values[name]:
                raise BadEnvironment(f"{name} is required when DEBUG is off")
        if len(values["SECRET_KEY"]) < 32:
            raise BadEnvironment("SECRET_KEY is too short: use at least 32 random characters")
    return values


def _without_password(text: str) -> str:
    """Return a value as a terminal and a log may show it: on one line, and an address without who signs in there."""
    return re.sub(r"//.*@", "//…@", " ".join(text.split()))


def require_folder(database_url: str) -> None:
    """Raise BadEnvironment when the folder of the SQLite file is not there; only the default's is made.

    Made of a mistyped path, it would hold a second, empty site. Asked where the database is needed: `convert` and
    `import_episodes --dry-run` need none.
    """
    parts = urlsplit(database_url)
    folder = (ROOT / unquote_plus(parts.path[1:])).parent
    if parts.scheme == "sqlite" and folder != ROOT / "var" and not folder.is_dir():
        raise BadEnvironment(f"DATABASE_URL={database_url}: there is no folder {folder}")


def development_key(folder: Path) -> str:
    """Return the secret key of this checkout, made on first use into `folder`, readable by its owner only."""
    path = folder / "secret_key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"secret_key.{os.getpid()}"
        with open(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process was faster: its key counts
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
