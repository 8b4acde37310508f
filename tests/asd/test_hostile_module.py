"""A module that breaks the ABI's rules does not end the server."""

from __future__ import annotations

import contextlib

import pytest

from tests.asd.conftest import Maker
from tests.asd.server import FailedError, Files


@pytest.mark.parametrize("mode", ["fenced", "unfenced"])
def test_no_value_that_would_end_the_server_reaches_it(make_server: Maker, hostile: Files, mode: str) -> None:
    """The server asserts on such values. libmod_go/test/as_module/modules/hostile.c makes them."""
    server = make_server(MODGO_MODE=mode)
    server.put_all(hostile)
    server.store("a", {"n": 1})
    for attempt in HOSTILE:
        # In fenced mode the worker collects the sets, and this module ends without storing them.
        with contextlib.suppress(FailedError):
            server.apply("a", "hostile", attempt)
            assert mode == "fenced", attempt
        with pytest.raises(FailedError):
            server.apply("a", "hostile", f"later_{attempt}")
        assert server.alive, attempt
        assert server.fetch("a") == {"n": 1}, attempt
    for attempt in ("write_elsewhere", "write_beyond", "write_without_end"):
        with contextlib.suppress(FailedError):
            server.apply("a", "hostile", attempt)
        assert server.alive, attempt
        assert (server.fetch("a") or {})["n"] == 1, attempt


HOSTILE = (
    "name_too_long",
    "name_empty",
    "name_with_nul",
    "name_not_utf8",
    "string_not_utf8",
    "boolean_2",
    "type_77",
    "map_with_double_key",
    "map_with_nil_key",
    "map_with_list_key",
    "map_in_wrong_order",
    "map_with_order_9",
    "map_truncated",
    "list_too_deep",
    "list_with_wildcard",
    "list_with_nul_string",
    "list_with_trailing_bytes",
    "list_without_data",
)
