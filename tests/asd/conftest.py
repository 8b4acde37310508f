"""The plugin, the servers that the tests use, and the modules for them. libmod_go/asd.mk builds all of it.

If MODGO_ASD names an asd binary, the tests run on that too. The last line of the output names the servers.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modgo_lsp.ship.server_files import package
from tests.asd.host_program import HostProgram
from tests.asd.real_server import RealServer, build_of
from tests.asd.server import Server

ASD = os.environ.get("MODGO_ASD", "")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    host = "the host program (Aerospike's own mod_lua and common)"
    if ASD:
        terminalreporter.write_line(
            f"server plugin: run on {host} and on a real server: {build_of(Path(ASD))} ({ASD})"
        )
    else:
        terminalreporter.write_line(
            f"server plugin: run on {host}; NO REAL SERVER, because MODGO_ASD names no asd binary"
        )


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of asd.mk's objects."""
    return Path(os.environ["MODGO_TEST_ASD"])


@pytest.fixture(scope="session")
def plugin() -> Path:
    return Path(os.environ["MODGO_TEST_PLUGIN"])


@pytest.fixture(scope="session")
def settings(plugin: Path) -> dict[str, str]:
    return {"LD_PRELOAD": str(plugin), "MODGO_WORKER": os.environ["MODGO_WORKER"]}


Maker = Callable[..., Server]


@pytest.fixture(params=["host", *(["asd"] if ASD else [])])
def make_server(
    request: pytest.FixtureRequest, tmp_path: Path, built: Path, settings: dict[str, str]
) -> Iterator[Maker]:
    """make_server(MODGO_MODE="unfenced") starts a server; a setting of None is left out. The server must
    still run when the test ends, and is then stopped."""
    made: list[Server] = []

    def make(**more: str | None) -> Server:
        chosen = {name: text for name, text in {**settings, **more}.items() if text is not None}
        folder = tmp_path / f"s{len(made)}"
        server: Server = (
            RealServer(Path(ASD), folder, chosen)
            if request.param == "asd"
            else HostProgram(built / "host" / "asd-host", folder, chosen)
        )
        made.append(server)
        server.start()
        return server

    yield make
    alive = [server.alive for server in made]
    for server in made:
        server.stop()
    assert all(alive), f"a server has ended\n{made[alive.index(False)].log[-3000:]}"


@pytest.fixture
def server(make_server: Maker) -> Server:
    return make_server()


@pytest.fixture(scope="session")
def shops(built: Path) -> tuple[bytes, bytes]:
    """Two versions of a module that fits in one file."""
    one, two = ((built / "udf" / version / "shop.so").read_bytes() for version in "12")
    return one, two


@pytest.fixture(scope="session")
def shop(shops: tuple[bytes, bytes]) -> list[tuple[str, bytes]]:
    return package("shop", shops[0])


@pytest.fixture(scope="session")
def web(built: Path) -> list[tuple[str, bytes]]:
    """A module that imports net/http and needs several parts."""
    return package("web", (built / "udf" / "web.so").read_bytes())


@pytest.fixture(scope="session")
def hostile() -> list[tuple[str, bytes]]:
    """A module in C that breaks every rule of the ABI."""
    return package("hostile", Path(os.environ["MODGO_TEST_HOSTILE"]).read_bytes())


def in_parts(name: str, content: bytes) -> list[tuple[str, bytes]]:
    """A module in more parts than it needs."""
    return package(name, content, limit=200_000)


def logged(server: Server, pattern: str) -> bool:
    return re.search(pattern, server.log) is not None


def eventually_logged(server: Server, pattern: str) -> bool:
    """Waits for a line of the plugin's own thread, or for one that belongs to no call."""
    until = time.monotonic() + 60
    while not logged(server, pattern) and time.monotonic() < until:
        time.sleep(0.05)
    return logged(server, pattern)
