"""What a module prints while it is loaded or called."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.host import module as module_file
from modgo_lsp.host.fenced import Fence
from modgo_lsp.host.module import Module, printed_lines
from modgo_lsp.host.native import Native
from modgo_lsp.host.result import LogLine


def test_lines_are_printed_but_the_warning_of_coverage() -> None:
    text = "one\nwarning: GOCOVERDIR not set, no coverage data emitted\n\ntwo"
    assert printed_lines(text) == [LogLine("stdout", line) for line in ("one", "", "two")]


def unopened() -> Module:
    return Module(Native(Path("library"), Path("worker")), Path("m.so"), Fence(), 0)


def test_levels_have_names() -> None:
    module = unopened()
    for level in range(-1, 6):
        module._log(level, "text", "a.go:1")
    levels = ("info", "error", "warning", "info", "debug", "trace", "info")
    assert module.take_logs("last") == (
        *(LogLine(level, "text", "a.go:1") for level in levels),
        LogLine("stdout", "last"),
    )
    assert module.take_logs("") == ()
    module.close()


def test_what_one_call_logs_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_file, "_LOG_BYTES", 300)  # each line counts 100 more than its text
    module = unopened()
    for _ in range(2):
        for length in (50, 50, 1, 1):
            module._log(2, "x" * length, "a.go:1")
        assert module.take_logs("printed") == (
            LogLine("info", "x" * 50, "a.go:1"),
            LogLine("info", "x" * 50, "a.go:1"),
            LogLine("warning", "… further log lines of the call are dropped"),
            LogLine("stdout", "printed"),
        )
    module.close()
