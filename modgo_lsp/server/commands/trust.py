"""What a command may do in a workspace that is not trusted."""

from __future__ import annotations

from modgo_lsp.server.commands.arguments import UsageError
from modgo_lsp.server.workspace.session import Session


def check_may_write(session: Session) -> None:
    """Raises UsageError where the workspace is not trusted."""
    if not session.client.options.trusted:
        raise UsageError(
            "Modgo writes no files in a workspace that is not trusted. Trust the workspace, then try again."
        )
