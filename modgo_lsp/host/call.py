"""Applies one function of a module to one record, in a session of its own.

Not for: several calls (session.py), or reading arguments and samples from text (json_forms.py, sample.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from modgo_lsp.host.fenced import Fence
from modgo_lsp.host.refusal import LoadFailedError
from modgo_lsp.host.result import CallResult
from modgo_lsp.host.sample import Record
from modgo_lsp.host.session import CALL_SECONDS, Session
from modgo_lsp.host.values import Value
from modgo_lsp.model.package import Package

__all__ = ["CALL_SECONDS", "call_function"]


async def call_function(
    path: Path,
    function: str,
    arguments: Sequence[Value] = (),
    record: Record | None = None,
    *,
    timeout: float = CALL_SECONDS,
    memory: int = 0,
    cc: str | None = None,
    package: Package | None = None,
) -> CallResult:
    """Applies `function` of the module at `path`. Without a `record` one that does not exist is given.

    `timeout` is in seconds, `memory` in bytes (0: any). Raises ToolchainError where libmod_go cannot be had,
    and HostError where no worker can be started; everything else that goes wrong is the result's `failure`.
    """
    record = record or Record()
    try:
        async with Session(path, cc=cc, fence=Fence(memory=memory), package=package) as session:
            result = await session.call(function, arguments, record, timeout=timeout)
            return msgspec.structs.replace(result, logs=(*session.logs, *result.logs))
    except LoadFailedError as error:
        return CallResult(
            function, record, record, failure=error.failure, findings=error.findings, logs=error.logs
        )
