"""The requests that take lsprotocol's types: pygls reads their parameters, runs their handlers and writes
their results. On an event loop, in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer

from modgo_lsp import __version__
from modgo_lsp.server.commands.context import Commands
from modgo_lsp.server.lsp import errors
from modgo_lsp.server.lsp.connection import Connection, Message
from modgo_lsp.server.lsp.methods import METHODS, Method, handler_of
from modgo_lsp.server.lsp.outbox import Outbox
from modgo_lsp.server.requests.translation import CONVERTER
from modgo_lsp.server.workspace.awaitables import analysed, indexed
from modgo_lsp.server.workspace.job import Reservation
from modgo_lsp.server.workspace.session import Session
from modgo_lsp.server.workspace.snapshot import Snapshot
from modgo_lsp.server.workspace.stale_request import answered

_log = logging.getLogger(__name__)

# Seconds until the workspace is indexed: what the editor asks for at its start goes first.
_INDEX_AFTER = 1.0
# Of the message that is being handled: the state when it came, and its place in the queue of the analysis.
_state: ContextVar[tuple[Snapshot, Reservation | None]] = ContextVar("state")


def _is_unexpected(record: logging.LogRecord) -> bool:
    """Pygls logs refusals with their tracebacks; what is unexpected in one is logged by `errors.of`."""
    return not (record.exc_info and isinstance(record.exc_info[1], JsonRpcException))


class PyglsRequests:
    """Everything is for the thread of the event loop. `ended` ends `serve`."""

    def __init__(self, session: Session) -> None:
        self.ended = asyncio.Event()
        self.commands = Commands(session)
        self._session = session
        self._outbox = session.outbox
        self._protocol = _PyglsServer(session.outbox).protocol
        logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_unexpected)
        for method in METHODS.values():
            if method.params is None:
                # A feature can't replace what pygls brings for executeCommand, which can't be cancelled.
                self._protocol.fm.add_builtin_feature(method.name, self._handler(method))

    async def serve(self) -> None:
        if self._session.roots:
            asyncio.get_running_loop().call_later(_INDEX_AFTER, self._session.when_indexed, lambda: None)
        await self.ended.wait()
        self._session.index.stop()
        self._session.new_since.stop()
        await self.commands.end()

    def handle(self, message: Message, snapshot: Snapshot, reservation: Reservation | None) -> None:
        """Begins to answer a request, whose handler gets `snapshot`."""
        token = _state.set((snapshot, reservation))
        try:
            self._protocol.handle_message(self._protocol.structure_message(message))
        except JsonRpcException as error:
            self._outbox.refuse(message["id"], error.code, error.message)
        finally:
            _state.reset(token)
            if reservation is not None:
                # The handler has filled it by then, unless the request was refused or cancelled.
                asyncio.get_running_loop().call_soon(reservation.release)

    def cancel(self, id_: str | int) -> None:
        """Cancels the request with this id, if it is being answered."""
        cancel = {"jsonrpc": "2.0", "method": types.CANCEL_REQUEST, "params": {"id": id_}}
        self._protocol.handle_message(self._protocol.structure_message(cancel))

    def _handler(self, method: Method) -> Callable[[Any], Any]:
        """The method's handler as pygls calls it."""
        handle, session = handler_of(method), self._session

        async def answer(params: Any) -> Any:
            try:
                if method.context == "commands":
                    return await handle(self.commands, params)
                if method.context == "workspace":
                    await indexed(session)
                    return await analysed(session, lambda: handle(session.rescanned(), params))
                snapshot, reservation = _state.get()
                work = partial(answered, session, handle, snapshot, params)
                return await analysed(session, work, reservation)
            except Exception as error:
                name = params.command if method.context == "commands" else method.name
                code, text = errors.of(error, name)
                raise JsonRpcException(text, code) from None

        return answer


class _PyglsServer(LanguageServer):
    """Writes to our connection, and reports what goes wrong in pygls itself."""

    def __init__(self, outbox: Outbox) -> None:
        super().__init__("modgo-lsp", __version__, converter_factory=lambda: CONVERTER)
        self._outbox = outbox
        self.protocol.set_writer(_Writer(outbox.connection), include_headers=False)

    def report_server_error(self, error: Exception, source: Any) -> None:
        if source is FeatureRequestError:
            return  # it is answered
        _log.error("pygls failed: %s", error)
        id_ = self.protocol.msg_id
        if source is JsonRpcInternalError and id_ is not None:  # an answer that can't be written
            self._outbox.refuse(id_, errors.INTERNAL_ERROR, f"modgo's answer can't be written: {error}")


class _Writer:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self, data: bytes) -> None:
        self._connection.send_body(data)

    def close(self) -> None:
        """The connection is closed by the message thread."""
