"""modgo.restartHost."""

from __future__ import annotations

from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token

# Processes end in milliseconds; the client gets an answer in any case.
_END_SECONDS = 10.0


async def restart_host(commands: Commands, _arguments: Arguments, _token: Token) -> Json:
    """Ends all running builds, loads and calls, with their processes; the next one starts again."""
    return {"ok": True, "ended": await commands.end(_END_SECONDS)}
