"""Which tests run a line: also in programs that a test starts, and in fixtures that a file's tests share."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

pytest.importorskip("mutmut", reason="make mutants installs it")

from tests.mutants import record_contexts
from tests.mutants.covering import LineTests, line_tests, record
from tests.mutants.suites import _by_seconds
from tests.mutants.working_copy import WorkingCopy, _link_environment

SOURCE = """\
import sys
LIMIT = 1
def here(x):
    return (
        x + 1
    )
def program():
    print("run")
def prepared():
    return 2
def nobody():
    return 3
def limited():
    return LIMIT
if __name__ == "__main__":
    program()
"""
TESTS = """\
import subprocess, sys
import pytest
from modgo_lsp import a

@pytest.fixture(scope="module")
def made():
    return a.prepared()

@pytest.mark.parametrize("x", [1, 2])
def test_here(x): assert a.here(x)
def test_program(): subprocess.run([sys.executable, "-m", "modgo_lsp.a"], check=True, env={})
def test_limit(): a.limited()
def test_made(made): pass
def test_made_too(made): pass
def test_broken(): assert False
"""


def test_lines_have_their_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    root, folder = tmp_path / "copy", tmp_path / "covering"
    for path, text in {
        "modgo_lsp/a.py": SOURCE,
        "modgo_lsp/__init__.py": "",
        "tests/test_a.py": TESTS,
    }.items():
        root.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
        root.joinpath(path).write_text(text, "utf-8")
    root.joinpath("tests/mutants").mkdir()
    shutil.copy(record_contexts.__file__, root / "tests/mutants/record_contexts.py")
    _link_environment(root)
    covering = record(WorkingCopy(root), ["tests"], folder)
    assert "without a mutant:\ntests/test_a.py::test_broken\n" in capfd.readouterr().out

    def at(line: int) -> LineTests:
        return line_tests(covering, "modgo_lsp/a.py", SOURCE, line)

    def names(*names: str) -> frozenset[str]:
        return frozenset(f"tests/test_a.py::{each}" for each in names)

    everything = names(
        "test_here[1]",
        "test_here[2]",
        "test_program",
        "test_limit",
        "test_made",
        "test_made_too",
        "test_broken",
    )
    assert covering.seconds.keys() == everything
    assert at(5) == LineTests(names("test_here[1]", "test_here[2]"))
    assert at(8) == LineTests(names("test_program"))
    fixture = at(10)
    assert fixture.own
    assert fixture.own <= names("test_made", "test_made_too")
    assert fixture.shared == everything - fixture.own
    assert at(12) == LineTests()
    assert at(1).own | at(1).shared == everything  # runs at import
    assert at(2).own == names("test_limit")
    assert at(2).shared == everything - at(2).own
    monkeypatch.setenv("PATH", "")  # nothing runs again
    assert record(WorkingCopy(root), ["tests"], folder).seconds == covering.seconds
    root.joinpath("tests/test_a.py").write_text("def test_b(): pass\n", "utf-8")
    with pytest.raises(RuntimeError):
        record(WorkingCopy(root), ["tests"], folder)


def test_the_first_part_takes_a_minute_and_the_others_four() -> None:
    seconds = {f"f{n % 2}::{n}": 50.0 for n in range(9)}
    parts = list(_by_seconds(list(seconds), seconds))
    assert [len(each) for each in parts] == [1, 4]
    assert parts[1] == ["f0::2", "f0::4", "f1::1", "f1::3"]
