"""Calls of a cluster's functions: values, and what each kind of failure is reported as.

tests/cli/test_apply.py has those of streams: the client reads the folder of its Lua once in a process.
"""

from __future__ import annotations

import pytest

from modgo_lsp.host.result import Failure
from modgo_lsp.host.sample import Record, parse_key
from modgo_lsp.host.values import List
from modgo_lsp.ship.aggregate import Scope, failed_json, name_problem, node_values
from modgo_lsp.ship.apply import Applied, applied_json, apply
from modgo_lsp.ship.cluster import Cluster
from modgo_lsp.ship.failure import ShipError
from tests.ship.stand_in import Answer, StandIn

KEY = parse_key('["test", "demo", "k1"]')
NO_MODULE = "UDF: Execution Error 1"
REQUEST, TIMEOUT, NO_NAMESPACE = b"\x04", b"\x09", b"\x14"


def called(cluster: Cluster, two: list[StandIn], *answers: Answer, key: Record = KEY) -> Applied:
    two[0].call = lambda module, function: list(answers) if (module, function) == ("shop", "buy") else []
    return apply(cluster, key, "shop", "buy", (1, "two", List(())), 100)


def failure(cluster: Cluster, two: list[StandIn], answer: Answer) -> tuple[str, str, str]:
    found = called(cluster, two, answer)
    assert found.failure is not None
    assert found.values == ()
    assert found.elapsed_ns > 0
    return found.failure.kind, found.failure.message, found.failure.remedy


def test_a_result(cluster: Cluster, two: list[StandIn]) -> None:
    found = called(cluster, two, -5)
    assert (found.module, found.function, found.values, found.failure) == ("shop", "buy", (-5,), None)
    assert 0 < found.elapsed_ns < 100e9
    assert called(cluster, two, [1, 2]).values == (List((1, 2)),)
    assert applied_json(found, KEY) == {
        "ok": True,
        "result": -5,
        "key": ["test", "demo", "k1"],
        "elapsed_ns": found.elapsed_ns,
    }


def test_an_argument_that_cannot_be_sent(cluster: Cluster, two: list[StandIn]) -> None:
    found = apply(cluster, KEY, "shop", "buy", (1, List((), True)), 1)
    text = "argument 2 cannot be sent: the client cannot send an ordered list as an argument"
    assert found == Applied("shop", "buy", failure=Failure("usage", text))
    assert node_values(cluster, Scope("test"), "shop", "buy", (List((), True),), 1).failure == Failure(
        "usage", text.replace("2", "1")
    )


def test_errors_of_the_function_and_of_the_call(cluster: Cluster, two: list[StandIn]) -> None:
    assert failure(cluster, two, "sold out") == ("udf", "sold out", "")
    timeout = ("timeout", "buy did not return within 100 s", "allow more time with --timeout")
    assert failure(cluster, two, TIMEOUT) == timeout
    no_namespace = ("usage", "the cluster has no namespace test")
    assert failure(cluster, two, NO_NAMESPACE) == (*no_namespace, "it has test, other")
    two[0].answers["namespaces"] = "ERROR:4:not now"
    two[1].answers["namespaces"] = "more"
    assert failure(cluster, two, NO_NAMESPACE) == (*no_namespace, "it has more")
    two[1].answers["namespaces"] = "ERROR:4:not now"
    assert failure(cluster, two, NO_NAMESPACE) == (*no_namespace, "")
    with pytest.raises(ShipError, match="the cluster refused the call: ") as caught:
        called(cluster, two, REQUEST)
    assert not caught.value.usage
    no_set = Record("test", "s" * 100, 1, {})
    refused = called(cluster, two, 1, key=no_set).failure
    assert refused is not None
    assert (refused.kind, refused.message.partition(":")[0]) == ("usage", "the client refuses the call")


def test_a_module_that_is_not_there(cluster: Cluster, two: list[StandIn]) -> None:
    missing = ("usage", "the cluster has no module shop")
    assert failure(cluster, two, NO_MODULE) == (*missing, "deploy it with `modgo deploy`")
    two[1].files = {"web.so": b"", "calc.lua": b""}
    assert failure(cluster, two, NO_MODULE) == (*missing, "it has calc, web")
    two[1].files["shops.so"] = b""
    assert failure(cluster, two, NO_MODULE) == (*missing, "did you mean shops?")
    two[1].files["shop.lua"] = b""
    kind, message, remedy = failure(cluster, two, NO_MODULE)
    assert (kind, message) == ("abi", "the node cannot run shop")
    assert "`modgo modules`" in remedy


def test_a_function_that_is_not_there(cluster: Cluster, two: list[StandIn]) -> None:
    two[0].files = {"shop.lua": b""}
    assert failure(cluster, two, "function not found") == ("usage", "the module shop has no function buy", "")
    two[1].files = {"shop.so": b""}
    kind, message, remedy = failure(cluster, two, "function not found")
    assert (kind, message) == (
        "abi",
        "the node of this record does not run Go modules, so it cannot run shop",
    )
    assert "docs/server.md" in remedy


def test_json_of_failures() -> None:
    failed = Applied("shop", "buy", elapsed_ns=7, failure=Failure("panic", "bad", ("a.go:1",), "mend it"))
    found = {
        "ok": False,
        "error": {"kind": "panic", "message": "bad; mend it", "frames": ["a.go:1"]},
        "elapsed_ns": 7,
    }
    assert applied_json(failed, KEY) == failed_json(failed) == found
    plain = Applied("shop", "buy", failure=Failure("udf", "bad"))
    assert applied_json(plain, KEY)["error"]["message"] == "bad"


@pytest.mark.parametrize("name", ["a-b", "1a", "", "ä", "a b"])
def test_names_that_clients_cannot_call(name: str) -> None:
    assert name_problem(name) == f"clients cannot call a function named {name!r}"


def test_names_that_the_clients_lua_has() -> None:
    for name in ("pcall", "StreamOps_create"):
        assert f"needs the name {name} for its own Lua" in name_problem(name)
    assert name_problem("_total1") == name_problem("streams") == ""
