"""Modgo beside another server in one editor: what it announces, and when it asks for a refresh."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lsprotocol import types

from modgo_lsp.server.requests.translation import CONVERTER
from scripts.new_method import GOPLS, provider_of

from .conftest import CLEAN, Editor, capable, minimal, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("capabilities", [capable(), minimal()], ids=["vscode", "minimal"])
async def test_nothing_that_gopls_does_is_announced(module, capabilities):
    async with running(module, capabilities) as editor:
        offered = CONVERTER.unstructure(editor.initialized.capabilities)
        providers = {provider_of(method) for method in GOPLS}
        assert len(providers) == len(GOPLS)
        assert "" not in providers
        assert offered.keys() & providers == set()


async def test_an_editor_that_asks_one_server_gets_null_where_nothing_is_modgos(module):
    async with running(module, capable()) as editor:
        uri = editor.open(
            text=CLEAN.replace('udf.Register("add", Add)', "").replace('udf.Register("count", Count)', "")
        )
        document = types.TextDocumentIdentifier(uri)
        client, here = editor.client, types.Position(13, 9)
        at = {"text_document": document, "position": here}
        assert (
            await client.text_document_document_highlight_async(types.DocumentHighlightParams(**at)) is None
        )
        assert await client.text_document_definition_async(types.DefinitionParams(**at)) is None
        assert await client.text_document_hover_async(types.HoverParams(**at)) is None
        assert await client.text_document_signature_help_async(types.SignatureHelpParams(**at)) is None
        assert await client.text_document_prepare_rename_async(types.PrepareRenameParams(**at)) is None
        prepare = types.CallHierarchyPrepareParams(**at)
        assert await client.text_document_prepare_call_hierarchy_async(prepare) is None
        tokens = types.SemanticTokensParams(document)
        assert await client.text_document_semantic_tokens_full_async(tokens) is None


async def test_methods_of_the_option_without_are_not_announced(module):
    without = [
        "textDocument/prepareCallHierarchy",
        "textDocument/semanticTokens/full",
        "textDocument/nonsense",
    ]
    async with running(module, capable(), {"without": without}) as editor:
        offered = editor.initialized.capabilities
        assert offered.call_hierarchy_provider is None
        assert offered.semantic_tokens_provider is None or not offered.semantic_tokens_provider.full
        assert offered.hover_provider


def listening(editor: Editor) -> list[str]:
    """The refresh requests that come from now on."""
    requests: list[str] = []
    for method in (types.WORKSPACE_CODE_LENS_REFRESH, types.WORKSPACE_SEMANTIC_TOKENS_REFRESH):
        editor.client.protocol.fm.features[method] = lambda _params, method=method: requests.append(method)
    return requests


async def test_a_change_in_another_file_refreshes_lenses(module: Path):
    registrations = CLEAN[: CLEAN.index("// Add adds")]
    (module / "stats.go").write_text(registrations)
    functions = "package stats\n\n" + CLEAN[CLEAN.index("import") : CLEAN.index("func init")]
    (module / "functions.go").write_text(functions + CLEAN[CLEAN.index("// Add adds") :])
    async with running(module, capable(), fresh=True) as editor:
        requests = listening(editor)
        uri, other = editor.open(), editor.open("functions.go")
        await editor.codes_become(uri)
        await editor.codes_become(other)
        editor.rewrite(uri, registrations.replace('"add"', '"plus"'))
        await editor.until(lambda: len(requests) == 2)
        assert sorted(requests) == ["workspace/codeLens/refresh", "workspace/semanticTokens/refresh"]
        # An edit that only moves lines refreshes nothing.
        editor.rewrite(uri, registrations.replace('"add"', '"plus"') + "\n\n")
        editor.rewrite(
            other, functions + CLEAN[CLEAN.index("// Add adds") :] + "\nfunc More(rec *udf.Record) {}\n"
        )
        await editor.codes_become(other, "MG101")
        assert len(requests) == 2


async def test_an_edit_in_the_only_file_refreshes_nothing(module: Path):
    async with running(module, capable(), fresh=True) as editor:
        requests = listening(editor)
        uri = editor.open()
        await editor.codes_become(uri)
        editor.rewrite(uri, CLEAN.replace('"add"', '"größe"'))
        await editor.codes_become(uri, "MG105")
        assert requests == []


async def test_the_sdk_is_documented_where_gopls_cannot_find_it(module: Path, tmp_path: Path):
    async with running(module, capable(), environment={"GOMODCACHE": str(tmp_path / "empty")}) as editor:
        uri = editor.open()
        line = CLEAN[: CLEAN.index("rec.Int(bin)")].count("\n")
        column = CLEAN.split("\n")[line].index("Int")
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, column + 1))
        found = await editor.client.text_document_hover_async(params)
        assert found.contents.value.startswith("```go\nfunc (r *Record) Int(name string) (int64, bool)\n```")
        assert (found.range.start.character, found.range.end.character) == (column, column + 3)
        # Once gopls finds it, gopls documents it.
        folder = tmp_path / "empty" / "github.com" / "!geert!johan" / "aerospike-mod-go" / "udf@v1.0.0"
        folder.mkdir(parents=True)
        (folder / "udf.go").write_text("package udf\n")
        saved = types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri))
        editor.client.text_document_did_save(saved)
        assert await editor.client.text_document_hover_async(params) is None


async def test_samples_created_and_deleted_on_disk_are_noticed(module: Path):
    async with running(module, capable(), fresh=True) as editor:
        await editor.until(lambda: editor.registrations)
        patterns = [each["globPattern"] for each in editor.registrations[0].register_options["watchers"]]
        assert "**/testdata/udf/*" in patterns
        text = CLEAN.replace("rec.Int(bin)", 'rec.Int("")')
        uri = editor.open(text=text)
        line = text[: text.index('rec.Int("")')].count("\n")
        where = types.Position(line, text.split("\n")[line].index('""') + 1)
        ask = types.CompletionParams(types.TextDocumentIdentifier(uri), where)

        async def offered() -> list[str]:
            return [item.label for item in (await editor.client.text_document_completion_async(ask)).items]

        assert await offered() == []
        sample = module / "testdata" / "udf" / "default.record.json"
        sample.parent.mkdir(parents=True)
        sample.write_text('{"bins": {"visits": 1}}')
        os.utime(sample)
        change = types.FileEvent(sample.as_uri(), types.FileChangeType.Created)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
        assert await offered() == ["visits"]
