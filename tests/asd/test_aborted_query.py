"""An aggregation that is aborted on a real server: docs/server.md describes what its calls do then."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from modgo_lsp.ship.node_status import ModuleStatus
from tests.asd.cluster import require_asd
from tests.asd.conftest import ASD
from tests.asd.real_server import RealServer
from tests.asd.server import Files

require_asd()

RECORDS = 200


@pytest.fixture
def server(tmp_path: Path, settings: dict[str, str], shop: Files) -> Iterator[RealServer]:
    """A stream UDF that shows no progress for two seconds is ended."""
    server = RealServer(Path(ASD), tmp_path / "server", {**settings, "MODGO_STREAM_TIMEOUT": "2s"})
    server.start()
    try:
        server.put_all(shop)
        for number in range(RECORDS):
            server.store(f"r{number}", {"n": number})
        yield server
    finally:
        server.stop()


@contextmanager
def aggregation(server: RealServer, milliseconds: int, error: str) -> Iterator[None]:
    """A client that aggregates and then gets an error; each record takes so long."""
    command = [sys.executable, "-m", "tests.asd.aggregate", str(server.port), "shop", "doze"]
    client = subprocess.Popen([*command, f"[{milliseconds}]"], stdout=subprocess.PIPE, text=True)
    try:
        yield
        output, _ = client.communicate(timeout=60)
        assert error in output.lower(), output
    finally:
        client.kill()
        client.wait()


def module_when(server: RealServer, holds: Callable[[ModuleStatus], bool]) -> ModuleStatus:
    until = time.monotonic() + 60
    while not ((status := server.status()) and status.modules and holds(status.modules[0])):
        assert time.monotonic() < until, status
        time.sleep(0.05)
    return status.modules[0]


def abort(server: RealServer) -> None:
    (shown,) = server.client.info_all("query-show").values()
    job = re.search(r"trid=(\d+)[^;]*status=active", str(shown[1]))
    assert job, shown
    (answer,) = server.client.info_all(f"query-abort:trid={job[1]}").values()
    assert "ok" in str(answer[1]).lower(), answer


def test_no_call_begins_after_its_query_is_aborted(server: RealServer) -> None:
    with aggregation(server, 500, "aborted"):
        module_when(server, lambda module: module.all_calls > 0)
        abort(server)
        ended = module_when(server, lambda module: module.busy == 0)
    assert ended.all_calls < RECORDS / 2
    assert ended.failed_calls == 0
    time.sleep(3)  # the node writes its counters each second
    assert module_when(server, lambda _: True).all_calls == ended.all_calls


def test_a_call_that_hangs_ends_at_the_limit_after_its_query_is_aborted(server: RealServer) -> None:
    with aggregation(server, 3_600_000, "neither read nor written an element"):
        module_when(server, lambda module: (module.busy or 0) > 0)
        abort(server)
        ended = module_when(server, lambda module: module.busy == 0)
    assert ended.calls["deadline"] == ended.all_calls > 0
