"""Which findings the settings select, and with which severity."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from modgo_lsp.lint.config import Settings
from modgo_lsp.lint.gitignore import patterns_of
from modgo_lsp.model.finding import Finding, Severity
from modgo_lsp.rules import declared_grants


def configured(findings: Iterable[Finding], settings: Settings) -> list[Finding]:
    """The findings that `settings` select, with the severities that they set."""
    return [
        graded(finding, severity_of(finding, settings))
        for finding in findings
        if is_selected(finding.code, settings)
        and not (finding.code == declared_grants.CODE and _is_wanted(finding, settings))
        and not _ignored_there(finding, settings)
        and not is_excluded(finding.location.path, settings.exclude, settings.root)
    ]


def is_excluded(path: str, patterns: tuple[str, ...], root: str, is_folder: bool = False) -> bool:
    """Whether patterns that are relative to the folder `root` exclude a file, or a folder with all in it."""
    if not patterns or not (relative := _below(path, root)):
        return False
    compiled = _compiled(patterns)
    return compiled.covers(relative) or (is_folder and bool(compiled.verdict(relative, True)))


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
    relative = _below(finding.location.path, settings.root)
    return relative is not None and _compiled(patterns).covers(relative)


def _is_wanted(finding: Finding, settings: Settings) -> bool:
    return declared_grants.is_declared(
        finding, network=settings.wants_network, files=bool(settings.wants_read)
    )


def _below(path: str, root: str) -> str | None:
    """The path relative to `root`, with slashes; None if it is not below."""
    folder = os.path.join(root, "")
    return path[len(folder) :].replace(os.sep, "/") if path.startswith(folder) else None


_compiled = lru_cache(patterns_of)
