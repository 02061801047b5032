"""How many papers the benchmark of storing takes."""

import subprocess

import pytest

from tests.bench import bench_store


@pytest.mark.parametrize(("set_to", "count"), [(None, 2_000), ("", 2_000), ("10000", 10_000), ("100000", 100_000)])
def test_as_many_as_asked_for_else_few(monkeypatch, set_to, count):
    run = []
    monkeypatch.setattr(subprocess, "run", lambda command, **more: run.append(command[-2:]))
    monkeypatch.delenv("BENCH_PAPERS", raising=False)
    if set_to is not None:
        monkeypatch.setenv("BENCH_PAPERS", set_to)
    bench_store.main()
    assert run == [["sqlite", str(count)], ["postgresql", str(count)]]


@pytest.mark.parametrize("set_to", ["0", "150", "many", "-1000", "1e4", "²000"])
def test_a_number_without_whole_pages_is_refused(monkeypatch, set_to):
    monkeypatch.setenv("BENCH_PAPERS", set_to)
    with pytest.raises(SystemExit, match=f"BENCH_PAPERS={set_to}"):
        bench_store.wanted()
