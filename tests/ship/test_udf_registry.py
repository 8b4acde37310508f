"""Which answers of a node to udf-put mean that the change is under way."""

from __future__ import annotations

from typing import Any

import aerospike
import pytest

from modgo_lsp.ship.cluster import Cluster, Node, NodeError, RefusedError
from modgo_lsp.ship.interrupt import Waits
from modgo_lsp.ship.udf_registry import put_file

NODE = Node("A1", "127.0.0.1:3000")


class Client:
    """Answers an info command as the official client does."""

    def __init__(self, code: int, text: str) -> None:
        self.code, self.text = code, text

    def get_node_names(self) -> list[dict[str, Any]]:
        return []

    def info_single_node(self, command: str, node: str, policy: dict[str, int]) -> str:
        assert (node, command[:23]) == ("A1", "udf-put:filename=m.lua;")
        if self.code == 0:
            return f"{command}\tok\n"
        error = aerospike.exception.ServerError(self.text)
        error.code, error.msg = self.code, self.text
        raise error


def put(code: int, text: str) -> bool:
    return put_file(Cluster(Client(code, text), aerospike, Waits()), NODE, "m.lua", b"-- nothing")


def test_a_change_that_all_nodes_confirmed() -> None:
    assert put(0, "")


def test_a_change_that_a_node_has_not_confirmed_in_time() -> None:
    assert not put(4, "error=timeout")


def test_a_refused_change() -> None:
    with pytest.raises(RefusedError, match="no space"):
        put(4, "error=no_space")


def test_a_node_that_does_not_answer() -> None:
    with pytest.raises(NodeError, match="timeout"):
        put(9, "timeout")
