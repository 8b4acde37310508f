"""The examples pass their cases, with each kind of dispatch, and are complete."""

from __future__ import annotations

import json
import platform
import subprocess
from pathlib import Path

import pytest

from modgo_lsp.host.cases.case_file import case_files, read_case_file
from tests.modgo_command import modgo

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PACKAGES = sorted(path.parent for path in EXAMPLES.glob("*/go.mod"))
WITHOUT_LUA = {"counters"}  # its take reads the clock


def functions_with_cases(package: Path) -> list[str]:
    """The function of each case."""
    files = [read_case_file(path) for path in case_files(package)]
    assert not any(file.problems for file in files)
    return [case.function for file in files for case in file.cases]


@pytest.mark.parametrize("dispatch", ["registry", "exported", "reflect"])
@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_cases_pass(package: Path, dispatch: str, tmp_path: Path) -> None:
    module = tmp_path / f"{package.name}.so"
    built = modgo("build", package, "-o", module, "--dispatch", dispatch)
    assert built.returncode == 0, built.stdout + built.stderr
    done = modgo("test", module, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0, [case for case in answer["cases"] if not case["ok"]]
    assert answer["passed"] == len(functions_with_cases(package)) >= 3


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_examples_lint_clean(package: Path) -> None:
    done = modgo("lint", package, "--output-format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["findings"] == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_function_has_cases(package: Path) -> None:
    registered = {
        line.split('"')[1]
        for source in package.glob("*.go")
        for line in source.read_text().splitlines()
        if "udf.Register(" in line
    }
    assert set(functions_with_cases(package)) == registered


def test_examples_are_complete_and_listed() -> None:
    listed = (EXAMPLES / "README.md").read_text()
    for package in PACKAGES:
        assert f"[{package.name}]({package.name}/README.md)" in listed
        assert list(package.glob("*_test.go"))
        assert (package / "README.md").exists()
        assert (package / f"{package.name}.lua").exists() == (package.name not in WITHOUT_LUA)


def test_the_same_call_through_the_native_test_app(tmp_path: Path) -> None:
    assert modgo("build", EXAMPLES / "counters", "-o", tmp_path / "counters.so").returncode == 0
    app = ROOT / "target" / f"{platform.system()}-{platform.machine()}" / "bin" / "test"
    done = subprocess.run(
        [app, "--bin", "failed=2", "record", "counters.add", "failed", "1", "5"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result, record = done.stdout.split("\n", 1)
    assert result == "3"
    assert "failed = 3" in record
