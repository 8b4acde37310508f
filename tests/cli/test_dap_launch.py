"""What a launch request of an editor means, beside the options of the command line, and what Delve gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.debug.dap_launch import LaunchDefaults, delve_launch, launch_request
from modgo_lsp.cli.debug.program import DebugProgram, DebugRequest, _case, sample_text
from modgo_lsp.host.call_request import CallRequest
from modgo_lsp.host.run_call import Work
from modgo_lsp.host.values import List

NOTHING = LaunchDefaults(None, None, None)
DEFAULT = DebugRequest(Path("m"), "f", (1,), CallRequest("null"), "one")
SEVERAL = CallRequest(None, ('{"bins": {}}', "null"), True, 3, None, '["a", "b", 1]')


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, DebugRequest(Path("p"), "", (), CallRequest(), None)),
        (
            {"function": "g", "args": [1, [2]]},
            DebugRequest(Path("p"), "g", (1, List((2,))), CallRequest(), None),
        ),
        (
            {"args": '9007199254740993, "a"'},
            DebugRequest(Path("p"), "", (9007199254740993, "a"), CallRequest(), None),
        ),
        ({"case": "c", "caseFile": "x"}, DebugRequest(Path("p"), "", (), CallRequest(), "c", "x")),
        ({"record": {"bins": {}}}, DebugRequest(Path("p"), "", (), CallRequest('{"bins": {}}'), None)),
        ({"record": " null"}, DebugRequest(Path("p"), "", (), CallRequest(" null"), None)),
        ({"record": " {}"}, DebugRequest(Path("p"), "", (), CallRequest(" {}"), None)),
        ({"record": "r.json"}, DebugRequest(Path("p"), "", (), CallRequest("p/r.json"), None)),
        ({"records": "r.jsonl"}, DebugRequest(Path("p"), "", (), CallRequest(None, Path("p/r.jsonl")), None)),
        (
            {"records": [{"bins": {}}, None], "nodes": 3, "key": ["a", "b", 1]},
            DebugRequest(Path("p"), "", (), SEVERAL, None),
        ),
    ],
)
def test_a_request_by_itself(given: dict[str, Any], expected: DebugRequest) -> None:
    assert launch_request({"package": "p", **given}, NOTHING) == (expected, False)
    assert launch_request({"package": "p", **given, "stopOnEntry": True, "other": 1}, NOTHING)[1]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, DEFAULT),
        ({"package": "p/m.so", "record": "r"}, ("p/m.so", "f", (1,), CallRequest("p/r"), "one")),
        ({"function": "g"}, ("m", "g", (1,), CallRequest("null"), None)),
        ({"case": "two"}, ("m", "", (1,), CallRequest("null"), "two")),
        ({"args": []}, ("m", "f", (), CallRequest("null"), "one")),
        ({"key": ["a", "b", 1]}, ("m", "f", (1,), CallRequest(key='["a", "b", 1]'), "one")),
    ],
)
def test_what_the_command_line_says_otherwise(given: dict[str, Any], expected: Any) -> None:
    if isinstance(expected, tuple):
        expected = DebugRequest(Path(expected[0]), *expected[1:])
    assert launch_request(given, LaunchDefaults(DEFAULT, None, None)) == (expected, False)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"package": None}, 'the launch request has no "package"'),
        ({"package": 1}, "the launch request is wrong: Expected"),
        ({"nodes": 0}, "nodes is 0"),
        ({"nodes": 1025}, "nodes is 1025"),
        ({"args": "1, x"}, "args is not JSON values separated by commas: 1, x"),
        ({"args": [{"$bad": 1}]}, "args[0]"),
    ],
)
def test_a_wrong_request(given: dict[str, Any], message: str) -> None:
    with pytest.raises(CliError) as refused:
        launch_request({"package": "p", **given}, NOTHING)
    assert refused.value.message.startswith(message)
    for nodes in (1, 1024):
        assert launch_request({"package": "p", "nodes": nodes}, NOTHING)[0].records.nodes == nodes


def program(tmp_path: Path, **more: Any) -> DebugProgram:
    facts: dict[str, Any] = {
        "path": tmp_path / "debug",
        "folder": Path("p"),
        "work": Work("f"),
        "entry": None,
        "symbol": "",
        "sample": tmp_path / "p" / "r.json",
        "generated": {"/build/b.go": "/cache/b.go"},
        "sources": {},
        "notes": (),
        "case": None,
        **more,
    }
    return DebugProgram(**facts)


def test_what_delve_is_asked_for(tmp_path: Path) -> None:
    expected = {
        "hideSystemGoroutines": True,
        "mode": "exec",
        "program": str(tmp_path / "debug"),
        "cwd": str(tmp_path / "p"),
        "outputMode": "remote",
        "substitutePath": [{"from": "/cache/b.go", "to": "/build/b.go"}],
    }
    assert delve_launch(program(tmp_path), {"program": "/bin/sh", "mode": "debug"}) == expected
    own = {"from": "/a", "to": "/b"}
    given = {"noDebug": True, "hideSystemGoroutines": False, "stackTraceDepth": 7, "substitutePath": [own]}
    assert delve_launch(program(tmp_path), given) == {
        **expected,
        "noDebug": True,
        "hideSystemGoroutines": False,
        "stackTraceDepth": 7,
        "substitutePath": [*expected["substitutePath"], own],
    }
    assert delve_launch(program(tmp_path), {"substitutePath": "x"}) == expected


def test_where_the_records_are_from(tmp_path: Path) -> None:
    assert sample_text(program(tmp_path)) == "record of p/r.json"
    stream = program(tmp_path, work=Work("f", shape="stream"))
    assert sample_text(stream, tmp_path / "p") == "records of r.json"


def test_a_case_is_found_by_its_name_and_file(tmp_path: Path) -> None:
    for folder, file, name, function in (
        ("p", "a", "one", "f"),
        ("p", "b", "one", "g"),
        ("q", "c", "two", "h"),
    ):
        path = tmp_path / folder / "testdata" / "udf" / f"{file}.case.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"name: {name}\nfunction: {function}\n")
    folders = (tmp_path / "p", tmp_path / "q")
    assert _case(folders, "one", None).function == "f"
    assert _case(folders, "one", "b.case.yaml").function == "g"
    assert _case(folders, "two", None).function == "h"
    for name, remedy in (
        ("tw", "did you mean two?"),
        ("another", "their names are in testdata/udf"),
    ):
        with pytest.raises(CliError) as refused:
            _case(folders, name, None)
        assert (refused.value.message, refused.value.remedy) == (f"there is no case '{name}'", remedy)
