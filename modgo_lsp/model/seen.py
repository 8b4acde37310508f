"""A package as another one sees it that imports it: what that one has asked of it tells whether a change
concerns it.

Not for: making packages (load.py), nor what they hold (package.py).
"""

from __future__ import annotations

import os
from collections.abc import Callable

from modgo_lsp.model.code import Code
from modgo_lsp.model.package import BoundMet, Contents, Function, Package, Registration, SourceFile


class Seen(Contents):
    """The contents of an imported package, always as they are when its importer asks. `find` gives the
    package of a folder as it is now, `package` is what it was when the importer looked last."""

    def __init__(self, find: Callable[[str], Package | None], package: Package) -> None:
        self._find = find
        self.package = package

    @property
    def _now(self) -> Package:
        return self._find(self.package.directory) or self.package

    def look_again(self) -> None:
        self.package = self._now

    def imports_sdk(self) -> bool:
        return self._now.imports_sdk

    def files(self) -> tuple[SourceFile, ...]:
        return self._now.files

    def unreadable(self) -> tuple[str, ...]:
        return self._now.unreadable

    def not_text(self) -> tuple[str, ...]:
        return self._now.not_text

    def too_large(self) -> tuple[str, ...]:
        return self._now.too_large

    def functions(self) -> tuple[Function, ...]:
        return self._now.functions

    def registrations(self) -> tuple[Registration, ...]:
        return self._now.registrations

    def dependencies(self) -> tuple[Package, ...]:
        return self._now.dependencies

    def imported_in_module(self) -> bool:
        return self._now.imported_in_module

    def reached(self) -> tuple[Code, ...]:
        return self._now.reached

    def bounds_met(self) -> tuple[BoundMet, ...]:
        return self._now.bounds_met


def is_of_itself(package: Package) -> bool:
    """Whether what it registers and what that reaches stands in the package alone, as far as it was asked."""
    known = package.__dict__
    return all(
        each.target is None or os.path.dirname(each.target.location.path) == package.directory  # noqa: PTH120
        for each in known.get("registrations", ())
    ) and all(code.file.unit.directory == package.directory for code in known.get("reached", ()))
