"""The requests and commands of a session, by pygls: how a message becomes work, and an answer.

Not for: what any method answers; each has its own file, and methods.py is the table of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import Any

from lsprotocol import types
from pygls.exceptions import (
    FeatureRequestError,
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
)
from pygls.lsp.server import LanguageServer

from modgo_lsp import __version__
from modgo_lsp.server.commands.commands import COMMANDS
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.lsp.connection import Message, encoded
from modgo_lsp.server.lsp.inbox import Inbox
from modgo_lsp.server.lsp.methods import PULL_FEATURES, REQUESTS, Answer
from modgo_lsp.server.lsp.protocol import ModgoProtocol
from modgo_lsp.server.workspace import index_progress
from modgo_lsp.server.workspace.analysis import Analysis
from modgo_lsp.server.workspace.build_findings import BuiltFindings
from modgo_lsp.server.workspace.open_documents import Documents, StaleError
from modgo_lsp.server.workspace.session import CONTENT_MODIFIED, Session
from modgo_lsp.server.workspace.snapshot import Snapshot

_log = logging.getLogger(__name__)

# What the editor asks for when it starts comes first.
_INDEX_AFTER = 1.0
# The world as it was when the message came that is being answered.
_asked_of: ContextVar[Snapshot] = ContextVar("asked_of")


class ModgoServer(LanguageServer):
    """Answers what the session doesn't. `work` are tasks by progress token, `running` those that build, load
    or call, `builds` one lock a module."""

    protocol: ModgoProtocol

    def __init__(self, session: Session) -> None:
        super().__init__("modgo-lsp", __version__, protocol_cls=ModgoProtocol)
        self.session = session
        self.work: dict[types.ProgressToken, asyncio.Task[Any]] = {}
        self.running: set[asyncio.Task[Any]] = set()
        self.builds: dict[str, asyncio.Lock] = {}
        self._ended = asyncio.Event()
        self._register()

    # --- the session, for those who answer

    @property
    def client(self) -> Client:
        return self.session.client

    @property
    def documents(self) -> Documents:
        return self.session.documents

    @property
    def built(self) -> BuiltFindings:
        return self.session.built

    @property
    def analysis(self) -> Analysis:
        return self.session.analysis

    def snapshot(self) -> Snapshot:
        """The world as it is now; nothing that comes later changes it."""
        return self.session.snapshot()

    def changed(self) -> None:
        """Something that findings depend on is not as it was."""
        self.session.changed()

    def tell(self, kind: types.MessageType, message: str) -> None:
        """Shows the user a message."""
        self.session.outbox.tell(kind.value, message)

    def refresh(self) -> None:
        """Asks a pulling client to pull again, for something changed that it can't know of."""
        self.session.refresh()

    async def indexed(self) -> None:
        """Waits until all that is not open is known as it is on disk."""
        loop = asyncio.get_running_loop()
        known = asyncio.Event()

        def then() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(known.set)

        self.session.when_indexed(then)
        await known.wait()

    # --- messages

    async def serve(self, inbox: Inbox, waiting: list[tuple[Message, Snapshot]], ended: object) -> int:
        """Answers what waits, then what comes, until the session ends. Gives the exit code."""
        loop = asyncio.get_running_loop()
        receive = partial(self._receive, inbox, ended)
        for message in inbox.deliver_to(partial(loop.call_soon_threadsafe, receive)):
            loop.call_soon(receive, message)
        for message, snapshot in waiting:
            self._dispatch(message, snapshot)
        if self.session.roots:
            loop.call_later(_INDEX_AFTER, self.session.when_indexed, lambda: None)
        await self._ended.wait()
        self.session.index.stop()
        for task in {*self.work.values(), *self.running}:
            task.cancel()
        await asyncio.gather(*self.work.values(), *self.running, return_exceptions=True)
        return self.session.exit_code or 0

    def _receive(self, inbox: Inbox, ended: object, message: Any) -> None:
        session = self.session
        inbox.taken()
        try:
            if message is ended:
                session.exit_code = 1
            elif not session.handle(message):
                self._dispatch(message, session.snapshot())
        except Exception:
            _log.exception("Could not handle a message")
        if session.is_shut_down:
            for task in {*self.work.values(), *self.running}:
                task.cancel()
        if session.exit_code is not None:
            self._ended.set()

    def _dispatch(self, message: Message, snapshot: Snapshot) -> None:
        """Gives the message to pygls, whose tasks have what is set here."""
        asked_of = _asked_of.set(snapshot)
        try:
            structured = self.protocol.structure_message(message)
            if structured is not message:
                self.protocol.handle_message(structured)
        finally:
            _asked_of.reset(asked_of)

    # --- commands

    async def execute(self, params: types.ExecuteCommandParams) -> Any:
        command = COMMANDS.get(params.command)
        if command is None:
            known = ", ".join(COMMANDS)
            raise JsonRpcInvalidParams(f"modgo has no command {params.command!r}. It has {known}.")
        try:
            result = await command(self, params.arguments or (), params.work_done_token)
            return {"json": encoded(result).decode()} if self.client.options.results == "text" else result
        except Exception as error:
            _log.exception("%s failed", params.command)
            raise JsonRpcInternalError(f"{params.command} failed. Modgo's log has the details.") from error

    def cancel_work(self, token: types.ProgressToken) -> None:
        if str(token).startswith(index_progress.TOKEN):
            self.session.index.stop()
        task = self.work.get(token)
        if task is not None:
            task.cancel()

    # --- requests

    def report_server_error(self, error: Exception, source: Any) -> None:
        if source is not FeatureRequestError:  # those are answered
            _log.error("%s", error)

    def _register(self) -> None:
        without = self.client.options.without
        features: Mapping[str, tuple[Answer, Any]] = {**REQUESTS, **PULL_FEATURES}
        for method, (answer, options) in features.items():
            if method not in without and (method not in PULL_FEATURES or self.client.pull_diagnostics):
                self.feature(method, options)(self._request(method, answer))
        for name in COMMANDS:
            self.command(name)(lambda *_arguments: None)
        # The session's, registered for the sake of what pygls would tell the client.
        self.feature(types.TEXT_DOCUMENT_DID_OPEN)(lambda _params: None)
        self.feature(types.TEXT_DOCUMENT_DID_CLOSE)(lambda _params: None)
        self.feature(types.TEXT_DOCUMENT_DID_SAVE, types.SaveOptions(include_text=False))(
            lambda _params: None
        )

    def _request(self, method: str, answer: Answer) -> Callable[[Any], Any]:
        async def respond(params: Any) -> Any:
            asked_of = _asked_of.get()
            whole = method == types.WORKSPACE_SYMBOL
            snapshot = self.session.looked_up if whole else lambda: asked_of
            if whole:
                await self.indexed()
            try:
                prepared = self.protocol.prepared
                return await self.analysis.run(lambda: prepared(method, answer(snapshot(), params)))
            except JsonRpcInvalidParams:
                raise  # what was asked for cannot be; its message is for the user
            except StaleError:
                raise JsonRpcException("The document has changed meanwhile.", CONTENT_MODIFIED) from None
            except Exception as error:
                _log.exception("Could not answer %s", method)
                message = f"modgo could not answer {method}. Its log has the details."
                raise JsonRpcInternalError(message) from error

        return respond
