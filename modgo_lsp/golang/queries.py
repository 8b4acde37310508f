"""Caches results together with what they depend on, and invalidates them after an edit.

Design note
-----------
The analysis computes results on demand and caches them in *cells*. There are three kinds:

- An `Input` is a fact of the sources: what a name denotes in a package, which methods have a name, the bytes
  of a file, where a word occurs. It holds no value here; it only changes.
- A `Memo` belongs to one declaration. It caches results about it, by question: what its identifiers refer to,
  the types of its variables, the calls in its body.
- A `Query` is a named function of a key. It caches one result for each key: the registrations of a package.

While a memo or a query computes something it is the *reader* of its table. Each cell that is read meanwhile
becomes one of the reader's dependencies, and the reader one of that cell's dependents. So dependencies are
never declared, and cannot be forgotten: what was read is what is recorded.

A table belongs to one revision of the sources and is handed over to the next (golang/program/revision.py).
The next revision compares the declarations of the changed files and invalidates the inputs and memos that
differ (`Table.invalidate`), with everything that depends on them. The remaining results are valid, because
everything that they read is. Invalidated ones are computed again on demand.

Unlike Salsa, this does not check whether a result that is computed again is equal to the one before
(docs/decisions/0008-queries.md). Without that check, cycles are harmless: their cells are invalidated
together.

Rules for the author of a query:

- Read only what is recorded: inputs, memos, queries, and what never changes during the life of a table (which
  folder an import path denotes, which files import what: an edit of those begins a new table).
- Store a result only in another cell, or for as long as the revision is the newest.
- An object that computes an attribute later does so in the cell that it came from: `Memo.ask`, or
  `Query.within`. Whoever has the object already depends on that cell.
- A generator reads when it is consumed: the dependencies are those of the consumer.
- A query that may depend on itself needs `in_cycle`, and must then give the same result whichever key of the
  cycle is asked first: `in_cycle` ends up in the results of the others, and those are cached too.
- A memo does not notice cycles: a question that asks itself again recurses until the stack ends.

Entities. A declared object (FunctionName, TypeName, …) is the same object for as long as a file declares that
name, and its fields are inputs: an edit changes them in place and invalidates its memo. So a name still
denotes the same object after its declaration changes, and only results that depend on the declaration are
computed again.

If a read were not recorded, a result would be stale after some edit and right in a fresh run.
tests/lint/test_histories.py and tests/server/truth.py compare the two after thousands of random edits.
At the level debug each dependent that is emptied is logged with the input that changed, and why an edit began
a new table (golang/program/sources.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar, cast

_K = TypeVar("_K", bound=Hashable)
_T = TypeVar("_T")
_log = logging.getLogger(__name__)

# The value of a query's result while it is computed, if the query may not depend on itself.
_NO_VALUE: Any = object()

# The edges of a cell without any, as most are. The first edge makes a set.
_NOTHING = cast("set[Any]", frozenset())


class Table:
    """Knows which cell is being computed (`reader`), and invalidates cells. Not thread-safe."""

    __slots__ = ("reader",)

    def __init__(self) -> None:
        self.reader: Cell | None = None

    def invalidate(self, changed: Iterable[Cell]) -> None:
        """Invalidates these cells and everything that depends on them."""
        logs = _log.isEnabledFor(logging.DEBUG)
        emptied: set[Cell] = set()
        pending = [(cell, cell) for cell in changed]
        while pending:
            cell, cause = pending.pop()
            if cell in emptied:
                continue
            emptied.add(cell)
            if logs and cell is not cause:
                _log.debug("%s invalidated: %s changed", cell.describe(), cause.describe())
            for dependency in cell.dependencies:
                if dependency.dependents:  # not invalidated already
                    dependency.dependents.discard(cell)
            pending.extend((dependent, cause) for dependent in cell.dependents)
            cell.dependencies = cell.dependents = _NOTHING
            cell.empty()


class Cell:
    """Something that a result can depend on."""

    __slots__ = ("dependencies", "dependents", "table")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.dependencies: set[Cell] = _NOTHING
        self.dependents: set[Cell] = _NOTHING

    def read(self) -> None:
        """Records that the current reader depends on this cell."""
        reader = self.table.reader
        if reader is None or reader in self.dependents or reader is self:
            return
        if not self.dependents:
            self.dependents = set()
        if not reader.dependencies:
            reader.dependencies = set()
        self.dependents.add(reader)
        reader.dependencies.add(self)

    def compute(self, function: Callable[[], _T]) -> _T:
        """Calls a function, and records what it reads as dependencies of this cell."""
        table = self.table
        reader, table.reader = table.reader, self
        try:
            return function()
        finally:
            table.reader = reader

    def empty(self) -> None:
        """Drops what this cell caches."""

    def describe(self) -> str:
        """A description for the log."""
        raise NotImplementedError


class Input(Cell):
    """A fact of the sources."""

    __slots__ = ("about",)

    def __init__(self, table: Table, about: str) -> None:
        super().__init__(table)
        self.about = about

    def describe(self) -> str:
        return self.about


class Inputs(Generic[_K]):
    """The inputs of one kind, by key. Each is made on first read."""

    __slots__ = ("_about", "_cells", "_limit", "_table")

    def __init__(self, table: Table, about: str) -> None:
        self._table = table
        self._about = about
        self._cells: dict[_K, _KeyedInput[_K]] = {}
        self._limit = _FIRST_LIMIT

    def read(self, key: _K) -> None:
        if self._table.reader is not None:
            cell = self._cells.get(key)
            if cell is None:
                if len(self._cells) >= self._limit:
                    self._drop_unread()
                cell = self._cells[key] = _KeyedInput(self._table, self._about, key)
            cell.read()

    def _drop_unread(self) -> None:
        """Frees the inputs without readers: typing leaves many words behind."""
        self._cells = {key: cell for key, cell in self._cells.items() if cell.dependents}
        self._limit = max(_FIRST_LIMIT, 2 * len(self._cells))

    def changed(self, keys: Iterable[_K]) -> list[Cell]:
        """Removes the inputs of these keys that have been read, and returns them for invalidation."""
        cells = self._cells
        return [cells.pop(key) for key in keys if key in cells]


# The number of inputs of one kind from which those without readers are freed.
_FIRST_LIMIT = 100


class _KeyedInput(Input, Generic[_K]):
    __slots__ = ("_key",)

    def __init__(self, table: Table, about: str, key: _K) -> None:
        super().__init__(table, about)
        self._key = key

    def describe(self) -> str:
        key = self._key.decode("utf-8", "replace") if isinstance(self._key, bytes) else self._key
        return f"{self.about} {key!s}"


class Memo(Cell):
    """The results about one declaration, by question. `on_empty` is called once on invalidation, to undo side
    effects. `about` describes the memo in the log."""

    __slots__ = ("_about", "answers", "on_empty")

    def __init__(self, table: Table, *about: object) -> None:
        super().__init__(table)
        self._about = about
        self.answers: dict[Hashable, Any] = {}
        self.on_empty: Callable[[], None] | None = None

    def ask(self, question: Hashable, function: Callable[[], _T]) -> _T:
        """The answer to a question: cached, or the result of `function`, which must not ask the same question
        of this memo."""
        self.read()
        answers = self.answers
        if question not in answers:
            answers[question] = self.compute(function)
        return answers[question]  # type: ignore[no-any-return]

    def empty(self) -> None:
        self.answers.clear()
        if self.on_empty is not None:
            self.on_empty()
            self.on_empty = None

    def describe(self) -> str:
        return " ".join(map(str, self._about))


class ConstantMemo(Memo):
    """The memo of a declaration that cannot change, nor anything that it depends on. Records nothing."""

    __slots__ = ()

    def read(self) -> None:
        pass

    def compute(self, function: Callable[[], _T]) -> _T:
        table = self.table
        reader, table.reader = table.reader, None
        try:
            return function()
        finally:
            table.reader = reader


class Query(Generic[_K, _T]):
    """A function of a key whose results are cached. A recursive call for the key being computed returns
    `in_cycle`, or raises RuntimeError where that is not given."""

    __slots__ = ("_cells", "function", "in_cycle", "name", "table")

    def __init__(
        self, table: Table, name: str, function: Callable[[_K], _T], in_cycle: _T = _NO_VALUE
    ) -> None:
        self.table = table
        self.name = name
        self.function = function
        self.in_cycle = in_cycle
        self._cells: dict[_K, _Result[_K, _T]] = {}

    def __call__(self, key: _K) -> _T:
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = _Result(self, key)
            try:
                cell.value = cell.compute(lambda: self.function(key))
            except BaseException:
                self.table.invalidate([cell])
                raise
        cell.read()
        if cell.value is _NO_VALUE:
            raise RuntimeError(f"{cell.describe()} depends on itself")
        return cell.value

    def __contains__(self, key: _K) -> bool:
        return key in self._cells

    def within(self, key: _K, function: Callable[[], Any]) -> Any:
        """Computes an attribute of a result later, as part of that result."""
        cell = self._cells.get(key)
        return function() if cell is None else cell.compute(function)

    def forget(self, key: _K) -> None:
        self._cells.pop(key, None)


class _Result(Cell, Generic[_K, _T]):
    __slots__ = ("key", "query", "value")

    def __init__(self, query: Query[_K, _T], key: _K) -> None:
        super().__init__(query.table)
        self.query = query
        self.key = key
        self.value = query.in_cycle

    def empty(self) -> None:
        self.query.forget(self.key)

    def describe(self) -> str:
        return f"{self.query.name}({self.key!s})"
