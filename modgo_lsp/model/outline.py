"""Where the declarations of a Go file stand, found without parsing it: so that of a package of which one name
is asked, one declaration is parsed.

Reads nothing but brackets, comments, literals and the words that begin declarations. It may name a
declaration too many for an identifier, never one too few. Not for: what a declaration says (units.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import msgspec

# Goes into the keys of caches: what this file finds in the same bytes has changed when it does.
VERSION = 2

_IDENTIFIER = rb"[A-Za-z_\x80-\xff][0-9A-Za-z_\x80-\xff]*"
_TOKEN = (
    rb"//[^\n]*"
    rb"|/\*.*?(?:\*/|\Z)"
    rb'|"(?:[^"\\\n]|\\.)*"?'
    rb"|`[^`]*`?"
    rb"|'(?:[^'\\\n]|\\.)*'?"
    rb"|[{}()\[\]]"
    rb"|(?<![0-9A-Za-z_\x80-\xff])(?:func|type|var|const|import)(?![0-9A-Za-z_\x80-\xff])"
)
_PACKAGE = rb"(?:\xef\xbb\xbf)?(?:\s|;|//[^\n]*|/\*.*?\*/)*package(?:\s|/\*.*?\*/)+(" + _IDENTIFIER + rb")"
_NAMES = rb"\s*" + _IDENTIFIER + rb"(?:\s*,\s*" + _IDENTIFIER + rb")*"
_OPEN, _CLOSE, _QUOTES = frozenset(b"([{"), frozenset(b")]}"), frozenset(b"\"'`")
_ROUND, _SQUARE, _SLASH, _SEMICOLON = b"([/;"
# What stands at the end of a line that a semicolon follows: names and literals end so, too.
_ENDS = frozenset(b")]}\"'`_") | {byte for byte in range(256) if byte > 127 or chr(byte).isalnum()}


@cache
def _pattern(source: bytes) -> re.Pattern[bytes]:
    """Compiled when used: most runs find all outlines in the cache."""
    return re.compile(source, re.DOTALL)


class Outline(msgspec.Struct, frozen=True, array_like=True):
    """The package-level declarations of a file, but for imports: `spans` are their first and last offset.

    `names` has for each identifier the indices of the declarations that may declare it, `methods` likewise
    by the name of the receiver's base type. `header` is where the last import ends; `cgo` says whether one
    of them is "C".
    """

    header: int
    cgo: bool
    spans: tuple[tuple[int, int], ...]
    names: dict[str, tuple[int, ...]]
    methods: dict[str, dict[str, int]]


def package_name(text: bytes) -> str:
    """What the package clause of a file says, "" where there is none."""
    match = _pattern(_PACKAGE).match(text)
    return "" if match is None else match[1].decode("utf-8", "replace")


class _Declaration:
    """A declaration that is being read. `plain` are the pieces of its text at the depth where names are
    declared, `receiver` those between a method's first parentheses."""

    __slots__ = ("keyword", "names_at", "plain", "receiver", "start")

    def __init__(self, keyword: bytes, start: int) -> None:
        self.keyword = keyword
        self.start = start
        self.names_at = 0
        self.plain: list[bytes] = []
        self.receiver: list[bytes] | None = None

    def text(self, piece: bytes, depth: int) -> None:
        """A piece of text between two brackets, comments or literals."""
        if depth == self.names_at:
            self.plain.append(piece)
        elif self.receiver is not None and not self.plain:
            self.receiver.append(piece)

    def enter(self, bracket: int, depth: int) -> None:
        """A bracket opens."""
        if depth > 0:
            if self.receiver is not None and not self.plain and bracket == _SQUARE:
                self.receiver.append(b"[")
        elif bracket == _ROUND and not b"".join(self.plain).strip():
            self.plain.clear()
            if self.keyword != b"func":
                self.names_at = 1  # a group: names are declared inside the parentheses
            elif self.receiver is None:
                self.receiver = []


def outline(text: bytes) -> Outline:
    """The outline of a file. Never raises, whatever the bytes; of broken code it finds what it can."""
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
        words = _words(decl)
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
    """Each declaration with the offset where it ends."""
    depth = position = 0
    last, line_break = 0, True  # the last byte of code at the top, and whether a line has ended since
    current: _Declaration | None = None
    for match in _pattern(_TOKEN).finditer(text):
        start, end = match.span()
        first = text[start]
        piece = text[position:start]
        position = end
        if current is not None:
            current.text(piece, depth)
        if depth == 0:
            code = piece.rstrip()
            line_break = b"\n" in piece[len(code) :] or (line_break and not code)
            last = code[-1] if code else last
        if first in _OPEN:
            if current is not None:
                current.enter(first, depth)
            depth += 1
        elif first in _CLOSE:
            depth = max(0, depth - 1)
            last, line_break = first, False
        elif first == _SLASH:
            line_break = line_break or b"\n" in match[0]
        elif depth == 0:
            if first not in _QUOTES and _begins(match[0], last, line_break):
                if current is not None:
                    yield current, start
                current = _Declaration(match[0], start)
            last, line_break = text[end - 1], False
    if current is not None:
        current.text(text[position:], depth)
        yield current, len(text)


def _begins(word: bytes, last: int, line_break: bool) -> bool:
    """Whether a word begins a declaration, after the byte `last` of code: `func` may also be a type or a
    literal, where no semicolon comes before it."""
    return word != b"func" or last in (0, _SEMICOLON) or (line_break and last in _ENDS)


def _words(decl: _Declaration) -> list[str]:
    """The identifiers that a declaration may declare: those that a spec begins with. In a group each line
    counts as one, also where it goes on with the line before."""
    plain = b" ".join(decl.plain)
    if decl.keyword == b"func" or (decl.keyword == b"type" and decl.names_at == 0):
        match = _pattern(_IDENTIFIER).search(plain)
        return [] if match is None else [match[0].decode("utf-8", "replace")]
    specs = _pattern(rb"[\n;]").split(plain) if decl.names_at else [plain]
    found: dict[bytes, None] = {}
    for spec in specs:
        match = _pattern(_NAMES).match(spec)
        if match is not None:
            found.update(dict.fromkeys(_pattern(_IDENTIFIER).findall(match[0])))
    return [word.decode("utf-8", "replace") for word in found]


def _receiver_base(text: bytes) -> str:
    """The base type's name of `r *T[K]`."""
    words = _pattern(_IDENTIFIER).findall(text.partition(b"[")[0])
    return words[-1].decode("utf-8", "replace") if words else "?"
