"""The names of the SDK that tools rely on: its import path and the types a signature is judged by."""

from __future__ import annotations

from modgo_lsp.model.types import Interface, Named, Pointer

SDK_PATH = "github.com/GeertJohan/aerospike-mod-go/udf"

RECORD = Named(SDK_PATH, "Record")
STREAM = Named(SDK_PATH, "Stream")
RECORD_POINTER = Pointer(RECORD)
STREAM_POINTER = Pointer(STREAM)
GEOJSON = Named(SDK_PATH, "GeoJSON")
HLL = Named(SDK_PATH, "HLL")
CONTEXT = Named("context", "Context")
ERROR = Named("", "error")
ANY = Interface(empty=True)
