"""The source behind a location, for fixes that depend on how something is written.

Not for: what the source means (model/ says).
"""

from __future__ import annotations

from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package


def text_of(package: Package, path: str) -> bytes:
    """The text of a file of the UDF module; empty for any other file."""
    for member in (package, *package.dependencies):
        for file in member.files:
            if file.document.path == path:
                return file.document.text
    return b""


def is_string_literal(package: Package, place: Location) -> bool:
    written = text_of(package, place.path)[place.span.start : place.span.end]
    return written[:1] in (b'"', b"`") and written[1:].find(written[:1]) == len(written) - 2
