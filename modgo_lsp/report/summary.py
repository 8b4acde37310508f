"""How much was linted and how much found, for the end of a report."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from modgo_lsp.lint.lint_paths import Counts
from modgo_lsp.model.finding import SEVERITIES, Finding


class Summary(msgspec.Struct):
    packages: int
    files: int
    errors: int
    warnings: int
    information: int
    hints: int


def summary(findings: Iterable[Finding], counts: Counts) -> Summary:
    number = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        number[finding.severity] += 1
    return Summary(counts.packages, counts.files, *number.values())
