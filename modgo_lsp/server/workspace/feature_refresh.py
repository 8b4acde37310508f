"""Lenses, hints and tokens that have changed because of another file: the client is asked to ask again.

An editor asks again for the file that is typed in, and knows nothing of what that changes elsewhere.
Not for: diagnostics (diagnostics.py).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from modgo_lsp.ide.caller_signature import caller_signature
from modgo_lsp.model.package import Package
from modgo_lsp.server.workspace.snapshot import Snapshot


class Refresher:
    """`ask` sends the requests that the client can take."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask = ask
        self._seen: dict[str, Any] = {}
        self._changed = False

    def look(self, snapshot: Snapshot) -> None:
        """Compares with what was there before. On the analysis thread, where packages are."""
        seen: dict[str, Any] = {}
        for directory in snapshot.directories():
            package = snapshot.package(directory)
            seen[directory] = () if package is None else _udfs(package)
            before = self._seen.get(directory, seen[directory])
            self._changed = self._changed or (before != seen[directory] and _is_split(snapshot, directory))
        self._seen = seen

    def ask(self) -> None:
        """Asks where something has changed."""
        if self._changed:
            self._changed = False
            self._ask()


def _is_split(snapshot: Snapshot, directory: str) -> bool:
    """Whether several files of the package are open, or none is: then what changed was on disk."""
    opened = [path for path in snapshot.documents if str(PurePath(path).parent) == directory]
    return len(opened) != 1


def _udfs(package: Package) -> list[tuple[str, str, str]]:
    """What lenses, hints and tokens show of UDFs, but for where they stand: that moves with the text."""
    return [
        (
            each.name_argument.path,
            caller_signature(each.name or "", each.signature),
            "" if each.target is None else f"{each.target.location.path} {each.target.name}",
        )
        for each in package.registrations
    ]
