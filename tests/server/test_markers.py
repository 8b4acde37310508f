"""The workspaces in workspaces/, each with the real server, for every client that it is about.

`--update-golden` writes their golden files.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from .archive import read_archive
from .conftest import Editor, capable, minimal, running
from .marked_workspace import MarkedWorkspace
from .marker_checks import check_all

WORKSPACES = sorted((Path(__file__).parent / "workspaces").glob("*.txtar"))
# The encodings that each client asks for by itself; of VS Code's, which pulls diagnostics today, we try all.
CLIENTS = {
    "vscode": (lambda: capable("visual-studio-code", pull=True, encodings=["utf-16"]), "utf-16"),
    "vscode-utf-8": (lambda: capable("visual-studio-code", encodings=["utf-8"]), "utf-8"),
    "vscode-utf-32": (lambda: capable("visual-studio-code", encodings=["utf-32"]), "utf-32"),
    "neovim": (lambda: capable("neovim"), "utf-8"),
    "emacs": (lambda: capable("emacs"), "utf-32"),
    "minimal": (minimal, "utf-16"),
}
_EXTRA = "flags: ignore_extra_diags"
_CLIENTS = re.compile(r"^clients: (.*)$", re.MULTILINE)


def cases() -> list[Any]:
    """Each workspace with each client that its comment names, or with all."""
    found = []
    for path in WORKSPACES:
        named = _CLIENTS.search(read_archive(path).comment)
        clients = list(CLIENTS) if named is None else named[1].split()
        for client in CLIENTS:
            if client in clients or client.partition("-")[0] in clients:
                found.append(pytest.param(path, client, id=f"{path.stem}-{client}"))
    return found


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("path", "client"), cases())
async def test_workspace(path: Path, client: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    capabilities, encoding = CLIENTS[client]
    archive = read_archive(path)
    folder = tmp_path / "stats"
    folder.mkdir()
    workspace = MarkedWorkspace(archive, folder)
    update = bool(pytestconfig.getoption("--update-golden", False))
    settings = archive.files.get("settings.json")
    async with running(folder, capabilities()) as editor:
        assert editor.initialized.capabilities.position_encoding == encoding
        if settings is not None:
            configure(editor, json.loads(settings))
        workspace.begin(editor, encoding)
        try:
            await check_all(workspace, update, extra=_EXTRA in archive.comment)
        finally:
            if settings is not None:
                configure(editor, {})
            if update:
                archive.write(path)


def configure(editor: Editor, settings: dict[str, Any]) -> None:
    """Changes the editor's settings, section "modgo"."""
    editor.client.set_configuration({"modgo": settings})
    params = types.DidChangeConfigurationParams({"modgo": settings})
    editor.client.workspace_did_change_configuration(params)
