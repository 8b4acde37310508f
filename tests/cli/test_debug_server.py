"""Whose connections `modgo debug --dap PORT` takes."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator

import pytest

from modgo_lsp.cli.debug.server import _is_of_this_user

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ports are served on Linux only")


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection: the client's and the server's."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        with client, listening.accept()[0] as served:
            yield client, served


def test_an_open_connection_of_this_user(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, served = ends
    assert _is_of_this_user(served.getpeername(), served.getsockname())
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    assert not _is_of_this_user(served.getpeername(), served.getsockname())


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_a_connection_of_a_client_for_both_ipv6_and_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket(socket.AF_INET6) as client:
        client.connect(("::ffff:127.0.0.1", listening.getsockname()[1]))
        with listening.accept()[0] as served:
            assert _is_of_this_user(served.getpeername(), served.getsockname())
            monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
            assert not _is_of_this_user(served.getpeername(), served.getsockname())


def test_a_connection_to_another_server_with_the_same_port_does_not_count(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    _, served = ends
    host, port = served.getsockname()
    assert not _is_of_this_user(served.getpeername(), (host, port ^ 1))


def test_a_closed_connection_is_nobodys(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, served = ends
    peer = served.getpeername()
    client.close()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert not _is_of_this_user(peer, served.getsockname())
