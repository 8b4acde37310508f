"""Waiting until all nodes have the same files, and which nodes are named if they don't."""

from __future__ import annotations

import pytest

from modgo_lsp.ship.cluster import Cluster, Node
from modgo_lsp.ship.failure import ShipError
from modgo_lsp.ship.node_agreement import wait_for
from tests.ship.stand_in import StandIn, deserted

FILES = {"m.0-1.so": b"part", "m.so": b"manifest"}


@pytest.fixture(autouse=True)
def files(two: list[StandIn]) -> None:
    for node in two:
        node.files = dict(FILES)


def reported(cluster: Cluster, absent: tuple[str, ...] = ()) -> tuple[str, list[str]]:
    """The error of not waiting at all, without its beginning, and the reports before it."""
    reports: list[str] = []
    with pytest.raises(ShipError) as caught:
        wait_for(cluster, FILES, absent, 0, reports.append)
    assert not caught.value.usage
    assert "--timeout" in caught.value.remedy
    before, _, reasons = caught.value.message.partition(": ")
    assert before == "not every node has the module after 0 s"
    return reasons, reports


def test_nodes_that_agree_are_returned_at_once(cluster: Cluster, two: list[StandIn]) -> None:
    reports: list[str] = []
    found = wait_for(cluster, FILES, ["old.so"], 0, reports.append)
    assert [str(node) for node in found] == [str(node) for node in two]
    assert reports == []


def test_what_a_node_lacks(cluster: Cluster, two: list[StandIn]) -> None:
    two[0].answers["statistics"] = "cluster_size=3"  # asked only when all have the files
    del two[1].files["m.so"]
    assert reported(cluster) == (f"{two[1]} lacks m.so", ["waiting for 1 node"])
    two[1].files = {}
    two[0].files["m.so"] = b"Manifest"
    assert reported(cluster) == (
        f"{two[0]} has other content in m.so; {two[1]} lacks m.0-1.so, m.so",
        ["waiting for 2 nodes"],
    )


def test_what_a_node_still_has(cluster: Cluster, two: list[StandIn]) -> None:
    two[0].files |= {"old.so": b"", "older.so": b""}
    absent = ("old.so", "other.so", "older.so")
    assert reported(cluster, absent)[0] == f"{two[0]} still has old.so, older.so"


def test_a_node_that_does_not_answer(cluster: Cluster, two: list[StandIn]) -> None:
    two[1].answers["udf-get"] = "ERROR:4:not now"
    assert reported(cluster)[0] == f"{two[1]} does not answer (not now)"


def test_a_node_that_left(cluster: Cluster) -> None:
    cluster.known.add(Node("A3", "10.0.0.3:3000"))
    assert reported(cluster) == ("A3 (10.0.0.3:3000) left the cluster", ["waiting for 1 node"])


@pytest.mark.parametrize(("size", "more"), [(3, "1 node"), (4, "2 nodes")])
def test_nodes_that_only_the_cluster_knows(
    cluster: Cluster, two: list[StandIn], size: int, more: str
) -> None:
    two[1].answers["statistics"] = f"objects=1;cluster_size={size};cluster_size_max=9"
    assert reported(cluster) == (
        f"the cluster has {more} more than modgo can reach",
        [f"waiting for {more}"],
    )


@pytest.mark.parametrize("statistics", ["cluster_size=1", "", "ERROR:4:busy"])
def test_a_cluster_that_reports_fewer_nodes(cluster: Cluster, two: list[StandIn], statistics: str) -> None:
    for node in two:
        node.answers["statistics"] = statistics
    assert len(wait_for(cluster, FILES, (), 0, lambda _: None)) == 2


def test_a_cluster_without_nodes() -> None:
    assert reported(deserted()) == ("no node of the cluster can be reached any more", ["waiting for 0 nodes"])


def test_it_waits_for_the_last_node_and_reads_the_others_once(cluster: Cluster, two: list[StandIn]) -> None:
    one, other = two
    other.files = {}
    reports: list[str] = []

    def report(text: str) -> None:
        reports.append(text)
        if len(reports) == 2:
            other.files = dict(FILES)

    assert len(wait_for(cluster, FILES, (), 100, report)) == 2
    assert reports == ["waiting for 1 node"] * 2
    assert sum(command.startswith("udf-get") for command in one.asked) == len(FILES)
