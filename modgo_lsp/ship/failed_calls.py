"""Classifies the error texts of a server: a failure of the UDF, a panic, a crash, a timeout.

The server sends text only.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from modgo_lsp.host.result import Failure, FailureKind

# What the server says itself where no module of that name can be run, and before the words of one that does
# not come to the end of a stream.
NO_MODULE = "UDF: Execution Error 1"
# What Lua says of a function that a module has not: so also where it takes NAME.so for a library of its own.
NO_FUNCTION = "function not found"
_STREAM = re.compile(r"UDF: Execution Error \d+ : ")

# A line of a panic's trace: "/src/counters.go:12 counters.Add". An error that a UDF returns has none.
_FRAME = re.compile(r"(?P<place>\S+\.\w+:\d+)(?:\s.*)?")

_KINDS: tuple[tuple[re.Pattern[str], FailureKind], ...] = (
    (re.compile(r"did not come back in time|were busy until the deadline"), "timeout"),
    (re.compile(r"its worker (?:ended|was ended|does not end|wrote over)|its workers end before"), "crash"),
    (re.compile(r"^no function \S+ is registered"), "usage"),
    (re.compile(r"^\S+ is a (?:stream|record) UDF; "), "usage"),
    (re.compile(r"^\S+ expects (?:at least )?(?:no|\d+) arguments?, got \d+$"), "usage"),
    (re.compile(r"^argument \d+ of \S+: expected "), "usage"),
    (re.compile(r"its answer cannot be given back"), "abi"),
)


def is_of_udf(text: str) -> bool:
    """Whether the server's words are about a stream UDF, which the client gives no class of its own."""
    return _STREAM.match(text) is not None


def failure_of(text: str) -> Failure:
    """The failure in a server's words: its kind, message, and the frames at its end."""
    lines = _STREAM.sub("", text, count=1).rstrip("\n").split("\n")
    frames: list[str] = []
    while len(lines) > 1 and (match := _FRAME.fullmatch(lines[-1].strip())):
        frames.insert(0, PurePath(match["place"]).name)
        lines.pop()
    message = "\n".join(lines).strip() or "the server gave no reason"
    kind = next((kind for pattern, kind in _KINDS if pattern.search(message)), None)
    return Failure(kind or ("panic" if frames else "udf"), message, tuple(frames))
