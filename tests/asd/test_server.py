"""Go modules in a server: what a user of one sees, the same on the host program and on a real server."""

from __future__ import annotations

import contextlib
import hashlib
import re
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from modgo_lsp.ship.node_state import State
from modgo_lsp.ship.server_files import package
from tests.asd.conftest import Maker, in_parts, logged
from tests.asd.server import FailedError, RefusedError, Server

LUA = b'function version(r)\n  return "lua"\nend\nfunction add(r, a, b)\n  return a + b\nend\n'

Files = list[tuple[str, bytes]]


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
    assert logged(server, r"mod_go: Go modules \(\.so\) run in this Aerospike \S+, fenced")
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


@pytest.mark.parametrize("mode", ["fenced", "unfenced"])
def test_what_goes_wrong_is_the_callers_alone(make_server: Maker, shop: Files, mode: str) -> None:
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
    began = time.monotonic()
    with pytest.raises(FailedError, match="did not come back in time"):
        server.apply("a", "shop", "spin")
    assert time.monotonic() - began < 1.7
    assert server.apply("a", "shop", "get", "n") == 1


def test_the_servers_own_time_limit_ends_a_call(make_server: Maker, shop: Files) -> None:
    server = make_server()
    server.put_all(shop)
    server.store("a", {"n": 1})
    began = time.monotonic()
    with pytest.raises(FailedError, match="did not come back in time"):
        server.apply("a", "shop", "spin")
    assert time.monotonic() - began < 5
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


def test_lua_is_left_alone(server: Server, shop: Files) -> None:
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
    assert time.monotonic() - began > 2.9
    load = server.unload()
    assert load.failures == ()
    assert load.slowest < 2.5
    server.remove(hostile[-1][0])
    assert server.apply("load0", "calc", "add", 2, 3) == 5


def test_clearing_luas_cache_leaves_go_modules_alone(server: Server, shop: Files) -> None:
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


def test_a_module_larger_than_a_file_goes_in_parts(server: Server, web: Files) -> None:
    assert len(web) > 2
    server.put_all(web)
    server.store("a", {"n": 1})
    assert server.apply("a", "web", "status", 404) == "Not Found"


def test_json_goes_too(server: Server, built: object) -> None:
    server.put_all(package("doc", (Path(str(built)) / "udf" / "doc.so").read_bytes()))
    server.store("a", {"n": 1, "s": "x"})
    assert server.apply("a", "doc", "encode") == '{"n":1,"s":"x"}'


def test_parts_come_in_any_order(server: Server, shops: tuple[bytes, bytes]) -> None:
    head, *parts = reversed(in_parts("shop", shops[0]))
    server.store("a", {"n": 1})
    server.put(*head)
    for part in parts:
        with pytest.raises(FailedError, match=r"shop\.so waits for \d+ of its \d+ parts"):
            server.apply("a", "shop", "version")
        server.put(*part)
    assert server.apply("a", "shop", "version") == 1
    with pytest.raises(FailedError):
        server.apply("a", parts[0][0].removesuffix(".so"), "version")


def test_a_missing_part_is_named_and_waited_for(server: Server, shops: tuple[bytes, bytes]) -> None:
    files = in_parts("shop", shops[0])
    lost = files.pop(1)
    server.put_all(files)
    server.store("a", {"n": 1})
    with pytest.raises(
        FailedError, match=f"waits for 1 of its {len(files)} parts, the first of them {lost[0]}"
    ):
        server.apply("a", "shop", "version")
    server.restart()
    server.store("a", {"n": 1})
    with pytest.raises(FailedError, match="waits for 1 of"):
        server.apply("a", "shop", "version")
    server.put(*lost)
    assert server.apply("a", "shop", "version") == 1


def test_a_part_of_another_version_is_detected(server: Server, shops: tuple[bytes, bytes]) -> None:
    files, others = in_parts("shop", shops[0]), in_parts("shop", shops[1])
    mixed = [(files[0][0], others[0][1]), *files[1:]]
    server.put_all(mixed)
    server.store("a", {"n": 1})
    with pytest.raises(FailedError, match="put the module again"):
        server.apply("a", "shop", "version")
    server.put(*files[0])
    assert server.apply("a", "shop", "version") == 1


def test_the_old_set_answers_until_the_new_one_is_whole(server: Server, shops: tuple[bytes, bytes]) -> None:
    old, new = in_parts("shop", shops[0]), in_parts("shop", shops[1])
    server.put_all(old)
    server.store("a", {"n": 1})
    server.put_all(new[:-2])
    assert server.apply("a", "shop", "version") == 1
    server.restart()
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 1
    server.put(*new[-1])
    assert server.apply("a", "shop", "version") == 1
    server.put(*new[-2])
    assert server.apply("a", "shop", "version") == 2
    for name, _ in old[:-1]:
        server.remove(name)
    server.restart()
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 2


def test_the_state_of_a_module_can_be_read(
    server: Server, shops: tuple[bytes, bytes], tmp_path: Path
) -> None:
    assert server.state("shop") is None
    old, new = (package("shop", content) for content in shops)
    server.put_all(old)
    state = server.state("shop")
    assert state == State(hashlib.sha256(old[-1][1]).hexdigest(), "loaded", "")
    parts = in_parts("shop", shops[1])
    server.put_all(parts[1:])
    state = server.state("shop")
    assert state is not None
    assert (state.file_sha256, state.word) == (hashlib.sha256(parts[-1][1]).hexdigest(), "waiting")
    assert f"waits for 1 of its {len(parts) - 1} parts" in state.why
    server.put(parts[0][0], b"something else")
    state = server.state("shop")
    assert state is not None
    assert (state.word, "put the module again" in state.why) == ("refused", True)
    server.put_all(old)
    assert server.state("shop") == State(hashlib.sha256(old[-1][1]).hexdigest(), "loaded", "")
    server.put_all(package("later", later(tmp_path)))
    state = server.state("later")
    assert state is not None
    assert (state.word, "speaks version 2.0 of the UDF ABI" in state.why) == ("refused", True)
    server.put_all(new)
    server.restart()
    assert server.state("shop") == State(hashlib.sha256(new[-1][1]).hexdigest(), "loaded", "")
    for name in ("shop.so", "later.so"):
        server.remove(name)
    assert [server.state(name) for name in ("shop", "later")] == [None, None]


