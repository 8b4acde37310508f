"""The modules of a cluster, and what is reported of nodes that differ."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pytest

from modgo_lsp.ship.cluster import Cluster
from modgo_lsp.ship.deploy import existing_files
from modgo_lsp.ship.failure import ShipError
from modgo_lsp.ship.module_listing import (
    RemoteModule,
    find_module,
    list_modules,
    module_json,
    survey,
    with_load_problems,
)
from modgo_lsp.ship.server_files import package
from tests.ship.stand_in import StandIn, deserted, nodes, opened

SHOP = b"\x7fELF" + random.Random(1).randbytes(3000)
WHOLE = dict(package("shop", SHOP))
PARTS = dict(package("shop", SHOP, limit=1000))
NAMES = sorted(set(PARTS) - {"shop.so"})
LUA = b"function one(rec) return 1 end\n"


@pytest.fixture
def both(two: list[StandIn]) -> Any:
    """Puts files on both nodes."""

    def put(files: dict[str, bytes]) -> None:
        for node in two:
            node.files = dict(files)

    return put


def listed(cluster: Cluster) -> RemoteModule:
    found = survey(cluster)
    (module,) = list_modules(cluster, found)
    assert find_module(cluster, found, module.name) == module
    return module


def test_modules_are_sorted_and_named_up_to_the_first_dot(cluster: Cluster, both: Any) -> None:
    both({"shop.so": WHOLE["shop.so"], **PARTS, "calc.lua": LUA, "a-b.txt.lua": b""})
    found = survey(cluster)
    assert found.names() == tuple(sorted(("a-b.txt.lua", "calc.lua", *PARTS)))
    modules = list_modules(cluster, found)
    assert [(module.name, module.kind, len(module.files)) for module in modules] == [
        ("a-b", "lua", 1),
        ("calc", "lua", 1),
        ("shop", "go", len(PARTS)),
    ]
    assert find_module(cluster, found, "cal") is None
    assert existing_files(found, "shop").files[0] == "shop.so"


@pytest.mark.parametrize(("files", "parts"), [(WHOLE, 0), (PARTS, len(NAMES)), ({"shop.so": SHOP}, 0)])
def test_a_go_module_is_described_as_it_was_built(
    cluster: Cluster, both: Any, files: dict[str, bytes], parts: int
) -> None:
    both(files)
    module = listed(cluster)
    assert module == RemoteModule(
        name="shop",
        kind="go",
        files=tuple(sorted(files)),
        bytes=len(SHOP),
        sha256=hashlib.sha256(SHOP).hexdigest(),
        sent_bytes=sum(map(len, files.values())),
        parts=parts,
        nodes=2,
    )
    assert module.agree
    assert module_json(module)["agree"] is True
    assert module_json(module)["bytes"] == len(SHOP)


def test_a_lua_module(cluster: Cluster, both: Any) -> None:
    both({"calc.lua": LUA})
    module = listed(cluster)
    assert (module.kind, module.bytes, module.sha256, module.parts, module.problems) == (
        "lua",
        len(LUA),
        hashlib.sha256(LUA).hexdigest(),
        0,
        (),
    )


def test_two_languages_of_one_name(cluster: Cluster, both: Any) -> None:
    both({**WHOLE, "shop.lua": LUA, "shop.txt": b""})
    module = listed(cluster)
    assert (module.kind, module.bytes) == ("mixed", len(SHOP))
    assert module.problems == ("shop.lua, shop.txt has the same module name",)
    assert module_json(module)["agree"] is False


def test_a_missing_part(cluster: Cluster, both: Any) -> None:
    both({name: content for name, content in PARTS.items() if name != NAMES[0]})
    module = listed(cluster)
    assert module.problems == (f"shop.so is in {len(NAMES)} parts, of which {NAMES[0]} is missing",)
    assert (module.bytes, module.sha256, module.parts) == (None, None, len(NAMES))


def test_parts_without_a_manifest(cluster: Cluster, both: Any) -> None:
    both({name: PARTS[name] for name in NAMES})
    assert listed(cluster).problems == (
        "there is no shop.so",
        f"left over from another version: {', '.join(NAMES)}",
    )


def test_parts_of_another_version(cluster: Cluster, both: Any) -> None:
    old = "shop.0123456789abcdef-1.so"
    both({**PARTS, old: b""})
    module = listed(cluster)
    assert module.problems == (f"left over from another version: {old}",)
    assert module.bytes == len(SHOP)


def test_nodes_that_differ(cluster: Cluster, both: Any, two: list[StandIn]) -> None:
    both({"calc.lua": LUA})
    two[1].files = {}
    module = listed(cluster)
    assert (module.nodes, module.problems) == (1, (f"{two[1]} lacks calc.lua",))
    assert module.bytes == len(LUA)
    two[1].files = {"calc.lua": LUA, "calc.txt": b""}
    assert listed(cluster).problems == (f"{two[0]} lacks calc.txt",)
    two[1].files = {"calc.lua": b"--"}
    assert listed(cluster).problems == (f"{two[1]} has another calc.lua",)


def test_most_nodes_decide_which_one_differs() -> None:
    with nodes(3) as made, opened(made[0]) as cluster:
        for node, content in zip(made, (b"old", LUA, LUA), strict=True):
            node.files = {"calc.lua": content}
        assert listed(cluster).problems == (f"{made[0]} has another calc.lua",)


def test_a_content_comes_from_the_first_node_that_returns_it(
    cluster: Cluster, both: Any, two: list[StandIn]
) -> None:
    both(WHOLE)
    two[0].answers["udf-get"] = "ERROR:4:not now"
    assert listed(cluster).bytes == len(SHOP)
    del two[0].answers["udf-get"]
    two[1].asked.clear()
    assert listed(cluster).bytes == len(SHOP)
    assert not [command for command in two[1].asked if command.startswith("udf-get")]
    for node in two:
        node.answers["udf-get"] = "type=LUA;content=?;"
    module = listed(cluster)
    assert (module.bytes, module.sent_bytes, module.problems) == (None, 0, ("there is no shop.so",))


def test_a_node_that_does_not_answer(cluster: Cluster, both: Any, two: list[StandIn]) -> None:
    both({"calc.lua": LUA})
    two[0].answers["udf-list"] = "ERROR:9:no time"
    module = listed(cluster)
    assert module.problems == (f"{two[0]} does not answer: no time",)
    assert (module.nodes, module.bytes) == (1, len(LUA))
    two[1].answers["udf-list"] = None
    with pytest.raises(ShipError, match="no node of the cluster answers") as caught:
        survey(cluster)
    assert f"({two[0]}: no time; {two[1]}: " in caught.value.message
    with pytest.raises(ShipError, match=r"answers \(it has none\)"):
        survey(deserted())


@pytest.mark.parametrize("code", [80, 81])
def test_a_user_without_permission(cluster: Cluster, two: list[StandIn], code: int) -> None:
    two[1].answers["udf-list"] = f"ERROR:{code}:no"
    with pytest.raises(ShipError) as caught:
        survey(cluster)
    assert caught.value.message == f"{two[1]} does not let this user manage UDFs (no)"
    assert "udf-admin" in caught.value.remedy
    assert caught.value.usage
    two[1].answers["udf-list"] = "ERROR:82:no"
    with pytest.raises(ShipError) as caught:
        survey(cluster)
    assert (caught.value.message, caught.value.usage) == (f"{two[1]} refused: no", False)


def test_nodes_that_cannot_load_a_module(cluster: Cluster, both: Any, two: list[StandIn]) -> None:
    def state(word: str) -> bytes:
        return f"modgo-state 1\nfile-sha256 {'0' * 64}\nstate {word}\nwhy no licence\n".encode()

    both(WHOLE)
    found = survey(cluster)
    (module,) = list_modules(cluster, found)
    nodes = cluster.nodes()
    assert with_load_problems(cluster, found, nodes, module) == module
    both({**WHOLE, "shop.state": state("refused")})
    one, other = (f"{node} cannot load it: no licence" for node in two)
    assert with_load_problems(cluster, found, nodes, module).problems == (one, other)
    assert with_load_problems(cluster, found, nodes[1:], module).problems == (other,)
    before = RemoteModule("shop", "go", (), None, None, 0, 0, 2, ("old",))
    assert with_load_problems(cluster, found, nodes[:1], before).problems == ("old", one)
    two[0].answers["udf-get"] = None
    two[1].files["shop.state"] = state("waiting")
    assert with_load_problems(cluster, found, nodes, module) == module
    both({"shop.lua": LUA, "shop.state": state("refused")})
    assert with_load_problems(cluster, survey(cluster), nodes, module) == module
