"""Samples from the editor: what modgo.newSample writes, and that a run uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from .conftest import GO_MOD, capable, minimal, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOURCE = """package stats

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("visit", Visit)
	udf.Register("total", Total)
}

func Visit(rec *udf.Record) (int64, error) {
	name, _ := rec.String("name")
	ratio, _ := udf.Get[float64](rec, "ratio")
	rec.Set("greeting", name)
	return bump(rec) + int64(ratio), rec.Update()
}

func bump(rec *udf.Record) int64 {
	n, _ := rec.Int("visits")
	rec.Set("visits", n+1)
	return n + 1
}

func Total(s *udf.Stream) *udf.Stream {
	visits := udf.Map(s, func(rec *udf.Record) int64 {
		n, _ := rec.Int("visits")
		return n
	})
	return udf.Reduce(visits, func(a, b int64) int64 { return a + b })
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "stats"
    folder.mkdir()
    (folder / "go.mod").write_text(GO_MOD)
    (folder / "stats.go").write_text(SOURCE)
    return folder


async def test_a_sample_has_the_bins_that_the_udf_reads(folder):
    async with running(folder, capable()) as editor:
        uri = editor.open()
        answer = await editor.run("modgo.newSample", {"uri": uri, "function": "visit"})
        path = folder / "testdata" / "udf" / "visit.record.json"
        bins = {"name": "", "ratio": 0.0, "greeting": "", "visits": 0}
        assert answer == {
            "ok": True,
            "path": str(path),
            "created": True,
            "record": {"key": ["test", "demo", "k1"], "bins": bins},
        }
        assert json.loads(path.read_text()) == answer["record"]
        shown = editor.client.shown_documents[-1]
        assert (shown.uri, shown.take_focus) == (path.as_uri(), True)
        called = await editor.run("modgo.call", {"uri": uri, "function": "visit"})
        assert (called["ok"], called["result"]) == (True, 1)
        assert called["record"]["before"]["bins"] == bins
        # The user's changes stay.
        path.write_text('{"bins": {"visits": 4}}')
        again = await editor.run("modgo.newSample", {"uri": uri, "function": "visit"})
        assert again == {"ok": True, "path": str(path), "created": False}
        assert json.loads(path.read_text()) == {"bins": {"visits": 4}}


TYPED = """package stats

import "github.com/GeertJohan/aerospike-mod-go/udf"

type Tier string

type Place struct{ Lat, Lon float64 }

var _ = udf.Register("visit", Visit)

func Visit(rec *udf.Record, n int64) error {
	tier, _ := udf.Get[Tier](rec, "tier")
	if name, is := rec.Bin("name").(string); is {
		rec.Set("greeting", "hello "+name)
	}
	v := rec.Bin("ratio")
	if ratio, is := v.(float64); is {
		rec.Set("half", ratio/2)
	}
	switch rec.Bin("tags").(type) {
	case []udf.Value:
	}
	rec.Set("unknown", rec.Bin("unknown"))
	rec.Set("flag", tier == "gold")
	rec.Set("raw", []byte{1})
	rec.Set("place", Place{})
	rec.Set("count", n)
	rec.Set("two", 2)
	rec.Set("where", udf.GeoJSON("{}"))
	rec.Set("ids", []int64{n})
	return rec.Update()
}
"""


async def test_bins_of_a_sample_have_the_types_that_the_code_gives_them(folder):
    (folder / "stats.go").write_text(TYPED)
    async with running(folder, capable()) as editor:
        asked = {"uri": folder.as_uri(), "function": "visit"}
        answer = await editor.run("modgo.newSample", asked)
        assert answer["record"]["bins"] == {
            "tier": "",
            "name": "",
            "greeting": "",
            "ratio": 0.0,
            "half": 0.0,
            "tags": [],
            "unknown": 0,
            "flag": False,
            "raw": {"$bytes": ""},
            "place": {},
            "count": 0,
            "two": 0,
            "where": {"$geojson": '{"type": "Point", "coordinates": [0, 0]}'},
            "ids": [],
        }


async def test_a_stream_has_records_and_its_lens_runs_them(folder):
    async with running(folder, capable()) as editor:
        uri = editor.open()
        answer = await editor.run("modgo.newSample", {"uri": uri, "function": "total"})
        path = folder / "testdata" / "udf" / "total.records.jsonl"
        assert [json.loads(line) for line in path.read_text().splitlines()] == answer["records"]
        assert [each["bins"] for each in answer["records"]] == [{"visits": 0}] * 3
        path.write_text("".join(f'{{"bins": {{"visits": {n}}}}}\n' for n in (1, 2, 3)))
        found = await editor.client.text_document_code_lens_async(
            types.CodeLensParams(types.TextDocumentIdentifier(uri))
        )
        resolved = [(await editor.client.code_lens_resolve_async(lens)).command for lens in found]
        (run,) = [
            each
            for each in resolved
            if each.command == "modgo.call" and each.arguments[0]["function"] == "total"
        ]
        called = await editor.run(run.command, run.arguments[0])
        assert called["ok"], called
        assert called["result"] == [6]


@pytest.mark.parametrize(
    ("file", "text", "result"),
    [
        ("big.record.json", '{"bins": {"visits": 40}}', 41),
        ("few.records.jsonl", '{"bins": {"visits": 7}}\n', [7]),
    ],
)
async def test_the_lens_of_a_sample_runs_on_it(folder: Path, file: str, text: str, result: Any):
    samples = folder / "testdata" / "udf"
    samples.mkdir(parents=True)
    (samples / file).write_text(text)
    async with running(folder, capable()) as editor:
        uri = editor.open(f"testdata/udf/{file}")
        found = await editor.client.text_document_code_lens_async(
            types.CodeLensParams(types.TextDocumentIdentifier(uri))
        )
        assert found is not None
        (lens,) = [await editor.client.code_lens_resolve_async(each) for each in found]
        assert lens.command is not None
        called = await editor.run(lens.command.command, *(lens.command.arguments or ()))
        assert (called["ok"], called["result"]) == (True, result), called


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"function": "vist"}, "did you mean visit"),
        ({"function": "../x"}, "no function is registered"),
        ({"uri": "file:///nowhere"}, "no file or folder"),
    ],
)
async def test_an_impossible_sample_is_explained(folder, request_: dict[str, Any], words: str):
    async with running(folder, capable()) as editor:
        answer = await editor.run("modgo.newSample", {"uri": folder.as_uri(), **request_})
        assert not answer["ok"]
        assert words in answer["error"]["message"]
        assert not (folder / "testdata").exists()


