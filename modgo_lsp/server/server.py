"""The server's state, and how a message becomes work: snapshots for requests, tasks for commands.

Not for: what any method answers; each has its own file, and features.py is the table of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcInternalError, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from modgo_lsp import __version__
from modgo_lsp.server import configuration, log, watched_files
from modgo_lsp.server.analysis import Analysis
from modgo_lsp.server.built import BuiltFindings
from modgo_lsp.server.client import Client, client_of
from modgo_lsp.server.commands import COMMANDS
from modgo_lsp.server.diagnostics import Publisher
from modgo_lsp.server.documents import Documents
from modgo_lsp.server.features import PULL_FEATURES, REQUESTS, Answer
from modgo_lsp.server.protocol import ModgoProtocol
from modgo_lsp.server.refresh import Refresher
from modgo_lsp.server.snapshot import Snapshot
from modgo_lsp.server.uri import path_of
from modgo_lsp.syntax.positions import Encoding

_log = logging.getLogger(__name__)


class ModgoServer(LanguageServer):
    """One editor's server. `work` are tasks by progress token, `running` those that build, load or call,
    `builds` one lock a module."""

    def __init__(self) -> None:
        super().__init__("modgo-lsp", __version__, protocol_cls=ModgoProtocol)
        self.client = Client()
        self.encoding: Encoding = "utf-16"
        self.documents = Documents()
        self.overrides: Mapping[str, Any] = {}
        self.built = BuiltFindings()
        self.analysis = Analysis()
        self.publisher = Publisher(
            self.analysis,
            self.snapshot,
            self.text_document_publish_diagnostics,
            Refresher(self._refresh_features),
        )
        self.work: dict[types.ProgressToken, asyncio.Task[Any]] = {}
        self.running: set[asyncio.Task[Any]] = set()
        self.builds: dict[str, asyncio.Lock] = {}
        self._publishing: asyncio.Task[None] | None = None
        self._register()

    def snapshot(self) -> Snapshot:
        """The world as it is now; nothing that comes later changes it."""
        return Snapshot(
            self.analysis,
            self.client,
            self.encoding,
            self.documents.by_path,
            self.overrides,
            self.built.by_directory,
            self._roots(),
        )

    def _roots(self) -> tuple[str, ...]:
        """The workspace's folders; one that lies in another counts once."""
        if self.protocol._workspace is None:
            return ()
        folders = [path for uri in self.workspace.folders if (path := path_of(uri)) is not None]
        root = self.workspace.root_path
        return tuple(sorted(folders or ([root] if root else [])))

    def changed(self) -> None:
        """Something that findings depend on is not as it was."""
        self.publisher.changed()

    def configure(self, section: Mapping[str, Any]) -> None:
        """Takes the editor's settings as they are now."""
        overrides = configuration.overrides(section)
        if overrides != self.overrides:
            self.overrides = overrides
            for problem in configuration.problems(overrides):
                self.tell(types.MessageType.Warning, problem)
            self.refresh()
            self.changed()

    def tell(self, kind: types.MessageType, message: str) -> None:
        """Shows the user a message."""
        self.window_show_message(types.ShowMessageParams(kind, f"Modgo: {message}"))

    def refresh(self) -> None:
        """Asks a pulling client to pull again, for something changed that it can't know of."""
        if self.client.pull_diagnostics and self.client.diagnostic_refresh:
            self.workspace_diagnostic_refresh(None)

    def _refresh_features(self) -> None:
        if self.client.lens_refresh:
            self.workspace_code_lens_refresh(None)
        if self.client.hint_refresh:
            self.workspace_inlay_hint_refresh(None)
        if self.client.token_refresh:
            self.workspace_semantic_tokens_refresh(None)

    # Documents

    def did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        opened = self.documents.open(params.text_document)
        if opened is not None:
            self.built.text_changed(opened.document.path, opened.document.source)
            self.changed()

    def did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        changed = self.documents.change(params, self.encoding)
        if changed is not None:
            self.built.text_changed(changed.document.path, changed.document.source)
            self.changed()

    def did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        if self.documents.close(params.text_document.uri) is not None:
            self.changed()

    # Commands

    async def execute(self, params: types.ExecuteCommandParams) -> Any:
        command = COMMANDS.get(params.command)
        if command is None:
            known = ", ".join(COMMANDS)
            raise JsonRpcInvalidParams(f"modgo has no command {params.command!r}. It has {known}.")
        try:
            return await command(self, params.arguments or (), params.work_done_token)
        except Exception as error:
            _log.exception("%s failed", params.command)
            raise JsonRpcInternalError(f"{params.command} failed. Modgo's log has the details.") from error

    def cancel_work(self, token: types.ProgressToken) -> None:
        task = self.work.get(token)
        if task is not None:
            task.cancel()

    # The protocol

    def report_server_error(self, error: Exception, source: Any) -> None:
        if source is not FeatureRequestError:  # those are answered
            _log.error("%s", error)

    def _register(self) -> None:
        # Partials, because pygls sets attributes on what it is given, and methods take none.
        self.feature(types.INITIALIZE)(partial(ModgoServer._initialize, self))
        self.feature(types.INITIALIZED)(partial(ModgoServer._initialized, self))
        self.feature(types.SHUTDOWN)(partial(ModgoServer._shut_down, self))
        # Handled by the protocol class; registered so that the client is told that we want them.
        self.feature(types.TEXT_DOCUMENT_DID_OPEN)(lambda _params: None)
        self.feature(types.TEXT_DOCUMENT_DID_CLOSE)(lambda _params: None)
        self.feature(types.TEXT_DOCUMENT_DID_SAVE, types.SaveOptions(include_text=False))(
            lambda _params: self.changed()
        )
        self.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(partial(watched_files.did_change, self))
        self.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(partial(configuration.did_change, self))
        for method, (answer, options) in REQUESTS.items():
            self.feature(method, options)(self._request(method, answer))
        for name in COMMANDS:
            self.command(name)(lambda *_arguments: None)

    def _request(self, method: str, answer: Answer) -> Callable[[Any], Any]:
        async def respond(params: Any) -> Any:
            snapshot = self.snapshot()
            try:
                return await self.analysis.run(partial(answer, snapshot, params))
            except JsonRpcInvalidParams:
                raise  # what was asked for cannot be; its message is for the user
            except Exception as error:
                _log.exception("Could not answer %s", method)
                message = f"modgo could not answer {method}. Its log has the details."
                raise JsonRpcInternalError(message) from error

        return respond

    def _initialize(self, params: types.InitializeParams) -> None:
        log.to_client(asyncio.get_running_loop(), self.window_log_message)
        self.client, problem = client_of(params)
        if problem is not None:
            _log.warning("%s", problem)
        self.encoding = _encoding(self.workspace.position_encoding)
        for method in self.client.options.without:
            self.protocol.fm.features.pop(method, None)
        if self.client.pull_diagnostics:
            for method, (answer, options) in PULL_FEATURES.items():
                self.feature(method, options)(self._request(method, answer))
        self._publishing = asyncio.get_running_loop().create_task(self.publisher.run())

    async def _initialized(self, _params: types.InitializedParams) -> None:
        self.configure(self.client.options.settings)
        await watched_files.register(self)
        if self.client.configuration and not self.client.options.settings:
            await configuration.refresh(self)

    def _shut_down(self, _params: None) -> None:
        for task in {*self.work.values(), *self.running}:
            task.cancel()


def _encoding(negotiated: Any) -> Encoding:
    value = getattr(negotiated, "value", negotiated)
    if value == "utf-8":
        return "utf-8"
    return "utf-32" if value == "utf-32" else "utf-16"
