"""Judging packages of one Go module, with all that is noted of it so that the results can be kept."""

from __future__ import annotations

import msgspec

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.golang.program.sources import FactsCache
from modgo_lsp.lint.file_dependencies import FileDependency, RecordingFiles
from modgo_lsp.lint.lint_result import LintResult, lint_package
from modgo_lsp.lint.module_index import ModuleIndex
from modgo_lsp.model.load import Loader


class Batch(msgspec.Struct, frozen=True):
    """Judgements of packages, and what they depend on beyond the module. `stale`: a file has changed since
    the index was made."""

    results: tuple[LintResult, ...]
    dependencies: tuple[FileDependency, ...]
    stale: bool


class PackageLinter:
    """Judges packages one after the other; what it learns about the module serves the next."""

    def __init__(
        self,
        files: Files,
        index: ModuleIndex,
        environment: GoEnvironment,
        cache: FactsCache | None,
        previous: Loader | None = None,
    ) -> None:
        self._traced = RecordingFiles(files, index, environment)
        self._results: list[LintResult] = []
        self.loader = Loader(self._traced, None, previous, environment, cache, index)

    def judge(self, directory: str) -> None:
        package = self.loader.package(directory)
        found = None if package is None else lint_package(package)
        if found is not None:
            self._results.append(found)

    def batch(self) -> Batch:
        """All that was judged. What is missing is known once all that depends on it was looked at."""
        missing = bool(self.loader.unread())
        results = [self._with_unread(each) if missing else each for each in self._results]
        return Batch(tuple(results), tuple(self._traced.dependencies.values()), self._traced.stale)

    def _with_unread(self, found: LintResult) -> LintResult:
        unread = sorted(self.loader.unread_for(found.directory))
        return msgspec.structs.replace(found, unread=tuple(unread))
