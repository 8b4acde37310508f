"""Converts Aerospike values to and from those of the official client."""

from __future__ import annotations

import json
from typing import Any

from modgo_lsp.host.values import GeoJson, Hll, List, Map, UnstorableError, Value, key_rank


def to_client(aerospike: Any, value: Value) -> Any:
    """The client's form of a value. Raises UnstorableError if the client can't send it."""
    if isinstance(value, GeoJson):
        try:
            return aerospike.GeoJSON(value.text)
        except (aerospike.exception.AerospikeError, ValueError) as error:
            raise UnstorableError(f"the client accepts only valid JSON as GeoJSON ({error})") from None
    if isinstance(value, Hll):
        from aerospike_helpers import HyperLogLog  # of the extra deploy

        return HyperLogLog(value.data)
    if isinstance(value, List):
        if value.ordered:
            raise UnstorableError("the client cannot send an ordered list as an argument")
        return [to_client(aerospike, item) for item in value.items]
    if isinstance(value, Map):
        if value.order == "kv":
            raise UnstorableError("the client cannot send a key-value-ordered map as an argument")
        pairs = {key: to_client(aerospike, item) for key, item in value.pairs}
        return aerospike.KeyOrderedDict(pairs) if value.order == "k" else pairs
    return value


def from_client(aerospike: Any, value: Any) -> Value:
    """A value from the client, which returns HLLs as bytes. Raises UnstorableError."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if isinstance(value, aerospike.GeoJSON):
        return GeoJson(json.dumps(value.unwrap(), ensure_ascii=False))
    if isinstance(value, (list, tuple)):
        return List(tuple(from_client(aerospike, item) for item in value))
    if isinstance(value, dict):
        pairs = [(from_client(aerospike, key), from_client(aerospike, item)) for key, item in value.items()]
        if isinstance(value, aerospike.KeyOrderedDict):
            return Map(tuple(sorted(pairs, key=lambda pair: key_rank(pair[0]))), "k")
        return Map(tuple(pairs), "none")
    raise UnstorableError(f"the client returned a {type(value).__name__}, a type that modgo does not support")
