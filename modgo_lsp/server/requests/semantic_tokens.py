"""textDocument/semanticTokens/full and range."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Encoding
from modgo_lsp.ide.semantic_tokens import TYPES, Token, tokens
from modgo_lsp.server.requests.cursor import go_document_of
from modgo_lsp.server.requests.translation import to_span
from modgo_lsp.server.workspace.snapshot import Snapshot


def full(snapshot: Snapshot, params: types.SemanticTokensParams) -> types.SemanticTokens | None:
    """Registered names as functions, rule codes as macros; null where there are none, so that an editor that
    takes the tokens of one server only takes gopls's"""
    document = go_document_of(snapshot, params.text_document)
    if document is None:
        return None
    return _encoded(tokens(snapshot.package_of(document.path), document), document, snapshot.encoding)


def of_range(snapshot: Snapshot, params: types.SemanticTokensRangeParams) -> types.SemanticTokens | None:
    """The same, for a part of a file"""
    document = go_document_of(snapshot, params.text_document)
    if document is None:
        return None
    span = to_span(document.lines, params.range, snapshot.encoding)
    found = tokens(snapshot.package_of(document.path), document)
    inside = [each for each in found if each.span.start < span.end and span.start < each.span.end]
    return _encoded(inside, document, snapshot.encoding)


def _encoded(found: Iterable[Token], document: Document, encoding: Encoding) -> types.SemanticTokens | None:
    """Each token as five numbers: lines and columns from the one before, length, type and modifiers."""
    data: list[int] = []
    last_line = last_column = 0
    for token in found:
        line, column = document.lines.encoded(token.span.start, encoding)
        _, end = document.lines.encoded(token.span.end, encoding)
        if line != last_line:
            last_column = 0
        data += [line - last_line, column - last_column, end - column, TYPES.index(token.type), 0]
        last_line, last_column = line, column
    return types.SemanticTokens(data) if data else None
