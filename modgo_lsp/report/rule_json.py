"""Rules as JSON: `modgo rule --json`, and the server's modgo.rules."""

from __future__ import annotations

import msgspec

from modgo_lsp.model.finding import Severity
from modgo_lsp.rules.rule import Rule


class RuleObject(msgspec.Struct):
    """A rule. `fix` describes the fix, or is null; `page` is Markdown."""

    code: str
    name: str
    severity: Severity
    summary: str
    fix: str | None
    page: str
    url: str


def rule_object(rule: Rule) -> RuleObject:
    return RuleObject(rule.code, rule.name, rule.severity, rule.summary, rule.fix, rule.page, rule.url)
