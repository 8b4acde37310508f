"""modgo.bench: measurements in the answer, progress, and its end."""

from __future__ import annotations

import contextlib
import sys
import time

import psutil
import pytest
from lsprotocol import types

from .conftest import CLEAN, ROOT, capable, running
from .language_client import LanguageServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEYS = ["function", "mode", "ns_per_call", "p50_ns", "p99_ns", "allocs", "floor_ns"]


async def test_both_modes_are_measured(module):
    async with running(module, capable()) as editor:
        editor.client.progress_reports["mine"] = []
        argument = {"uri": module.as_uri(), "function": "add", "args": [1, 2]}
        answer = await editor.run("modgo.bench", argument, token="mine")
        assert answer["ok"], answer
        assert [list(row) for row in answer["results"]] == [KEYS, KEYS]
        assert [row["mode"] for row in answer["results"]] == ["fenced", "unfenced"]
        first, *steps, last = editor.steps("mine")
        assert (first.title, last.message) == (f"Measuring {module.name}", "done")
        assert (steps[-1].message, steps[-1].percentage) == ("measuring add unfenced, sample 10 of 10", 95)


async def test_a_function_that_fails_is_an_answer(module):
    async with running(module, capable()) as editor:
        answer = await editor.run("modgo.bench", {"uri": module.as_uri(), "function": "ad"})
        assert (answer["ok"], answer["error"]["kind"]) == (False, "usage")
        assert "no function is registered as 'ad'" in answer["error"]["message"]
        store = {"uri": module.as_uri(), "function": "add", "args": [1, 2], "options": {"store": "x.db"}}
        answer = await editor.run("modgo.bench", store)
        assert (answer["ok"], "store" in answer["error"]["message"]) == (False, True)


async def test_what_does_not_build_or_fails_later_is_an_answer(module):
    counting = "var calls int\n\n// Add adds b to a.\n"
    failing = '\n\tif calls++; calls > 1 {\n\t\tpanic("later")\n\t}\n\treturn a + b'
    texts = (CLEAN.replace("return a + b", "return a +"), CLEAN.replace("// Add adds b to a.\n", counting))
    async with running(module, capable()) as editor:
        for text, kind in ((texts[0], None), (texts[1].replace("\n\treturn a + b", failing), "udf")):
            (module / "stats.go").write_text(text)
            argument = {"uri": module.as_uri(), "function": "add", "args": [1, 2]}
            answer = await editor.run("modgo.bench", argument)
            assert answer["ok"] is False
            if kind is None:
                assert [each["code"] for each in answer["findings"]] == ["MG401"]
                loaded = await editor.run("modgo.load", argument)
                assert (loaded["ok"], loaded["findings"]) == (False, answer["findings"])
            else:
                assert answer["error"]["kind"] == kind
                assert "add failed (fenced): later" in answer["error"]["message"]


async def test_a_cancelled_measurement_leaves_no_process(module):
    text = CLEAN.replace('import "github', 'import "time"\n\nimport "github')
    body = "if calls++; calls > 1 {\n\t\ttime.Sleep(time.Hour)\n\t}"  # not the first call, which is a check
    nap = f'var calls int\n\nfunc Nap() {{\n\t{body}\n}}\n\nfunc init() {{\n\tudf.Register("nap", Nap)'
    (module / "stats.go").write_text(text.replace("func init() {", nap))
    server = LanguageServer(
        [sys.executable, "-m", "modgo_lsp.server.main"], module, {"PYTHONPATH": str(ROOT)}
    )

    def measuring() -> list[psutil.Process]:
        """Its children, some of which end meanwhile."""
        found = []
        for child in psutil.Process(server.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                found += [child] if child.name() == "mod-go-bench" else []
        return found

    try:
        server.initialize(initializationOptions={"trusted": True})
        argument = {"uri": module.as_uri(), "function": "nap", "options": {"timeout": 3000}}
        run = server.ask("workspace/executeCommand", {"command": "modgo.bench", "arguments": [argument]})
        while not (children := measuring()):
            assert not server.has_answer(run), server.answer(run)
            time.sleep(0.05)
        server.notify("$/cancelRequest", {"id": run})
        assert server.answer(run)["error"]["code"] == types.LSPErrorCodes.RequestCancelled.value
        assert psutil.wait_procs(children, timeout=30)[1] == []
        assert server.close() == 0
    finally:
        server.kill()
