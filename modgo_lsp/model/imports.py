"""The names that a file's imports declare."""

from __future__ import annotations

import re
from collections.abc import Callable

from modgo_lsp.model.objects import PackageName
from modgo_lsp.model.units import FileUnit, PackageUnit

_MAJOR = re.compile(r"v[0-9]+")


def declare_imports(file: FileUnit, find_unit: Callable[[FileUnit, str], PackageUnit | None]) -> None:
    """Fills the file's scope. Packages whose source isn't known go by the name that their path suggests."""
    for spec in file.syntax.imports:
        name = None if spec.name is None else spec.name.name
        if name == "_" or not spec.path:
            continue
        if name == ".":
            file.dots.append(spec.path)
            continue
        certain = True
        if name is None:
            unit = find_unit(file, spec.path)
            name = unit.name if unit is not None else guessed_name(spec.path)
            certain = unit is not None or "." not in spec.path.split("/")[0]
        file.scope.declare(PackageName(name, file, spec.name, spec.path))
        file.uncertain = file.uncertain or not certain


def guessed_name(path: str) -> str:
    """The name that a package of this import path has by custom: "rand" of math/rand/v2, "yaml" of
    gopkg.in/yaml.v3, "client" of example.com/go-client."""
    parts = path.split("/")
    if len(parts) > 1 and _MAJOR.fullmatch(parts[-1]):
        parts.pop()
    last = re.sub(r"\.v[0-9]+$", "", parts[-1])
    return last.removeprefix("go-").removesuffix("-go").replace("-", "_")
