"""modgo.test and modgo.cases: the results of a module's cases, as they come and in the answer."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from lsprotocol import types

from .conftest import CLEAN, ROOT, capable, running
from .language_client import LanguageServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAPPING = CLEAN.replace('import "github', 'import "time"\n\nimport "github').replace(
    "func init() {",
    'func Nap(rec *udf.Record) { time.Sleep(time.Hour) }\n\nfunc init() {\n\tudf.Register("nap", Nap)',
)

CASES = """
- {name: first, function: add, args: [1, 2], expect: {result: 3}}
- {name: second, function: add, args: [1, 2], expect: {result: 4}}
- {name: big, function: add, args: [9007199254740993, 0], expect: {result: 9007199254740993}}
- {function: add, arg: 1}
"""


@pytest.fixture
def tested(module: Path) -> Path:
    folder = module / "testdata" / "udf"
    folder.mkdir(parents=True)
    (folder / "x.case.yaml").write_text(CASES)
    return module


def by_command_line(folder: Path, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "test", "--json", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return json.loads(done.stdout)


def timeless(answer: Any) -> Any:
    cases = [{**case, "elapsed_ns": 0} for case in answer["cases"]]
    return {**answer, "cases": cases}


async def test_the_answer_is_that_of_the_command_line(tested):
    async with running(tested, capable()) as editor:
        editor.client.progress_reports["mine"] = []
        answer = await editor.run("modgo.test", {"uri": tested.as_uri()}, token="mine")
        assert (answer["ok"], answer["passed"], answer["failed"]) == (False, 2, 1)
        assert [case["name"] for case in answer["cases"] if not case["ok"]] == ["second"]
        assert answer["invalid"][0]["location"] == "testdata/udf/x.case.yaml:5"
        expected = await asyncio.to_thread(by_command_line, tested)
        assert timeless(answer) == timeless(expected)
        first, *steps, last = editor.steps("mine")
        assert (first.title, last.message) == (f"Testing {tested.name}", "done")
        assert steps[-1].message == "3 of 3 cases"


async def test_a_file_a_function_and_single_cases(tested):
    path = tested / "testdata" / "udf" / "x.case.yaml"
    (path.parent / "y.case.json").write_text('{"name": "first", "function": "add", "args": [1, 1]}')
    async with running(tested, capable()) as editor:

        async def names(uri: str, **more: Any) -> list[str]:
            answer = await editor.run("modgo.test", {"uri": uri, **more})
            return [case["name"] for case in answer["cases"]]

        assert await names(path.as_uri()) == ["first", "second", "big"]
        assert await names(tested.as_uri(), function="count") == []
        assert await names(tested.as_uri(), options={"match": "first or big"}) == ["first", "big", "first"]
        chosen = [{"file": "y.case.json", "name": "first"}, {"file": "x.case.yaml", "name": "big"}]
        assert await names(tested.as_uri(), options={"cases": chosen}) == ["big", "first"]
        wrong = await editor.run("modgo.test", {"uri": tested.as_uri(), "options": {"match": "("}})
        assert (wrong["ok"], wrong["error"]["kind"]) == (False, "usage")


async def test_cases_are_listed_without_a_build(tested):
    async with running(tested, capable()) as editor:
        answer = await editor.run("modgo.cases", {"uri": tested.as_uri()})
        assert [(case["name"], case["location"]) for case in answer["cases"]] == [
            ("first", "testdata/udf/x.case.yaml:2"),
            ("second", "testdata/udf/x.case.yaml:3"),
            ("big", "testdata/udf/x.case.yaml:4"),
        ]
        assert answer["cases"][0]["file"] == "x.case.yaml"
        assert answer["invalid"][0]["location"] == "testdata/udf/x.case.yaml:5"
        assert not list(tested.glob("*.so"))


async def test_rows_name_their_table(tested):
    (tested / "testdata/udf/x.case.yaml").write_text("""
- {name: alone, function: add, args: [1, 2]}
- name:   several
    sums
  function: add
  cases:
    - {args: [1, 2]}
    - {name: other, args: [1, 3]}
- function: add
  cases: [{name: row}]
