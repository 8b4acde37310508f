"""The plugin's settings: invalid ones are logged, valid ones apply."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from tests.asd.conftest import Maker, eventually_logged, logged
from tests.asd.server import FailedError, Files


def test_invalid_settings_are_logged(make_server: Maker, shop: Files) -> None:
    server = make_server(
        MODGO_MODE="caged",
        MODGO_WORKER="worker",
        MODGO_POOL="-1",
        MODGO_MEMORY="1M",
        MODGO_TIMEOUT="soon",
        MODGO_STREAM_TIMEOUT="never",
        MODGO_IDLE="1 h",
        MODGO_TICKER="never",
        MODGO_CACHE="/nowhere",
        MODGO_LOG="loud",
        MODGO_FENCE="electric",
        MODGO_ENV="TOKEN=secret",
        MODGO_ALLOW="network",
    )
    for name in (
        *("MODE", "WORKER", "POOL", "MEMORY", "TIMEOUT", "STREAM_TIMEOUT", "IDLE", "TICKER"),
        *("CACHE", "LOG", "FENCE", "ENV", "ALLOW"),
    ):
        assert eventually_logged(server, f"mod_go: MODGO_{name} is ")
    server.put_all(shop)
    assert server.apply("a", "shop", "version") == 1


def test_a_fence_that_is_off_is_logged_at_start(make_server: Maker, shop: Files) -> None:
    server = make_server(MODGO_FENCE="off")
    assert eventually_logged(
        server, r"Go modules \(\.so\) run in this Aerospike \S+, fenced; MODGO_FENCE is off"
    )
    server.put_all(shop)
    assert server.apply("a", "shop", "version") == 1


def test_a_worker_has_half_a_gigabyte(make_server: Maker, shop: Files) -> None:
    server = make_server()
    server.put_all(shop)
    (worker, *_) = server.workers()
    limits = Path(f"/proc/{worker.pid}/limits").read_text()
    assert re.search(rf"Max data size +{512 << 20} ", limits)


def test_idle_workers_end(make_server: Maker, shop: Files) -> None:
    server = make_server(MODGO_IDLE="100ms")
    server.put_all(shop)
    server.store("a", {"n": 1})
    server.apply("a", "shop", "version")  # starts the spare one
    until = time.monotonic() + 60
    while len(server.workers()) != 1 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(server.workers()) == 1
    assert server.apply("a", "shop", "version") == 1


def test_settings_are_applied(make_server: Maker, shop: Files) -> None:
    server = make_server(MODGO_POOL="2", MODGO_MEMORY="256M", MODGO_LOG="warning")
    server.put_all(shop)
    for i in range(8):
        server.store(f"load{i}", {"n": 1})
    server.load(8, "shop", "rest")
    most, looks, until = 0, 0, time.monotonic() + 20
    while looks < 50 or (most < 3 and time.monotonic() < until):
        workers = server.workers()
        most, looks = max(most, len(workers)), looks + 1
        time.sleep(0.01)
    load = server.unload()
    assert load.failures == ()
    assert most == 3, "two at once, and a spare one"
    limits = Path(f"/proc/{workers[0].pid}/limits").read_text()
    assert re.search(rf"Max data size +{256 << 20} ", limits)
    server.apply("load0", "shop", "say", "good morning")
    assert not logged(server, "good morning")


def test_workers_have_another_user(make_server: Maker, shop: Files) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    server = make_server(MODGO_USER="nobody")
    server.put_all(shop)
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 1
    until = time.monotonic() + 20
    while (users := {worker.username() for worker in server.workers()}) != {"nobody"}:
        # A spare worker that starts is still root's for a moment.
        assert time.monotonic() < until, users
        time.sleep(0.01)


def test_a_module_is_not_run_where_its_user_is_unknown(make_server: Maker, shop: Files) -> None:
    server = make_server(MODGO_USER="nosuch-user")
    server.put_all(shop)
    server.store("a", {"n": 1})
    with pytest.raises(FailedError, match='MODGO_USER is "nosuch-user"'):
        server.apply("a", "shop", "version")
    assert logged(server, 'mod_go: .*the module was not run, for MODGO_USER is "nosuch-user"')


def test_a_module_reads_what_it_is_allowed_to(make_server: Maker, shop: Files, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    (allowed / "countries").write_text("NL")
    (tmp_path / "secret").write_text("s3cret")
    server = make_server(MODGO_ALLOW=f"shop=read:{allowed};other=read:{tmp_path}")
    server.put_all(shop)
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "read", str(allowed / "countries")) == "NL"
    with pytest.raises(FailedError, match="permission denied"):
        server.apply("a", "shop", "read", str(tmp_path / "secret"))
