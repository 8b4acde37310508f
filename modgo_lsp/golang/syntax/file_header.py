"""A Go file's package clause and imports, read without a parser: so that of thousands of files only those are
parsed that matter.

It may name an import too many, never one too few that the parser finds. Not for: what the rest of a file
says (document.py, lower.py), nor for build constraints (build_constraints.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from modgo_lsp.golang.syntax.literals import unquote

# Goes into the keys of caches: what this file finds in the same bytes has changed when it does.
VERSION = 2

_TOKEN = re.compile(
    rb"(?:[ \t\r\n;]|//[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)*"
    rb'(?:([A-Za-z_\x80-\xff][0-9A-Za-z_\x80-\xff]*)|("(?:[^"\\\n]|\\[^\n])*"|`[^`]*`)|([().])|(\Z)|)'
)
_WORD, _STRING, _MARK, _END = 1, 2, 3, 4
_DECLARES = (b"func", b"type", b"var", b"const")
# An import that stands below other declarations, as the parser may yet see it, and what it could import.
_LATE = re.compile(
    rb"(?<![0-9A-Za-z_\x80-\xff])import(?![0-9A-Za-z_\x80-\xff])\s*"
    rb"""(?:[("`.]|/[/*]|[0-9A-Za-z_\x80-\xff]+\s*(?:["`]|/\*))"""
)
_QUOTED = re.compile(rb'(?<=["`])[^"`\s]+(?=["`])')


class Header(msgspec.Struct, frozen=True, array_like=True):
    """`package` is what the package clause says, "" where there is none. `imports` are the paths that the
    file imports. Unless it is `sure`, the file may be broken, and import some of them at most."""

    package: str
    imports: tuple[str, ...]
    sure: bool = True


def read_header(text: bytes) -> Header:
    """The header of a file. Never raises, whatever the bytes."""
    start = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    token = _next(text, start)
    if token[_WORD] != b"package":
        return _unsure("", text)
    token = _next(text, token.end())
    name = token[_WORD]
    if name is None:
        return _unsure("", text)
    package = name.decode("utf-8", "replace")
    imports: dict[bytes, None] = {}
    token = _next(text, token.end())
    while token[_WORD] == b"import":
        end = _import(text, token.end(), imports)
        if end < 0:
            return _unsure(package, text)
        token = _next(text, end)
    ended = token[_WORD] in _DECLARES or token[_END] is not None
    if not ended or _has_late_import(text, token.end()):
        return _unsure(package, text)
    return Header(package, _paths(imports))


def is_text(text: bytes) -> bool:
    """Whether a file's bytes may be Go source at all: UTF-8 without NUL bytes. What another file imports
    can't be read, and Go builds no package that has one."""
    if b"\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _has_late_import(text: bytes, position: int) -> bool:
    # Looking for the word alone first is quicker by far.
    while (position := text.find(b"import", position)) >= 0:
        if _LATE.match(text, position):
            return True
        position += 1
    return False


def _unsure(package: str, text: bytes) -> Header:
    """Of a file whose imports only the parser finds: all that stands between quotes may be one of them."""
    quoted = dict.fromkeys(b'"%b"' % found for found in _QUOTED.findall(text))
    return Header(package, _paths(quoted), False)


def _paths(literals: Iterable[bytes]) -> tuple[str, ...]:
    values = (unquote(literal) for literal in literals)
    return tuple("" if value is None else value.decode("utf-8", "replace") for value in values)


def _next(text: bytes, position: int) -> re.Match[bytes]:
    match = _TOKEN.match(text, position)
    assert match is not None  # it matches the empty text
    return match


def _import(text: bytes, position: int, imports: dict[bytes, None]) -> int:
    """Reads what follows the word `import`; gives where it ends, -1 where that isn't as it should be."""
    token = _next(text, position)
    if token[_MARK] != b"(":
        return _spec(token, text, imports)
    token = _next(text, token.end())
    while token[_MARK] != b")":
        end = _spec(token, text, imports)
        if end < 0:
            return -1
        token = _next(text, end)
    return token.end()


def _spec(token: re.Match[bytes], text: bytes, imports: dict[bytes, None]) -> int:
    if token[_WORD] is not None or token[_MARK] == b".":
        token = _next(text, token.end())
    if token[_STRING] is None:
        return -1
    imports[token[_STRING]] = None
    return token.end()
