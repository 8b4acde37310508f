"""Suppresses in memory what a run of the linter finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from modgo_lsp.golang.files import Files, OverlayFiles
from modgo_lsp.golang.syntax.document import Document, parse
from modgo_lsp.lint.apply_fixes import apply
from modgo_lsp.lint.lint_paths import Outcome, Scope, lint_paths
from modgo_lsp.lint.linted_modules import Machine
from modgo_lsp.lint.suppression_edit import suppression
from modgo_lsp.model.finding import Finding
from modgo_lsp.rules.catalogue import RULES


class Suppressed(msgspec.Struct, frozen=True):
    """`outcome` is that of lint after the suppressions are added; `changes` are the texts before and after,
    by path; `count` is the number of findings that are suppressed now."""

    outcome: Outcome
    changes: Mapping[str, tuple[bytes, bytes]]
    count: int


def suppress_paths(
    paths: Sequence[str],
    files: Files,
    overrides: Mapping[str, Any] | None,
    reason: str,
    machine: Machine,
    may_change: Callable[[str], bool],
    scope: Scope,
) -> Suppressed:
    """Lints, and adds a suppression with `reason` for each finding that can be suppressed, except in files
    for which `may_change` is False."""
    before = lint_paths(paths, files, overrides, machine=machine, scope=scope)
    found: dict[str, list[Finding]] = {}
    for finding in before.findings:
        path = finding.location.path
        if RULES[finding.code].is_suppressible and path.endswith(".go") and may_change(path):
            found.setdefault(path, []).append(finding)
    if not found:
        return Suppressed(before, {}, 0)
    originals = {path: parse(path, files.read(path)) for path in found}
    documents = {
        path: parse(path, with_suppressions(originals[path], each, reason)) for path, each in found.items()
    }
    overlay = OverlayFiles(files, documents)
    after = lint_paths(paths, overlay, overrides, before.loaders, machine, scope)
    changes = {path: (originals[path].source, documents[path].source) for path in sorted(documents)}
    left = sum(
        finding.location.path in found and RULES[finding.code].is_suppressible for finding in after.findings
    )
    return Suppressed(after, changes, sum(map(len, found.values())) - left)


def with_suppressions(document: Document, findings: Iterable[Finding], reason: str) -> bytes:
    """The source of the document with a suppression on each line in which findings begin."""
    lines: dict[int, tuple[int, dict[str, None]]] = {}
    for finding in findings:
        start = finding.location.span.start
        _, codes = lines.setdefault(document.text.rfind(b"\n", 0, start), (start, {}))
        codes[finding.code] = None
    return apply(
        document, [suppression(document, start, ",".join(codes), reason) for start, codes in lines.values()]
    )
