"""The addresses that --hosts accepts."""

from __future__ import annotations

import pytest

from modgo_lsp.ship.cluster_access import Seed, read_seeds
from modgo_lsp.ship.failure import ShipError


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("db1", [Seed("db1", 3000)]),
        ("127.0.0.1:3100", [Seed("127.0.0.1", 3100)]),
        ("a:3000, b:3001", [Seed("a", 3000), Seed("b", 3001)]),
        ("db1:db1.example.com:4333", [Seed("db1", 4333, "db1.example.com")]),
        ("[::1]:3000,[fe80::1%eth0]", [Seed("::1", 3000), Seed("fe80::1%eth0", 3000)]),
    ],
)
def test_seeds(text: str, seeds: list[Seed]) -> None:
    assert list(read_seeds(text)) == seeds


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "db1:",
        "db1:0",
        "db1:65536",
        "db1:x",
        "db1:+1",
        "a:b:c:1",
        "::1",
        "[::1",
        "[x]:1",
        "http://a:1",
        "a b:1",
    ],
)
def test_invalid_addresses_are_reported(text: str) -> None:
    with pytest.raises(ShipError) as caught:
        read_seeds(text)
    assert caught.value.usage
    assert "--hosts" in caught.value.message
    assert caught.value.remedy


def test_addresses_are_shown_as_they_are_written() -> None:
    assert [str(seed) for seed in read_seeds("db1,[::1]:3100")] == ["db1:3000", "[::1]:3100"]
