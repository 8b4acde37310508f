"""A Go file's package name and imports, read from the text before its first declaration: a run that lints a
few of thousands of files parses only those whole.

A header may name an import too many, but never misses one that the parser finds in the whole file.
The query takes twice as long as a hand-written lexer did (60 us a file of Go's library, `make bench-lexers`),
which a cold `modgo lint` on 300 packages doesn't show (1.02 x).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec
import tree_sitter

from modgo_lsp.golang.syntax.grammar import query
from modgo_lsp.golang.syntax.literals import unquote
from modgo_lsp.golang.syntax.tree_cache import parse_tree

# The longest header that is parsed: a file may be one line, or one comment.
_LONGEST = 64 * 1024
_PART = rb"[0-9A-Za-z_\x80-\xff]"  # of an identifier
_DECLARATION = re.compile(rb"^(?:func|type|var|const)(?!%b)" % _PART, re.MULTILINE)
# The parser finds imports below other declarations, too.
_IMPORT = re.compile(
    rb"""(?<!%b)import(?!%b)\s*(?:[("`.]|/[/*]|%b+\s*(?:["`]|/\*))|^import(?!%b)""" % ((_PART,) * 4),
    re.MULTILINE,
)
_QUOTED = re.compile(rb'(?<=["`])[^"`\s]+(?=["`])')


class Header(msgspec.Struct, frozen=True, array_like=True):
    """`package` is the name in the package clause, or "". `imports` are the paths that the file imports. If
    `sure` is False, it may import fewer: only parsing the whole file shows which."""

    package: str
    imports: tuple[str, ...]
    sure: bool = True


def read_header(text: bytes) -> Header:
    """The header of a file. Never raises, whatever the bytes."""
    found = _DECLARATION.search(text)
    end = len(text) if found is None else found.start()
    root = parse_tree(text[: min(end, _LONGEST)]).root_node
    nodes = tree_sitter.QueryCursor(query("imports")).captures(root)
    packages = [text[node.start_byte : node.end_byte] for node in nodes.get("package", ())]
    package = packages[0].decode("utf-8", "replace") if packages else ""
    if root.has_error or len(packages) != 1 or end > _LONGEST or _has_import(text, end):
        # Every string in it may be an import.
        return Header(package, _paths(b'"%b"' % quoted for quoted in _QUOTED.findall(text)), False)
    paths = sorted(nodes.get("path", ()), key=lambda node: node.start_byte)
    return Header(package, _paths(text[node.start_byte : node.end_byte] for node in paths))


def is_text(text: bytes) -> bool:
    """Whether a file's bytes may be Go source at all: UTF-8 without NUL bytes. Go builds no package that has
    another file."""
    if b"\0" in text:
        return False
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _has_import(text: bytes, position: int) -> bool:
    # find() is several times as fast as the expression, which most files never need.
    while (position := text.find(b"import", position)) >= 0:
        if _IMPORT.match(text, position):
            return True
        position += 1
    return False


def _paths(literals: Iterable[bytes]) -> tuple[str, ...]:
    values = (unquote(literal) for literal in dict.fromkeys(literals))
    return tuple("" if value is None else value.decode("utf-8", "replace") for value in values)
