"""Starts the language server: `modgo-lsp`, on standard input and output or on a local TCP port.

Not for: what it does then (server.py).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import BinaryIO

from modgo_lsp import __version__
from modgo_lsp.server import log


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("modgo-lsp", description="The language server of modgo, for editors.")
    parser.add_argument("--tcp", type=int, metavar="PORT", help="listen on this port of 127.0.0.1")
    parser.add_argument(
        "--stdio", action="store_true", help="talk on standard input and output, as by default"
    )
    parser.add_argument("--version", action="version", version=f"modgo-lsp {__version__}")
    options = parser.parse_args(arguments)
    serve(options.tcp)


def serve(port: int | None = None) -> None:
    """Serves one client to its end: on `port` of 127.0.0.1, or on standard input and output."""
    from modgo_lsp.server.server import ModgoServer

    log.to_stderr()
    server = ModgoServer()
    if port is not None:
        server.start_tcp("127.0.0.1", port)
    else:
        server.start_io(*_protocol_streams())


def _protocol_streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output, taken away from everyone else: what a library prints or a child reads
    must not get into the protocol."""
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return stdin, stdout


if __name__ == "__main__":
    main()
