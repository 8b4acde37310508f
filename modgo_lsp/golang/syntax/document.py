"""One Go source text with its trees: an immutable snapshot, made by parsing or by editing another one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import tree_sitter

from modgo_lsp.golang.syntax.declaration_splits import find_splits
from modgo_lsp.golang.syntax.grammar import LANGUAGE, kind
from modgo_lsp.golang.syntax.positions import LineIndex, PartedLines, Span
from modgo_lsp.golang.syntax.tree_cache import CLAUSE, Code

if TYPE_CHECKING:
    from modgo_lsp.golang.syntax import ast

_T = TypeVar("_T")

_COMMENT = kind("comment")
_IMPORT = kind("import_declaration")
_PACKAGE_CLAUSE = kind("package_clause")
_DECLARATIONS = frozenset(
    number
    for number in range(LANGUAGE.node_kind_count)
    if number != _IMPORT and (LANGUAGE.node_kind_for_id(number) or "").endswith("_declaration")
)

# From this size on, in bytes, a text is parsed in parts, so that trees can be released one by one.
_IN_PARTS = 1_000_000


class Kinds(NamedTuple):
    """What a part has: code that doesn't parse, imports, other declarations."""

    bad: bool
    imports: bool
    declares: bool


class Lowered(NamedTuple):
    """The syntax of a part at `start`, from lower.py. `names` are those in its package clauses."""

    start: int
    names: tuple[ast.Ident, ...]
    imports: tuple[ast.ImportSpec, ...]
    decls: tuple[ast.Decl, ...]


class Part:
    """A piece of a file that is parsed by itself: all of it, or some of its declarations. It doesn't
    know its offset in the file, so that an edit before it leaves it the same.

    `first` is whether the file begins with it, `unclosed` whether a comment or raw string in it has no end.
    `lowered` is what lower.py made of it last.
    """

    __slots__ = (
        "_derived",
        "_kinds",
        "_lines",
        "code",
        "first",
        "lowered",
        "parsed",
        "text",
        "unclosed",
    )

    def __init__(self, text: bytes, first: bool, unclosed: bool = False) -> None:
        self.text = text
        self.first = first
        self.unclosed = unclosed
        self.code = text if first else CLAUSE + text
        self.parsed = Code(self.code)
        self.lowered: Lowered | None = None
        self._derived: dict[Callable[[bytes], Any], Any] = {}
        self._kinds: Kinds | None = None
        self._lines: LineIndex | None = None

    @property
    def offset(self) -> int:
        """Where the text begins in the code that is parsed."""
        return len(self.code) - len(self.text)

    @property
    def tree(self) -> tree_sitter.Tree:
        """Of `code`."""
        return self.parsed.tree

    def parse_from(self, before: Part, start: int, end: int, new_end: int) -> None:
        """Lets the part be parsed from the tree of `before`: its text from `start` to `new_end` replaces that
        of `before` from `start` to `end`."""
        if before.first == self.first:
            at = self.offset
            self.parsed.parse_from(before.parsed, at + start, at + end, at + new_end)

    def derive(self, function: Callable[[bytes], _T]) -> _T:
        """The result of a function of the text alone, computed once."""
        derived = self._derived
        if function not in derived:
            derived[function] = function(self.text)
        return derived[function]  # type: ignore[no-any-return]

    @property
    def kinds(self) -> Kinds:
        if self._kinds is None:
            root = self.tree.root_node
            kinds = [node.kind_id for node in root.children]
            bad = root.has_error or (self.first and not _has_clause(kinds))
            self._kinds = Kinds(bad, _IMPORT in kinds, not _DECLARATIONS.isdisjoint(kinds))
        return self._kinds

    @property
    def has_clause(self) -> bool:
        """Whether it begins with a package clause."""
        return _has_clause(node.kind_id for node in self.tree.root_node.children)

    @property
    def nodes(self) -> Iterator[tree_sitter.Node]:
        """The nodes at the top of the part, and those that are whole inside error nodes."""
        offset = self.offset
        for node in self.tree.root_node.named_children:
            if node.end_byte <= offset:
                continue  # the clause that was put before it
            if node.is_error:
                yield from node.named_children
            else:
                yield node

    @property
    def lines(self) -> LineIndex:
        if self._lines is None:
            self._lines = LineIndex(self.text)
        return self._lines


