"""What pygls' protocol does otherwise than this server needs it.

- `workspace/executeCommand` is one task, so that `$/cancelRequest` ends the command and not just the answer.
- `window/workDoneProgress/cancel` ends the command that the progress belongs to.
- A request whose parameters don't fit is answered with an error, as is one whose answer can't be written; no
  answer carries a traceback.
- An answer that is `prepared` goes out as it is: large ones take time, which the protocol's loop has not.

Not for: what the methods answer, nor the session's messages, which don't come here (session.py).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

from modgo_lsp.server.lsp.connection import encoded
from modgo_lsp.server.workspace.session import INTERNAL_ERROR

if TYPE_CHECKING:
    from modgo_lsp.server.pygls_server import ModgoServer

_log = logging.getLogger(__name__)


class Prepared(NamedTuple):
    """The JSON of a result."""

    result: bytes


class ModgoProtocol(LanguageServerProtocol):
    _server: ModgoServer

    def prepared(self, method: str, result: Any) -> Prepared:
        """What a request answers, ready to be sent. By any thread."""
        kind = self.get_result_type(method)
        plain = self._converter.unstructure(result if kind is None else kind(id=0, result=result))
        return Prepared(encoded(plain if kind is None else plain.get("result")))

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]
        self, params: types.ExecuteCommandParams
    ) -> Any:
        return await self._server.execute(params)

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(self, params: types.WorkDoneProgressCancelParams) -> None:
        self._server.cancel_work(params.token)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """The message in lsprotocol's types; `data` itself where it has been answered with an error."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "method" in data and "id" in data:
                self._send_response(data["id"], None, error.to_response_error())
            return data

    def _send_response(
        self, msg_id: str | int, result: Any | None = None, error: types.ResponseError | None = None
    ) -> None:
        if error is not None and isinstance(error.data, dict) and "traceback" in error.data:
            error = types.ResponseError(
                error.code, f"modgo failed: {error.message}. Its log has the details."
            )
        if isinstance(result, Prepared) and error is None:
            self._result_types.pop(msg_id, None)
            body = b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (encoded(msg_id), result.result)
            self._server.session.connection.send_body(body)
        else:
            super()._send_response(msg_id, result, error)

    def _send_data(self, data: Any) -> None:
        """Sends a message; of an answer that can't be written, that it can't."""
        try:
            body = encoded(self._converter.unstructure(data))
        except Exception as error:
            _log.exception("Could not write a message")
            id_ = getattr(data, "id", None)
            if id_ is None or hasattr(data, "method"):
                return
            problem = f"modgo failed: its answer can't be written ({error}). Its log has the details."
            self._server.session.outbox.refuse(id_, INTERNAL_ERROR, problem)
        else:
            self._server.session.connection.send_body(body)
