"""A whole run of the linter: from paths to findings, with everything that a report needs.

Not for: changing files (fix.py) or showing findings (report/).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import msgspec

from modgo_lsp.lint.check import decide, judgement
from modgo_lsp.lint.config import ConfigProblem, Configuration, Settings, configuration
from modgo_lsp.lint.walk import PathProblem, Target, walk
from modgo_lsp.model.files import Files
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.go_environment import NOTHING_KNOWN, GoEnvironment
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package
from modgo_lsp.model.sources import FactsCache
from modgo_lsp.syntax.document import Document


class Counts(msgspec.Struct, frozen=True):
    """What was looked at: packages, and of them the files that a build would compile."""

    packages: int
    files: int


def _nothing_known(_: str | None) -> GoEnvironment:
    return NOTHING_KNOWN


class Machine(msgspec.Struct, frozen=True):
    """What lies outside the sources: `find_go` gives the Go of a setting, or else the one that a build would
    take; `cache` keeps facts for the next run."""

    find_go: Callable[[str | None], GoEnvironment] = _nothing_known
    cache: FactsCache | None = None


UNKNOWN_MACHINE = Machine()


class Outcome(msgspec.Struct, frozen=True):
    """`findings` by path, position and code; `documents` by path, of the files that were parsed; `problems`
    with paths and configuration. `fail_on` is the strictest of the packages' settings. `modules` are the
    packages that are UDF modules of their own, each with its settings: they import the SDK, and no other
    package of their Go module imports them. `without_module` are the folders of UDF packages that have no
    go.mod above them. `unread` are import paths of packages whose types would have mattered and whose source
    isn't here, and `go_found` says whether Go's library is. `loader` is the snapshot, to reuse in the next
    run."""

    findings: tuple[Finding, ...]
    documents: Mapping[str, Document]
    counts: Counts
    problems: tuple[PathProblem | ConfigProblem, ...]
    fail_on: str
    modules: tuple[tuple[Package, Settings], ...]
    without_module: tuple[str, ...]
    unread: tuple[str, ...]
    go_found: bool
    loader: Loader


def lint_paths(
    paths: Sequence[str],
    files: Files,
    overrides: Mapping[str, Any] | None = None,
    previous: Loader | None = None,
    machine: Machine = UNKNOWN_MACHINE,
) -> Outcome:
    """Lints files and folders (made absolute by the working directory; a trailing `/...` is allowed).

    `overrides` are settings by key, as the command line gives them. Never raises for bad input: what can't
    be read is among the problems, what doesn't parse among the findings."""
    targets, path_problems = walk([absolute(path) for path in paths], files)
    configurations = _Configurations(files, overrides)
    setting = configurations.of(targets[0].directory).settings.go if targets else None
    environment = machine.find_go(setting)
    loader = Loader(files, previous=previous, environment=environment, cache=machine.cache)
    packages: list[tuple[Target, Package]] = []
    for target in targets:
        package = loader.package(target.directory)
        if package is not None:
            packages.append((target, package))
    chosen = [package for _, package in packages]
    found = (judgement(package) for package in chosen)
    judgements = [each for each in found if each is not None]
    findings = decide(judgements, lambda directory: configurations.of(directory).settings)
    hidden = _hidden(packages)
    shown = tuple(finding for finding in findings if finding.location.path not in hidden)
    # The settings of folders without packages of ours count as well: a mistake there is still a mistake.
    for target in targets:
        configurations.of(target.directory)
    return Outcome(
        shown,
        loader.documents(),
        Counts(len(chosen), sum(len(_looked_at(target, package)) for target, package in packages)),
        (*path_problems, *configurations.problems()),
        configurations.fail_on(),
        tuple(
            (each, configurations.of(each.directory).settings)
            for each in chosen
            if each.imports_sdk and not each.imported_in_module
        ),
        tuple(each.directory for each in chosen if each.imports_sdk and each.module is None),
        tuple(sorted(loader.unread())),
        environment.goroot is not None,
        loader,
    )


def absolute(path: str) -> str:
    """The absolute path that a path of the command line stands for: `./...` is the folder before it."""
    folder = path[:-3] or "." if path == "..." or path.endswith(("/...", os.sep + "...")) else path
    return os.path.abspath(folder)  # noqa: PTH100 (keeps symbolic links, drops `..`)


def _looked_at(target: Target, package: Package) -> list[str]:
    return [path for path in package.paths if target.files is None or path in target.files]


def _hidden(packages: Sequence[tuple[Target, Package]]) -> set[str]:
    """Files of the packages that nobody asked about: neighbours of a named one, and ignored ones."""
    return {
        path
        for target, package in packages
        for path in package.paths
        if target.files is not None and path not in target.files
    }


_SEVERITIES = ("hint", "information", "warning", "error", "never")


class _Configurations:
    """The configuration of each folder, worked out once."""

    def __init__(self, files: Files, overrides: Mapping[str, Any] | None) -> None:
        self._files = files
        self._overrides = overrides
        self._by_folder: dict[str, Configuration] = {}

    def of(self, directory: str) -> Configuration:
        found = self._by_folder.get(directory)
        if found is None:
            parent = str(PurePath(directory).parent)
            found = configuration(directory, self._files, self._overrides)
            # A folder without a file of its own has its parent's: no need to read that again.
            if found.file is not None and (above := self._by_folder.get(parent)) is not None:
                found = above if above.file == found.file else found
            self._by_folder[directory] = found
        return found

    def problems(self) -> list[ConfigProblem]:
        every = [problem for found in self._by_folder.values() for problem in found.problems]
        return list(dict.fromkeys(every))

    def fail_on(self) -> str:
        asked = {found.settings.fail_on for found in self._by_folder.values()} or {"warning"}
        return min(asked, key=_SEVERITIES.index)
