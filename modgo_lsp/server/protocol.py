"""What pygls' protocol does otherwise than this server needs it.

- The documents are kept by us (documents.py), as trees that take each edit as it comes.
- `workspace/executeCommand` is one task, so that `$/cancelRequest` ends the command and not just the answer.
- `window/workDoneProgress/cancel` ends the command that the progress belongs to.
- A request whose parameters don't fit is answered with an error; no answer carries a traceback.

Not for: what the methods answer.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import JsonRPCNotification, LanguageServerProtocol, lsp_method

if TYPE_CHECKING:
    from modgo_lsp.server.server import ModgoServer

_log = logging.getLogger(__name__)


class ModgoProtocol(LanguageServerProtocol):
    _server: ModgoServer

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        self._server.did_open(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        self._server.did_change(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        self._server.did_close(params)

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]
        self, params: types.ExecuteCommandParams
    ) -> Any:
        return await self._server.execute(params)

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(self, params: types.WorkDoneProgressCancelParams) -> None:
        self._server.cancel_work(params.token)

    def structure_message(self, data: dict[str, Any]) -> Any:
        # Called for every JSON object, inner ones too: a message says which version it is.
        if data.get("jsonrpc") != self.VERSION or not ("method" in data or "id" in data):
            return data
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "method" in data and "id" in data:
                self._send_response(data["id"], None, error.to_response_error())
            # The loop handles whatever is returned; it passes over a notification of this kind.
            return JsonRPCNotification("$/malformed", self.VERSION, None)

    def _send_response(
        self, msg_id: str | int, result: Any | None = None, error: types.ResponseError | None = None
    ) -> None:
        if error is not None and isinstance(error.data, dict) and "traceback" in error.data:
            error = types.ResponseError(
                error.code, f"modgo failed: {error.message}. Its log has the details."
            )
        super()._send_response(msg_id, result, error)
