"""Which findings the settings let through, and in which severity.

Not for: suppressions, which stand in the source (suppressions.py), nor for reading settings (config.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from modgo_lsp.lint.config import Settings
from modgo_lsp.lint.gitignore import patterns_of
from modgo_lsp.model.finding import Finding, Severity


def configured(findings: Iterable[Finding], settings: Settings) -> list[Finding]:
    """The findings that `settings` select, in the severities that they set."""
    return [
        graded(finding, severity_of(finding, settings))
        for finding in findings
        if is_selected(finding.code, settings) and not _ignored_there(finding, settings)
    ]


def is_selected(code: str, settings: Settings) -> bool:
    """Whether `code` is to be reported: the longest entry that it begins with decides, `ignore` in a tie."""
    chosen = max((len(prefix) for prefix in settings.select if code.startswith(prefix)), default=0)
    return chosen > max((len(prefix) for prefix in settings.ignore if code.startswith(prefix)), default=0)


def severity_of(finding: Finding, settings: Settings) -> Severity:
    """The severity that is configured for the finding: by the longest entry that its code begins with."""
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
    from pathlib import PurePath

    path = PurePath(finding.location.path)
    if not path.is_relative_to(settings.root):
        return False
    return _compiled(patterns).covers(path.relative_to(settings.root).as_posix())


_compiled = lru_cache(patterns_of)
