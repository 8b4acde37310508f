"""Every error is reported once, in one clear message, and the server continues."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from .conftest import CLEAN, UNREGISTERED, Editor, capable, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def alive(editor: Editor) -> None:
    """The server still lints, and showed no traceback."""
    head = UNREGISTERED.split("func init")[0]
    uri = editor.open("alive.go", head + "func Alive(rec *udf.Record) {}\n")
    await editor.until(lambda: "Alive" in str(editor.client.diagnostics.get(uri)))
    messages = [message.message for message in (*editor.client.messages, *editor.client.log_messages)]
    assert not any("Traceback" in message for message in messages)


async def test_malformed_arguments_are_explained(module):
    here = {"uri": module.as_uri()}
    cases: list[tuple[list[Any], str]] = [
        ([here, 2], "got 2 arguments"),
        (["nonsense"], "not as expected"),
        ([7], "not as expected"),
        ([{"uri": 7}], "$.uri"),
        ([{"url": "file:///a"}], "url"),
        ([{"uri": "untitled:Untitled-1"}], "not a file: URI"),
        ([{"uri": "file:///no/such/folder"}], "no file or folder"),
        ([{**here, "args": "x"}], "$.args"),
        ([{**here, "options": {"speed": 1}}], "speed"),
        ([{**here, "options": {"timeout": "long"}}], "$.options.timeout"),
    ]
    async with running(module, capable()) as editor:
        for arguments, reason in cases:
            for command in ("modgo.build", "modgo.load", "modgo.buildAndLoad", "modgo.call"):
                result = await editor.run(command, *arguments)
                assert result["ok"] is False
                assert result["error"]["kind"] == "usage"
                assert reason in result["error"]["message"]
                assert list(result["findings"]) == []
        await alive(editor)


async def test_invalid_calls_are_explained(module):
    cases = [
        ({"function": "ad"}, "did you mean add?"),
        ({}, "which function"),
        ({"function": "add", "args": [1]}, "2"),
        ({"function": "add", "args": ["x", 2]}, "argument"),
        ({"function": "add", "args": [2**70, 2]}, "64-bit"),
        ({"function": "count", "args": ["n"], "record": {"bins": {"a": {"$bytes": 1}}}}, "bins.a"),
        ({"function": "count", "args": ["n"], "record": [1]}, "record"),
        ({"function": "count", "args": ["n"], "record": "no/such.json"}, "no/such.json"),
    ]
    async with running(module, capable()) as editor:
        for request, reason in cases:
            result = await editor.run("modgo.call", {"uri": module.as_uri(), **request})
            assert result["ok"] is False
            assert result["error"]["kind"] == "usage"
            assert reason in result["error"]["message"]
        await alive(editor)


async def test_an_invalid_go_is_reported_at_the_start_of_the_package(module):
    options = {"settings": {"go": {"path": "/no/such/go"}}}
    async with running(module, capable(), options) as editor:
        uri = editor.open()
        editor.client.set_configuration({"modgo": options["settings"]})
        result = await editor.run("modgo.build", {"uri": uri})
        assert not result["ok"]
        (finding,) = result["findings"]
        assert finding["code"] == "MG406"
        assert "/no/such/go" in finding["message"]
        await editor.codes_become(uri, "MG406")
        # Once the setting is right the next build succeeds, without a restart.
        settings = {"modgo": {"go": {"path": ""}}}
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
        assert (await editor.run("modgo.build", {"uri": uri}))["ok"]
        await editor.codes_become(uri)


async def test_without_go_mod_there_is_lint_and_a_remedy(module):
    (module / "go.mod").unlink()
    async with running(module, capable()) as editor:
        uri = editor.open(text=UNREGISTERED)
        await editor.codes_become(uri, "MG101")
        result = await editor.run("modgo.build", {"uri": uri})
        assert not result["ok"]
        assert "go mod init" in result["findings"][0]["message"]
        await alive(editor)


async def test_package_main_is_refused_by_lint_and_build_alike(module):
    (module / "stats.go").write_text(CLEAN.replace("package stats", "package main") + "\nfunc main() {}\n")
    async with running(module, capable()) as editor:
        uri = editor.open()
        await editor.codes_become(uri, "MG108")
        result = await editor.run("modgo.build", {"uri": uri})
        assert [finding["code"] for finding in result["findings"]] == ["MG108"]
        await editor.codes_become(uri, "MG108")


async def test_the_other_files_are_linted_beside_a_syntax_error(module):
    (module / "other.go").write_text("package stats\n\nfunc (\n")
    async with running(module, capable()) as editor:
        uri = editor.open(text=UNREGISTERED)
        await editor.codes_become(uri, "MG101")
        await editor.codes_become(editor.uri("other.go"), "MG400")


async def test_a_file_that_is_not_utf_8(module):
    broken = UNREGISTERED.replace("Add adds", "Add \udcff adds").encode("utf-8", "surrogateescape")
    (module / "stats.go").write_bytes(broken)
    async with running(module, capable()) as editor:
        uri = editor.open()  # as editors show it, with U+FFFD
        await editor.until(lambda: "MG101" in editor.codes(uri))
        result = await editor.run("modgo.build", {"uri": uri})
        assert not result["ok"]
        await alive(editor)


@pytest.mark.parametrize("trusted", [False, 0, "yes", None])
async def test_nothing_is_built_in_a_workspace_that_is_not_trusted(module, trusted):
    async with running(module, capable(), {"trusted": trusted}) as editor:
        uri = editor.open(text=UNREGISTERED)
        await editor.codes_become(uri, "MG101")
        for command in ("modgo.build", "modgo.load", "modgo.buildAndLoad", "modgo.call"):
            result = await editor.run(command, {"uri": uri, "function": "add", "args": [1, 2]})
            assert result["ok"] is False
            assert "not trusted" in result["error"]["message"]
        assert [path.name for path in sorted(module.iterdir())] == ["go.mod", "stats.go"]


async def test_a_broken_module_file_is_explained(module):
    broken = module / "broken.so"
    broken.write_bytes(b"not a module")
    async with running(module, capable()) as editor:
        for command, extra in (("modgo.load", {}), ("modgo.call", {"function": "add"})):
            result = await editor.run(command, {"uri": broken.as_uri(), **extra})
            assert result["ok"] is False
            assert "broken.so" in result["error"]["message"]
        await alive(editor)


async def test_invalid_requests_are_answered_with_an_error(module):
    bad: list[tuple[str, Any]] = [
        ("textDocument/hover", {"textDocument": 7}),
        ("textDocument/codeAction", None),
        ("workspace/executeCommand", {"command": "modgo.build", "arguments": 5}),
        ("workspace/executeCommand", {"command": "modgo.nonsense"}),
        ("no/such/method", {}),
    ]
    async with running(module, capable()) as editor:
        protocol = editor.client.protocol
        for number, (method, params) in enumerate(bad):
            answer: Future[Any] = Future()
            protocol._request_futures[f"bad-{number}"] = answer
            protocol._send_data({"jsonrpc": "2.0", "id": f"bad-{number}", "method": method, "params": params})
            await editor.until(answer.done, f"an answer to {method}")
            refused = answer.exception()
            assert isinstance(refused, JsonRpcException)
            assert not refused.data
        await alive(editor)


async def test_invalid_notifications_are_ignored(module):
    async with running(module, capable()) as editor:
        gone = {"uri": editor.uri("gone.go"), "version": 2}
        for method, params in (
            ("textDocument/didChange", {"textDocument": gone}),
            ("textDocument/didChange", {"textDocument": gone, "contentChanges": [{"text": "package x"}]}),
            ("textDocument/didClose", {"textDocument": gone}),
            ("no/such/notification", {}),
        ):
            editor.client.protocol._send_data({"jsonrpc": "2.0", "method": method, "params": params})
        uri = editor.open(text=UNREGISTERED)
        editor.type(uri, 9999, 9999, "\n\nfunc Late(rec *udf.Record) {}\n", end=(10_000, 0))
        await editor.codes_become(uri, "MG101", "MG101")
        await alive(editor)
