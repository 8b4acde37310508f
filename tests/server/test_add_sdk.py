"""The action at the import of the SDK that adds it to go.mod."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from .conftest import CLEAN, Editor, capable, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

IMPORT = CLEAN.splitlines().index('import "github.com/GeertJohan/aerospike-mod-go/udf"')
FRESH = "module example.com/stats\n\ngo 1.24\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "stats"
    folder.mkdir()
    (folder / "go.mod").write_text(FRESH)
    (folder / "stats.go").write_text(CLEAN)
    return folder


def red(line: int = IMPORT) -> types.Diagnostic:
    """What gopls reports at the import."""
    place = types.Range(types.Position(line, 7), types.Position(line, 50))
    return types.Diagnostic(place, "could not import", source="compiler")


async def sdk_actions(editor: Editor, uri: str, line: int = IMPORT, *known: types.Diagnostic):
    place = types.Range(types.Position(line, 10), types.Position(line, 10))
    found = await editor.client.text_document_code_action_async(
        types.CodeActionParams(types.TextDocumentIdentifier(uri), place, types.CodeActionContext(list(known)))
    )
    return [each for each in found or () if isinstance(each, types.CodeAction) and each.command is not None]


async def test_it_fixes_the_red_import_of_a_fresh_go_mod(folder: Path):
    async with running(folder, capable()) as editor:
        uri = editor.open()
        await editor.codes_become(uri)
        (action,) = await sdk_actions(editor, uri, IMPORT, red())
        assert (action.title, action.kind) == ("Add the SDK to go.mod", types.CodeActionKind.QuickFix)
        assert action.is_preferred
        assert [each.source for each in action.diagnostics or ()] == ["compiler"]
        answer = await editor.run(action.command.command, *action.command.arguments)
        assert answer["ok"], answer
        go_mod = (folder / "go.mod").read_text()
        assert f"github.com/GeertJohan/aerospike-mod-go/udf {answer['version']}" in go_mod
        assert "/go.mod h1:" in (folder / "go.sum").read_text()
        assert await sdk_actions(editor, uri) == []


async def test_it_is_offered_without_gopls_and_only_at_the_import(folder: Path):
    async with running(folder, capable()) as editor:
        uri = editor.open()
        await editor.codes_become(uri)
        (action,) = await sdk_actions(editor, uri)
        assert (action.is_preferred, action.diagnostics) == (None, None)
        assert await sdk_actions(editor, uri, IMPORT + 2) == []


async def test_it_adds_the_checksums_alone(folder: Path):
    async with running(folder, capable()) as editor:
        uri = editor.open()
        await editor.codes_become(uri)
        await editor.run("modgo.addSdk", {"uri": uri})
        (folder / "go.sum").unlink()
        editor.client.workspace_did_change_watched_files(
            types.DidChangeWatchedFilesParams(
                [types.FileEvent((folder / "go.sum").as_uri(), types.FileChangeType.Deleted)]
            )
        )
        (action,) = await sdk_actions(editor, uri)
        assert action.title == "Add the SDK's checksums to go.sum"


async def test_a_module_with_vendored_dependencies_needs_no_checksums(folder: Path):
    (folder / "go.mod").write_text(f"{FRESH}\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n")
    async with running(folder, capable()) as editor:
        uri = editor.open()
        await editor.codes_become(uri)
        titles = [each.title for each in await sdk_actions(editor, uri)]
        assert titles == ["Add the SDK's checksums to go.sum"]
        listed = folder / "vendor" / "modules.txt"
        listed.parent.mkdir()
        listed.write_text("")
        editor.client.workspace_did_change_watched_files(
            types.DidChangeWatchedFilesParams(
                [types.FileEvent(listed.as_uri(), types.FileChangeType.Created)]
            )
        )
        titles = [each.title for each in await sdk_actions(editor, uri)]
        assert "Add the SDK's checksums to go.sum" not in titles


@pytest.mark.parametrize(
    "go_mod",
    [None, FRESH + "\nreplace github.com/GeertJohan/aerospike-mod-go/udf => ../udf\n"],
    ids=["no go.mod", "a local SDK"],
)
async def test_it_is_not_offered_where_it_would_not_help(folder: Path, go_mod: str | None):
    if go_mod is None:
        (folder / "go.mod").unlink()
    else:
        (folder / "go.mod").write_text(go_mod)
    async with running(folder, capable()) as editor:
        uri = editor.open()
        await editor.codes_become(uri)
        assert await sdk_actions(editor, uri) == []
        if go_mod is None:
            answer = await editor.run("modgo.addSdk", {"uri": uri})
            assert answer["error"]["message"] == (
                f"There is no go.mod in {folder} or above it. "
                "Run `go mod init example.com/stats` there first."
            )


async def test_what_prevents_it_is_explained(folder: Path):
    (folder / "go.sum").mkdir()
    async with running(folder, capable()) as editor:
        editor.client.progress_reports["mine"] = []
        answer = await editor.run("modgo.addSdk", {"uri": folder.as_uri()}, token="mine")
        assert f"{folder / 'go.sum'} cannot be written: it is a folder" in answer["error"]["message"]
        first, last = editor.steps("mine")
        assert (first.title, last.message) == ("Adding the SDK to stats", "failed")
    async with running(folder, capable(), {"settings": {"go": {"path": "/no/such/go"}}}) as editor:
        editor.client.set_configuration({"modgo": {"go": {"path": "/no/such/go"}}})
        answer = await editor.run("modgo.addSdk", {"uri": folder.as_uri()})
        assert "/no/such/go, which --go or the setting go names, is not" in answer["error"]["message"]
    assert (folder / "go.mod").read_text() == FRESH


async def test_an_untrusted_workspace_is_left_alone(folder: Path):
    async with running(folder, capable(), {"trusted": False}) as editor:
        uri = editor.open()
        await editor.codes_become(uri)
        assert await sdk_actions(editor, uri, IMPORT, red()) == []
        answer = await editor.run("modgo.addSdk", {"uri": uri})
    assert "not trusted" in answer["error"]["message"]
    assert (folder / "go.mod").read_text() == FRESH


async def test_a_client_with_a_command_of_its_own_runs_that(folder: Path):
    async with running(folder, capable(), {"commands": ["modgo.client.addSdk"]}) as editor:
        uri = editor.open()
        await editor.codes_become(uri)
        (action,) = await sdk_actions(editor, uri)
        assert (action.command.command, action.command.arguments) == ("modgo.client.addSdk", ({"uri": uri},))


async def test_the_rules_come_with_their_pages(folder: Path):
    async with running(folder, capable()) as editor:
        rules = {each["code"]: each for each in (await editor.run("modgo.rules"))["rules"]}
    assert rules["MG101"]["name"] == "unregistered-udf"
    assert rules["MG101"]["page"].startswith("# MG101")
