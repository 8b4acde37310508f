"""`modgo lint` beside `go vet` and `staticcheck`: on the same trees of real Go code, cold and warm.

Cold: the caches of each tool are empty, and so is Go's build cache for each of the two; the files have been
read before. Warm: further runs of the same. The tools take turns, so that other work of the machine affects
all of them. Ratios are of wall-clock time and, in parentheses, of processor time, which a busy machine
changes less. The goals are set for `--packages 1000`; the default takes a few minutes on two cores.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.figures import ROOT, Goal, goal_rows, peak_megabytes, process_seconds, report
from bench.go_tools import go_tool, newest_go
from bench.go_trees import GoPackage, real_packages, write_generated, write_tree

EXAMPLE = ROOT / "examples" / "counters" / "counters.go"
MODGO = [sys.executable, "-m", "modgo_lsp", "lint", "--exit-zero"]
PACKAGES, DEFAULT_PACKAGES = 1000, 200
SIZES = 4  # trees of different sizes, each twice as large as the one before
WARM_RUNS = 5
REGISTRATIONS = (5_000, 20_000)  # of one generated file


class Spent(NamedTuple):
    """Wall-clock seconds, and processor seconds, which a busy machine changes less."""

    wall: float
    cpu: float


class Beside(NamedTuple):
    """The times of the tools for one tree: cold and warm."""

    modgo: tuple[Spent, Spent]
    vet: tuple[Spent, Spent]
    staticcheck: tuple[Spent, Spent]


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    options.add_argument("--packages", type=int, default=DEFAULT_PACKAGES, help="how many, of at most 1000")
    count = options.parse_args().packages
    environment = _environment()
    os.environ.update(environment)
    with tempfile.TemporaryDirectory(prefix="modgo-bench-") as scratch:
        _measure(count, Path(scratch), go_tool("staticcheck"))


def _environment() -> dict[str, str]:
    """The environment: the newest Go, and none of the caller's settings."""
    return {"GOFLAGS": "-mod=mod", "GOWORK": "off", "GOTOOLCHAIN": "local", **newest_go()}


def _measure(count: int, scratch: Path, staticcheck: Path) -> None:
    packages = real_packages(count, scratch / "list", {})
    f: dict[str, float] = {"packages": float(count), **_start()}
    udfs, plain = scratch / "udfs", scratch / "plain"
    f["lines"] = write_tree(udfs, packages, with_udfs=True)
    f["plain_lines"] = write_tree(plain, packages, with_udfs=False)
    beside = {tree: _beside(tree, scratch, staticcheck) for tree in (udfs, plain)}
    f["stat_s"] = _stat_seconds(udfs)
    f |= _figures("", beside[udfs]) | _figures("plain_", beside[plain])
    f["lines_per_s_core"] = f["lines"] / _on_one_core(udfs, scratch)
    f |= {f"registrations_{many}_cpu_s": _generated(many, scratch) for many in REGISTRATIONS}
    growth = list(_growth(packages, scratch))
    for index, (lines, spent) in enumerate(growth, 1):
        f[f"size{index}_lines"], f[f"size{index}_cpu_s"] = lines, spent
    rows = [*_rows(f), *_growth_rows(f, growth)]
    header = (f"{count} packages of real code, in one Go module", "cold", "to modgo", "warm", "to modgo")
    report("lint", f, [*rows, *goal_rows(_goals(f, growth), 5)], header)
    if count < PACKAGES:
        print(f"The goals are set for {PACKAGES} packages: make bench-lint BENCH='--packages {PACKAGES}'")


def _start() -> dict[str, float]:
    """The times of a run on one file: without and with cached results."""
    uncached = [*MODGO, "--no-cache", EXAMPLE]
    return {
        "python_ms": process_seconds([sys.executable, "-c", "pass"]) * 1000,
        "start_ms": process_seconds(uncached, runs=15, best=True) * 1000,
        "start_mb": peak_megabytes(uncached),
        "start_warm_ms": process_seconds([*MODGO, EXAMPLE]) * 1000,
    }