class Document:
    """A snapshot. `path` is absolute; `parts` are parsed one by one, `starts` are their offsets.

    `source` has the bytes of the file. `text` is the same with gaps between the parts, filled with blanks, so
    that the code behind an edit keeps its offsets. All offsets are those of `text`; `lines` does not count
    the gaps.

    Treat a Document as frozen. Two are equal only if they are the same object. `parts` are for syntax/.
    """

    def __init__(self, path: str, parts: Sequence[Part], starts: Sequence[int]) -> None:
        self.path = path
        self.parts = tuple(parts)
        self.starts = tuple(starts)
        self._derived: dict[Callable[[Document], Any], Any] = {}

    @cached_property
    def text(self) -> bytes:
        if self.starts == (0,):
            return self.parts[0].text
        pieces = []
        end = 0
        for start, part in zip(self.starts, self.parts, strict=True):
            pieces += [b" " * (start - end), part.text]
            end = start + len(part.text)
        return b"".join(pieces)

    @cached_property
    def source(self) -> bytes:
        return self.parts[0].text if len(self.parts) == 1 else b"".join(part.text for part in self.parts)

    @property
    def size(self) -> int:
        """The length of `source` in bytes."""
        return sum([len(part.text) for part in self.parts])

    @cached_property
    def lines(self) -> LineIndex:
        if self.starts == (0,):
            return self.parts[0].lines
        return PartedLines(self.starts, [part.lines for part in self.parts])

    def derive(self, function: Callable[[Document], _T]) -> _T:
        """The result of a function of the document alone, computed once. An edit makes another document, but
        leaves most parts as they are: `Part.derive` is for functions of those."""
        derived = self._derived
        if function not in derived:
            derived[function] = function(self)
        return derived[function]  # type: ignore[no-any-return]

    @cached_property
    def has_error(self) -> bool:
        """Whether the code doesn't parse. syntax_errors.py finds what else Go refuses."""
        return self.first_bad is not None

    @cached_property
    def first_bad(self) -> int | None:
        """The index of the first part that doesn't parse, or has imports below other declarations."""
        declared = False
        for index, part in enumerate(self.parts):
            kinds = part.kinds
            if kinds.bad or (kinds.imports and declared):
                return index
            declared = declared or kinds.declares
        return None

    def slice(self, span: Span) -> str:
        """The source at `span`; bytes that are not UTF-8 come out as U+FFFD."""
        return self.text[span.start : span.end].decode("utf-8", "replace")

    def to_source(self, offset: int) -> int:
        """The offset in `source` of one in `text`; for one in a gap, the end of the part before."""
        index, inside = self.at(offset)
        return self._source_starts[index] + inside

    def from_source(self, offset: int) -> int:
        """The offset in `text` of one in `source`."""
        index = bisect_right(self._source_starts, offset) - 1
        return self.starts[index] + min(offset - self._source_starts[index], len(self.parts[index].text))

    @cached_property
    def _source_starts(self) -> list[int]:
        return _starts(self.parts)

    def at(self, offset: int) -> tuple[int, int]:
        """The part that an offset is in, and the offset in that part."""
        index = max(0, bisect_right(self.starts, offset) - 1)
        return index, max(0, min(offset - self.starts[index], len(self.parts[index].text)))


def _has_clause(kinds: Iterable[int]) -> bool:
    """Whether the first node other than comments is a package clause."""
    return next((each for each in kinds if each != _COMMENT), None) == _PACKAGE_CLAUSE


def parse(path: str, text: bytes) -> Document:
    """The document of a text. Never raises, whatever the bytes."""
    whole = Part(text, first=True)
    # Parsing the whole is faster, and gives the same for code that parses.
    parts = [whole] if len(text) < _IN_PARTS and not whole.kinds.bad else parts_of(text)
    return Document(path, parts, _starts(parts))


def parse_piece(path: str, text: bytes, span: Span) -> Document:
    """The document of a piece of a text, with the offsets of the whole text. The piece begins with the
    package clause or consists of declarations; time is in proportion to it."""
    return Document(path, [Part(text[span.start : span.end], first=span.start == 0)], [span.start])


def parts_of(text: bytes) -> list[Part]:
    """The parts of a text, not yet parsed."""
    found = find_splits(text)
    bounds = [0, *found.offsets, len(text)]
    return [
        Part(text[start:end], first=start == 0, unclosed=start <= found.unclosed < end)
        for start, end in pairwise(bounds)
    ]


def _starts(parts: Sequence[Part]) -> list[int]:
    return list(accumulate((len(part.text) for part in parts[:-1]), initial=0))
