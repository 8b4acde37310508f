"""Finds out why a cluster can't be reached, where the official client only says "Failed to connect".

Sends one harmless request of the info protocol to each address.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

from modgo_lsp.ship.cluster_access import SERVICE_PORT, Access, Seed
from modgo_lsp.ship.failure import ShipError, usage_error

_SECONDS = 2.0
_HEADER = bytes((2, 1))  # version 2, an info message; then 6 bytes of length
_PEERS = "Peers not reachable:"
_QUESTION = b"build\n"


def unreachable(access: Access, said: str) -> ShipError:
    """The error to raise, after a look at each seed. `said` is what the client had to say."""
    reasons = [_reason(seed, access.tls is not None) for seed in access.seeds]
    if said.startswith(_PEERS):
        message = f"the cluster at {access} answers, but not its nodes at{said.removeprefix(_PEERS)}"
        other = "where the nodes give out addresses of another network, add --services-alternate"
        return usage_error(message, f"see whether they run; {other}")
    if None in reasons:
        message = f"the cluster at {access} answers, but the client could not connect: {said}"
        return usage_error(message, _entry_remedy(access))
    text = "; ".join(reason for reason in reasons if reason)
    return usage_error(
        f"no node of the cluster can be reached: {text}",
        f"check that the server runs, and --hosts: it wants the service port, usually {SERVICE_PORT}",
    )


def seeds_that_answer(access: Access) -> tuple[Seed, ...]:
    """Those at which an Aerospike node (or, with TLS, something) answers."""
    return tuple(seed for seed in access.seeds if _reason(seed, access.tls is not None) is None)


def _entry_remedy(access: Access) -> str:
    if access.user is not None:
        return "check user, password and --auth; a cluster without security takes no --user"
    if access.tls is not None:
        return "check the TLS name (HOST:TLSNAME:PORT) and the files of the --tls-… options"
    return "a cluster with security needs --user, one with TLS --tls-enable"


def _reason(seed: Seed, tls: bool) -> str | None:
    """What is wrong at an address, None where an Aerospike node (or, with TLS, something) answers."""
    with contextlib.ExitStack() as stack:
        try:
            connection = stack.enter_context(_connected(seed))
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
            connection.sendall(_HEADER + len(_QUESTION).to_bytes(6, "big") + _QUESTION)
            answer = connection.recv(len(_HEADER))
        except TimeoutError:
            return f"what listens at {seed} accepts connections but does not answer as an Aerospike server"
        except OSError:
            answer = b""
    if answer == _HEADER:
        return None
    return f"what listens at {seed} is not an Aerospike service port (or wants TLS)"


@contextlib.contextmanager
def _connected(seed: Seed) -> Iterator[socket.socket]:
    with socket.create_connection((seed.host, seed.port), timeout=_SECONDS) as connection:
        yield connection
