"""The memory of a server that runs for long.

More rounds with MODGO_EXAMPLES.
"""

from __future__ import annotations

import os
import threading
from itertools import pairwise
from pathlib import Path

import msgspec
import psutil

from bench.resident import Watch

from .conftest import UNREGISTERED
from .stdio import Start, at, between, change, settle

EXAMPLES = int(os.environ.get("MODGO_EXAMPLES", "50"))


def test_memory_does_not_grow_over_a_day(start: Start, module: Path) -> None:
    """After many edits, new files, saves, settings and branches."""
    server = start()
    uri = server.open(module / "stats.go", UNREGISTERED)
    process = psutil.Process(server.process.pid)
    version, sizes = 1, []
    rounds = 3 * max(4, EXAMPLES // 8)
    for number in range(rounds):
        for step in range(40):
            version += 1
            text = UNREGISTERED.replace("n+1", f"n+1{number}{step}")
            server.change(
                uri, version, {"text": text} if step % 8 == 0 else between((step, 0), (step, 0), "\n")
            )
            if step % 4 == 0:
                server.diagnostics(uri, version, count=1)
                at(server, uri, "textDocument/completion")
                at(server, uri)
        other = server.open(module / f"other{number}" / "a.go", UNREGISTERED)
        server.diagnostics(other, 1, count=1)
        server.notify("textDocument/didClose", {"textDocument": {"uri": other}})
        (module / "more.go").write_text(f"package stats\n\nconst more = {number}\n")
        event = {"changes": [{"uri": (module / "more.go").as_uri(), "type": 2}]}
        server.notify("workspace/didChangeWatchedFiles", event)
        lint = {"modgo": {"lint": {"ignore": ["MG5"] if number % 2 else []}}}
        server.notify("workspace/didChangeConfiguration", {"settings": lint})
        settle(server)
        sizes.append(process.memory_info().rss / 1024 / 1024)
    third = max(sizes[: rounds // 3])
    assert max(sizes[-rounds // 3 :]) < third * 1.1 + 5, sizes


def test_requests_leave_no_memory_behind(start: Start, module: Path) -> None:
    """Thousands of them, without a pause for a full collection."""
    server = start()
    uri = server.open(module / "stats.go", UNREGISTERED)
    process = psutil.Process(server.process.pid)
    sizes = []
    for _ in range(4):
        for _ in range(500):
            assert at(server, uri)["result"]
            at(server, uri, "textDocument/nothing")
        sizes.append(process.memory_info().rss / 1024 / 1024)
    # A leak shows in every step; the allocator may take a large piece of memory once.
    assert min(after - before for before, after in pairwise(sizes)) < 0.5, sizes
    assert sizes[-1] - sizes[0] < 6, sizes


def lines(count: int) -> str:
    return "".join(f"func F{n}(a int) int {{\n\treturn {n}\n}}\n" for n in range(count))


def test_a_file_of_50_mb_is_not_analysed(start: Start, module: Path) -> None:
    """One finding reports it; a file that is small enough again is analysed."""
    server = start()
    path = module / "stats.go"
    uri = server.open(path, UNREGISTERED)
    server.diagnostics(uri, 1, count=1)
    large = UNREGISTERED + lines(1_300_000)
    assert len(large) > 50_000_000
    with Watch(server.process.pid) as watch:
        server.change(uri, 2, {"text": large})
        server.diagnostics(uri, 2, count=1)
        (found,) = server.pushed[uri]["diagnostics"]
        assert (found["code"], found["range"]["end"]) == ("MG410", {"line": 0, "character": 0})
        for method in ("documentSymbol", "foldingRange", "codeLens", "documentLink"):
            answer = server.request(f"textDocument/{method}", {"textDocument": {"uri": uri}})
            assert not answer, method
        assert not at(server, uri)["result"]
        for version in range(3, 103):
            place = (version * 10_000, 0)
            server.change(uri, version, between(place, place, "// é\n"))
        server.diagnostics(uri, 102, count=1)
        server.change(uri, 103, between((31, 0), (9_000_000, 0), ""))
        server.diagnostics(uri, 103, count=1)
    (found,) = server.pushed[uri]["diagnostics"]
    assert found["code"] == "MG101"
    # The message, its text, and the document with its edits.
    assert watch.peak < 4 * len(large) / 1e6 + 150, watch.peak


def test_a_burst_of_edits_takes_no_memory(start: Start, module: Path) -> None:
    """The newest text is analysed. Edits that come faster wait in the client."""
    server = start()
    text = UNREGISTERED + lines(500)
    uri = server.open(module / "stats.go", text)
    server.diagnostics(uri, 1, count=1)
    settle(server)
    edits = 10_000 if EXAMPLES < 1000 else 100_000
    bodies = [
        msgspec.json.encode(
            {
                "jsonrpc": "2.0",
                "method": "textDocument/didChange",
                "params": change(uri, version, between((version % 900 + 40, 0), (version % 900 + 40, 0))),
            }
        )
        for version in range(2, edits + 2)
    ]
    hundred_megabytes = "x" * 1_000_000
    other = server.open(module / "testdata" / "udf" / "add.record.json", "{}")
    with Watch(server.process.pid) as watch:
        sending = threading.Thread(
            target=server.send_bytes,
            args=(b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies),),
        )
        sending.start()
        while sending.is_alive():
            server.receive(0.05)
        for version in range(2, 102):
            server.change(other, version, {"text": hundred_megabytes})
        server.until(lambda: server.pushed[uri].get("version") == edits + 1, 60)
        settle(server)
    assert watch.peak < 200, watch.peak


def test_the_largest_file_that_is_analysed_is_a_setting(start: Start, module: Path) -> None:
    server = start()
    uri = server.open(module / "stats.go", UNREGISTERED + lines(1000))
    server.diagnostics(uri, 1, count=1)
    # More than is analysed by default; then more and less than the setting.
    for version, count, setting, code in (
        (2, 1000, None, "MG101"),
        (3, 1000, "1 kB", "MG410"),
        (4, 140_000, None, "MG410"),
        (5, 140_000, "8 MB", "MG101"),
        (6, 140_000, "4 MB", "MG410"),
        (7, 1000, "4 MB", "MG101"),
    ):
        lint = {} if setting is None else {"maxFileSize": setting}
        server.notify("workspace/didChangeConfiguration", {"settings": {"modgo": {"lint": lint}}})
        server.change(uri, version, {"text": UNREGISTERED + lines(count)})
        server.diagnostics(uri, version, count=1)
        settle(server)
        found = [each["code"] for each in server.pushed[uri]["diagnostics"]]
        assert found == [code], (version, found)
        server.change(uri, version, between((31, 0), (31, 0), "// é\n"))
        settle(server)
        found = [each["code"] for each in server.pushed[uri]["diagnostics"]]
        assert found == [code], (version, found)
