"""One state of the world that a request is answered from: open documents over the disk, settings, findings.

A handler takes a snapshot, works on it on the analysis thread and answers once. Nothing in a snapshot
changes; what it works out is kept in it. Not for: the protocol's types.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from modgo_lsp.ide.case_files import directory_beside
from modgo_lsp.lint.check import order
from modgo_lsp.lint.config import Configuration, configuration
from modgo_lsp.lint.walk import walk
from modgo_lsp.model.files import DiskFiles, Files, OverlayFiles
from modgo_lsp.model.finding import Finding, Location, relocated
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.server.client import Client
from modgo_lsp.server.configuration import EDITOR
from modgo_lsp.server.uri import uri_of
from modgo_lsp.syntax.document import Document, parse
from modgo_lsp.syntax.positions import Encoding, LineIndex, Span

if TYPE_CHECKING:
    from modgo_lsp.server.analysis import Analysis
    from modgo_lsp.server.documents import OpenDocument

_log = logging.getLogger(__name__)


class Snapshot:
    """`documents` are the open ones by path, `built` the findings of the last builds by package folder,
    `roots` the workspace's folders."""

    def __init__(
        self,
        analysis: Analysis,
        client: Client,
        encoding: Encoding,
        documents: Mapping[str, OpenDocument],
        overrides: Mapping[str, Any],
        built: Mapping[str, tuple[Finding, ...]],
        roots: tuple[str, ...] = (),
    ) -> None:
        self.client = client
        self.encoding: Encoding = encoding
        self.documents = documents
        self.overrides = overrides
        self.built = built
        self.roots = roots
        self._analysis = analysis
        self._packages: dict[str, Package | None] = {}
        self._configurations: dict[str, Configuration] = {}
        self._read: dict[str, Document | None] = {}

    @cached_property
    def files(self) -> Files:
        return OverlayFiles(DiskFiles(), {path: open_.document for path, open_ in self.documents.items()})

    @cached_property
    def loader(self) -> Loader:
        folder = next(iter(self.directories()), None)
        go = None if folder is None else self.configuration(folder).settings.go
        return self._analysis.load(self.files, go)

    def directories(self) -> set[str]:
        """The folders whose packages are judged: those of open Go files and of builds that failed."""
        return {str(PurePath(path).parent) for path in self.documents if path.endswith(".go")} | {*self.built}

    def package(self, directory: str) -> Package | None:
        """The folder's package; None where there are no Go files or it can't be loaded."""
        if directory not in self._packages:
            try:
                self._packages[directory] = self.loader.package(directory)
            except OSError as error:
                _log.info("No package in %s: %s", directory, error)
                self._packages[directory] = None
            except Exception:
                _log.exception("Could not load the package in %s", directory)
                self._packages[directory] = None
        return self._packages[directory]

    def udf_packages(self) -> list[Package]:
        """The packages of the workspace that import the SDK. Files that don't name it are not parsed."""
        targets, _ = walk(self.roots, self.files)
        folders = [target.directory for target in targets if self._names_sdk(target.directory)]
        found = (self.package(folder) for folder in folders)
        return [package for package in found if package is not None and package.imports_sdk]

    def _names_sdk(self, directory: str) -> bool:
        try:
            names = [name for name, is_folder in self.files.entries(directory) if not is_folder]
        except OSError:
            return False
        paths = [str(PurePath(directory, name)) for name in names if name.endswith(".go")]
        return any(
            SDK_PATH.encode() in self.documents[path].document.source
            if path in self.documents
            else self._analysis.names_sdk(path)
            for path in paths
        )

    def package_of(self, path: str) -> Package | None:
        """The package that the file belongs to, whether a plain build compiles the file or not; of a
        case or a sample the one that it lies beside."""
        beside = directory_beside(path)
        if beside is not None:
            return self.package(beside)
        return self.package(str(PurePath(path).parent)) if path.endswith(".go") else None

    def configuration(self, directory: str) -> Configuration:
        """The settings in effect there, and what is wrong with them."""
        if directory not in self._configurations:
            self._configurations[directory] = configuration(directory, self.files, self.overrides, EDITOR)
        return self._configurations[directory]

    def findings(self, directory: str) -> list[Finding]:
        """All that stands against the package: lint's findings and those of the last build."""
        package = self.package(directory)
        settings = self.configuration(directory).settings
        linted = [] if package is None else self._analysis.judge(package, settings)
        known = {(finding.code, finding.location) for finding in linted}
        built = [relocated(finding, self._shown) for finding in self.built.get(directory, ())]
        return [*linted, *(finding for finding in built if (finding.code, finding.location) not in known)]

    def _shown(self, place: Location) -> Location:
        """A place that a build told, in the document that is open there."""
        if place.path not in self.documents:
            return place
        document = self.documents[place.path].document
        span = Span(document.from_source(place.span.start), document.from_source(place.span.end))
        return Location(place.path, span)

    def findings_of(self, path: str) -> list[Finding]:
        """All that stands in this file, by position. Packages that import its package may say so too."""
        directory = str(PurePath(path).parent)
        return self.by_path({directory, *self.directories()}).get(path, [])

    def document(self, path: str) -> Document | None:
        """The open document, else the file as it is on disk; None where it can't be read."""
        if path in self.documents:
            return self.documents[path].document
        if path not in self._read:
            try:
                self._read[path] = parse(path, self.files.read(path))
            except OSError:
                self._read[path] = None
        return self._read[path]

    def lines(self, path: str) -> LineIndex | None:
        document = self.document(path)
        return None if document is None else document.lines

    def uri(self, path: str) -> str:
        return self.documents[path].uri if path in self.documents else uri_of(path)

    def by_path(self, directories: Iterable[str]) -> dict[str, list[Finding]]:
        """The findings of these packages by file, with an empty list for each file that has none."""
        found: dict[str, set[Finding]] = {}
        for directory in directories:
            package = self.package(directory)
            for file in () if package is None else package.files:
                found.setdefault(file.document.path, set())
            for finding in self.findings(directory):
                found.setdefault(finding.location.path, set()).add(finding)
        return {path: sorted(findings, key=order) for path, findings in found.items()}
