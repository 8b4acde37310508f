"""modgo.rules."""

from __future__ import annotations

import msgspec

from modgo_lsp.report.rule_json import rule_object
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token


async def rules(_commands: Commands, _arguments: Arguments, _token: Token) -> Json:
    """Lists the rules with their pages, in Markdown."""
    return {"ok": True, "rules": [msgspec.to_builtins(rule_object(rule)) for rule in RULES.values()]}
