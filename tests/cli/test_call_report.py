"""All that `modgo call` writes for results as they are: values, changes, logs and failures."""

from __future__ import annotations

import re

import pytest

from modgo_lsp.cli.call_report import show_log, show_one_of_many, show_outcome
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.host.result import CallResult, Failure, LogLine, NodeResult, NumberedResult, StreamResult
from modgo_lsp.host.run_call import Calls, Outcome
from modgo_lsp.host.sample import Record, parse_sample

Capture = pytest.CaptureFixture[str]

ONE, TWO = (parse_sample(f'{{"bins": {{"a": {number}, "s": "é"}}}}', "record") for number in (1, 2))
NONE = Record()
LOGS = (LogLine("info", "begins", "m.go:3"), LogLine("warning", "ends"))
CRASH = Failure("crash", "it ended", ("m.go:3", "n.go:4"), "see the log", "x.replay")
NODES = (NodeResult(1, ("é", 2), 1_500_000), NodeResult(2, (), 2_000_000))

# By name: the outcome, its standard output with and without times, and its standard error.
SHOWN: dict[str, tuple[Outcome, str, str, str]] = {
    "a value": (
        CallResult("f", NONE, NONE, "é", elapsed_ns=1_234_567),
        '[32]"é"[0]\n',
        "no write in 1.235 ms\n",
        "",
    ),
    "a change": (
        CallResult("f", ONE, TWO, operations=("create", "update"), logs=LOGS),
        '[32]null[0]\n  record ["test", "demo", "sample"]\n[31]- a: 1[0]\n[32]+ a: 2[0]\n  s: "é"\n'
        "  (generation 1, ttl 0)\n",
        "create, update in 0.000 ms\n",
        "info: m.go:3: begins\nwarning: ends\n",
    ),
    "a write that changes nothing": (
        CallResult("f", ONE, ONE, 1, ("update",)),
        "[32]1[0]\n",
        "update in 0.000 ms\n",
        "",
    ),
    "a failure": (
        CallResult("f", ONE, TWO, 1, ("update",), LOGS[1:], 5, CRASH),
        "",
        "",
        "warning: ends\n[31]crash[0]: it ended\n  at m.go:3\n  at n.go:4\nHelp: see the log\n"
        "Help: `modgo call --replay x.replay` repeats this call\n",
    ),
    "a stream": (
        StreamResult("f", (1, "é"), NODES, LOGS[1:], 3_000_000),
        '[32]1[0]\n[32]"é"[0]\n',
        "  node 1: 1 record → 2 values in 1.500 ms\n  node 2: 2 records → 0 values in 2.000 ms\n"
        "2 values in 3.000 ms\n",
        "warning: ends\n",
    ),
    "a stream that fails": (
        StreamResult("f", (1,), NODES, failure=Failure("udf", "enough")),
        "",
        "",
        "[31]udf[0]: enough\n",
    ),
}


def marked(text: str, is_coloured: bool) -> str:
    """The text with colours as [CODES], or without."""
    return re.sub(r"\x1b\[(\d+)m", r"[\1]", text) if is_coloured else re.sub(r"\[\d\d?\]", "", text)


@pytest.mark.parametrize("colour", ["never", "always"])
@pytest.mark.parametrize(("outcome", "out", "end", "error"), SHOWN.values(), ids=SHOWN)
def test_an_outcome(
    outcome: Outcome,
    out: str,
    end: str,
    error: str,
    colour: str,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(global_options(), "color", colour)
    for timed in (True, False):
        show_outcome(outcome, **({} if timed else {"timed": False}))
        expected = out + (end if timed else re.sub(r" in [\d.]+ ms", "", end))
        shown = [marked(text, True) for text in capsys.readouterr()]
        if colour == "never":
            expected, error = marked(expected, False), marked(error, False)
        assert shown == [expected, error]


def test_each_of_many_calls(capsys: Capture) -> None:
    show = show_one_of_many("a.jsonl")
    show(NumberedResult(3, CallResult("f", ONE, TWO, "é", ("read", "update"), LOGS)))
    logs = "a.jsonl:3: info: m.go:3: begins\na.jsonl:3: warning: ends\n"
    assert capsys.readouterr() == ('["test", "demo", "sample"]: "é"  read, update\n', logs)
    show(NumberedResult(4, CallResult("f", ONE, ONE, 1)))
    assert capsys.readouterr() == ('["test", "demo", "sample"]: 1\n', "")
    show(NumberedResult(5, CallResult("f", ONE, ONE, 1, failure=Failure("udf", "no"))))
    assert capsys.readouterr() == ("", "a.jsonl:5: udf: no\n")


@pytest.mark.parametrize(
    ("failed", "shown"), [(0, "3 calls, none failed, in 4.500 ms\n"), (2, "3 calls, 2 failed, in 4.500 ms\n")]
)
def test_the_summary_of_many_calls(failed: int, shown: str, capsys: Capture) -> None:
    failures = [Failure("udf", "no")] * failed + [None] * (3 - failed)
    results = [CallResult("f", ONE, ONE, elapsed_ns=1_500_000, failure=each) for each in failures]
    show_outcome(Calls(tuple(NumberedResult(line, each) for line, each in enumerate(results, 1))))
    assert capsys.readouterr() == (shown, "")


def test_a_line_of_a_log(capsys: Capture) -> None:
    for line in LOGS:
        show_log(line)
    assert capsys.readouterr() == ("", "info: m.go:3: begins\nwarning: ends\n")
