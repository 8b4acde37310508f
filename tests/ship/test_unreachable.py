"""Addresses at which there is no cluster: closed ports, silent ones, other servers, unknown hosts."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from modgo_lsp.ship.cluster import connected
from modgo_lsp.ship.cluster_access import Access, Tls, read_seeds
from modgo_lsp.ship.failure import ShipError


def failure(hosts: str, **options: object) -> ShipError:
    with pytest.raises(ShipError) as caught, connected(Access(read_seeds(hosts), **options)):  # type: ignore[arg-type]
        pass
    assert caught.value.usage
    assert caught.value.remedy
    return caught.value


@contextmanager
def port(listening: bool) -> Iterator[str]:
    """An address of this machine: a closed port, or one that accepts connections and never answers."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        if listening:
            bound.listen()
        yield f"127.0.0.1:{bound.getsockname()[1]}"


@contextmanager
def web_server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


def test_closed_port() -> None:
    with port(listening=False) as address:
        assert f"nothing listens at {address}" in failure(address).message


def test_a_silent_port() -> None:
    with port(listening=True) as address:
        text = failure(address).message
    assert f"the server at {address} accepts connections but does not answer as an Aerospike server" in text


def test_another_server() -> None:
    with web_server() as address:
        assert f"{address} is not an Aerospike service port" in failure(address).message


def test_unknown_host() -> None:
    assert "there is no host no-such-host.invalid" in failure("no-such-host.invalid:3000").message


def test_each_seed_is_reported() -> None:
    with port(listening=False) as closed, web_server() as other:
        text = failure(f"{closed},{other}").message
    assert f"nothing listens at {closed}; {other} is not" in text


def test_user_and_tls_don_t_hide_what_is_wrong() -> None:
    with port(listening=False) as address:
        assert "nothing listens" in failure(address, user="ops", password="x").message
        assert "nothing listens" in failure(address, tls=Tls()).message


def test_the_client_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aerospike", None)  # an import then fails as where it is not installed
    error = failure("127.0.0.1:3000")
    assert "the official Aerospike client is not installed" in error.message
    assert error.remedy.endswith("pip install 'modgo-lsp[deploy]'")
