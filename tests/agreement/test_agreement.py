"""A small run: each layout once, and some packages of Go's library. `make agreement` is the long one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.agreement.__main__ import run_batch, run_mutants, run_oddities, run_sweep
from tests.agreement.modules import ROOT, write_module
from tests.agreement.operations import write_operations
from tests.agreement.oracle import Oracle, build_oracle
from tests.agreement.typed import compare_types


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    os.environ["PATH"] += f"{os.pathsep}/usr/local/go/bin"
    return build_oracle(tmp_path_factory.mktemp("oracle"))


@pytest.mark.parametrize(("layout", "seed"), [("plain", 11), ("vendor", 12), ("workspace", 13)])
def test_lint_and_go_agree(oracle: Oracle, tmp_path: Path, layout: str, seed: int) -> None:
    agreed, _, different = run_batch(tmp_path / "module", oracle, seed, 40, layout)
    assert not different, "\n".join(different)
    assert agreed > 15  # the others don't compile


@pytest.mark.parametrize(
    "package", ["time", "net/http", "go/ast", "encoding/json", "sync/atomic", "math/big"]
)
def test_they_agree_on_all_exports_of_a_package(oracle: Oracle, tmp_path: Path, package: str) -> None:
    agreed, _, different = run_sweep(tmp_path / "module", oracle, package)
    assert not different, "\n".join(different)
    assert agreed == 1


def test_they_agree_on_mutants(oracle: Oracle, tmp_path: Path) -> None:
    agreed, _, different = run_mutants(tmp_path / "module", oracle, 21, 60)
    assert not different, "\n".join(different)
    assert agreed > 20


def test_they_agree_on_every_oddity(oracle: Oracle, tmp_path: Path) -> None:
    agreed, ill, different = run_oddities(tmp_path / "module", oracle, 1)
    assert not different, "\n".join(different)
    assert agreed > 20 * ill


def test_every_expression_of_the_sdk_has_the_type_that_go_gives_it(oracle: Oracle) -> None:
    found = compare_types(oracle, ROOT / "udf")
    assert not found.different, "\n".join(found.different)
    assert found.same > 10_000
    assert len(found.unknown) < 200  # generic functions and what constraints are made of


def test_every_expression_of_generated_code_has_the_type_that_go_gives_it(
    oracle: Oracle, tmp_path: Path
) -> None:
    oracle = oracle.with_cache(tmp_path)
    module, _ = write_module(tmp_path, 31, 30, oracle.environment, "workspace")
    found = compare_types(oracle, module)
    assert not found.different, "\n".join(found.different)
    assert found.same > 3_000


def test_every_operation_has_the_type_and_value_that_go_gives_it(oracle: Oracle, tmp_path: Path) -> None:
    count = write_operations(tmp_path, oracle)
    found = compare_types(oracle, tmp_path)
    assert not found.different, "\n".join(found.different)
    assert found.same > count > 3_000
    assert len(found.unknown) < 800  # complex constants
