"""Go modules in a server: calls, records, values, replacement, and Lua beside them."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from modgo_lsp.ship.server_files import package
from tests.asd.conftest import Maker, eventually_logged, logged
from tests.asd.server import FailedError, Files, RefusedError, Server

LUA = b'function version(r)\n  return "lua"\nend\nfunction add(r, a, b)\n  return a + b\nend\n'


def test_a_module_is_put_and_called(server: Server, shop: Files) -> None:
    assert [name for name, _ in shop] == ["shop.so"]
    server.put_all(shop)
    server.store("a", {"n": 41, "s": "x", "l": [1, "two", b"3"], "m": {"k": 1, 2: "v"}})
    assert server.apply("a", "shop", "version") == 1
    assert server.apply("a", "shop", "get", "n") == 41
    assert server.apply("a", "shop", "get", "l") == [1, "two", b"3"]
    assert server.apply("a", "shop", "get", "m") == {"k": 1, 2: "v"}
    assert server.apply("a", "shop", "get", "absent") is None
    assert server.apply("a", "shop", "facts") == [True, "demo", 20]
    assert eventually_logged(server, r"mod_go: Go modules \(\.so\) run in this Aerospike \S+, fenced")
    assert logged(server, r"mod_go: shop\.so is loaded, fenced")


def test_records_are_changed(server: Server, shop: Files) -> None:
    server.put_all(shop)
    server.store("a", {"n": 41, "s": "x"})
    server.apply("a", "shop", "set", "n", 42)
    server.apply("a", "shop", "set", "m", {"a": [1, {"b": b"\xff"}], 2: None})
    server.apply("a", "shop", "unset", "s")
    assert server.fetch("a") == {"n": 42, "m": {"a": [1, {"b": b"\xff"}], 2: None}}
    server.apply("a", "shop", "remove")
    assert server.fetch("a") is None
    server.apply("new", "shop", "set", "n", 1)
    assert server.fetch("new") == {"n": 1}


def test_the_server_logs_no_complaint_about_a_record_that_does_not_exist(server: Server, shop: Files) -> None:
    server.put_all(shop)
    assert server.apply("none", "shop", "get", "n") is None
    assert server.apply("none", "shop", "facts") == [False, "", 20]
    assert not logged(server, "record not open|record failed load")


@pytest.mark.parametrize("mode", ["fenced", "unfenced"])
def test_a_failure_affects_its_caller_only(make_server: Maker, shop: Files, mode: str) -> None:
    server = make_server(MODGO_MODE=mode)
    server.put_all(shop)
    server.store("a", {"n": 1})
    with pytest.raises(FailedError, match="sold out"):
        server.apply("a", "shop", "fail")
    with pytest.raises(FailedError, match=r"(?s)nil pointer dereference.*shop\.go:\d+ shop\.Dereference"):
        server.apply("a", "shop", "dereference")
    with pytest.raises(FailedError, match="no function nothing is registered"):
        server.apply("a", "shop", "nothing")
    with pytest.raises(FailedError, match="expects 1 argument, got 2"):
        server.apply("a", "shop", "get", "n", "m")
    assert server.apply("a", "shop", "get", "n") == 1
    assert logged(server, f"shop.so is loaded, {mode}")


def test_a_worker_that_dies_or_hangs_costs_one_call(make_server: Maker, shop: Files) -> None:
    server = make_server(MODGO_TIMEOUT="500ms")
    server.put_all(shop)
    server.store("a", {"n": 1})
    with pytest.raises(FailedError, match="its worker ended with exit code 3"):
        server.apply("a", "shop", "exit")
    assert 0 < server.apply("a", "shop", "left") <= 500
    with pytest.raises(FailedError, match="did not return in time"):
        server.apply("a", "shop", "spin")
    assert server.apply("a", "shop", "get", "n") == 1


def test_the_servers_own_time_limit_ends_a_call(make_server: Maker, shop: Files) -> None:
    server = make_server()
    server.put_all(shop)
    server.store("a", {"n": 1})
    assert 0 < server.apply("a", "shop", "left") <= 5000
    with pytest.raises(FailedError, match="did not return in time"):
        server.apply("a", "shop", "spin")
    assert server.apply("a", "shop", "get", "n") == 1


@pytest.mark.parametrize(
    "value",
    [None, True, -(2**63), 2**63 - 1, 1.5, "", "ä\n", b"", b"\0\xff", [], {}, [[[]]], {1: {"a": [b"x"]}}],
    ids=repr,
)
def test_values_come_back_as_they_went(server: Server, shop: Files, value: object) -> None:
    server.put_all(shop)
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "echo", value) == value
    if value is not None:
        server.apply("a", "shop", "set", "v", value)
        assert (server.fetch("a") or {})["v"] == value


def test_lua_modules_still_work(server: Server, shop: Files) -> None:
    server.put("calc.lua", LUA)
    server.put_all(shop)
    server.store("a", {"n": 1})
    assert server.apply("a", "calc", "add", 2, 3) == 5
    assert server.apply("a", "shop", "version") == 1
    with pytest.raises(RefusedError):
        server.put("broken.lua", b"function")
    with pytest.raises(FailedError):
        server.apply("a", "nowhere", "add", 2, 3)
    server.remove("calc.lua")
    with pytest.raises(FailedError):
        server.apply("a", "calc", "add", 2, 3)
    assert server.apply("a", "shop", "version") == 1


def test_lua_does_not_wait_while_a_go_module_is_loaded(make_server: Maker, hostile: Files) -> None:
    server = make_server(HOSTILE_SETUP_MS="3000", MODGO_ENV="HOSTILE_SETUP_MS")
    server.put("calc.lua", LUA)
    for i in range(2):
        server.store(f"load{i}", {"n": 1})
    server.load(2, "calc", "version")
    began = time.monotonic()
    server.put_all(hostile)
    loading = time.monotonic() - began
    assert loading > 2.9
    load = server.unload()
    assert load.failures == ()
    assert load.slowest < loading - 0.5
    server.remove(hostile[-1][0])
    assert server.apply("load0", "calc", "add", 2, 3) == 5


def test_clearing_luas_cache_does_not_affect_go_modules(server: Server, shop: Files) -> None:
    server.put("calc.lua", LUA)
    server.put_all(shop)
    server.store("a", {"n": 1})
    server.clear_cache()
    assert server.apply("a", "shop", "version") == 1
    assert server.apply("a", "calc", "add", 2, 3) == 5


def test_a_name_that_lua_has_is_refused(server: Server, shop: Files) -> None:
    server.put("shop.lua", LUA)
    with pytest.raises(RefusedError, match=r"there is a shop\.lua"):
        server.put_all(shop)
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == "lua"
    server.remove("shop.lua")
    server.put_all(shop)
    assert server.apply("a", "shop", "version") == 1
    server.put("other.lua", LUA)
    assert not logged(server, "has the name of a Go module")
    server.put("shop.lua", LUA)
    assert server.apply("a", "shop", "version") == 1
    assert logged(server, r"shop\.lua has the name of a Go module")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("x.so", b"package main", "not"),
        ("x.so", b"\x7fELF and no more", "x.so"),
        ("x.so", b"\xfd7zXZ\0 and no more", "damaged"),
        ("x.so", b"modgo-parts 1\nparts 1\n", "damaged"),
        ("x.so", b"modgo-parts 2\nparts 1\n", "newer version"),
        ("a.b.so", b"\x7fELF", "a module is named by"),
        (("x" * 104) + ".so", b"\x7fELF", "a module is named by"),
        ("x.0123456789abcdef-0.so", b"part", "a module is named by"),
    ],
)
def test_other_files_are_refused(server: Server, name: str, content: bytes, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        server.put(name, content)


def test_encoding_json_works(server: Server, built: object) -> None:
    server.put_all(package("doc", (Path(str(built)) / "udf" / "doc.so").read_bytes()))
    server.store("a", {"n": 1, "s": "x"})
    assert server.apply("a", "doc", "encode") == '{"n":1,"s":"x"}'


def test_a_removed_module_is_gone(server: Server, shop: Files) -> None:
    server.put_all(shop)
    server.store("a", {"n": 1})
    server.remove("shop.so")
    with pytest.raises(FailedError):
        server.apply("a", "shop", "version")
    server.put_all(shop)
    assert server.apply("a", "shop", "version") == 1


def test_modules_are_there_again_after_a_restart(server: Server, shop: Files, web: Files) -> None:
    server.put_all(shop)
    server.put_all(web)
    server.put("calc.lua", LUA)
    server.restart()
    server.store("a", {"n": 7})
    assert server.apply("a", "shop", "get", "n") == 7
    assert server.apply("a", "web", "status", 200) == "OK"
    assert server.apply("a", "calc", "add", 2, 3) == 5


def test_no_call_fails_while_the_module_is_replaced(server: Server, shops: tuple[bytes, bytes]) -> None:
    versions = [package("shop", content) for content in shops]
    server.put_all(versions[0])
    for i in range(4):
        server.store(f"load{i}", {"n": 1})
    server.load(4, "shop", "version")
    for turn in range(1, 7):
        server.put_all(versions[turn % 2])
    load = server.unload()
    assert load.failures == ()
    assert load.calls > 50
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 1


def test_a_udfs_log_is_in_the_servers_log(server: Server, shop: Files) -> None:
    server.put_all(shop)
    server.store("a", {"n": 1})
    server.apply("a", "shop", "say", "good\nmorning")
    assert logged(server, "good morning"), "on one line, because a line break could forge another entry"


def test_streams_are_aggregated(server: Server, shop: Files) -> None:
    server.put_all(shop)
    for i in range(20):
        server.store(f"r{i}", {"n": i, "other": 1})
    assert sum(server.aggregate("shop", "total")) == 190
    assert sum(server.aggregate("shop", "names")) == 40
    with pytest.raises(FailedError, match="no function nothing is registered"):
        server.aggregate("shop", "nothing")


@pytest.mark.parametrize("signal", ["terminate", "kill"])
def test_no_worker_outlives_the_server(make_server: Maker, shop: Files, signal: str) -> None:
    server = make_server()
    server.put_all(shop)
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 1
    workers = server.workers()
    assert workers
    assert server.process is not None
    getattr(server.process, signal)()
    gone, alive = psutil.wait_procs(workers, timeout=60)
    assert alive == []
    assert len(gone) == len(workers)
    server.restart()


def test_its_threads_have_names(server: Server, shop: Files) -> None:
    server.put_all(shop)
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 1
    names = {"mod-go-report", "mod-go-watch", "mod-go-start"}
    until = time.monotonic() + 60
    while not names <= server.threads() and time.monotonic() < until:
        time.sleep(0.05)
    assert names <= server.threads()
