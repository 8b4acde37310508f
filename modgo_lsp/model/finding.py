"""A finding: a message about a place in the source, with related places and fixes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from modgo_lsp.golang.syntax.positions import Span

Severity = Literal["error", "warning", "information", "hint"]


class Location(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """A span of one file; `path` is absolute."""

    path: str
    span: Span

    def holds(self, other: Location) -> bool:
        """Whether `other` begins inside."""
        return self.path == other.path and self.span.holds(other.span.start)


class Related(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Another place that explains a finding."""

    location: Location
    message: str


class Edit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Replaces the text at `location`; an empty span inserts."""

    location: Location
    new_text: str


class Fix(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A change that makes the finding go away. `safe`: it cannot change what working code does."""

    title: str
    safe: bool
    edits: tuple[Edit, ...]


class Finding(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One verdict at one place. `code` is a rule's ("MG101"); the rule knows its name and page."""

    code: str
    severity: Severity
    message: str
    location: Location
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()


def relocated(finding: Finding, place: Callable[[Location], Location]) -> Finding:
    """The finding with all its locations as `place` gives them."""
    fixes = tuple(
        msgspec.structs.replace(
            fix, edits=tuple(Edit(place(edit.location), edit.new_text) for edit in fix.edits)
        )
        for fix in finding.fixes
    )
    related = tuple(Related(place(each.location), each.message) for each in finding.related)
    return msgspec.structs.replace(finding, location=place(finding.location), related=related, fixes=fixes)
