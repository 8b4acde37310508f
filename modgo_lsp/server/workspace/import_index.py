"""Which packages of the editor's Go modules import which, without reading them all: what lint kept of their
files tells for those that have not changed since, and what is found anew is kept.

Not for: what a module's files say (lint/module_index.py), nor judging packages in the background
(background_index.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from modgo_lsp.golang.files import DiskFiles, Files
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.lint.module_index import Facts, ModuleIndex
from modgo_lsp.lint.result_cache import ResultStore, decode_module


class KeptImporters:
    """What a Loader of `files` may know. `later` takes steps that nobody waits for; `before` is that of an
    earlier loader, with the same `environment`."""

    def __init__(
        self,
        files: Files,
        environment: GoEnvironment,
        store: ResultStore,
        later: Callable[[Iterator[None]], None],
        before: KeptImporters | None = None,
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
        """Goes on to a later state of the files, in which all that was told holds."""
        self._files = files

    def of(self, path: str, root: str) -> list[str] | None:
        if root not in self._modules:
            facts, as_of = self._earlier.get(root) or self._kept(root)
            release = self._environment.release
            self._modules[root] = ModuleIndex(root, True, self._files, release, facts, as_of)
            self._later(self._keep(root, facts))
        return self._modules[root].of(path, root)

    def holds(self, path: str, files: Files) -> bool:
        return all(module.holds(path, files) for module in self._modules.values())

    def _kept(self, root: str) -> tuple[Facts, int]:
        """What is known of the module from earlier runs, and as of when."""
        kept = decode_module(self._store.get(root, self._environment), self._files.largest)
        return kept.facts, kept.as_of

    def _keep(self, root: str, known: Facts) -> Iterator[None]:
        """Keeps what was found anew on disk, for the next session and for lint."""
        yield
        news = _news(self._modules[root].facts, known)
        if news:
            value = self._store.get(root, self._environment)
            kept = decode_module(value, self._files.largest).checked(DiskFiles())
            value = kept.with_facts(self._as_of, news)
            if value is not None:
                self._store.put(root, self._environment, value)


def _news(now: Facts, before: Facts) -> Facts:
    """The facts that are others than before, but for those of folders with open documents."""
    return {
        folder: facts
        for folder, facts in now.items()
        if facts is not before.get(folder) and None not in facts.stamps.values()
    }
