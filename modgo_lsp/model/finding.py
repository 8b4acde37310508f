"""Findings: messages about source locations, with related locations and fixes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import msgspec

from modgo_lsp.golang.syntax.positions import Span

Severity = Literal["error", "warning", "information", "hint"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # the worst first


class Location(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """A span of a file. `path` is absolute."""

    path: str
    span: Span

    def holds(self, other: Location) -> bool:
        """Whether the start of `other` is within this location."""
        return self.path == other.path and self.span.holds(other.span.start)


class Related(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Another location that explains a finding."""

    location: Location
    message: str


class Edit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Replaces the text at `location`; an empty span inserts."""

    location: Location
    new_text: str


class Fix(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A change that resolves a finding. `safe`: it cannot change the behavior of working code."""

    title: str
    safe: bool
    edits: tuple[Edit, ...]


class Finding(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One result of a rule. `code` is the rule's ("MG101"); its name and page are in the rule."""

    code: str
    severity: Severity
    message: str
    location: Location
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()


def relocated(finding: Finding, place: Callable[[Location], Location]) -> Finding:
    """The finding with `place` applied to all its locations."""
    fixes = tuple(
        msgspec.structs.replace(
            fix, edits=tuple(Edit(place(edit.location), edit.new_text) for edit in fix.edits)
        )
        for fix in finding.fixes
    )
    related = tuple(Related(place(each.location), each.message) for each in finding.related)
    return msgspec.structs.replace(finding, location=place(finding.location), related=related, fixes=fixes)
