"""Draws mutants by a seed, runs the tests that would notice each, and reports the score: `make mutants`.

A line of code is drawn first, then an operator, then a mutant. The score is the share of the mutants that a
test, mypy, clang-tidy or a time limit noticed. Mutants that don't compile don't count: others are drawn for
them. Before mutants in Python the tests of their folders run once under coverage.py, which takes up to half
an hour.
"""

from __future__ import annotations

import argparse
import collections
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import msgspec

from tests.mutants.covering import Covering, record
from tests.mutants.mutant import Mutant
from tests.mutants.python_mutants import python_mutants
from tests.mutants.suites import language, python_tests, run_tests, run_unchanged
from tests.mutants.tree_mutants import tree_mutants
from tests.mutants.working_copy import FOLDER, ROOT, WorkingCopy, make_copy

_SOURCES = ("modgo_lsp/*.py", "udf/*.go", "libmod_go/src/*.c")
_NO_SOURCES = ("_test.go", "/testdata/", "/zz_bindings.go")
_SHARES = {"Python": 4, "Go": 1, "C": 1}  # of a sample, about as many lines as there are
# These put None where mypy allows none. They are taken on lines that have no other mutants.
_EASY = ("arg_removal", "assignment")
_GOALS = {"Python": 92, "Go": 92, "C": 85}  # per cent


Mark = tuple[str, int, str]  # path, line and diff of a mutant


class Equivalent(msgspec.Struct, frozen=True):
    """A mutant that changes nothing that anybody could notice; `diff` as it is printed."""

    path: str
    diff: str
    reason: str


class Result(msgspec.Struct, frozen=True):
    language: str
    path: str
    line: int
    operator: str
    diff: str
    killed_by: str
    seconds: float


def sources(prefix: str) -> dict[str, str]:
    """The texts of the files that are mutated, by path."""
    listed = subprocess.run(
        ["git", "ls-files", *_SOURCES], cwd=ROOT, check=True, capture_output=True, text=True
    )
    paths = [each for each in listed.stdout.split() if not any(part in each for part in _NO_SOURCES)]
    return {each: ROOT.joinpath(each).read_text("utf-8") for each in paths if each.startswith(prefix)}


def draw(texts: dict[str, str], seed: str) -> Iterator[Mutant]:
    """Mutants without end, each once."""
    lines = [(path, line) for path, text in texts.items() for line in range(1, text.count("\n") + 1)]
    equivalent = {(each.path, _plain(each.diff)) for each in equivalents()}
    random.Random(seed).shuffle(lines)
    for path, line in lines:
        make = python_mutants if path.endswith(".py") else tree_mutants
        by_operator = collections.defaultdict(list)
        for each in make(path, texts[path], line):
            by_operator[each.operator].append(each)
        for easy in _EASY:
            if len(by_operator) > 1:
                by_operator.pop(easy, None)
        # Of its own, so that a mutant more or less of a line changes no other line's draw.
        of_line = random.Random(f"{seed} {path}:{line}")
        while by_operator:
            operator = of_line.choice(sorted(by_operator))
            mutant = of_line.choice(by_operator[operator])
            if (path, _plain(mutant.diff)) not in equivalent:
                yield mutant
                break
            by_operator[operator].remove(mutant)
            if not by_operator[operator]:
                del by_operator[operator]


def equivalents() -> list[Equivalent]:
    """The mutants that don't count, with their reasons."""
    text = Path(__file__).with_name("equivalent.yaml").read_bytes()
    return msgspec.yaml.decode(text, type=list[Equivalent])


def _plain(diff: str) -> str:
    return "\n".join(line[0] + line[1:].strip() for line in diff.strip().splitlines())


def read_killed(path: Path) -> dict[Mark, Result]:
    """The mutants that an earlier run killed. The others are tried again: there may be new tests."""
    results = msgspec.json.decode(path.read_bytes(), type=list[Result]) if path.exists() else []
    return {(each.path, each.line, each.diff): each for each in results if each.killed_by}


