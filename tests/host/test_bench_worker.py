"""The request to mod-go-bench, as libmod_go/src/bench/request.h describes it, and the JSON of its answers."""

from __future__ import annotations

import pytest

from modgo_lsp.host.bench_worker import Round, _request_lines
from modgo_lsp.host.fenced import _milliseconds
from modgo_lsp.host.msgpack_dialect import to_flat
from modgo_lsp.host.record import digest_of
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.run_bench import Measured, Pair, Samples, bench_json
from modgo_lsp.host.run_call import Work
from modgo_lsp.host.sample import Record


def test_the_request_of_a_call() -> None:
    records = [Record("n", "", "k", {"a": -1, "b": "xy"}, 2, 3, 4), Record("n", "s", None)]
    digest = (digest_of("", to_flat("k")) or b"").hex() or "-"
    numbered = tuple(NumberedRecord(number, each) for number, each in enumerate(records, 1))
    assert list(_request_lines(Work("fn", (1, b"\xff"), records=numbered, timeout=1.5))) == [
        "function 666e",
        "timeout 1500",
        "argument 2 1 -",
        "argument 5 0 ff",
        f"record 2 3 4 6e - {digest} 4 0 6b",
        "bin 61 2 -1 -",
        "bin 62 4 0 7879",
        "record 0 0 0 6e 73 - 0 0 -",
        "start",
    ]


def test_the_request_of_a_stream() -> None:
    lines = list(_request_lines(Work("f", shape="stream", records=(), timeout=0.0001)))
    assert lines == ["function 66", "stream", "timeout 1", "start"]


@pytest.mark.parametrize(
    ("seconds", "milliseconds"),
    [(0, 1), (0.0001, 1), (0.001, 1), (0.0026, 3), (1.5, 1500), (4294967.295, 0xFFFFFFFF), (5e6, 0xFFFFFFFF)],
)
def test_a_limit_of_time_fits_into_32_bits_and_is_never_0(seconds: float, milliseconds: int) -> None:
    assert _milliseconds(seconds) == milliseconds


def rounds(*means: float) -> tuple[Round, ...]:
    return tuple(Round(10, mean, mean + 1.25, mean + 2.25, mean / 100) for mean in means)


NEW = {
    "function": "f",
    "mode": "fenced",
    "ns_per_call": 300.0,
    "p50_ns": 301.2,
    "p99_ns": 302.2,
    "allocs": 1.23,
    "floor_ns": 3.0,
}


@pytest.mark.parametrize(
    ("old", "change", "p", "verdict"),
    [
        ((300.0, 100.0, 500.0, 200.0, 400.0), None, 1.0, "unchanged"),
        ((3000.0, 1000.0, 5000.0, 2000.0, 4000.0), -0.9, 0.007937, "faster"),
        ((30.0, 10.0, 50.0, 20.0, 40.0), 9.0, 0.007937, "slower"),
    ],
)
def test_the_json_of_a_comparison(
    old: tuple[float, ...], change: float | None, p: float, verdict: str
) -> None:
    new = Measured("f", "fenced", rounds(100, 500, 200, 400, 300), 1.234)
    (alone,) = bench_json([Pair(new)])
    assert alone == NEW
    before = Measured("f", "fenced", rounds(*old))
    (row,) = bench_json([Pair(new, before)])
    compare = row.pop("compare")
    assert row == NEW
    assert compare["old"] == bench_json([Pair(before)])[0]
    assert compare["old"]["allocs"] is None
    assert (compare["change"], compare["p"], compare["verdict"]) == (pytest.approx(change), p, verdict)


def test_samples_are_paired_by_mode() -> None:
    samples = Samples("f")
    assert samples.pairs == ()
    one, two, three = rounds(1, 2, 3)
    samples.add("unfenced", False, one)
    samples.add("unfenced", False, two)
    samples.add("fenced", True, three)  # interrupted before the new one
    samples.set_allocations("unfenced", False, 5.0)
    assert samples.pairs == (Pair(Measured("f", "unfenced", (one, two), 5.0)),)
    samples.add("fenced", False, one)
    samples.set_allocations("fenced", True, 6.0)
    assert samples.pairs == (
        Pair(Measured("f", "fenced", (one,)), Measured("f", "fenced", (three,), 6.0)),
        Pair(Measured("f", "unfenced", (one, two), 5.0)),
    )
