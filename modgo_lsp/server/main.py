"""Starts the language server: `modgo-lsp`, on standard input and output or on a Unix socket."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO, NoReturn

from modgo_lsp import __version__
from modgo_lsp.build.isolation import leave_out_relative_folders
from modgo_lsp.server.lsp.connection import complain
from modgo_lsp.server.lsp.start_options import PIPE_HELP, STDIO_HELP, PipeError
from modgo_lsp.server.server import Server
from modgo_lsp.server.workspace import gc_policy

# Seconds for which Python runs one thread while another waits, so that a message is read soon after it came.
_SWITCH = 0.0002


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    given = sys.argv[1:] if arguments is None else arguments
    try:
        serve(_pipe(given) if given else None)
    except PipeError as error:
        complain(f"modgo-lsp: {error.message}: {error.remedy}")
        sys.exit(2)


def _pipe(arguments: Sequence[str]) -> str | None:
    """The path after --pipe. Exits with 2 for options that do not exist."""
    import argparse  # takes 8 ms of the start, and editors give no options

    parser = argparse.ArgumentParser("modgo-lsp", description="Run the language server, for editors.")
    streams = parser.add_mutually_exclusive_group()
    streams.add_argument("--pipe", metavar="PATH", help=PIPE_HELP)
    streams.add_argument("--stdio", action="store_true", help=STDIO_HELP)
    parser.add_argument("--version", action="version", version=f"modgo-lsp {__version__}")
    pipe: str | None = parser.parse_args(arguments).pipe
    return pipe


def serve(pipe: str | None = None) -> NoReturn:
    """Serves one client and ends the process: on a new Unix socket at `pipe`, or on standard input and
    output. Raises PipeError."""
    leave_out_relative_folders()
    sys.setswitchinterval(_SWITCH)
    gc_policy.begin()
    try:
        streams = _protocol_streams() if pipe is None else _accepted(pipe)
        code = Server(*streams).serve()
    except KeyboardInterrupt:
        code = 130
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    # Threads may be blocked in a read, and there is nothing to clean up.
    os._exit(code)


def _protocol_streams() -> tuple[BinaryIO, BinaryIO]:
    """Reserves standard input and output for the protocol: what a library prints goes to standard error, and
    a child process reads nothing."""
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return stdin, stdout


def _accepted(pipe: str) -> tuple[BinaryIO, BinaryIO]:
    from modgo_lsp.server.lsp.unix_socket import accepted  # 5 ms of the start

    return accepted(pipe)


if __name__ == "__main__":
    main()
