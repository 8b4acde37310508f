"""textDocument/rename and prepareRename."""

from __future__ import annotations

from lsprotocol import types

from modgo_lsp.file_writer import leads_out
from modgo_lsp.ide.rename import RenameError, renamable
from modgo_lsp.ide.rename import rename as renamed
from modgo_lsp.server.lsp.errors import RefusedError
from modgo_lsp.server.requests.cursor import cursor_of
from modgo_lsp.server.requests.translation import to_range, workspace_edit
from modgo_lsp.server.workspace.snapshot import Snapshot


def prepare(snapshot: Snapshot, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    """Whether the cursor is in a registered name"""
    cursor = cursor_of(snapshot, params)
    if cursor is None or cursor.package is None:
        return None
    found = renamable(cursor.package, cursor.path, cursor.offset, snapshot.files)
    if found is None:
        return None
    span, name = found
    return types.PrepareRenamePlaceholder(to_range(cursor.document.lines, span, snapshot.encoding), name)


def rename(snapshot: Snapshot, params: types.RenameParams) -> types.WorkspaceEdit:
    """Gives a UDF another registered name, in its cases and samples too"""
    cursor = cursor_of(snapshot, params)
    if cursor is None or cursor.package is None:
        raise RefusedError("Modgo: there is no Go package here to rename in.")
    # Files are renamed by document changes only.
    moving = snapshot.client.rename_files and snapshot.client.document_changes
    try:
        found = renamed(cursor.package, cursor.path, cursor.offset, params.new_name, snapshot.files, moving)
    except RenameError as error:
        raise RefusedError(f"Modgo: {error}.") from None
    changed = sorted(
        {*(each.location.path for each in found.edits), *(each for pair in found.files for each in pair)}
    )
    if outside := next(filter(leads_out, changed), None):
        raise RefusedError(f"Modgo: a symbolic link takes {outside} out of the workspace: rename it by hand.")
    edit = workspace_edit(snapshot, found.edits)
    if edit.document_changes is not None:
        moves = [types.RenameFile(snapshot.uri(before), snapshot.uri(after)) for before, after in found.files]
        edit = types.WorkspaceEdit(document_changes=[*edit.document_changes, *moves])
    return edit
