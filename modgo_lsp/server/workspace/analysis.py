"""What is reused from one snapshot to the next: the loader and settings by folder.

Everything here belongs to the analysis thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.build.lint_store import DiskStore
from modgo_lsp.golang.disk_cache import DiskCache
from modgo_lsp.golang.files import Files, OverlayFiles
from modgo_lsp.golang.modules.go_environment import NOTHING_KNOWN
from modgo_lsp.lint.config import Configuration, configuration
from modgo_lsp.lint.lint_result import LintResult
from modgo_lsp.lint.run_rules import lint_package
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package
from modgo_lsp.server.workspace.editor_settings import EDITOR
from modgo_lsp.server.workspace.import_index import ImportIndex

if TYPE_CHECKING:
    from modgo_lsp.golang.modules.go_environment import GoEnvironment
    from modgo_lsp.server.workspace.open_documents import OpenDocument

_log = logging.getLogger(__name__)


class _Configured(NamedTuple):
    files: Files
    overrides: Mapping[str, Any]
    by_directory: dict[str, Configuration]


class Analysis:
    """`later` takes steps of work that can wait; `released` is called when a loader is replaced."""

    def __init__(self, later: Callable[[Iterator[None]], None], released: Callable[[], None]) -> None:
        self.disk = DiskCache()
        self._later = later
        self._released = released
        self._loader: Loader | None = None
        self._environment: GoEnvironment | None = None
        self._store = DiskStore()
        self._importers: ImportIndex | None = None
        self._go_key: tuple[str | None, int, int] | None = None
        self._found_go: GoEnvironment | None = None
        # Of the snapshot that the newest loader is for.
        self._number = 0
        self._documents: Mapping[str, OpenDocument] = {}
        self._files: OverlayFiles | None = None
        self._configured: _Configured | None = None

    def has_newer(self, number: int, documents: Mapping[str, OpenDocument]) -> bool:
        """Whether a newer snapshot than `number` is loaded, with other open documents."""
        return number < self._number and documents != self._documents

    def load(
        self,
        number: int,
        documents: Mapping[str, OpenDocument],
        files: OverlayFiles,
        uncached: Callable[[], OverlayFiles],
        go: str | None,
    ) -> Loader:
        """The loader for the snapshot `number`. `documents` are its open documents and `files` its files;
        `uncached` returns the same files without caching what is read; `go` is the Go of the settings."""
        if number < self._number and self._loader is not None:
            return self._load_older(files, go, self._loader)
        environment = self._go_environment(go)
        before = self._loader
        after = before.next(files) if before is not None and environment == self._environment else None
        if after is None:
            if before is not None:
                self._released()
            if environment != self._environment:
                if before is not None:
                    _log.debug("a new world: Go is %s", environment)
                self._importers = None
            self._environment = environment
            self._importers = ImportIndex(
                uncached(), environment or NOTHING_KNOWN, self._store, self._later, self._importers
            )
            after = Loader(files, None, before, environment, DiskFactsCache(), self._importers)
        elif self._importers is not None:
            self._importers.advance(uncached())
        self._number, self._documents = number, documents
        self._files, self._loader = files, after
        return after

    def _load_older(self, files: OverlayFiles, go: str | None, newest: Loader) -> Loader:
        """The loader for a snapshot that is older than the newest loader, from scratch: results are cached
        for the newest state alone. What is read from the disk is in both cases as it is now."""
        is_same_go = self._go_key is not None and go == self._go_key[0]
        if is_same_go and self._files is not None and files.has_same_documents(self._files):
            return newest
        self._released()  # soon: nobody else gets it
        environment = self._environment if is_same_go else find_go_environment(go)
        return Loader(files, None, newest, environment)

    def _go_environment(self, go: str | None) -> GoEnvironment | None:
        """Where Go is: looked for again only after something on disk has changed or may have."""
        key = (go, self.disk.changes, self.disk.rescans)
        if key != self._go_key:
            self._found_go, self._go_key = find_go_environment(go), key
        return self._found_go

    def configuration(self, directory: str, files: Files, overrides: Mapping[str, Any]) -> Configuration:
        """The settings in effect in a folder. They are reused while only Go files change."""
        before = self._configured
        if (
            before is None
            or before.overrides is not overrides
            or not _are_go_files(files.since(before.files))
        ):
            self._configured = before = _Configured(files, overrides, {})
        elif before.files is not files:
            self._configured = before = _Configured(files, overrides, before.by_directory)
        if directory not in before.by_directory:
            before.by_directory[directory] = configuration(directory, files, overrides, EDITOR)
        return before.by_directory[directory]

    def lint(self, package: Package) -> LintResult | None:
        """The lint result of a package. A rule that raises is our mistake and not the user's: it is logged,
        the result is None, and the editor keeps working."""
        return package.cached("lint result", self._lint)

    def _lint(self, package: Package) -> LintResult | None:
        try:
            return lint_package(package)
        except Exception:
            _log.exception("Could not lint %s", package.directory)
            return None


def _are_go_files(paths: Collection[str] | None) -> bool:
    return paths is not None and all(path.endswith(".go") for path in paths)
