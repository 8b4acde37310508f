"""What a server keeps, however long it goes on.

More rounds with MODGO_EXAMPLES. Not for: what a client or a disk does to it (test_survival.py).
"""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from modgo_lsp.server.garbage import Sweep

from .conftest import UNREGISTERED
from .stdio import Start, at, between, settle

EXAMPLES = int(os.environ.get("MODGO_EXAMPLES", "50"))


def test_memory_stays_as_it_is_over_a_day(start: Start, module: Path) -> None:
    """Edits, new files, saves, settings and other branches, again and again."""
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
        told = {"changes": [{"uri": (module / "more.go").as_uri(), "type": 2}]}
        server.notify("workspace/didChangeWatchedFiles", told)
        lint = {"modgo": {"lint": {"ignore": ["MG5"] if number % 2 else []}}}
        server.notify("workspace/didChangeConfiguration", {"settings": lint})
        settle(server)
        sizes.append(process.memory_info().rss / 1024 / 1024)
    third = max(sizes[: rounds // 3])
    assert max(sizes[-rounds // 3 :]) < third * 1.1 + 5, sizes


def test_requests_leave_nothing_behind(start: Start, module: Path) -> None:
    """Thousands of them, with no pause in which all garbage could be looked for."""
    server = start()
    uri = server.open(module / "stats.go", UNREGISTERED)
    process = psutil.Process(server.process.pid)
    sizes = []
    for _ in range(4):
        for _ in range(500):
            assert at(server, uri)["result"]
            at(server, uri, "textDocument/nothing")
        sizes.append(process.memory_info().rss / 1024 / 1024)
    assert sizes[-1] - sizes[0] < 2, sizes


def test_what_was_let_go_of_is_freed_before_it_is_much() -> None:
    sweep = Sweep()
    assert sweep.seconds_left is None
    sweep.let_go()
    assert 20 < sweep.seconds_left <= 30
    for _ in range(15):
        sweep.let_go()
    assert sweep.seconds_left == 0
    sweep.do()
    assert sweep.seconds_left is None
    for _ in range(30):
        sweep.worked()
    assert 200 < sweep.seconds_left <= 300
