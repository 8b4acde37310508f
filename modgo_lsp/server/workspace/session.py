"""One editor's session: its open documents, its settings, and what works on them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from modgo_lsp.golang.syntax.positions import Encoding
from modgo_lsp.golang.syntax.tree_cache import hold_at_most
from modgo_lsp.server.lsp import log_handlers, wire
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.lsp.outbox import Outbox
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.workspace import editor_settings
from modgo_lsp.server.workspace.analysis import Analysis
from modgo_lsp.server.workspace.analysis_thread import AnalysisThread
from modgo_lsp.server.workspace.background_index import BackgroundIndex
from modgo_lsp.server.workspace.build_findings import BuildFindings
from modgo_lsp.server.workspace.diagnostics import Publisher
from modgo_lsp.server.workspace.feature_refresh import FeatureRefresh
from modgo_lsp.server.workspace.file_polling import FilePolling
from modgo_lsp.server.workspace.grants import IGNORED, grants_of
from modgo_lsp.server.workspace.index_process import Order as IndexOrder
from modgo_lsp.server.workspace.new_since import NewSince
from modgo_lsp.server.workspace.open_documents import OpenDocuments
from modgo_lsp.server.workspace.progress import ProgressTokens
from modgo_lsp.server.workspace.revision_process import Order
from modgo_lsp.server.workspace.snapshot import Snapshot

# Bytes of code whose trees are held.
TREES = 1_000_000
# Each process of the index takes up to 200 MB, on however large a machine.
_INDEX_CORES = 2
# Bytes of changes, and requests, that may wait for the analysis: beyond them no more messages are read.
_MAX_PENDING, _MAX_REQUESTS = 8_000_000, 2_000


class Session:
    """`snapshot`, `changed`, `diagnostics_changed`, `files_changed`, `refresh_diagnostics`, `when_indexed`
    and `is_behind` are for any thread, `rescanned` for the analysis thread, and the rest for the message
    thread."""

    def __init__(self, outbox: Outbox, params: wire.Initialize, client: Client, encoding: Encoding) -> None:
        hold_at_most(TREES)
        self.outbox = outbox
        self.client = client
        self.encoding: Encoding = encoding
        info = params.client_info
        self.is_initialized = False
        self.client_name = "" if info is None else f"{info.name} {info.version or ''}".rstrip()
        self.folder_uris = params.folder_uris
        self.documents = OpenDocuments()
        self.build_findings = BuildFindings()
        self.progress = ProgressTokens(outbox, client.progress)
        self.analysis_thread = AnalysisThread()
        self.analysis = Analysis(self.analysis_thread.later, self.analysis_thread.collector.released)
        self.disk = self.analysis.disk
        self.index = BackgroundIndex(self._index_order, self.progress)
        self.polling = FilePolling(self.disk, self.build_findings.concerns, self.files_changed)
        self.new_since = NewSince(
            self.diagnostics_changed, partial(outbox.show_message, log_handlers.WARNING)
        )
        self.grants, self._grant_problems = grants_of(client.options.allow)
        self._grants_were_ignored = False
        self._overrides: Mapping[str, Any] = {}
        self._number = 0
        self._lock = threading.Lock()
        publisher = Publisher(outbox, FeatureRefresh(outbox, client))
        self.analysis_thread.start(publisher.publish)
        log_handlers.to_client(outbox.log_message)

    def snapshot(self) -> Snapshot:
        """The state as it is now. No later change of documents, settings and findings shows in it."""
        with self._lock:
            self._number += 1
            return Snapshot(
                self.analysis,
                self._number,
                self.client,
                self.encoding,
                self.documents.by_path,
                self.disk,
                self._overrides,
                self.build_findings.by_directory,
                self.index.results,
                self.new_since.revision_findings,
            )

    def changed(self) -> None:
        """Something that diagnostics depend on has changed."""
        self.analysis_thread.publish(self.snapshot())

    def diagnostics_changed(self) -> None:
        """Like `changed`, and asks a client that pulls diagnostics to pull again."""
        self.refresh_diagnostics()
        self.changed()

    @property
    def roots(self) -> tuple[str, ...]:
        """The workspace's folders, each once."""
        return tuple(sorted({path for uri in self.folder_uris if (path := path_of(uri)) is not None}))

    @property
    def is_behind(self) -> bool:
        """Whether so much is waiting that the client should wait. For any thread."""
        return self.documents.pending > _MAX_PENDING or self.analysis_thread.waiting > _MAX_REQUESTS

    # --- settings

    def show_grant_problems(self) -> None:
        for problem in self._grant_problems:
            self.outbox.show_message(log_handlers.WARNING, problem)

    def configure(self, section: Mapping[str, Any]) -> None:
        """Applies the editor's settings."""
        if "allow" in section and not self._grants_were_ignored:
            self._grants_were_ignored = True
            self.outbox.show_message(log_handlers.WARNING, IGNORED)
        problem = log_handlers.set_level(editor_settings.log_level(section))
        if problem is not None:
            self.outbox.show_message(log_handlers.WARNING, problem)
        overrides = editor_settings.overrides(section)
        if overrides != self._overrides:
            self._overrides = overrides
            self.analysis_thread.submit(
                partial(editor_settings.problems, overrides), self._show_setting_problems
            )
            self.diagnostics_changed()
        # git runs in a trusted workspace only.
        revision = editor_settings.new_since(section) if self.client.options.trusted else ""
        self.new_since.set(Order(self.roots, revision, dict(overrides)))

    def _show_setting_problems(self, problems: list[str] | None, _error: BaseException | None) -> None:
        for problem in problems or ():
            self.outbox.show_message(log_handlers.WARNING, problem)

    def refresh_diagnostics(self) -> None:
        """Asks a client that pulls to pull again, after a change that it can't know of."""
        if self.client.pull_diagnostics and self.client.diagnostic_refresh:
            self.outbox.ask("workspace/diagnostic/refresh")

    # --- files

    def rescan(self) -> None:
        """Looks for changes on disk that nobody reports: above the workspace, and in the module cache."""
        self.analysis_thread.submit(self.disk.rescan, self._disk_rescanned)

    def rescanned(self) -> Snapshot:
        """The state after another look at everything that was read from disk. On the analysis thread."""
        self._disk_rescanned(self.disk.rescan(), None)
        return self.snapshot()

    def _disk_rescanned(self, changed: bool | None, _error: BaseException | None) -> None:
        if changed:
            self.changed()

    def files_changed(self, paths: list[str]) -> None:
        """Something has happened to these files on disk."""
        self.index.invalidate()
        for path in paths:
            self.disk.report_change(path)
            self.build_findings.file_changed(path)
        self.diagnostics_changed()

    def when_indexed(self, then: Callable[[], None]) -> None:
        """Calls `then` once the index is as the files on disk are; on any thread."""
        if not self.client.watched_files:
            self.index.invalidate()  # nobody reports what changes on disk
        self.index.when_current(then)

    def _index_order(self) -> IndexOrder:
        return IndexOrder(self.roots, dict(self._overrides), _INDEX_CORES)