def measure(
    mutants: Iterator[Mutant],
    count: int,
    copies: list[WorkingCopy],
    known: Mapping[Mark, Result],
    covering: Covering | None = None,
) -> Iterator[Result]:
    """Tries mutants in a thread for each copy until `count` of them compiled, but for `known` ones."""
    lock = threading.Lock()
    found: SimpleQueue[Result | None] = SimpleQueue()
    left = count

    def work(copy: WorkingCopy) -> None:
        nonlocal left
        try:
            while True:
                with lock:
                    mutant = next(mutants, None) if left > 0 else None
                    if mutant is None:
                        return
                    left -= 1
                try:
                    result = known.get((mutant.path, mutant.line, mutant.diff)) or _try(
                        copy, mutant, covering
                    )
                except Exception as error:  # one mutant must not end a run of an hour
                    print(f"{mutant.path}:{mutant.line} was not tried: {error!r}", file=sys.stderr)
                    result = None
                if result is not None:
                    found.put(result)
                else:
                    with lock:
                        left += 1
        finally:
            found.put(None)

    with ThreadPoolExecutor(len(copies)) as pool:
        threads = [pool.submit(work, copy) for copy in copies]
        try:
            for _ in copies:
                while (result := found.get()) is not None:
                    yield result
        finally:
            left = 0  # interrupted: each thread finishes its mutant
        for thread in threads:
            thread.result()


def _try(copy: WorkingCopy, mutant: Mutant, covering: Covering | None) -> Result | None:
    started = time.monotonic()
    copy.write(mutant.path, mutant.after)
    try:
        outcome = run_tests(copy, mutant, covering)
    finally:
        copy.write(mutant.path, mutant.before)
    if outcome is None:
        return None
    seconds = round(time.monotonic() - started, 1)
    kind = language(mutant.path)
    return Result(kind, mutant.path, mutant.line, mutant.operator, mutant.diff, outcome.killed_by, seconds)


def report(results: list[Result]) -> bool:
    """Prints the score of each folder and language. Whether each language reaches its goal."""
    by_folder = collections.defaultdict(list)
    for result in results:
        by_folder[str(Path(result.path).parent)].append(bool(result.killed_by))
        by_folder[result.language].append(bool(result.killed_by))
    for folder, killed in sorted(by_folder.items(), key=lambda each: (each[0] in _GOALS, each[0])):
        print(f"{100 * sum(killed) / len(killed):5.1f} % of {len(killed):3}  {folder}")
    return all(
        100 * sum(by_folder[each]) >= goal * len(by_folder[each])
        for each, goal in _GOALS.items()
        if by_folder[each]
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=300, help="how many mutants, over all languages")
    parser.add_argument("--seed", default=time.strftime("%Y%m%d"), help="of the sample (the day)")
    parser.add_argument("--folder", default="", help="a folder: modgo_lsp/lint, udf/bind, libmod_go/src/elf")
    parser.add_argument("--jobs", type=int, default=2, help="how many mutants at a time")
    parser.add_argument("--resume", action="store_true", help="go on with a run of the same seed and sources")
    parser.add_argument(
        "--json", type=Path, default=FOLDER / "results.json", help="where the results go, as JSON"
    )
    options = parser.parse_args()
    known = read_killed(options.json) if options.resume else {}
    texts: dict[str, dict[str, str]] = collections.defaultdict(dict)
    for path, text in sources(options.folder).items():
        texts[language(path)][path] = text
    first = make_copy("copy0")
    unchanged = run_unchanged(first, [path for files in texts.values() for path in files])
    if unchanged.killed_by:
        print(f"without a mutant: {unchanged.killed_by}\n{unchanged.output[-2000:]}")
        return 2
    copies = [first, *(make_copy(f"copy{number}", first.root) for number in range(1, options.jobs))]
    covering = None
    if "Python" in texts:
        covering = record(first, python_tests(texts["Python"]), FOLDER / "covering", options.jobs)
    results: list[Result] = []
    shares = sum(_SHARES[each] for each in texts)
    try:
        for kind, files in texts.items():
            mutants = draw(files, f"{options.seed} {kind}")
            count = max(1, round(options.sample * _SHARES[kind] / shares))
            for result in measure(mutants, count, copies, known, covering):
                results.append(result)
                options.json.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1))
                if not result.killed_by:
                    print(
                        f"{result.path}:{result.line}: survived ({result.operator})\n{result.diff}",
                        flush=True,
                    )
    except KeyboardInterrupt:
        print("interrupted")
    print(f"\nseed {options.seed}, {len(results)} mutants: {options.json}")
    return 0 if report(results) else 1


if __name__ == "__main__":
    sys.exit(main())
