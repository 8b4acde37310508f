"""`modgo call` on many records, on streams, with a store, with a memory limit, and calls run again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.modgo_command import modgo

ROOT = Path(__file__).parents[2]
UDFS = ROOT / "tests" / "build" / "modules" / "udfs"
STREAMS = ROOT / "tests" / "host" / "modules" / "streams"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with udfs.so, streams.so and three records."""
    folder = tmp_path_factory.mktemp("call")
    for source in (UDFS, STREAMS):
        done = modgo("build", str(source), "-o", str(folder), cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr
    (folder / "three.jsonl").write_text(
        '{"key": ["test", "demo", "k1"], "bins": {"n": 1}}\n\n{"bins": {"n": 2}}\n{"bins": {"n": "x"}}\n'
    )
    return folder


def test_each_record_has_a_line(folder: Path) -> None:
    done = modgo("call", "udfs.so", "add", "n", "5", "--records", "three.jsonl", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    *lines, summary = done.stdout.splitlines()
    assert lines == [
        '["test", "demo", "k1"]: 6  update',
        '["test", "demo", 3]: 7  update',
        '["test", "demo", 4]: 5  update',
    ]
    assert summary.startswith("3 calls, none failed, in ")


def test_many_as_json(folder: Path) -> None:
    done = modgo("call", "udfs.so", "add", "n", "5", "--records", "three.jsonl", "--json", cwd=folder)
    found = json.loads(done.stdout)
    assert found["ok"]
    assert [(call["line"], call["ok"], call["result"]) for call in found["calls"]] == [
        (1, True, 6),
        (3, True, 7),
        (4, True, 5),
    ]
    assert found["summary"].keys() == {"calls", "failed", "elapsed_ns"}
    assert found["calls"][0]["record"]["after"]["bins"] == {"n": 6}


def test_a_crash_on_one_record_and_the_run_goes_on(folder: Path) -> None:
    (folder / "index.jsonl").write_text('{"bins": {"n": 1}}\n{"bins": {"n": 2}}\n')
    done = modgo("call", "udfs.so", "exit", "--records", "index.jsonl", cwd=folder)
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if "crash" in line] == [
        f"index.jsonl:{line}: crash: exit: the module ended its process with exit status 9 "
        "(os.Exit and log.Fatal do that)"
        for line in (1, 2)
    ]
    assert done.stdout.startswith("2 calls, 2 failed, in ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"bins": {}}\n{"bins": \n', "r.jsonl:2:10: not JSON"),
        ('\n{"bins": {"a": {"$int": 1.5}}}', "r.jsonl:2: bins.a.$int: must be"),
        ("[1]", "r.jsonl:1: a record sample must be a JSON object"),
        ("\n\n", "r.jsonl has no records"),
    ],
)
def test_invalid_records_are_reported_before_the_first_call(folder: Path, text: str, message: str) -> None:
    (folder / "r.jsonl").write_text(text)
    done = modgo("call", "udfs.so", "add", "n", "5", "--records", "r.jsonl", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_stream_over_nodes(folder: Path) -> None:
    done = modgo(
        "call", "streams.so", "total", "--stream", "--records", "three.jsonl", "--nodes", "2", cwd=folder
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "3"
    assert lines[1].startswith("  node 1: ")
    assert lines[3].startswith("1 value in ")
    found = json.loads(
        modgo(
            "call", "streams.so", "total", "--stream", "--records", "three.jsonl", "--json", cwd=folder
        ).stdout
    )
    assert (found["ok"], found["result"]) == (True, [3])
    assert [(node["records"], node["values"]) for node in found["nodes"]] == [(3, [3])]


def test_default_records_of_a_stream(folder: Path) -> None:
    done = modgo("call", "streams.so", "total", "--stream", cwd=folder)
    assert done.returncode == 2
    assert "testdata/udf/total.records.jsonl" in done.stderr
    samples = folder / "testdata" / "udf"
    samples.mkdir(parents=True)
    (samples / "default.records.jsonl").write_text('{"bins": {"n": 7}}\n')
    assert modgo("call", "streams.so", "total", "--stream", cwd=folder).stdout.startswith("7\n")
    (samples / "total.records.jsonl").write_text('{"bins": {"n": 8}}\n')
    assert modgo("call", "streams.so", "total", "--stream", cwd=folder).stdout.startswith("8\n")


def test_records_stay_in_a_store(folder: Path, tmp_path: Path) -> None:
    store = ["--store", str(tmp_path / "s.db"), "--key", '["test", "demo", "k1"]']
    assert modgo("call", "udfs.so", "create", "5", *store, cwd=folder).returncode == 0
    done = modgo("call", "udfs.so", "add", "v", "1", *store, cwd=folder)
    assert done.stdout.splitlines()[0] == "6"
    assert '  record ["test", "demo", "k1"]' in done.stdout
    assert modgo("call", "udfs.so", "create", "5", *store, cwd=folder).returncode == 1
    (tmp_path / "text").write_text("no database, but long enough for one\n" * 10)
    done = modgo("call", "udfs.so", "add", "v", "1", "--store", str(tmp_path / "text"), cwd=folder)
    assert done.returncode == 2
    assert "it is not a record store" in done.stderr


def test_the_memory_limit(folder: Path) -> None:
    done = modgo("call", "udfs.so", "double", "4", "--memory", "2MB", cwd=folder)
    assert done.returncode == 1
    assert "needs more memory than the 2 MB that it may have" in done.stderr
    assert modgo("call", "udfs.so", "double", "4", "--memory", "1GiB", cwd=folder).returncode == 0


def test_a_failed_call_runs_again(folder: Path) -> None:
    failed = modgo("call", "udfs.so", "index", "[1]", "--json", cwd=folder)
    replay = json.loads(failed.stdout)["error"]["replay"]
    again = modgo("call", "--replay", replay, cwd=folder)
    assert again.returncode == 1
    assert again.stderr.startswith("panic: runtime error: index out of range [5] with length 1\n")
    shown = modgo("call", "udfs.so", "index", "[1]", cwd=folder)
    assert "`modgo call --replay " in shown.stderr
    with (folder / "udfs.so").open("r+b") as module:
        module.seek(0, os.SEEK_END)
        module.write(b"\0")
    changed = modgo("call", "--replay", replay, cwd=folder)
    assert (changed.returncode, "has changed since the call failed" in changed.stderr) == (2, True)
    assert modgo("call", "--replay", replay, "--force", cwd=folder).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["udfs.so", "add", "--nodes", "2"], "nodes needs stream"),
        (["udfs.so", "add", "--force"], "--force needs --replay"),
        (["udfs.so", "add", "--record", "{}", "--key", "[]"], "record and key both name"),
        (["udfs.so", "add", "--stream", "--record", "{}"], "a stream reads many records"),
        (["udfs.so", "add", "--stream", "--records", "three.jsonl", "--store", "x"], "leave the store out"),
        (["udfs.so", "add", "--stream", "--records", "three.jsonl"], "call it without --stream"),
        (["udfs.so", "ad", "--records", "three.jsonl"], "did you mean add?"),
        (["udfs.so", "add", "--key", "k1"], "key:1:1: not JSON"),
        (["udfs.so", "add", "--key", '["a", "b"]'], "must be [namespace, set, key]"),
        (["udfs.so", "add", "--memory", "2 cats"], "is not a size"),
        (["udfs.so", "add", "--records", "none.jsonl"], "none.jsonl cannot be read"),
        (["udfs.so", "--replay", "x.json"], "leave the other arguments out"),
        (["--replay", "nowhere.json"], "nowhere.json cannot be read"),
        (["--stream"], "Missing argument 'FILE.so|PKG'"),
    ],
)
def test_options_that_cannot_be_combined(folder: Path, arguments: list[str], message: str) -> None:
    done = modgo("call", *arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
