"""Code actions for a selection: the fixes of the findings in it, and suppressions."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.apply_fixes import best
from modgo_lsp.lint.suppression_edit import suppression
from modgo_lsp.model.finding import Edit, Finding
from modgo_lsp.rules.catalogue import RULES


class Action(msgspec.Struct, frozen=True):
    """A code action that fixes or suppresses `finding`."""

    title: str
    edits: tuple[Edit, ...]
    preferred: bool
    finding: Finding


def quick_fixes(findings: Iterable[Finding], path: str, span: Span) -> list[Action]:
    """The fixes of the findings of `path` that touch `span`. The first safe fix of each finding is
    preferred."""
    actions: list[Action] = []
    for finding in _touching(findings, path, span):
        safest = best(finding, unsafe=False)
        actions.extend(Action(fix.title, fix.edits, fix is safest, finding) for fix in finding.fixes)
    return actions


def suppressions(findings: Iterable[Finding], document: Document, span: Span) -> list[Action]:
    """A suppression for each code among the findings that touch `span`."""
    actions: dict[str, Action] = {}
    for finding in _touching(findings, document.path, span):
        if finding.code not in actions and RULES[finding.code].is_suppressible:
            edit = suppression(document, finding.location.span.start, finding.code)
            actions[finding.code] = Action(f"Suppress {finding.code} here", (edit,), False, finding)
    return list(actions.values())


def _touching(findings: Iterable[Finding], path: str, span: Span) -> list[Finding]:
    return [
        finding
        for finding in findings
        if finding.location.path == path
        and finding.location.span.start <= span.end
        and span.start <= finding.location.span.end
    ]
