"""Which tests would notice a mutant of a file, and their outcome.

Tests mirror the folders of the sources. For C and Go a folder's own tests run first, then those of what uses
it. For Python those run that ran the mutant's line when they were recorded (covering.py).
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.mutants.covering import Covering, line_tests
from tests.mutants.mutant import Mutant
from tests.mutants.working_copy import Outcome, WorkingCopy

# By folder of modgo_lsp: folders and files of tests/, in the order in which they run.
_PYTHON = {
    "golang": "golang model agreement/test_agreement.py rules lint ide server/test_markers.py",
    "model": "model golang agreement/test_agreement.py rules lint ide server/test_markers.py",
    "rules": "rules agreement/test_agreement.py ide lint server/test_markers.py cli/test_rule.py",
    "lint": "lint cli/test_lint.py cli/test_lint_fix.py cli/test_exit_codes.py server/test_diagnostics.py",
    "report": "report cli/test_lint.py cli/test_lint_json.py e2e/test_ci.py",
    "build": "build cli/test_build.py cli/test_inspect.py cli/test_load.py host hostile/test_repositories.py",
    "host": "host cli/test_call.py cli/test_call_records.py cli/test_test.py cli/test_bench.py fuzz",
    "ide": "ide server/test_add_sdk.py server/test_markers.py server/test_actions.py server/test_commands.py",
    "server": "server",
    "cli": "cli lint e2e/test_ci.py",
    "ship": "ship cli/test_cluster.py cli/test_plugin.py",
    "": "test_extras.py test_file_writer.py hostile/test_writers.py hostile/test_write_races.py"
    " e2e/test_wheel.py cli lint",
}
# By folder of libmod_go/src: make's targets. clang-tidy, which knows of leaks and of values that were never
# set, is to C what mypy is to Python.
_C_TIDY = {"as_module": "-f as_module.mk tidy", "asd": "-f asd.mk plugin-tidy", "": "tidy"}
# The sanitizers see what the plain run doesn't; ThreadSanitizer runs the host's side only.
_C = {
    "as_module": ("-f as_module.mk test", "-f as_module.mk sanitize", "-f asd.mk plugin-test"),
    "asd": ("-f asd.mk plugin-sanitize", "-f asd.mk plugin-test"),
    "worker": ("test", "sanitize", "-f as_module.mk test"),
    "check": ("test", "sanitize", "-f as_module.mk test"),
    "bench": ("test", "sanitize"),
    "": ("test", "sanitize", "-f as_module.mk test", "tsan"),
}
_C_BUILT = {
    "as_module": "-f as_module.mk libmod_go_as_module.a",
    "asd": "-f asd.mk plugin",
    "bench": "mod-go-bench",
    "": "libmod_go.so mod-go-worker",
}
_C_FROM_PYTHON = {
    "bench": "cli/test_bench.py",
    "elf": "build/test_elf_fields.py",
    "worker": "host/test_session.py",  # with the time that a call sees
}
_GO_BUILT = "go build ./... && go test -run '^$' ./..."
_GO = (
    "go test -failfast -timeout 100s ./internal/... ./bind ./udfdebug ./udfslog ./udftest",
    "go test -failfast -timeout 200s .",
)
_GO_FROM_PYTHON = (
    "build/test_types.py build/test_dispatch.py host/test_call.py host/test_streams.py cli/test_debug.py"
)

_SECONDS = 60  # of one test of Python
_NEAR_SECONDS = 120  # of the files whose names or imports are near to the mutant's
_PARTS_SECONDS = (60, 240)  # of the tests that run a mutant's line

_TESTS_RAN = re.compile(r"^[.sx]+", re.MULTILINE)  # the progress that pytest prints

# Tests that failed with a mutant and passed without it, and those that failed in both.
_confirmed: set[str] = set()
_broken: set[str] = set()


def language(path: str) -> str:
    """The language of a source file."""
    return {".py": "Python", ".go": "Go", ".c": "C"}[Path(path).suffix]


def run_tests(copy: WorkingCopy, mutant: Mutant, covering: Covering | None) -> Outcome | None:
    """The first failure of a mutant that is written into `copy`. None if it doesn't compile. `covering` is
    needed for Python."""
    built, steps = _steps(copy, mutant, covering)
    if built.killed_by:
        return None
    return next((outcome for outcome in steps if outcome.killed_by), Outcome())


def python_tests(paths: Iterable[str]) -> list[str]:
    """The files and folders of tests of some source files."""
    folders = dict.fromkeys(Path(each).parts[1] for each in paths)
    places = dict.fromkeys(" ".join(_PYTHON.get(each, _PYTHON[""]) for each in folders).split())
    inside = {each for each in places if any(each.startswith(f"{other}/") for other in places)}
    return [f"tests/{each}" for each in places if each not in inside]


def run_unchanged(copy: WorkingCopy, paths: Iterable[str]) -> Outcome:
    """The first failure of the suites of C and Go without a mutant. Builds everything, too.

    pytest's failures need no such check: each test runs again without the mutant."""
    folders = {Path(each).parts[2] for each in paths if each.endswith(".c")}
    targets = dict.fromkeys(
        target
        for each in sorted(folders)
        for target in (_C_TIDY.get(each, _C_TIDY[""]), *_C.get(each, _C[""]))
    )
    commands = [(f"make {target}", "libmod_go") for target in targets]
    commands += [(each, "udf") for each in _GO if any(path.endswith(".go") for path in paths)]
    environment = f"MAKEFLAGS=-j{os.cpu_count() or 1} "
    outcomes = (copy.run(environment + command, folder, seconds=1800) for command, folder in commands)
    return next((outcome for outcome in outcomes if outcome.killed_by), Outcome())


