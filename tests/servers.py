"""Throw-away PostgreSQL and Redis servers of a test run, on loopback ports nobody else uses.

Both raise FileNotFoundError when the machine lacks the binaries, and stop with the process that started them.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

from config.run import die_with

START_SECONDS = 30


@contextmanager
def postgres_cluster(folder: Path) -> Iterator[str]:
    """Run a fresh cluster in `folder` (whose parents everybody may enter) and yield the address of its database."""
    initdb, postgres = _postgres_binary("initdb"), _postgres_binary("postgres")
    user = _server_user(folder)
    data, port = folder / "data", free_port()
    subprocess.run(
        [initdb, "-D", data, "-U", "talk", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=folder,
        **user,
    )
    # Vacuum at work on a busy machine keeps a test database from being dropped at the end.
    fast = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=300"]
    local = ["listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={port}"]
    options = [part for option in (*fast, *local) for part in ("-c", option)]
    with _server([postgres, "-D", data, *options], folder, stop_with=signal.SIGINT, **user):
        address = f"postgres://talk@127.0.0.1:{port}/postgres"
        _wait(lambda: psycopg.connect(address, connect_timeout=2).close(), psycopg.OperationalError)
        yield address


def migrated() -> Path:
    """Return an SQLite file with all tables and no rows but those of the migrations, made once for all processes of a
    test run: to be copied."""
    folder = Path(os.environ["TEST_FOLDER"])
    file, making = folder / "migrated.sqlite3", folder / "making.sqlite3"
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            environ = {**os.environ, "DATABASE_URL": f"sqlite:///{making}", "DJANGO_SETTINGS_MODULE": "config.settings"}
            command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, env=environ, check=True)
            making.rename(file)
    return file


@contextmanager
def redis_server(folder: Path, *, port: int | None = None) -> Iterator[str]:
    """Run a Redis that keeps every write in `folder` and yield the address of its database 0."""
    binary = shutil.which("redis-server")
    if binary is None:
        raise FileNotFoundError("redis-server is not on this machine")
    port = port or free_port()
    options = ["--bind", "127.0.0.1", "--port", str(port), "--appendonly", "yes", "--save", ""]
    with _server([binary, *options, "--dir", str(folder)], folder, stop_with=signal.SIGTERM):
        address = f"redis://127.0.0.1:{port}/0"
        with redis.Redis.from_url(address) as client:
            _wait(client.ping, redis.RedisError)
        yield address


def _postgres_binary(name: str) -> str:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = next(map(str, installed), None) or shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} of PostgreSQL is not on this machine")
    return found


def _server_user(folder: Path) -> dict:
    """Return the Popen options that make the folder's owner run the server: initdb refuses root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    owner = names.get("postgres") or names["nobody"]
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _server(command: list, folder: Path, *, stop_with: int, **options) -> Iterator[None]:
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, cwd=folder, preexec_fn=die_with(os.getpid()), **options
        )
    try:
        yield
    finally:
        process.send_signal(stop_with)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _wait(answers, refusal: type[Exception]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            answers()
            return
        except refusal:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
