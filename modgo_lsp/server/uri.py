"""URIs ⇄ paths. Only `file:` URIs have a path; whatever else an editor shows (untitled, git) has none."""

from __future__ import annotations

import os
from pathlib import Path

from pygls import uris


def path_of(uri: str) -> str | None:
    """The absolute path of a `file:` URI; None for another scheme or a URI that is none."""
    try:
        path = uris.to_fs_path(uri)
    except ValueError:
        return None
    return os.path.normpath(path) if path and Path(path).is_absolute() and "\0" not in path else None


def uri_of(path: str) -> str:
    return str(uris.from_fs_path(path))
