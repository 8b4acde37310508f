"""The message loop: each message of the client goes to its row in the table of methods, and from there to its
handler."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import msgspec

from modgo_lsp.server.lsp import errors, log_handlers, wire
from modgo_lsp.server.lsp.client_capabilities import Client, client_of
from modgo_lsp.server.lsp.connection import Connection, Message, complain
from modgo_lsp.server.lsp.inbox import Inbox
from modgo_lsp.server.lsp.methods import METHODS, Method, handler_of
from modgo_lsp.server.lsp.outbox import Outbox
from modgo_lsp.server.lsp.server_capabilities import chosen_encoding, initialize_result, is_left_out
from modgo_lsp.server.pygls_thread import PyglsThread
from modgo_lsp.server.workspace.job import Job
from modgo_lsp.server.workspace.process_exit import when_ended
from modgo_lsp.server.workspace.stale_request import answered

if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.positions import Encoding
    from modgo_lsp.server.workspace.session import Session

_log = logging.getLogger(__name__)

# Pygls is loaded once the first diagnostics are sent, so that it does not delay them; after this many seconds
# in any case.
_LOAD_AFTER = 1.0
# Seconds without a message and without work after which the first diagnostics count as sent.
_QUIET = 0.03
# Bytes of messages that may wait to be handled: beyond them no more are read.
_MAX_WAITING = 16 * 1024 * 1024

# No message of a client is empty.
_END_OF_INPUT: Message = {}


class Initialized(NamedTuple):
    """What `initialize` has brought. `problem` is what is wrong with the initialization options."""

    params: wire.Initialize
    client: Client
    encoding: Encoding
    problem: str | None


class Server:
    """Everything is for the message thread, the one that calls `serve`, but `is_behind` and `end`."""

    def __init__(self, stdin: BinaryIO, stdout: BinaryIO) -> None:
        self.inbox = Inbox()
        self.connection = Connection(stdin, stdout, self.inbox.put, _malformed, self.end)
        self.connection.pause_while(self.is_behind)
        self.outbox = Outbox(self.connection)
        # The session is made after the answer to `initialize`.
        self.initialized_with: Initialized | None = None
        self.session: Session | None = None
        self.pygls = PyglsThread(self.end)
        self.is_shut_down = False
        self.exit_code: int | None = None
        # The jobs on the analysis thread that answer requests, by the request's id.
        self.jobs: dict[str | int, Job] = {}

    def serve(self) -> int:
        """Handles messages until the session ends. Returns the exit code of the process."""
        self.connection.start()
        load_at = None
        try:
            while self.exit_code is None:
                message = None  # a large one is released before the next comes
                is_starting = self.session is not None and not self.pygls.is_started
                message = self.inbox.get(_QUIET if is_starting else None)
                if message is not None:
                    self._receive(message)
                if self.session is not None and not self.pygls.is_started:
                    load_at = load_at or time.monotonic() + _LOAD_AFTER
                    if (message is None and self._is_quiet(self.session)) or time.monotonic() > load_at:
                        self.pygls.start(self.session)
            return self.exit_code
        finally:
            self.pygls.stop()
            self.connection.close(seconds=1.0)

    def end(self) -> None:
        """Ends the session without `exit`: the input, or the editor's process, has ended."""
        self.inbox.put(_END_OF_INPUT)

    def is_behind(self) -> bool:
        """Whether so much is waiting that the client should wait."""
        return (
            self.inbox.size > _MAX_WAITING
            or self.pygls.is_behind
            or (self.session is not None and self.session.is_behind)
        )

    def _is_quiet(self, session: Session) -> bool:
        """Whether the client has the diagnostics of the documents that are open."""
        is_used = session.is_initialized or self.pygls.waiting > 0
        return is_used and session.analysis_thread.is_idle and self.connection.waiting == 0

    # --- one message

    def _receive(self, message: Message) -> None:
        if not message:
            self.exit_code = 1
            return
        name = message.get("method")
        try:
            if name is None:
                self.outbox.handle_answer(message)
            else:
                self.outbox.trace_message("received", name, message.get("params"))
                self._dispatch(METHODS.get(name), message)
        except Exception:
            _log.exception("Could not handle %s", name or "an answer")
            if name is not None and "id" in message:
                self.outbox.refuse(message["id"], *errors.internal(name))
        if self.session is None and self.initialized_with is not None:
            # After the answer: what a session imports takes longer than everything before.
            self.session = _new_session(self, self.initialized_with)

    def _dispatch(self, method: Method | None, message: Message) -> None:
        refusal = self._refusal(method, message)
        if refusal is None:
            assert method is not None
            try:
                self._handle(method, message)
            except msgspec.ValidationError as error:
                problem = f"The parameters of {method.name} are not as expected: {error}"
                refusal = errors.INVALID_PARAMS, problem
                if not method.is_request:
                    _log.warning("%s", problem)
        if refusal is not None and "id" in message:
            self.outbox.refuse(message["id"], *refusal)

    def _refusal(self, method: Method | None, message: Message) -> tuple[int, str] | None:
        """Why the message is not handled: a code and a text; None where it is."""
        name = message["method"]
        if self.is_shut_down and name != "exit":
            return errors.INVALID_REQUEST, "The server is shut down."
        if self.initialized_with is None and name not in ("initialize", "exit"):
            return errors.NOT_INITIALIZED, "The session begins with initialize."
        if self.initialized_with is not None and name == "initialize":
            return errors.INVALID_REQUEST, "The session has begun already."
        if method is None or (method.is_request != ("id" in message) and name != "exit"):
            return errors.METHOD_NOT_FOUND, f"modgo has no method {name}."
        if self.initialized_with is not None and is_left_out(method, self.initialized_with.client):
            return errors.METHOD_NOT_FOUND, f"The client has left out {name}."
        return None

    def _handle(self, method: Method, message: Message) -> None:
        """Calls the method's handler, or has it called, with its context and parameters. Raises
        msgspec.ValidationError."""
        session = self.session
        if method.params is None:
            assert session is not None
            # While pygls loads, diagnostics do not wait for it.
            is_next = method.context == "snapshot" and self.pygls.is_loaded
            reservation = session.analysis_thread.reserve() if is_next else None
            self.pygls.put(message, session.snapshot(), reservation)
            return
        params = _parameters(method.params, message)
        handle = handler_of(method)
        if method.context == "snapshot":
            assert session is not None
            work = partial(answered, session, handle, session.snapshot(), params)
            job = self._job(method, message["id"], work)
            session.analysis_thread.put(job)
        elif method.context == "workspace":
            assert session is not None
            rescanned = session.rescanned
            job = self._job(method, message["id"], lambda: handle(rescanned(), params))
            session.when_indexed(partial(session.analysis_thread.put, job))
        else:
            result = handle(self if method.context == "server" else session, params)
            if method.is_request:
                self.outbox.answer(message["id"], result)

    def _job(self, method: Method, id_: str | int, work: Any) -> Job:
        """A job whose result answers a request, unless it is cancelled before."""

        def done(result: Any, error: BaseException | None) -> None:
            # The message thread may cancel the job between the two.
            if self.jobs.get(id_) is not job or self.jobs.pop(id_, None) is not job:
                return
            if error is None:
                self.outbox.answer(id_, result)
            else:
                self.outbox.refuse(id_, *errors.of(error, method.name))

        self.jobs[id_] = job = Job(work, done)
        return job


