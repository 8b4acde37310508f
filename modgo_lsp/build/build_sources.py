"""The sources that a module was built from: the folders of its packages and a digest of their text, as the
module's `build` property gives them.

The property is part of the module, so anybody may have written it. The folders are used only to read samples
and Go files, and only where nobody but the user could have put those there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.build.ownership import foreign_hand
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package

_MOST_FOLDERS = 64
_LONGEST = 1 << 20


class BuiltFrom(msgspec.Struct, frozen=True):
    """`folders` are there; `source` is the digest of their Go files when they were built."""

    folders: tuple[Path, ...]
    source: str


class _Build(msgspec.Struct):
    source: str
    folders: list[str]


def built_from(build: str) -> BuiltFrom | None:
    """What the property `build` says; None where it says nothing that can be used. Modules that were built
    with --release know no folder."""
    if len(build) > _LONGEST:
        return None
    try:
        said = msgspec.json.decode(build, type=_Build)
        folders = tuple(Path(each) for each in said.folders)
        if not 0 < len(folders) <= _MOST_FOLDERS or not all(_is_usable(each) for each in folders):
            return None
    except (msgspec.DecodeError, OSError, ValueError):
        return None
    return BuiltFrom(folders, said.source)


def is_out_of_date(origin: BuiltFrom) -> bool:
    """Whether the source is another by now. What can't be read any more says nothing."""
    loader = Loader(DiskFiles(), environment=find_go_environment(None), cache=DiskFactsCache())
    try:
        read = [loader.package(str(folder)) for folder in origin.folders]
    except OSError:
        return False
    packages = [package for package in read if package is not None and package.files]
    return len(packages) == len(read) and source_digest(members_of(packages)) != origin.source


def members_of(packages: Sequence[Package]) -> tuple[Package, ...]:
    """The packages and what they import of their Go module, each once."""
    found: dict[str, Package] = {}
    for package in packages:
        for one in (package, *package.dependencies):
            found.setdefault(one.directory, one)
    return tuple(found.values())


def source_digest(packages: Sequence[Package]) -> str:
    """Over the Go files of the module, by import path and name; the same on every machine."""
    digest = hashlib.sha256()
    for package in sorted(packages, key=lambda package: package.import_path):
        for file in package.files:
            name = f"{package.import_path}/{Path(file.document.path).name}"
            digest.update(f"{name}\0{len(file.document.text)}\0".encode() + file.document.text)
    return digest.hexdigest()


def _is_usable(folder: Path) -> bool:
    return folder.is_absolute() and os.path.isdir(folder) and foreign_hand(str(folder)) is None  # noqa: PTH112
