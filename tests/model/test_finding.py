"""Findings: their locations."""

from __future__ import annotations

from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Edit, Finding, Fix, Location, Related, relocated


def test_all_locations_of_a_finding_move() -> None:
    def finding(path: str) -> Finding:
        here, there = Location(path, Span(1, 2)), Location(path, Span(3, 4))
        fixes = tuple(Fix(title, True, (Edit(here, title), Edit(there, ""))) for title in "ab")
        return Finding("MG101", "error", "a message", here, (Related(there, "and this"),), fixes)

    moved = relocated(finding("/old/a.go"), lambda at: Location(at.path.replace("old", "new"), at.span))
    assert moved == finding("/new/a.go")
