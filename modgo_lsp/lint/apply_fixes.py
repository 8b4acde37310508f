"""Applies fixes in memory, round after round, until no finding with a fix is left."""

from __future__ import annotations

import os
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from modgo_lsp.golang.files import Files, OverlayFiles
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.lint_paths import EVERYWHERE, UNKNOWN_MACHINE, Outcome, Scope, lint_paths
from modgo_lsp.lint.linted_modules import Machine
from modgo_lsp.model.finding import Edit, Finding, Fix, Location

if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.document import Document


class Fixed(msgspec.Struct, frozen=True):
    """`outcome` is of the fixed files; `changes` are the texts before and after, by path; `fixed` are the
    findings whose fixes were applied."""

    outcome: Outcome
    changes: Mapping[str, tuple[bytes, bytes]]
    fixed: tuple[Finding, ...]


def fix_paths(
    paths: Sequence[str],
    files: Files,
    overrides: Mapping[str, Any] | None = None,
    unsafe: bool = False,
    machine: Machine = UNKNOWN_MACHINE,
    may_change: Callable[[str], bool] = lambda _: True,
    scope: Scope = EVERYWHERE,
) -> Fixed:
    """Lints, and fixes the findings in memory. Only if `unsafe` are unsafe fixes applied, and none in
    files for which `may_change` is False."""
    # The parser is imported only to fix: that takes 4 ms of the 65 of a warm `modgo lint`.
    from modgo_lsp.golang.syntax.document import parse

    originals: dict[str, bytes] = {}
    fixed: list[Finding] = []
    documents: dict[str, Document] = {}
    states: set[frozenset[tuple[str, bytes]]] = set()
    outcome = lint_paths(paths, files, overrides, machine=machine, scope=scope)
    loaders, rounds = outcome.loaders, FixRounds(unsafe, may_change)
    while chosen := rounds.choose(outcome.findings):
        now = dict(documents)
        for path, edits in _by_path(chosen).items():
            document = documents.get(path) or parse(path, files.read(path))
            originals.setdefault(path, document.source)
            now[path] = parse(path, apply(document, edits))
        after = lint_paths(paths, OverlayFiles(files, now), overrides, loaders, machine, scope)
        loaders = after.loaders
        if not rounds.is_good(outcome.findings, after.findings):
            continue
        state = frozenset((path, document.source) for path, document in now.items())
        if state in states:  # two rules undo each other's work
            break
        states.add(state)
        documents, outcome = now, after
        fixed += rounds.fixed
    changes = {path: (originals[path], documents[path].source) for path in sorted(documents)}
    return Fixed(outcome, changes, tuple(fixed))


class FixRounds:
    """Chooses the fixes that are applied together in a round. None of them touches what another one changes.

    A round applies one fix a rule and folder, because the next may build on it: on an init or an import
    that it adds. Fixes that are the same as in the round before don't, and are applied together, unless
    that leads to new findings, as two functions registered under one name."""

    def __init__(self, unsafe: bool, may_change: Callable[[str], bool] = lambda _: True) -> None:
        self._unsafe = unsafe
        self._may_change = may_change
        self._offered: set[object] = set()
        self._careful: set[str] = set()  # folders in which fixes together led to new findings
        self._many: set[str] = set()  # folders with several fixes of one rule in this round
        self._expected: Counter[tuple[str, str]] = Counter()
        self.fixed: list[Finding] = []  # in this round

    def choose(self, findings: Iterable[Finding]) -> list[Fix]:
        """The fixes of the next round; none if no fix is left."""
        chosen: list[Fix] = []
        taken = _Taken()
        groups: set[tuple[str, str]] = set()
        offered: set[object] = set()
        self._many, self._expected, self.fixed = set(), Counter(), []
        for finding in findings:
            fix = best(finding, self._unsafe)
            if fix is None or not all(self._may_change(edit.location.path) for edit in fix.edits):
                continue
            place = finding.location.path
            reads = (finding.code, place, finding.message, tuple(edit.new_text for edit in fix.edits))
            offered.add(reads)
            group = _group(finding)
            folder, _ = group
            if group in groups and (folder in self._careful or reads not in self._offered):
                continue
            if taken.take(finding.code, fix):
                if group in groups:
                    self._many.add(folder)
                self._expected[group] += 1
                groups.add(group)
                chosen.append(fix)
                self.fixed.append(finding)
        self._offered = offered
        return chosen

    def is_good(self, before: Iterable[Finding], after: Iterable[Finding]) -> bool:
        """Whether the fixes of the round removed their findings and led to no others. If not, the caller
        discards the round, and the next one has fewer fixes."""
        if not self._many:
            return True
        was, now = Counter(map(_group, before)), Counter(map(_group, after))
        wrong = {
            folder
            for folder, code in was | now
            if now[folder, code] > was[folder, code] - self._expected[folder, code]
        }
        # If the new findings are in another package, any of these folders may be the cause.
        self._careful |= wrong & self._many or (self._many if wrong else set())
        return not wrong


def _group(finding: Finding) -> tuple[str, str]:
    return os.path.dirname(finding.location.path), finding.code


def _insertion(fix: Fix) -> Location | None:
    """The place of an insertion, if the fix is nothing else."""
    place = fix.edits[0].location if len(fix.edits) == 1 else None
    return place if place is not None and place.span.start == place.span.end else None


class _Taken:
    """The places that the fixes of a round change."""

    def __init__(self) -> None:
        self._spans: dict[str, list[Span]] = {}
        # Insertions by place, with their rule and texts: a rule may insert several texts at one place.
        self._insertions: dict[Location | None, tuple[str, set[str]]] = {}

    def take(self, code: str, fix: Fix) -> bool:
        """Adds a fix unless it touches what another one changes."""
        insertion = _insertion(fix)
        if insertion in self._insertions:
            owner, texts = self._insertions[insertion]
            if owner != code or fix.edits[0].new_text in texts:
                return False
            texts.add(fix.edits[0].new_text)
            return True
        if any(self._touches(edit.location) for edit in fix.edits):
            return False
        for edit in fix.edits:
            insort(self._spans.setdefault(edit.location.path, []), edit.location.span)
        if insertion is not None:
            self._insertions[insertion] = (code, {fix.edits[0].new_text})
        return True

    def _touches(self, location: Location) -> bool:
        spans, span = self._spans.get(location.path, []), location.span
        at = bisect_left(spans, span)
        return (at > 0 and spans[at - 1].end >= span.start) or (
            at < len(spans) and spans[at].start <= span.end
        )


def best(finding: Finding, unsafe: bool) -> Fix | None:
    """The fix to apply without asking: the first safe one, else the first if unsafe ones are allowed."""
    safe = next((fix for fix in finding.fixes if fix.safe), None)
    return safe or (finding.fixes[0] if unsafe and finding.fixes else None)


def apply(document: Document, edits: Iterable[Edit]) -> bytes:
    """The source of the document after edits that don't overlap; those at one place are applied in order."""
    text, done = document.source, 0
    parts: list[bytes] = []
    for edit in sorted(edits, key=lambda edit: edit.location.span):
        span = edit.location.span
        parts += (text[done : document.to_source(span.start)], edit.new_text.encode())
        done = document.to_source(span.end)
    return b"".join((*parts, text[done:]))


def _by_path(fixes: Iterable[Fix]) -> dict[str, list[Edit]]:
    edits: dict[str, list[Edit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            edits.setdefault(edit.location.path, []).append(edit)
    return edits