def later(folder: Path) -> bytes:
    """A module that looks like one, and is of the next major version: that only loading it tells."""
    root = Path(__file__).parents[2]
    command = ["cc", "-shared", "-fPIC", "-DMAJOR=2", "-I", str(root / "libmod_go" / "include")]
    source = root / "tests" / "host" / "modules" / "good.c"
    subprocess.run([*command, "-o", str(folder / "later.so"), str(source)], check=True)
    return (folder / "later.so").read_bytes()


def test_a_lost_part_is_warned_of(server: Server, shops: tuple[bytes, bytes]) -> None:
    files = in_parts("shop", shops[0])
    server.put_all(files)
    server.store("a", {"n": 1})
    server.remove(files[0][0])
    assert server.apply("a", "shop", "version") == 1
    assert logged(
        server, r"shop\.so has lost a part, shop\.\w+-1\.so: it stays loaded until the server restarts"
    )


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


def test_a_version_that_cannot_be_loaded_leaves_the_old_one(
    server: Server, shops: tuple[bytes, bytes]
) -> None:
    old, new = in_parts("shop", shops[0]), in_parts("shop", shops[1])
    server.put_all(old)
    server.store("a", {"n": 1})
    server.put_all([(new[0][0], b"something else"), *new[1:]])
    assert server.apply("a", "shop", "version") == 1
    assert logged(server, "the version before stays loaded")


def test_a_udfs_log_is_in_the_servers_log(server: Server, shop: Files) -> None:
    server.put_all(shop)
    server.store("a", {"n": 1})
    server.apply("a", "shop", "say", "good\nmorning")
    assert logged(server, "good morning"), "on one line, for a line break could forge another"


def test_streams_are_aggregated(server: Server, shop: Files) -> None:
    server.put_all(shop)
    for i in range(20):
        server.store(f"r{i}", {"n": i, "other": 1})
    assert sum(server.aggregate("shop", "total")) == 190
    assert sum(server.aggregate("shop", "names")) == 40
    with pytest.raises(FailedError, match="no function nothing is registered"):
        server.aggregate("shop", "nothing")


def test_invalid_settings_are_logged(make_server: Maker, shop: Files) -> None:
    server = make_server(
        MODGO_MODE="caged",
        MODGO_WORKER="worker",
        MODGO_POOL="-1",
        MODGO_MEMORY="1M",
        MODGO_TIMEOUT="soon",
        MODGO_CACHE="/nowhere",
        MODGO_LOG="loud",
        MODGO_FENCE="electric",
        MODGO_ENV="TOKEN=secret",
    )
    for name in ("MODE", "WORKER", "POOL", "MEMORY", "TIMEOUT", "CACHE", "LOG", "FENCE", "ENV"):
        server.put_all(shop)
        assert logged(server, f"mod_go: MODGO_{name} is ")
    assert server.apply("a", "shop", "version") == 1


def test_a_fence_that_is_off_is_logged_at_start(make_server: Maker, shop: Files) -> None:
    server = make_server(MODGO_FENCE="off")
    server.put_all(shop)
    assert logged(server, r"Go modules \(\.so\) run in this Aerospike \S+, fenced; MODGO_FENCE is off")
    assert server.apply("a", "shop", "version") == 1


def test_settings_are_applied(make_server: Maker, shop: Files) -> None:
    server = make_server(MODGO_POOL="2", MODGO_MEMORY="256M", MODGO_LOG="warning")
    server.put_all(shop)
    for i in range(8):
        server.store(f"load{i}", {"n": 1})
    server.load(8, "shop", "rest")
    assert server.process is not None
    most, looks, until = 0, 0, time.monotonic() + 20
    while looks < 50 or (most < 3 and time.monotonic() < until):
        workers = psutil.Process(server.process.pid).children()
        most, looks = max(most, len(workers)), looks + 1
        time.sleep(0.01)
    load = server.unload()
    assert load.failures == ()
    assert most == 3, "two at once, and one to spare"
    limits = Path(f"/proc/{workers[0].pid}/limits").read_text()
    assert re.search(rf"Max data size +{256 << 20} ", limits)
    server.apply("load0", "shop", "say", "good morning")
    assert not logged(server, "good morning")


@pytest.mark.parametrize("mode", ["fenced", "unfenced"])
def test_nothing_that_would_end_the_server_gets_there(make_server: Maker, hostile: Files, mode: str) -> None:
    """The server asserts on such values. What the module tries is in test/as_module/modules/hostile.c."""
    server = make_server(MODGO_MODE=mode)
    server.put_all(hostile)
    server.store("a", {"n": 1})
    for attempt in HOSTILE:
        # Fenced, what is set waits in the worker; this module ends without storing it, so nobody complains.
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


@pytest.mark.parametrize("signal", ["terminate", "kill"])
def test_no_worker_outlives_the_server(make_server: Maker, shop: Files, signal: str) -> None:
    server = make_server()
    server.put_all(shop)
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 1
    assert server.process is not None
    workers = psutil.Process(server.process.pid).children()
    assert workers
    getattr(server.process, signal)()
    gone, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []
    assert len(gone) == len(workers)
    server.restart()
