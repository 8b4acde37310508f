"""Loads a module on this machine before it is deployed: a server accepts any file that looks like a module
and reports a failed setup only in its log.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from modgo_lsp.build.module_inspection import inspect
from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.host.fenced import Grants
from modgo_lsp.host.load import load_module
from modgo_lsp.host.module import HostError
from modgo_lsp.ship.failure import ShipError

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


async def try_module(path: Path, cc: str | None, grants: Grants = ()) -> str:
    """Loads the module. Returns why that is not possible on this machine, else "". Raises ShipError if it
    fails."""
    elf = inspect(path).elf
    here = f"{sys.platform}/{_ARCHITECTURES.get(platform.machine(), platform.machine())}"
    if elf is None or elf.target != here:
        return f"it is for {elf.target if elf else 'another machine'}, and this is {here}"
    try:
        result = await load_module(path, cc=cc, grants=grants)
    except ToolchainError as error:
        return error.message
    except HostError as error:
        return str(error)
    if result.failure is not None:
        reason = "; ".join((result.failure.message, *result.failure.frames))
        raise ShipError(
            f"{path} cannot be loaded: {reason}",
            "correct it (`modgo load` shows more), or deploy it without this check with --no-load",
        )
    return ""
