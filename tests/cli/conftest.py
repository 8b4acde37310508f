"""The Go module that the tests of `modgo lint` use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.lint_command import counters_module


@pytest.fixture
def module(tmp_path: Path) -> Path:
    counters_module(tmp_path)
    return tmp_path
