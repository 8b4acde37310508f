"""The document, and the byte in it, that a request is about."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from lsprotocol import types

from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.model.package import Package
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.requests.translation import to_offset
from modgo_lsp.server.workspace.snapshot import Snapshot


class PositionParams(Protocol):
    """What the parameters of all requests about a position have."""

    @property
    def text_document(self) -> types.TextDocumentIdentifier: ...

    @property
    def position(self) -> types.Position: ...


class Cursor(NamedTuple):
    """A byte offset in a document; `package` is the document's, None where it belongs to none."""

    document: Document
    offset: int
    package: Package | None

    @property
    def path(self) -> str:
        return self.document.path


def document_of(snapshot: Snapshot, identifier: types.TextDocumentIdentifier) -> Document | None:
    """The document; None where it is not a file or can't be read."""
    path = path_of(identifier.uri)
    return None if path is None else snapshot.document(path)


def go_document_of(snapshot: Snapshot, identifier: types.TextDocumentIdentifier) -> Document | None:
    """The document; None where it is not a Go file or can't be read."""
    document = document_of(snapshot, identifier)
    return document if document is not None and document.path.endswith(".go") else None


def cursor_of(snapshot: Snapshot, params: PositionParams) -> Cursor | None:
    """The cursor of a request; None where the document is not a file or can't be read."""
    document = document_of(snapshot, params.text_document)
    if document is None:
        return None
    offset = to_offset(document.lines, params.position, snapshot.encoding)
    return Cursor(document, offset, snapshot.package_of(document.path))
