"""URIs ⇄ paths. Only `file:` URIs have a path; whatever else an editor shows (untitled, git) has none."""

from __future__ import annotations

import os
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urlsplit

from pygls import uris


@lru_cache(4096)
def path_of(uri: str) -> str | None:
    """The absolute path of a `file:` URI; None for another scheme or a URI that is none."""
    try:
        path = uris.to_fs_path(uri)
        unquote_to_bytes(uri).decode()
    except UnicodeDecodeError:
        path = os.fsdecode(unquote_to_bytes(urlsplit(uri).path))  # a name that is not UTF-8
    except ValueError:
        return None
    is_one = path and os.path.isabs(path) and "\0" not in path  # noqa: PTH117 (for each message)
    return os.path.normpath(path) if path and is_one else None


@lru_cache(4096)
def uri_of(path: str) -> str:
    try:
        return str(uris.from_fs_path(path))
    except UnicodeEncodeError:
        return "file://" + quote(os.fsencode(path))
