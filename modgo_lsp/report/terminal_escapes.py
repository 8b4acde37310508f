"""Escapes what a terminal would obey, and what turns text around.

Names, paths, comments, logs and errors may come from anybody, and are printed beside our own colours. So our
colours begin with a mark that nobody else can know, and `shown` passes no other escape sequence. Escapes are
written as in JSON, so that a JSON document stays valid.
"""

from __future__ import annotations

import os
import re
from typing import Any

# Controls (C0 without tab and line feed, DEL, C1), marks, overrides and isolates of direction, line and
# paragraph separators, the byte order mark, and halves of characters.
_OBEYED = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
# Compiled on first use: most texts are printable, and compiling takes 1 ms of every command.
_UNSAFE = f"[{_OBEYED}]"
_OURS = f"\x1b{os.urandom(8).hex()}"


def on_a_line(text: str) -> str:
    """The text with everything escaped that a terminal would obey, also line ends."""
    return re.sub(_UNSAFE, _escape, text).replace("\t", r"\u0009").replace("\n", r"\u000a")


def styled(text: str, **how: Any) -> str:
    """The text in a colour (the options are click.style's), for `shown`."""
    from click import style  # 25 ms, and the language server imports this file

    return str(style(shown(text), **how).replace("\x1b", _OURS))


def shown(text: str) -> str:
    """The text as it is printed: with nothing that a terminal would obey but line ends, tabs and our
    colours."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "\x1b".join(re.sub(_UNSAFE, _escape, part) for part in text.split(_OURS))


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
