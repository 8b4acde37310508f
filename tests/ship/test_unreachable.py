"""Addresses at which there is no cluster: closed ports, silent ones, other servers, unknown hosts."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from modgo_lsp.ship import connection_diagnosis
from modgo_lsp.ship.cluster import connected
from modgo_lsp.ship.cluster_access import Access, Tls, read_seeds
from modgo_lsp.ship.connection_diagnosis import seeds_that_answer, unreachable
from modgo_lsp.ship.failure import ShipError
from tests.ship.stand_in import nodes


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


def test_a_host_without_a_route() -> None:
    # This machine has no interface for a link-local address without a zone.
    assert "[fe80::1]:3000 cannot be reached (" in failure("[fe80::1]:3000").message


def test_a_host_that_drops_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_diagnosis, "_SECONDS", 0.1)
    with contextlib.ExitStack() as stack, socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):  # fill its queue
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        address = f"127.0.0.1:{full.getsockname()[1]}"
        error = unreachable(Access(read_seeds(address)), "Failed to connect")
    assert f"{address} does not answer (no connection within 0.1 s)" in error.message


def test_a_port_that_resets_connections() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def reset() -> None:
            connection, _ = listening.accept()
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

        resetting = threading.Thread(target=reset)
        resetting.start()
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        error = unreachable(Access(read_seeds(address)), "Failed to connect")
        resetting.join()
    assert f"{address} is not an Aerospike service port" in error.message


def test_a_cluster_that_refuses_the_client() -> None:
    with nodes(1) as (node,):
        node.answers["node"] = "ERROR:4:not now"
        error = failure(node.hosts)
        assert f"the cluster at {node.hosts} answers, but the client could not connect: " in error.message
        assert error.remedy == "a cluster with security needs --user, one with TLS --tls-enable"
        remedy = failure(node.hosts, user="ops", password="x", tls=Tls()).remedy
        assert remedy == "check user, password and --auth; leave out --user for a cluster without security"
        remedy = failure(node.hosts, tls=Tls()).remedy
        assert remedy == "check the TLS name (HOST:TLSNAME:PORT) and the files of the --tls-… options"


def test_a_cluster_whose_nodes_cannot_be_reached() -> None:
    with nodes(2) as (one, other), port(listening=False) as closed:
        other.hosts = closed
        error = failure(one.hosts)
    assert error.message == f"the cluster at {one.hosts} answers, but not its nodes at {closed}"
    assert "--services-alternate" in error.remedy


@pytest.mark.parametrize("count", [1, 2])
def test_one_seed_that_is_down_does_not_matter(count: int) -> None:
    with nodes(count) as made, port(listening=False) as closed:
        seeds = read_seeds(f"{closed},{made[-1].hosts}")
        with connected(Access(seeds)) as cluster:
            assert [node.address for node in cluster.nodes()] == [node.hosts for node in made]
        assert seeds_that_answer(Access(seeds)) == seeds[1:]
        assert seeds_that_answer(Access(seeds, tls=Tls())) == seeds[1:]


def test_a_cluster_may_be_reached_at_its_alternate_addresses() -> None:
    with nodes(1) as (node,):
        for alternate, asked in ((False, "peers-clear-std"), (True, "peers-clear-alt")):
            node.asked.clear()
            with connected(Access(read_seeds(node.hosts), alternate_services=alternate)):
                assert {each for each in node.asked if each.startswith("peers-clear")} == {asked}


@pytest.mark.parametrize("option", ["cafile", "certfile", "keyfile"])
def test_a_file_that_is_no_certificate_and_no_key(tmp_path: Path, option: str) -> None:
    path = tmp_path / "file.pem"
    path.write_text("nothing")
    error = failure("127.0.0.1:3000", tls=msgspec.structs.replace(Tls(), **{option: path}))
    assert error.message.startswith("TLS to 127.0.0.1:3000 failed: ")
    assert error.remedy == "check the --tls-… files"


def test_the_client_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aerospike", None)  # an import then fails as where it is not installed
    error = failure("127.0.0.1:3000")
    assert "the official Aerospike client is not installed" in error.message
    assert error.remedy.endswith("pip install 'modgo-lsp[deploy]'")


def test_a_client_that_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "aerospike.py").write_text("raise ImportError('libssl.so.3 is missing')\n")
    monkeypatch.delitem(sys.modules, "aerospike")
    monkeypatch.syspath_prepend(tmp_path)
    error = failure("127.0.0.1:3000")
    text = "the official Aerospike client cannot be loaded (libssl.so.3 is missing)"
    assert error.message == text
    assert error.remedy.endswith("pip install 'modgo-lsp[deploy]'")
