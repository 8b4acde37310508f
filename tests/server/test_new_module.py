"""modgo.new: a module that works at once, and nothing where it must not be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import capable, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(("options", "function"), [({}, "add"), ({"stream": True}, "count_by")])
async def test_a_new_module_is_opened_and_runs(tmp_path: Path, options: dict[str, bool], function: str):
    folder = tmp_path / "limiter"
    async with running(tmp_path, capable()) as editor:
        made = await editor.run("modgo.new", {"uri": folder.as_uri(), "options": options})
        assert made["ok"], made
        assert (made["folder"], made["function"]) == (str(folder), function)
        assert {"go.mod", "go.sum", "limiter.go"} <= set(made["files"])
        shown = editor.client.shown_documents[-1]
        assert (shown.uri, shown.take_focus) == ((folder / "limiter.go").as_uri(), True)
        tested = await editor.run("modgo.test", {"uri": folder.as_uri()})
        assert (tested["failed"], tested["passed"] > 0) == (0, True), tested


async def test_the_path_of_the_go_module_can_be_chosen(tmp_path: Path):
    asked = {"uri": (tmp_path / "limiter").as_uri(), "options": {"module": "github.com/me/limiter"}}
    async with running(tmp_path, capable()) as editor:
        assert (await editor.run("modgo.new", asked))["module"] == "github.com/me/limiter"
    assert "module github.com/me/limiter\n" in (tmp_path / "limiter" / "go.mod").read_text()


@pytest.mark.parametrize(
    ("name", "words"),
    [("a b", "cannot have the name"), ("taken", "is not empty"), ("", "Name the folder to make")],
)
async def test_an_impossible_module_is_explained(tmp_path: Path, name: str, words: str):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "notes.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    async with running(tmp_path, capable()) as editor:
        answer = await editor.run("modgo.new", {"uri": (tmp_path / name).as_uri() if name else ""})
    assert not answer["ok"]
    assert words in answer["error"]["message"]
    assert sorted(tmp_path.rglob("*")) == before


async def test_nothing_is_made_where_the_workspace_is_not_trusted(tmp_path: Path):
    folder = tmp_path / "limiter"
    async with running(tmp_path, capable(), {"trusted": False}) as editor:
        answer = await editor.run("modgo.new", {"uri": folder.as_uri()})
    assert "not trusted" in answer["error"]["message"]
    assert not folder.exists()
