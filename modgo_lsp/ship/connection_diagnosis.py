"""Finds out why a cluster can't be reached; the official client only reports "Failed to connect".

Sends one read-only info request to each address.
"""

from __future__ import annotations

import contextlib
import socket

from modgo_lsp.ship.cluster_access import SERVICE_PORT, Access, Seed
from modgo_lsp.ship.failure import ShipError, usage_error

_SECONDS = 2.0
_HEADER = bytes((2, 1))  # version 2, an info message; then 6 bytes of length
_PEERS = "Peers not reachable:"
_REQUEST = b"build\n"


def unreachable(access: Access, reported: str) -> ShipError:
    """Checks each seed and returns the error to raise. `reported` is the client's error text."""
    reasons = [_reason(seed, access.tls is not None) for seed in access.seeds]
    if reported.startswith(_PEERS):
        message = f"the cluster at {access} answers, but not its nodes at{reported.removeprefix(_PEERS)}"
        other = "if the nodes publish addresses of another network, add --services-alternate"
        return usage_error(message, f"check that they run; {other}")
    if None in reasons:
        message = f"the cluster at {access} answers, but the client could not connect: {reported}"
        return usage_error(message, _entry_remedy(access))
    text = "; ".join(reason for reason in reasons if reason)
    return usage_error(
        f"no node of the cluster can be reached: {text}",
        f"check that the server runs and that --hosts has its service port, usually {SERVICE_PORT}",
    )


def seeds_that_answer(access: Access) -> tuple[Seed, ...]:
    """The seeds at which an Aerospike node answers; with TLS, those that accept connections."""
    return tuple(seed for seed in access.seeds if _reason(seed, access.tls is not None) is None)


def _entry_remedy(access: Access) -> str:
    if access.user is not None:
        return "check user, password and --auth; leave out --user for a cluster without security"
    if access.tls is not None:
        return "check the TLS name (HOST:TLSNAME:PORT) and the files of the --tls-… options"
    return "a cluster with security needs --user, one with TLS --tls-enable"


def _reason(seed: Seed, tls: bool) -> str | None:
    """Why a seed can't be used; None if an Aerospike node answers or, with TLS, accepts the connection."""
    with contextlib.ExitStack() as stack:
        try:
            address = (seed.host, seed.port)
            connection = stack.enter_context(socket.create_connection(address, timeout=_SECONDS))
        except socket.gaierror:
            return f"there is no host {seed.host}"
        except ConnectionRefusedError:
            return f"nothing listens at {seed}"
        except TimeoutError:
            return f"{seed} does not answer (no connection within {_SECONDS:g} s)"
        except OSError as error:
            return f"{seed} cannot be reached ({error.strerror or error})"
        if tls:
            return None
        try:
            connection.sendall(_HEADER + len(_REQUEST).to_bytes(6, "big") + _REQUEST)
            answer = connection.recv(len(_HEADER))
        except TimeoutError:
            return f"the server at {seed} accepts connections but does not answer as an Aerospike server"
        except OSError:
            answer = b""
    if answer == _HEADER:
        return None
    return f"{seed} is not an Aerospike service port, or requires TLS"
