"""Every request about a place, on one small module. Marks in it say what is asked where: «name» in a comment
behind a line is the place of `name` on that line, so that expectations stand beside what they are about.

Not for: diagnostics, actions and commands (their own files).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lsprotocol import types

from tests.server.conftest import GO_MOD, Editor, capable, minimal, running

SOURCE = """package stats

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("größe", Size)
	udf.Register("add", Add)
	udf.Register("plus", Add)
	udf.Register("𝄞", helper)
}

// Size tells how large the record is.
func Size(rec *udf.Record, bin string) (int64, error) {
	n, _ := rec.Int("tokens")
	return deep(n), nil
}

// Add adds.
func Add(a, b int64) int64 { return deep(a) + b }

func deep(n int64) int64 { return deeper(n) }

func deeper(n int64) int64 { return n } //modgo:ignore MG302,MG999 why not

func Later(rec *udf.Record) {}

func helper() {}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "stats"
    (folder / "testdata" / "udf").mkdir(parents=True)
    (folder / "go.mod").write_text(GO_MOD)
    (folder / "stats.go").write_text(SOURCE, encoding="utf-8")
    (folder / "testdata" / "udf" / "add.record.json").write_text('{"bins": {"visits": 1}}')
    return folder


@pytest_asyncio.fixture(loop_scope="session", params=["utf-8", "utf-16", "utf-32"])
async def editor(folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[Editor]:
    async with running(folder, capable(encodings=[request.param])) as editor:
        editor.encoding = request.param  # type: ignore[attr-defined]
        yield editor


def units(text: str, encoding: str) -> int:
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    return len(text.encode(f"{encoding}-le" if width > 1 else encoding)) // width


def position(editor: Any, word: str, nth: int = 0, after: int = 0, source: str = SOURCE) -> types.Position:
    """The start of the nth `word`, `after` characters further."""
    offset = -1
    for _ in range(nth + 1):
        offset = source.index(word, offset + 1)
    offset += after
    line_start = source.rfind("\n", 0, offset) + 1
    column = units(source[line_start:offset], editor.encoding)
    return types.Position(source.count("\n", 0, offset), column)


def written(editor: Any, range_: types.Range, source: str = SOURCE) -> str:
    """What stands in a range."""
    lines = source.split("\n")
    assert range_.start.line == range_.end.line
    line, found = lines[range_.start.line], ""
    for index, character in enumerate(line):
        if range_.start.character <= units(line[:index], editor.encoding) < range_.end.character:
            found += character
    return found


def at(uri: str) -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(uri)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_registered_name_leads_to_its_function(editor: Editor) -> None:
    uri = editor.open()
    params = types.DefinitionParams(at(uri), position(editor, "größe", after=2))
    (found,) = await editor.client.text_document_definition_async(params)
    assert (found.uri, written(editor, found.range)) == (uri, "Size")
    assert found.range.start == position(editor, "Size(rec")


@pytest.mark.asyncio(loop_scope="session")
async def test_a_function_leads_to_all_its_names_and_a_name_to_itself(editor: Editor) -> None:
    uri = editor.open()
    for declarations, wanted in ((False, ['"add"', '"plus"']), (True, ['"add"', '"plus"', "Add"])):
        params = types.ReferenceParams(
            types.ReferenceContext(declarations), at(uri), position(editor, "Add(a")
        )
        found = await editor.client.text_document_references_async(params)
        assert [written(editor, each.range) for each in found] == wanted
    params = types.ReferenceParams(types.ReferenceContext(False), at(uri), position(editor, "plus"))
    found = await editor.client.text_document_references_async(params)
    assert [written(editor, each.range) for each in found] == ['"plus"']


@pytest.mark.asyncio(loop_scope="session")
async def test_names_and_function_are_highlighted_together(editor: Editor) -> None:
    uri = editor.open()
    params = types.DocumentHighlightParams(at(uri), position(editor, "Add(a"))
    found = await editor.client.text_document_document_highlight_async(params)
    assert sorted(written(editor, each.range) for each in found) == ['"add"', '"plus"', "Add"]
    params = types.DocumentHighlightParams(at(uri), position(editor, "deeper(n int64)"))
    assert not await editor.client.text_document_document_highlight_async(params)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_name_is_renamed_with_its_samples(editor: Editor) -> None:
    uri = editor.open()
    where = position(editor, "add", after=1)
    prepared = await editor.client.text_document_prepare_rename_async(
        types.PrepareRenameParams(at(uri), where)
    )
    assert (prepared.placeholder, written(editor, prepared.range)) == ("add", "add")
    edit = await editor.client.text_document_rename_async(types.RenameParams(at(uri), where, "total"))
    changes = [each for each in edit.document_changes if isinstance(each, types.TextDocumentEdit)]
    assert [(written(editor, each.range), each.new_text) for each in changes[0].edits] == [("add", "total")]
    (moved,) = [each for each in edit.document_changes if isinstance(each, types.RenameFile)]
    assert moved.old_uri.endswith("/add.record.json")
    assert moved.new_uri.endswith("/total.record.json")


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("word", "name", "why"), [("add", "plus", "registered already"), ("add", "a-b", "letters, digits")]
)
async def test_a_rename_that_cannot_be_says_why(editor: Editor, word: str, name: str, why: str) -> None:
    uri = editor.open()
    with pytest.raises(Exception, match=why):
        await editor.client.text_document_rename_async(
            types.RenameParams(at(uri), position(editor, word), name)
        )


