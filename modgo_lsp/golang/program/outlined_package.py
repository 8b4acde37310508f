"""A package outside the main modules (Go's library or a dependency), of which only the requested declarations
are parsed. Its files do not change during the life of a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.program.outlined_files import PackageFacts
from modgo_lsp.golang.queries import Table
from modgo_lsp.golang.types.objects import FunctionName, Object, Scope
from modgo_lsp.golang.types.packages import GoFile, GoPackage
from modgo_lsp.golang.types.universe import UNIVERSE


class _OutlinedScope(Scope):
    """The scope of an outlined package, which parses declarations on lookup."""

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
    """`find_facts` is called on first use. `lookup` and `method` parse the declarations they need; `files`,
    `functions` and `methods` contain only what has been parsed."""

    def __init__(
        self,
        table: Table,
        directory: str,
        path: str,
        name: str,
        find_facts: Callable[[], PackageFacts | None],
        standard: bool,
    ) -> None:
        # The module only has to differ from the main modules.
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
        """Parses the declarations that may declare `name`. Returns False if they add nothing."""
        if name in self._asked:
            return False
        self._asked.add(name)
        added = False
        for index, outline in enumerate(self._facts.outlines):
            for number in outline.names.get(name, ()):
                added = self._declare_from(index, number) or added
                if name in self.scope.names:
                    return True
        return added

    def method(self, base: str, name: str) -> FunctionName | None:
        if not self._read_method(name, lambda receiver: receiver == base):
            # Aliases of receivers are resolved only if no receiver has the name itself.
            self._read_method(name, lambda receiver: self._is_alias(receiver, base))
        return super().method(base, name)

    def _read_method(self, name: str, matches: Callable[[str], bool]) -> bool:
        """Parses the method `name` of each receiver for which `matches` is true. Returns whether there is
        one."""
        found = False
        for index, outline in enumerate(self._facts.outlines):
            for receiver, numbers in outline.methods.items():
                if name in numbers and matches(receiver):
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
