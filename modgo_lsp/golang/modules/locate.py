"""Which folder an import path means, as in `go list`: the main modules, vendor/, replacements, the module
cache, go.work.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import msgspec

from modgo_lsp.golang.files import join
from modgo_lsp.golang.modules.build_list import ModuleGraph, replacement
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.golang.modules.go_mod import GoMod, Replace, parse_go_mod, vendored_packages
from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.modules.module_tree import is_module_root
from modgo_lsp.golang.modules.versions import escaped

# Since these versions of Go, a vendor folder is used by default: beside go.mod, and beside go.work.
_VENDOR_SINCE, _WORK_VENDOR_SINCE = (1, 14), (1, 22)

ReadText = Callable[[str], "bytes | None"]
ListEntries = Callable[[str], list[tuple[str, bool]]]


class Located(msgspec.Struct, frozen=True):
    """The folder of a package. `module` is its main module, None if it belongs to another module. `immutable`
    is whether it is in the module cache, where nothing ever changes."""

    directory: str
    module: Module | None = None
    immutable: bool = False


class Root(msgspec.Struct, frozen=True):
    """The main modules of a build with their go.mod files, and the folder of the go.mod or go.work."""

    directory: str
    mains: tuple[tuple[Module, GoMod], ...]
    work: GoMod | None = None


class _MissingError(Exception):
    """A module that is needed isn't in the module cache."""


class Locator:
    """Finds the packages of one build. `text` reads a file, None if it can't be read; `entries` lists a
    folder, empty if it can't be."""

    def __init__(self, root: Root, environment: GoEnvironment, text: ReadText, entries: ListEntries) -> None:
        self._root = root
        self._environment = environment
        self._text = text
        self._entries = entries
        self._replaces = _replaces(root)
        graph_mains = tuple(mod for _, mod in root.mains)
        self._graph = ModuleGraph(graph_mains, self._read_mod, root.work is not None)

    def find(self, path: str) -> Located | None:
        """The folder of the package `path`; None if there is none, or its module is not on this machine."""
        if (main := self._in_mains(path)) is not None:
            return main
        if self._vendored is not None:
            if path not in self._vendored:
                return None
            return Located(join(self._root.directory, "vendor", *path.split("/")))
        try:
            found = self._in_modules(path, self._graph.roots()) if self._graph.lists_all else None
            # Go proposes to require a module that is replaced and not required.
            unrequired = {replace.old: replace.old_version or "v0.0.0" for replace in self._replaces}
            return found or self._in_modules(path, {**unrequired, **self._whole_list})
        except _MissingError:
            return None

    def is_own(self, path: str) -> bool:
        """Whether the package `path` would be in a main module."""
        return any(_is_prefix(module.path, path) for module, _ in self._root.mains)

    def _in_mains(self, path: str) -> Located | None:
        mains = [module for module, _ in self._root.mains if _is_prefix(module.path, path)]
        for module in sorted(mains, key=lambda module: -len(module.path)):
            directory = _inside(module.directory, module.path, path)
            if self._has_go(directory) and self._is_of(directory, module.directory):
                return Located(directory, module)
        return None

    def _in_modules(self, path: str, versions: dict[str, str]) -> Located | None:
        candidates = [module for module in versions if _is_prefix(module, path)]
        # The module with the longest path that has the package is the right one.
        for module in sorted(candidates, key=len, reverse=True):
            place, immutable = self._directory_of(module, versions[module])
            directory = _inside(place, module, path)
            if self._has_go(directory) and (immutable or self._is_of(directory, place)):
                return Located(directory, None, immutable)
        return None

    @cached_property
    def _whole_list(self) -> dict[str, str]:
        return self._graph.build_list()

    @cached_property
    def _vendored(self) -> frozenset[str] | None:
        """The packages in the vendor folder; None if it isn't used."""
        asked = self._environment.mod
        if asked not in ("", "vendor"):
            return None
        listed = self._text(join(self._root.directory, "vendor", "modules.txt"))
        if listed is None:
            return None
        work = self._root.work
        mod = work if work is not None else self._root.mains[0][1] if self._root.mains else GoMod()
        since = _VENDOR_SINCE if work is None else _WORK_VENDOR_SINCE
        return vendored_packages(listed) if asked or mod.language >= since else None

    def _directory_of(self, module: str, version: str) -> tuple[str, bool]:
        """The folder of a module, and whether it is in the module cache. Raises _MissingError if it is
        nowhere: then it is unknown which module has a package."""
        replace = replacement(self._replaces, module, version)
        if replace is not None:
            if not replace.new_version:
                return replace.new, False
            module, version = replace.new, replace.new_version
        cache = self._environment.module_cache
        directory = join(cache or "", *f"{escaped(module)}@{escaped(version)}".split("/"))
        if cache is None or not self._entries(directory):
            raise _MissingError
        return directory, True

    def _read_mod(self, module: str, version: str) -> GoMod | None:
        replace = replacement(self._replaces, module, version)
        if replace is not None and not replace.new_version:
            text = self._text(join(replace.new, "go.mod"))
        else:
            if replace is not None:
                module, version = replace.new, replace.new_version
            cache = self._environment.module_cache
            if cache is None:
                return None
            folder = join(cache, "cache", "download", *escaped(module).split("/"), "@v")
            text = self._text(join(folder, f"{escaped(version)}.mod"))
        return None if text is None else parse_go_mod(text)

    def _has_go(self, directory: str) -> bool:
        return any(name.endswith(".go") and not is_folder for name, is_folder in self._entries(directory))

    def _is_of(self, directory: str, module_directory: str) -> bool:
        """Whether no go.mod in between makes `directory` part of another module."""
        folder = Path(directory)
        while str(folder) != module_directory and folder != folder.parent:
            if is_module_root(str(folder), self._entries):
                return False
            folder = folder.parent
        return True


def _replaces(root: Root) -> tuple[Replace, ...]:
    """All replacements, those of go.work first, with absolute folders."""
    found = [] if root.work is None else [(root.directory, replace) for replace in root.work.replaces]
    found += [(module.directory, replace) for module, mod in root.mains for replace in mod.replaces]
    return tuple(_absolute(directory, replace) for directory, replace in found)


def _absolute(directory: str, replace: Replace) -> Replace:
    if replace.new_version:
        return replace
    folder = os.path.normpath(Path(directory, replace.new))
    return msgspec.structs.replace(replace, new=folder)


def _is_prefix(module: str, path: str) -> bool:
    return bool(module) and (path == module or path.startswith(module + "/"))


def _inside(directory: str, module: str, path: str) -> str:
    return join(directory, *path[len(module) + 1 :].split("/")) if path != module else directory