- cases: [{name: its own, function: count}]
""")
    async with running(tested, capable()) as editor:
        answer = await editor.run("modgo.cases", {"uri": tested.as_uri()})
        places = [case["location"].rpartition(":")[2] for case in answer["cases"]]
        assert [(case["name"], place) for case, place in zip(answer["cases"], places, strict=True)] == [
            *(("alone", "2"), ("several sums", "7"), ("other", "8")),
            *(("row", "10"), ("its own", "11")),
        ]
        path = "testdata/udf/x.case.yaml"
        assert [case["table"] for case in answer["cases"]] == [
            None,
            *[{"name": "several sums", "location": f"{path}:3"}] * 2,
            {"name": "add", "location": f"{path}:9"},
            {"name": "", "location": f"{path}:11"},
        ]


async def test_results_come_before_the_answer_and_a_run_can_be_cancelled(tested):
    cases = tested / "testdata" / "udf" / "x.case.yaml"
    cases.write_text(CASES + "- {name: nap, function: nap, timeout: 3000}\n")
    (tested / "stats.go").write_text(NAPPING)
    server = LanguageServer(
        [sys.executable, "-m", "modgo_lsp.server.main"], tested, {"PYTHONPATH": str(ROOT)}
    )
    try:
        server.initialize(initializationOptions={"trusted": True})
        argument = {"uri": tested.as_uri(), "options": {"partialResultToken": "results"}}
        run = server.ask("workspace/executeCommand", {"command": "modgo.test", "arguments": [argument]})

        def arrived() -> list[Any]:
            return [
                case
                for one in server.notifications
                if one["method"] == "$/progress" and one["params"]["token"] == "results"
                for case in one["params"]["value"]["cases"]
            ]

        server.until(lambda: len(arrived()) == 3 or server.has_answer(run), 120)
        assert not server.has_answer(run), server.answer(run)
        assert sorted((case["name"], case["ok"]) for case in arrived()) == [
            ("big", True),
            ("first", True),
            ("second", False),
        ]
        assert workers_of(server.process.pid)
        server.notify("$/cancelRequest", {"id": run})
        assert server.answer(run)["error"]["code"] == types.LSPErrorCodes.RequestCancelled.value
        psutil.wait_procs(workers_of(server.process.pid), timeout=30)
        assert workers_of(server.process.pid) == []
        assert server.close() == 0
    finally:
        server.kill()


def workers_of(process: int) -> list[psutil.Process]:
    return [child for child in psutil.Process(process).children() if child.name() == "mod-go-worker"]


async def test_a_module_with_errors(tested):
    (tested / "stats.go").write_text(CLEAN.replace("return a + b", 'return a + "x"'))
    async with running(tested, capable()) as editor:
        answer = await editor.run("modgo.test", {"uri": tested.as_uri()})
        assert (answer["ok"], answer["cases"]) == (False, [])
        assert [finding["code"] for finding in answer["findings"]] == ["MG401"]


async def test_a_built_module_knows_its_cases(tested):
    async with running(tested, capable()) as editor:
        assert (await editor.run("modgo.build", {"uri": tested.as_uri()}))["ok"]
        answer = await editor.run("modgo.test", {"uri": (tested / "stats.so").as_uri()})
        assert (answer["passed"], answer["failed"]) == (2, 1)


async def test_coverage_of_the_code(tested):
    text = CLEAN.replace("\trec.Set(bin, n+1)\n", "\trec.Set(bin, n)\n\trec.Set(bin, n+1)\n")
    (tested / "stats.go").write_text(text)
    async with running(tested, capable()) as editor:
        answer = await editor.run("modgo.test", {"uri": tested.as_uri(), "options": {"coverage": True}})
        assert (answer["passed"], answer["failed"]) == (2, 1)
        assert answer["coverage"]["percent"] == 33.3
        profile = Path(answer["coverage"]["profile"]).read_text()
        assert profile.startswith("mode: atomic\nexample.com/stats/stats.go:")
        assert not list(tested.glob("*.so"))
        path = Path(answer["coverage"]["profile"])
        path.unlink()
        path.mkdir()
        answer = await editor.run("modgo.test", {"uri": tested.as_uri(), "options": {"coverage": True}})
        assert f"{path} cannot be written: it is a folder" in answer["error"]["message"]


async def test_a_module_that_cannot_be_loaded_is_an_error_of_all(tested):
    text = CLEAN.replace("func init() {", 'func init() {\n\tpanic("at load")')
    (tested / "stats.go").write_text(text)
    async with running(tested, capable()) as editor:
        uri = editor.open()
        answer = await editor.run("modgo.test", {"uri": tested.as_uri()})
        assert (answer["ok"], answer["passed"], answer["failed"]) == (False, 0, 0)
        (error,) = answer["errors"]
        assert "at load" in str(error)
        await editor.codes_become(uri, "MG407")


async def test_partial_results_as_text(tested):
    """For clients that lose digits of numbers."""
    server = LanguageServer(
        [sys.executable, "-m", "modgo_lsp.server.main"], tested, {"PYTHONPATH": str(ROOT)}
    )
    try:
        server.initialize(initializationOptions={"trusted": True, "results": "text"})
        argument = {"uri": tested.as_uri(), "options": {"partialResultToken": "results"}}
        command = {"command": "modgo.test", "arguments": [argument]}
        answer = json.loads(server.request("workspace/executeCommand", command, 120)["json"])
        parts = [
            json.loads(one["params"]["value"]["json"])
            for one in server.notifications
            if one["method"] == "$/progress" and one["params"]["token"] == "results"
        ]
        arrived = [case["name"] for part in parts for case in part["cases"]]
        assert sorted(arrived) == sorted(case["name"] for case in answer["cases"])
    finally:
        server.end()
