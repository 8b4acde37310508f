"""Build, load and call from the editor: results, progress and findings."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from .conftest import CLEAN, GO_MOD, ROOT, Editor, capable, minimal, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

BROKEN = CLEAN.replace("return a + b", 'return a + "😀" + b')


def save(editor: Editor, uri: str, text: str) -> None:
    """What an editor does: the document changes, then the file."""
    editor.rewrite(uri, text)
    editor.path().write_text(text)
    editor.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))


def kinds(steps: list[Any]) -> list[str]:
    return [step.kind for step in steps]


async def test_build_writes_the_module_and_shows_progress(module):
    async with running(module, capable()) as editor:
        editor.client.progress_reports["mine"] = []
        result = await editor.run("modgo.build", {"uri": module.as_uri()}, token="mine")
        assert result["ok"], result
        assert result["module"] == "stats"
        output = Path(result["output"])
        assert output == module / "stats.so"
        written = await asyncio.to_thread(output.read_bytes)
        assert written[:4] == b"\x7fELF"
        assert len(written) == result["bytes"]
        assert [function["name"] for function in result["functions"]] == ["add", "count"]
        assert result["findings"] == []
        first, *steps, last = editor.steps("mine")
        assert (first.kind, first.title, first.cancellable) == ("begin", "Building stats", True)
        assert len(steps) >= 1
        assert (last.kind, last.message) == ("end", "done")
        assert sorted(path.name for path in module.iterdir()) == ["go.mod", "stats.go", "stats.so"]


async def test_the_server_creates_progress_for_a_command_without_a_token(module):
    for capabilities, expected in ((capable(), 1), (minimal(), 0)):
        async with running(module, capabilities) as editor:
            uri = editor.open()
            result = await editor.run("modgo.buildAndLoad", {"uri": uri})
            assert result["ok"], result
            assert result["load"]["abi"] == {"major": 1, "minor": 0}
            assert [each["name"] for each in result["load"]["functions"]] == ["add", "count"]
            reports = editor.client.progress_reports.values()  # the background index has progress, too
            of_commands = [steps for steps in reports if steps and steps[0].title.startswith("Building")]
            assert len(of_commands) == expected
            for steps in of_commands:
                assert kinds(steps)[0] == "begin"
                assert kinds(steps)[-1] == "end"


async def test_a_compile_error_is_shown_at_its_place_until_it_is_fixed(module):
    async with running(module, capable()) as editor:
        uri = editor.open()
        await editor.codes_become(uri)
        save(editor, uri, BROKEN)
        result = await editor.run("modgo.buildAndLoad", {"uri": uri})
        assert not result["ok"]
        assert result["load"] is None
        assert [(each["code"], each["path"]) for each in result["findings"]] == [("MG401", "stats.go")]
        await editor.codes_become(uri, "MG401")
        (diagnostic,) = editor.client.diagnostics[uri]
        assert diagnostic.source == "modgo"
        line = next(n for n, text in enumerate(BROKEN.split("\n")) if "😀" in text)
        assert diagnostic.range.start.line == line
        # It is removed with the first change, wherever that is: it may be false for another text.
        editor.type(uri, 1, 0, "// more\n")
        await editor.codes_become(uri)
        # Findings of a text that is not the one on the screen are not shown.
        assert not (await editor.run("modgo.build", {"uri": uri}))["ok"]
        await asyncio.sleep(0.2)
        assert editor.codes(uri) == []
        save(editor, uri, BROKEN)
        assert not (await editor.run("modgo.build", {"uri": uri}))["ok"]
        await editor.codes_become(uri, "MG401")
        editor.path().write_text(CLEAN)
        assert (await editor.run("modgo.build", {"uri": uri}))["ok"]
        await editor.codes_become(uri)


def _report(editor, *paths):
    changes = [types.FileEvent(path.as_uri(), types.FileChangeType.Changed) for path in paths]
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))


@pytest.mark.parametrize("reported", [True, False])
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("other.go", "package stats\n"),
        ("deep/deep.go", "package deep\n\nconst N = 1\n"),
        ("go.mod", GO_MOD + "\n"),
        ("modgo.toml", 'ignore = ["MG1"]\n'),
        ("../modgo.toml", 'ignore = ["MG1"]\n'),
        ("../near/near.go", "package near\n"),
        ("testdata/udf/add.record.json", "{}"),
        ("stats.so", ""),
    ],
)
async def test_a_build_finding_is_removed_when_a_file_that_the_build_read_changes(
    module, reported, path, text
):
    if not reported and path.startswith("../near"):
        pytest.skip(
            "the server knows of files that the analysis does not read only if the client reports them"
        )
    near = "\nrequire example.com/near v0.0.0\n\nreplace example.com/near => ../near\n"
    (module / "go.mod").write_text(GO_MOD + near)
    (module / "../near").mkdir()
    (module / "../near/go.mod").write_text("module example.com/near\n\ngo 1.24\n")
    (module / "../near/near.go").write_text('package near\n\nconst N = "1"\n')
    (module / "deep").mkdir()
    (module / "deep/deep.go").write_text('package deep\n\nimport "example.com/near"\n\nconst N = near.N\n')
    (module / "other.go").write_text(
        'package stats\n\nimport "example.com/stats/deep"\n\nvar n int = deep.N\n'
    )
    async with running(module, capable()) as editor:
        uri = editor.open()
        await editor.codes_become(uri)
        other = editor.uri("other.go")
        assert not (await editor.run("modgo.build", {"uri": uri}))["ok"]
        await editor.codes_become(other, "MG401")
        if reported:  # a client reports late what happened before the build
            _report(editor, module / "other.go", module / "go.mod", module / "deep")
        await asyncio.sleep(1.2 if reported else 0.2)
        assert editor.codes(other) == ["MG401"]
        (module / path).parent.mkdir(parents=True, exist_ok=True)
        (module / path).write_text(text)
        if reported:
            _report(editor, (module / path).resolve())
        if path.startswith(("testdata", "stats.so")):
            await asyncio.sleep(1)
            assert editor.codes(other) == ["MG401"]
        else:
            await editor.codes_become(other)


async def test_a_build_warns_of_unsaved_documents(module):
    async with running(module, capable()) as editor:
        uri = editor.open()
        assert (await editor.run("modgo.build", {"uri": uri}))["ok"]
        assert editor.client.messages == []
        editor.rewrite(uri, BROKEN)
        assert (await editor.run("modgo.build", {"uri": uri}))["ok"]
        (message,) = editor.client.messages
        assert "stats.go: not saved" in message.message


async def test_a_save_before_a_build_that_is_reported_late_removes_no_findings(module):
    other = module / "other.go"
    async with running(module, capable()) as editor:
        for number in range(8):
            other.write_text(f'package stats\n\nvar broken{number} int = "x"\n')
            assert not (await editor.run("modgo.build", {"uri": module.as_uri()}))["ok"]
            await editor.codes_become(editor.uri("other.go"), "MG401")
            _report(editor, other)
            await asyncio.sleep(0.1)
            assert editor.codes(editor.uri("other.go")) == ["MG401"], number
            other.write_text("package stats\n")
            _report(editor, other)
            await editor.codes_become(editor.uri("other.go"))


async def test_build_findings_reach_pulling_clients_and_files_nobody_opened(module):
    (module / "other.go").write_text('package stats\n\nvar broken int = "x"\n')
    async with running(module, capable(pull=True)) as editor:
        assert not (await editor.run("modgo.build", {"uri": module.as_uri()}))["ok"]
        other = editor.uri("other.go")
        await editor.codes_become(other, "MG401")
        uri = editor.open("other.go")
        await editor.codes_become(uri)  # pulled from now on
        report = await editor.client.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        )
        assert [diagnostic.code for diagnostic in report.items] == ["MG401"]


async def test_a_build_does_not_repeat_findings_of_rules(module):
    text = CLEAN.replace("Add(a, b int64)", "Add(a, b chan int)").replace("return a + b", "return 0")
    (module / "stats.go").write_text(text)
    async with running(module, capable()) as editor:
        uri = editor.open()
        await editor.until(lambda: editor.codes(uri))
        before = editor.codes(uri)
        assert set(before) == {"MG201"}
        result = await editor.run("modgo.build", {"uri": uri})
        assert {finding["code"] for finding in result["findings"]} == {"MG201"}
        await asyncio.sleep(0.2)
        assert editor.codes(uri) == before


async def test_a_panic_at_load_is_shown_at_its_place(module):
    (module / "boom.go").write_text('package stats\n\nfunc init() {\n\tpanic("boom")\n}\n')
    async with running(module, capable()) as editor:
        editor.open()
        result = await editor.run("modgo.load", {"uri": module.as_uri()})
        assert not result["ok"]
        assert "boom" in result["error"]["message"]
        (finding,) = result["findings"]
        assert finding["code"] in ("MG404", "MG407")
        await editor.codes_become(editor.uri("boom.go"), finding["code"])


async def test_call_returns_the_result_and_the_changed_record(module, tmp_path_factory):
    async with running(module, capable()) as editor:
        request = {"uri": module.as_uri(), "function": "count", "args": ["hits"]}
        result = await editor.run("modgo.call", {**request, "record": {"bins": {"hits": 41, "s": "x"}}})
        assert result["ok"], result
        assert result["result"] == 42
        assert result["record"]["before"]["bins"] == {"hits": 41, "s": "x"}
        assert result["record"]["after"]["bins"] == {"hits": 42, "s": "x"}
        assert result["operations"] == ["update"]
        # Without a record the sample beside the module is used; without a sample there is no record.
        assert (await editor.run("modgo.call", request))["operations"] == ["create"]
        samples = module / "testdata" / "udf"
        samples.mkdir(parents=True)
        (samples / "count.record.json").write_text('{"bins": {"hits": 7}}')
        assert (await editor.run("modgo.call", request))["result"] == 8
        # The .so can be named too, and a sample's file.
        again = {**request, "uri": (module / "stats.so").as_uri(), "record": "testdata/udf/count.record.json"}
        assert (await editor.run("modgo.call", again))["result"] == 8
        # A module finds its package's samples wherever it is.
        elsewhere = tmp_path_factory.mktemp("elsewhere") / "moved.so"
        shutil.copy(module / "stats.so", elsewhere)
        moved = await editor.run("modgo.call", {**request, "uri": elsewhere.as_uri()})
        assert moved["result"] == 8, moved


async def test_results_are_those_of_the_command_line(module):
    async def command_line(*words: str) -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "modgo_lsp", *words, "--json"),
            cwd=module,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
        )
        found: dict[str, Any] = json.loads((await process.communicate())[0])
        return found

    def comparable(answer: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in answer.items() if key not in ("elapsed_ms", "output", "path")}

    here = {"uri": module.as_uri()}
    async with running(module, capable()) as editor:
        for text in (CLEAN, BROKEN):
            (module / "stats.go").write_text(text)
            built = await editor.run("modgo.build", here)
            assert comparable(built) == comparable(await command_line("build"))
            called = await editor.run("modgo.call", {**here, "function": "ad"})
            printed = await command_line("call", ".", "ad")
            assert called["ok"] is printed["ok"] is False
            assert called["error"] == printed["error"]
        (module / "stats.go").write_text(CLEAN)
        loaded = await editor.run("modgo.load", here)
        assert comparable(loaded) == {**comparable(await command_line("load")), "findings": []}


async def test_builds_of_one_module_wait_for_each_other(module):
    async with running(module, capable()) as editor:
        request = {"uri": module.as_uri()}
        results = await asyncio.gather(*(editor.run("modgo.build", request) for _ in range(3)))
        assert [result["ok"] for result in results] == [True] * 3
        assert len({result["sha256"] for result in results}) == 1
        steps = [step for each in editor.client.progress_reports.values() for step in each]
        assert any("waiting" in (step.message or "") for step in steps)


async def test_status(module):
    async with running(module, capable(pull=True), fresh=True) as editor:
        editor.open()
        found = await editor.run("modgo.status")
        assert found["client"] == "test editor 1.0"
        assert (found["diagnostics"], found["encoding"], found["trusted"]) == ("pull", "utf-16", True)
        assert (found["folders"], found["documents"], found["work"]) == ([str(module)], 1, 0)
        assert found["pid"] == editor.client._server.pid
