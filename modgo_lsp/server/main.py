"""Starts the language server: `modgo-lsp`, on standard input and output or on a Unix socket.

What takes long to import is imported when it is of use: `initialize` is answered first, then the analysis is
loaded and tells what it finds, and last come lsprotocol and pygls, which take longest and answer the rest.
Not for: what messages mean (session.py, pygls_server.py).
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from modgo_lsp import __version__
from modgo_lsp.build.isolated import leave_out_relative_folders
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.client_capabilities import client_of
from modgo_lsp.server.lsp.connection import Connection, Message, complain
from modgo_lsp.server.lsp.inbox import Inbox
from modgo_lsp.server.lsp.server_capabilities import chosen_encoding, initialize_result
from modgo_lsp.server.workspace import gc_policy

if TYPE_CHECKING:
    from modgo_lsp.server.workspace.session import Session

_NOT_INITIALIZED = -32002
_INVALID_PARAMS = -32602
# An analysis that takes long must not keep the rest from being loaded.
_PATIENCE = 1.0
_QUIET = 0.03
# The end of the input, and that all is imported.
_ENDED, _LOADED = object(), object()
# Bytes of messages that may wait to be looked at.
_MOST_WAITING = 16 * 1024 * 1024
# How long Python runs one thread while another waits: a message is looked at after that.
_SWITCH = 0.0002


def main(arguments: Sequence[str] | None = None) -> None:
    given = sys.argv[1:] if arguments is None else arguments
    pipe = None
    if given:
        import argparse

        parser = argparse.ArgumentParser(
            "modgo-lsp", description="The language server of modgo, for editors."
        )
        streams = parser.add_mutually_exclusive_group()
        streams.add_argument(
            "--pipe", metavar="PATH", help="listen on a new Unix socket that only you can open, for debugging"
        )
        streams.add_argument(
            "--stdio", action="store_true", help="talk on standard input and output, as by default"
        )
        parser.add_argument("--version", action="version", version=f"modgo-lsp {__version__}")
        pipe = parser.parse_args(given).pipe
    if pipe is None:
        serve()
    from modgo_lsp.server.lsp.unix_socket import PipeError

    try:
        serve(pipe)
    except PipeError as error:
        complain(f"modgo-lsp: {error.message}: {error.remedy}")
        sys.exit(2)


def serve(pipe: str | None = None) -> None:
    """Serves one client to its end, and ends the process: on a Unix socket that is made at `pipe`, or on
    standard input and output. Raises PipeError."""
    leave_out_relative_folders()
    sys.setswitchinterval(_SWITCH)
    gc_policy.begin()
    try:
        code = _serve(*(_protocol_streams() if pipe is None else _accepted(pipe)))
    except KeyboardInterrupt:  # nobody has come
        code = 130
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    # Threads may be in the middle of reading, and there is nothing to tidy up.
    os._exit(code)


def _serve(stdin: BinaryIO, stdout: BinaryIO) -> int:
    inbox = Inbox()
    connection = Connection(stdin, stdout, inbox.put, _malformed, lambda: inbox.put(_ENDED))
    connection.pause_while(lambda: inbox.size > _MOST_WAITING)
    connection.start()
    try:
        session = _initialized(connection, inbox)
        if session is None:
            return 1
        if session.process_id is not None:
            from modgo_lsp.server.workspace.process_exit import when_ended

            when_ended(session.process_id, lambda: inbox.put(_ENDED))
        return _work(session, inbox)
    except KeyboardInterrupt:
        return 130
    finally:
        connection.close(seconds=1.0)


def _malformed(what: str) -> None:
    complain(f"modgo: passed over a message that is {what}")


def _initialized(connection: Connection, inbox: Inbox) -> Session | None:
    """The session that the client begins; None where it ends before."""
    while (message := inbox.get()) is not _ENDED:
        method, id_ = message.get("method"), message.get("id")
        if method == "exit":
            return None
        if method == "initialize" and "id" in message:
            session = _begun(connection, message)
            if session is not None:
                return session
        elif method is not None and "id" in message:
            error = {"code": _NOT_INITIALIZED, "message": "The session begins with initialize."}
            connection.send({"jsonrpc": "2.0", "id": id_, "error": error})
    return None


def _begun(connection: Connection, message: Message) -> Session | None:
    raw = message.get("params")
    try:
        params = msgspec.convert(raw, wire.Initialize)
    except msgspec.ValidationError as error:
        problem = {"code": _INVALID_PARAMS, "message": f"The parameters are not as expected: {error}"}
        connection.send({"jsonrpc": "2.0", "id": message["id"], "error": problem})
        return None
    client, problem_of_options = client_of(params.capabilities, params.initialization_options)
    encoding = chosen_encoding(params.capabilities)
    result = initialize_result(client, params.capabilities, encoding)
    connection.send({"jsonrpc": "2.0", "id": message["id"], "result": result})

    import logging

    from modgo_lsp.server.lsp import log_handlers
    from modgo_lsp.server.workspace.session import Session

    log_handlers.to_stderr()
    session = Session(connection, params, client, encoding)
    if problem_of_options is not None:
        logging.getLogger(__name__).warning("%s", problem_of_options)
    return session


def _work(session: Session, inbox: Inbox) -> int:
    """Answers to the end of the session. What only pygls can answer waits until it is imported: that is begun
    when the first findings are told."""
    waiting: list[tuple[Message, Any]] = []
    loading: threading.Thread | None = None
    latest = time.monotonic() + _PATIENCE
    while session.exit_code is None:
        message = None  # a large one is not kept until the next
        message = inbox.get(timeout=None if loading is not None else _QUIET)
        if message is _ENDED:
            session.exit_code = 1
        elif message is _LOADED:
            return _work_on(session, inbox, waiting)
        elif message is not None and not _is_handled(session, message):
            waiting.append((message, session.snapshot()))
        quiet = message is None and (session.is_initialized or waiting) and session.is_idle
        if loading is None and (quiet or time.monotonic() > latest):
            loading = threading.Thread(target=_load, args=(inbox.put,), name="loading", daemon=True)
            loading.start()
    return session.exit_code


def _is_handled(session: Session, message: Message) -> bool:
    try:
        return session.handle(message)
    except Exception:
        import logging

        logging.getLogger(__name__).exception("Could not handle a message")
        return True


def _load(loaded: Callable[[Any], None]) -> None:
    gc_policy.go_on()
    try:
        import linecache

        import modgo_lsp.server.pygls_server  # noqa: F401

        # attrs keeps the text of each method that it has written for lsprotocol, to be shown in tracebacks.
        linecache.clearcache()
    finally:
        gc_policy.settle()
        loaded(_LOADED)


def _work_on(session: Session, inbox: Inbox, waiting: list[tuple[Message, Any]]) -> int:
    import asyncio

    from modgo_lsp.server.pygls_server import ModgoServer

    return asyncio.run(ModgoServer(session).serve(inbox, waiting, _ENDED))


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


def _accepted(pipe: str) -> tuple[BinaryIO, BinaryIO]:
    from modgo_lsp.server.lsp.unix_socket import accepted

    return accepted(pipe)


if __name__ == "__main__":
    main()
