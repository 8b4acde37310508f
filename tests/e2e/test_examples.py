"""The examples pass their cases, applied by the command and by the native loader."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
CASES = [
    (path.parents[2], case)
    for path in sorted(EXAMPLES.glob("*/testdata/udf/*.case.json"))
    for case in json.loads(path.read_text())
]


def modgo(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "modgo_lsp", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="session", params=["registry", "exported", "reflect"])
def modules(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> dict[str, Path]:
    """Each example's shared object, by the example's name, for each kind of dispatch."""
    folder = tmp_path_factory.mktemp("modules")
    built = {}
    for package in sorted(path.parent for path in EXAMPLES.glob("*/go.mod")):
        built[package.name] = folder / f"{package.name}.so"
        done = modgo("build", package, "-o", built[package.name], "--dispatch", request.param)
        assert done.returncode == 0, done.stdout + done.stderr
    return built


def strictly(value: Any) -> Any:
    """The value with its types, because 1 == 1.0 == True in Python."""
    if isinstance(value, dict):
        return {key: strictly(item) for key, item in value.items()}
    if isinstance(value, list):
        return [strictly(item) for item in value]
    return type(value).__name__, value


@pytest.mark.parametrize(
    ("package", "case"), CASES, ids=[f"{package.name}: {case['name']}" for package, case in CASES]
)
def test_case(package: Path, case: dict[str, Any], modules: dict[str, Path]) -> None:
    record = case.get("record", {"bins": {}})
    if isinstance(record, dict):
        record = json.dumps(record)
    given = ["--record", record]
    if "records" in case:
        given = ["--stream", "--records", case["records"], "--nodes", str(case.get("nodes", 1))]
    done = modgo(
        *("call", modules[package.name], case["function"], "--json", *given),
        *("--", *(json.dumps(argument) for argument in case.get("args", []))),
        cwd=package / "testdata" / "udf",
    )
    answer, expected = json.loads(done.stdout), case["expect"]
    if "error" in expected:
        assert answer["ok"] is False
        assert done.returncode == 1
        assert answer["error"]["kind"] == "udf"
        assert answer["error"]["message"] == expected["error"]
        return
    assert answer["ok"] is True, answer
    assert done.returncode == 0
    assert strictly(answer["result"]) == strictly(expected["result"])
    if "record" in expected:
        assert strictly(answer["record"]["after"]["bins"]) == strictly(expected["record"]["bins"])
    if "operations" in expected:
        assert answer["operations"] == expected["operations"]


@pytest.mark.parametrize(
    "package", [path.parent for path in EXAMPLES.glob("*/go.mod")], ids=lambda path: path.name
)
def test_examples_lint_clean(package: Path) -> None:
    done = modgo("lint", package, "--output-format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["findings"] == []


def test_every_example_has_cases_for_every_function() -> None:
    called = {(package.name, case["function"]) for package, case in CASES}
    registered = {
        (source.parent.name, line.split('"')[1])
        for source in EXAMPLES.glob("*/*.go")
        for line in source.read_text().splitlines()
        if "udf.Register(" in line
    }
    assert called == registered


def test_the_same_call_through_the_native_test_app(modules: dict[str, Path]) -> None:
    app = ROOT / "target" / f"{platform.system()}-{platform.machine()}" / "bin" / "test"
    done = subprocess.run(
        [app, "--bin", "failed=2", "record", "counters.add", "failed", "1", "5"],
        cwd=modules["counters"].parent,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result, record = done.stdout.split("\n", 1)
    assert result == "3"
    assert "failed = 3" in record
