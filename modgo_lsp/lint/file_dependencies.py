"""Records the files outside a Go module that a lint result depended on, so that the cache can check them."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec

from modgo_lsp.golang.files import Files, Stamp, is_unchanged
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.lint.module_index import ModuleIndex, digest_of

if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.document import Document


class FileDependency(msgspec.Struct, frozen=True, array_like=True):
    """A file or folder that was read. `digest` is that of its bytes, or of the names in it; None if it
    couldn't be read."""

    path: str
    is_folder: bool
    stamp: Stamp | None
    digest: bytes | None


class RecordingFiles:
    """The files of `base`, for linting the packages of `index`; `dependencies` has those read outside
    them. Go's library and the bytes of files in the module cache never change, but modules come and go
    there. `stale` is True once a file of the module has other bytes than when it was indexed."""

    def __init__(self, base: Files, index: ModuleIndex, environment: GoEnvironment) -> None:
        self.dependencies: dict[tuple[str, bool], FileDependency] = {}
        self.stale = False
        self.largest = base.largest
        self._base = base
        self._index = index
        self._library = f"{environment.goroot}{os.sep}" if environment.goroot else "\0"
        self._cached = f"{environment.module_cache}{os.sep}" if environment.module_cache else "\0"

    def read(self, path: str, most: int | None = None) -> bytes:
        folder, name = os.path.split(path)
        own = self._index.digest(folder, name)
        stamp = None if own is not None else self._base.stamp(path)
        try:
            data = self._base.read(path, most)
        except (OSError, ValueError):
            self._record(path, False, None, None)
            raise
        if own is not None:
            # The cache key stands for the bytes that were indexed.
            self.stale = self.stale or own != digest_of(data)
        elif not path.startswith((self._library, self._cached)):
            self._record(path, False, stamp, digest_of(data))
        return data

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        stamp = self._base.stamp(directory)
        try:
            found = self._base.entries(directory)
        except OSError:
            self._record(directory, True, None, None)
            raise
        if directory not in self._index.facts and not directory.startswith(self._library):
            self._record(directory, True, stamp, _digest_of_entries(found))
        return found

    def stamp(self, path: str) -> Stamp | None:
        return self._base.stamp(path)

    def document(self, path: str) -> Document | None:
        return self._base.document(path)

    def since(self, _earlier: Files) -> Collection[str] | None:
        return None

    def _record(self, path: str, is_folder: bool, stamp: Stamp | None, digest: bytes | None) -> None:
        if digest is None and path.endswith(f"{os.sep}go.mod") and self._is_inside(path):
            return  # the index would not have the folder if it held a go.mod
        self.dependencies.setdefault((path, is_folder), FileDependency(path, is_folder, stamp, digest))

    def _is_inside(self, path: str) -> bool:
        folder = os.path.dirname(path)
        return folder in self._index.facts and folder != self._index.root


def unchanged(before: FileDependency, files: Files, as_of: int) -> FileDependency | None:
    """The dependency with its stamp of now, if the file is as it was for a run that began at `as_of`; else
    None."""
    stamp = files.stamp(before.path)
    if is_unchanged(stamp, before.stamp, as_of):
        return before
    try:
        if before.is_folder:
            digest = _digest_of_entries(files.entries(before.path))
        else:
            digest = digest_of(files.read(before.path))
    except (OSError, ValueError):
        digest = None
    if digest != before.digest:
        return None
    return FileDependency(before.path, before.is_folder, stamp, digest)


def _digest_of_entries(entries: list[tuple[str, bool]]) -> bytes:
    named = (f"{name}{'/' * is_folder}\0".encode("utf-8", "surrogateescape") for name, is_folder in entries)
    return digest_of(b"".join(named))
