"""The handlers of the server's log: standard error gets all of it, the editor's output all but tracebacks."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

# LSP's MessageType.
ERROR, WARNING, INFO, LOG = 1, 2, 3, 4
_TYPE = ((logging.ERROR, ERROR), (logging.WARNING, WARNING), (logging.INFO, INFO))
LEVELS = {
    "off": logging.CRITICAL + 1,
    "error": logging.ERROR,
    "warning": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
}
_DEFAULT = "info"
_OURS = "modgo_lsp"

Send = Callable[[int, str], None]


class ClientHandler(logging.Handler):
    """Sends records to the editor as window/logMessage, on any thread."""

    def __init__(self, send: Send) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            message += f": {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        self._send(next((each for level, each in _TYPE if record.levelno >= level), LOG), message)


def to_stderr() -> None:
    """Logs our records, and the warnings of libraries, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger(_OURS).setLevel(LEVELS[_DEFAULT])


def to_client(send: Send) -> None:
    """Logs our records to the editor's output too."""
    logger = logging.getLogger(_OURS)
    for handler in [each for each in logger.handlers if isinstance(each, ClientHandler)]:
        logger.removeHandler(handler)
    logger.addHandler(ClientHandler(send))


def set_level(name: object) -> str | None:
    """Sets the log level: one of LEVELS, "info" by default. Returns what is wrong with any other value."""
    level = LEVELS.get(name or _DEFAULT) if name is None or isinstance(name, str) else None
    if level is None:
        return f"modgo.log.level is {name!r}: it may be {', '.join(LEVELS)}"
    logging.getLogger(_OURS).setLevel(level)
    return None
