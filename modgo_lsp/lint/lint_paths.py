"""A whole run of the linter: from paths to findings, with everything that a report needs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from modgo_lsp.golang.files import CachedListings, Files, join
from modgo_lsp.lint.config import FILES, ConfigProblem, Configuration, Settings, configuration
from modgo_lsp.lint.lint_result import report_findings
from modgo_lsp.lint.linted_modules import LintedModule, Machine, linted_modules
from modgo_lsp.lint.rule_selection import is_excluded
from modgo_lsp.lint.target_folders import PathProblem, Target, find_targets
from modgo_lsp.model.finding import SEVERITIES, Finding

if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.document import Document
    from modgo_lsp.lint.module_index import PackageFacts
    from modgo_lsp.model.load import Loader

UNKNOWN_MACHINE = Machine()


class Counts(msgspec.Struct, frozen=True):
    """How many packages were linted, and how many of their files a build would compile."""

    packages: int
    files: int


class Scope(msgspec.Struct, frozen=True):
    """What a command line says about where to lint: the configuration file to use instead of the nearest
    one, and patterns of what to exclude besides its own, relative to the working directory."""

    config: str | None = None
    exclude: tuple[str, ...] = ()


EVERYWHERE = Scope()


class Outcome(msgspec.Struct, frozen=True):
    """`findings` are ordered by path, position and code. `problems` are about paths and configuration.
    `fail_on` is the strictest of the packages' settings. `modules` are the folders of packages that become
    UDF modules, each with its settings: they import the SDK, and no other package of their Go module imports
    them. `without_module` are the folders of UDF packages without a go.mod. `unread` are the import paths of
    packages whose types mattered and whose source was not found; `go_found` is whether Go's library was.
    `passed_over` are Go files that can't be read or are too large, in folders that were not linted.
    `excluded` are the paths that were named and are excluded. `loaders` are the snapshots by module, to be
    reused in the next run."""

    findings: tuple[Finding, ...]
    counts: Counts
    problems: tuple[PathProblem | ConfigProblem, ...]
    fail_on: str
    modules: tuple[tuple[str, Settings], ...]
    without_module: tuple[str, ...]
    unread: tuple[str, ...]
    go_found: bool
    passed_over: tuple[str, ...]
    excluded: tuple[str, ...]
    loaders: Mapping[str, Loader]

    @property
    def documents(self) -> dict[str, Document]:
        """The files that were parsed, by path."""
        every = [loader.documents() for loader in self.loaders.values()]
        return {path: document for documents in every for path, document in documents.items()}


def lint_paths(
    paths: Sequence[str],
    files: Files,
    overrides: Mapping[str, Any] | None = None,
    previous: Mapping[str, Loader] | None = None,
    machine: Machine = UNKNOWN_MACHINE,
    scope: Scope = EVERYWHERE,
) -> Outcome:
    """Lints files and folders, which may end in `/...`; relative paths begin at the working directory.

    `overrides` are settings by key, as on the command line. Never raises for bad input: what can't be read is
    among the problems, what doesn't parse among the findings."""
    files = CachedListings(files)
    configurations = _Configurations(files, overrides, scope)
    named = [absolute(path) for path in paths]
    targets, path_problems = find_targets(named, files, machine.searched, configurations.included)
    settings = configurations.of(targets[0].directory).settings if targets else Settings()
    files.largest = settings.largest_file
    environment = machine.find_go(settings.go)
    modules = linted_modules(targets, files, environment, machine.store)
    _lint(modules, machine, previous or {})
    results = [found for module in modules for _, found in sorted(module.results.items())]
    findings = report_findings(results, lambda directory: configurations.of(directory).settings)
    packages = [package for module in modules for package in module.packages()]
    hidden = _hidden(packages)
    # Mistakes in the configuration of folders without UDFs are reported, too.
    for target in targets:
        configurations.of(target.directory)
    return Outcome(
        tuple(
            finding
            for finding in findings
            if finding.location.path not in hidden
            and not configurations.excludes(finding.location.path, False)
        ),
        Counts(len(packages), sum(len(package.names) for _, package in packages) - len(hidden)),
        (*path_problems, *configurations.problems()),
        configurations.fail_on(),
        tuple(
            (each.directory, configurations.of(each.directory).settings)
            for each in results
            if each.imports_sdk and not each.imported_in_module
        ),
        tuple(each.directory for each in results if each.imports_sdk and not each.in_module),
        tuple(sorted({path for each in results for path in each.unread})),
        environment.goroot is not None,
        tuple(_passed_over(modules)),
        tuple(path for path in named if configurations.excludes_named(path)),
        {module.index.root: module.loader for module in modules if module.loader is not None},
    )