def _steps(copy: WorkingCopy, mutant: Mutant, covering: Covering | None) -> tuple[Outcome, Iterator[Outcome]]:
    """The outcome of compiling and of each suite, which runs when its outcome is asked for."""
    folder = Path(mutant.path).parts[2 if mutant.path.endswith(".c") else 1]
    if covering is not None and mutant.path.endswith(".py"):
        return Outcome(), _python_steps(copy, mutant, _PYTHON.get(folder, _PYTHON[""]), covering)
    if mutant.path.endswith(".go"):
        return copy.run(_GO_BUILT, "udf"), _go_steps(copy, mutant)
    return _build_c(copy, folder), _c_steps(copy, mutant, folder, _C.get(folder, _C[""]))


def _build_c(copy: WorkingCopy, folder: str) -> Outcome:
    return copy.run(f"make {_C_BUILT.get(folder, _C_BUILT[''])}", "libmod_go")


def _c_steps(copy: WorkingCopy, mutant: Mutant, folder: str, targets: Sequence[str]) -> Iterator[Outcome]:
    tidy = _C_TIDY.get(folder, _C_TIDY[""])
    file = mutant.path.removeprefix("libmod_go/")
    for target in (f"{tidy} TIDY={file}", *targets):
        yield copy.run(f"make {target}", "libmod_go")
    yield _pytest(copy, mutant, [f"tests/{each}" for each in _C_FROM_PYTHON.get(folder, "").split()])


def _go_steps(copy: WorkingCopy, mutant: Mutant) -> Iterator[Outcome]:
    for command in _GO:
        yield copy.run(command, "udf")
    yield _pytest(copy, mutant, [f"tests/{each}" for each in _GO_FROM_PYTHON.split()])
    yield copy.run("make -f as_module.mk test", "libmod_go")


def _python_steps(copy: WorkingCopy, mutant: Mutant, places: str, covering: Covering) -> Iterator[Outcome]:
    """mypy, the tests that run the line, and the files whose names or imports are near to the mutant's file:
    what is cached in a process, or made for all tests, is recorded for one test only."""
    yield copy.run("mypy")  # a second or two, as most files are cached: it rejects every second mutant
    near = _near(copy.root, mutant.path, _test_files(copy.root, places.split()))
    folder = f"tests/{places.split()[0]}"
    tests = line_tests(covering, mutant.path, mutant.before, mutant.line)
    order = sorted(
        (each for each in tests.own | tests.shared if covering.seconds[each] < _SECONDS),
        key=lambda each: (
            each in tests.shared,
            each.partition("::")[0] not in near,
            not each.startswith(folder),
            covering.seconds[each],
        ),
    )
    for part in _by_seconds(order, covering.seconds):
        yield _pytest(copy, mutant, part)
    yield _pytest(copy, mutant, near, '-m "not slow"', _NEAR_SECONDS)


