"""Asks the client to ask again for lenses, hints and tokens that changed because of another file.

An editor asks again for the file that is typed in, and does not know what that changes elsewhere.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from modgo_lsp.ide.caller_signature import caller_signature
from modgo_lsp.model.package import Package
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.lsp.outbox import Outbox
from modgo_lsp.server.workspace.snapshot import Snapshot


class FeatureRefresh:
    def __init__(self, outbox: Outbox, client: Client) -> None:
        self._outbox = outbox
        requests = {
            "workspace/codeLens/refresh": client.lens_refresh,
            "workspace/inlayHint/refresh": client.hint_refresh,
            "workspace/semanticTokens/refresh": client.token_refresh,
        }
        self._requests = [method for method, is_supported in requests.items() if is_supported]
        self._udfs: dict[str, Any] = {}

    def compare(self, snapshot: Snapshot) -> None:
        """Compares the UDFs with those of the snapshot before. On the analysis thread."""
        before, self._udfs = self._udfs, {}
        changed = False
        for directory in snapshot.directories():
            package = snapshot.package(directory)
            udfs = self._udfs[directory] = () if package is None else _udfs(package)
            differs = before.get(directory, udfs) != udfs
            changed = changed or (differs and _concerns_others(snapshot, directory))
        if changed:
            for method in self._requests:
                self._outbox.ask(method)


def _concerns_others(snapshot: Snapshot, directory: str) -> bool:
    """Whether several files of the package are open, or none is: then the change was on disk."""
    opened = [path for path in snapshot.documents if str(PurePath(path).parent) == directory]
    return len(opened) != 1


def _udfs(package: Package) -> list[tuple[str, str, str]]:
    """What lenses, hints and tokens show of UDFs, without their positions: those move with the text."""
    return [
        (
            each.name_argument.path,
            caller_signature(each.name or "", each.signature),
            "" if each.target is None else f"{each.target.location.path} {each.target.name}",
        )
        for each in package.registrations
    ]
