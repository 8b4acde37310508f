"""A package of which only those declarations are read that somebody asks for: one of Go's library, of a
dependency, of anywhere but the main modules. Its files don't change in the life of a table.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.program.sources import PackageFacts
from modgo_lsp.golang.queries import Table
from modgo_lsp.golang.types.objects import FunctionName, Object, Scope
from modgo_lsp.golang.types.packages import GoFile, GoPackage
from modgo_lsp.golang.types.universe import UNIVERSE


class _OutlinedScope(Scope):
    """The scope of such a package: it fills itself."""

    __slots__ = ("unit",)

    def __init__(self, unit: OutlinedPackage) -> None:
        super().__init__(UNIVERSE)
        self.unit = unit

    def own(self, name: str) -> Object | None:
        found = self.names.get(name)
        if found is None and self.unit.read(name):
            found = self.names.get(name)
        return found


class OutlinedPackage(GoPackage):
    """`find_facts` is asked at the first use. `files`, `functions` and `methods` have what was asked for;
    `lookup` and `method` ask."""

    def __init__(
        self,
        table: Table,
        directory: str,
        path: str,
        name: str,
        find_facts: Callable[[], PackageFacts | None],
        standard: bool,
    ) -> None:
        # Of which Go module it is doesn't matter, but that it is of another one.
        super().__init__(table, directory, path, name, Module(directory, path))
        self.standard = standard
        self._find_facts = find_facts
        self._opened: dict[int, GoFile] = {}
        self._asked: set[str] = set()
        self._read: set[tuple[int, int]] = set()

    def _new_scope(self) -> Scope:
        return _OutlinedScope(self)

    @cached_property
    def _facts(self) -> PackageFacts:
        return self._find_facts() or PackageFacts((), True, None)

    def read(self, name: str) -> bool:
        """Reads the declarations that may declare `name`; False where there is nothing new."""
        if name in self._asked:
            return False
        self._asked.add(name)
        news = False
        for index, outline in enumerate(self._facts.outlines):
            for number in outline.names.get(name, ()):
                news = self._declare_from(index, number) or news
                if name in self.scope.names:
                    return True
        return news

    def method(self, base: str, name: str) -> FunctionName | None:
        if not self._read_method(name, lambda receiver: receiver == base):
            # What the receivers mean is looked up only where that may help.
            self._read_method(name, lambda receiver: self._is_alias(receiver, base))
        return super().method(base, name)

    def _read_method(self, name: str, is_wanted: Callable[[str], bool]) -> bool:
        """Reads the method `name` of the receiver that is wanted; whether there is one."""
        found = False
        for index, outline in enumerate(self._facts.outlines):
            for receiver, numbers in outline.methods.items():
                if name in numbers and is_wanted(receiver):
                    self._declare_from(index, numbers[name])
                    found = True
        return found

    def _declare_from(self, index: int, number: int) -> bool:
        if (index, number) in self._read:
            return False
        self._read.add((index, number))
        self._add_declarations(self._file(index), self._facts.declarations(index, number))
        return True

    def _file(self, index: int) -> GoFile:
        if index not in self._opened:
            header = self._facts.header(index)
            self._opened[index] = GoFile(self, index, header.document, header.syntax)
            self.files.append(self._opened[index])
        return self._opened[index]
