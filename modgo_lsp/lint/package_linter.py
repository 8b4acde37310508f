"""Lints packages of one Go module, and records which files outside the module the results depended on."""

from __future__ import annotations

import msgspec

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.golang.program.outlined_files import FactsCache
from modgo_lsp.lint.file_dependencies import FileDependency, RecordingFiles
from modgo_lsp.lint.lint_result import LintResult
from modgo_lsp.lint.module_index import ModuleIndex
from modgo_lsp.lint.run_rules import lint_package
from modgo_lsp.model.load import Loader


class Batch(msgspec.Struct, frozen=True):
    """The lint results of some packages, and the files outside the module that they depended on. `stale`
    is True if a file has changed since the module was indexed."""

    results: tuple[LintResult, ...]
    dependencies: tuple[FileDependency, ...]
    stale: bool


class PackageLinter:
    """Lints packages one after the other, in one snapshot of the module."""

    def __init__(
        self,
        files: Files,
        index: ModuleIndex,
        environment: GoEnvironment,
        cache: FactsCache | None,
        previous: Loader | None = None,
    ) -> None:
        self._files = RecordingFiles(files, index, environment)
        self._results: list[LintResult] = []
        self.loader = Loader(self._files, None, previous, environment, cache, index)

    def lint(self, directory: str) -> None:
        package = self.loader.package(directory)
        found = None if package is None else lint_package(package)
        if found is not None:
            self._results.append(found)

    def batch(self) -> Batch:
        """All results. Missing imports are known once every dependent package has been resolved."""
        missing = bool(self.loader.unread())
        results = [self._with_unread(each) if missing else each for each in self._results]
        return Batch(tuple(results), tuple(self._files.dependencies.values()), self._files.stale)

    def _with_unread(self, found: LintResult) -> LintResult:
        unread = sorted(self.loader.unread_for(found.directory))
        return msgspec.structs.replace(found, unread=tuple(unread))
