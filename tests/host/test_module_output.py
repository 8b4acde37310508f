"""What a module prints while it is loaded or called."""

from __future__ import annotations

from modgo_lsp.host.module import printed_lines
from modgo_lsp.host.result import LogLine


def test_lines_are_printed_but_the_warning_of_coverage() -> None:
    text = "one\nwarning: GOCOVERDIR not set, no coverage data emitted\n\ntwo"
    assert printed_lines(text) == [LogLine("stdout", line) for line in ("one", "", "two")]
