"""The setting newSince: findings that a git revision has are not reported."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from .conftest import UNREGISTERED, Editor, capable, git, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

MORE = UNREGISTERED + "\nfunc More(rec *udf.Record) int64 { return 2 }\n"


def since(revision: str, **options: Any) -> dict[str, Any]:
    return {"settings": {"lint": {"newSince": revision}}, **options}


async def test_only_new_findings_are_reported(repository: Path):
    async with running(repository, capable(), since("main")) as editor:
        uri = editor.open(text=MORE)
        await editor.codes_become(uri, "MG101")
        assert "More" in editor.client.diagnostics[uri][0].message
        # Lines that move are not new.
        editor.type(uri, 0, 0, "// A comment.\n\n")
        await editor.codes_become(uri, "MG101")
        editor.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams({"modgo": {"lint": {"newSince": ""}}})
        )
        await editor.codes_become(uri, "MG101", "MG101")


async def test_a_commit_counts_from_the_next_save(repository: Path):
    async with running(repository, capable(), since("HEAD")) as editor:
        uri = editor.open(text=MORE)
        await editor.codes_become(uri, "MG101")
        (repository / "stats.go").write_text(MORE)
        git(repository, "commit", "-q", "-a", "-m", "second")
        save(editor, uri)
        await editor.codes_become(uri)


def save(editor: Editor, uri: str) -> None:
    editor.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))


@pytest.mark.parametrize("revision", ["nothing", "--output=x"])
async def test_a_wrong_revision_is_reported_and_leaves_nothing_out(repository: Path, revision: str):
    async with running(repository, capable(), since(revision)) as editor:
        uri = editor.open(text=MORE)
        await editor.codes_become(uri, "MG101", "MG101")
        await editor.until(lambda: editor.client.messages)
        assert "modgo.lint.newSince" in editor.client.messages[-1].message
        assert revision in editor.client.messages[-1].message
        await editor.codes_become(uri, "MG101", "MG101")


async def test_git_does_not_run_in_an_untrusted_workspace(repository: Path, tmp_path: Path):
    mark = tmp_path / "ran"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n: >{mark}\n")
    program.chmod(0o755)
    path = {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    async with running(repository, capable(), since("main", trusted=False), environment=path) as editor:
        uri = editor.open(text=MORE)
        await editor.codes_become(uri, "MG101", "MG101")
    assert not mark.exists()
