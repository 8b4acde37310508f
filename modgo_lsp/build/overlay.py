"""Files that a build sees although they are not in the user's tree: Go's -overlay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from modgo_lsp.build.cache import cache_directory, forget_old, once

_KEEP_DAYS = 7


def write_overlay(files: Mapping[Path, bytes]) -> tuple[Path, dict[Path, Path]]:
    """Writes `files` (absolute path in the build → content) into the cache. Returns the overlay's JSON file,
    and a map from the real paths to those in the build, for the compiler's errors.

    The folder's name is a digest of the content: the same files have the same paths, so that Go's build cache
    finds them. Raises OSError.
    """
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode("utf-8", "surrogateescape") + files[path])
    directory = cache_directory() / "overlay" / digest.hexdigest()[:24]

    names = {path: f"{index}_{path.name}" for index, path in enumerate(sorted(files))}

    def fill(made: Path) -> None:
        for path, name in names.items():
            (made / name).write_bytes(files[path])
        replace = {str(path): str(directory / name) for path, name in names.items()}
        (made / "overlay.json").write_text(json.dumps({"Replace": replace}))

    if not directory.is_dir():  # each change of the source makes a new one
        forget_old(directory.parent, _KEEP_DAYS)
    in_build = {directory / name: path for path, name in names.items()}
    return once(directory, fill) / "overlay.json", in_build