def _malformed(problem: str) -> None:
    complain(f"modgo: ignored a message that is {problem}")


def _parameters(kind: type[msgspec.Struct], message: Message) -> Any:
    return kind() if kind is wire.Nothing else msgspec.convert(message.get("params"), kind)


def _new_session(server: Server, initialized: Initialized) -> Session:
    from modgo_lsp.server.workspace.session import Session  # 0.2 s, after the answer to `initialize`

    params, client, encoding, problem = initialized
    if params.process_id is not None:
        when_ended(params.process_id, server.end)
    session = Session(server.outbox, params, client, encoding)
    if problem is not None:  # only the session logs to the client
        _log.warning("%s", problem)
    return session


# --- handlers of the table


def initialize(server: Server, params: wire.Initialize) -> dict[str, Any]:
    """Takes capabilities and initialization options, agrees on the position encoding"""
    log_handlers.to_stderr()
    client, problem = client_of(params.capabilities, params.initialization_options)
    encoding = chosen_encoding(params.capabilities)
    server.outbox.trace = params.trace or "off"
    server.initialized_with = Initialized(params, client, encoding, problem)
    return initialize_result(client, encoding)


def cancel_request(server: Server, params: wire.Cancel) -> None:
    """Cancels a request, or a command with its processes"""
    job = server.jobs.pop(params.id, None)
    if job is None:
        server.pygls.cancel(params.id)
        return
    job.cancel()
    server.outbox.refuse(params.id, errors.REQUEST_CANCELLED, "cancelled")


def shutdown(server: Server, _params: wire.Nothing) -> None:
    """Ends what is under way, with its processes"""
    server.is_shut_down = True
    server.pygls.shut_down()


def exit_(server: Server, _params: wire.Nothing) -> None:
    """Ends the server"""
    server.exit_code = 0 if server.is_shut_down else 1
