"""Loads a module in a worker, describes it or reports why it can't be loaded, and closes it."""

from __future__ import annotations

from pathlib import Path

from modgo_lsp.host.fenced import Fence, Grants
from modgo_lsp.host.load_failure import LoadFailedError
from modgo_lsp.host.result import LoadResult
from modgo_lsp.host.session import Session
from modgo_lsp.model.package import Package

LOAD_SECONDS = 30.0


async def load_module(
    path: Path,
    *,
    cc: str | None = None,
    timeout: float = LOAD_SECONDS,
    memory: int = 0,
    package: Package | None = None,
    grants: Grants = (),
) -> LoadResult:
    """`package` is the module's source, for the locations of findings. `timeout` is in seconds, for loading
    and again for setup; `memory` in bytes, 0 for no limit.

    Raises ToolchainError if libmod_go cannot be compiled, and HostError if no worker can be started; errors
    of the module are in the result.
    """
    fence = Fence(memory=memory, start_timeout=timeout, grants=grants)
    try:
        async with Session(path, cc=cc, fence=fence, package=package) as session:
            opened, logs = session.opened, session.logs
    except LoadFailedError as error:
        return LoadResult(
            str(path), setup=error.setup, failure=error.failure, findings=error.findings, logs=error.logs
        )
    return LoadResult(
        path=str(path),
        abi=opened.abi,
        properties=opened.properties,
        setup=0,
        functions=opened.functions or (),
        logs=logs,
    )
