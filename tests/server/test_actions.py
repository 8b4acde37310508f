"""Code actions, lenses and hover, as an editor asks for them and applies them."""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from .conftest import CLEAN, UNREGISTERED, Editor, capable, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIX_ALL = "source.fixAll.modgo"


def applied(text: str, edit: types.WorkspaceEdit, uri: str) -> str:
    """The text after the edits for `uri`, whichever way they are written."""
    if edit.document_changes is not None:
        (change,) = [each for each in edit.document_changes if isinstance(each, types.TextDocumentEdit)]
        assert change.text_document.uri == uri
        edits = list(change.edits)
    else:
        assert edit.changes is not None
        edits = list(edit.changes[uri])
    lines = [*text.splitlines(keepends=True), ""]

    def offset(position: types.Position) -> int:
        return sum(len(line) for line in lines[: position.line]) + position.character

    for each in sorted(edits, key=lambda each: offset(each.range.start), reverse=True):
        text = text[: offset(each.range.start)] + each.new_text + text[offset(each.range.end) :]
    return text


async def opened(editor: Editor, text: str, *codes: str) -> str:
    uri = editor.open(text=text)
    await editor.codes_become(uri, *codes)
    return uri


@pytest.mark.parametrize("profile", ["visual-studio-code", "neovim"])
async def test_the_quick_fix_registers_the_function(module, profile):
    async with running(module, capable(profile)) as editor:
        uri = await opened(editor, UNREGISTERED, "MG101")
        where = editor.client.diagnostics[uri][0].range
        actions = await editor.actions(uri, where, only=["quickfix"])
        fix, suppress = actions
        assert fix.is_preferred
        assert suppress.title == "Suppress MG101 here"
        assert suppress.is_preferred is None
        for action in actions:
            assert [diagnostic.code for diagnostic in action.diagnostics or ()] == ["MG101"]
            mended = applied(UNREGISTERED, action.edit, uri)
            editor.rewrite(uri, mended)
            await editor.codes_become(uri)
            editor.rewrite(uri, UNREGISTERED)
            await editor.codes_become(uri, "MG101")


async def test_a_call_in_a_test_makes_a_fix_unsafe(module):
    text = (
        'package stats\n\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n\n'
        'var _ = udf.Register("late", come)\n\nfunc come(n int64, rec *udf.Record) {}\n'
    )
    async with running(module, capable()) as editor:
        uri = await opened(editor, text, "MG204")
        assert await editor.actions(uri, only=[FIX_ALL])
        test = editor.open("late_test.go", text="package stats\n")
        assert await editor.actions(uri, only=[FIX_ALL])
        editor.rewrite(test, "package stats\n\nfunc init() { come(1, nil) }\n")
        assert not await editor.actions(uri, only=[FIX_ALL])


async def test_edits_name_the_document_version(module):
    async with running(module, capable()) as editor:
        uri = await opened(editor, UNREGISTERED, "MG101")
        (change, *_) = (await editor.actions(uri))[0].edit.document_changes
        assert change.text_document.version == 1


async def test_only_requested_kinds_are_offered(module):
    text = UNREGISTERED + "\nfunc More(rec *udf.Record) {}\n"
    async with running(module, capable()) as editor:
        uri = await opened(editor, text, "MG101", "MG101")

        async def kinds(*only: str) -> set[str]:
            return {str(getattr(a.kind, "value", a.kind)) for a in await editor.actions(uri, only=list(only))}

        assert await kinds("refactor") == set()
        assert await kinds("quickfix") == {"quickfix"}
        assert await kinds("source") == {FIX_ALL}
        assert await kinds("source.fixAll") == {FIX_ALL}
        assert await kinds("source.organizeImports") == set()
        assert await kinds() == {"quickfix", FIX_ALL}
        (action,) = await editor.actions(uri, only=[FIX_ALL])
        editor.rewrite(uri, applied(text, action.edit, uri))
        await editor.codes_become(uri)
        assert await kinds() == set()


async def test_a_file_behind_a_symbolic_link_out_of_the_workspace_is_not_edited(module, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "linked.go"
    elsewhere.write_text(UNREGISTERED)
    (module / "out").mkdir()
    (module / "out" / "linked.go").symlink_to(elsewhere)
    async with running(module, capable()) as editor:
        uri = editor.open("out/linked.go")
        await editor.codes_become(uri, "MG101")
        for action in await editor.actions(uri):
            assert action.edit is None or not (action.edit.changes or action.edit.document_changes)
        editor.rewrite(uri, CLEAN)
        await editor.codes_become(uri)
        line, column = next(
            (number, text.index('"add"') + 1)
            for number, text in enumerate(CLEAN.splitlines())
            if '"add"' in text
        )
        where = types.RenameParams(types.TextDocumentIdentifier(uri), types.Position(line, column), "plus")
        with pytest.raises(JsonRpcException, match=r"takes .*linked\.go out of the workspace"):
            await editor.client.text_document_rename_async(where)


async def lenses(editor: Editor, uri: str) -> list[types.CodeLens]:
    parameters = types.CodeLensParams(types.TextDocumentIdentifier(uri))
    found = await editor.client.text_document_code_lens_async(parameters) or ()
    return [await editor.client.code_lens_resolve_async(lens) for lens in found]


async def test_lenses_name_the_servers_commands_unless_the_client_has_its_own(module):
    client = ("runOnSample", "debug", "test", "bench", "buildAndLoad")
    server = ("call", "test", "bench", "buildAndLoad")
    for options, names, more in (
        (None, [f"modgo.{name}" for name in server], {"show": True}),
        ({"commands": [f"modgo.client.{name}" for name in client]}, [], {}),
    ):
        names = names or options["commands"]
        async with running(module, capable(), options) as editor:
            uri = await opened(editor, CLEAN)
            found = await lenses(editor, uri)
            first, *others = found[: len(found) // 2]  # of the first of two functions
            assert (first.command.title, first.command.command) == ("Registered as 'add'", "")
            assert [lens.command.command for lens in others] == names
            titles = ["Run on sample", *(["Debug"] if options else []), "Test", "Bench", "Build & load"]
            assert [lens.command.title for lens in others] == titles
            place = types.Position(CLEAN[: CLEAN.index("func Add")].count("\n"), 5)
            assert all(lens.range.start == place for lens in others)
            *of_function, of_module = (list(lens.command.arguments) for lens in others)
            assert all(each == [{"uri": uri, "function": "add", **more}] for each in of_function)
            assert of_module == [{"uri": uri, **more}]


async def test_lenses_follow_edits(module):
    async with running(module, capable()) as editor:
        uri = await opened(editor, CLEAN)
        editor.rewrite(uri, CLEAN.replace('"add"', '"plus"'))
        assert "Registered as 'plus'" in [lens.command.title for lens in await lenses(editor, uri)]


async def hovered(editor: Editor, uri: str, line: int, column: int) -> types.Hover | None:
    parameters = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, column))
    return await editor.client.text_document_hover_async(parameters)


async def test_requests_about_files_that_do_not_exist_are_answered(module):
    async with running(module, capable()) as editor:
        uri = editor.uri("gone.go")
        assert await editor.actions(uri) == []
        assert await lenses(editor, uri) == []
        assert await hovered(editor, uri, 0, 0) is None


async def test_many_requests_at_once_are_all_answered(module):
    async with running(module, capable()) as editor:
        uri = editor.open()
        found = await asyncio.gather(*(hovered(editor, uri, 5, 16) for _ in range(50)))
        assert len({hover.contents.value for hover in found}) == 1
