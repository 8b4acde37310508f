"""Classifies a failed call (error of the UDF, panic, crash, timeout) by the server's text."""

from __future__ import annotations

import re
from pathlib import PurePath

from modgo_lsp.host.result import Failure, FailureKind

# The server's text if it can't run a module of that name.
NO_MODULE = "UDF: Execution Error 1"
# Lua's text for a missing function. A server without the plugin gives NAME.so to Lua.
NO_FUNCTION = "function not found"
# The server's prefix to the error of a stream UDF.
_STREAM = re.compile(r"UDF: Execution Error \d+ : ")

# A frame of a panic, like "/src/counters.go:12 counters.Add". Errors that a UDF returns have none.
_FRAME = re.compile(r"(?P<place>\S+\.\w+:\d+)(?:\s.*)?")

_KINDS: tuple[tuple[re.Pattern[str], FailureKind], ...] = (
    (re.compile(r"did not return in time|were busy until the deadline"), "timeout"),
    (re.compile(r"its worker (?:ended|was ended|does not end|wrote over)|its workers end before"), "crash"),
    (re.compile(r"^no function \S+ is registered"), "usage"),
    (re.compile(r"^\S+ is a (?:stream|record) UDF; "), "usage"),
    (re.compile(r"^\S+ expects (?:at least )?(?:no|\d+) arguments?, got \d+$"), "usage"),
    (re.compile(r"^argument \d+ of \S+: expected "), "usage"),
    (re.compile(r"its answer cannot be given back"), "abi"),
)


def is_of_udf(text: str) -> bool:
    """Whether the text is of a stream UDF's error, for which the client has no exception class."""
    return _STREAM.match(text) is not None


def failure_of(text: str) -> Failure:
    """Parses a server's error text: kind, message and the frames at its end."""
    lines = _STREAM.sub("", text, count=1).rstrip("\n").split("\n")
    frames: list[str] = []
    while len(lines) > 1 and (match := _FRAME.fullmatch(lines[-1].strip())):
        frames.insert(0, PurePath(match["place"]).name)
        lines.pop()
    message = "\n".join(lines).strip() or "the server gave no reason"
    kind = next((kind for pattern, kind in _KINDS if pattern.search(message)), None)
    return Failure(kind or ("panic" if frames else "udf"), message, tuple(frames))
