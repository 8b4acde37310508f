"""workspace/didChangeWatchedFiles and didChangeWorkspaceFolders."""

from __future__ import annotations

from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.workspace.session import Session


def did_change_watched_files(session: Session, params: wire.DidChangeWatchedFiles) -> None:
    """Go files, samples, cases and configuration that changed on disk"""
    paths = (path_of(change.uri) for change in params.changes)
    session.files_changed([path for path in paths if path is not None])


def did_change_folders(session: Session, params: wire.DidChangeWorkspaceFolders) -> None:
    """Folders that are added and removed"""
    removed = {folder.uri for folder in params.event.removed}
    remaining = [uri for uri in session.folder_uris if uri not in removed]
    session.folder_uris = [*remaining, *(folder.uri for folder in params.event.added)]
    session.index.invalidate()
