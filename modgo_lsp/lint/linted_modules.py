"""The Go modules of a run: which of their packages have UDFs, and the lint results of those, from the
cache where nothing has changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import msgspec

from modgo_lsp.golang.files import Files, join
from modgo_lsp.golang.modules.go_environment import NOTHING_KNOWN, GoEnvironment
from modgo_lsp.golang.modules.go_mod import parse_go_mod
from modgo_lsp.golang.modules.module_tree import is_module_root, listing
from modgo_lsp.lint.cache_keys import Graph, imports_inside, package_keys
from modgo_lsp.lint.lint_result import LintResult
from modgo_lsp.lint.module_index import ModuleIndex, PackageFacts
from modgo_lsp.lint.result_cache import ResultStore, decode_module, encode_module
from modgo_lsp.lint.target_folders import Target

# The parser and the model are imported only if a package is linted: that takes 32 ms, half of a warm `modgo
# lint`.
if TYPE_CHECKING:
    from modgo_lsp.golang.program.outlined_files import FactsCache
    from modgo_lsp.lint.package_linter import Batch
    from modgo_lsp.model.load import Loader


class WorkerPool(Protocol):
    """Lints many packages at once, in processes of its own."""

    def lint(
        self,
        directories: Sequence[str],
        files: Files,
        index: ModuleIndex,
        imports: Callable[[], Graph],
        environment: GoEnvironment,
        done: Callable[[], None],
    ) -> Sequence[Batch] | None:
        """The results of the packages in `directories`; calls `done` after each of them. `imports` returns
        the import graph of the module. None if it isn't worth starting processes."""


def _nothing_known(_: str | None) -> GoEnvironment:
    return NOTHING_KNOWN


class Machine(msgspec.Struct, frozen=True):
    """What a run uses of the machine. `find_go` returns the environment of the Go that a setting names, or
    of the one that a build would use. `cache` caches facts of Go's library and of other modules, `store`
    those of linted modules. `workers` share the work where there is much. `progress` is called with the
    number of packages linted and of all, `searched` with the number of folders searched and the last of
    them."""

    find_go: Callable[[str | None], GoEnvironment] = _nothing_known
    cache: FactsCache | None = None
    store: ResultStore | None = None
    workers: WorkerPool | None = None
    progress: Callable[[int, int], None] | None = None
    searched: Callable[[int, str], None] | None = None


class LintedModule:
    """One Go module, or one folder outside of any. `targets` are the folders to lint in it; `results` has
    the lint results by folder, `pending` the folders whose results are not cached."""

    def __init__(
        self,
        root: str,
        go_mod: bool,
        targets: Sequence[Target],
        files: Files,
        environment: GoEnvironment,
        store: ResultStore | None,
    ) -> None:
        self.targets = targets
        self.loader: Loader | None = None
        self.results: dict[str, LintResult] = {}
        self._files = files
        self._environment = environment
        self._store = store
        self._as_of = 0 if store is None else store.now()
        value = None if store is None else store.get(root, environment)
        cached = decode_module(value, files.largest)
        self.index = ModuleIndex(root, go_mod, files, environment.release, cached.facts, cached.as_of)
        self._udfs = [each.directory for each in targets if self.index.is_linted(each.directory)]
        self._cached = cached
        if self._udfs and store is not None:
            self._cached = cached.checked(files)
            # Where no file has changed, neither has any key.
            unchanged = cached.module == self._module and self.index.is_unchanged
            for directory in self._udfs:
                found = self._cached.result(directory, None if unchanged else self._keys[directory])
                if found is not None:
                    self.results[directory] = found
        self.pending = [each for each in self._udfs if each not in self.results]

    @cached_property
    def _module(self) -> str:
        """The module's path, "" without one."""
        if self.index.go_mod:
            with suppress(OSError):
                return parse_go_mod(self._files.read(join(self.index.root, "go.mod"))).module
        return ""

    @cached_property
    def _keys(self) -> dict[str, bytes]:
        """The cache keys of all packages; none if there are no results to cache."""
        return package_keys(self.index, self._imports) if self._udfs else {}

    @cached_property
    def _imports(self) -> Graph:
        return imports_inside(self.index, self._module, self._udfs)

    def packages(self) -> Iterator[tuple[Target, PackageFacts]]:
        """The targets that are packages."""
        for target in self.targets:
            package = self.index.package(target.directory)
            if package is not None:
                yield target, package

    def lint(
        self, machine: Machine, previous: Loader | None, other: Loader | None, done: Callable[[], None]
    ) -> None:
        """Makes the pending results, and stores them. `previous` is the module's last snapshot, if there
        is one; else `other`, of another module, has what it read of Go's library."""
        batches: Sequence[Batch] | None = None
        if machine.workers is not None and self.pending and previous is None:
            batches = machine.workers.lint(
                self.pending, self._files, self.index, lambda: self._imports, self._environment, done
            )
        if batches is None and self.pending:
            from modgo_lsp.lint.package_linter import PackageLinter  # 0.13 s: the rules and the types

            linter = PackageLinter(
                self._files, self.index, self._environment, machine.cache, previous or other
            )
            for directory in self.pending:
                linter.lint(directory)
                done()
            batches = [linter.batch()]
            self.loader = linter.loader
        found = {each.directory: each for batch in batches or () for each in batch.results}
        self.results |= found
        self._store_results(list(found.values()), batches or ())

    def _store_results(self, found: Sequence[LintResult], batches: Sequence[Batch]) -> None:
        """Stores what is new for the next run."""
        if self._store is None or any(each.stale for each in batches):
            return
        incomplete = bool(self._udfs) and self._cached.module != self._module
        if not (self.index.changed or found or incomplete):
            return
        dependencies = [each for batch in batches for each in batch.dependencies]
        value = encode_module(
            self._as_of, self._cached, self.index, self._module, self._keys, dependencies, found
        )
        if value is not None:
            self._store.put(self.index.root, self._environment, value)


def linted_modules(
    targets: Sequence[Target], files: Files, environment: GoEnvironment, store: ResultStore | None
) -> list[LintedModule]:
    """The modules of the targets. A nested module is one of its own."""
    roots: dict[str, str | None] = {}
    groups: dict[tuple[str, bool], list[Target]] = {}
    for target in targets:
        root = _root(target.directory, files, roots)
        groups.setdefault((root or target.directory, root is not None), []).append(target)
    return [
        LintedModule(root, go_mod, group, files, environment, store)
        for (root, go_mod), group in groups.items()
    ]


def _root(directory: str, files: Files, known: dict[str, str | None]) -> str | None:
    """The nearest folder with a go.mod, from `directory` upwards."""
    if directory not in known:
        parent = os.path.dirname(directory)
        if is_module_root(directory, listing(files)):
            known[directory] = directory
        else:
            known[directory] = None if parent == directory else _root(parent, files, known)
    return known[directory]
