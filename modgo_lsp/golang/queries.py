"""What is reused after an edit: cached results, each with what it was worked out from.

Design note
-----------
The analysis works things out when they are asked for and caches them in *cells*. There are three kinds:

- An `Input` is something that the sources say: what a name stands for in a package, which methods have a
  name, the bytes of a file, where a word stands. It has no value here; it is what changes.
- A `Memo` belongs to one declaration. It caches what was worked out of it, answer by answer: what its
  identifiers refer to, the types of its variables, the calls in its body.
- A `Query` is a named function of a key. It caches one result for each key: the registrations of a package.

While a memo or a query works something out it is the *reader* of its table. Each cell that is read meanwhile
becomes one of the reader's dependencies, and the reader one of that cell's dependents. So nobody declares
what a result depends on, and nobody can forget to: what was read is what was recorded.

A table belongs to one revision of the sources and is handed over to the next (golang/program/revision.py).
The next revision compares the declarations of the files that changed and names the inputs and declarations
that are no longer as they were. `Table.invalidate` empties them and, along the edges, whatever depends on
them, and forgets the edges. What is left is valid, because everything that it read is. What was emptied is
worked out anew if it is asked for again.

There is no check whether an emptied cell would get the same value again, as Salsa has it. The inputs are fine
enough (a name, a word, a signature apart from its body) that such a check would seldom stop anything, and it
would have to go through chains of thousands of constants without recursion. It also makes circles harmless:
they are emptied as one.

Rules for those who write a query:

- Read only what is recorded: inputs, memos, queries, and what never changes in the life of a table (which
  folder an import path means, which files import what: an edit of those begins a new table).
- Hold on to a result only in another cell, or for as long as the revision is the newest.
- An object that works something out later, when one of its attributes is asked for, does so in the cell that
  it came from: `Memo.ask`, or `Query.within`. Whoever holds the object depends on that cell already.
- A generator reads when it is consumed: what is recorded goes to whoever consumes it.

Entities. A declared object (FunctionName, TypeName, …) is the same object for as long as a file declares that
name, and its fields are inputs: an edit changes them in place and invalidates its memo. So what a name stands
for stays the same when its declaration changes, and only those who looked into the declaration are worked out
anew.

If a read were not recorded, a result would be stale after some edit and right in a fresh run.
tests/lint/test_histories.py and tests/server/truth.py compare the two after thousands of random edits.
At the level debug each emptied cell is logged with the input that changed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar, cast

_K = TypeVar("_K", bound=Hashable)
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


# The edges of a cell that has none, as most have: a set is made with the first edge.
_NOTHING = cast("set[Any]", frozenset())


class Table:
    """The cells of one revision. `reader` is the one that is being worked out. For one thread."""

    __slots__ = ("reader",)

    def __init__(self) -> None:
        self.reader: Cell | None = None

    def invalidate(self, changed: Iterable[Cell]) -> None:
        """Empties these cells and all that depend on them."""
        logs = _log.isEnabledFor(logging.DEBUG)
        pending = [(cell, cell) for cell in changed]
        while pending:
            cell, cause = pending.pop()
            if logs and cell is not cause:
                _log.debug("%s invalidated: %s changed", cell.describe(), cause.describe())
            for dependency in cell.dependencies:
                if dependency.dependents:  # it wasn't emptied before
                    dependency.dependents.discard(cell)
            pending.extend((dependent, cause) for dependent in cell.dependents)
            cell.dependencies = cell.dependents = _NOTHING
            cell.empty()


class Cell:
    """Something that results depend on."""

    __slots__ = ("dependencies", "dependents", "table")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.dependencies: set[Cell] = _NOTHING
        self.dependents: set[Cell] = _NOTHING

    def read(self) -> None:
        """Records that what is being worked out depends on this cell."""
        reader = self.table.reader
        if reader is None or reader in self.dependents or reader is self:
            return
        if not self.dependents:
            self.dependents = set()
        if not reader.dependencies:
            reader.dependencies = set()
        self.dependents.add(reader)
        reader.dependencies.add(self)

    def work_out(self, function: Callable[[], _T]) -> _T:
        """Calls a function, and records what it reads as dependencies of this cell."""
        table = self.table
        reader, table.reader = table.reader, self
        try:
            return function()
        finally:
            table.reader = reader

    def empty(self) -> None:
        """Forgets what is cached here."""

    def describe(self) -> str:
        """What it is, for the log."""
        raise NotImplementedError


class Input(Cell):
    """Something that the sources say."""

    __slots__ = ("about",)

    def __init__(self, table: Table, about: str) -> None:
        super().__init__(table)
        self.about = about

    def describe(self) -> str:
        return self.about


class Inputs(Generic[_K]):
    """The inputs of one kind, by key. They are made when they are first read."""

    __slots__ = ("_about", "_cells", "_most", "_table")

    def __init__(self, table: Table, about: str) -> None:
        self._table = table
        self._about = about
        self._cells: dict[_K, _KeyedInput[_K]] = {}
        self._most = _MANY

    def read(self, key: _K) -> None:
        if self._table.reader is not None:
            cell = self._cells.get(key)
            if cell is None:
                if len(self._cells) >= self._most:
                    self._drop_unread()
                cell = self._cells[key] = _KeyedInput(self._table, self._about, key)
            cell.read()

    def _drop_unread(self) -> None:
        """Frees those that nobody reads any more: somebody who types leaves many words behind."""
        self._cells = {key: cell for key, cell in self._cells.items() if cell.dependents}
        self._most = max(_MANY, 2 * len(self._cells))

    def changed(self, keys: Iterable[_K]) -> list[Cell]:
        """The inputs of these keys that somebody has read, to be invalidated."""
        cells = self._cells
        return [cells.pop(key) for key in keys if key in cells]


# From how many inputs of one kind on those are freed that nobody reads.
_MANY = 100


class _KeyedInput(Input, Generic[_K]):
    __slots__ = ("_key",)

    def __init__(self, table: Table, about: str, key: _K) -> None:
        super().__init__(table, about)
        self._key = key

    def describe(self) -> str:
        key = self._key.decode("utf-8", "replace") if isinstance(self._key, bytes) else self._key
        return f"{self.about} {key!s}"


class Memo(Cell):
    """What was worked out of one declaration, by question. `on_empty` undoes what was noted elsewhere;
    `about` names it in the log."""

    __slots__ = ("_about", "answers", "on_empty")

    def __init__(self, table: Table, *about: object) -> None:
        super().__init__(table)
        self._about = about
        self.answers: dict[Hashable, Any] = {}
        self.on_empty: Callable[[], None] | None = None

    def ask(self, question: Hashable, function: Callable[[], _T]) -> _T:
        """The answer to a question, by calling `function` where it isn't cached."""
        self.read()
        answers = self.answers
        if question not in answers:
            answers[question] = self.work_out(function)
        return answers[question]  # type: ignore[no-any-return]

    def empty(self) -> None:
        self.answers.clear()
        if self.on_empty is not None:
            self.on_empty()
            self.on_empty = None

    def describe(self) -> str:
        return " ".join(map(str, self._about))


