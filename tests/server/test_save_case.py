"""modgo.saveCase: a call of the editor becomes a case of its module, and passes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.server.commands.arguments import UsageError, request_of
from modgo_lsp.server.commands.save_case import _case_of, _saved

from .conftest import GO_MOD, capable, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOURCE = """package stats

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() { udf.Register("visit", Visit) }

func Visit(rec *udf.Record, by int64) (int64, error) {
	n, _ := rec.Int("visits")
	rec.Set("visits", n+by)
	if rec.Exists() {
		return n + by, rec.Update()
	}
	return n + by, rec.Create()
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "stats"
    (folder / "testdata" / "udf").mkdir(parents=True)
    (folder / "go.mod").write_text(GO_MOD)
    (folder / "stats.go").write_text(SOURCE)
    (folder / "testdata" / "udf" / "visit.record.json").write_text('{"bins": {"visits": 9007199254740993}}')
    return folder


def cases(folder: Path) -> Path:
    return folder / "testdata" / "udf" / "visit.case.yaml"


def saving(folder: Path, **more: Any) -> dict[str, Any]:
    return {"uri": folder.as_uri(), "function": "visit", "args": [1], "expect": {"result": 1}, **more}


async def test_saved_cases_pass_and_stand_after_the_others(folder):
    async with running(folder, capable()) as editor:
        large = 9007199254740994
        expect = {"result": large, "record": {"bins": {"visits": large}}, "operations": ["update"]}
        sample = "testdata/udf/visit.record.json"
        answer = await editor.run("modgo.saveCase", saving(folder, expect=expect, record=sample))
        assert answer == {"ok": True, "path": str(cases(folder)), "line": 1, "name": "visit(1)"}
        assert cases(folder).read_text() == (
            "- function: visit\n  args: [1]\n  record: visit.record.json\n  expect:\n"
            f"    result: {large}\n    record: {{bins: {{visits: {large}}}}}\n    operations: [update]\n"
        )
        again = await editor.run("modgo.saveCase", saving(folder, record={"bins": {}}))
        assert (again["line"], again["name"]) == (9, "visit(1) #2")
        assert "\n  record: null\n" in cases(folder).read_text()
        tested = await editor.run("modgo.test", {"uri": folder.as_uri()})
        assert (tested["passed"], tested["failed"]) == (2, 0), tested


async def test_a_wide_record_has_a_line_for_each_bin(folder):
    async with running(folder, capable()) as editor:
        expect = {"record": {"bins": {"a": "x" * 60, "b c": "y" * 60}}}
        assert (await editor.run("modgo.saveCase", saving(folder, expect=expect)))["ok"]
        text = cases(folder).read_text()
        assert f"    record:\n      bins:\n        a: {'x' * 60}\n        b c: {'y' * 60}\n" in text


async def test_a_file_that_takes_no_more_cases_stays_as_it_is(folder):
    one = "# mine\nfunction: visit\nargs: [1]\n"
    cases(folder).write_text(one)
    async with running(folder, capable()) as editor:
        answer = await editor.run("modgo.saveCase", saving(folder))
        assert Path(answer["path"]).name == "visit-2.case.yaml"
        assert cases(folder).read_text() == one


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"expect": {}}, "expect is an object"),
        ({"expect": {"wrong": 1}}, "was not saved"),
        ({"function": None}, "Say which function"),
    ],
)
async def test_a_case_that_is_not_valid_is_not_written(folder, more, words):
    async with running(folder, capable()) as editor:
        answer = await editor.run("modgo.saveCase", saving(folder, **more))
        assert answer["error"]["kind"] == "usage"
        assert words in answer["error"]["message"]
        assert [path.name for path in cases(folder).parent.iterdir()] == ["visit.record.json"]


async def test_nothing_is_written_outside_of_the_workspace(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    cases(folder).symlink_to(elsewhere / "visit.case.yaml")
    async with running(folder, capable()) as editor:
        answer = await editor.run("modgo.saveCase", saving(folder))
        assert answer["ok"] is False
        assert list(elsewhere.iterdir()) == []


async def test_nothing_is_written_in_a_workspace_that_is_not_trusted(folder):
    async with running(folder, capable(), {"trusted": False}) as editor:
        answer = await editor.run("modgo.saveCase", saving(folder))
        assert answer["error"]["message"] == (
            "Modgo writes no files in a workspace that is not trusted. Trust the workspace, then try again."
        )
        assert not cases(folder).exists()


async def test_the_records_and_nodes_of_a_stream(folder):
    more = {"records": "testdata/udf/all.records.jsonl", "options": {"nodes": 2}}
    new = _case_of(request_of([saving(folder, **more)]))
    assert (new.function, new.args, new.expect) == ("visit", [1], {"result": 1})
    assert new.more == {"records": "all.records.jsonl", "nodes": 2}
    assert _case_of(request_of([saving(folder, records=[])])).more == {}


@pytest.mark.parametrize("name", ["args", "expect", "record"])
async def test_values_that_nest_too_deep(folder, name):
    for depth in (400, 800):
        deep = "[" * depth + "]" * depth
        values = {"args": f"[{deep}]", "expect": f'{{"a": {deep}}}', "record": f'{{"bins": {{"a": {deep}}}}}'}
        given = saving(folder)
        given.pop(name, None)
        request = request_of([f'{json.dumps(given)[:-1]}, "{name}": {values[name]}}}'])
        with pytest.raises(UsageError, match=r"The case was not saved|nests? too deep"):
            _saved(request, folder, str(folder))
    assert not cases(folder).exists()