@pytest.mark.asyncio(loop_scope="session")
async def test_go_names_are_left_to_gopls(editor: Editor) -> None:
    uri = editor.open()
    where = position(editor, "Add(a")
    assert (
        await editor.client.text_document_prepare_rename_async(types.PrepareRenameParams(at(uri), where))
        is None
    )
    assert await editor.client.text_document_definition_async(types.DefinitionParams(at(uri), where)) == []


@pytest.mark.asyncio(loop_scope="session")
async def test_udfs_are_symbols_by_their_registered_names(editor: Editor) -> None:
    uri = editor.open()
    found = await editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(at(uri)))
    assert [each.name for each in found] == ["größe", "add", "plus", "𝄞"]
    assert found[1].detail == "add(a: integer, b: integer) → integer"
    assert written(editor, found[1].selection_range) == "Add"


@pytest.mark.asyncio(loop_scope="session")
async def test_the_workspace_is_searched_on_disk_too(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "other.go").write_text(
        'package other\n\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n\n'
        'var _ = udf.Register("elsewhere", func() {})\n'
    )
    async with running(folder, capable(), fresh=True) as editor:
        found = await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("ELW"))
        assert [(each.name, each.container_name) for each in found] == [("elsewhere", "other")]


@pytest.mark.asyncio(loop_scope="session")
async def test_calls_are_followed_from_a_udf_down_and_up(editor: Editor) -> None:
    uri = editor.open()
    (udf,) = await editor.client.text_document_prepare_call_hierarchy_async(
        types.CallHierarchyPrepareParams(at(uri), position(editor, '"add"', after=2))
    )
    assert (udf.name, udf.detail) == ("add", "add(a: integer, b: integer) → integer")
    (down,) = await editor.client.call_hierarchy_outgoing_calls_async(
        types.CallHierarchyOutgoingCallsParams(udf)
    )
    assert (down.to.name, [written(editor, each) for each in down.from_ranges]) == ("deep", ["deep"])
    (further,) = await editor.client.call_hierarchy_outgoing_calls_async(
        types.CallHierarchyOutgoingCallsParams(down.to)
    )
    assert further.to.name == "deeper"
    up = await editor.client.call_hierarchy_incoming_calls_async(
        types.CallHierarchyIncomingCallsParams(down.to)
    )
    assert sorted(each.from_.name for each in up) == ["Add", "Size"]


@pytest.mark.asyncio(loop_scope="session")
async def test_hints_tell_names_and_aerospikes_types(editor: Editor) -> None:
    uri = editor.open()
    everything = types.Range(types.Position(0, 0), types.Position(100, 0))
    found = await editor.client.text_document_inlay_hint_async(types.InlayHintParams(at(uri), everything))
    labels = [each.label for each in found]
    assert labels[:1] == [' "größe"']
    assert ' "add", "plus"' in labels
    assert " integer" in labels
    first = types.Range(types.Position(0, 0), types.Position(12, 30))
    fewer = await editor.client.text_document_inlay_hint_async(types.InlayHintParams(at(uri), first))
    assert [each.label for each in fewer] == [' "größe"']


@pytest.mark.asyncio(loop_scope="session")
async def test_tokens_are_the_registered_names_and_rule_codes(editor: Editor) -> None:
    uri = editor.open()
    found = await editor.client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(at(uri)))
    told, line, column = [], 0, 0
    for start in range(0, len(found.data), 5):
        lines, columns, length, kind, _ = found.data[start : start + 5]
        line, column = line + lines, columns if lines else column + columns
        place = types.Range(types.Position(line, column), types.Position(line, column + length))
        told.append((written(editor, place), kind))
    assert told == [("größe", 0), ("add", 0), ("plus", 0), ("𝄞", 0), ("MG302", 1), ("MG999", 1)]


@pytest.mark.asyncio(loop_scope="session")
async def test_ranges_and_links(editor: Editor) -> None:
    uri = editor.open()
    (fold,) = await editor.client.text_document_folding_range_async(types.FoldingRangeParams(at(uri)))
    assert (fold.start_line, fold.end_line) == (5, 8)
    where = position(editor, "größe", after=1)
    (grown,) = await editor.client.text_document_selection_range_async(
        types.SelectionRangeParams(at(uri), [where])
    )
    told = []
    while grown is not None:
        told.append(grown.range)
        grown = grown.parent
    assert written(editor, told[0]) == '"größe"'
    assert written(editor, told[1]) == 'udf.Register("größe", Size)'
    assert told[-1].start == types.Position(0, 0)
    (link,) = await editor.client.text_document_document_link_async(types.DocumentLinkParams(at(uri)))
    assert (written(editor, link.range), (link.target or "").rpartition("/")[2]) == ("MG302", "MG302.md")


