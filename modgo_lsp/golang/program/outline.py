"""Where the declarations of a Go file stand, found without parsing it: so that of a package of which one name
is asked, one declaration is parsed.

Reads nothing but brackets, comments, literals and the words that begin declarations, and of what stands in
curly brackets only where it ends. It may name a declaration too many for an identifier, never one too few.

This is a lexer by hand because parsing the same files takes eight times as long (`make bench-lexers`), and
lowering the trees more: the first diagnostics of examples/counters would come after 160 ms instead of 120
(1.3 x), a cold `modgo lint` on 300 packages would take 1.2 x.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import msgspec

# Goes into the keys of caches: what this file finds in the same bytes has changed when it does.
VERSION = 3

_IDENTIFIER = rb"[A-Za-z_\x80-\xff][0-9A-Za-z_\x80-\xff]*"
_PART = rb"[0-9A-Za-z_\x80-\xff]"  # of a word
_WORDS = [
    rb"%b(?<!%b%b)(?!%b)" % (word, _PART, word, _PART)
    for word in (b"func", b"type", b"var", b"const", b"import")
]
_LITERAL = rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|`[^`]*`?|' rb"'[^'\\\n]*(?:\\.[^'\\\n]*)*'?"
# No quote, slash or bracket; no curly bracket. Said the other way round, a byte takes twice as long.
_PLAIN, _CODE = rb"[\x00-!#-&*-.0-Z\\^-_a-z|~-\xff]", rb"[\x00-!#-&(-.0-_a-z|~-\xff]"
# Each alternative begins with a byte that it names: `re` looks for these bytes first. Taken at once is
# what is simple: comments in a row, a bracket with all up to the one that closes it, `func` with a receiver.
_TOKEN = (
    rb"//[^\n]*(?:\s*//[^\n]*){0,99}|/\*.*?(?:\*/|\Z)|"
    + _LITERAL
    + rb"|\((?:%b*\))?|\[(?:%b*\])?|\{(?:%b*\})?|\)|\]|\}|" % (_PLAIN, _PLAIN, _PLAIN)
    + rb"%b(?:\s*\(([^(){}\"'`/]*)\))?|%b|%b|%b|%b" % tuple(_WORDS)
)
# All up to the next curly bracket that isn't one of a simple pair. Not more than so many pieces of it at a
# time, for `re` keeps in mind all that it has repeated.
_INSIDE = rb"(?:%b+|\{%b*\}|%b|/(?:/[^\n]*|\*.*?(?:\*/|\Z))?){0,99}(?:(\{)|(\}))?" % (_CODE, _CODE, _LITERAL)
# Each comment in one way only: where the clause is missing, each other way would be tried for each comment.
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

    def __init__(self, keyword: bytes, start: int, receiver: bytes | None) -> None:
        self.keyword = keyword
        self.start = start
        self.names_at = 0
        self.plain: list[bytes] = []
        self.receiver = None if receiver is None else [receiver]

    def text(self, piece: bytes, depth: int) -> None:
        """A piece of text between two brackets, comments or literals."""
        if depth == self.names_at:
            self.plain.append(piece)
        elif self.receiver is not None and not self.plain:
            self.receiver.append(piece)

    def enter(self, bracket: int, depth: int) -> bool:
        """A bracket opens. Whether what stands inside matters."""
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
    search = _pattern(_TOKEN).search
    depth = position = 0
    last, line_break = 0, True  # the last byte of code at the top, and whether a line has ended since
    closed = True  # whether all curly brackets were so far that were to be passed over
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
                position = _past(text, end)
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


def _past(text: bytes, position: int) -> int:
    """The offset behind the curly bracket that closes the one before `position`; `position` where none does.
    Others aren't counted: where the code is right, they are in pairs."""
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
    """Whether `func` begins a declaration, after the byte `last` of code: it may also be a type or a literal,
    where no semicolon comes before it."""
    return last in (0, _SEMICOLON) or (line_break and last in _ENDS)


def _words(decl: _Declaration) -> list[str]:
    """The identifiers that a declaration may declare: those that a spec begins with. In a group each line
    counts as one, also where it goes on with the line before."""
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
    """The base type's name of `r *T[K]`."""
    words = _pattern(_IDENTIFIER).findall(text.partition(b"[")[0])
    return words[-1].decode("utf-8", "replace") if words else "?"