def _hidden(packages: Sequence[tuple[Target, PackageFacts]]) -> set[str]:
    """The files of packages of which only other files were named."""
    return {
        path
        for target, package in packages
        if target.files is not None
        for name in package.names
        if (path := join(target.directory, name)) not in target.files
    }


def _passed_over(modules: Sequence[LintedModule]) -> Iterator[str]:
    """The unreadable files that no rule reports: those in folders that were not linted."""
    for module in modules:
        targets = {target.directory: target.files for target in module.targets}
        for path in sorted(module.index.unread):
            directory = os.path.dirname(path)
            if directory in targets and not module.index.is_linted(directory):
                named = targets[directory]
                if named is None or path in named:
                    yield path


def _lint(modules: Sequence[LintedModule], machine: Machine, previous: Mapping[str, Loader]) -> None:
    total = sum(len(module.pending) for module in modules)
    count = 0

    def done() -> None:
        nonlocal count
        count += 1
        if machine.progress is not None:
            machine.progress(count, total)

    last: Loader | None = None
    for module in modules:
        module.lint(machine, previous.get(module.index.root), last, done)
        last = module.loader or last


def absolute(path: str) -> str:
    """The absolute path of one on the command line, without `/...`."""
    folder = path[:-3] or "." if path == "..." or path.endswith(("/...", os.sep + "...")) else path
    return os.path.abspath(folder)  # keeps symbolic links, drops `..`


_FAIL_ON = (*reversed(SEVERITIES), "never")


class _Configurations:
    """The configuration of each folder, read once."""

    def __init__(self, files: Files, overrides: Mapping[str, Any] | None, scope: Scope) -> None:
        self._files = files
        self._overrides = overrides
        self._scope = scope
        self._here = os.getcwd()
        self._by_folder: dict[str, Configuration] = {}

    def of(self, directory: str) -> Configuration:
        """The configuration of an absolute folder: its parent's, if it has no file of its own."""
        if self._scope.config is not None:
            directory = os.sep
        below = []
        while (found := self._by_folder.get(directory)) is None:
            below.append(directory)
            parent = os.path.dirname(directory)
            if parent == directory or self._has_file(directory):
                found = configuration(directory, self._files, self._overrides, named=self._scope.config)
                break
            directory = parent
        for folder in below:
            self._by_folder[folder] = found
        return found

    def included(self, folder: str, names: list[str], are_folders: bool) -> list[str]:
        """The names in a folder that neither the settings nor the command line exclude."""
        settings = self.of(folder).settings
        if not (settings.exclude or self._scope.exclude):
            return names
        return [
            name
            for name in names
            if not self.excludes(path := join(folder, name), are_folders)
            and not is_excluded(path, settings.exclude, settings.root, are_folders)
        ]

    def excludes_named(self, path: str) -> bool:
        folder, name = os.path.split(path)
        return not self.included(folder, [name], not name.endswith(".go"))

    def excludes(self, path: str, is_folder: bool) -> bool:
        """Whether the command line excludes a file or a folder."""
        return is_excluded(path, self._scope.exclude, self._here, is_folder)

    def _has_file(self, folder: str) -> bool:
        try:
            entries = self._files.entries(folder)
        except OSError:
            return False
        return not dict(entries).keys().isdisjoint(FILES)

    def problems(self) -> list[ConfigProblem]:
        every = [problem for found in self._by_folder.values() for problem in found.problems]
        return list(dict.fromkeys(every))

    def fail_on(self) -> str:
        asked = {found.settings.fail_on for found in self._by_folder.values()} or {"warning"}
        return min(asked, key=_FAIL_ON.index)