@pytest.mark.asyncio(loop_scope="session")
async def test_a_registration_shows_what_its_callers_see(editor: Editor) -> None:
    uri = editor.open()
    help_ = await editor.client.text_document_signature_help_async(
        types.SignatureHelpParams(at(uri), position(editor, "Add)"))
    )
    (signature,) = help_.signatures
    assert signature.label == "add(a: integer, b: integer) → integer"
    assert [each.label for each in signature.parameters] == ["a: integer", "b: integer"]
    assert (
        await editor.client.text_document_signature_help_async(
            types.SignatureHelpParams(at(uri), position(editor, "deep(a)", after=5))
        )
        is None
    )


async def completed(editor: Editor, uri: str, source: str) -> list[types.CompletionItem]:
    """The items at the mark | in `source`."""
    where = position(editor, "|", source=source)
    editor.rewrite(uri, source.replace("|", "", 1))
    answer = await editor.client.text_document_completion_async(types.CompletionParams(at(uri), where))
    return list(answer.items)


@pytest.mark.asyncio(loop_scope="session")
async def test_bins_of_code_and_samples_are_completed_in_broken_code(editor: Editor) -> None:
    uri = editor.open()
    items = await completed(editor, uri, SOURCE + '\nfunc x(rec *udf.Record) { rec.Set("|')
    assert [(each.label, each.detail) for each in items] == [
        ("visits", "bin of add.record.json"),
        ("tokens", "bin, used by Size"),
    ]


@pytest.mark.asyncio(loop_scope="session")
async def test_rule_codes_are_completed_in_suppressions_and_told_by_resolve(editor: Editor) -> None:
    uri = editor.open()
    items = await completed(editor, uri, SOURCE + "\n//modgo:ignore MG301,MG31|")
    item = next(each for each in items if each.label == "MG312")
    assert written(editor, item.text_edit.range, SOURCE + "\n//modgo:ignore MG301,MG31") == "MG31"
    assert item.documentation is None
    resolved = await editor.client.completion_item_resolve_async(item)
    assert resolved.documentation.value.startswith("# MG312 bin-name-too-long")


@pytest.mark.asyncio(loop_scope="session")
async def test_what_is_not_registered_is_offered(editor: Editor) -> None:
    uri = editor.open()
    items = await completed(
        editor, uri, SOURCE.replace("\tudf.Register", '\tudf.Register("|\n\tudf.Register', 1)
    )
    assert [(each.label, each.detail) for each in items] == [("later", "for Later")]
    items = await completed(editor, uri, SOURCE.replace("\tudf.Register", "\tudf.R|\n\tudf.Register", 1))
    assert [each.text_edit.new_text for each in items] == ['udf.Register("later", Later)']
    items = await completed(editor, uri, SOURCE + "\nud|")
    assert [each.label for each in items] == ["udf record", "udf stream"]


@pytest.mark.asyncio(loop_scope="session")
async def test_gos_own_completion_is_left_to_gopls(editor: Editor) -> None:
    uri = editor.open()
    assert await completed(editor, uri, SOURCE + "\nfunc x(rec *udf.Record) { rec.|") == []
    assert await completed(editor, uri, SOURCE + '\nvar text = "|') == []


@pytest.mark.asyncio(loop_scope="session")
async def test_a_minimal_client_gets_what_it_can_show(folder: Path) -> None:
    async with running(folder, minimal()) as editor:
        editor.encoding = "utf-16"  # type: ignore[attr-defined]
        uri = editor.open()
        found = await editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(at(uri)))
        assert [type(each) for each in found] == [types.SymbolInformation] * 4
        assert await completed(editor, uri, SOURCE + "\nud|") == []
        params = types.RenameParams(at(uri), position(editor, "add"), "total")
        edit = await editor.client.text_document_rename_async(params)
        assert json.dumps(list(edit.changes))  # and no files are renamed
        assert edit.document_changes is None


@pytest.mark.asyncio(loop_scope="session")
async def test_a_lens_gets_its_command_when_it_comes_into_view(editor: Editor) -> None:
    uri = editor.open()
    found = await editor.client.text_document_code_lens_async(types.CodeLensParams(at(uri)))
    assert all(lens.command is None for lens in found)
    told = [await editor.client.code_lens_resolve_async(lens) for lens in found]
    commands = [(lens.command.title, lens.command.command) for lens in told if lens.command is not None]
    assert ("Registered as 'größe'", "") in commands
    assert ("Run 'plus' on sample", "modgo.call") in commands
