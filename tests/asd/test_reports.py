"""What the plugin logs by itself: the greeting, workers that end, the ticker."""

from __future__ import annotations

import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.ship.node_status import ModuleStatus, NodeStatus
from tests.asd.conftest import Maker, eventually_logged, logged
from tests.asd.server import FailedError, Files, Server


def test_the_greeting_comes_without_a_module(server: Server) -> None:
    assert eventually_logged(server, r"mod_go: Go modules \(\.so\) run in this Aerospike \S+, fenced")
    assert server.log.count("Go modules (.so) run") == 1


def test_the_self_test_of_the_fence_is_logged(server: Server) -> None:
    assert eventually_logged(server, r"mod_go: self-test of the fence: (\d+) of \1 attacks are held")
    assert not logged(server, "self-test of the fence: .* failed")
    time.sleep(1)
    assert server.log.count("self-test of the fence") == 1


@pytest.mark.parametrize("program", ["/bin/false", "/bin/true"])
def test_a_self_test_that_cannot_run_is_logged(make_server: Maker, program: str) -> None:
    server = make_server(MODGO_WORKER=program)
    assert eventually_logged(
        server, "self-test of the fence: the worker ended without a result; mod-go-worker --check"
    )


def test_a_server_without_a_worker_says_so(make_server: Maker, plugin: Path, tmp_path: Path) -> None:
    alone = shutil.copy(plugin, tmp_path / "libmod_go_asd.so")
    server = make_server(LD_PRELOAD=str(alone), MODGO_WORKER="", PATH="/no/such/folder")
    assert eventually_logged(server, f"self-test of the fence: mod-go-worker was not found .*in {tmp_path}")


def test_no_self_test_without_a_fence(make_server: Maker) -> None:
    servers = [make_server(MODGO_FENCE="off"), make_server(MODGO_MODE="unfenced")]
    for server in servers:
        assert eventually_logged(server, r"Go modules \(\.so\) run in this")
    time.sleep(1)
    for server in servers:
        assert not logged(server, "self-test of the fence")


def test_the_ends_of_workers_are_logged(server: Server, shop: Files) -> None:
    server.put_all(shop)
    (worker, *_) = server.workers()
    worker.kill()
    killed = r"its worker was ended by signal 9 \(Killed\)"
    assert eventually_logged(server, rf"mod_go: shop\.so: a worker has ended: between calls, {killed}")


def test_modules_in_use_have_a_line_each(make_server: Maker, shop: Files) -> None:
    server = make_server(MODGO_TICKER="300ms")
    server.put_all(shop)
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 1
    times = r"50% within \S+ [um]s, 99% within \S+ [um]s"
    workers = r"\d workers, 0 of them busy, 0 restarted, [1-9]\d* MiB"
    assert eventually_logged(server, rf"mod_go: shop\.so: 1 calls; {times}; {workers}")
    failed = r"shop\.so: 1 calls, failed: 1x the function returned an error"
    for lines in (failed, rf"(?s){failed}.*{failed}"):  # each line has what is new since the last one
        with pytest.raises(FailedError):
            server.apply("a", "shop", "fail")
        assert eventually_logged(server, lines)
    assert not logged(server, r"shop\.so: 0 calls")


def test_the_times_of_calls_are_in_their_line(make_server: Maker, shop: Files) -> None:
    """A hundred short calls and sixty that take 5 ms. Some of each are timed."""
    server = make_server(MODGO_TICKER="1s")
    server.put_all(shop)
    server.store("a", {"n": 1})
    line = re.compile(r"shop\.so: 160 calls; 50% within (\S+) ([um]s), 99% within (\S+) ([um]s)")
    until = time.monotonic() + 60
    while (found := line.search(server.log)) is None:  # a line may be written between the calls
        assert time.monotonic() < until, server.log
        for function in ["version"] * 100 + ["rest"] * 60:
            server.apply("a", "shop", function)
        time.sleep(1.1)
    half, half_unit, most, most_unit = found.groups()
    milliseconds = {"us": 0.001, "ms": 1.0}
    bounds = {f"{2**power / 1000:.3g}" for power in range(1, 20)} | {
        f"{2**power / 1e6:.3g}" for power in range(40)
    }
    assert {half, most} <= bounds
    assert float(half) * milliseconds[half_unit] < 5 < float(most) * milliseconds[most_unit]


def eventually(server: Server, holds: Callable[[NodeStatus], bool]) -> NodeStatus:
    """The node's status once it is as it should be; the plugin writes it every second."""
    until = time.monotonic() + 60
    while (status := server.status()) is None or not holds(status):
        assert time.monotonic() < until, status
        time.sleep(0.05)
    return status


def only_module(status: NodeStatus) -> ModuleStatus:
    (module,) = status.modules
    return module


def test_a_node_reports_how_it_runs_go(server: Server) -> None:
    began = time.time()
    status = eventually(server, lambda _: True)
    assert (status.mode, status.fence, status.modules) == ("fenced", "standard", ())
    assert began - 120 < status.since <= time.time()


def test_a_node_counts_the_calls_of_its_modules(server: Server, shop: Files) -> None:
    server.put_all(shop)
    server.store("a", {"n": 1})
    for _ in range(5):
        server.apply("a", "shop", "version")
    with pytest.raises(FailedError):
        server.apply("a", "shop", "fail")
    module = only_module(eventually(server, lambda one: bool(one.modules) and one.modules[0].all_calls == 6))
    assert (module.name, module.calls["ok"], module.calls["failed"]) == ("shop", 5, 1)
    assert sum(module.latency) >= 1
    assert module.workers is not None
    assert module.workers >= 1
    assert module.memory is not None
    assert module.workers * (1 << 20) < module.memory < module.workers * (64 << 20)
    server.remove("shop.so")
    assert eventually(server, lambda one: not one.modules)


def test_an_unfenced_module_has_no_workers(make_server: Maker, shop: Files) -> None:
    server = make_server(MODGO_MODE="unfenced", MODGO_FENCE="strict")
    server.put_all(shop)
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 1
    status = eventually(server, lambda one: bool(one.modules) and one.modules[0].all_calls == 1)
    assert (status.mode, status.fence, status.lacks) == ("unfenced", "", "")
    assert only_module(status).workers is None


def test_the_status_file_is_written_again_where_it_is_gone(server: Server, shop: Files) -> None:
    server.put_all(shop)
    eventually(server, lambda one: bool(one.modules))
    (path,) = server.folder.rglob("modgo-node.status")
    path.unlink()
    assert only_module(eventually(server, lambda _: True)).name == "shop"
    assert not list(server.folder.rglob("*~"))


def test_a_server_handles_no_signal_of_a_worker_that_ends(server: Server) -> None:
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    caught = re.search(r"SigCgt:\t([0-9a-f]+)", status)
    assert caught is not None
    assert not int(caught[1], 16) >> (signal.SIGCHLD - 1) & 1
