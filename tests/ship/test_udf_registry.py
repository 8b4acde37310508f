"""A node's UDF files: what is read from its answers, and which of them mean that a change is under way."""

from __future__ import annotations

import base64

import aerospike
import pytest

from modgo_lsp.ship.cluster import Cluster, Node, NodeError, RefusedError
from modgo_lsp.ship.interrupt import Waits
from modgo_lsp.ship.udf_registry import RemoteFile, get_file, list_files, put_file, remove_file
from tests.ship.stand_in import StandIn


def compile_error(message: str) -> str:
    encoded = base64.b64encode(message.encode()).decode()
    return f"error=compile_error;file=m.so;line=1;message={encoded}"


@pytest.fixture
def node(cluster: Cluster) -> Node:
    return cluster.nodes()[0]


def test_files_are_listed_by_name(cluster: Cluster, node: Node, two: list[StandIn]) -> None:
    assert list_files(cluster, node) == ()
    two[0].answers["udf-list"] = "filename=b.so,hash=b0,type=LUA;filename=a.lua,type=LUA;hash=none;gen=1;"
    assert list_files(cluster, node) == (RemoteFile("a.lua", ""), RemoteFile("b.so", "b0"))


def test_a_content_is_read(cluster: Cluster, node: Node, two: list[StandIn]) -> None:
    two[0].files["m.so"] = b"\0\xff="
    assert get_file(cluster, node, "m.so") == b"\0\xff="
    two[0].answers["udf-get"] = "type=LUA; content=AAE=;"
    assert get_file(cluster, node, "m.so") == b"\0\1"
    two[0].answers["udf-get"] = "type=LUA;"
    assert get_file(cluster, node, "m.so") == b""
    two[0].answers["udf-get"] = "type=LUA;content=A*AE=;"
    with pytest.raises(NodeError, match=r"the node's answer for m\.so is not base64"):
        get_file(cluster, node, "m.so")
    two[0].answers.clear()
    with pytest.raises(RefusedError, match="not found"):
        get_file(cluster, node, "n.so")


def test_a_change_that_all_nodes_confirmed(cluster: Cluster, node: Node, two: list[StandIn]) -> None:
    assert put_file(cluster, node, "m.lua", b"-- nothing")
    command = "udf-put:filename=m.lua;content=LS0gbm90aGluZw==;content-len=16;udf-type=LUA;"
    assert command in two[0].asked
    assert two[1].files == {"m.lua": b"-- nothing"}
    remove_file(cluster, node, "m.lua")
    assert two[1].files == {}


def test_a_change_that_a_node_has_not_confirmed_in_time(
    cluster: Cluster, node: Node, two: list[StandIn]
) -> None:
    two[0].confirms = False
    assert not put_file(cluster, node, "m.lua", b"-- nothing")
    remove_file(cluster, node, "m.lua")
    assert two[0].changes == ["put m.lua", "remove m.lua"]


def test_a_refused_change(cluster: Cluster, node: Node, two: list[StandIn]) -> None:
    two[0].answers["udf-"] = "error=no_space"
    with pytest.raises(RefusedError, match="no space"):
        put_file(cluster, node, "m.lua", b"")
    with pytest.raises(RefusedError, match="no space"):
        remove_file(cluster, node, "m.lua")


def test_a_node_that_does_not_answer(cluster: Cluster, node: Node, two: list[StandIn]) -> None:
    two[0].answers["udf-put"] = "ERROR:9:timeout"
    with pytest.raises(NodeError, match="timeout") as caught:
        put_file(cluster, node, "m.lua", b"-- nothing")
    assert not isinstance(caught.value, RefusedError)
    two[0].answers["udf-put"] = None
    with pytest.raises(NodeError) as caught:
        put_file(cluster, node, "m.lua", b"-- nothing")
    assert not isinstance(caught.value, RefusedError)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("ERROR:4:no reason=here", "no reason=here"),
        ("error=no_space", "no space"),
        ("error=no_space;file=m.so", "no space"),
        (compile_error("line 1"), "line 1"),
        (compile_error(""), "compile error"),
        (compile_error("nope"), "nope"),  # which could be base64
        (compile_error("no licence; message=none\nat all"), "no licence; message=none\nat all"),
        ("ERROR:4:error=compile_error;message=bGluZSAx", "line 1"),
    ],
)
def test_a_server_s_reasons(cluster: Cluster, node: Node, two: list[StandIn], answer: str, text: str) -> None:
    two[0].answers["udf-put"] = answer
    with pytest.raises(RefusedError) as caught:
        put_file(cluster, node, "m.lua", b"")
    assert str(caught.value) == text
    assert not caught.value.forbidden


@pytest.mark.parametrize("answer", ["ok\udcff", "error=compile_error;message=/w=="])
def test_an_answer_that_is_not_utf_8(cluster: Cluster, node: Node, two: list[StandIn], answer: str) -> None:
    two[0].answers["udf-put"] = answer
    with pytest.raises(NodeError, match=r"^its answer is not UTF-8$|compile error"):
        put_file(cluster, node, "m.lua", b"")


class _Nodes:
    """A client of a cluster with IPv6 addresses, which not every machine has."""

    def get_node_names(self) -> list[dict[str, object]]:
        hosts = {"A2": "::1", "A1": "10.0.0.1"}
        return [{"node_name": name, "address": host, "port": 3000} for name, host in hosts.items()]


def test_addresses_of_nodes() -> None:
    cluster = Cluster(_Nodes(), aerospike, Waits())
    assert [str(node) for node in cluster.nodes()] == ["A1 (10.0.0.1:3000)", "A2 ([::1]:3000)"]
    assert cluster.known == set(cluster.nodes())
