"""textDocument/prepareCallHierarchy, callHierarchy/incomingCalls and outgoingCalls."""

from __future__ import annotations

from lsprotocol import types

from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide import call_hierarchy
from modgo_lsp.ide.call_hierarchy import Item
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.requests.cursor import cursor_of
from modgo_lsp.server.requests.translation import location_range
from modgo_lsp.server.workspace.snapshot import Snapshot


def prepare(
    snapshot: Snapshot, params: types.CallHierarchyPrepareParams
) -> list[types.CallHierarchyItem] | None:
    """The UDF whose registered name is at the cursor"""
    cursor = cursor_of(snapshot, params)
    if cursor is None or cursor.package is None:
        return None
    found = call_hierarchy.prepare(cursor.package, cursor.path, cursor.offset, snapshot.files)
    return [_item(snapshot, item, cursor.path) for item in found] or None


def incoming(
    snapshot: Snapshot, params: types.CallHierarchyIncomingCallsParams
) -> list[types.CallHierarchyIncomingCall]:
    """The callers of a function, among what UDFs reach"""
    package, item = _of(snapshot, params.item)
    if package is None:
        return []
    return [
        types.CallHierarchyIncomingCall(
            _item(snapshot, call.item, _origin(params.item)),
            [location_range(snapshot, place) for place in call.places],
        )
        for call in call_hierarchy.incoming(package, item)
    ]


def outgoing(
    snapshot: Snapshot, params: types.CallHierarchyOutgoingCallsParams
) -> list[types.CallHierarchyOutgoingCall]:
    """The functions of its Go module that a function calls"""
    package, item = _of(snapshot, params.item)
    if package is None:
        return []
    return [
        types.CallHierarchyOutgoingCall(
            _item(snapshot, call.item, _origin(params.item)),
            [location_range(snapshot, place) for place in call.places],
        )
        for call in call_hierarchy.outgoing(package, item)
    ]


def _item(snapshot: Snapshot, item: Item, origin: str) -> types.CallHierarchyItem:
    return types.CallHierarchyItem(
        name=item.name,
        kind=types.SymbolKind.Function,
        detail=item.detail or None,
        uri=snapshot.uri(item.location.path),
        range=location_range(snapshot, item.extent),
        selection_range=location_range(snapshot, item.location),
        # The file of the UDF that the hierarchy began with, and the bytes of the function.
        data={"origin": origin, "start": item.extent.span.start, "end": item.extent.span.end},
    )


def _origin(item: types.CallHierarchyItem) -> str:
    return str(item.data["origin"]) if isinstance(item.data, dict) else ""


def _of(snapshot: Snapshot, item: types.CallHierarchyItem) -> tuple[Package | None, Item]:
    """The package that the hierarchy began in, and the function of the item."""
    path, data = path_of(item.uri), item.data
    nothing = Location("", Span(0, 0))
    if path is None or not isinstance(data, dict):
        return None, Item(item.name, "", nothing, nothing)
    extent = Location(path, Span(int(data.get("start", 0)), int(data.get("end", 0))))
    return snapshot.package_of(_origin(item)), Item(item.name, "", extent, extent)
