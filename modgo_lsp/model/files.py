"""Where source text comes from: the disk, or an editor's open documents over it.

Not for: choosing which files make a package (load.py).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Protocol

from modgo_lsp.syntax.document import Document


class Files(Protocol):
    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError where it can't be read."""
        ...

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        """What is in a directory, as (name, is a directory), by name. Raises OSError."""
        ...


def join(directory: str, *names: str) -> str:
    """The path of a file or folder below `directory`."""
    return os.path.join(directory, *names)  # noqa: PTH118 (pathlib takes ten times as long)


class DiskFiles:
    """The disk. Only regular files are read: a named pipe called x.go must not hang us. Links to directories
    are no directories, as for `go build ./...`, so that loops of them end."""

    def read(self, path: str) -> bytes:
        # Thousands of files are read so: pathlib would cost more than the disk.
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
            raise OSError(f"{path} is not a regular file")
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            return file.read()

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        with os.scandir(directory) as found:
            return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)


class OverlayFiles:
    """`documents`, by absolute path, over `base`: they hide what it holds there, and are in directories
    that it doesn't know."""

    def __init__(self, base: Files, documents: Mapping[str, Document]) -> None:
        self._base = base
        self._documents = dict(documents)

    def document(self, path: str) -> Document | None:
        """The open document at `path`, so that nobody parses it a second time."""
        return self._documents.get(path)

    def read(self, path: str) -> bytes:
        document = self._documents.get(path)
        return self._base.read(path) if document is None else document.source

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        own = {name: False for parent, name in map(os.path.split, self._documents) if parent == directory}
        try:
            found = dict(self._base.entries(directory))
        except OSError:
            if not own:
                raise
            found = {}
        return sorted({**found, **own}.items())
