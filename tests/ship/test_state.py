"""The states of a module that nodes report, and waiting for them."""

from __future__ import annotations

import hashlib

import pytest

from modgo_lsp.ship.cluster import Cluster, NodeError
from modgo_lsp.ship.failure import ShipError
from modgo_lsp.ship.node_state import State, parse_state, read_state, wait_loaded
from tests.ship.stand_in import StandIn

DIGITS = "0123456789abcdef" * 4
HEAD = f"modgo-state 1\nfile-sha256 {DIGITS}\n"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (f"{HEAD}state loaded\n", State(DIGITS, "loaded", "")),
        (f"{HEAD}state refused\nwhy shop.so: no licence\n", State(DIGITS, "refused", "shop.so: no licence")),
        (f"{HEAD}state resting\n", None),
        (f"{HEAD}state loaded", None),
        (f"{HEAD}state refused\nwhy a\nb\n", None),
        (HEAD.replace("1", "2", 1) + "state loaded\n", None),
        ("", None),
    ],
)
def test_states(text: str, state: State | None) -> None:
    assert parse_state(text.encode()) == state
    assert parse_state(b"\xff" + text.encode()) is None


FILE = b"manifest"
LOADED = f"modgo-state 1\nfile-sha256 {hashlib.sha256(FILE).hexdigest()}\nstate loaded\n".encode()


def set_states(two: list[StandIn], *states: bytes) -> None:
    for node, state in zip(two, states, strict=True):
        node.files["shop.state"] = state


def failure(cluster: Cluster) -> ShipError:
    with pytest.raises(ShipError) as caught:
        wait_loaded(cluster, "shop", FILE, cluster.nodes(), 0, lambda _: None)
    assert caught.value.remedy
    assert not caught.value.usage
    return caught.value


def test_a_state_is_read_from_a_node(cluster: Cluster, two: list[StandIn]) -> None:
    one, other = cluster.nodes()
    two[1].files["shop.state"] = LOADED
    assert read_state(cluster, one, "shop") is None
    found = read_state(cluster, other, "shop")
    assert found is not None
    assert found.word == "loaded"
    two[0].answers["udf-get"] = None
    with pytest.raises(NodeError):
        read_state(cluster, one, "shop")


def test_nodes_that_have_loaded_it(cluster: Cluster, two: list[StandIn]) -> None:
    set_states(two, LOADED, LOADED)
    reports: list[str] = []
    wait_loaded(cluster, "shop", FILE, cluster.nodes(), 0, reports.append)
    assert reports == []


def test_nodes_that_have_not_loaded_it(cluster: Cluster, two: list[StandIn]) -> None:
    begin = "every node has the files of shop, but has not loaded it after 0 s: "
    set_states(two, LOADED.replace(b"loaded", b"loading"), LOADED)
    assert failure(cluster).message == f"{begin}{two[0]}"
    set_states(
        two, LOADED.replace(b"loaded", b"waiting"), HEAD.encode() + b"state loaded\n"
    )  # of another file
    assert failure(cluster).message == f"{begin}{two[0]}, {two[1]}"
    two[0].answers["udf-get"] = None
    set_states(two, LOADED, LOADED)
    assert failure(cluster).message == f"{begin}{two[0]}"


def test_nodes_that_cannot_load_it(cluster: Cluster, two: list[StandIn]) -> None:
    refused = LOADED.replace(b"loaded", b"refused") + b"why no licence\n"
    set_states(two, LOADED, refused)
    begin = "every node has the files of shop, but cannot load it: "
    assert failure(cluster).message == f"{begin}{two[1]}: no licence"
    set_states(two, refused.replace(b"no licence", b"too old"), refused)
    assert failure(cluster).message == f"{begin}{two[0]}: too old; {two[1]}: no licence"
    set_states(two, HEAD.encode() + b"state refused\nwhy no licence\n", LOADED)  # a version before
    assert "has not loaded it" in failure(cluster).message


def test_it_waits_for_the_last_node(cluster: Cluster, two: list[StandIn]) -> None:
    set_states(two, LOADED, b"")
    reports: list[str] = []

    def report(text: str) -> None:
        reports.append(text)
        set_states(two, b"", LOADED)

    wait_loaded(cluster, "shop", FILE, cluster.nodes(), 100, report)
    assert reports == ["waiting for 1 of 2 nodes to load it"]
