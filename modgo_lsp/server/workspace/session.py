"""One editor's session: what it holds open, what it has set, and the answers that can't wait for a library.

`handle` takes a message and says whether it was one of ours: documents, diagnostics, files, settings and the
session's life. All others are requests about a place, and commands, which pygls_server.py answers with pygls.
Not for: bytes (connection.py), nor what a finding is (snapshot.py).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from modgo_lsp.golang.syntax.positions import Encoding
from modgo_lsp.golang.syntax.tree_cache import hold_at_most
from modgo_lsp.server.lsp import log_handlers, wire
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.lsp.connection import Connection, Message
from modgo_lsp.server.lsp.outbox import Outbox
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.workspace import editor_settings
from modgo_lsp.server.workspace.analysis import Analysis, Job
from modgo_lsp.server.workspace.background_index import Index
from modgo_lsp.server.workspace.build_findings import BuiltFindings
from modgo_lsp.server.workspace.diagnostics import Publisher, pull, pull_workspace
from modgo_lsp.server.workspace.feature_refresh import Refresher
from modgo_lsp.server.workspace.file_polling import Polling
from modgo_lsp.server.workspace.index_process import Order
from modgo_lsp.server.workspace.index_progress import IndexProgress
from modgo_lsp.server.workspace.open_documents import Documents, StaleError
from modgo_lsp.server.workspace.snapshot import Snapshot
from modgo_lsp.server.workspace.watched_files import registrations

_log = logging.getLogger(__name__)

# Bytes of code whose trees are held.
TREES = 1_000_000
# Each process of the index takes up to 200 MB, on however large a machine.
_INDEX_CORES = 2

# Beyond so many bytes of changes, or requests, that nobody has looked at, no more messages are read.
_MOST_PENDING, _MOST_REQUESTS = 8_000_000, 2_000

# JSON-RPC's and LSP's.
INVALID_REQUEST, INVALID_PARAMS, INTERNAL_ERROR = -32600, -32602, -32603
REQUEST_CANCELLED, CONTENT_MODIFIED = -32800, -32801


class Session:
    """`handle` and what changes the state are for one thread, the protocol's."""

    def __init__(
        self, connection: Connection, params: wire.Initialize, client: Client, encoding: Encoding
    ) -> None:
        hold_at_most(TREES)
        self.connection = connection
        self.outbox = Outbox(connection, params.trace or "off")
        self.client = client
        self.encoding: Encoding = encoding
        self.process_id = params.process_id
        info = params.client_info
        self.client_name = "" if info is None else f"{info.name} {info.version or ''}".rstrip()
        self.documents = Documents()
        self.overrides: Mapping[str, Any] = {}
        self.built = BuiltFindings()
        self.analysis = Analysis()
        self.publisher = Publisher(
            self.analysis, self.snapshot, self.outbox.publish, Refresher(self._refresh_features)
        )
        progress = IndexProgress(self.outbox).tell if client.progress else lambda _: None
        self.index = Index(self._order, progress)
        # Whether somebody tells of what changes in the workspace's folders.
        self.is_watching = client.watched_files
        self.is_initialized = False
        self.is_shut_down = False
        # None while the session lasts; then what the process exits with.
        self.exit_code: int | None = None
        self._folders = _folders(params)
        self._number = 0
        self._lock = threading.Lock()
        self._answering: dict[str | int, Job] = {}
        self._handlers: dict[str, tuple[Any, Callable[..., None]]] = {
            "initialized": (None, self._initialized),
            "textDocument/didOpen": (wire.DidOpen, self._did_open),
            "textDocument/didChange": (wire.DidChange, self._did_change),
            "textDocument/didClose": (wire.OfDocument, self._did_close),
            "textDocument/didSave": (wire.OfDocument, self._did_save),
            "workspace/didChangeWatchedFiles": (wire.DidChangeWatchedFiles, self._did_change_files),
            "workspace/didChangeWorkspaceFolders": (wire.DidChangeWorkspaceFolders, self._did_change_folders),
            "workspace/didChangeConfiguration": (wire.DidChangeConfiguration, self._did_change_configuration),
            "$/setTrace": (wire.SetTrace, self._set_trace),
            "exit": (None, self._exit),
        }
        self._requests: dict[str, tuple[Any, Callable[[Snapshot, Any], Any]]] = {
            "textDocument/diagnostic": (wire.DocumentDiagnostic, pull),
            "workspace/diagnostic": (wire.WorkspaceDiagnostic, pull_workspace),
        }
        self.polling = Polling(self.analysis.disk, self.built.concerns, self.files_changed)
        self.analysis.publish_by(self.publisher.publish)
        connection.pause_while(self._is_behind)
        log_handlers.to_client(self.outbox.log_message)

    # --- what others ask of it

    @property
    def methods(self) -> frozenset[str]:
        """Those that are the session's own."""
        return frozenset((*self._handlers, *self._requests, "initialize", "shutdown", "$/cancelRequest"))

    def snapshot(self) -> Snapshot:
        """The world as it is now; nothing that comes later changes it."""
        with self._lock:
            self._number += 1
            number = self._number
            return Snapshot(
                self.analysis,
                number,
                self.client,
                self.encoding,
                self.documents.by_path,
                self.analysis.disk,
                self.overrides,
                self.built.by_directory,
                self.index.judgements,
            )

    def looked_up(self) -> Snapshot:
        """The world after another look at all that was read of the disk: for who asks about a whole
        workspace. On the analysis thread."""
        self._looked_again(self.analysis.disk.look_again(), None)
        return self.snapshot()

    def when_indexed(self, then: Callable[[], None]) -> None:
        """Calls `then` when all that is not open is known as it is on disk; by any thread."""
        if not self.is_watching:
            self.index.outdate()
        self.index.when_current(then)

    def _order(self) -> Order:
        return Order(self.roots, dict(self.overrides), _INDEX_CORES)

    @property
    def roots(self) -> tuple[str, ...]:
        """The workspace's folders; one that lies in another counts once."""
        return tuple(sorted({path for uri in self._folders if (path := path_of(uri)) is not None}))

    @property
    def is_idle(self) -> bool:
        """Whether the client knows all that there is to tell it of the documents that are open now."""
        return self.analysis.is_idle and self.connection.waiting == 0

    def _is_behind(self) -> bool:
        """Whether there is so much to be done that the client has to wait. Any thread's."""
        return self.documents.pending > _MOST_PENDING or self.analysis.waiting > _MOST_REQUESTS

    def changed(self) -> None:
        """Something that findings depend on is not as it was."""
        self.analysis.changed()

    def configure(self, section: Mapping[str, Any]) -> None:
        """Takes the editor's settings as they are now."""
        problem = log_handlers.set_level(editor_settings.log_level(section))
        if problem is not None:
            self.outbox.tell(log_handlers.WARNING, problem)
        overrides = editor_settings.overrides(section)
        if overrides != self.overrides:
            self.overrides = overrides
            self.analysis.submit(partial(editor_settings.problems, overrides), self._tell_problems)
            self.refresh()
            self.changed()

    def _tell_problems(self, problems: list[str] | None, _error: BaseException | None) -> None:
        for problem in problems or ():
            self.outbox.tell(log_handlers.WARNING, problem)

    def refresh(self) -> None:
        """Asks a pulling client to pull again, for something changed that it can't know of."""
        if self.client.pull_diagnostics and self.client.diagnostic_refresh:
            self.outbox.ask("workspace/diagnostic/refresh")

    def _refresh_features(self) -> None:
        if self.client.lens_refresh:
            self.outbox.ask("workspace/codeLens/refresh")
        if self.client.hint_refresh:
            self.outbox.ask("workspace/inlayHint/refresh")
        if self.client.token_refresh:
            self.outbox.ask("workspace/semanticTokens/refresh")

    # --- from the client

    def handle(self, message: Message) -> bool:
        """Does what a message asks for; False where it is not one of ours."""
        method, id_ = message.get("method"), message.get("id")
        if not isinstance(method, str):
            return self.outbox.handle_answer(message)
        self.outbox.trace_message("received", method, message.get("params"))
        if method == "shutdown" and "id" in message:
            self.is_shut_down = True
            self.outbox.answer(id_, None)
            return True
        if self.is_shut_down and method != "exit":
            if "id" in message:
                self.outbox.refuse(id_, INVALID_REQUEST, "The server is shut down.")
            return True
        if method == "initialize" and "id" in message:
            self.outbox.refuse(id_, INVALID_REQUEST, "The session has begun already.")
            return True
        if method == "$/cancelRequest":
            return self._cancel(message)
        if method in self._handlers and "id" not in message:
            kind, handle = self._handlers[method]
            params = self._params(method, kind, message)
            if kind is None:
                handle()
            elif params is not None:
                handle(params)
            return True
        if method in self._requests and "id" in message:
            kind, work_out = self._requests[method]
            params = self._params(method, kind, message)
            if params is not None:
                if method == "workspace/diagnostic":
                    job = self._job(id_, method, lambda: work_out(self.looked_up(), params))
                    self.when_indexed(lambda: self.analysis.put(job))
                else:
                    self.analysis.put(self._job(id_, method, partial(work_out, self.snapshot(), params)))
            return True
        return False

    def _params(self, method: str, kind: Any, message: Message) -> Any:
        """The parameters; None where there are to be none, or they are wrong, which is told then."""
        if kind is None:
            return None
        try:
            return msgspec.convert(message.get("params"), kind)
        except msgspec.ValidationError as error:
            problem = f"The parameters of {method} are not as expected: {error}"
            if "id" in message:
                self.outbox.refuse(message["id"], INVALID_PARAMS, problem)
            else:
                _log.warning("%s", problem)
            return None

    def _job(self, id_: Any, method: str, work: Callable[[], Any]) -> Job:
        """Work whose result answers a request, if it is not cancelled before."""

        def done(result: Any, error: BaseException | None) -> None:
            if self._answering.pop(id_, None) is not job:
                return
            if error is None:
                self.outbox.answer(id_, result)
            elif isinstance(error, StaleError):
                self.outbox.refuse(id_, CONTENT_MODIFIED, "The document has changed meanwhile.")
            else:
                _log.error("Could not answer %s", method, exc_info=error)
                self.outbox.refuse(
                    id_, INTERNAL_ERROR, f"modgo could not answer {method}. Its log has the details."
                )

        self._answering[id_] = job = Job(work, done)
        return job

    def _cancel(self, message: Message) -> bool:
        params = self._params("$/cancelRequest", wire.Cancel, message)
        job = None if params is None else self._answering.pop(params.id, None)
        if job is not None and params is not None:
            job.cancel()
            self.outbox.refuse(params.id, REQUEST_CANCELLED, "cancelled")
        return job is not None or params is None

    def _initialized(self) -> None:
        self.is_initialized = True
        self.configure(self.client.options.settings)
        wishes = registrations(self.client)
        if wishes:
            self.outbox.ask("client/registerCapability", {"registrations": wishes})
        if self.client.configuration and not self.client.options.settings:
            self._ask_settings()

    def _exit(self) -> None:
        self.exit_code = 0 if self.is_shut_down else 1

    def _set_trace(self, params: wire.SetTrace) -> None:
        self.outbox.trace = params.value

    # --- documents and files

    def _did_open(self, params: wire.DidOpen) -> None:
        document = self.documents.open(params.text_document)
        if document is not None:
            if self.built.concerns(document.path) and document.document.source != _text(document.path):
                self._build_outdated(self.built.text_changed(document.path))
            self.polling.needed.set()
            self.changed()
            self._look_again()

    def _did_change(self, params: wire.DidChange) -> None:
        document = self.documents.change(params, self.encoding)
        if document is not None:
            self._build_outdated(self.built.text_changed(document.path))
            self.changed()

    def _build_outdated(self, gone: bool) -> None:
        """Where findings of a build have gone, also those of other documents have to be pulled again."""
        if gone:
            self.refresh()

    def _did_close(self, params: wire.OfDocument) -> None:
        document = self.documents.close(params.text_document.uri)
        if document is not None:
            self.index.outdate()
            self.analysis.disk.tell(document.path)
            if not self.documents.by_path:
                self.polling.needed.clear()
            self.changed()

    def _did_save(self, params: wire.OfDocument) -> None:
        path = path_of(params.text_document.uri)
        if path is not None:
            self.index.outdate()
            self.analysis.disk.tell(path)
            self._build_outdated(self.built.file_changed(path))
            self._look_again()
            self.changed()

    def _look_again(self) -> None:
        """Sees what has changed on disk that nobody tells of: above the workspace, in the module cache."""
        self.analysis.submit(self.analysis.disk.look_again, self._looked_again)

    def _looked_again(self, changed: bool | None, _error: BaseException | None) -> None:
        if changed:
            self.changed()

    def _did_change_files(self, params: wire.DidChangeWatchedFiles) -> None:
        self.files_changed([path for change in params.changes if (path := path_of(change.uri)) is not None])

    def files_changed(self, paths: list[str]) -> None:
        """Something has happened to these on disk. Any thread may say so."""
        self.index.outdate()
        for path in paths:
            self.analysis.disk.tell(path)
            self.built.file_changed(path)
        self.refresh()
        self.changed()

    def _did_change_folders(self, params: wire.DidChangeWorkspaceFolders) -> None:
        gone = {folder.uri for folder in params.event.removed}
        self._folders = [uri for uri in self._folders if uri not in gone]
        self._folders += [folder.uri for folder in params.event.added]
        self.index.outdate()

    # --- settings

    def _did_change_configuration(self, params: wire.DidChangeConfiguration) -> None:
        """Many clients send nothing with it and wait to be asked."""
        section = editor_settings.section_of(params.settings)
        if section is not None:
            self.configure(section)
        elif self.client.configuration:
            self._ask_settings()

    def _ask_settings(self) -> None:
        """What the client doesn't know leaves the settings as they are."""
        self.outbox.ask(
            "workspace/configuration",
            {"items": [{"section": editor_settings.SECTION}]},
            self._settings_told,
        )

    def _settings_told(self, result: Any, error: Any) -> None:
        if error is not None or not isinstance(result, list) or len(result) != 1:
            _log.warning("The editor did not tell its settings: %s", error or result)
        elif isinstance(result[0], dict):
            self.configure(result[0])


def _folders(params: wire.Initialize) -> list[str]:
    if params.workspace_folders:
        return [folder.uri for folder in params.workspace_folders]
    if params.root_uri:
        return [params.root_uri]
    return [] if params.root_path is None else [f"file://{params.root_path}"]


def _text(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError:
        return b""
