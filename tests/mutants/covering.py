"""Which tests run a line of Python, by a run of the suite with coverage.py."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec
from coverage import CoverageData

from tests.mutants.working_copy import WorkingCopy

# Each process writes a file of its own. The context of a program that a test starts is that test.
_CONFIGURATION = """\
[run]
data_file = {folder}/coverage.sqlite
parallel = true
relative_files = true
source = modgo_lsp
context = ${{PYTEST_CURRENT_TEST-}}
patch = fork, _exit
sigterm = true
disable_warnings = no-data-collected, module-not-imported, module-not-measured
"""
_SECONDS = 3600
_PHASE = re.compile(r" \((setup|call|teardown)\)$")


class Covering(msgspec.Struct, frozen=True):
    """What ran in each test, and how long each took in seconds, by its node ID."""

    data: CoverageData
    seconds: dict[str, float]


class LineTests(msgspec.Struct, frozen=True):
    """`own` tests run a line themselves; `shared` ones may use what a fixture that runs it has made for their
    file. `imported`: the line runs when its module is imported, which says nothing about tests."""

    own: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    imported: bool = False


def record(copy: WorkingCopy, tests: Sequence[str], folder: Path) -> None:
    """Runs files and folders of tests in `copy`, and leaves in `folder` what `read` takes."""
    configuration = folder / "coverage.ini"
    folder.mkdir(parents=True)
    configuration.write_text(_CONFIGURATION.format(folder=folder), "utf-8")
    environment = {
        **copy.environment,
        "COVERAGE_PROCESS_START": str(configuration),
        "MODGO_TEST_SECONDS": str(folder / "seconds.json"),
    }
    environment.pop("PYTEST_CURRENT_TEST", None)
    for command in (
        f"python -m pytest -q --tb=no -n 2 -p tests.mutants.record_contexts {shlex.join(tests)}",
        f"coverage combine -q --rcfile={configuration}",
    ):
        subprocess.run(
            command, shell=True, cwd=copy.root, env=environment, stdin=subprocess.DEVNULL, timeout=_SECONDS
        )


def read(folder: Path) -> Covering:
    data = CoverageData(str(folder / "coverage.sqlite"))
    data.read()
    seconds = msgspec.json.decode((folder / "seconds.json").read_bytes(), type=dict[str, float])
    return Covering(data, seconds)


def line_tests(covering: Covering, path: str, text: str, line: int) -> LineTests:
    """The tests that run the statement, or the head of the compound one, at `line` of a file."""
    by_line = covering.data.contexts_by_lineno(path)
    nodes = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.stmt)]
    first = max((each.lineno for each in nodes if each.lineno <= line), default=line)
    own, files, imported = set(), set(), False
    for context in (each for at in range(first, line + 1) for each in by_line.get(at, ())):
        test = _PHASE.sub("", context)
        imported |= not test
        if test in covering.seconds:
            own.add(test)
            if context.endswith("(setup)"):
                files.add(test.partition("::")[0])
    shared = {each for each in covering.seconds if each.partition("::")[0] in files}
    return LineTests(frozenset(own), frozenset(shared - own), imported)
