"""Everyday commands: the times of whole processes, and the calls per second of `modgo test`."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import ROOT, process_seconds, report

MODGO = [sys.executable, "-m", "modgo_lsp"]


def _edited_build(package: Path, output: Path, runs: int = 5) -> float:
    """Seconds of a build after a one-line edit."""
    source = package / "counters.go"
    text = source.read_text()
    samples = []
    for run in range(runs):
        source.write_text(text.replace("count += n", f"count += n + {run} - {run}"))
        start = time.perf_counter()
        subprocess.run([*MODGO, "build", package, "-o", output], check=True, capture_output=True)
        samples.append(time.perf_counter() - start)
    return statistics.median(samples)


def _calls_per_second(package: Path, runs: int = 5) -> float:
    """By 1,000 cases of a read-modify-write, as the command reports it: without the start of the process."""
    cases = [
        {
            "function": "add",
            "args": ["hits", 1, 1_000_000],
            "record": {"bins": {"hits": number}},
            "expect": {
                "result": number + 1,
                "record": {"bins": {"hits": number + 1}},
                "operations": ["update"],
            },
        }
        for number in range(1000)
    ]
    for old in (package / "testdata" / "udf").glob("*.case.*"):
        old.unlink()
    (package / "testdata" / "udf" / "bench.case.json").write_text(json.dumps(cases))
    rates = []
    for _ in range(runs):
        test = [*MODGO, "test", package, "-j", "1"]
        done = subprocess.run(test, check=True, capture_output=True, text=True)
        match = re.search(r"1000 passed in .* to load, then ([\d,]+) calls/s\)", done.stdout)
        assert match is not None, done.stdout
        rates.append(float(match[1].replace(",", "")))
    return statistics.median(rates)


def _new_to_green(folder: Path, name: str) -> float:
    """Seconds from nothing to a module that passes everything, by the commands that `modgo new` names."""
    module = folder / name
    # A module cache of its own: once it held another state of the SDK, plain Go never lists the new files.
    environment = {**os.environ, "GOMODCACHE": str(folder / "modules"), "GOFLAGS": "-modcacherw"}

    def run(*command: str, cwd: Path) -> None:
        subprocess.run(command, cwd=cwd, check=True, capture_output=True, env=environment)

    start = time.perf_counter()
    run(*MODGO, "new", name, cwd=folder)
    for command in ("lint", "build", "test"):
        run(*MODGO, command, cwd=module)
    for command in ("vet ./...", "test ./...", "mod tidy"):
        run("go", *command.split(), cwd=module)
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "counters"
        shutil.copytree(ROOT / "examples" / "counters", package)
        output = Path(folder) / "counters.so"
        build = [*MODGO, "build", package, "-o", output]
        subprocess.run(build, check=True, capture_output=True)
        help_ms = process_seconds([*MODGO, "--help"]) * 1000
        noop_ms = process_seconds(build, runs=5) * 1000
        edit_ms = _edited_build(package, output) * 1000
        calls_per_s = _calls_per_second(package)
        _new_to_green(Path(folder), "warm")  # fills Go's build cache
        green_s = statistics.median(_new_to_green(Path(folder), f"new{run}") for run in range(3))
    report(
        "cli",
        {
            "help_ms": help_ms,
            "build_noop_ms": noop_ms,
            "build_edit_ms": edit_ms,
            "cases_calls_per_s": calls_per_s,
            "new_to_green_s": green_s,
        },
        [
            ("modgo --help", f"{help_ms:.0f} ms"),
            ("modgo build, nothing changed", f"{noop_ms:.0f} ms"),
            ("modgo build, one line changed", f"{edit_ms:.0f} ms"),
            ("modgo test, one worker", f"{calls_per_s:,.0f} calls/s"),
            ("modgo new, lint, build, test, go vet, go test, go mod tidy", f"{green_s:.1f} s"),
        ],
        ("whole process, median", "time"),
    )


if __name__ == "__main__":
    main()
