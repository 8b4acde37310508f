"""Judging packages of one Go module, with all that is noted of it so that the judgements can be kept.

Not for: which packages need it (modules.py), nor for doing it in several processes (build/lint_workers.py).
"""

from __future__ import annotations

import gc

import msgspec

from modgo_lsp.lint.check import Judgement, judgement
from modgo_lsp.lint.index import ModuleIndex
from modgo_lsp.lint.traced import Consulted, TracedFiles
from modgo_lsp.model.files import Files
from modgo_lsp.model.go_environment import GoEnvironment
from modgo_lsp.model.load import Loader
from modgo_lsp.model.sources import FactsCache


class Batch(msgspec.Struct, frozen=True):
    """Judgements of packages, and what they depend on beyond the module. `stale`: a file has changed since
    the index was made."""

    judgements: tuple[Judgement, ...]
    consulted: tuple[Consulted, ...]
    stale: bool


# How many bytes of source are judged before what was learnt of them is let go: it takes fifty times the room.
_ENOUGH = 32_000_000


class Judge:
    """Judges packages one after the other; what it learns about the module serves the next. `enough` is how
    many bytes of source it learns from before it begins anew."""

    def __init__(
        self,
        files: Files,
        index: ModuleIndex,
        environment: GoEnvironment,
        cache: FactsCache | None,
        previous: Loader | None = None,
        enough: int = _ENOUGH,
    ) -> None:
        self._traced = TracedFiles(files, index, environment)
        self._index = index
        self._environment = environment
        self._cache = cache
        self._enough = enough
        self._learnt = 0
        self._settled: list[Judgement] = []
        self._judgements: list[Judgement] = []
        self.loader = self._new_loader(previous)

    def _new_loader(self, previous: Loader | None) -> Loader:
        return Loader(self._traced, None, previous, self._environment, self._cache, self._index)

    def judge(self, directory: str) -> None:
        facts = self._index.package(directory)
        if self._learnt > self._enough:
            self._settle()
            self._learnt = 0
            self.loader = self._new_loader(None)
            gc.collect()  # what refers to itself stays otherwise
        self._learnt += 0 if facts is None else facts.size
        package = self.loader.package(directory)
        found = None if package is None else judgement(package)
        if found is not None:
            self._judgements.append(found)

    def batch(self) -> Batch:
        """All that was judged so far."""
        self._settle()
        return Batch(tuple(self._settled), tuple(self._traced.consulted.values()), self._traced.stale)

    def _settle(self) -> None:
        """What is missing is known when all that hangs on it was looked at."""
        missing = bool(self.loader.unread())
        self._settled += (self._with_unread(each) if missing else each for each in self._judgements)
        self._judgements.clear()

    def _with_unread(self, found: Judgement) -> Judgement:
        unread = sorted(self.loader.unread_for(found.directory))
        return msgspec.structs.replace(found, unread=tuple(unread))
