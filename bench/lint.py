"""How long `modgo lint` takes on one file, as a whole process, beside the floor of the interpreter itself."""

from __future__ import annotations

import sys

from bench.figures import ROOT, peak_megabytes, process_seconds, report

EXAMPLE = ROOT / "examples" / "counters" / "counters.go"


def main() -> None:
    lint = [sys.executable, "-m", "modgo_lsp", "lint", EXAMPLE]
    python = process_seconds([sys.executable, "-c", "pass"]) * 1000
    start = process_seconds(lint) * 1000
    memory = peak_megabytes(lint)
    report(
        "lint",
        {"start_ms": start, "start_mb": memory, "python_ms": python},
        [
            ("modgo lint, one file", f"{start:.0f} ms", f"{start / python:.1f} ×", f"{memory:.0f} MB"),
            ("floor: python -c pass", f"{python:.0f} ms", "1.0 ×", ""),
        ],
        ("whole process, median of 7", "time", "to the floor", "peak memory"),
    )


if __name__ == "__main__":
    main()
