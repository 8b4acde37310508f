"""textDocument/definition, references and documentHighlight.

Where nothing is Modgo's the result is null, not an empty list: an editor that asks one server after the other
until one has a result goes on to gopls.
"""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from modgo_lsp.ide import navigation
from modgo_lsp.model.finding import Location
from modgo_lsp.server.requests.cursor import cursor_of
from modgo_lsp.server.requests.translation import location_range
from modgo_lsp.server.workspace.snapshot import Snapshot


def definition(snapshot: Snapshot, params: types.DefinitionParams) -> list[types.Location] | None:
    """From a registered name to the function behind it, from cases too"""
    cursor = cursor_of(snapshot, params)
    if cursor is None or cursor.package is None:
        return None
    found = navigation.definitions(cursor.package, cursor.path, cursor.offset, snapshot.files)
    return _locations(snapshot, found)


def references(snapshot: Snapshot, params: types.ReferenceParams) -> list[types.Location] | None:
    """Where a UDF is registered, and its cases and samples, from its name or its function"""
    cursor = cursor_of(snapshot, params)
    if cursor is None or cursor.package is None:
        return None
    declarations = params.context.include_declaration
    found = navigation.references(cursor.package, cursor.path, cursor.offset, declarations, snapshot.files)
    return _locations(snapshot, found)


def highlight(
    snapshot: Snapshot, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight] | None:
    """The registered names of a UDF and its function, in its file"""
    cursor = cursor_of(snapshot, params)
    if cursor is None or cursor.package is None:
        return None
    found = navigation.highlights(cursor.package, cursor.path, cursor.offset, snapshot.files)
    return [
        types.DocumentHighlight(location_range(snapshot, each), types.DocumentHighlightKind.Text)
        for each in found
    ] or None


def _locations(snapshot: Snapshot, places: Iterable[Location]) -> list[types.Location] | None:
    return [
        types.Location(snapshot.uri(each.path), location_range(snapshot, each)) for each in places
    ] or None
