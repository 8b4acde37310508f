"""The types that a signature is judged by: the SDK's, and some of Go's library."""

from __future__ import annotations

from modgo_lsp.golang.types.types import Interface, Named, Pointer, Type
from modgo_lsp.model.sdk import SDK_PATH

RECORD = Named(SDK_PATH, "Record")
STREAM = Named(SDK_PATH, "Stream")
RECORD_POINTER = Pointer(RECORD)
STREAM_POINTER = Pointer(STREAM)
GEOJSON = Named(SDK_PATH, "GeoJSON")
HLL = Named(SDK_PATH, "HLL")
CONTEXT = Named("context", "Context")
DURATION = Named("time", "Duration")
ERROR = Named("", "error")
ANY = Interface(empty=True)

# The types that nearly every UDF names: they are known without the SDK's source being read.
SDK_TYPES: dict[str, Type] = {
    "Record": RECORD,
    "Stream": STREAM,
    "GeoJSON": GEOJSON,
    "HLL": HLL,
    "Value": ANY,
}
