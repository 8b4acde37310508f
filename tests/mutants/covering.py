"""Which tests run a line of Python, by a run of their files with coverage.py."""

from __future__ import annotations

import ast
import hashlib
import re
import shlex
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec
from coverage import CoverageData

from tests.mutants import recorded_process
from tests.mutants.record_contexts import RECORDED
from tests.mutants.working_copy import WorkingCopy

# Each process writes a file of its own. The context of a program that a test starts is that test. Only the C
# tracer knows contexts.
_CONFIGURATION = """\
[run]
core = ctrace
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
_reading = threading.Lock()


class Covering(msgspec.Struct, frozen=True):
    """What ran in each test, and how long each took in seconds, by its node ID."""

    data: CoverageData
    seconds: dict[str, float]


class LineTests(msgspec.Struct, frozen=True):
    """`own` tests run a line themselves; `shared` ones may use what a fixture that runs it has made for their
    file."""

    own: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()


def record(copy: WorkingCopy, tests: Sequence[str], folder: Path, jobs: int = 2) -> Covering:
    """Runs files and folders of tests in `copy` and keeps the result in `folder`. A result that is there is
    taken instead if it is of the same files. RuntimeError where the tests could not run."""
    state = _state(copy.root, tests)
    if not folder.joinpath("state").exists() or folder.joinpath("state").read_text("utf-8") != state:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _run(copy, tests, folder, jobs)
        folder.joinpath("state").write_text(state, "utf-8")
    data = CoverageData(str(folder / "coverage.sqlite"))
    data.read()
    seconds = msgspec.json.decode((folder / "seconds.json").read_bytes(), type=dict[str, float])
    return Covering(data, seconds)


def _run(copy: WorkingCopy, tests: Sequence[str], folder: Path, jobs: int) -> None:
    configuration = folder / "coverage.ini"
    configuration.write_text(_CONFIGURATION.format(folder=folder), "utf-8")
    variables = {"COVERAGE_PROCESS_START": configuration, RECORDED: folder}
    environment = shlex.join(f"{name}={path}" for name, path in variables.items())
    (packages,) = copy.root.glob(".venv/lib/python3*/site-packages")
    shutil.copy(recorded_process.__file__, packages / "recorded_process.py")
    begin = f"import recorded_process; recorded_process.begin({str(folder)!r})\n"
    packages.joinpath("a0_recorded_process.pth").write_text(begin, "utf-8")  # before a1_coverage.pth
    pytest = f"python -m pytest -q --tb=no -rN -n {jobs} --dist loadfile -p tests.mutants.record_contexts"
    done = copy.run(
        f"env -u PYTEST_CURRENT_TEST {environment} {pytest} -p no:cacheprovider {shlex.join(tests)}",
        seconds=_SECONDS,
    )
    packages.joinpath("a0_recorded_process.pth").unlink()
    if done.killed_by and not done.killed_by.startswith("exit code 1:"):  # some tests may fail
        raise RuntimeError(f"{done.killed_by}\n{done.output[-2000:]}")
    if failed := msgspec.json.decode((folder / "failed.json").read_bytes(), type=list[str]):
        print("These tests fail without a mutant:", *failed, sep="\n", flush=True)
    done = copy.run(f"coverage combine -q --rcfile={shlex.quote(str(configuration))}", seconds=_SECONDS)
    if done.killed_by:
        raise RuntimeError(f"{done.killed_by}\n{done.output[-2000:]}")


def _state(root: Path, tests: Sequence[str]) -> str:
    """Changes with the tests that are recorded and with every file that they may run."""
    state = hashlib.blake2b("\0".join(tests).encode())
    for path in sorted(
        each for folder in ("modgo_lsp", "tests") for each in root.joinpath(folder).rglob("*")
    ):
        if path.is_file() and "__pycache__" not in path.parts:
            state.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return state.hexdigest()


def line_tests(covering: Covering, path: str, text: str, line: int) -> LineTests:
    """The tests that run the statement, or the head of the compound one, at `line` of a file. What runs when
    the file is imported belongs to all tests that run any line of it; for a name that is assigned there,
    those that run a line with the name are `own`."""
    with _reading:
        by_line = covering.data.contexts_by_lineno(path)
    tree = ast.parse(text)
    starts = sorted(each.lineno for each in ast.walk(tree) if isinstance(each, ast.stmt))

    def contexts_at(at: int) -> set[str]:
        first = max((each for each in starts if each <= at), default=at)
        return {each for number in range(first, at + 1) for each in by_line.get(number, ())}

    contexts = contexts_at(line)
    if "" not in contexts:
        return _tests_of(covering, contexts)
    # No test was running.
    every = _tests_of(covering, {each for at in by_line for each in by_line[at]})
    using = {each for at in _uses(tree, line) for each in contexts_at(at)} - {""}
    own = _tests_of(covering, using).own or every.own
    return LineTests(own, (every.own | every.shared) - own)


def _tests_of(covering: Covering, contexts: set[str]) -> LineTests:
    tests = {each: _PHASE.sub("", each) for each in contexts}
    own = {test for test in tests.values() if test in covering.seconds}
    files = {test.partition("::")[0] for each, test in tests.items() if each.endswith("(setup)")}
    shared = {each for each in covering.seconds if each.partition("::")[0] in files}
    return LineTests(frozenset(own), frozenset(shared - own))


def _uses(tree: ast.Module, line: int) -> set[int]:
    """The lines that read a name which a statement of the file itself, at `line`, assigns."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and (
            statement.lineno <= line <= (statement.end_lineno or line)
        ):
            names = {
                each.id
                for each in ast.walk(statement)
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            }
            return {
                each.lineno
                for each in ast.walk(tree)
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load) and each.id in names
            }
    return set()