async def test_a_command_without_a_module_uses_the_default_module(folder):
    # Helix gives commands no arguments.
    async with running(folder, minimal()) as editor:
        assert (await editor.run("modgo.build"))["output"] == str(folder / "stats.so")
        # It shows no results either.
        await editor.until(lambda: editor.client.messages)
        assert editor.client.messages[-1].message == f"Modgo: built {folder / 'stats.so'}"
        called = await editor.run("modgo.call", {"function": "visit"})
        assert called["error"]["kind"] == "udf"  # there is no record yet to update
        sample = await editor.run("modgo.newSample")
        assert sample["path"] == str(folder / "testdata" / "udf" / "default.record.json")
        other = folder / "other"
        other.mkdir()
        (other / "other.go").write_text(SOURCE.replace("package stats", "package other"))
        answer = await editor.run("modgo.build")
        assert not answer["ok"]
        assert f"2 UDF modules: {folder}, {other}" in answer["error"]["message"]
        await editor.until(lambda: editor.client.messages[-1].type == types.MessageType.Error)
        assert "2 UDF modules" in editor.client.messages[-1].message


@pytest.mark.parametrize(
    "name", ["/{outside}/x", "../../../outside/x", "a/b", "a\\x00b", "..", "x" + "y" * 300]
)
async def test_a_name_is_not_a_path(folder: Path, tmp_path: Path, name: str):
    """A repository can name a UDF anything; its sample is in the module's folder or is not written."""
    outside = tmp_path / "outside"
    outside.mkdir()
    name = name.replace("/{outside}", str(outside))
    (folder / "stats.go").write_text(SOURCE.replace('"visit"', f'"{name}"'))
    before = sorted(tmp_path.rglob("*"))
    async with running(folder, capable()) as editor:
        asked = {"uri": folder.as_uri(), "function": name.replace("\\x00", "\0")}
        answer = await editor.run("modgo.newSample", asked)
    assert not answer["ok"], answer
    assert sorted(tmp_path.rglob("*")) == before


async def test_nothing_is_written_where_the_workspace_is_not_trusted(folder: Path):
    async with running(folder, capable(), {"trusted": False}) as editor:
        answer = await editor.run("modgo.newSample", {"uri": folder.as_uri(), "function": "visit"})
    assert not answer["ok"]
    assert "not trusted" in answer["error"]["message"]
    assert not (folder / "testdata").exists()


async def test_what_prevents_a_sample_is_explained(folder):
    (folder / "testdata").write_text("in the way")
    (folder / "other").mkdir()
    (folder / "other" / "o.go").write_text("package other\n")
    (folder / "empty").mkdir()
    async with running(folder, capable()) as editor:
        for name in ("other", "empty"):
            answer = await editor.run("modgo.newSample", {"uri": (folder / name).as_uri()})
            assert answer["error"]["message"] == (
                f"There is no UDF module in {folder / name}. Give a folder whose package imports the SDK."
            )
        answer = await editor.run("modgo.newSample", {"uri": folder.as_uri(), "function": "visit"})
        assert "cannot be written" in answer["error"]["message"]
        assert str(folder / "testdata") in answer["error"]["message"]
        assert answer["error"]["kind"] == "usage"
