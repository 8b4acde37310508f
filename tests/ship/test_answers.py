"""A server's messages about failed calls, and values in the official client's types."""

from __future__ import annotations

import aerospike
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modgo_lsp.host.values import GeoJson, Hll, List, Map, UnstorableError, Value, key_rank
from modgo_lsp.ship.client_values import from_client, to_client
from modgo_lsp.ship.failed_calls import failure_of


@pytest.mark.parametrize(
    ("text", "kind", "message", "frames"),
    [
        ("sold out", "udf", "sold out", ()),
        ("two\nlines", "udf", "two\nlines", ()),
        ("bad\n/src/a/shop.go:12 shop.Add\n/src/a/b.go:3 shop.b", "panic", "bad", ("shop.go:12", "b.go:3")),
        ("see\nnotes.txt: nothing", "udf", "see\nnotes.txt: nothing", ()),
        ("function x: its worker ended with exit code 3", "crash", None, ()),
        ("function x: it did not return in time, and its worker was ended", "timeout", None, ()),
        ("no function x is registered; there is y", "usage", None, ()),
        ("y is a stream UDF; apply it to a stream", "usage", None, ()),
        ("shop.x: its answer cannot be given back: it is too deep", "abi", None, ()),
        ("sum expects at least 2 arguments, got 0", "usage", None, ()),
        ('argument 2 of sum: expected an integer, got the string "x"', "usage", None, ()),
        ("UDF: Execution Error 2 : sum expects 1", "udf", "sum expects 1", ()),
        ("", "udf", "the server gave no reason", ()),
    ],
)  # fmt: skip
def test_kinds_of_failures(text: str, kind: str, message: str | None, frames: tuple[str, ...]) -> None:
    failure = failure_of(text)
    assert (failure.kind, failure.message, failure.frames) == (
        kind,
        text if message is None else message,
        frames,
    )


KEYS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.text(max_size=5), st.binary(max_size=5))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.floats(allow_nan=False), KEYS,
    st.just(GeoJson('{"type": "Point", "coordinates": [1.5, 2]}')),
    st.just(GeoJson('{"type": "Point", "name": "Nürnberg"}')),
)  # fmt: skip


def maps(values: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.dictionaries(KEYS, values, max_size=3).map(
        lambda found: Map(tuple(sorted(found.items(), key=lambda pair: key_rank(pair[0]))), "k")
    )


VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3).map(lambda items: List(tuple(items))), maps(inner)),
    max_leaves=8,
)


@given(VALUES)
def test_values_survive_the_client_s_types(value: Value) -> None:
    assert from_client(aerospike, to_client(aerospike, value)) == value


def test_values_that_the_client_confuses_or_does_not_send() -> None:
    assert from_client(aerospike, to_client(aerospike, Hll(b"\0\4"))) == b"\0\4"
    assert from_client(aerospike, to_client(aerospike, Map(((1, 2),), "none"))) == Map(((1, 2),), "none")
    with pytest.raises(
        UnstorableError, match="the client returned a set, a type that modgo does not support"
    ):
        from_client(aerospike, [{1}])
    for value in (List((1,), True), Map(((1, 2),), "kv"), GeoJson("no JSON")):
        with pytest.raises(UnstorableError):
            to_client(aerospike, value)