# --- the same tree by three tools


class Tool(NamedTuple):
    """A command, the folders of its caches, and the pattern of a line that reports code which could not be
    analysed. Findings are not a failure, but that is."""

    command: Sequence[str | Path]
    caches: Mapping[str, str]
    failure: str


def _beside(tree: Path, scratch: Path, staticcheck: Path) -> Beside:
    caches = scratch / f"caches-{tree.name}"
    modgo = [
        Tool(MODGO, {"XDG_CACHE_HOME": str(caches / f"modgo-{number}")}, r"^Error: .*") for number in range(3)
    ]
    vet = Tool(["go", "vet", "./..."], {"GOCACHE": str(caches / "vet")}, r"^vet: .*")
    check = Tool(
        [staticcheck, "./..."],
        {"GOCACHE": str(caches / "check"), "STATICCHECK_CACHE": str(caches / "staticcheck")},
        r"^.*\(compile\)$",
    )
    _stat_seconds(tree)
    for path in tree.rglob("*.go"):
        path.read_bytes()
    cold = [_cold(tool, tree) for tool in (modgo[0], vet, modgo[1], check, modgo[2])]
    turns = [
        [_run(each.command, tree, each.caches)[0] for each in (modgo[0], vet, check)]
        for _ in range(WARM_RUNS)
    ]
    warm = [_median(spent) for spent in zip(*turns, strict=True)]
    return Beside((_median(cold[::2]), warm[0]), (cold[1], warm[1]), (cold[3], warm[2]))


def _cold(tool: Tool, tree: Path) -> Spent:
    spent, output = _run(tool.command, tree, tool.caches)
    print(f"{tree.name}: {Path(tool.command[0]).name} took {spent.wall:.1f} s, cold", file=sys.stderr)
    if failed := re.search(tool.failure, output, re.MULTILINE):
        raise RuntimeError(f"{tool.command[0]} could not look at all of the code: {failed[0]}")
    return spent


def _median(several: Sequence[Spent]) -> Spent:
    return Spent(*(statistics.median(values) for values in zip(*several, strict=True)))


def _run(command: Sequence[str | Path], tree: Path, environment: Mapping[str, str]) -> tuple[Spent, str]:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command,
        cwd=tree,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall, cpu), done.stdout


def _stat_seconds(tree: Path) -> float:
    """A bare stat of every file below a folder, by a program that is already running; the best of five."""
    samples = []
    for _ in range(5):
        start = time.perf_counter()
        pending = [str(tree)]
        while pending:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    else:
                        entry.stat()
        samples.append(time.perf_counter() - start)
    return min(samples)


# --- how it grows


def _on_one_core(tree: Path, scratch: Path) -> float:
    """The processor seconds for a tree, on one core."""
    with _one_core():
        return _run([*MODGO, "--no-cache"], tree, {"XDG_CACHE_HOME": str(scratch / "one-core")})[0].cpu


@contextmanager
def _one_core() -> Iterator[None]:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _growth(packages: Sequence[GoPackage], scratch: Path) -> Iterator[tuple[int, float]]:
    """Lines and processor seconds of trees, each twice as large as the one before."""
    for halvings in reversed(range(SIZES)):
        some = packages[: len(packages) >> halvings]
        tree = scratch / f"size-{len(some)}"
        lines = write_tree(tree, some, with_udfs=True)
        # The better of two: a busy machine may slow down during one.
        yield lines, min(_on_one_core(tree, scratch) for _ in range(2))
        shutil.rmtree(tree)


def _generated(count: int, scratch: Path) -> float:
    """The processor seconds for one file with so many registrations."""
    tree = scratch / f"generated-{count}"
    write_generated(tree, count)
    return _on_one_core(tree, scratch)


# --- report


