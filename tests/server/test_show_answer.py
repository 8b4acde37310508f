"""The result of a lens's command is shown in clients that drop it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from lsprotocol import types

from .conftest import CLEAN, Editor, capable, running
from .test_commands import BROKEN, save


async def run_lens(editor: Editor, uri: str, title: str) -> object:
    """Runs a lens as a client does that has no modgo extension."""
    found = await editor.client.text_document_code_lens_async(
        types.CodeLensParams(types.TextDocumentIdentifier(uri))
    )
    for lens in found or ():
        lens = await editor.client.code_lens_resolve_async(lens)
        if lens.command is not None and title in lens.command.title:
            return await editor.run(lens.command.command, *(lens.command.arguments or ()))
    raise AssertionError(f"no lens {title}")


@pytest.mark.parametrize("opens", [True, False])
async def test_a_lens_shows_its_result(module: Path, tmp_path: Path, opens: bool) -> None:
    client = capable()
    assert client.window is not None
    client.window.show_document = types.ShowDocumentClientCapabilities(opens)
    samples = module / "testdata" / "udf"
    samples.mkdir(parents=True)
    (samples / "add.record.json").write_text('{"bins": {}}')
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    async with running(module, client, environment=environment) as editor:
        uri = editor.open()
        await editor.codes_become(uri)
        await run_lens(editor, uri, "Build")
        await editor.until(lambda: editor.client.messages)
        message = editor.client.messages[-1]
        assert message.type == types.MessageType.Info
        assert f"built and loaded {module / 'stats.so'}, which registers add, count" in message.message
        results = tmp_path / "cache/modgo/results"
        (written,) = results.glob("*/buildAndLoad-*.json")
        assert json.loads(written.read_text())["load"]["abi"]["major"] == 1
        assert (str(written) in message.message) is not opens
        if opens:
            await editor.until(lambda: editor.client.shown_documents)
            shown = editor.client.shown_documents[-1]
            assert (shown.uri, shown.take_focus) == (written.as_uri(), False)
        save(editor, uri, BROKEN)
        await run_lens(editor, uri, "Build")
        await editor.until(lambda: editor.client.messages[-1].type == types.MessageType.Error)
        assert "failed: " in editor.client.messages[-1].message
        (after,) = {*results.glob("*/buildAndLoad-*.json")} - {written}
        assert not json.loads(after.read_text())["ok"]
        save(editor, uri, CLEAN)
        count = len(editor.client.messages)
        await run_lens(editor, uri, "Run on sample")
        await editor.until(lambda: len(editor.client.messages) > count)
        text = next(results.glob("*/add-*.diff")).read_text()
        assert text.startswith("add → ") or "add: usage: " in text


async def test_a_client_that_shows_results_is_shown_none(module: Path) -> None:
    """Neither to a client with commands of its own, nor to one that passes arguments."""
    names = ("buildAndLoad", "runOnSample", "debug", "test", "bench")
    commands = [f"modgo.client.{name}" for name in names]
    async with running(module, capable(), options={"commands": commands}) as editor:
        uri = editor.open()
        await editor.codes_become(uri)
        found = await editor.client.text_document_code_lens_async(
            types.CodeLensParams(types.TextDocumentIdentifier(uri))
        )
        resolved = [await editor.client.code_lens_resolve_async(lens) for lens in found or ()]
        ran = [lens.command for lens in resolved if lens.command is not None and lens.command.command]
        assert {command.command for command in ran} == set(commands)
        assert all("show" not in argument for command in ran for argument in command.arguments or ())
        assert (await editor.run("modgo.buildAndLoad", {"uri": uri}))["ok"]
        assert editor.client.messages == []


async def test_a_document_of_any_result(module: Path, tmp_path: Path) -> None:
    """Also of a request that names no folder; not where it cannot be written."""
    results = tmp_path / "cache" / "modgo" / "results"
    async with running(module, capable(), environment={"XDG_CACHE_HOME": str(tmp_path / "cache")}) as editor:
        argument = {"uri": "file:///no/such/folder", "function": "a/b", "document": True}
        answer = await editor.run("modgo.call", argument)
        assert Path(answer["document"]).parent.parent == results
        assert Path(answer["document"]).name.startswith("call-")
        assert "no file or folder" in Path(answer["document"]).read_text()
        shutil.rmtree(results)
        results.write_text("in the way")
        again = await editor.run("modgo.call", argument)
        assert again == {name: each for name, each in answer.items() if name != "document"}
        warning = next(each for each in editor.client.log_messages if "result could not" in each.message)
        assert str(results) in warning.message
