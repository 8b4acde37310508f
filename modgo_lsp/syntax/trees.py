"""The trees of all documents together, bounded: a tree takes forty times as much memory as its text.

Design note. A Part (document.py) parses its code on first use and keeps the tree only as long as this cache
does. The cache holds the trees that were made last, up to LARGEST bytes of code. Older ones are released, and
parsed again when somebody asks for them. Parsing depends on the code alone, so both trees are the same.
Nodes keep their whole tree alive, so nothing that outlives a function call may hold a node: what is lowered
later (lower_expressions.py) notes the place and kind of its node instead, and finds it again with `node_at`.
The one exception are trees with errors, in which several nodes may have the same place: their nodes are kept.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

    from modgo_lsp.syntax.document import Part

# Bytes of code whose trees are held; the trees take about forty-five times that.
LARGEST = 1_000_000


class _Trees:
    """Parts whose trees are held, the oldest first. Any thread may add; a part that is freed is removed."""

    def __init__(self) -> None:
        self._held: OrderedDict[weakref.ref[Part], int] = OrderedDict()
        self._size = 0
        self._lock = threading.RLock()  # a part may be freed while this thread adds one

    def add(self, part: Part) -> None:
        size = len(part.code)
        with self._lock:
            self._held[weakref.ref(part, self._freed)] = size
            self._size += size
            while self._size > LARGEST and len(self._held) > 1:
                oldest, size = self._held.popitem(last=False)
                self._size -= size
                released = oldest()
                if released is not None:
                    released.release_tree()

    def _freed(self, part: weakref.ref[Part]) -> None:
        with self._lock:
            self._size -= self._held.pop(part, 0)


HELD = _Trees()


def node_at(root: Node, start: int, end: int, kind_id: int) -> Node | None:
    """The node of that kind that takes up the bytes from `start` to `end`; None where there is none."""
    node = root.descendant_for_byte_range(start, end)
    while node is not None and (node.kind_id, node.start_byte, node.end_byte) != (kind_id, start, end):
        node = node.parent
    return node
