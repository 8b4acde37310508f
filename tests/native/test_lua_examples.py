"""The Lua version of an example does what the example does, in each of its cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.host.call_request import CallRequest, records_beside
from modgo_lsp.host.cases.case_file import Case, case_files, read_case_file
from modgo_lsp.host.sample import Record
from tests.native.go_and_lua import GoAndLua, without_place

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PACKAGES = sorted(lua.parent for lua in EXAMPLES.glob("*/*.lua"))
CASES = [
    (package, case)
    for package in PACKAGES
    for path in case_files(package)
    for case in read_case_file(path).cases
]


def is_stream(package: Path, case: Case) -> bool:
    """A package has records files only if its functions take streams."""
    return case.is_stream or (case.record is None and any((package / "testdata/udf").glob("*.records.jsonl")))


def sample(package: Path, case: Case, stream: bool) -> list[Record]:
    found, _ = records_beside(CallRequest(stream=stream), [package], case.function)
    return [one.record for one in found]


@pytest.mark.parametrize(
    ("package", "case"), CASES, ids=[f"{package.name}: {case.name}" for package, case in CASES]
)
def test_lua_does_what_go_does(package: Path, case: Case, go_and_lua: GoAndLua) -> None:
    module = go_and_lua.add(package, package / f"{package.name}.lua")
    if is_stream(package, case):
        given = case.records
        records = sample(package, case, True) if given is None else [one.record for one in given]
        nodes = [records[node :: case.nodes or 1] for node in range(case.nodes or 1)]
        go, lua = go_and_lua.stream(module, case.function, case.arguments, nodes)
    else:
        record = sample(package, case, False)[0] if case.record is None else case.record
        go, lua = go_and_lua.record(module, case.function, case.arguments, record)
    assert lua._replace(error=without_place(lua.error)) == go
    assert (go.error is not None) == (case.expectation.error is not None)


def test_examples_have_lua_versions() -> None:
    assert {"leaderboard", "sessions", "events"} <= {package.name for package in PACKAGES}
