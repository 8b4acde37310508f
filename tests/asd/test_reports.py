"""What the plugin logs by itself: the greeting, workers that end, the ticker."""

from __future__ import annotations

import psutil

from tests.asd.conftest import Maker, eventually_logged, logged
from tests.asd.server import Files, Server


def test_the_greeting_comes_without_a_module(server: Server) -> None:
    assert eventually_logged(server, r"mod_go: Go modules \(\.so\) run in this Aerospike \S+, fenced")
    assert server.log.count("Go modules (.so) run") == 1


def test_the_ends_of_workers_are_logged(server: Server, shop: Files) -> None:
    server.put_all(shop)
    assert server.process is not None
    (worker, *_) = psutil.Process(server.process.pid).children()
    worker.kill()
    killed = r"its worker was ended by signal 9 \(Killed\)"
    assert eventually_logged(server, rf"mod_go: shop\.so: a worker has ended: between calls, {killed}")


def test_modules_in_use_have_a_line_each(make_server: Maker, shop: Files) -> None:
    server = make_server(MODGO_TICKER="300ms")
    server.put_all(shop)
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 1
    times = r"50% within \S+ us, 99% within \S+ us"
    workers = r"\d workers, 0 of them busy, 0 restarted"
    assert eventually_logged(server, rf"mod_go: shop\.so: 1 calls; {times}; {workers}")
    assert not logged(server, r"shop\.so: 0 calls")
