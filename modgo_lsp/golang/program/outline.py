"""Finds the declarations of a Go file without parsing it, so that the use of one name from a package parses
only one declaration.

Recognizes brackets, comments, literals and the keywords that begin declarations. Of code in curly brackets it
finds only the end. It may list too many declarations for an identifier, but never too few.

This lexer is written by hand because parsing the same files takes eight times as long (`make bench-lexers`),
and lowering their trees still longer: the first diagnostics of examples/counters would come after 160 ms
instead of 120 (1.3 x), and a cold `modgo lint` on 300 packages would take 1.2 x.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import msgspec

# Part of the cache keys. Increment it when this file finds something else in the same bytes.
VERSION = 3

_IDENTIFIER = rb"[A-Za-z_\x80-\xff][0-9A-Za-z_\x80-\xff]*"
_PART = rb"[0-9A-Za-z_\x80-\xff]"  # a byte of an identifier
_WORDS = [
    rb"%b(?<!%b%b)(?!%b)" % (word, _PART, word, _PART)
    for word in (b"func", b"type", b"var", b"const", b"import")
]
_LITERAL = rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|`[^`]*`?|' rb"'[^'\\\n]*(?:\\.[^'\\\n]*)*'?"
# Any byte except quotes, slashes and brackets; any except quotes, slashes and curly brackets. As negated sets
# they match at half the speed.
_PLAIN, _CODE = rb"[\x00-!#-&*-.0-Z\\^-_a-z|~-\xff]", rb"[\x00-!#-&(-.0-_a-z|~-\xff]"
# Each alternative begins with literal bytes, because `re` searches for these first. Simple sequences are one
# token: consecutive comments, a bracket with its contents, `func` with a receiver.
_TOKEN = (
    rb"//[^\n]*(?:\s*//[^\n]*){0,99}|/\*.*?(?:\*/|\Z)|"
    + _LITERAL
    + rb"|\((?:%b*\))?|\[(?:%b*\])?|\{(?:%b*\})?|\)|\]|\}|" % (_PLAIN, _PLAIN, _PLAIN)
    + rb"%b(?:\s*\(([^(){}\"'`/]*)\))?|%b|%b|%b|%b" % tuple(_WORDS)
)
# Everything up to the next curly bracket that is not part of a simple pair. The repetition is bounded because
# `re` stores a backtracking point for each.
_INSIDE = rb"(?:%b+|\{%b*\}|%b|/(?:/[^\n]*|\*.*?(?:\*/|\Z))?){0,99}(?:(\{)|(\}))?" % (_CODE, _CODE, _LITERAL)
# Unambiguous: otherwise a file without a package clause would make `re` try every way to match each comment.
_COMMENT = rb"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/"
_PACKAGE = rb"(?:\xef\xbb\xbf)?(?:[\s;]|//[^\n]*(?:\n|\Z)|%b)*package(?:\s|%b)+(%b)" % (
    _COMMENT,
    _COMMENT,
    _IDENTIFIER,
)
_NAMES = rb"\s*(%b(?:\s*,\s*%b)*)" % (_IDENTIFIER, _IDENTIFIER)
_SPECS = rb"[\n;]" + _NAMES.replace(rb"\s", rb"[^\S\n]")
_OPEN, _CLOSE, _QUOTES = frozenset(b"([{"), frozenset(b")]}"), frozenset(b"\"'`")
_ROUND, _SQUARE, _CURLY, _SLASH, _SEMICOLON, _FUNC = b"([{/;f"
# The last bytes of lines that end in an implicit semicolon: names and literals among them.
_ENDS = frozenset(b")]}\"'`_") | {byte for byte in range(256) if byte > 127 or chr(byte).isalnum()}


@cache
def _pattern(source: bytes) -> re.Pattern[bytes]:
    """Compiled on first use: most runs find every outline in the cache."""
    return re.compile(source, re.DOTALL)


class Outline(msgspec.Struct, frozen=True, array_like=True):
    """The package-level declarations of a file except imports. `spans` are their start and end offsets.

    `names` maps each identifier to the indices of the declarations that may declare it; `methods` does the
    same for methods, by the name of the receiver's base type. `header` is the offset at which the last import
    ends. `cgo`: the file imports "C".
    """

    header: int
    cgo: bool
    spans: tuple[tuple[int, int], ...]
    names: dict[str, tuple[int, ...]]
    methods: dict[str, dict[str, int]]


def package_name(text: bytes) -> str:
    """The name in a file's package clause, or "" without one."""
    match = _pattern(_PACKAGE).match(text)
    return "" if match is None else match[1].decode("utf-8", "replace")


