"""What the user of an editor grants modules: by the initialization option `allow`, and by nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from modgo_lsp.build.wants import granted
from modgo_lsp.server.lsp.client_capabilities import Allow
from modgo_lsp.server.workspace.grants import IGNORED, grants_of

from .conftest import GO_MOD, ROOT, Editor, capable, running

in_session = pytest.mark.asyncio(loop_scope="session")

SOURCE = """package geo

import (
	"os"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("read", Read)
}

// Read returns the text of a file.
func Read(path string) (string, error) {
	text, err := os.ReadFile(path)
	return string(text), err
}
"""


@pytest.fixture
def geo(tmp_path: Path) -> Path:
    """The folder of a module that wants to read the folder `data` beside it, with a case that does."""
    folder, data = tmp_path / "geo", tmp_path / "data"
    cases = folder / "testdata" / "udf"
    cases.mkdir(parents=True)
    data.mkdir()
    (data / "countries").write_text("NL")
    (tmp_path / "secret").write_text("s3cret")
    (folder / "go.mod").write_text(GO_MOD.replace("stats", "geo"))
    (folder / "geo.go").write_text(SOURCE)
    (folder / "modgo.toml").write_text(f"wants-read = {json.dumps([str(data)])}\n")
    case = {"function": "read", "args": [str(data / "countries")], "expect": {"result": "NL"}}
    (cases / "read.case.json").write_text(json.dumps(case))
    return folder


def reads(folder: Path, path: str = "data/countries") -> dict[str, Any]:
    return {"uri": folder.as_uri(), "function": "read", "args": [str(folder.parent / path)]}


def allowed(*paths: Path) -> dict[str, Any]:
    return {"allow": {"read": [str(path) for path in paths]}}


async def refused(editor: Editor, command: str, argument: dict[str, Any]) -> str:
    answer = await editor.run(command, argument)
    assert not answer["ok"], answer
    return str(answer["error"]["message"])


@in_session
async def test_a_module_that_wants_more_than_is_granted_does_not_run_and_the_error_names_the_setting(geo):
    async with running(geo, capable()) as editor:
        for command, argument in (
            ("modgo.load", {"uri": geo.as_uri()}),
            ("modgo.call", reads(geo)),
            ("modgo.test", {"uri": geo.as_uri()}),
            ("modgo.bench", reads(geo)),
        ):
            message = await refused(editor, command, argument)
            assert f"the module wants to read {geo.parent}/data, which it may not" in message
            assert f"--allow-read {geo.parent}/data, set modgo.allow.read in your editor" in message


@in_session
async def test_granted_it_is_loaded_called_tested_and_measured(geo):
    async with running(geo, capable(), allowed(geo.parent / "data")) as editor:
        assert (await editor.run("modgo.load", {"uri": geo.as_uri()}))["ok"]
        assert (await editor.run("modgo.buildAndLoad", {"uri": geo.as_uri()}))["ok"]
        assert (await editor.run("modgo.call", reads(geo)))["result"] == "NL"
        assert (await editor.run("modgo.test", {"uri": geo.as_uri()}))["passed"] == 1
        assert (await editor.run("modgo.test", {"uri": (geo / "geo.so").as_uri()}))["passed"] == 1
        assert (await editor.run("modgo.bench", reads(geo)))["ok"]
        assert "permission denied" in await refused(editor, "modgo.call", reads(geo, "secret"))


@in_session
async def test_a_module_gets_nothing_that_it_does_not_ask_for(geo):
    (geo / "modgo.toml").write_text("")
    missing = geo.parent / "is-not-there"  # for another module; the fence can't open it
    async with running(geo, capable(), allowed(geo.parent / "data", missing)) as editor:
        assert (await editor.run("modgo.load", {"uri": geo.as_uri()}))["ok"]
        assert "permission denied" in await refused(editor, "modgo.call", reads(geo))


@in_session
async def test_no_setting_grants(geo):
    """Settings of an opened folder reach the server like those of the user."""
    section = {"allow": {"read": [str(geo.parent / "data")]}, "lint": {"ignore": ["MG316"]}}
    (geo / ".vscode").mkdir()
    (geo / ".vscode/settings.json").write_text(json.dumps({"modgo.allow.read": ["/"]}))
    (geo / "modgo.toml").write_text((geo / "modgo.toml").read_text() + 'allow-read = ["/"]\n')
    async with running(geo, capable(), {"settings": section}) as editor:
        assert "the module wants to read" in await refused(editor, "modgo.call", reads(geo))
        for _ in range(2):
            editor.client.workspace_did_change_configuration(
                types.DidChangeConfigurationParams({"modgo": section})
            )
        assert "the module wants to read" in await refused(editor, "modgo.call", reads(geo))
        shown = [message.message for message in editor.client.messages]
        assert shown.count(f"Modgo: {IGNORED}") == 1


@in_session
async def test_nothing_is_granted_where_the_workspace_is_not_trusted(geo):
    async with running(geo, capable(), {**allowed(geo.parent / "data"), "trusted": False}) as editor:
        assert "not trusted" in await refused(editor, "modgo.call", reads(geo))


@in_session
async def test_a_path_that_is_not_absolute_is_reported_and_not_granted(geo):
    async with running(geo, capable(), {"allow": {"read": ["data", str(geo.parent / "data")]}}) as editor:
        assert (await editor.run("modgo.call", reads(geo)))["result"] == "NL"
        await editor.until(lambda: editor.client.messages)
        assert "modgo.allow.read names 'data': expected an absolute path" in editor.client.messages[0].message


def test_grants_are_lines_for_the_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert grants_of(Allow()) == ((), ())
    found, problems = grants_of(Allow(True, ("~/geo", "/etc/geo/", "/a/../b", "c", "/d\nnetwork", "/e\0")))
    assert found == ("network", "read /home/ann/geo", "read /etc/geo", "read /b")
    assert [problem.partition(":")[0] for problem in problems] == [
        f"modgo.allow.read names {path!r}" for path in ("c", "/d\nnetwork", "/e\0")
    ]


@pytest.mark.parametrize(
    ("wants", "given"),
    [
        ((), ()),
        (("network",), ("network",)),
        (("read /etc/geo",), ("read /etc", "read /etc/geo")),
        (("read /etc/geo/x", "network"), ("network", "read /etc", "read /etc/geo")),
        (("read /etc",), ("read /etc",)),
        (("read /etc/geography",), ("read /etc",)),
        (("read /",), ()),
    ],
)
def test_a_module_is_granted_what_it_asks_for(wants: tuple[str, ...], given: tuple[str, ...]) -> None:
    assert granted(wants, ("network", "read /etc", "read /etc/geo")) == given
    assert granted(("read /etc",), ("read /",)) == ("read /",)


def test_the_settings_of_vs_code_are_the_users_alone() -> None:
    manifest = json.loads((ROOT / "vscode-extension/package.json").read_text())
    settings = manifest["contributes"]["configuration"]["properties"]
    found = {name: each for name, each in settings.items() if name.startswith("modgo.allow.")}
    assert {name: (each["scope"], each["default"]) for name, each in found.items()} == {
        "modgo.allow.network": ("application", False),
        "modgo.allow.read": ("application", []),
    }
