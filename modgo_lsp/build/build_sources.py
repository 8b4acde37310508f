"""The sources of a module: its packages' folders and a digest of their Go files, from its property `build`.

Anybody may have written that property. So the folders are used only to read samples and Go files, and only if
no other user could have written those.
"""

from __future__ import annotations

import hashlib
import json
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
_BEGIN = b'{"flags": [], "folders": ['  # of the property, in a module that modgo has built


class BuiltFrom(msgspec.Struct, frozen=True):
    """`folders` exist; `source` is the digest of their Go files at the time of the build."""

    folders: tuple[Path, ...]
    source: str


class _Build(msgspec.Struct):
    source: str
    folders: list[str]


def built_from(build: str) -> BuiltFrom | None:
    """Parses the property `build`. None if it is not usable or has no folders, as with --release."""
    if len(build) > _LONGEST:
        return None
    try:
        parsed = msgspec.json.decode(build, type=_Build)
        folders = tuple(Path(each) for each in parsed.folders)
        if not 0 < len(folders) <= _MOST_FOLDERS or not all(_is_usable(each) for each in folders):
            return None
    except (msgspec.DecodeError, OSError, ValueError):
        return None
    return BuiltFrom(folders, parsed.source)


def written_build(module: bytes) -> str:
    """The property `build` in the bytes of a module's file; "" if it is not there, or names no folders.
    Anybody may have written it."""
    start = module.find(_BEGIN)
    text = module[start : start + _LONGEST].decode("utf-8", "replace") if start >= 0 else ""
    try:
        return text[: json.JSONDecoder().raw_decode(text)[1]]
    except (ValueError, RecursionError):
        return ""


def is_out_of_date(origin: BuiltFrom) -> bool:
    """Whether the Go files have changed since the build. False if they can't be read any more."""
    loader = Loader(DiskFiles(), environment=find_go_environment(None), cache=DiskFactsCache())
    read = [loader.package(str(folder)) for folder in origin.folders]
    packages = [package for package in read if package is not None and package.files]
    return len(packages) == len(read) and source_digest(members_of(packages)) != origin.source


def members_of(packages: Sequence[Package]) -> tuple[Package, ...]:
    """The packages and their imports in the same Go module, each once."""
    found: dict[str, Package] = {}
    for package in packages:
        for one in (package, *package.dependencies):
            found.setdefault(one.directory, one)
    return tuple(found.values())


def source_digest(packages: Sequence[Package]) -> str:
    """The SHA-256 of the Go files by import path and name; the same on every machine."""
    digest = hashlib.sha256()
    for package in sorted(packages, key=lambda package: package.import_path):
        for file in package.files:
            name = f"{package.import_path}/{Path(file.document.path).name}"
            digest.update(f"{name}\0{len(file.document.text)}\0".encode() + file.document.text)
    return digest.hexdigest()


def _is_usable(folder: Path) -> bool:
    return folder.is_absolute() and os.path.isdir(folder) and foreign_hand(str(folder)) is None  # noqa: PTH112
