"""A Go file's package clause and imports, read without a parser: so that of thousands of files only those are
parsed that matter.

It may name an import too many, never one too few that the parser finds. Not for: what the rest of a file
says (document.py, lower.py), nor for build constraints (constraints.py).
"""

from __future__ import annotations

import re

import msgspec

from modgo_lsp.syntax.literals import unquote

# Goes into the keys of caches: what this file finds in the same bytes has changed when it does.
VERSION = 1

_TOKEN = re.compile(
    rb"(?:[ \t\r\n;]|//[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)*"
    rb'(?:([A-Za-z_\x80-\xff][0-9A-Za-z_\x80-\xff]*)|("(?:[^"\\\n]|\\[^\n])*"|`[^`]*`)|([().])|(\Z)|)'
)
_WORD, _STRING, _MARK, _END = 1, 2, 3, 4
_DECLARES = (b"func", b"type", b"var", b"const")


class Header(msgspec.Struct, frozen=True, array_like=True):
    """`package` is what the package clause says, "" where there is none. `imports` are the paths that are
    imported; None where that can't be told from the bytes: then it may be all that the file names."""

    package: str
    imports: tuple[str, ...] | None

    def may_import(self, path: str, text: bytes) -> bool:
        """Whether the file, whose whole text is given, may import `path`."""
        if self.imports is None:
            return path.encode("utf-8", "surrogateescape") in text
        return path in self.imports


def read_header(text: bytes) -> Header:
    """The header of a file. Never raises, whatever the bytes."""
    start = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    token = _next(text, start)
    if token[_WORD] != b"package":
        return Header("", None)
    token = _next(text, token.end())
    name = token[_WORD]
    if name is None:
        return Header("", None)
    package = name.decode("utf-8", "replace")
    imports: dict[bytes, None] = {}
    token = _next(text, token.end())
    while token[_WORD] == b"import":
        end = _import(text, token.end(), imports)
        if end < 0:
            return Header(package, None)
        token = _next(text, end)
    # Where something else follows, or the word stands below, the parser may see imports that aren't here.
    ended = token[_WORD] in _DECLARES or token[_END] is not None
    if not ended or text.find(b"import", token.end()) >= 0:
        return Header(package, None)
    paths = (unquote(literal) for literal in imports)
    return Header(package, tuple("" if path is None else path.decode("utf-8", "replace") for path in paths))


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
