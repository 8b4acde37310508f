"""Work-done progress of one command: the client's token if it gave one, else one we create.

Not for: the work itself.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from modgo_lsp.server.pygls_server import ModgoServer

_log = logging.getLogger(__name__)

# A client that never answers must not keep a command from running.
_CREATE_SECONDS = 2.0


@asynccontextmanager
async def work_done(
    server: ModgoServer, token: types.ProgressToken | None, title: str
) -> AsyncIterator[Callable[[str], None]]:
    """Begins progress and gives what reports a step of it; ends it in any case. The user's cancelling of
    it cancels the task it is used in."""
    if token is None and server.client.progress:
        token = await _create(server)
    if token is None:
        yield lambda message: _log.info("%s: %s", title, message)
        return
    task = asyncio.current_task()
    if task is not None:
        server.work[token] = task
    progress = server.work_done_progress
    progress.begin(token, types.WorkDoneProgressBegin(title, cancellable=True))
    ending = "failed"
    try:
        yield lambda message: progress.report(token, types.WorkDoneProgressReport(message=message))
        ending = "done"
    except asyncio.CancelledError:
        ending = "cancelled"
        raise
    finally:
        server.work.pop(token, None)
        progress.end(token, types.WorkDoneProgressEnd(message=ending))


async def _create(server: ModgoServer) -> types.ProgressToken | None:
    token = str(uuid.uuid4())
    request = asyncio.ensure_future(
        server.window_work_done_progress_create_async(types.WorkDoneProgressCreateParams(token))
    )
    try:
        # Shielded: pygls fails on the reply to a request that was cancelled (openlawlibrary/pygls#621).
        await asyncio.wait_for(asyncio.shield(request), _CREATE_SECONDS)
    except asyncio.TimeoutError:
        _log.warning("The editor did not create progress in %g s", _CREATE_SECONDS)
        return None
    except Exception as error:
        _log.warning("The editor refused progress: %s", error)
        return None
    return token
