"""The language server beside gopls: the same files, the same edits, the same client, in one run.

Cold: the caches of each server are empty, and so is Go's build cache for gopls; the files have been read
before. Warm: the server is started again with its caches. Every time is from a message of the client, or from
the start of the process, to the answer. Memory is the sum of the resident sizes of a server and its children.

Typing goes in rounds, and the best one counts: on a shared machine everything sometimes takes ten times as
long for some hundredths of a second. The p99 of all rounds is shown beside it, with the p99 of fixed work of
the same length, done as often in this program.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.editing import Subject, Typist, probe, probes_until, subject, with_udfs
from bench.figures import ROOT, goal_rows, percentile, process_seconds, report
from bench.go_tools import go_tool, newest_go
from bench.go_trees import GoPackage, real_packages, write_tree
from bench.resident import Watch, resident_megabytes
from bench.server_report import LARGE_FILE, LINES, MANY_FILES, METHODS, PACKAGES, Figures, goals, rows
from tests.server.language_client import LanguageServer

STARTS = 7
ROUNDS = 5
# In each round.
EDITS, GOPLS_EDITS = 200, 12
REQUESTS, GOPLS_REQUESTS = 100, 8
HUGE_FILE = 10_000_000
# Seconds between two probes of the message loop.
_BETWEEN = 0.004


class Side(NamedTuple):
    """One of the two servers; `caches` are the environment variables for its cache folders."""

    prefix: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    caches: Sequence[str]

    @property
    def is_ours(self) -> bool:
        return self.prefix == ""

    @contextmanager
    def started(self, folder: Path, caches: Path) -> Iterator[LanguageServer]:
        """A server on a module, after the handshake. Its caches are in the folder `caches`."""
        folders = {name: str(caches / f"{self.prefix}{name.lower()}") for name in self.caches}
        server = LanguageServer(self.command, folder, {**self.environment, **folders})
        try:
            server.initialize()
            yield server
            server.close()
        finally:
            server.kill()


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    options.add_argument("--lines", type=int, default=LINES, help="how many are indexed")
    lines = options.parse_args().lines
    gopls = go_tool("gopls")
    version = subprocess.check_output([gopls, "version"], text=True).split()[1]
    settings = {**newest_go(), "GOFLAGS": "-mod=mod", "GOWORK": "off", "GOTOOLCHAIN": "local"}
    sides = (
        Side("", [sys.executable, "-m", "modgo_lsp", "lsp"], settings, ["XDG_CACHE_HOME"]),
        Side("gopls_", [gopls], settings, ["GOCACHE", "GOPLSCACHE"]),
    )
    with tempfile.TemporaryDirectory(prefix="modgo-bench-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        packages = real_packages(1000, scratch / "list", settings)
        load = os.getloadavg()[0]
        f = _one_file(sides, scratch)
        f |= _many_packages(sides, packages[:PACKAGES], scratch)
        f |= _many_files(sides, packages, scratch)
        f |= _huge_file(sides[0], scratch)
        f |= _index(sides[0], packages, lines, scratch)
    f["load"] = load
    about = f"Python {platform.python_version()}, load when it began: {load:.1f}"
    header = (about, "modgo", f"gopls {version}", "gopls / modgo")
    report("server", f, [*rows(f), *goal_rows(goals(f), 4)], header)


# --- the start


def _one_file(sides: Sequence[Side], scratch: Path) -> Figures:
    """Starts on a module of one file, in turn, so that a slow moment of the machine affects both."""
    source = _counters(scratch)
    found: dict[str, list[float]] = {}
    import_pygls = [sys.executable, "-c", "import pygls.lsp.server"]
    for number in range(STARTS + 1):
        state = "cold_ms" if number == 0 else "ms"
        found.setdefault("import_floor_ms", []).append(process_seconds(import_pygls, runs=1) * 1000)
        for side in sides:
            init, first = _first(side, subject(source), scratch / "one")
            found.setdefault(f"{side.prefix}init_{state}", []).append(init)
            found.setdefault(f"{side.prefix}first_diag_{state}", []).append(first)
    return {name: statistics.median(values) for name, values in found.items()}


def _counters(scratch: Path) -> Path:
    """A copy of the counters example that both servers can load offline."""
    package = scratch / "counters"
    shutil.copytree(ROOT / "examples" / "counters", package)
    subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "sdk", "install", "--write", "--path", package],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return package / "counters.go"


def _first(side: Side, place: Subject, caches: Path) -> tuple[float, float]:
    """Milliseconds to initialize and to the first diagnostics."""
    with side.started(place.path.parent, caches) as server:
        initialized = time.perf_counter() - server.started
        published = Typist(server, place, side.is_ours).open_with_mistake() - server.started
    return initialized * 1000, published * 1000


# --- a large module


def _many_packages(sides: Sequence[Side], packages: Sequence[GoPackage], scratch: Path) -> Figures:
    """Starts on a module of many packages, and typing in a large file of it."""
    tree = scratch / "module"
    f: Figures = {"module_lines": write_tree(tree, packages, with_udfs=True)}
    package, file = _large_file(tree, packages)
    with_udfs(package, file)
    place = subject(file)
    f["file_lines"] = place.text.count("\n")
    found: dict[str, list[float]] = {}
    for number, state in enumerate(("", "", "_warm", "_warm")):
        for side in sides:
            with side.started(tree, scratch / f"module-caches-{min(number, 1)}") as server:
                typist = Typist(server, place, side.is_ours)
                for name, value in _session(typist, side, state).items():
                    found.setdefault(name, []).append(value)
                if number == 3:
                    f |= _typing(typist, "edit", side)
                    f |= _requests(typist, "", side)
                    f[f"{side.prefix}rss_{PACKAGES}_mb"] = resident_megabytes(server.process.pid)
    # The better of two runs: the machine may have been busy during one.
    return {**{name: min(values) for name, values in found.items()}, **f}


def _session(typist: Typist, side: Side, state: str) -> Figures:
    """To the first diagnostics, and until the workspace is indexed."""
    server = typist.server
    with Watch(server.process.pid) as watch:
        first = typist.open_with_mistake() - server.started
        server.request("workspace/symbol", {"query": "add"})
        memory = resident_megabytes(server.process.pid)
    return {
        f"{side.prefix}first_diag_{PACKAGES}{state}_ms": first * 1000,
        f"{side.prefix}rss_{PACKAGES}_start{state}_mb": memory,
        f"{side.prefix}peak_{PACKAGES}{state}_mb": watch.peak,
    }


def _large_file(tree: Path, packages: Sequence[GoPackage]) -> tuple[GoPackage, Path]:
    """The smallest file of at least 3,000 lines."""
    sizes = [
        (count, number, name)
        for number, package in enumerate(packages)
        for name in package.files
        if (count := (tree / package.path / name).read_bytes().count(b"\n")) >= LARGE_FILE
        and name.endswith(".go")
    ]
    _, number, name = min(sizes)
    return packages[number], tree / packages[number].path / name


# --- a large package


def _many_files(sides: Sequence[Side], packages: Sequence[GoPackage], scratch: Path) -> Figures:
    """Typing in a package of many files, in a module of that and what it imports."""
    by_path = {package.path: package for package in packages}
    large = next(each for each in packages if len(_go_files(each)) >= MANY_FILES)
    tree = scratch / "package"
    write_tree(tree, list(_with_imports(large, by_path, set())), with_udfs=True)
    place = subject(tree / large.path / "zz_udfs.go")
    f: Figures = {"package_files": len(_go_files(large)) + 1}
    for side in sides:
        with side.started(tree, scratch / "package-caches") as server:
            typist = Typist(server, place, side.is_ours)
            typist.open_with_mistake()
            server.request("workspace/symbol", {"query": "add"})  # until it is indexed
            f |= _typing(typist, "package_edit", side)
            f |= _requests(typist, "package_", side)
    return f


def _go_files(package: GoPackage) -> list[str]:
    return [name for name in package.files if name.endswith(".go")]


def _with_imports(
    package: GoPackage, by_path: Mapping[str, GoPackage], seen: set[str]
) -> Iterator[GoPackage]:
    if package.path not in seen:
        seen.add(package.path)
        for path in package.imports:
            yield from _with_imports(by_path[path], by_path, seen)
        yield package


# --- typing


def _typing(typist: Typist, name: str, side: Side) -> Figures:
    count = EDITS if side.is_ours else GOPLS_EDITS
    f = _in_rounds(f"{side.prefix}{name}", partial(typist.edits, count))
    if side.is_ours:
        probes = [list(typist.probes(EDITS)) for _ in range(ROUNDS)]
        f |= {
            f"{name}_probe_max_ms": min(max(each) for each in probes),
            f"{name}_probe_all_max_ms": max(max(each) for each in probes),
        }
        f |= _in_rounds(f"{name}_same", _same_work)
    return f


def _same_work() -> Iterator[float]:
    """The milliseconds of fixed work of about the length of an edit, EDITS times."""
    text = json.dumps([{"name": f"name{n}", "line": n, "tags": ["a", str(n)]} for n in range(3000)])
    for _ in range(EDITS):
        begun = time.perf_counter()
        json.loads(text)
        yield (time.perf_counter() - begun) * 1000


def _requests(typist: Typist, name: str, side: Side) -> Figures:
    f: Figures = {}
    for what, method in METHODS.items():
        place = {"completion": typist.subject.complete, "hover": typist.subject.hover}.get(what)
        count = REQUESTS if side.is_ours else GOPLS_REQUESTS
        f |= _in_rounds(f"{side.prefix}{name}{what}", partial(typist.requests, method, place, count))
    return f


def _in_rounds(name: str, work: Callable[[], Iterator[float]]) -> Figures:
    """The percentiles of the best round, and the p99 of all."""
    rounds = [list(work()) for _ in range(ROUNDS)]
    return {
        f"{name}_p50_ms": min(percentile(samples, 0.5) for samples in rounds),
        f"{name}_p99_ms": min(percentile(samples, 0.99) for samples in rounds),
        f"{name}_all_p99_ms": percentile([each for samples in rounds for each in samples], 0.99),
    }


# --- a huge file


def _huge_file(side: Side, scratch: Path) -> Figures:
    """Opens a file of HUGE_FILE bytes, and probes the message loop meanwhile."""
    source = _counters(scratch / "huge")
    one = "// F%(n)d is one.\nfunc F%(n)d(a int) int {\n\tif a > 1 {\n\t\treturn %(n)d\n\t}\n\treturn a\n}\n"
    text = source.read_text() + "".join(one % {"n": n} for n in range(HUGE_FILE // len(one)))
    with side.started(source.parent, scratch / "huge-caches") as server:
        server.request("workspace/symbol", {"query": "add"})  # once everything is imported
        begun = time.perf_counter()
        uri = server.open(source, text)
        probes = list(probes_until(server, lambda: uri in server.pushed, _BETWEEN))
        seconds = time.perf_counter() - begun
    return {"huge_mb": len(text) / 1e6, "huge_s": seconds, "huge_probe_max_ms": max(probes)}


# --- the index


def _index(side: Side, packages: Sequence[GoPackage], lines: int, scratch: Path) -> Figures:
    """Indexes a workspace of many lines, and probes the message loop meanwhile."""
    tree, some, total = scratch / "index", [], 0
    for package in packages:
        if total < lines:
            some.append(package)
            files = (package.directory / name for name in _go_files(package))
            total += sum(file.read_bytes().count(b"\n") for file in files)
    f: Figures = {"index_lines": write_tree(tree, some, with_udfs=True), "index_packages": len(some)}
    for path in tree.rglob("*.go"):
        path.read_bytes()
    udfs = sum("testdata" not in package.path.split("/") for package in some)
    found: dict[str, list[float]] = {}
    for number in range(2):
        for state in ("", "_warm"):
            with side.started(tree, scratch / f"index-caches-{number}") as server:
                for name, value in _index_session(server, f"index{state}", udfs).items():
                    found.setdefault(name, []).append(value)
    f |= {name: (max if name.endswith("_mb") else min)(values) for name, values in found.items()}
    f["index_lines_per_s"] = f["index_lines"] / f["index_s"]
    return f


def _index_session(server: LanguageServer, name: str, udfs: int) -> Figures:
    probe(server)  # once everything is imported
    quiet = [probe(server) for _ in range(500)]
    begun = time.perf_counter()
    answer = server.ask("workspace/symbol", {"query": "add"})
    with Watch(server.process.pid) as watch:
        probes = list(probes_until(server, lambda: server.has_answer(answer), _BETWEEN))
    seconds = time.perf_counter() - begun
    if len(server.answer(answer)["result"]) < udfs:
        raise RuntimeError("the index lacks UDFs")
    return {
        f"{name}_s": seconds,
        f"{name}_probes": len(probes),
        f"{name}_probe_max_ms": max(probes),
        f"{name}_probe_p999_ms": percentile(probes, 0.999),
        f"{name}_quiet_max_ms": max(quiet),
        f"{name}_peak_mb": watch.peak,
        f"{name}_rss_mb": resident_megabytes(server.process.pid),
    }


if __name__ == "__main__":
    main()
