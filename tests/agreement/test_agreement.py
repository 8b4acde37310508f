"""A small run of the harness: each layout once, and some packages of Go's library.

`make agreement` is the long one.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.agreement.__main__ import build_oracle, run_batch, run_mutants, run_sweep


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    os.environ["PATH"] += f"{os.pathsep}/usr/local/go/bin"
    return build_oracle(tmp_path_factory.mktemp("oracle"))


@pytest.mark.parametrize(("layout", "seed"), [("plain", 11), ("vendor", 12), ("workspace", 13)])
def test_lint_and_go_say_the_same(oracle: Path, tmp_path: Path, layout: str, seed: int) -> None:
    agreed, _, different = run_batch(tmp_path / "module", oracle, seed, 40, layout)
    assert not different, "\n".join(different)
    assert agreed > 20


@pytest.mark.parametrize(
    "package", ["time", "net/http", "go/ast", "encoding/json", "sync/atomic", "math/big"]
)
def test_they_say_the_same_of_all_that_a_package_exports(oracle: Path, tmp_path: Path, package: str) -> None:
    agreed, _, different = run_sweep(tmp_path / "module", oracle, package)
    assert not different, "\n".join(different)
    assert agreed == 1


def test_they_say_the_same_of_mutants(oracle: Path, tmp_path: Path) -> None:
    agreed, _, different = run_mutants(tmp_path / "module", oracle, 21, 60)
    assert not different, "\n".join(different)
    assert agreed > 20
