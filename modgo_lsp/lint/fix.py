"""Applying fixes: round after round in memory, until nothing more can be mended.

Not for: writing the result to the disk (cli/lint.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from modgo_lsp.lint.modules import Machine
from modgo_lsp.lint.run import UNKNOWN_MACHINE, Outcome, lint_paths
from modgo_lsp.model.files import Files, OverlayFiles
from modgo_lsp.model.finding import Edit, Finding, Fix

if TYPE_CHECKING:
    from modgo_lsp.syntax.document import Document


class Fixed(msgspec.Struct, frozen=True):
    """`outcome` is what is left; `changes` are the texts before and after by path; `count` of fixes."""

    outcome: Outcome
    changes: Mapping[str, tuple[bytes, bytes]]
    count: int


def fix_paths(
    paths: Sequence[str],
    files: Files,
    overrides: Mapping[str, Any] | None = None,
    unsafe: bool = False,
    machine: Machine = UNKNOWN_MACHINE,
) -> Fixed:
    """Lints and mends, in memory. `unsafe` fixes only if asked for."""
    from modgo_lsp.syntax.document import parse

    originals: dict[str, bytes] = {}
    documents: dict[str, Document] = {}
    states: set[frozenset[tuple[str, bytes]]] = set()
    outcome = lint_paths(paths, files, overrides, machine=machine)
    count = 0
    while chosen := choose(outcome.findings, unsafe):
        for path, edits in _by_path(chosen).items():
            document = documents.get(path) or parse(path, files.read(path))
            originals.setdefault(path, document.source)
            documents[path] = parse(path, apply(document, edits))
        state = frozenset((path, document.source) for path, document in documents.items())
        if state in states:  # two rules undo each other's work
            break
        states.add(state)
        count += len(chosen)
        outcome = lint_paths(paths, OverlayFiles(files, documents), overrides, outcome.loaders, machine)
    changes = {path: (originals[path], documents[path].source) for path in sorted(documents)}
    return Fixed(outcome, changes, count)


def choose(findings: Iterable[Finding], unsafe: bool) -> list[Fix]:
    """Fixes to apply together: one for each finding that has any, but none that touches what another one
    changes, and of a rule one a folder, for the next may then build on it (an init that is there already)."""
    chosen: list[Fix] = []
    taken: list[Edit] = []
    groups: set[tuple[str, str]] = set()
    for finding in findings:
        fix = best(finding, unsafe)
        group = (finding.code, str(PurePath(finding.location.path).parent))
        if fix is None or group in groups:
            continue
        if not any(_touch(edit, other) for edit in fix.edits for other in taken):
            groups.add(group)
            chosen.append(fix)
            taken.extend(fix.edits)
    return chosen


def best(finding: Finding, unsafe: bool) -> Fix | None:
    """The fix to apply without asking: the first safe one, else the first if unsafe ones are allowed."""
    safe = next((fix for fix in finding.fixes if fix.safe), None)
    return safe or (finding.fixes[0] if unsafe and finding.fixes else None)


def apply(document: Document, edits: Iterable[Edit]) -> bytes:
    """The source of the document after edits that don't overlap."""
    text = document.source
    for edit in sorted(edits, key=lambda edit: edit.location.span, reverse=True):
        span = edit.location.span
        start, end = document.to_source(span.start), document.to_source(span.end)
        text = text[:start] + edit.new_text.encode() + text[end:]
    return text


def _touch(one: Edit, other: Edit) -> bool:
    a, b = one.location, other.location
    return a.path == b.path and a.span.start <= b.span.end and b.span.start <= a.span.end


def _by_path(fixes: Iterable[Fix]) -> dict[str, list[Edit]]:
    edits: dict[str, list[Edit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            edits.setdefault(edit.location.path, []).append(edit)
    return edits
