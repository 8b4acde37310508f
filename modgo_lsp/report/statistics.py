"""How many findings each rule has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from modgo_lsp.model.finding import Finding
from modgo_lsp.rules.catalogue import RULES


class Row(msgspec.Struct):
    """`fixable` is the number of findings with a safe fix."""

    code: str
    name: str
    count: int
    fixable: int


def statistics_text(findings: Iterable[Finding]) -> str:
    """A line for each rule with findings, the most frequent first; "" without findings."""
    rows = _rows(findings)
    width = max((len(str(row.count)) for row in rows), default=0)
    return "\n".join(f"{row.count:>{width}}  {row.code}  {row.name}{_fixable(row)}" for row in rows)


def statistics_json(findings: Iterable[Finding]) -> str:
    return msgspec.json.format(msgspec.json.encode(_rows(findings)), indent=2).decode()


def _fixable(row: Row) -> str:
    return f" ({row.fixable} with --fix)" if row.fixable else ""


def _rows(findings: Iterable[Finding]) -> list[Row]:
    found = list(findings)
    counts = Counter(finding.code for finding in found)
    fixable = Counter(finding.code for finding in found if any(fix.safe for fix in finding.fixes))
    rows = [Row(code, RULES[code].name, count, fixable[code]) for code, count in counts.items()]
    return sorted(rows, key=lambda row: (-row.count, row.code))
