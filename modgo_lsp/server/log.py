"""Where the server's log goes: to standard error whole, to the editor's output without tracebacks.

Not for: telling the user what to do; that is in answers, diagnostics and messages.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable

from lsprotocol import types

_TYPE = (
    (logging.ERROR, types.MessageType.Error),
    (logging.WARNING, types.MessageType.Warning),
    (logging.INFO, types.MessageType.Info),
)

Send = Callable[[types.LogMessageParams], None]


class ClientHandler(logging.Handler):
    """Sends records to the editor as window/logMessage, from whichever thread they come."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send) -> None:
        super().__init__(logging.INFO)
        self._loop = loop
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            message += f": {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        kind = next((each for level, each in _TYPE if record.levelno >= level), types.MessageType.Log)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._send, types.LogMessageParams(kind, message))


def to_stderr() -> None:
    """Everything of ours, and what the libraries warn of."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("modgo_lsp").setLevel(logging.INFO)


def to_client(loop: asyncio.AbstractEventLoop, send: Send) -> None:
    """What is ours, to the editor's output as well."""
    logger = logging.getLogger("modgo_lsp")
    for handler in [each for each in logger.handlers if isinstance(each, ClientHandler)]:
        logger.removeHandler(handler)
    logger.addHandler(ClientHandler(loop, send))
