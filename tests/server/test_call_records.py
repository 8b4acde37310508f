"""modgo.call on many records, on streams and with a store, as on the command line."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

import pytest

from .conftest import CLEAN, ROOT, capable, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

STREAM = """
func init() {
	udf.Register("total", Total)
	udf.Register("boom", Boom)
}

// Total adds up n.
func Total(s *udf.Stream) *udf.Stream {
	numbers := udf.Map(s, func(r *udf.Record) int64 {
		n, _ := r.Int("n")
		return n
	})
	return udf.Reduce(numbers, func(a, b int64) int64 { return a + b })
}

// Boom has no luck with the number 2.
func Boom(rec *udf.Record) int64 {
	n, _ := rec.Int("n")
	return []int64{0, 1}[n]
}
"""
RECORDS = [{"bins": {"n": 1}}, {"bins": {"n": 2}}, {"key": ["test", "demo", "x"], "bins": {"n": 0}}]


def lines(records: list[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


def without_times(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {k: without_times(v) for k, v in answer.items() if k not in ("elapsed_ns", "replay")}
    return [without_times(each) for each in answer] if isinstance(answer, list) else answer


async def test_many_records_and_streams_work_as_on_the_command_line(module):
    (module / "stats.go").write_text(CLEAN + STREAM)
    (module / "three.jsonl").write_text(lines(RECORDS))

    async def command_line(*words: str) -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "modgo_lsp", "call", ".", *words, "--json"),
            cwd=module,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
        )
        found: dict[str, Any] = json.loads((await process.communicate())[0])
        return found

    here = {"uri": module.as_uri()}
    async with running(module, capable()) as editor:
        each = await editor.run("modgo.call", {**here, "function": "boom", "records": "three.jsonl"})
        run = each.pop("run")
        assert (run["function"]["name"], run["sample"]) == ("boom", str(module / "three.jsonl"))
        assert run["sources"] == {"stats.go": str(module / "stats.go")}
        assert without_times(each) == without_times(await command_line("boom", "--records", "three.jsonl"))
        assert [call["ok"] for call in each["calls"]] == [True, False, True]
        assert each["calls"][1]["error"]["kind"] == "panic"
        assert each["calls"][1]["error"]["replay"]
        listed = await editor.run("modgo.call", {**here, "function": "boom", "records": RECORDS})
        assert listed.pop("run")["sample"] is None
        assert without_times(listed) == without_times(each)

        request = {**here, "function": "total", "records": RECORDS, "options": {"stream": True, "nodes": 2}}
        stream = await editor.run("modgo.call", request)
        assert stream.pop("run")["function"]["kind"] == "stream"
        assert without_times(stream) == without_times(
            await command_line("total", "--stream", "--records", "three.jsonl", "--nodes", "2")
        )
        assert stream["result"] == [3]
        assert sum(node["records"] for node in stream["nodes"]) == 3


async def test_a_failed_call_shows_the_record_and_the_function(module):
    (module / "stats.go").write_text(CLEAN + STREAM)
    async with running(module, capable()) as editor:
        here = {"uri": module.as_uri(), "function": "boom", "record": {"bins": {"n": 2}}}
        failed = await editor.run("modgo.call", here)
        assert (failed["ok"], failed["error"]["kind"], "result" in failed) == (False, "panic", False)
        assert failed["record"]["before"]["bins"] == {"n": 2}
        (place,) = failed["error"]["frames"][:1]
        assert place.rpartition(":")[0] in failed["run"]["sources"]
        misused = await editor.run("modgo.call", {**here, "args": [1]})
        assert misused["error"]["kind"] == "usage"
        assert misused["run"]["function"]["params"] == []


async def test_a_store_a_key_and_memory(module):
    here = {"uri": module.as_uri(), "function": "count", "args": ["hits"]}
    options = {"store": "s.db", "key": ["test", "demo", "k1"], "memory": "1GB"}
    async with running(module, capable()) as editor:
        for expected in (1, 2, 3):
            assert (await editor.run("modgo.call", {**here, "options": options}))["result"] == expected
        assert (module / "s.db").is_file()
        tight = await editor.run("modgo.call", {**here, "options": {"memory": 2_000_000}})
        assert tight["error"]["kind"] == "crash"
        assert "2 MB" in tight["error"]["message"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"records": []}, "records is an empty list"),
        ({"records": [{"bins": 1}]}, "records[0]: bins: bins must be a JSON object"),
        ({"records": "none.jsonl"}, "none.jsonl cannot be read"),
        ({"record": {"bins": {}}, "records": [{"bins": {}}]}, "both name the record"),
        ({"options": {"stream": True}}, "there are no records for the stream"),
        ({"options": {"nodes": 2}}, "nodes needs stream"),
        ({"options": {"stream": True, "nodes": 0}}, "from 1 to 1024"),
        ({"options": {"memory": "lots"}}, "is not a size"),
        ({"options": {"timeout": 0}}, "above 0"),
        ({"options": {"key": "k1"}}, "must be [namespace, set, key]"),
    ],
)
async def test_conflicting_arguments_are_refused_before_a_build(module, more, reason):
    async with running(module, capable()) as editor:
        answer = await editor.run("modgo.call", {"uri": module.as_uri(), "function": "count", **more})
        assert answer["error"]["kind"] == "usage"
        assert reason in answer["error"]["message"]
        assert not (module / "stats.so").exists()
