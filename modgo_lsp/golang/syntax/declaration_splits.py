"""Where a Go file can be split into parts that parse by themselves: before each declaration that begins a
line, and before the comment directly above it.

In code that parses, no part ends inside a declaration. In broken code a mistake stays in its part: the
function after one whose brace is missing is parsed as if nothing were wrong.

This is a lexer by hand because it has to work where the parser gives up: tree-sitter's error recovery may
swallow the rest of the file. It is also four times as fast as the parser (`make bench-lexers`), and each
edit splits the part that it changes again.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_WORD = rb"[0-9A-Za-z_\x80-\xff]"
_TOKEN = re.compile(
    rb"//[^\n]*"
    rb"|/\*.*?\*/"
    rb'|"(?:[^"\\\n]|\\[^\n])*"?'
    rb"|`[^`]*`"
    rb"|'(?:[^'\\\n]|\\[^\n])*'?"
    rb"|[{}()\[\]]"
    rb"|/\*|`"  # not closed
    rb"|^(?:func|type|var|const|import)(?!" + _WORD + rb")",
    re.DOTALL | re.MULTILINE,
)
_NAME = rb"[A-Za-z_\x80-\xff]" + _WORD + rb"*"
_RECEIVER = rb"\([^()\n]*\)[ \t]*"
# What begins a declaration for certain, whatever brackets are open: a function literal has no name.
_NAMED_FUNCTION = re.compile(rb"func[ \t]+(?:" + _RECEIVER + _NAME + rb"[ \t]*\(|" + _NAME + rb")")
# The same of a generic method, which in a function might be the type of a literal.
_GENERIC_METHOD = re.compile(rb"func[ \t]*" + _RECEIVER + _NAME + rb"[ \t]*[(\[]")
_OPEN, _CLOSE, _SLASH = frozenset(b"([{"), frozenset(b")]}"), b"/"[0]
_UNCLOSED = (b"/*", b"`")


class Splits(NamedTuple):
    """`offsets` are where a text is split, above 0 and in order. Each is independent of the text before it.
    `unclosed` is where the first comment or raw string begins that has no end: it is passed over, but text
    that is put behind it may end it. Where there is none it is the end of the text."""

    offsets: list[int]
    unclosed: int


def find_splits(text: bytes) -> Splits:
    offsets: list[int] = []
    unclosed = len(text)
    depth = 0
    # The comments that began lines, one directly below the other, up to where the last token ended.
    comment, comment_end = -1, -1
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        first = text[start]
        if end - start == (2 if first == _SLASH else 1) and match[0] in _UNCLOSED:
            unclosed = min(unclosed, start)
        elif first == _SLASH:
            line = text.rfind(b"\n", 0, start) + 1
            if text[line:start].strip():
                comment = -1
            elif comment < 0 or not _adjacent(text, comment_end, start):
                comment = line
            comment_end = end
            continue
        elif first in _OPEN:
            depth += 1
        elif first in _CLOSE:
            depth = max(0, depth - 1)
        elif first not in b"\"'`" and _begins(text, start, match[0], depth):
            depth = 0
            split = comment if comment >= 0 and _adjacent(text, comment_end, start) else start
            if split > 0:
                offsets.append(split)
        comment = -1
    return Splits(offsets, unclosed)


def _adjacent(text: bytes, end: int, start: int) -> bool:
    """Whether there is nothing but a line end between a comment's end and `start`."""
    between = text[end:start]
    return not between.strip() and between.count(b"\n") <= 1


def _begins(text: bytes, start: int, word: bytes, depth: int) -> bool:
    """Whether a declaration begins with the word at `start`, which begins its line."""
    if word == b"func":
        pattern = _GENERIC_METHOD if depth == 0 else _NAMED_FUNCTION
        return pattern.match(text, start) is not None or _NAMED_FUNCTION.match(text, start) is not None
    return word == b"import" or depth == 0
