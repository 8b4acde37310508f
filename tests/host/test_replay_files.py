"""Failed calls are saved and run again; modules that have changed are refused."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.replay_files import (
    MAX_FILES,
    ReplayError,
    read_replay,
    replay_directory,
    replay_of,
    save_replay,
)
from modgo_lsp.host.result import CallResult, Failure
from modgo_lsp.host.run_call import Calls, Work, do_work, is_misused, outcome_json, work_of
from modgo_lsp.host.sample import Record, sample_json
from modgo_lsp.host.values import List

RECORD = Record("t", "s", b"\1", {"a": List((1, "x")), "d": 1.5}, 90, 4)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def of(*records: Record) -> tuple[NumberedRecord, ...]:
    return tuple(NumberedRecord(number, record) for number, record in enumerate(records, 1))


@pytest.mark.parametrize(
    ("function", "arguments", "kind"),
    [("exit", (), "crash"), ("index", (List((1,)),), "panic"), ("spin", (), "timeout")],
)
async def test_the_same_call_runs_again(
    udfs: Path, function: str, arguments: tuple[List, ...], kind: str
) -> None:
    limit = 0.3 if kind == "timeout" else 60
    work = Work(function, arguments, records=of(RECORD), timeout=limit, memory=2_000_000_000)
    first = await do_work(udfs, work)
    assert isinstance(first, CallResult)
    assert first.failure is not None
    assert outcome_json(first)["error"]["replay"] == first.failure.replay
    replay = read_replay(Path(first.failure.replay))
    assert work_of(replay) == work
    again = await do_work(replay.module, work_of(replay), keeps=False)
    assert again.failure == msgspec.structs.replace(first.failure, replay="")  # type: ignore[union-attr]
    assert first.failure.kind == kind
    assert len(list(replay_directory().iterdir())) == 1


async def test_other_failures_are_not_saved(udfs: Path) -> None:
    for function in ("fail", "add", "nothing"):
        result = await do_work(udfs, Work(function))
        assert not result.ok
        assert "replay" not in outcome_json(result)["error"]
    assert is_misused(await do_work(udfs, Work("nothing")))
    assert not replay_directory().exists()


async def test_a_crash_on_one_of_many_records_is_one_failure(compile_c: Callable[..., Path]) -> None:
    good = compile_c("good")
    records = of(*(Record(key=n, bins={"a": n}) for n in range(1, 6)))
    seen: list[int] = []
    work = Work("add", ("a", 1), "each", records)
    outcome = await do_work(good, work, report=lambda one: seen.append(one.line))
    assert isinstance(outcome, Calls)
    assert seen == [1, 2, 3, 4, 5]
    assert [call["result"] for call in outcome_json(outcome)["calls"]] == [2, 3, 4, 5, 6]
    died = await do_work(good, Work("exit", (), "each", of(*[Record(bins={"a": 1})] * 30)))
    found = outcome_json(died)
    assert found["summary"] == {"calls": 30, "failed": 30, "elapsed_ns": found["summary"]["elapsed_ns"]}
    assert all(call["error"]["kind"] == "crash" for call in found["calls"])
    assert len(list(replay_directory().iterdir())) == 10


async def test_a_failure_that_cannot_be_saved_is_reported_all_the_same(
    udfs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    result = await do_work(udfs, Work("exit"))
    assert isinstance(result, CallResult)
    assert result.failure is not None
    assert (result.failure.kind, result.failure.replay) == ("crash", "")
    assert (tmp_path / "file").read_bytes() == b""


async def test_a_module_that_is_gone_when_its_call_fails(udfs: Path, tmp_path: Path) -> None:
    module = tmp_path / "m.so"
    shutil.copy(udfs, module)

    def remove(work: Work, _properties: Mapping[str, str]) -> Work:
        module.unlink()
        return work

    result = await do_work(module, Work("exit"), completed=remove)
    assert isinstance(result, CallResult)
    assert result.failure is not None
    assert (result.failure.kind, result.failure.replay) == ("crash", "")
    assert not replay_directory().exists()


def test_the_oldest_files_are_deleted(udfs: Path) -> None:
    replay = replay_of(udfs, "f", (), (Record(),), timeout=1)
    named = [save_replay(replay, Failure("crash", str(number))).replay for number in range(MAX_FILES + 5)]
    left = sorted(str(path) for path in replay_directory().iterdir())
    assert left == named[5:]


def test_what_a_file_says(tmp_path: Path) -> None:
    module = tmp_path / "m.so"
    module.write_bytes(b"a module")
    replay = replay_of(module, "a/b é", (1, b"x"), (RECORD, Record()), nodes=3, timeout=1.5, memory=9)
    failure = Failure("panic", "it broke", ("a.go:1",), "mend it")
    saved = save_replay(replay, failure)
    path = Path(saved.replay)
    assert saved == msgspec.structs.replace(failure, replay=str(path))
    assert re.fullmatch(r"\d{8}-\d{6}-\d{9}-a_b_é\.json", path.name)
    assert path.parent == replay_directory() == tmp_path / "state" / "modgo" / "replays"
    assert path.stat().st_mode & 0o777 == 0o600  # a call may have secrets
    assert json.loads(path.read_text()) == {
        "version": 1,
        "module": str(module),
        "sha256": hashlib.sha256(b"a module").hexdigest(),
        "function": "a/b é",
        "arguments": [1, {"$bytes": "eA=="}],
        "records": [sample_json(RECORD), sample_json(Record())],
        "nodes": 3,
        "timeout": 1.5,
        "memory": 9,
        "failure": {"kind": "panic", "message": "it broke", "frames": ["a.go:1"]},
    }
    assert read_replay(path) == replay
    work = work_of(replay)
    assert (work.shape, work.nodes, work.records) == ("stream", 3, of(RECORD, Record()))
    long = save_replay(msgspec.structs.replace(replay, function="f" * 70), failure)
    assert Path(long.replay).name.endswith("-" + "f" * 60 + ".json")


def test_what_to_do_where_a_call_cannot_be_read(tmp_path: Path) -> None:
    module, none, text = tmp_path / "m.so", tmp_path / "none.json", tmp_path / "text.json"
    module.write_bytes(b"1")
    text.write_text("{}")
    saved = Path(save_replay(replay_of(module, "f", (), (RECORD,), timeout=1), Failure("crash", "x")).replay)
    found = []
    for path, content in ((none, b""), (text, b""), (saved, b"2"), (saved, None)):
        if content is None:
            module.unlink()
        elif content:
            module.write_bytes(content)
        with pytest.raises(ReplayError) as refused:
            read_replay(path)
        found.append((refused.value.message, refused.value.remedy))
    before, now = (hashlib.sha256(content).hexdigest()[:12] for content in (b"1", b"2"))
    assert found == [
        (f"{none} cannot be read (No such file or directory)", f"saved calls are in {replay_directory()}"),
        (
            f"{text} is not a call that modgo saved (Object missing required field `version`)",
            "name a file that modgo wrote",
        ),
        (
            f"{module} has changed since the call failed (SHA-256 {now}…, then {before}…)",
            "--force runs the call on it anyway",
        ),
        (
            f"{module}, the module of {saved}, cannot be read (No such file or directory)",
            "build it again at that place",
        ),
    ]


def test_a_changed_module_is_refused_without_force(udfs: Path, tmp_path: Path) -> None:
    module = tmp_path / "m.so"
    shutil.copy(udfs, module)
    replay = replay_of(module, "f", (1, "x"), (RECORD,), timeout=1)
    path = Path(save_replay(replay, Failure("crash", "it died")).replay)
    assert read_replay(path) == replay
    module.write_bytes(module.read_bytes() + b"\0")
    with pytest.raises(ReplayError, match="has changed since the call failed") as refused:
        read_replay(path)
    assert "--force" in refused.value.remedy
    assert read_replay(path, force=True) == replay
    module.unlink()
    with pytest.raises(ReplayError, match="cannot be read"):
        read_replay(path, force=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a call that modgo saved"),
        ("{}", "is not a call that modgo saved"),
        ("[1]", "is not a call that modgo saved"),
        ('"version": 1', "is not a call that modgo saved"),
    ],
)
def test_invalid_files(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ReplayError, match=message):
        read_replay(tmp_path / "x.json")
    with pytest.raises(ReplayError, match="cannot be read"):
        read_replay(tmp_path / "none.json")


def test_a_replay_of_another_version_or_with_broken_values(udfs: Path) -> None:
    path = Path(save_replay(replay_of(udfs, "f", (), (RECORD,), timeout=1), Failure("crash", "x")).replay)
    text = path.read_text()
    for old, new, message in (
        ('"version": 1', '"version": 2', "version is 2"),
        ('"arguments": []', '"arguments": 1', "not a list"),
        ('"arguments": []', '"arguments": [{"$int": "x"}]', "arguments\\[0\\]"),
        ('"nodes": 0', '"nodes": 0, "more": 1', "more"),
        ('"nodes": 0', '"nodes": -1', "negative"),
        ('"memory": 0', '"memory": -1', "negative"),
        ('"timeout": 1', '"timeout": 0', "between 0 and a day"),
        ('"timeout": 1', '"timeout": 86400.1', "between 0 and a day"),
        ('"nodes": 0', '"nodes": 0, "records": []', "a call of a record UDF has one record"),
        ('"module": "', '"module": "\\u0000', "not a path"),
    ):
        assert old in text
        path.write_text(text.replace(old, new))
        with pytest.raises(ReplayError, match=message):
            read_replay(path)
    for new in ('"timeout": 86400', '"timeout": 0.001', '"timeout": 1'):
        path.write_text(text.replace('"timeout": 1', new))
        assert read_replay(path).timeout == float(new.split()[1])
