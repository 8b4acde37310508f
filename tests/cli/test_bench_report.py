"""The tables of `modgo bench` for measurements as they are."""

from __future__ import annotations

import re

import pytest

from modgo_lsp.cli import bench_report
from modgo_lsp.cli.bench_report import show_bench
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.host.bench_worker import Mode, Round
from modgo_lsp.host.run_bench import Measured, Pair

Capture = pytest.CaptureFixture[str]


def measured(mode: Mode, mean: float, allocs: float | None, rounds: int = 10) -> Measured:
    samples = [Round(1000, mean + n, mean / 2, mean * 2, 40.0) for n in range(rounds)]
    return Measured("f", mode, tuple(samples), allocs)


def shown(capsys: Capture, *pairs: Pair) -> list[list[str]]:
    """The cells of the lines."""
    show_bench(pairs)
    return [re.split(r"  +", line) for line in capsys.readouterr().out.splitlines()]


def test_both_modes(capsys: Capture) -> None:
    found = shown(capsys, Pair(measured("unfenced", 100, 2)), Pair(measured("fenced", 5000, 12345.6)))
    assert found == [
        ["mode", "time/call", "p50", "p99", "allocs/call", "floor"],
        ["unfenced", "104 ns ± 3%", "50 ns", "200 ns", "2", "40 ns"],
        ["fenced", "5 µs ± 0%", "2.5 µs", "10 µs", "1.235e+04", "40 ns"],
        [""],
        ["The fence costs 4.9 µs a call (47.9 times as long)."],
        ["Medians of 10 samples with their 95 % confidence interval; 20,000 calls."],
    ]


def test_a_module_that_does_not_count_allocations(capsys: Capture) -> None:
    found = shown(capsys, Pair(measured("fenced", 100, None, rounds=1)))
    assert found == [
        ["mode", "time/call", "p50", "p99", "allocs/call", "floor"],
        ["fenced", "100 ns ± ∞", "50 ns", "200 ns", "unknown", "40 ns"],
        [""],
        ["Medians of 1 sample with their 95 % confidence interval; 1,000 calls."],
        ["Allocations: the module does not count them; build it again with this modgo."],
    ]


def test_what_has_changed(capsys: Capture) -> None:
    pairs = [
        Pair(measured("unfenced", 200, 1), measured("unfenced", 100, 3)),
        Pair(measured("fenced", 1000, 2), measured("fenced", 4000, 2)),
        Pair(measured("fenced", 1000, 2), measured("fenced", 1000, None)),
    ]
    found = shown(capsys, *pairs)
    assert found[4:9] == [
        [""],
        ["mode", "old", "new", "change", "confidence", "allocs/call"],
        ["unfenced", "104 ns ± 3%", "204 ns ± 2%", "+95.7% (slower)", "p=0.000 n=10+10", "3→1"],
        ["fenced", "4 µs ± 0%", "1 µs ± 0%", "-74.9% (faster)", "p=0.000 n=10+10", "2→2"],
        ["fenced", "1 µs ± 0%", "1 µs ± 0%", "no change found", "p=1.000 n=10+10", "?→2"],
    ]


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(0, "0 ns"), (999.4, "999 ns"), (1000, "1 µs"), (1234.5, "1.23 µs"), (-2e6, "-2 ms"), (3.5e9, "3.5 s")],
)
def test_times(nanoseconds: float, text: str) -> None:
    assert bench_report._time(nanoseconds) == text


def test_columns_and_colours(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(global_options(), "color", "always")
    faster = Pair(measured("fenced", 1000, 2), measured("fenced", 4000, 2))
    slower = Pair(measured("unfenced", 200, 1), measured("unfenced", 100, 3))
    same = Pair(measured("unfenced", 200, 1), measured("unfenced", 200, 1))
    show_bench([faster, slower, same, Pair(measured("fenced", 100, None))])
    shown = capsys.readouterr().out.replace("\x1b", "")
    assert shown.splitlines()[:10] == [
        "mode        time/call     p50     p99  allocs/call  floor",
        "fenced      1 µs ± 0%  500 ns    2 µs            2  40 ns",
        "unfenced  204 ns ± 2%  100 ns  400 ns            1  40 ns",
        "unfenced  204 ns ± 2%  100 ns  400 ns            1  40 ns",
        "fenced    104 ns ± 3%   50 ns  200 ns      unknown  40 ns",
        "",
        "mode              old          new           change       confidence  allocs/call",
        "[32mfenced      4 µs ± 0%    1 µs ± 0%  -74.9% (faster)  p=0.000 n=10+10          2→2[0m",
        "[31munfenced  104 ns ± 3%  204 ns ± 2%  +95.7% (slower)  p=0.000 n=10+10          3→1[0m",
        "unfenced  204 ns ± 2%  204 ns ± 2%  no change found  p=1.000 n=10+10          1→1",
    ]
    # Some of the modules count allocations.
    assert "Allocations" not in shown
