"""A Go module: its folder and its go.mod."""

from __future__ import annotations

import msgspec


class Module(msgspec.Struct, frozen=True):
    """A Go module. `directory` is absolute and holds go.mod. `go_version` is the go directive ("1.24"), None
    without one. `requires` are the paths and versions that go.mod requires."""

    directory: str
    path: str
    go_version: str | None = None
    requires: tuple[tuple[str, str], ...] = ()

    def required(self, path: str) -> str | None:
        """The version of the module `path` that go.mod requires, "v1.0.0"; None if it doesn't."""
        return next((version for required, version in self.requires if required == path), None)
