"""The times of everyday commands as whole processes: help, a build without changes, one after an edit."""

from __future__ import annotations

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
    report(
        "cli",
        {"help_ms": help_ms, "build_noop_ms": noop_ms, "build_edit_ms": edit_ms},
        [
            ("modgo --help", f"{help_ms:.0f} ms"),
            ("modgo build, nothing changed", f"{noop_ms:.0f} ms"),
            ("modgo build, one line changed", f"{edit_ms:.0f} ms"),
        ],
        ("whole process, median", "time"),
    )


if __name__ == "__main__":
    main()
