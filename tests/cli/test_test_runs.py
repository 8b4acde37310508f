"""`modgo test` with cases that do not fit their function, with a module that has none, and on a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.on_terminal import on_terminal
from tests.cli.test_test import SOURCE
from tests.modgo_command import modgo

MISFITS = """
- {function: add, args: [hits, 2], records: [{bins: {hits: 1}}]}
- {function: sum, record: {bins: {hits: 1}}}
- {function: sum, records: [{bins: {hits: 1}}], expect: {record: null}}
- {function: sum, records: [{bins: {hits: 1}}], expect: {operations: []}}
- {function: sum}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "counter"
    (folder / "testdata" / "udf").mkdir(parents=True)
    (folder / "go.mod").write_text(
        "module example.com/counter\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"
    )
    (folder / "counter.go").write_text(SOURCE)
    return folder


def test_cases_that_do_not_fit_their_function(package: Path) -> None:
    (package / "testdata" / "udf" / "x.case.yaml").write_text(MISFITS)
    done = modgo("test", "--json", cwd=package)
    assert done.returncode == 1, done.stderr
    cases = json.loads(done.stdout)["cases"]
    assert len(cases) == 5
    messages = [one["actual"] for case in cases for one in case["differences"] if one["path"] == "error"]
    assert messages[:2] == [
        "usage: add is a record UDF: give it a record, no records or nodes",
        "usage: sum is a stream UDF: give it records, no record",
    ]
    nothing = "usage: sum is a stream UDF, which stores nothing: expect no record and no operations"
    assert messages[2:4] == [nothing, nothing]
    assert "records" in messages[4]


def test_a_built_module(package: Path, tmp_path: Path) -> None:
    assert modgo("build", "-o", tmp_path / "x.so", cwd=package).returncode == 0
    done = modgo("test", "x.so", "--coverage", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "x.so counts no coverage\nHelp: name the folder of its package, which is built" in done.stderr
    done = modgo("test", "x.so", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "x.so has no cases: there are none in " in done.stderr
    assert "counter" in done.stderr
    assert "Help: name the package's folder" in done.stderr


def test_a_watch_clears_the_terminal_before_a_run(package: Path) -> None:
    end = "Watching for changes; Ctrl-C ends it.\r\n"
    cases = package / "testdata" / "udf" / "x.case.yaml"
    cases.write_text("[")
    with on_terminal("test", "--watch", cwd=package) as terminal:
        first = terminal.until(end)
        assert first.startswith("\x1b[2J")  # cleared
        assert "1 not valid" in first
        terminal.types("\x03")
        terminal.rest()
        assert terminal.process.returncode == 130
