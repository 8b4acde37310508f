"""The tools that build a program for a debugger: a C compiler only if some package has C code."""

from __future__ import annotations

from pathlib import Path

from modgo_lsp.build.process import run
from modgo_lsp.build.toolchain import Toolchain, discover, discover_without_cgo
from modgo_lsp.model.sdk import SDK_PATH

_WITH_C = "{{if and .CgoFiles (not .Standard)}}{{.ImportPath}}{{end}}"


async def debug_toolchain(go: str | None, cc: str | None, folder: Path) -> Toolchain:
    """`go` and `cc` are settings. Raises ToolchainError and OSError."""
    without = await discover_without_cgo(go)
    listed = await run(
        [without.go.path, "list", "-e", "-deps", "-f", _WITH_C, "."],
        cwd=folder,
        env={**without.environment(), "CGO_ENABLED": "1", "PWD": str(folder)},
    )
    # The SDK has C code for hosts in C, which a debugger is not.
    return await discover(go, cc) if set(listed.stdout.split()) - {SDK_PATH} else without
