"""textDocument/definition, references and documentHighlight: registered names and functions."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from modgo_lsp.ide import navigate
from modgo_lsp.model.finding import Location
from modgo_lsp.server.at import at
from modgo_lsp.server.snapshot import Snapshot
from modgo_lsp.server.translate import location_range


def definition(snapshot: Snapshot, params: types.DefinitionParams) -> list[types.Location]:
    """From a registered name to the function behind it"""
    place = at(snapshot, params)
    if place is None or place.package is None:
        return []
    return _locations(snapshot, navigate.definitions(place.package, place.path, place.offset))


def references(snapshot: Snapshot, params: types.ReferenceParams) -> list[types.Location]:
    """Where a UDF is registered, from its name or its function"""
    place = at(snapshot, params)
    if place is None or place.package is None:
        return []
    declarations = params.context.include_declaration
    found = navigate.references(place.package, place.path, place.offset, declarations)
    return _locations(snapshot, found)


def highlight(snapshot: Snapshot, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
    """The registered names of a UDF and its function, in its file"""
    place = at(snapshot, params)
    if place is None or place.package is None:
        return []
    return [
        types.DocumentHighlight(location_range(snapshot, each), types.DocumentHighlightKind.Text)
        for each in navigate.highlights(place.package, place.path, place.offset)
    ]


def _locations(snapshot: Snapshot, places: Iterable[Location]) -> list[types.Location]:
    return [types.Location(snapshot.uri(each.path), location_range(snapshot, each)) for each in places]
