"""textDocument/documentSymbol and workspace/symbol."""

from __future__ import annotations

from lsprotocol import types

from modgo_lsp.ide import symbols
from modgo_lsp.ide.symbols import Symbol
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.requests.translation import location_range
from modgo_lsp.server.workspace.snapshot import Snapshot


def of_document(
    snapshot: Snapshot, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
    """A file's UDFs by their registered names"""
    path = path_of(params.text_document.uri)
    package = None if path is None else snapshot.package_of(path)
    if path is None or package is None:
        return []
    found = symbols.symbols_of(package, path)
    if not snapshot.client.symbol_trees:
        return [_information(snapshot, symbol) for symbol in found]
    return [
        types.DocumentSymbol(
            name=symbol.name,
            kind=types.SymbolKind.Function,
            detail=symbol.detail,
            range=location_range(snapshot, symbol.extent),
            selection_range=location_range(snapshot, symbol.location),
        )
        for symbol in found
    ]


def of_workspace(snapshot: Snapshot, params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
    """The workspace's UDFs by their registered names"""
    found = symbols.matching(symbols.workspace_symbols(snapshot.workspace_results()), params.query)
    return [_information(snapshot, symbol) for symbol in found]


def _information(snapshot: Snapshot, symbol: Symbol) -> types.SymbolInformation:
    place = types.Location(snapshot.uri(symbol.location.path), location_range(snapshot, symbol.location))
    return types.SymbolInformation(
        place, symbol.name, types.SymbolKind.Function, container_name=symbol.module
    )
