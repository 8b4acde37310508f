"""The version of each module in a build: minimal version selection over go.mod files, as Go does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from modgo_lsp.golang.modules.go_mod import GoMod, Replace
from modgo_lsp.golang.modules.versions import newer

# Since this version of Go, a go.mod lists every module that its packages need, and the graph behind it is
# pruned.
_PRUNING = (1, 17)

ReadMod = Callable[[str, str], "GoMod | None"]


class ModuleGraph(msgspec.Struct, frozen=True):
    """The main modules of a build and their requirements. `read_mod` reads the go.mod of another module, by
    path and version, after replacement; None if it isn't there. `workspace` is whether the main modules are
    those of a go.work."""

    mains: tuple[GoMod, ...]
    read_mod: ReadMod
    workspace: bool

    def roots(self) -> dict[str, str]:
        """The requirements of the main modules, each in its highest version."""
        found: dict[str, str] = {}
        for mod in self.mains:
            _take(found, self._requires(mod))
        return found

    def build_list(self) -> dict[str, str]:
        """The selected version of every module in the graph."""
        mains = {mod.module for mod in self.mains}
        selected = self.roots()
        pending = [
            (path, version, not self.workspace and not _prunes(mod))
            for mod in self.mains
            for path, version in self._requires(mod)
        ]
        # The requirements of a root count; those behind them only if the root is not pruned.
        seen: set[tuple[str, str, bool]] = set()
        while pending:
            path, version, whole = pending.pop()
            if (path, version, whole) in seen or path in mains:
                continue
            seen.add((path, version, whole))
            mod = self.read_mod(path, version)
            if mod is None:
                continue
            requires = self._requires(mod)
            _take(selected, requires)
            if whole or not _prunes(mod):
                pending += [(path, version, True) for path, version in requires]
        return {path: version for path, version in selected.items() if path not in mains}

    def _requires(self, mod: GoMod) -> Sequence[tuple[str, str]]:
        excluded = {entry for main in self.mains for entry in main.excludes}
        return [entry for entry in mod.requires if entry not in excluded]

    @property
    def lists_all(self) -> bool:
        """Whether the roots have every package that is needed, as they should since Go 1.17."""
        return not self.workspace and all(map(_prunes, self.mains))


def _take(found: dict[str, str], requires: Iterable[tuple[str, str]]) -> None:
    for path, version in requires:
        found[path] = newer(version, found[path]) if path in found else version


def _prunes(mod: GoMod) -> bool:
    return mod.language >= _PRUNING


def replacement(replaces: Iterable[Replace], path: str, version: str) -> Replace | None:
    """The replacement of a module in a version; one of that very version takes precedence."""
    general: Replace | None = None
    for replace in replaces:
        if replace.old == path:
            if replace.old_version == version:
                return replace
            if not replace.old_version:
                general = general or replace
    return general
