"""Hover: a UDF as its callers see it, and a rule's page over a suppression.

Not for: what gopls already shows (Go's signature and documentation of any other name).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

import msgspec

from modgo_lsp.ide.signature import caller_signature
from modgo_lsp.lint.suppress import suppressions
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Registration
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.syntax.document import Document
from modgo_lsp.syntax.positions import Span


class Hover(msgspec.Struct, frozen=True):
    """`markdown` about the text at `span` of the document that was asked about."""

    markdown: str
    span: Span


def hover(package: Package | None, document: Document, offset: int) -> Hover | None:
    """What there is to say about the byte at `offset`; None where that is nothing of ours."""
    return _suppressed_rule(document, offset) or (
        None if package is None else _udf(package, document.path, offset)
    )


def _suppressed_rule(document: Document, offset: int) -> Hover | None:
    for directive in suppressions(document):
        for code, span in directive.codes:
            if code in RULES and span.start <= offset <= span.end:
                return Hover(RULES[code].page, span)
    return None


def _udf(package: Package, path: str, offset: int) -> Hover | None:
    for place, registration in _places(package):
        if place.path == path and place.span.start <= offset <= place.span.end:
            # A function may be registered under several names: over its own name, tell them all.
            named = [
                other
                for other in package.registrations
                if other is registration or (other.target is not None and other.target.location == place)
            ]
            module = PurePath(package.directory).name
            return Hover("\n\n---\n\n".join(_describe(each, module) for each in named), place.span)
    return None


def _places(package: Package) -> Iterator[tuple[Location, Registration]]:
    for registration in package.registrations:
        if registration.name is None:
            continue
        yield registration.name_argument, registration
        yield registration.function_argument, registration
        if registration.target is not None:
            yield registration.target.location, registration


def _describe(registration: Registration, module: str) -> str:
    name = registration.name or "?"
    signature = registration.signature
    kind = "UDF" if signature is None else "Stream UDF" if signature.kind == "stream" else "Record UDF"
    about = f"{kind} `{name}` of module `{module}`"
    if signature is not None and signature.takes_record:
        about += ", works on the record"
    if signature is not None and signature.returns_error:
        about += ", may fail"
    parts = [f"```text\n{caller_signature(name, signature)}\n```", about + "."]
    if signature is not None and signature.problems:
        parts.append("Cannot be called yet: " + " ".join(problem.message for problem in signature.problems))
    if registration.target is not None and registration.target.doc.strip():
        parts.append(registration.target.doc.strip())
    return "\n\n".join(parts)
