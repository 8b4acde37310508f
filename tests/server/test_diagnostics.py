"""Diagnostics reach every kind of client, follow edits, and disappear with their cause."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from modgo_lsp.rules.catalogue import RULES

from .conftest import CLEAN, UNREGISTERED, Editor, capable, minimal, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


def at(text: str, word: str, unit: str) -> tuple[int, int]:
    """Line and column of `word`, the column in units of `unit`."""
    before = text[: text.index(word)]
    line = before.rsplit("\n", 1)[-1]
    width = {"utf-8": len(line.encode()), "utf-16": len(line.encode("utf-16-le")) // 2, "utf-32": len(line)}
    return before.count("\n"), width[unit]


@pytest.mark.parametrize("profile", ["visual-studio-code", "neovim", "emacs"])
async def test_opening_and_editing_pushes_to_clients_that_cannot_pull(module, profile):
    async with running(module, capable(profile)) as editor:
        assert editor.initialized.capabilities.diagnostic_provider is None
        uri = editor.open()
        await editor.codes_become(uri)
        editor.rewrite(uri, UNREGISTERED)
        await editor.codes_become(uri, "MG101")
        (diagnostic,) = editor.client.diagnostics[uri]
        assert diagnostic.source == "modgo"
        assert diagnostic.severity == types.DiagnosticSeverity.Warning
        if profile == "visual-studio-code":  # the code is a link
            assert diagnostic.code_description == types.CodeDescription(RULES["MG101"].url)
        assert (diagnostic.range.start.line, diagnostic.range.start.character) == at(
            UNREGISTERED, "Extra", "utf-16"
        )
        line, column = at(UNREGISTERED, "Extra", "utf-16")
        editor.type(uri, line, column, "e", end=(line, column + 1))
        await editor.codes_become(uri)


async def test_a_minimal_client_is_served(module):
    async with running(module, minimal()) as editor:
        uri = editor.open(text=UNREGISTERED)
        await editor.codes_become(uri, "MG101")
        (diagnostic,) = editor.client.diagnostics[uri]
        assert diagnostic.code_description is None
        assert diagnostic.related_information is None


async def pulled(editor: Editor, uri: str, previous: str | None = None) -> types.DocumentDiagnosticReport:
    return await editor.client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri), previous_result_id=previous)
    )


async def test_a_pull_without_changes_is_answered_with_unchanged(module):
    async with running(module, capable(pull=True)) as editor:
        assert editor.initialized.capabilities.diagnostic_provider is not None
        uri = editor.open(text=UNREGISTERED)
        first = await pulled(editor, uri)
        assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)
        assert [diagnostic.code for diagnostic in first.items] == ["MG101"]
        again = await pulled(editor, uri, first.result_id)
        assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)
        assert again.result_id == first.result_id
        editor.rewrite(uri, CLEAN)
        clean = await pulled(editor, uri, first.result_id)
        assert isinstance(clean, types.RelatedFullDocumentDiagnosticReport)
        assert list(clean.items) == []
        assert not editor.client.diagnostics.get(uri)  # never pushed as well


async def test_findings_in_unopened_files_of_an_open_package_are_pushed(module):
    other = module / "other.go"
    other.write_text(UNREGISTERED.split("func init")[0] + "func Other(rec *udf.Record) {}\n")
    for pull in (False, True):
        async with running(module, capable(pull=pull)) as editor:
            uri = editor.open()
            await editor.codes_become(other.as_uri(), "MG101")
            # Closing the last document of the package clears its diagnostics.
            editor.client.text_document_did_close(
                types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
            )
            await editor.until(lambda: not editor.client.diagnostics[other.as_uri()])


async def test_a_pushed_file_is_pulled_once_it_is_open(module):
    other = module / "other.go"
    other.write_text(UNREGISTERED.split("func init")[0] + "func Other(rec *udf.Record) {}\n")
    async with running(module, capable(pull=True)) as editor:
        editor.open()
        await editor.codes_become(other.as_uri(), "MG101")
        uri = editor.open("other.go")
        await editor.codes_become(uri)
        report = await pulled(editor, uri)
        assert [diagnostic.code for diagnostic in report.items] == ["MG101"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_positions_are_in_the_chosen_encoding(module, encoding):
    text = CLEAN + "\n/* 😀é */ func Extra(rec *udf.Record) string { return `😀` }\n"
    async with running(module, capable(encodings=[encoding, "utf-16"])) as editor:
        assert editor.initialized.capabilities.position_encoding == encoding
        uri = editor.open(text=text)
        await editor.codes_become(uri, "MG101")
        line, column = at(text, "Extra", encoding)
        found = editor.client.diagnostics[uri][0].range
        assert (found.start.line, found.start.character) == (line, column)
        assert (found.end.line, found.end.character) == (line, column + len("Extra"))
        # An edit after the emoji is at the right place.
        editor.type(uri, line, column, "e", end=(line, column + 1))
        await editor.codes_become(uri)
        editor.type(uri, line, column, "E", end=(line, column + 1))
        await editor.codes_become(uri, "MG101")


async def test_positions_are_in_utf_16_by_default(module):
    async with running(module, minimal()) as editor:
        assert editor.initialized.capabilities.position_encoding == "utf-16"


async def test_several_changes_in_one_notification_build_on_each_other(module):
    async with running(module, capable()) as editor:
        uri = editor.open(text=UNREGISTERED)
        await editor.codes_become(uri, "MG101")
        line, column = at(UNREGISTERED, "Extra", "utf-16")

        def change(line: int, first: int, last: int, text: str) -> types.TextDocumentContentChangePartial:
            start, end = types.Position(line, first), types.Position(line, last)
            return types.TextDocumentContentChangePartial(types.Range(start, end), text)

        above = change(0, 0, 0, "// One line.\n")
        editor.change(uri, above, change(line + 1, column, column + 1, "e"))
        await editor.codes_become(uri)


async def test_reported_changes_on_disk_take_effect(module):
    other = module / "other.go"
    async with running(module, capable()) as editor:
        uri = editor.open(text=UNREGISTERED)
        await editor.codes_become(uri, "MG101")
        other.write_text("package stats\n\nvar _ = Extra\n")
        editor.client.workspace_did_change_watched_files(
            types.DidChangeWatchedFilesParams([types.FileEvent(other.as_uri(), types.FileChangeType.Created)])
        )
        await editor.codes_become(uri)


async def test_the_client_is_asked_to_watch_files_if_it_can(module):
    async with running(module, capable()) as editor:
        await editor.until(lambda: editor.registrations)
        watched, configuration = editor.registrations
        assert watched.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        assert configuration.method == types.WORKSPACE_DID_CHANGE_CONFIGURATION
    async with running(module, minimal(), fresh=True) as editor:
        await editor.codes_become(editor.open())
        assert editor.registrations == []


async def test_settings_take_effect_at_once(module):
    async with running(module, capable(), fresh=True) as editor:
        uri = editor.open(text=UNREGISTERED)
        await editor.codes_become(uri, "MG101")
        for lint, codes in (({"ignore": ["MG101"]}, ()), ({"severity": {"MG101": "error"}}, ("MG101",))):
            settings = {"modgo": {"lint": lint}}
            editor.client.set_configuration(settings)
            editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
            await editor.codes_become(uri, *codes)
        assert editor.client.diagnostics[uri][0].severity == types.DiagnosticSeverity.Error
        # Most clients send no settings with the notification, and wait to be asked.
        editor.client.set_configuration({"modgo": {"lint": {"select": ["MG2"]}}})
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
        await editor.codes_become(uri)


async def test_an_invalid_setting_is_shown_and_ignored(module):
    options = {"settings": {"lint": {"ignor": ["MG101"]}, "go": 7}}
    async with running(module, capable(), options) as editor:
        uri = editor.open(text=UNREGISTERED)
        await editor.codes_become(uri, "MG101")
        (message,) = editor.client.messages
        assert "ignor" in message.message


async def test_a_mistake_in_modgo_toml_is_shown_there(module):
    (module / "modgo.toml").write_text('ignore = ["MG101"]\nselct = ["MG"]\n')
    async with running(module, capable()) as editor:
        uri = editor.open(text=UNREGISTERED)
        toml = (module / "modgo.toml").as_uri()
        await editor.until(lambda: editor.client.diagnostics.get(toml))
        (problem,) = editor.client.diagnostics[toml]
        assert problem.range.start.line == 1
        assert "selct" in problem.message
        assert editor.codes(uri) == []


async def test_documents_that_are_not_files_are_ignored(module):
    async with running(module, capable()) as editor:
        for uri in ("untitled:Untitled-1", "git:/x.go?ref=HEAD", "http://[", "file:relative.go"):
            item = types.TextDocumentItem(uri, "go", 1, UNREGISTERED)
            editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
            editor.versions[uri] = 1
            editor.rewrite(uri, "package x")
            assert await editor.actions(uri) == []
        await editor.codes_become(editor.open(text=UNREGISTERED), "MG101")


async def test_two_roots_are_linted_apart(module, tmp_path):
    second = tmp_path / "other"
    second.mkdir()
    (second / "go.mod").write_text((module / "go.mod").read_text().replace("stats", "other"))
    (second / "other.go").write_text(UNREGISTERED.replace("package stats", "package other"))
    async with running(module, capable()) as editor:
        folders = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(second.as_uri(), "other")], [])
        editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(folders))
        first = editor.open()
        other = editor.open(str(second / "other.go"))
        await editor.codes_become(other, "MG101")
        await editor.codes_become(first)


@pytest.mark.asyncio(loop_scope="session")
async def test_the_workspace_is_pulled_with_files_that_are_not_open(module: Path) -> None:
    (module / "stats.go").write_text(UNREGISTERED)
    async with running(module, capable(pull=True), fresh=True) as editor:
        ask = editor.client.workspace_diagnostic_async
        (report,) = (await ask(types.WorkspaceDiagnosticParams([]))).items
        assert (report.uri, [item.code for item in report.items]) == (editor.uri(), ["MG101"])
        known = [types.PreviousResultId(report.uri, report.result_id)]
        (same,) = (await ask(types.WorkspaceDiagnosticParams(known))).items
        assert same.kind == "unchanged"
        (module / "stats.go").unlink()
        deleted = types.FileEvent((module / "stats.go").as_uri(), types.FileChangeType.Deleted)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([deleted]))
        (gone,) = (await ask(types.WorkspaceDiagnosticParams(known))).items
        assert (gone.uri, list(gone.items)) == (report.uri, [])


async def test_a_binary_file_is_reported_open_or_not(module):
    (module / "stats.go").write_text("package stats\n\nfunc Plain() {}\n")
    binary = module / "binary.go"
    binary.write_bytes(b"\x7fELF\0\0")
    async with running(module, capable(), fresh=True) as editor:
        uri = editor.open()
        await editor.codes_become(binary.as_uri(), "MG400")
        await editor.codes_become(uri)
        # A NUL byte that is typed has the same effect as one in a file.
        editor.type(uri, 2, 14, "\0")
        await editor.codes_become(uri, "MG400")
        editor.type(uri, 2, 14, "", end=(2, 15))
        await editor.codes_become(uri)


async def test_a_binary_file_in_another_package_is_reported(module):
    other = module / "other"
    other.mkdir()
    (other / "other.go").write_bytes("package other\n".encode("utf-16"))
    async with running(module, capable(pull=True), fresh=True) as editor:
        reports = (await editor.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))).items
        found = {report.uri: [item.code for item in report.items] for report in reports}
        assert found[(other / "other.go").as_uri()] == ["MG400"]


async def test_a_text_that_is_not_that_of_the_build_has_not_its_findings(module):
    """Neither of a file that was built and is opened with another text, nor of one that is gone."""
    broken = CLEAN.replace("return a + b", "return a + nothing")
    for change in ("none", "other text", "gone"):
        (module / "stats.go").write_text(broken)
        async with running(module, capable()) as editor:
            uri = editor.uri()
            assert not (await editor.run("modgo.build", {"uri": module.as_uri()}))["ok"]
            await editor.codes_become(uri, "MG401")
            if change == "gone":
                (module / "stats.go").unlink()
            assert editor.open(text=broken if change == "none" else CLEAN) == uri
            if change == "none":
                editor.rewrite(uri, UNREGISTERED)
                await editor.codes_become(uri, "MG101")
            else:
                await editor.codes_become(uri)
