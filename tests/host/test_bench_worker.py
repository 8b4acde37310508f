"""The request to mod-go-bench, as libmod_go/src/bench/request.h describes it, and the JSON of its answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.host import bench_worker
from modgo_lsp.host.bench_worker import BenchFailedError, BenchWorker, Round, _request_lines
from modgo_lsp.host.fenced import _milliseconds
from modgo_lsp.host.msgpack_dialect import to_flat
from modgo_lsp.host.record import digest_of
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.result import Failure
from modgo_lsp.host.run_bench import Measured, Pair, Samples, _count_allocations, bench_json
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


def stand_in(folder: Path, begin: str, later: str = ":") -> BenchWorker:
    """A program that does `begin` after the request, and `later` with each line after that. It writes its
    arguments and what it reads into the folder."""
    program = folder / "program"
    program.write_text(
        f"""#!/bin/sh
cd {folder}
printf '%s\\n' "$@" > arguments
while read -r line; do echo "$line" >> request; [ "$line" = start ] && break; done
{begin}
while read -r line; do echo "$line" >> request; {later}; done
"""
    )
    program.chmod(0o755)
    work = Work("f", records=(), timeout=0.1, grants=("network", "read /a"))
    return BenchWorker(program, folder / "worker", folder / "m.so", "fenced", work)


async def test_what_a_worker_is_asked_and_answers(tmp_path: Path) -> None:
    answers = "round*) echo round 10 1.5 1 2 3;; *7) echo allocations 9;; *) echo allocations -;;"
    async with stand_in(tmp_path, "echo ready", f'case "$line" in {answers} esac') as worker:
        assert await worker.measure(0.25) == Round(10, 1.5, 1.0, 2.0, 3.0)
        assert await worker.allocations(7, 1) == 9
        assert await worker.allocations(8, 1) is None
    assert worker._process.returncode is not None
    asked = ["function 66", "timeout 100", "start", "round 250000000", "allocations 7", "allocations 8"]
    assert tmp_path.joinpath("request").read_text().splitlines() == asked
    arguments = ["fenced", str(tmp_path / "m.so"), str(tmp_path / "worker"), "network", "read /a"]
    assert tmp_path.joinpath("arguments").read_text().splitlines() == arguments


@pytest.mark.parametrize("is_later", [False, True])
@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ("echo failed 6f6f ff", Failure("udf", "f failed (fenced): oo\ufffd")),
        ("exec sleep 60", Failure("timeout", "f did not return within 0.1 s (fenced)")),
        (
            "printf 'x\\npanic: a\\n\\ngoroutine 1 [running]:\\nf()\\n\\t/m/a.go:3 +0x1\\n' >&2; exit 2",
            Failure("crash", "f: the module crashed its process: panic: a", ("a.go:3",)),
        ),
        (
            "echo what; exit 3",
            Failure(
                "crash", "f: the module ended its process with exit status 3 (os.Exit and log.Fatal do that)"
            ),
        ),
    ],
)
async def test_a_worker_that_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, failure: Failure, is_later: bool
) -> None:
    if failure.kind == "timeout" and not is_later:
        monkeypatch.setattr(bench_worker, "_START_SECONDS", 0.1)
    worker = stand_in(tmp_path, "echo ready" if is_later else answer, answer)
    with pytest.raises(BenchFailedError) as failed:
        async with worker:
            await worker._ask("round 1\n", "round", 0.2 if failure.kind == "timeout" else 60)
    assert failed.value.failure == failure
    assert worker._process.returncode is not None


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


async def test_allocations_are_counted_over_about_a_second_of_calls(tmp_path: Path) -> None:
    found = []
    async with stand_in(tmp_path, "echo ready", "echo allocations 30") as worker:
        for mean in (0.5, 100_000.0, 100_001.0, 4e8, 3e9):
            samples = Samples("f")
            samples.add("fenced", False, rounds(7.0)[0])
            samples.add("fenced", False, rounds(mean)[0])  # the last one counts
            samples.add("unfenced", False, rounds(7.0)[0])
            await _count_allocations(worker, False, "fenced", samples)
            fenced, unfenced = (pair.new.allocs for pair in samples.pairs)
            assert unfenced is None
            found.append(fenced)
    calls = [10_000, 10_000, 9_999, 2, 1]
    assert found == [30 / number for number in calls]
    asked = tmp_path.joinpath("request").read_text().splitlines()[3:]
    assert asked == [f"allocations {number}" for number in calls]


async def test_allocations_that_the_module_does_not_count_are_unknown(tmp_path: Path) -> None:
    samples = Samples("f")
    samples.add("fenced", False, rounds(7.0)[0])
    async with stand_in(tmp_path, "echo ready", "echo allocations -") as worker:
        await _count_allocations(worker, False, "fenced", samples)
    assert [pair.new.allocs for pair in samples.pairs] == [None]
