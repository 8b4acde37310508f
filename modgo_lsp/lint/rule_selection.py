"""Which findings the settings select, and with which severity."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from modgo_lsp.lint.config import Settings
from modgo_lsp.lint.gitignore import patterns_of
from modgo_lsp.model.finding import Finding, Severity


def configured(findings: Iterable[Finding], settings: Settings) -> list[Finding]:
    """The findings that `settings` select, with the severities that they set."""
    return [
        graded(finding, severity_of(finding, settings))
        for finding in findings
        if is_selected(finding.code, settings) and not _ignored_there(finding, settings)
    ]


def is_selected(code: str, settings: Settings) -> bool:
    """Whether `code` is reported: the longest entry that it begins with decides, and `ignore` in a tie."""
    chosen = max((len(prefix) for prefix in settings.select if code.startswith(prefix)), default=0)
    return chosen > max((len(prefix) for prefix in settings.ignore if code.startswith(prefix)), default=0)


def severity_of(finding: Finding, settings: Settings) -> Severity:
    """The severity of the longest entry that the finding's code begins with, or else its own."""
    matching = [prefix for prefix in settings.severity if finding.code.startswith(prefix)]
    return settings.severity[max(matching, key=len)] if matching else finding.severity


def graded(finding: Finding, severity: Severity) -> Finding:
    if finding.severity == severity:
        return finding
    return msgspec.structs.replace(finding, severity=severity)


def _ignored_there(finding: Finding, settings: Settings) -> bool:
    patterns = tuple(
        pattern
        for pattern, codes in settings.per_file_ignores.items()
        if any(finding.code.startswith(code) for code in codes)
    )
    if not patterns:
        return False
    path, root = finding.location.path, os.path.join(settings.root, "")
    if not path.startswith(root):
        return False
    return _compiled(patterns).covers(path[len(root) :].replace(os.sep, "/"))


_compiled = lru_cache(patterns_of)
