"""The notifications that the server asks for: of files that change on disk, and of settings."""

from __future__ import annotations

from typing import Any

from modgo_lsp.server.lsp.client_capabilities import Client

PATTERNS = (
    *("**/*.go", "**/go.mod", "**/go.sum", "**/go.work", "**/modgo.toml", "**/pyproject.toml"),
    *("**/vendor/modules.txt", "**/.gitignore", "**/testdata/udf/*"),
)


def registrations(client: Client) -> list[dict[str, Any]]:
    """The registrations for client/registerCapability; none where the client takes none."""
    found: list[dict[str, Any]] = []
    if client.watched_files:
        watchers = [{"globPattern": pattern} for pattern in PATTERNS]
        found.append(
            {
                "id": "modgo-watched-files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": {"watchers": watchers},
            }
        )
    if client.configuration_registration:
        found.append(
            {
                "id": "modgo-configuration",
                "method": "workspace/didChangeConfiguration",
                "registerOptions": {"section": "modgo"},
            }
        )
    return found
