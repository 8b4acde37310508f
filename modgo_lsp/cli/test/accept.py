"""`modgo test --accept`: shows what changes in the case files, and writes it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from modgo_lsp.cli.lint.fixes import unified_diff, write_changes
from modgo_lsp.cli.terminal import painted, say
from modgo_lsp.cli.test.run import ModuleReport
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.host.cases.accept_cases import accepted, is_acceptable
from modgo_lsp.host.cases.case_file import LARGEST, parse_cases
from modgo_lsp.host.cases.case_result import CaseResult
from modgo_lsp.host.cases.failed_cases import record_failed

_BOM = b"\xef\xbb\xbf"


def accept(report: ModuleReport, folder: Path, show_diff: bool) -> ModuleReport:
    """Writes what happened into the case files, and returns the report with what is expected now. Raises
    CliError if a file cannot be written."""
    chosen = [result for result in report.results if is_acceptable(result)]
    now: dict[int, CaseResult] = {}
    for path, group in groupby(chosen, key=lambda result: result.case.path):
        now.update(_accept_in(path, list(group), show_diff))
    results = tuple(now.get(id(result), result) for result in report.results)
    record_failed(folder, results)
    return msgspec.structs.replace(report, results=results, accepted=len(now))


def _accept_in(path: Path, results: Sequence[CaseResult], show_diff: bool) -> dict[int, CaseResult]:
    """Writes one file. Returns the results with their new cases, by the identity of the old ones."""
    try:
        before = DiskFiles().read(str(path), LARGEST)
        bom = _BOM if before.startswith(_BOM) else b""
        found = accepted(before.removeprefix(bom).decode("utf-8"), results)
    except (OSError, UnicodeDecodeError):  # it has changed since it was read
        return {}
    if not found.positions:
        return {}
    changes = {str(path): (before, bom + found.text.encode())}
    if show_diff:
        _show(unified_diff(changes))
    write_changes(changes)
    cases = {case.position: case for case in parse_cases(found.text, path).cases}
    return {
        id(result): CaseResult(cases[result.case.position], result.outcome)
        for result in results
        if result.case.position in found.positions
    }


def _show(diff: str) -> None:
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in diff.splitlines():
        say(painted(line, colours.get(line[:1])))
    say()
