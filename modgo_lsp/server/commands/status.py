"""modgo.status."""

from __future__ import annotations

import os
import sys

from modgo_lsp import __version__
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token


async def status(commands: Commands, _arguments: Arguments, _token: Token) -> Json:
    """The state of this server at a glance."""
    session = commands.session
    return {
        "version": __version__,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}",
        "executable": sys.executable,
        "pid": os.getpid(),
        "trusted": session.client.options.trusted,
        "diagnostics": "pull" if session.client.pull_diagnostics else "push",
        "encoding": session.encoding,
        "client": session.client_name,
        "folders": list(session.roots),
        "documents": len(session.documents.by_path),
        "work": commands.count,
        "idle": session.analysis_thread.is_idle,
    }
