"""The Go modules that a run looks into: which of their packages have UDFs, and the results of those, kept
ones where they still hold.

Not for: deciding on results (lint_result.py).
"""

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
from modgo_lsp.lint.result_cache import CachedModule, ResultStore, decode_module, encode_module
from modgo_lsp.lint.target_folders import Target

# Loaded where something is judged: most runs find all results kept.
if TYPE_CHECKING:
    from modgo_lsp.golang.program.sources import FactsCache
    from modgo_lsp.lint.package_linter import Batch
    from modgo_lsp.model.load import Loader


class WorkerPool(Protocol):
    """Judges many packages at once, in processes of its own."""

    def judge(
        self,
        directories: Sequence[str],
        files: Files,
        index: ModuleIndex,
        imports: Callable[[], Graph],
        environment: GoEnvironment,
        done: Callable[[], None],
    ) -> Sequence[Batch] | None:
        """The results of the packages in `directories`; calls `done` after each of them. `imports` gives
        for each package of the module those of the same module that it imports. None where it isn't worth
        while."""
        ...


def _nothing_known(_: str | None) -> GoEnvironment:
    return NOTHING_KNOWN


class Machine(msgspec.Struct, frozen=True):
    """What lies outside the sources: `find_go` gives the Go of a setting, or else the one that a build would
    take; `cache` keeps facts of Go's library and of other modules for the next run, `store` those of the
    modules that are linted; `crew` helps where there is much to do; `progress` is told how many packages are
    judged, and of how many; `walked` how many folders were looked into for packages, and the last of them."""

    find_go: Callable[[str | None], GoEnvironment] = _nothing_known
    cache: FactsCache | None = None
    store: ResultStore | None = None
    crew: WorkerPool | None = None
    progress: Callable[[int, int], None] | None = None
    walked: Callable[[int, str], None] | None = None


class LintedModule:
    """One Go module, or one folder that is of none. `targets` are what is looked at of it."""

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
        kept = CachedModule() if store is None else decode_module(store.get(root, environment), files.largest)
        self.index = ModuleIndex(root, go_mod, files, environment.release, kept.facts, kept.as_of)
        self._udfs = [each.directory for each in targets if self.index.is_linted(each.directory)]
        self._kept = kept
        if self._udfs and store is not None:
            self._kept = kept.checked(files)
            # Where nothing has changed, the keys would come out as they did before.
            settled = kept.module == self._module and self.index.is_as_known
            for directory in self._udfs:
                found = self._kept.judgement(directory, None if settled else self._keys[directory])
                if found is not None:
                    self.results[directory] = found
        self.pending = [each for each in self._udfs if each not in self.results]

    @cached_property
    def _module(self) -> str:
        """The module's path, where it has one."""
        if self.index.go_mod:
            with suppress(OSError):
                return parse_go_mod(self._files.read(join(self.index.root, "go.mod"))).module
        return ""

    @cached_property
    def _keys(self) -> dict[str, bytes]:
        """The keys of all packages; none where there are no results to keep."""
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

    def judge(
        self, machine: Machine, previous: Loader | None, other: Loader | None, done: Callable[[], None]
    ) -> None:
        """Makes the results that are missing, and keeps them. `previous` is the module's last snapshot, if
        there is one; else `other`, of another module, may know of Go's library."""
        batches: Sequence[Batch] | None = None
        if machine.crew is not None and self.pending and previous is None:
            batches = machine.crew.judge(
                self.pending, self._files, self.index, lambda: self._imports, self._environment, done
            )
        if batches is None and self.pending:
            from modgo_lsp.lint.package_linter import PackageLinter

            linter = PackageLinter(
                self._files, self.index, self._environment, machine.cache, previous or other
            )
            for directory in self.pending:
                linter.judge(directory)
                done()
            batches = [linter.batch()]
            self.loader = linter.loader
        found = {each.directory: each for batch in batches or () for each in batch.results}
        self.results |= found
        self._keep(list(found.values()), batches or ())

    def _keep(self, found: Sequence[LintResult], batches: Sequence[Batch]) -> None:
        """Keeps what is new for the next run, if files are those of the disk."""
        if self._store is None or any(each.stale for each in batches):
            return
        unsettled = bool(self._udfs) and self._kept.module != self._module
        if not (self.index.changed or found or unsettled):
            return
        dependencies = [each for batch in batches for each in batch.dependencies]
        value = encode_module(
            self._as_of, self._kept, self.index, self._module, self._keys, dependencies, found
        )
        if value is not None:
            self._store.put(self.index.root, self._environment, value)


def linted_modules(
    targets: Sequence[Target], files: Files, environment: GoEnvironment, store: ResultStore | None
) -> list[LintedModule]:
    """The modules that the targets are of; nested ones are modules of their own."""
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
    """The nearest folder above that has a go.mod."""
    if directory not in known:
        parent = os.path.dirname(directory)
        if is_module_root(directory, listing(files)):
            known[directory] = directory
        else:
            known[directory] = None if parent == directory else _root(parent, files, known)
    return known[directory]
