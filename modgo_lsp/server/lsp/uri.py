"""URIs to paths and back. Only `file:` URIs have a path; other documents of an editor (untitled, git) have
none."""

from __future__ import annotations

import os
from urllib.parse import quote, unquote_to_bytes, urlsplit

from pygls import uris


def path_of(uri: str) -> str | None:
    """The absolute path of a `file:` URI; None for another scheme and for what is not a URI."""
    try:
        path = uris.to_fs_path(uri)
        unquote_to_bytes(uri).decode()
    except UnicodeDecodeError:
        path = os.fsdecode(unquote_to_bytes(urlsplit(uri).path))  # a name that is not UTF-8
    except ValueError:
        return None
    if path is None or not os.path.isabs(path) or "\0" in path:  # noqa: PTH117 (for each message)
        return None
    return os.path.normpath(path)


def uri_of(path: str) -> str:
    try:
        return str(uris.from_fs_path(path))
    except UnicodeEncodeError:
        return "file://" + quote(os.fsencode(path))
