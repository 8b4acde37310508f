"""Expands paths to folders of Go packages, as `./...` does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec

from modgo_lsp.golang.files import Files, FileTooLargeError, join, upwards
from modgo_lsp.golang.modules.module_tree import is_searched
from modgo_lsp.lint.gitignore import PatternBudget, Patterns

# The largest .gitignore that is read.
_LARGEST_IGNORE = 1_000_000
_TOO_MANY = "this has more patterns than are followed; some of its last ones are left out"

# Folders at the root that hold no user's files, but hundreds of thousands of entries.
NO_FILES = ("proc", "sys", "dev")

# How many folders are searched between two reports of progress.
_REPORT_EVERY = 100


class Target(msgspec.Struct, frozen=True):
    """A folder with Go files. `files` are the paths to lint, None for all of them."""

    directory: str
    files: frozenset[str] | None


class PathProblem(msgspec.Struct, frozen=True):
    """A path that could not be searched, why, and what to do about it."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


# Of the names in a folder, and whether they are of folders, returns those that are not excluded.
Included = Callable[[str, list[str], bool], list[str]]


def _everything(_folder: str, names: list[str], _are_folders: bool) -> list[str]:
    return names


def find_targets(
    paths: Sequence[str],
    files: Files,
    searched: Callable[[int, str], None] | None = None,
    included: Included = _everything,
) -> tuple[list[Target], list[PathProblem]]:
    """The folders with Go files that absolute `paths` expand to, each once and in order, and the problems
    met. `searched` is called with the number of folders searched so far, and the last of them.

    A folder expands to itself and all below it, but for testdata, vendor, node_modules, names that begin
    with _ or ., what .gitignore names, /proc, /sys and /dev. Links are not followed, as by the go command.
    A path in `paths` is searched whatever its name, unless it is excluded."""
    whole: dict[str, frozenset[str] | None] = {}
    problems: list[PathProblem] = []
    search = _Search(files, problems, PatternBudget(), searched, included)
    for path in paths:
        if path.endswith(".go") and not _is_folder(path, files):
            if _is_included(path, False, search) and _readable(path, files, problems):
                folder = os.path.dirname(path)
                already = whole.get(folder, frozenset())
                whole[folder] = None if already is None else already | {path}
        else:
            for target in _below(path, search):
                whole[target.directory] = target.files
    return [Target(directory, whole[directory]) for directory in sorted(whole)], problems


def _is_folder(path: str, files: Files) -> bool:
    try:
        files.entries(path)
    except OSError:
        return False
    return True


def _readable(path: str, files: Files, problems: list[PathProblem]) -> bool:
    try:
        files.read(path)
    except FileTooLargeError:
        return True  # a rule reports it
    except OSError as error:
        problems.append(PathProblem(path, _reason(error)))
        return False
    return True


class _Search(NamedTuple):
    """The state of one search."""

    files: Files
    problems: list[PathProblem]
    budget: PatternBudget
    searched: Callable[[int, str], None] | None
    included: Included


def _below(top: str, search: _Search) -> Iterator[Target]:
    files, problems = search.files, search.problems
    pending = [(top, _Ignored.above(top, search))] if _is_included(top, True, search) else []
    count = 0
    while pending:
        folder, ignored = pending.pop()
        count += 1
        if search.searched is not None and count % _REPORT_EVERY == 0:
            search.searched(count, folder)
        try:
            entries = files.entries(folder)
        except NotADirectoryError:
            problems.append(PathProblem(folder, "this is neither a Go file nor a folder; name one of those"))
            continue
        except OSError as error:
            problems.append(PathProblem(folder, _reason(error)))
            continue
        if (".gitignore", False) in entries or (".gitignore", True) in entries:
            ignored = _Ignored(folder, search, ignored)
        sources = [name for name, is_folder in entries if not is_folder and name.endswith(".go")]
        taken = search.included(folder, ignored.others(folder, sources, False), False)
        if taken:
            everything = len(taken) == len(sources)
            paths = None if everything else frozenset(join(folder, name) for name in taken)
            yield Target(folder, paths)
        folders = [
            name
            for name, is_folder in entries
            if is_folder and is_searched(name) and name != "node_modules"
            if folder != os.sep or name not in NO_FILES
        ]
        for name in reversed(search.included(folder, ignored.others(folder, folders, True), True)):
            pending.append((join(folder, name), ignored))


def _is_included(path: str, is_folder: bool, search: _Search) -> bool:
    return bool(search.included(os.path.dirname(path), [os.path.basename(path)], is_folder))


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder; check the spelling"
    if isinstance(error, PermissionError):
        return "this may not be read; ask for the right to, or leave it out in .gitignore"
    return f"this cannot be read: {error.strerror or error}"


class _Ignored:
    """A .gitignore and those above it. The nearest one with a pattern that matches a path decides."""

    def __init__(self, folder: str, search: _Search, above: _Ignored | None) -> None:
        self._folder = folder
        self._search = search
        self._above = above

    @classmethod
    def above(cls, top: str, search: _Search) -> _Ignored:
        """The .gitignore files above `top`, up to the root of its repository; none outside a repository."""
        chain: list[str] = []
        for folder in upwards(top):
            try:
                names = {name for name, _ in search.files.entries(folder)}
            except OSError:
                names = set()
            if ".gitignore" in names and folder != top:
                chain.append(folder)
            if ".git" in names:
                break
        else:
            chain = []
        ignored = cls("", search, None)
        for folder_above in reversed(chain):
            ignored = cls(folder_above, search, ignored)
        return ignored

    @cached_property
    def _patterns(self) -> Patterns:
        path = join(self._folder, ".gitignore")
        try:
            found = Patterns(self._search.files.read(path, _LARGEST_IGNORE), self._search.budget)
        except FileTooLargeError as error:
            self._search.problems.append(PathProblem(path, f"this was not read: {error.strerror}"))
            return Patterns(b"")
        except OSError:
            return Patterns(b"")
        if not found.is_whole:
            self._search.problems.append(PathProblem(path, _TOO_MANY))
        return found

    def others(self, folder: str, names: list[str], are_folders: bool) -> list[str]:
        """The names in a folder that are not ignored."""
        if self._above is None:
            return names
        return [name for name in names if not self.matches(join(folder, name), are_folders)]

    def matches(self, path: str, is_folder: bool) -> bool:
        if self._above is None:
            return False
        relative = path[len(self._folder) :].lstrip(os.sep).replace(os.sep, "/")
        verdict = self._patterns.verdict(relative, is_folder)
        return self._above.matches(path, is_folder) if verdict is None else verdict
