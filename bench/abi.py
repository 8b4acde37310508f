"""What a call costs from C into Go, beside an empty exported call: the way that every UDF takes in a host.

The loader's part of the figures that docs name; a server's own record comes with the server module.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.figures import ROOT, report

NAMES = {
    "empty": "a UDF that does nothing",
    "get_bin": "get an integer bin",
    "set_bin": "get and set an integer bin",
    "string_arg": "a string argument, get that bin",
    "list10": "a list of 10, give a new one",
    "map10": "a map of 10, give a new one",
}


def main() -> None:
    subprocess.run(["make", "-s", "-C", "libmod_go", "bench"], cwd=ROOT, check=True)
    program = ROOT / "target" / f"{platform.system()}-{platform.machine()}" / "bin" / "bench-call"
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder) / "floor.so"
        subprocess.run(
            [sys.executable, "-m", "modgo_lsp", "build", ROOT / "libmod_go/bench/floor", "-o", module],
            check=True,
            capture_output=True,
        )
        done = subprocess.run([program, module], check=True, capture_output=True, text=True)
    figures = {name: float(ns) for name, ns in (line.split() for line in done.stdout.splitlines())}
    floor = figures["floor"]
    report(
        "abi",
        {"floor_ns": floor, **{f"loader_{name}_ns": figures[name] for name in NAMES}},
        [
            ("floor: an empty exported Go function", f"{floor:.0f} ns", "1.0 ×"),
            *(
                (text, f"{figures[name]:.0f} ns", f"{figures[name] / floor:.1f} ×")
                for name, text in NAMES.items()
            ),
        ],
        ("C → Go, through the loader, best of 15", "a call", "to the floor"),
    )


if __name__ == "__main__":
    main()
