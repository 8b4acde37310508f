"""When the analysis thread does a full collection, by the clock; what is collected and frozen."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Iterator
from contextlib import suppress

import pytest

from modgo_lsp.server.workspace import gc_policy
from modgo_lsp.server.workspace.gc_policy import IdleCollector


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(gc_policy, "time", made)
    return made


@pytest.fixture
def gc_state() -> Iterator[None]:
    threshold, is_enabled = gc.get_threshold(), gc.isenabled()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)
    (gc.enable if is_enabled else gc.disable)()


@pytest.mark.parametrize(
    ("worked", "released", "passed", "seconds"),
    [
        (0, 0, 400, None),
        (29, 0, 400, None),
        (30, 0, 0, 300),
        (30, 0, 297, 3),
        (30, 0, 299, 2),
        (31, 0, 400, 2),
        (0, 1, 0, 30),
        (0, 1, 29, 1),
        (0, 15, 10, 20),
        (0, 1, 40, 0),
        (0, 16, 0, 0),
        (0, 17, 0, 0),
        (30, 1, 0, 30),
    ],
)
def test_how_long_the_thread_must_be_idle(
    clock: Clock, worked: int, released: int, passed: float, seconds: float | None
) -> None:
    collector = IdleCollector()
    for _ in range(worked):
        collector.worked()
    for _ in range(released):
        collector.released()
    clock.now += passed
    assert collector.seconds_left == seconds


class Cycle:
    def __init__(self) -> None:
        self.itself = self


@pytest.mark.usefixtures("gc_state")
def test_a_collection_frees_what_was_frozen_and_begins_again(clock: Clock) -> None:
    gc.disable()
    collector = IdleCollector()
    for _ in range(30):
        collector.worked()
    collector.released()
    garbage = weakref.ref(Cycle())
    gc.freeze()
    clock.now += 100
    collector.collect()
    assert garbage() is None
    assert gc.get_freeze_count() > 1000
    assert collector.seconds_left is None
    collector.released()
    assert collector.seconds_left == 30  # since the collection


@pytest.mark.usefixtures("gc_state")
def test_nothing_is_collected_until_libraries_are_loaded() -> None:
    gc_policy.begin()
    assert not gc.isenabled()
    before = gc.get_freeze_count()
    with suppress(ImportError), gc_policy.loading():
        assert gc.isenabled()
        assert gc.get_threshold()[:2] == (700, 10)
        assert sys.version_info >= (3, 13) or gc.get_threshold()[2] == 1_000_000_000
        assert gc.get_freeze_count() == before
        raise ImportError
    assert gc.get_freeze_count() > 1000
