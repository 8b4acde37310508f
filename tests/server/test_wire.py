"""The parameters of messages: the folders of a workspace in each of the fields that clients use."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.lsp.wire import Initialize

FOLDERS = {"workspaceFolders": [{"uri": "file:///a", "name": "a"}, {"uri": "file:///b", "name": "b"}]}
URI, PATH = {"rootUri": "file:///c"}, {"rootPath": "/d e/50%20"}


@pytest.mark.parametrize(
    ("params", "paths"),
    [
        ({}, []),
        (FOLDERS, ["/a", "/b"]),
        (FOLDERS | URI | PATH, ["/a", "/b"]),
        (URI | PATH, ["/c"]),
        ({"workspaceFolders": None, "rootUri": None} | PATH, ["/d e/50%20"]),
    ],
)
def test_folders_come_from_whichever_field_has_them(params: dict[str, Any], paths: list[str]) -> None:
    given = msgspec.convert(params, Initialize)
    assert [path_of(uri) for uri in given.folder_uris] == paths
