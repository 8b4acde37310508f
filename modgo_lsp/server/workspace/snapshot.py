"""The state that a request is answered from: open documents over the disk, settings, and findings.

A snapshot does not change: it keeps answering for its documents and settings after they have changed. Of the
disk it shows what it read first. It is read on the analysis thread, and remembers what was read. One that is
first read after a newer one has its packages loaded from scratch (stale_request.py avoids that).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from modgo_lsp.golang.disk_cache import DiskCache
from modgo_lsp.golang.files import OverlayFiles
from modgo_lsp.golang.syntax.document import Document, parse
from modgo_lsp.golang.syntax.file_header import read_header
from modgo_lsp.golang.syntax.positions import Encoding, LineIndex, Span
from modgo_lsp.lint.config import Configuration, Settings
from modgo_lsp.lint.lint_result import LintResult, finding_order, report_findings
from modgo_lsp.lint.rule_selection import configured
from modgo_lsp.model.finding import Finding, Location, relocated
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.report.sources import Sources
from modgo_lsp.rules.mg410_too_complex import too_large
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.lsp.uri import uri_of
from modgo_lsp.server.workspace.analysis import Analysis
from modgo_lsp.server.workspace.open_documents import OpenDocument, is_larger
from modgo_lsp.server.workspace.revision_process import BASE

_log = logging.getLogger(__name__)

# Bytes of a file that is too large to be analysed in which its imports are looked for.
_HEAD = 64 * 1024


class Snapshot:
    """`number` grows from snapshot to snapshot. `documents` are the open ones by path, over the `disk` as it
    is when it is first read; `overrides` the editor's settings; `built` the findings of the last builds and
    `indexed` the lint results of the background index, both by package folder; `revision_findings` the
    identities of findings that are not reported."""

    def __init__(
        self,
        analysis: Analysis,
        number: int,
        client: Client,
        encoding: Encoding,
        documents: Mapping[str, OpenDocument],
        disk: DiskCache,
        overrides: Mapping[str, Any],
        built: Mapping[str, tuple[Finding, ...]],
        indexed: Mapping[str, LintResult],
        revision_findings: frozenset[str] = frozenset(),
    ) -> None:
        self.client = client
        self.encoding: Encoding = encoding
        self.documents = documents
        self.overrides = overrides
        self.built = built
        self._indexed = indexed
        self._revision_findings = revision_findings
        self._analysis = analysis
        self.number = number
        self._disk = disk
        self._packages: dict[str, Package | None] = {}
        self._lines: dict[str, LineIndex | None] = {}

    @cached_property
    def files(self) -> OverlayFiles:
        """The files from which the configuration is read."""
        documents = {path: open_.document for path, open_ in self.documents.items()}
        return OverlayFiles(self._disk.now(), documents)

    def _files(self, permanent: bool) -> OverlayFiles:
        """The files from which packages are loaded; read into memory for good if `permanent`."""
        documents = {path: open_.within(self._largest) for path, open_ in self.documents.items()}
        return OverlayFiles(self._disk.now(permanent, self._largest), documents)

    @cached_property
    def loader(self) -> Loader:
        return self._analysis.load(
            self.number, self.documents, self._files(True), lambda: self._files(False), self._settings.go
        )

    @property
    def is_superseded(self) -> bool:
        """Whether packages are loaded for a newer snapshot with other open documents."""
        return self._analysis.has_newer(self.number, self.documents)

    @cached_property
    def _settings(self) -> Settings:
        """The settings that are the same for all packages."""
        folder = next(iter(self.directories()), None)
        return Settings() if folder is None else self.configuration(folder).settings

    @cached_property
    def _largest(self) -> int:
        """The size of the largest file that is analysed."""
        return self._settings.largest_file

    def _is_too_large(self, document: Document) -> bool:
        return is_larger(document, self._largest)

    def catch_up(self) -> None:
        """Works the edits into all documents, Go files or not: while they wait they take memory."""
        for each in self.documents.values():
            if each.pending:
                _ = each.document

    def directories(self) -> set[str]:
        """The folders of the packages to lint: those of open Go files, and of builds that failed."""
        opened = {each.directory for path, each in self.documents.items() if path.endswith(".go")}
        return opened.union(self.built)

    def package(self, directory: str) -> Package | None:
        """The folder's package; None where there are no Go files or it can't be loaded."""
        if directory not in self._packages:
            loader = self.loader
            try:
                self._packages[directory] = loader.package(directory)
            except Exception:
                _log.exception("Could not load the package in %s", directory)
                self._packages[directory] = None
        return self._packages[directory]

    def workspace_results(self) -> list[LintResult]:
        """The lint results of all packages of the workspace: those of the index, and new ones for packages
        with open documents, their importers and their dependencies."""
        live = self.with_importers(self.directories())
        for directory in self.directories():
            package = self.package(directory)
            live.update(each.directory for each in (package.dependencies if package is not None else ()))
        made = {each.directory: each for each in self._results(live)}
        indexed = {directory: each for directory, each in self._indexed.items() if directory not in live}
        return [found for _, found in sorted({**indexed, **made}.items())]

    def package_of(self, path: str) -> Package | None:
        """The package of a file, whether a plain build compiles the file or not. A case or a sample has the
        package that it is beside."""
        if path.endswith(".go"):
            return self.package(os.path.dirname(path))  # noqa: PTH120
        from modgo_lsp.ide.case_files import module_directory  # loads YAML: 12 ms

        beside = module_directory(path)
        return None if beside is None else self.package(beside)

    def configuration(self, directory: str) -> Configuration:
        """The settings in effect in a folder, and the problems in them."""
        return self._analysis.configuration(directory, self.files, self.overrides)

    def findings_of(self, path: str) -> list[Finding]:
        """The findings in a file, by position."""
        directory = os.path.dirname(path)  # noqa: PTH120
        return self.by_path({directory, *self.directories()}).get(path, [])

    def by_path(self, directories: Iterable[str]) -> dict[str, list[Finding]]:
        """The findings in these packages by file, with an empty list for each of their files that has none. A
        rule can report a finding in a file of another package, so the importers are linted too."""
        folders = set(directories)
        found: dict[str, list[Finding]] = {}
        for directory in folders:
            package = self.package(directory)
            found |= {path: [] for path in (() if package is None else package.paths)}
        results = self._results(self.with_importers(folders))
        elsewhere = {path for each in results if each.directory not in folders for path in each.paths}
        for path, findings in self.reported(results, folders).items():
            if path not in elsewhere:
                found[path] = findings
        for path, finding in self._too_large(folders):
            there = found.setdefault(path, [])
            if finding is not None and all(each.code != finding.code for each in there):
                there.append(finding)
        return found

    def _too_large(self, directories: Collection[str]) -> Iterator[tuple[str, Finding | None]]:
        """The open Go files in these folders that are too large to be analysed. Those that import the SDK
        come with a finding about that."""
        for path, opened in self.documents.items():
            if (
                path.endswith(".go")
                and opened.directory in directories
                and self._is_too_large(opened.document)
            ):
                found: list[Finding] = []
                if SDK_PATH in read_header(_head(opened.document)).imports:
                    settings = self.configuration(opened.directory).settings
                    found = configured([too_large(path)], settings)
                yield path, next(iter(found), None)

    def reported(self, results: Sequence[LintResult], built: Collection[str]) -> dict[str, list[Finding]]:
        """The findings to report of these lint results, and of the last builds of the folders in `built`, by
        file."""
        found: dict[str, list[Finding]] = {}
        known = set()
        all_ = report_findings(results, lambda directory: self.configuration(directory).settings)
        for finding in self._new(all_):
            found.setdefault(finding.location.path, []).append(finding)
            known.add((finding.code, finding.location))
        for finding in self._built(built):
            if (finding.code, finding.location) not in known:
                there = found.setdefault(finding.location.path, [])
                there.append(finding)
                there.sort(key=finding_order)
        return found

    def _new(self, findings: Sequence[Finding]) -> Sequence[Finding]:
        if not self._revision_findings:
            return findings
        from modgo_lsp.report.revision_findings import new_findings  # most sessions never need it

        documents = {path: each.document for path, each in self.documents.items()}
        return new_findings(findings, Sources(self.files, BASE, documents), self._revision_findings)

    def with_importers(self, directories: Iterable[str]) -> set[str]:
        """These folders, and the folders of the packages that import them."""
        folders = set(directories)
        return folders.union(*(self.loader.importing(directory) for directory in folders))

    def _results(self, directories: Iterable[str]) -> list[LintResult]:
        packages = (self.package(directory) for directory in sorted(directories))
        found = (self._analysis.lint(package) for package in packages if package is not None)
        return [each for each in found if each is not None]

    def _built(self, directories: Iterable[str]) -> list[Finding]:
        """The findings of the last builds, at their places in the open documents."""
        findings = [finding for directory in directories for finding in self.built.get(directory, ())]
        return [relocated(finding, self._shown) for finding in findings]

    def _shown(self, place: Location) -> Location:
        if place.path not in self.documents:
            return place
        document = self.documents[place.path].document
        span = Span(document.from_source(place.span.start), document.from_source(place.span.end))
        return Location(place.path, span)

    def document(self, path: str) -> Document | None:
        """The open document, or the file on disk; None where it can't be read, or is too large to be
        analysed."""
        document = self._known_document(path)
        if document is not None and self._is_too_large(document):
            return None
        if document is None and (text := self._text(path)) is not None:
            document = parse(path, text)
        return document

    def lines(self, path: str) -> LineIndex | None:
        """The lines of the same, without parsing a file that nobody asked for."""
        document = self._known_document(path)
        if document is not None:
            return LineIndex(b"") if self._is_too_large(document) else document.lines
        if path not in self._lines:
            text = self._text(path)
            self._lines[path] = None if text is None else LineIndex(text)
        return self._lines[path]

    def positions(self, location: Location) -> tuple[tuple[int, int], tuple[int, int]]:
        """The start and end of `location` as the client counts lines and characters; the start of the file
        where the file no longer exists."""
        lines = self.lines(location.path) or LineIndex(b"")
        start, end = location.span.start, location.span.end
        return lines.encoded(start, self.encoding), lines.encoded(end, self.encoding)

    def _known_document(self, path: str) -> Document | None:
        """The file, if it is open or was parsed to lint its package."""
        if path in self.documents:
            return self.documents[path].document
        return self.loader.document(path)

    def _text(self, path: str) -> bytes | None:
        try:
            return self.files.read(path)
        except OSError:
            return None

    def uri(self, path: str) -> str:
        return self.documents[path].uri if path in self.documents else uri_of(path)


def _head(document: Document) -> bytes:
    """The beginning of a large document."""
    return b"".join(part.text for part in document.parts[:_HEAD])[:_HEAD]
