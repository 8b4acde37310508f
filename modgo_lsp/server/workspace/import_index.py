"""Which packages of the editor's Go modules import which, without reading all of their files.

Lint's cache has the imports of each file that has not changed since; what is found here goes into that cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from modgo_lsp.golang.files import DiskFiles, Files
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.lint.module_index import Facts, ModuleIndex
from modgo_lsp.lint.result_cache import ResultStore, decode_module


class ImportIndex:
    """For a Loader of `files`. `later` takes steps of work that can wait; `before` is the index of an earlier
    loader with the same `environment`."""

    def __init__(
        self,
        files: Files,
        environment: GoEnvironment,
        store: ResultStore,
        later: Callable[[Iterator[None]], None],
        before: ImportIndex | None,
    ) -> None:
        self._files = files
        self._environment = environment
        self._store = store
        self._later = later
        self._as_of = store.now()
        self._modules: dict[str, ModuleIndex] = {}
        self._earlier: dict[str, tuple[Facts, int]] = {}
        if before is not None:
            self._earlier = {root: (each.facts, before._as_of) for root, each in before._modules.items()}

    def advance(self, files: Files) -> None:
        """Updates the index to a later state of the files."""
        self._files = files

    def of(self, path: str, root: str) -> list[str] | None:
        if root not in self._modules:
            facts, as_of = self._earlier.get(root) or self._cached(root)
            release = self._environment.release
            self._modules[root] = ModuleIndex(root, True, self._files, release, facts, as_of)
            self._later(self._cache(root, facts))
        return self._modules[root].of(path, root)

    def holds(self, path: str, files: Files) -> bool:
        return all(module.holds(path, files) for module in self._modules.values())

    def _cached(self, root: str) -> tuple[Facts, int]:
        """What lint's cache has of the module, and the time that it was read at."""
        cached = decode_module(self._store.get(root, self._environment), self._files.largest)
        return cached.facts, cached.as_of

    def _cache(self, root: str, before: Facts) -> Iterator[None]:
        """Adds what was read on disk to lint's cache, where it differs from `before`."""
        yield
        changed = _changed(self._modules[root].facts, before)
        if changed:
            value = self._store.get(root, self._environment)
            cached = decode_module(value, self._files.largest).checked(DiskFiles())
            value = cached.with_facts(self._as_of, changed)
            if value is not None:
                self._store.put(root, self._environment, value)


def _changed(now: Facts, before: Facts) -> Facts:
    """The facts that differ, without those of folders with open documents."""
    return {
        folder: facts
        for folder, facts in now.items()
        if facts is not before.get(folder) and None not in facts.stamps.values()
    }
