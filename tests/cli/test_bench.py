"""`modgo bench` as a process: what it measures, how it compares, and functions that fail."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[2]
GO = """package bench

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

var sink []*[64]byte

// allocates makes n objects, and changes the record.
func allocates(rec *udf.Record, n int64) int64 {
	fmt.Println("printed") // must not disturb the measurement
	sink = sink[:0]
	for range n {
		sink = append(sink, new([64]byte))
	}
	rec.Set("n", n)
	if err := rec.Create(); err != nil { // fails where a call before it has created the record
		panic(err)
	}
	return n
}

// stores replaces texts of the record twice, and removes them. No name of a bin has more than 15 bytes.
func stores(rec *udf.Record) error {
	for _, text := range []any{strings.Repeat("x", 1000), "y", nil} {
		rec.Set("s", text)
		rec.Set("fifteen-letters", text)
		if err := rec.Update(); err != nil {
			return err
		}
	}
	return nil
}

// replaces removes the record, which exists until the call ends, and stores another in its place.
func replaces(rec *udf.Record) error {
	if err := rec.Remove(); err != nil {
		return err
	}
	rec.Set("n", int64(1))
	return rec.Update()
}

func nothing() {}

func naps(rec *udf.Record) { time.Sleep(5 * time.Millisecond) }

var calls int

func third() {
	if calls++; calls == 3 {
		os.Exit(3)
	}
}

func fifth() error {
	if calls++; calls == 5 {
		return fmt.Errorf("five")
	}
	return nil
}

func hangs() { select {} }

// later hangs, but not in its first calls.
func later() {
	if calls++; calls > 5 {
		time.Sleep(time.Hour)
	}
}

func count(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(rec *udf.Record) int64 { n, _ := rec.Int("n"); return n })
}

func init() {
	udf.Register("allocates", allocates)
	udf.Register("stores", stores)
	udf.Register("replaces", replaces)
	udf.Register("nothing", nothing)
	udf.Register("naps", naps)
	udf.Register("third", third)
	udf.Register("fifth", fifth)
	udf.Register("hangs", hangs)
	udf.Register("later", later)
	udf.Register("count", count)
}
"""
GO_MOD = """module example.com/bench

go 1.24

require github.com/GeertJohan/aerospike-mod-go/udf v1.0.0
"""
KEYS = ["function", "mode", "ns_per_call", "p50_ns", "p99_ns", "allocs", "floor_ns"]
SHORT = ("--count", "2", "--time", "0.02")


def start(*words: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "modgo_lsp", "bench", *words],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # glibc fills memory that the benchmark has not written yet with bytes that no test expects.
        env={**os.environ, "PYTHONPATH": str(ROOT), "MALLOC_PERTURB_": "165"},
    )


def bench(*words: str, cwd: Path) -> tuple[int, str, str]:
    process = start(*words, cwd=cwd)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def rows_of(*words: str, cwd: Path) -> Any:
    code, out, err = bench(*words, "--json", cwd=cwd)
    assert code == 0, out + err
    return json.loads(out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with bench.so."""
    folder = tmp_path_factory.mktemp("bench")
    source = folder / "source"
    source.mkdir()
    (source / "go.mod").write_text(GO_MOD)
    (source / "bench.go").write_text(GO)
    done = subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "build", str(source), "-o", str(folder / "bench.so")],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_both_modes_as_json(folder: Path) -> None:
    rows = rows_of("bench.so", "allocates", "40", *SHORT, cwd=folder)
    assert [list(row) for row in rows] == [KEYS, KEYS]
    assert [row["mode"] for row in rows] == ["fenced", "unfenced"]
    for row in rows:
        assert row["function"] == "allocates"
        assert 40 <= row["allocs"] < 50  # the objects, and what fmt.Println and Create need
        assert 0 < row["p50_ns"] <= row["p99_ns"]
        assert row["ns_per_call"] > 0
        assert row["floor_ns"] > 0
        for name in ("ns_per_call", "p50_ns", "p99_ns", "floor_ns"):
            assert row[name] == round(row[name], 1)


def test_one_mode_is_one_object(folder: Path) -> None:
    row = rows_of("bench.so", "nothing", "--mode", "unfenced", *SHORT, cwd=folder)
    assert list(row) == KEYS
    assert row["allocs"] < 0.5


