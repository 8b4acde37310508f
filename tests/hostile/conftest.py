"""Attacks by a hostile repository, file or input. The summary counts them by kind (tests/conftest.py).

An attack that succeeds fails its test. Each test calls `attack(kind)` once for each attack that it makes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.write_targets import World


@pytest.fixture
def attack(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Counts one attack of a kind: "repositories", "writers" or "inputs"."""
    return lambda kind: record_property("attack", kind)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    monkeypatch.chdir(made.workspace)
    return made
