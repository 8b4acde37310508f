"""Files of a workspace, open and on disk, and snapshots of them without a server."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from modgo_lsp.golang.syntax.positions import Encoding
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.lsp.connection import Connection
from modgo_lsp.server.lsp.outbox import Answered, Outbox
from modgo_lsp.server.workspace.analysis import Analysis
from modgo_lsp.server.workspace.diagnostics import Publisher
from modgo_lsp.server.workspace.feature_refresh import FeatureRefresh
from modgo_lsp.server.workspace.open_documents import OpenDocuments
from modgo_lsp.server.workspace.snapshot import Snapshot


class Sent(Outbox):
    """What would go to the client: reports of diagnostics, and the methods of requests."""

    def __init__(self) -> None:
        super().__init__(Connection(BytesIO(), BytesIO(), lambda _, __: None, lambda _: None, lambda: None))
        self.reports: list[wire.Report] = []
        self.asked: list[str] = []

    def publish(self, report: wire.Report) -> None:
        self.reports.append(report)

    def ask(self, method: str, params: Any = None, answered: Answered | None = None) -> None:
        self.asked.append(method)


class AnalysedFiles:
    """`released` counts the loaders that were released. `later` are the steps of work that can wait."""

    def __init__(self, root: Path, client: Client | None = None, encoding: Encoding = "utf-16") -> None:
        self.root = root
        self.client = client or Client()
        self.encoding: Encoding = encoding
        self.released = 0
        self.later: list[Iterator[None]] = []
        self.analysis = Analysis(self.later.append, self._count)
        self.documents = OpenDocuments()
        self._sent = Sent()
        self._publisher = Publisher(self._sent, FeatureRefresh(self._sent, self.client))
        self._number = 0

    def _count(self) -> None:
        self.released += 1

    def path(self, name: str) -> str:
        return str(self.root / name)

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def write(self, name: str, text: str | bytes) -> None:
        """Writes a file on disk, and reports that it has changed."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        self.analysis.disk.report_change(str(path))

    def open(self, name: str, text: str | None = None, version: int = 1) -> None:
        text = (self.root / name).read_text() if text is None else text
        assert self.documents.open(wire.Item(self.uri(name), text, version))

    def close(self, name: str) -> None:
        assert self.documents.close(self.uri(name))

    def insert(self, name: str, line: int, text: str, version: int | None = 2) -> None:
        place = wire.Position(line, 0)
        changes = (wire.Change(text, wire.Range(place, place)),)
        assert self.documents.change(
            wire.DidChange(wire.Identifier(self.uri(name), version), changes), self.encoding
        )

    def snapshot(
        self, overrides: dict[str, Any] | None = None, built: Any = None, indexed: Any = None, known: Any = ()
    ) -> Snapshot:
        self._number += 1
        return Snapshot(
            *(self.analysis, self._number, self.client, self.encoding, self.documents.by_path),
            *(self.analysis.disk, overrides or {}, built or {}, indexed or {}, frozenset(known)),
        )

    def publish(self, snapshot: Snapshot | None = None) -> list[wire.Report]:
        """The reports that are sent, by URI."""
        self._sent.reports.clear()
        self._publisher.publish(snapshot or self.snapshot())
        return sorted(self._sent.reports, key=lambda report: report.uri)

    def asked(self) -> list[str]:
        """The methods of the requests since the last call."""
        found, self._sent.asked = self._sent.asked, []
        return found
