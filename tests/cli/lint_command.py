"""A Go module, and `modgo lint` run on it as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

GO_MOD = "module example.com/shop\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"
CLEAN = """package counters

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("add", Add)
}

func Add(rec *udf.Record, n int64) int64 { return n }
"""
FORGOTTEN = "\nfunc Größe(rec *udf.Record) {}\n\nfunc Sub(rec *udf.Record) {}\n"
MISNAMED = 'var _ = udf.Register("mul-by", func() {})\n'


def counters_module(folder: Path) -> Path:
    """Writes the module to a folder."""
    (folder / "go.mod").write_text(GO_MOD)
    package = folder / "counters"
    package.mkdir()
    (package / "counters.go").write_text(CLEAN)
    return folder


def modgo(
    folder: Path, *arguments: str, stdin: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "lint", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def append(folder: Path, text: str) -> Path:
    path = folder / "counters" / "counters.go"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return path
