"""What the client is asked to tell of: files that change on disk behind its back, and its settings.

Not for: what is done about it (session.py).
"""

from __future__ import annotations

from typing import Any

from modgo_lsp.server.lsp.client_capabilities import Client

PATTERNS = (
    *("**/*.go", "**/go.mod", "**/go.sum", "**/go.work", "**/modgo.toml", "**/pyproject.toml"),
    *("**/vendor/modules.txt", "**/.gitignore", "**/testdata/udf/*"),
)


def registrations(client: Client) -> list[dict[str, Any]]:
    """The wishes, where the client can be asked."""
    wishes: list[dict[str, Any]] = []
    if client.watched_files:
        watchers = [{"globPattern": pattern} for pattern in PATTERNS]
        wishes.append(
            {
                "id": "modgo-watched-files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": {"watchers": watchers},
            }
        )
    if client.configuration_registration:
        wishes.append(
            {
                "id": "modgo-configuration",
                "method": "workspace/didChangeConfiguration",
                "registerOptions": {"section": "modgo"},
            }
        )
    return wishes
