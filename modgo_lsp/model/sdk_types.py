"""The types that signature checks depend on: the SDK's, and some of Go's library."""

from __future__ import annotations

from modgo_lsp.golang.types.known_packages import KnownPackage, KnownPackages
from modgo_lsp.golang.types.types import Named, Pointer, Type
from modgo_lsp.golang.types.universe import ANY
from modgo_lsp.model.sdk import SDK_NAME, SDK_PATH
from modgo_lsp.resources import resource_folder

RECORD = Named(SDK_PATH, "Record")
STREAM = Named(SDK_PATH, "Stream")
RECORD_POINTER = Pointer(RECORD)
STREAM_POINTER = Pointer(STREAM)
GEOJSON = Named(SDK_PATH, "GeoJSON")
HLL = Named(SDK_PATH, "HLL")
LIST_VIEW = Named(SDK_PATH, "ListView")
MAP_VIEW = Named(SDK_PATH, "MapView")
DURATION = Named("time", "Duration")

# The types that nearly every UDF uses are known without the SDK's source.
SDK_TYPES: dict[str, Type] = {
    "Record": RECORD,
    "Stream": STREAM,
    "GeoJSON": GEOJSON,
    "HLL": HLL,
    "ListView": LIST_VIEW,
    "MapView": MAP_VIEW,
    "Value": ANY,
}

# If go.mod resolves to no SDK, modgo's own copy is read: its declarations are the same in every 1.x.
KNOWN_PACKAGES: KnownPackages = {
    SDK_PATH: KnownPackage(SDK_NAME, SDK_TYPES, lambda: resource_folder("udf")),
}
