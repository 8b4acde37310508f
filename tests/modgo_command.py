"""Runs the command line of this checkout as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[1]


def modgo(
    *words: object, cwd: Path | None = None, lines: str = "", seconds: float = 300, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs `modgo` with these words, with `lines` as its standard input, for at most `seconds`."""
    return subprocess.run(
        [sys.executable, "-m", "modgo_lsp", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(_ROOT), **environment},
        input=lines,
        capture_output=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