def _figures(prefix: str, beside: Beside) -> dict[str, float]:
    named = {"": beside.modgo, "vet_": beside.vet, "staticcheck_": beside.staticcheck}
    return {
        f"{prefix}{tool}{state}_{unit}": value
        for tool, both in named.items()
        for state, spent in zip(("cold", "warm"), both, strict=True)
        for unit, value in (("s", spent.wall), ("cpu_s", spent.cpu))
    }


def _rows(f: Mapping[str, float]) -> Iterator[tuple[str, ...]]:
    for prefix, what in (("", "UDFs in every package"), ("plain_", "no UDFs")):
        yield f"[bold]{what}[/], {f[prefix + 'lines']:,.0f} lines", "", "", "", ""
        for tool in ("", "vet_", "staticcheck_"):
            row = ["go vet" if tool == "vet_" else tool.rstrip("_") or "modgo lint"]
            for state in ("cold", "warm"):
                seconds, ours = f[f"{prefix}{tool}{state}_s"], f[f"{prefix}{state}_s"]
                cpu, our_cpu = f[f"{prefix}{tool}{state}_cpu_s"], f[f"{prefix}{state}_cpu_s"]
                row += [f"{seconds:.2f} s", f"{seconds / ours:.1f} × ({cpu / our_cpu:.1f})" if tool else ""]
            yield tuple(row)
    yield "[bold]one file[/]", "", "", "", ""
    yield f"uncached; {f['start_mb']:.0f} MB at most", f"{f['start_ms']:.0f} ms", "", "", ""
    yield "with cached results", "", "", f"{f['start_warm_ms']:.0f} ms", ""
    yield "python -c pass", f"{f['python_ms']:.0f} ms", "", "", ""
    yield "a bare stat of the tree", "", "", f"{f['stat_s'] * 1000:.0f} ms", ""


def _growth_rows(f: Mapping[str, float], growth: Sequence[tuple[int, float]]) -> Iterator[tuple[str, ...]]:
    yield "[bold]one core, cold[/]", "", "", "", ""
    for lines, spent in growth:
        yield f"{lines:,} lines", f"{spent:.2f} s", f"{lines / spent:,.0f} lines/s", "", ""
    for many in REGISTRATIONS:
        spent = f[f"registrations_{many}_cpu_s"]
        yield f"one file with {many:,} UDFs", f"{spent:.2f} s", f"{many / spent:,.0f} UDFs/s", "", ""


def _goals(f: Mapping[str, float], growth: Sequence[tuple[int, float]]) -> Iterator[Goal]:
    for prefix, tree in (("", "with UDFs"), ("plain_", "without")):
        for state, times in (("cold", 10), ("warm", 8)):
            peers = (f[f"{prefix}{peer}_{state}_s"] for peer in ("vet", "staticcheck"))
            ratio = min(peers) / f[f"{prefix}{state}_s"]
            yield Goal(f"{tree}, {state}: {times} × faster than both", f"{ratio:.1f} ×", ratio >= times)
        floor = f["start_warm_ms"] / 1000 + f["stat_s"]
        ratio = f[f"{prefix}warm_s"] / floor
        yield Goal(f"{tree}, warm: 3 × a start and a stat of the tree", f"{ratio:.1f} ×", ratio <= 3)
    yield Goal("one file uncached: 150 ms", f"{f['start_ms']:.0f} ms", f["start_ms"] <= 150)
    yield Goal("one file uncached: 60 MB", f"{f['start_mb']:.0f} MB", f["start_mb"] <= 60)
    paces = [lines / spent for lines, spent in growth]
    slower = max(paces) / paces[-1]
    yield Goal("grows no faster than the lines: 1.5 × a line at most", f"{slower:.2f} ×", slower <= 1.5)
    small, large = (f[f"registrations_{many}_cpu_s"] / many for many in REGISTRATIONS)
    slower = large / small
    yield Goal("nor than a file's UDFs: 1.5 × one at most", f"{slower:.2f} ×", slower <= 1.5)


if __name__ == "__main__":
    main()
