"""textDocument/didOpen, didChange, didSave and didClose."""

from __future__ import annotations

from pathlib import Path

from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.workspace.open_documents import OpenDocument
from modgo_lsp.server.workspace.session import Session


def did_open(session: Session, params: wire.DidOpen) -> None:
    """Uses the editor's text instead of the file on disk"""
    document = session.documents.open(params.text_document)
    if document is not None:
        if session.build_findings.concerns(document.path) and not _is_as_on_disk(document):
            _text_changed(session, document.path)
        session.polling.needed.set()
        session.changed()
        session.rescan()


def did_change(session: Session, params: wire.DidChange) -> None:
    """Applies edits; only the changed parts are parsed"""
    document = session.documents.change(params, session.encoding)
    if document is not None:
        _text_changed(session, document.path)
        session.changed()


def did_save(session: Session, params: wire.OfDocument) -> None:
    """Reads the file on disk again, and publishes diagnostics"""
    path = path_of(params.text_document.uri)
    if path is not None:
        session.index.invalidate()
        session.disk.report_change(path)
        if session.build_findings.file_changed(path):
            session.refresh_diagnostics()
        session.rescan()
        session.new_since.saved()
        session.changed()


def did_close(session: Session, params: wire.OfDocument) -> None:
    """Uses the file on disk again"""
    document = session.documents.close(params.text_document.uri)
    if document is not None:
        session.index.invalidate()
        session.disk.report_change(document.path)
        if not session.documents.by_path:
            session.polling.needed.clear()
        session.changed()


def _text_changed(session: Session, path: str) -> None:
    # Findings of a build may go in other documents too, which the client has to pull again.
    if session.build_findings.text_changed(path):
        session.refresh_diagnostics()


def _is_as_on_disk(document: OpenDocument) -> bool:
    try:
        return document.document.source == Path(document.path).read_bytes()
    except OSError:
        return False
