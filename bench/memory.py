"""The memory of the language server: while it indexes a million lines, with what a client can make it hold,
and after typing in a large module.

It is the sum of the resident sizes of the server and its children, sampled every 50 ms.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path

import msgspec

from bench.editing import Typist, subject
from bench.figures import Goal, goal_rows, report
from bench.go_tools import newest_go
from bench.go_trees import SDK, GoPackage, real_packages, write_tree
from bench.resident import Watch, resident_megabytes
from tests.server.language_client import LanguageServer

LINES, PACKAGES = 1_000_000, 300
BURST = 100_000
_COMMAND = [sys.executable, "-m", "modgo_lsp", "lsp"]
_STATUS = {"command": "modgo.status"}

Figures = dict[str, float]


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    options.add_argument("--lines", type=int, default=LINES, help="how many are indexed")
    lines = options.parse_args().lines
    with tempfile.TemporaryDirectory(prefix="modgo-bench-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        environment = {**newest_go(), "GOFLAGS": "-mod=mod", "GOWORK": "off", "GOTOOLCHAIN": "local"}
        packages = real_packages(1000, scratch / "list", environment)
        f: Figures = {}
        f |= _index(packages, lines, scratch / "index", environment)
        f |= _typing(packages[:PACKAGES], scratch / "typing", environment)
        for megabytes in (4, 10, 50):
            f |= _opened(megabytes, scratch / f"open-{megabytes}", environment)
        f |= _burst(scratch / "burst", environment)
    header = ("the server and its children", "figure", "")
    report("memory", f, [*_rows(f), *goal_rows(_goals(f), 3)], header)


@contextmanager
def _started(folder: Path, environment: Mapping[str, str]) -> Iterator[LanguageServer]:
    """A server with empty caches, once everything is imported."""
    with tempfile.TemporaryDirectory(prefix="modgo-bench-cache-") as caches:
        server = LanguageServer(_COMMAND, folder, {**environment, "XDG_CACHE_HOME": caches})
        try:
            server.initialize()
            server.request("workspace/executeCommand", _STATUS)
            yield server
            server.close()
        finally:
            server.kill()


def _index(
    packages: Sequence[GoPackage], lines: int, folder: Path, environment: Mapping[str, str]
) -> Figures:
    some: list[GoPackage] = []
    total = 0
    for package in packages:
        if total < lines:
            some.append(package)
            files = (package.directory / name for name in package.files if name.endswith(".go"))
            total += sum(file.read_bytes().count(b"\n") for file in files)
    f: Figures = {"index_lines": write_tree(folder, some, with_udfs=True)}
    with _started(folder, environment) as server, Watch(server.process.pid) as watch:
        begun = time.perf_counter()
        server.request("workspace/symbol", {"query": "add"}, seconds=600)
        f["index_s"] = time.perf_counter() - begun
    return {**f, "index_1m_lines_mb": watch.peak}


def _typing(packages: Sequence[GoPackage], folder: Path, environment: Mapping[str, str]) -> Figures:
    write_tree(folder, packages, with_udfs=True)
    place = subject(max(folder.rglob("zz_udfs.go"), key=lambda each: each.stat().st_size))
    with _started(folder, environment) as server:
        typist = Typist(server, place, is_ours=True)
        typist.open_with_mistake()
        server.request("workspace/symbol", {"query": "add"}, seconds=600)
        for _ in typist.edits(200):
            pass
        return {f"rss_{PACKAGES}_mb": resident_megabytes(server.process.pid)}


def _module(folder: Path) -> str:
    """A module of one UDF. Returns the text of its file."""
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text(f"module example.com/large\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n")
    return f'package large\n\nimport "{SDK}"\n\nfunc init() {{\n\tudf.Register("add", Add)\n}}\n\n' + (
        "func Add(a, b int64) int64 {\n\treturn a + b\n}\n"
    )


def _functions() -> Iterator[str]:
    for number in count():
        yield f"// F{number} is one.\nfunc F{number}(a int) int {{\n"
        yield "\tif a > 1 {\n\t\treturn a\n\t}\n\treturn 1\n}\n"


def _opened(megabytes: int, folder: Path, environment: Mapping[str, str]) -> Figures:
    """Opens and edits a file of so many megabytes."""
    text, size, functions = [_module(folder)], 0, _functions()
    while size < megabytes * 1_000_000:
        text.append(next(functions))
        size += len(text[-1])
    with _started(folder, environment) as server, Watch(server.process.pid) as watch:
        begun = time.perf_counter()
        uri = server.open(folder / "a.go", "".join(text))
        server.until(lambda: uri in server.pushed, 120)
        seconds = time.perf_counter() - begun
        for version in range(2, 22):
            place = {"line": 100 * version, "character": 0}
            server.change(uri, version, {"range": {"start": place, "end": place}, "text": "// more\n"})
        server.until(lambda: server.pushed[uri].get("version") == 21, 120)
        after = resident_megabytes(server.process.pid)
    name = f"open_{megabytes}mb"
    return {f"{name}_mb": watch.peak, f"{name}_after_mb": after, f"{name}_s": seconds}


def _burst(folder: Path, environment: Mapping[str, str]) -> Figures:
    """Sends edits as fast as the server reads them."""
    text = _module(folder) + "".join(islice(_functions(), 1000))
    with _started(folder, environment) as server, Watch(server.process.pid) as watch:
        uri = server.open(folder / "a.go", text)
        server.until(lambda: uri in server.pushed)
        messages = bytearray()
        for version in range(2, BURST + 2):
            place = {"line": version % 3000 + 20, "character": 0}
            change = {"range": {"start": place, "end": place}, "text": "x"}
            document = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
            message = {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": document}
            body = msgspec.json.encode(message)
            messages += b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        begun = time.perf_counter()
        _send_while_reading(server, bytes(messages))
        server.until(lambda: server.pushed[uri].get("version") == BURST + 1, 300)
        seconds = time.perf_counter() - begun
    return {"burst_100k_mb": watch.peak, "burst_100k_s": seconds}


def _send_while_reading(server: LanguageServer, messages: bytes) -> None:
    sending = threading.Thread(target=server.send_bytes, args=(messages,))
    sending.start()
    while sending.is_alive():
        server.receive(0.05)


def _rows(f: Figures) -> Iterator[tuple[str, ...]]:
    def row(
        what: str, key: str, show: Callable[[float], str] = lambda value: f"{value:.0f} MB"
    ) -> tuple[str, ...]:
        return what, show(f[key]), ""

    yield row(f"index of {f['index_lines']:,.0f} lines: the most", "index_1m_lines_mb")
    yield row("the time it takes", "index_s", lambda value: f"{value:.1f} s")
    yield row(f"{PACKAGES} packages, after typing", f"rss_{PACKAGES}_mb")
    for megabytes in (4, 10, 50):
        yield row(f"a file of {megabytes} MB, opened and edited: the most", f"open_{megabytes}mb_mb")
        yield row("afterwards", f"open_{megabytes}mb_after_mb")
    yield row(f"{BURST:,} edits at once: the most", "burst_100k_mb")
    yield row("the time they take", "burst_100k_s", lambda value: f"{value:.1f} s")


def _goals(f: Figures) -> Iterator[Goal]:
    for text, key, most in (
        ("index of a million lines: 500 MB at most", "index_1m_lines_mb", 500),
        ("50 MB opened: 300 MB at most beside the text", "open_50mb_mb", 350),
        ("a burst of edits: 300 MB at most", "burst_100k_mb", 300),
    ):
        yield Goal(text, f"{f[key]:.0f} MB", f[key] <= most)


if __name__ == "__main__":
    main()
