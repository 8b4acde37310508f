"""Attacks on modgo: what a hostile repository, file or input tries. The summary counts them by kind.

An attack that gets through fails its test. Each test calls `attack(kind)` once for each attack that it tries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_TRIED: Counter[str] = Counter()


@pytest.fixture
def attack() -> Callable[[str], None]:
    """Counts one attack of a kind: "repositories", "writers" or "inputs"."""
    return lambda kind: _TRIED.update((kind,))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _TRIED:
        return
    reports = [each for key in ("failed", "error") for each in terminalreporter.stats.get(key, [])]
    through = sum(_HERE in (Path(each.nodeid.partition("::")[0]).resolve()).parents for each in reports)
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(_TRIED.items()))
    terminalreporter.write_line(f"Attacks tried: {kinds}; tests that let one through: {through}")
