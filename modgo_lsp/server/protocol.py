"""What pygls' protocol does otherwise than this server needs it.

- `workspace/executeCommand` is one task, so that `$/cancelRequest` ends the command and not just the answer.
- `window/workDoneProgress/cancel` ends the command that the progress belongs to.
- A request whose parameters don't fit is answered with an error; no answer carries a traceback.

Not for: what the methods answer, nor the session's messages, which don't come here (session.py).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

if TYPE_CHECKING:
    from modgo_lsp.server.server import ModgoServer

_log = logging.getLogger(__name__)


class ModgoProtocol(LanguageServerProtocol):
    _server: ModgoServer

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
        super()._send_response(msg_id, result, error)
