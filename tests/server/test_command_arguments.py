"""The argument of modgo's commands: what it may be, and why others are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.host.values import List
from modgo_lsp.server.commands.arguments import Options, Request, UsageError, request_of
from modgo_lsp.server.commands.call_arguments import Call, call_of

ADD: dict[str, Any] = {"uri": "file:///m", "function": "add"}


def call(folder: Path, streams: bool = False, **more: Any) -> Call:
    return call_of(request_of([{**ADD, **more}]), folder, streams)


def test_no_argument_is_the_default_module() -> None:
    assert request_of([]) == Request()
    assert Request().options == Options("registry", False, 10.0, 0, None, None, None)
    assert request_of(['{"uri": "file:///m"}']) == request_of([{"uri": "file:///m"}])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([ADD, ADD], "The command takes one object like .*, and got 2 arguments"),
        (["{"], "The command's argument is not as expected: .* It takes one object like"),
        ([[1]], "The command's argument is not as expected: Expected `object`"),
        ([{**ADD, "more": 1}], "unknown field `more`"),
        ([{**ADD, "options": {"more": 1}}], "unknown field `more`"),
        ([{**ADD, "args": [float("nan")]}], "The command's argument is not as expected"),
        ([{**ADD, "show": 1}], "Expected `bool`"),
        (['{"uri": "", "args": ' + "[" * 100_000], "The command's argument nests too deep"),
    ],
)
def test_arguments_that_are_refused(arguments: list[Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        request_of(arguments)


def test_the_folder_of_a_request(tmp_path: Path) -> None:
    file = tmp_path / "a.go"
    file.touch()
    unsaved = tmp_path / "new.go"
    for path, documents in ((tmp_path, {}), (file, {}), (unsaved, {str(unsaved): 1})):
        assert request_of([{"uri": path.as_uri()}]).directory(documents) == tmp_path
    with pytest.raises(UsageError, match=f"There is no file or folder {unsaved}. Give the module's folder"):
        request_of([{"uri": unsaved.as_uri()}]).directory({})
    with pytest.raises(UsageError, match=r"https://x/y is not a file: URI. Give the module's folder"):
        request_of([{"uri": "https://x/y"}]).path  # noqa: B018


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"function": None}, "Say which function to call"),
        ({"function": ""}, "Say which function to call"),
        ({"options": {"nodes": 0, "stream": True}}, "nodes is a number from 1 to 1024"),
        ({"options": {"nodes": 1025, "stream": True}}, "nodes is a number from 1 to 1024"),
        ({"options": {"nodes": 2}}, "nodes needs stream"),
        ({"options": {"timeout": 0}}, "timeout is a number of seconds above 0, up to 86400"),
        ({"options": {"timeout": 86400.5}}, "timeout is a number of seconds above 0, up to 86400"),
        ({"options": {"memory": "much"}}, "much"),
        ({"records": []}, "records is an empty list"),
        ({"record": {"bins": {}}, "records": [{"bins": {}}]}, "record and records both name the record"),
        ({"record": {"bins": {}}, "options": {"key": ["a", "b", 1]}}, "record and key both name the record"),
        ({"record": {"bins": {}}, "options": {"stream": True}}, "a stream reads many records"),
        ({"options": {"stream": True, "key": ["a", "b", 1]}}, "a stream reads many records"),
        ({"options": {"stream": True, "store": "s"}}, "a stream reads its records from a file"),
        ({"args": [{"$int": "x"}]}, r"args\[0\]"),
        ({"record": "nowhere.json"}, "nowhere.json"),
        ({"records": "nowhere.jsonl"}, "nowhere.jsonl"),
    ],
)
def test_calls_that_are_refused(tmp_path: Path, more: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call(tmp_path, **more)


def test_a_call(tmp_path: Path) -> None:
    sample = {"key": ["n", "s", "k"], "bins": {"a": 1}}
    (tmp_path / "one.json").write_text(json.dumps(sample))
    (tmp_path / "all.jsonl").write_text(f"{json.dumps(sample)}\n{json.dumps(sample)}\n")
    found = call(tmp_path, args=[1, [2.5]], record=sample, options={"timeout": 86400, "memory": "2MB"})
    assert found.completed is None
    assert (found.work.function, found.work.arguments) == ("add", (1, List((2.5,))))
    assert (found.work.timeout, found.work.memory) == (86400, 2_000_000)
    assert found.work.records == call(tmp_path, record="one.json").work.records
    assert len(call(tmp_path, records="all.jsonl").work.records) == 2
    assert len(call(tmp_path, records=[sample]).work.records) == 1
    for nodes in (1, 1024):
        assert call(tmp_path, streams=True, records="all.jsonl", options={"nodes": nodes}).work.nodes == nodes
    assert call(tmp_path, uri="file:///m.so").completed is not None
