"""Installs the SDK for a Go module: `modgo sdk install`, and the server's modgo.addSdk."""

from __future__ import annotations

from pathlib import Path

import msgspec

from modgo_lsp.build.sdk import Sdk, install, require, sdk_directory, shipped_sdk
from modgo_lsp.build.toolchain import Go, discover_go


class InstalledSdk(msgspec.Struct, frozen=True):
    """`raised` is the version that the go line of go.mod had before it was raised, "" if there was no line;
    None if it stays."""

    sdk: Sdk
    go: Go
    raised: str | None

    @property
    def folder(self) -> Path:
        """The folder of its sources in the module cache."""
        return sdk_directory(self.go, self.sdk)


async def install_sdk(go: str | None, module: Path | None) -> InstalledSdk:
    """Puts the SDK into the module cache, and if there is a `module` into the go.mod and go.sum of that
    folder. `go` is the user's setting. Raises ToolchainError and OSError."""
    found = await discover_go(go)
    sdk = shipped_sdk()
    await install(found, sdk)
    raised = None if module is None else await require(found, sdk, module)
    return InstalledSdk(sdk, found, raised)
