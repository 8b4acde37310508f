"""Commands that are cancelled, or that run while the server ends: no child process and no file is left."""

from __future__ import annotations

import asyncio

import psutil
import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from .conftest import CLEAN, Editor, capable, minimal, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


def descendants(pid: int) -> set[int]:
    return {child.pid for child in psutil.Process(pid).children(recursive=True)}


async def under_way(editor: Editor, what: str) -> set[int]:
    """Waits until the server has a child with `what` in its command line, and returns all its children."""
    pid = editor.client._server.pid

    def found() -> set[int]:
        children = psutil.Process(pid).children(recursive=True)
        named = [child for child in children if what in _command_line(child)]
        return {child.pid for child in children} if named else set()

    return await editor.until(found, what)


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


async def none_left(editor: Editor, children: set[int]) -> None:
    await editor.until(
        lambda: (
            not descendants(editor.client._server.pid) and not any(psutil.pid_exists(pid) for pid in children)
        ),
        "the end of all children",
    )


@pytest.mark.parametrize("how", ["request", "progress"])
async def test_cancelling_a_build_leaves_no_child_and_no_file(module, tmp_path, how):
    # A Go build cache of its own makes the build long enough to be cancelled.
    async with running(module, capable(), environment={"GOCACHE": str(tmp_path / "cache")}) as editor:
        editor.client.progress_reports["mine"] = []
        parameters = types.ExecuteCommandParams(
            "modgo.build", [{"uri": module.as_uri()}], work_done_token="mine"
        )
        sent = editor.client.protocol.send_request("workspace/executeCommand", parameters, msg_id="build-1")
        children = await under_way(editor, "-buildmode=c-shared")
        if how == "request":
            editor.client.cancel_request(types.CancelParams("build-1"))
        else:
            editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams("mine"))
        with pytest.raises(JsonRpcException) as cancelled:
            await asyncio.wait_for(asyncio.wrap_future(sent), 10)
        assert cancelled.value.code == types.LSPErrorCodes.RequestCancelled
        await none_left(editor, children)
        assert editor.steps("mine")[-1].message == "cancelled"
        assert not (module / "stats.so").exists()
        assert (await editor.run("modgo.status"))["work"] == 0


async def test_shutting_down_ends_running_commands(module):
    spin = '\nfunc init() { udf.Register("spin", Spin) }\n\nfunc Spin() {\n\tfor {\n\t}\n}\n'
    (module / "stats.go").write_text(CLEAN + spin)
    async with running(module, capable(), fresh=True) as editor:
        request = {"uri": module.as_uri(), "function": "spin", "options": {"timeout": 60}}
        calling = asyncio.ensure_future(editor.run("modgo.call", request))
        children = await under_way(editor, "mod-go-worker")
        process = editor.client._server
        await editor.client.shutdown_async(None)
        editor.client.exit(None)
        assert await asyncio.wait_for(process.wait(), 10) == 0
        await editor.until(lambda: not any(psutil.pid_exists(pid) for pid in children))
        calling.cancel()
        editor.client.capabilities = None  # it has been shut down


async def test_a_build_ends_with_an_editor_that_does_not_shut_down(module, tmp_path):
    async with running(module, capable(), environment={"GOCACHE": str(tmp_path / "cache")}) as editor:
        building = asyncio.ensure_future(editor.run("modgo.build", {"uri": module.as_uri()}))
        children = await under_way(editor, "-buildmode=c-shared")
        process = editor.client._server
        editor.client.exit(None)
        assert await asyncio.wait_for(process.wait(), 10) == 1
        await editor.until(lambda: not any(psutil.pid_exists(pid) for pid in children))
        assert not (module / "stats.so").exists()
        building.cancel()
        editor.client.capabilities = None  # it has been shut down


async def test_cancelling_while_progress_is_being_created_does_no_harm(module):
    async with running(module, capable(), fresh=True) as editor:
        handlers = editor.client.protocol.fm.features
        create = handlers[types.WINDOW_WORK_DONE_PROGRESS_CREATE]

        def cancel_first(params: types.WorkDoneProgressCreateParams) -> None:
            editor.client.cancel_request(types.CancelParams("build-1"))
            create(params)

        handlers[types.WINDOW_WORK_DONE_PROGRESS_CREATE] = cancel_first
        parameters = types.ExecuteCommandParams("modgo.build", [{"uri": module.as_uri()}])
        sent = editor.client.protocol.send_request("workspace/executeCommand", parameters, msg_id="build-1")
        with pytest.raises(JsonRpcException):
            await asyncio.wait_for(asyncio.wrap_future(sent), 10)
        handlers[types.WINDOW_WORK_DONE_PROGRESS_CREATE] = create
        assert (await editor.run("modgo.build", {"uri": module.as_uri()}))["ok"]
        assert [m.message for m in editor.client.log_messages if m.type == types.MessageType.Error] == []


async def test_the_server_ends_when_the_editor_is_gone(module):
    async with running(module, capable(), fresh=True) as editor:
        process = editor.client._server
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 10) is not None
        editor.client.capabilities = None  # there is nobody to shut down


@pytest.mark.parametrize("capabilities", [capable(), minimal()], ids=["vscode", "minimal"])
async def test_restarting_the_host_ends_running_commands(module, capabilities):
    spin = '\nfunc init() { udf.Register("spin", Spin) }\n\nfunc Spin() {\n\tfor {\n\t}\n}\n'
    (module / "stats.go").write_text(CLEAN + spin)
    async with running(module, capabilities) as editor:
        request = {"uri": module.as_uri(), "function": "spin", "options": {"timeout": 60}}
        calling = asyncio.ensure_future(editor.run("modgo.call", request))
        children = await under_way(editor, "mod-go-worker")
        assert (await editor.run("modgo.status"))["work"] == 1
        assert await editor.run("modgo.restartHost") == {"ok": True, "ended": 1}
        with pytest.raises(JsonRpcException) as ended:
            await asyncio.wait_for(calling, 10)
        assert ended.value.code == types.LSPErrorCodes.RequestCancelled
        await none_left(editor, children)
        # And the next call has a host of its own.
        again = await editor.run("modgo.call", {**request, "function": "add", "args": [1, 2]})
        assert again["result"] == 3
        assert await editor.run("modgo.restartHost") == {"ok": True, "ended": 0}
