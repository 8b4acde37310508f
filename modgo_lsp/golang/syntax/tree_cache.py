"""Parses, and bounds the memory of all trees together: a tree takes forty times as much as its text.

Design note. A Code parses its text on first use and keeps the tree only as long as this cache does. The cache
holds the newest trees, up to `largest` bytes of code. Older ones are released, and parsed again on demand.
Parsing depends on the code alone, so both trees are the same. Nodes keep their whole tree alive, so nothing
that outlives a function call may hold a node: what is lowered later (lower_expressions.py) holds the Code and
the span and kind of its node, and finds the node again. The one exception are trees with errors, in which
several nodes may have one span: their nodes are held. A Code has no reference to the syntax made from it,
which refers to the Code: a cycle would be freed only by Python's garbage collector
(server/workspace/gc_policy.py).
"""

from __future__ import annotations

import re
import threading
import weakref
from collections import OrderedDict
from typing import Any, NamedTuple

import tree_sitter

from modgo_lsp.golang.syntax.grammar import LANGUAGE

# The parser gets this before a piece from inside a file.
CLAUSE = b"package p\n"

# How many bytes of code the held trees may have in a command. The trees take about 45 times that.
LARGEST = 4_000_000

# Texts below this size are parsed in less than 10 ms; of larger ones the parser reads so many bytes at a
# time.
_LARGE, _CHUNK = 32 * 1024, 16 * 1024


# The parser calls back every 15 to 100 bytes of Go source. Where it can't recover from errors, it calls back
# without end: after so many calls it is stopped.
_FEWEST_STEPS, _BYTES_A_STEP = 1000, 4

# The parser takes time to the square of the number of comments on one line, and behind a comment without end,
# of all `/*` that follow. Above this number, comments are blanked first.
_MANY = 500
_COMMENT = re.compile(
    rb'"(?:[^"\\\n]|\\.)*"|`[^`]*`'
    rb"|'(?:[^'\\\n]|\\.)*'|//[^\n]*"
    rb"|(/\*.*?\*/)"
    rb"|(/\*|`)(.*)"
    rb"|[\"'][^\n]*",
    re.DOTALL,
)
_NOT_NEW_LINE = re.compile(rb"[^\n]")


class Before(NamedTuple):
    """A tree to parse from, with its code: the bytes from `start` to `end` of that code are replaced by those
    from `start` to `new_end` of the new one."""

    tree: tree_sitter.Tree
    code: bytes
    start: int
    end: int
    new_end: int


def parse_tree(code: bytes, before: Before | None = None) -> tree_sitter.Tree:
    """The tree of `code`. A large text is parsed with callbacks, in which other threads run.

    Parsing from the tree `before` takes a tenth of the time. The result is the same for code without errors;
    how the parser recovers from errors depends on that tree, so code with errors is parsed from scratch."""
    if _has_many_comments(code):
        return _parse(_without_comments(code), None)
    known = None if before is None or before.tree.root_node.has_error else _edited_tree(before, code)
    tree = _parse(code, known)
    return _parse(code, None) if known is not None and tree.root_node.has_error else tree


def _parse(code: bytes, known: tree_sitter.Tree | None) -> tree_sitter.Tree:
    parser = tree_sitter.Parser(LANGUAGE)
    old: dict[str, Any] = {} if known is None else {"old_tree": known}  # the parser refuses None
    if len(code) < _LARGE:
        return parser.parse(code, **old)
    left = _FEWEST_STEPS + len(code) // _BYTES_A_STEP

    def read(offset: int, _point: object) -> bytes:
        return code[offset : offset + _CHUNK]

    def is_enough(_offset: int, _has_error: bool) -> bool:
        nonlocal left
        left -= 1
        return left < 0

    try:
        return parser.parse(read, **old, progress_callback=is_enough)
    except ValueError:
        # It was stopped: a tree that is one error.
        return tree_sitter.Parser(LANGUAGE).parse(b"}" + b" " * (len(code) - 1))


def _has_many_comments(code: bytes) -> bool:
    if code.count(b"/*") <= _MANY:
        return False
    has_end = code.rfind(b"/*") < code.rfind(b"*/")
    return not has_end or max(line.count(b"/*") for line in code.split(b"\n")) > _MANY


def _without_comments(code: bytes) -> bytes:
    """The code with the text of `/* */` comments blanked, and everything behind a comment or raw string
    without end."""

    def blank(found: re.Match[bytes]) -> bytes:
        if found[1] is not None:
            return _NOT_NEW_LINE.sub(b" ", found[1])
        if found[2] is not None:
            return found[2] + b" " * len(found[3])
        # The parser may take the rest of a string without end for code.
        return found[0].replace(b"/*", b"  ")

    return _COMMENT.sub(blank, code)


def _edited_tree(before: Before, code: bytes) -> tree_sitter.Tree:
    tree = before.tree.copy()
    start, end = _point(code, before.start), _point(before.code, before.end)
    tree.edit(before.start, before.end, before.new_end, start, end, _point(code, before.new_end))
    return tree


def _point(code: bytes, offset: int) -> tuple[int, int]:
    """Line and column of an offset, both from 0."""
    return code.count(b"\n", 0, offset), offset - (code.rfind(b"\n", 0, offset) + 1)


class Code:
    """A text that is parsed as a whole."""

    __slots__ = ("__weakref__", "_before", "_tree", "code")

    def __init__(self, code: bytes) -> None:
        self.code = code
        self._before: Before | None = None
        self._tree: tree_sitter.Tree | None = None

    @property
    def tree(self) -> tree_sitter.Tree:
        tree = self._tree
        if tree is None:
            self._tree = tree = parse_tree(self.code, self._before)
            self._before = None
            _HELD.add(self)
        return tree

    @property
    def has_tree(self) -> bool:
        return self._tree is not None

    def release_tree(self) -> None:
        self._tree = None

    def parse_from(self, before: Code, start: int, end: int, new_end: int) -> None:
        """Lets the code be parsed from the tree of `before`, if that still has one. See Before."""
        if before._tree is not None:
            self._before = Before(before._tree, before.code, start, end, new_end)

    def node(self, start: int, end: int, kind_id: int) -> tree_sitter.Node | None:
        """The node of that kind with exactly the bytes from `start` to `end`; None if there is none."""
        node = self.tree.root_node.descendant_for_byte_range(start, end)
        while node is not None and (node.kind_id, node.start_byte, node.end_byte) != (kind_id, start, end):
            node = node.parent
        return node


class _Trees:
    """The codes that hold trees, the oldest first. Any thread may add one; those that are freed are
    removed."""

    def __init__(self) -> None:
        self.largest = LARGEST
        self._held: OrderedDict[weakref.ref[Code], int] = OrderedDict()
        self._lock = threading.RLock()  # reentrant: adding one may free another
        self.size = 0

    def add(self, code: Code) -> None:
        size = len(code.code)
        with self._lock:
            self._held[weakref.ref(code, self._freed)] = size
            self.size += size
            while self.size > self.largest and len(self._held) > 1:
                oldest, size = self._held.popitem(last=False)
                self.size -= size
                released = oldest()
                if released is not None:
                    released.release_tree()

    def _freed(self, code: weakref.ref[Code]) -> None:
        with self._lock:
            self.size -= self._held.pop(code, 0)


_HELD = _Trees()


def hold_at_most(size: int) -> None:
    """Bounds the trees that are held to those of `size` bytes of code, for servers and workers."""
    _HELD.largest = size