class _Declaration:
    """The declaration being read. `plain` is its text at the bracket depth at which it declares names,
    `receiver` the text in a method's first parentheses."""

    __slots__ = ("keyword", "names_at", "plain", "receiver", "start")

    def __init__(self, keyword: bytes, start: int, receiver: bytes | None) -> None:
        self.keyword = keyword
        self.start = start
        self.names_at = 0
        self.plain: list[bytes] = []
        self.receiver = None if receiver is None else [receiver]

    def text(self, piece: bytes, depth: int) -> None:
        """Adds the text between two brackets, comments or literals."""
        if depth == self.names_at:
            self.plain.append(piece)
        elif self.receiver is not None and not self.plain:
            self.receiver.append(piece)

    def enter(self, bracket: int, depth: int) -> bool:
        """Handles an opening bracket. Returns whether its contents matter."""
        if depth > 0:
            if self.receiver is None or self.plain:
                return False
            if bracket == _SQUARE:
                self.receiver.append(b"[")
            return True
        if bracket != _ROUND or b"".join(self.plain).strip():
            return False
        self.plain.clear()
        if self.keyword != b"func":
            self.names_at = 1  # a group: names are declared inside the parentheses
        elif self.receiver is None:
            self.receiver = []
        return True


def outline(text: bytes) -> Outline:
    """The outline of a file. Never raises; in code that does not parse it finds what it can."""
    found = list(_declarations(text))
    header, cgo = 0, False
    spans: list[tuple[int, int]] = []
    names: dict[str, list[int]] = {}
    methods: dict[str, dict[str, int]] = {}
    for decl, end in found:
        if decl.keyword == b"import":
            header = end
            cgo = cgo or re.search(rb'["`]C["`]', text[decl.start : end]) is not None
            continue
        index = len(spans)
        spans.append((decl.start, end))
        words = _declared_names(decl)
        if decl.receiver is not None:
            base = _receiver_base(b"".join(decl.receiver))
            for word in words:
                methods.setdefault(base, {}).setdefault(word, index)
        for word in words if decl.receiver is None else ():
            names.setdefault(word, []).append(index)
    if header == 0 and (match := _pattern(_PACKAGE).match(text)) is not None:
        header = match.end()
    return Outline(
        header, cgo, tuple(spans), {name: tuple(indices) for name, indices in names.items()}, methods
    )


def _declarations(text: bytes) -> Iterator[tuple[_Declaration, int]]:
    """Each declaration with its end offset."""
    search = _pattern(_TOKEN).search
    depth = position = 0
    last, line_break = 0, True  # the last byte of code at depth 0, and whether the line has ended
    closed = True  # whether every skipped curly bracket so far was closed
    current: _Declaration | None = None
    while (match := search(text, position)) is not None:
        start, end = match.span()
        first = text[start]
        piece = text[position:start]
        position = end
        if current is not None:
            current.text(piece, depth)
        if first in _OPEN:
            if current is not None and current.enter(first, depth):
                position = start + 1
            elif end == start + 1 and first == _CURLY and closed:
                position = _after_block(text, end)
                closed = position > end
            if position == start + 1:
                depth += 1
            else:
                last, line_break = text[position - 1], False
        elif first in _CLOSE:
            depth = max(0, depth - 1)
            last, line_break = first, False
        elif depth == 0:
            code = piece.rstrip()
            line_break = b"\n" in piece[len(code) :] or (line_break and not code)
            last = code[-1] if code else last
            if first == _SLASH:
                line_break = line_break or b"\n" in match[0]
                continue
            if first not in _QUOTES and (first != _FUNC or _begins(last, line_break)):
                if current is not None:
                    yield current, start
                current = _Declaration(b"func" if first == _FUNC else match[0], start, match[1])
            last, line_break = text[end - 1], False
    if current is not None:
        current.text(text[position:], depth)
        yield current, len(text)


def _after_block(text: bytes, position: int) -> int:
    """The offset after the curly bracket that closes the one before `position`, or `position` if none does.
    Other brackets are not counted: in valid code they are balanced."""
    depth = 1
    for match in _pattern(_INSIDE).finditer(text, position):
        if match.lastindex == 1:
            depth += 1
        elif match.lastindex == 2:
            depth -= 1
            if depth == 0:
                return match.end()
    return position


def _begins(last: int, line_break: bool) -> bool:
    """Whether `func` begins a declaration, given the last byte of code before it. Without a semicolon before
    it, it is a type or a literal."""
    return last in (0, _SEMICOLON) or (line_break and last in _ENDS)


def _declared_names(decl: _Declaration) -> list[str]:
    """The identifiers that a declaration may declare: the first in each spec. In a group every line counts as
    a spec, continuation lines included."""
    plain = b" ".join(decl.plain)
    if decl.keyword == b"func" or (decl.keyword == b"type" and decl.names_at == 0):
        match = _pattern(_IDENTIFIER).search(plain)
        return [] if match is None else [match[0].decode("utf-8", "replace")]
    if decl.names_at:
        specs: list[bytes] = _pattern(_SPECS).findall(b"\n" + plain)
    else:
        match = _pattern(_NAMES).match(plain)
        specs = [] if match is None else [match[1]]
    words = dict.fromkeys(word.strip() for spec in specs for word in spec.split(b","))
    return [word.decode("utf-8", "replace") for word in words]


def _receiver_base(text: bytes) -> str:
    """The name of the base type in `r *T[K]`."""
    words = _pattern(_IDENTIFIER).findall(text.partition(b"[")[0])
    return words[-1].decode("utf-8", "replace") if words else "?"
