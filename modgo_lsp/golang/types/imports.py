"""Declares the names of a file's imports."""

from __future__ import annotations

import re
from collections.abc import Callable

from modgo_lsp.golang.types.known_packages import KnownPackages
from modgo_lsp.golang.types.objects import PackageName
from modgo_lsp.golang.types.packages import GoFile, GoPackage

FindUnit = Callable[[GoFile, str], "GoPackage | None"]

_MAJOR = re.compile(r"v[0-9]+")


def declare_imports(file: GoFile, find_unit: FindUnit, known: KnownPackages) -> None:
    """Declares a file's imports in its scope. A known package has its known name, and its source is not read.
    A package without source has the name that its path suggests."""
    for spec in file.syntax.imports:
        name = None if spec.name is None else spec.name.name
        if name == "_" or not spec.path:
            continue
        if name == ".":
            file.dots.append(spec.path)
            continue
        certain = True
        if name is None:
            name, certain = _package_name(file, spec.path, find_unit, known)
        file.scope.declare(PackageName(name, file, spec.name, spec.path))
        file.uncertain = file.uncertain or not certain


def _package_name(file: GoFile, path: str, find_unit: FindUnit, known: KnownPackages) -> tuple[str, bool]:
    """The name of the package that is imported as `path`, and whether it is certain."""
    if path in known:
        return known[path].name, True
    unit = find_unit(file, path)
    if unit is not None:
        return unit.name, True
    return guessed_name(path), may_be_standard(path)


def guessed_name(path: str) -> str:
    """The name that a package with this import path has by convention: "rand" for math/rand/v2, "yaml" for
    gopkg.in/yaml.v3, "client" for example.com/go-client."""
    parts = path.split("/")
    if len(parts) > 1 and _MAJOR.fullmatch(parts[-1]):
        parts.pop()
    last = re.sub(r"\.v[0-9]+$", "", parts[-1])
    return last.removeprefix("go-").removesuffix("-go").replace("-", "_")


def may_be_standard(path: str) -> bool:
    """Whether a path may belong to Go's library: other paths have a dot in their first element."""
    first = path.partition("/")[0]
    return "." not in first or first == "vendor"
