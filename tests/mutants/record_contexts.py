"""A pytest plugin that tells coverage.py which test runs, and writes how long each test takes and which fail.

Programs that a test starts record themselves, because coverage's .pth file runs in them; see
recorded_process.py.
"""

from __future__ import annotations

import collections
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import coverage
import msgspec
import pytest

RECORDED = "MODGO_RECORDED"  # the folder for what is found out

_seconds: dict[str, float] = collections.defaultdict(float)
_failed: dict[str, None] = {}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    _clear_caches()
    _switch(f"{item.nodeid} (setup)")
    yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    _switch(f"{item.nodeid} (call)")
    yield


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid] += report.duration
    if report.failed:
        _failed[report.nodeid] = None


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):  # not in the workers of pytest-xdist
        folder = Path(os.environ[RECORDED])
        folder.joinpath("seconds.json").write_bytes(msgspec.json.encode(_seconds))
        folder.joinpath("failed.json").write_bytes(msgspec.json.encode(list(_failed)))


def _switch(context: str) -> None:
    Path(os.environ[RECORDED], f"test.{os.getpid()}").write_text(context, "utf-8")
    recording = coverage.Coverage.current()
    if recording is not None:
        recording.switch_context(context)


# The cache_clear functions of all modules examined so far.
_caches: list[Callable[[], None]] = []
_examined: set[str] = set()


def _clear_caches() -> None:
    """Empties what functools.cache holds, so that each test runs the lines that it needs."""
    for name in [each for each in sys.modules if each.startswith("modgo_lsp") and each not in _examined]:
        _examined.add(name)
        members = list(vars(sys.modules[name]).values())
        for holder in [each for each in members if isinstance(each, type) and each.__module__ == name]:
            members += vars(holder).values()
        _caches.extend(each.cache_clear for each in members if hasattr(each, "cache_clear"))
    for clear in _caches:
        clear()