@pytest.mark.parametrize("function", ["stores", "replaces"])
def test_a_record_that_changes(folder: Path, function: str) -> None:
    rows = rows_of("bench.so", function, "--record", '{"bins": {"s": "old"}}', *SHORT, cwd=folder)
    assert [row["mode"] for row in rows] == ["fenced", "unfenced"]


def test_the_time_is_that_of_the_function(folder: Path) -> None:
    row = rows_of("bench.so", "naps", "--mode", "unfenced", *SHORT, cwd=folder)
    assert 5e6 <= row["p50_ns"] <= row["p99_ns"]
    assert row["floor_ns"] < 5e6


def test_a_stream_over_records(folder: Path) -> None:
    (folder / "two.jsonl").write_text('{"bins": {"n": 1}}\n{"bins": {"n": 2}}\n')
    rows = rows_of("bench.so", "count", "--stream", "--records", "two.jsonl", *SHORT, cwd=folder)
    assert [row["mode"] for row in rows] == ["fenced", "unfenced"]


def test_the_table(folder: Path) -> None:
    code, out, err = bench("bench.so", "nothing", "--count", "6", "--time", "0.01", cwd=folder)
    assert (code, err) == (0, "")
    head, fenced, unfenced, empty, fence, about = out.splitlines()
    assert head.split() == ["mode", "time/call", "p50", "p99", "allocs/call", "floor"]
    assert re.match(r"fenced +[\d.e+]+ (ns|µs|ms) ± \d+%", fenced)
    assert unfenced.startswith("unfenced ")
    assert empty == ""
    assert fence.startswith("The fence costs ")
    assert about.startswith("Medians of 6 samples with their 95 % confidence interval; ")


def test_comparison_with_another_version(folder: Path, tmp_path: Path) -> None:
    """A function that sleeps longer is slower, whatever else the machine does."""
    old = tmp_path / "source"
    old.mkdir()
    (old / "go.mod").write_text(GO_MOD)
    (old / "bench.go").write_text(GO.replace("5 * time.Millisecond", "time.Microsecond"))
    arguments = ("bench.so", "naps", "--compare", str(old), "--mode", "unfenced", "--count", "6")
    row = rows_of(*arguments, "--time", "0.02", cwd=folder)
    assert list(row) == [*KEYS, "compare"]
    compare = row["compare"]
    assert (compare["verdict"], list(compare["old"])) == ("slower", KEYS)
    assert compare["p"] == pytest.approx(2 / 924, abs=1e-6)  # 6 against 6, none of which overlap
    assert compare["change"] > 0
    code, out, _ = bench(*arguments, "--time", "0.02", cwd=folder)
    assert code == 0
    assert re.search(r"unfenced .*\+[\d.]+% \(slower\)  p=0\.002 n=6\+6", out), out


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("nosuch",), 2, "usage: no function is registered as 'nosuch'"),
        (("nothing", "1"), 2, "usage: nothing expects"),
        (("hangs", "--timeout", "0.5"), 1, "timeout: hangs did not return within 0.5 s"),
        (("third",), 1, "crash: third: "),
        (("fifth",), 1, "five"),
        (
            ("later", "--timeout", "0.5", "--mode", "unfenced"),
            1,
            "timeout: later did not return within 0.5 s",
        ),
    ],
)
def test_a_call_that_fails(folder: Path, words: tuple[str, ...], code: int, text: str) -> None:
    found, out, err = bench("bench.so", *words, "--mode", "unfenced", *SHORT, cwd=folder)
    assert found == code, out + err
    assert text in err
    assert "nothing was measured: every call must succeed" in err
    assert out == ""
    found, out, _ = bench("bench.so", *words, "--json", *SHORT, cwd=folder)
    assert (found, json.loads(out)["ok"]) == (code, False)


def test_an_interrupt_shows_what_was_measured_and_leaves_no_child(folder: Path) -> None:
    process = start("bench.so", "nothing", "--count", "1000", "--mode", "unfenced", cwd=folder)
    try:
        measuring: list[psutil.Process] = []
        while not measuring:
            assert process.poll() is None, process.communicate()
            for child in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    measuring += [child] if child.name() == "mod-go-bench" else []
        while measuring[0].cpu_times().user < 0.5:  # it has measured for a while
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert re.search(r"^unfenced +[\d.]+ ", out, re.MULTILINE), out
    assert psutil.wait_procs(measuring, timeout=30)[1] == []