class ConstantMemo(Memo):
    """The memo of a declaration that can't change, nor anything that it depends on: nothing is recorded."""

    __slots__ = ()

    def read(self) -> None:
        pass

    def work_out(self, function: Callable[[], _T]) -> _T:
        table = self.table
        reader, table.reader = table.reader, None
        try:
            return function()
        finally:
            table.reader = reader


class Query(Generic[_K, _T]):
    """A function of a key whose results are cached. While a result is being worked out, who asks for it once
    more gets `in_circle`."""

    __slots__ = ("_cells", "function", "in_circle", "name", "table")

    def __init__(
        self, table: Table, name: str, function: Callable[[_K], _T], in_circle: _T | None = None
    ) -> None:
        self.table = table
        self.name = name
        self.function = function
        self.in_circle = in_circle
        self._cells: dict[_K, _Result[_K, _T]] = {}

    def __call__(self, key: _K) -> _T:
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = _Result(self, key)
            try:
                cell.value = cell.work_out(lambda: self.function(key))
            except BaseException:
                self.table.invalidate([cell])
                raise
        cell.read()
        return cell.value

    def __contains__(self, key: _K) -> bool:
        return key in self._cells

    def within(self, key: _K, function: Callable[[], Any]) -> Any:
        """What an attribute of a result works out later: as a part of it."""
        cell = self._cells.get(key)
        return function() if cell is None else cell.work_out(function)

    def forget(self, key: _K) -> None:
        self._cells.pop(key, None)


class _Result(Cell, Generic[_K, _T]):
    __slots__ = ("key", "query", "value")

    def __init__(self, query: Query[_K, _T], key: _K) -> None:
        super().__init__(query.table)
        self.query = query
        self.key = key
        self.value = cast(_T, query.in_circle)

    def empty(self) -> None:
        self.query.forget(self.key)

    def describe(self) -> str:
        return f"{self.query.name}({self.key!s})"
