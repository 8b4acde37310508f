"""A check that a server still lints and answers."""

from __future__ import annotations

from pathlib import Path

from tests.server.language_client import LanguageServer

from .conftest import UNREGISTERED
from .stdio import status


def lints(server: LanguageServer, folder: Path, name: str = "alive.go") -> None:
    """The server reports a finding in a new file, and answers."""
    head = UNREGISTERED.split("func init")[0]
    uri = server.open(folder / name, head + "func Alive(rec *udf.Record) {}\n")
    server.until(lambda: "Alive" in str(server.pushed.get(uri)))
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert status(server)["version"]