def _near(root: Path, path: str, files: list[str]) -> list[str]:
    """The files that are named as a source file or its folder, then those that import it."""
    module = path.removesuffix(".py").replace("/", ".")
    package, _, name = module.rpartition(".")
    imports = re.compile(rf"{re.escape(module)}\b|from {re.escape(package)} import .*\b{name}\b")
    first = name.split("_")[0]  # a rule's code, or the command that bench_worker.py belongs to
    stem = first if name.startswith("mg") else name
    words = {each: Path(each).stem.lower().removeprefix("test_") for each in files}
    near = [each for each in files if stem in words[each] or words[each] == first]
    folder = Path(path).parent.name  # cli/lint/ has the command whose tests are test_lint*.py
    near += [each for each in files if each not in near and words[each].startswith(folder)]
    return near + [
        each for each in files if each not in near and imports.search((root / each).read_text("utf-8"))
    ]


def _by_seconds(tests: list[str], seconds: Mapping[str, float]) -> Iterator[list[str]]:
    """The first tests that fit in a minute, then those that fit in four more; the rest is left out. Each part
    is sorted by file, because files have fixtures."""
    left = list(tests)
    for limit in _PARTS_SECONDS:
        part, used = [], 0.0
        while left and (not part or used + seconds[left[0]] <= limit):
            used += seconds[left[0]]
            part.append(left.pop(0))
        if part:
            yield sorted(part, key=lambda each: each.partition("::")[0])


def _test_files(root: Path, places: list[str]) -> list[str]:
    """The files with tests under folders of tests/, relative to `root`."""
    found: list[Path] = []
    for place in places:
        at = root / "tests" / place
        found += [at] if at.is_file() else [*sorted(at.rglob("test_*.py")), *sorted(at.glob("MG*.md"))]
    return [str(each.relative_to(root)) for each in found]


def _pytest(
    copy: WorkingCopy, mutant: Mutant, tests: list[str], options: str = "", seconds: float = 600
) -> Outcome:
    """Runs files or single tests up to the first failure, which counts when the same test passes without the
    mutant."""
    while tests:
        deselected = "".join(f" --deselect {shlex.quote(each)}" for each in sorted(_broken))
        copy.root.joinpath(".selected").write_text("\n".join(tests), "utf-8")
        _last_failed(copy.root)
        outcome = copy.run(
            f"python -m pytest -x -q --tb=no -rfE {options} --timeout {_SECONDS}{deselected} @.selected",
            seconds=seconds,
        )
        failed = _last_failed(copy.root) if outcome.killed_by else []
        if not failed and outcome.killed_by.startswith("exit code 4:"):
            # A test of that name is not there, or its file can't be imported: its file shows which.
            files = [*dict.fromkeys(each.partition("::")[0] for each in tests)]
            if files == tests:
                return outcome
            tests, seconds = files, _NEAR_SECONDS
            continue
        if not failed:
            # No test that was selected (5), or no time for all of them: nothing was noticed. Each test
            # has its own limit. If none has run, the mutant hangs when it is imported.
            cut = outcome.killed_by.startswith("timeout of ") and _TESTS_RAN.search(outcome.output)
            nothing = cut or outcome.killed_by.startswith("exit code 5")
            return Outcome() if nothing else outcome
        if _confirmed.issuperset(failed) or _passes_without(copy, mutant, failed):
            _confirmed.update(failed)
            return outcome
        _broken.update(failed)
    return Outcome()


def _passes_without(copy: WorkingCopy, mutant: Mutant, tests: list[str]) -> bool:
    """Whether tests pass without the mutant, which is there again afterwards."""
    _write(copy, mutant.path, mutant.before)
    command = f"python -m pytest -q -p no:cacheprovider --timeout {_SECONDS} {shlex.join(tests)}"
    passes = not copy.run(command, seconds=600).killed_by
    _write(copy, mutant.path, mutant.after)
    return passes


def _write(copy: WorkingCopy, path: str, text: str) -> None:
    copy.write(path, text)
    if path.endswith(".c"):
        _build_c(copy, Path(path).parts[2])


def _last_failed(root: Path) -> list[str]:
    """The tests that failed in pytest's last run. They are forgotten with that."""
    cache = root / ".pytest_cache" / "v" / "cache" / "lastfailed"
    names = list(json.loads(cache.read_text("utf-8"))) if cache.exists() else []
    cache.unlink(missing_ok=True)
    return names
