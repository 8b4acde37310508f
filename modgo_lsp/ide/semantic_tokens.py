"""Semantic tokens: registered names as functions, and rule codes in suppressions as macros."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.suppressions import suppressions
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.source_lookup import is_string_literal

TokenType = Literal["function", "macro"]
TYPES: tuple[TokenType, ...] = ("function", "macro")


class Token(msgspec.Struct, frozen=True):
    span: Span
    type: TokenType


def tokens(package: Package | None, document: Document) -> list[Token]:
    """The tokens of one file, in source order. None spans several lines."""
    found = [Token(span, "macro") for directive in suppressions(document) for _, span in directive.codes]
    if package is not None:
        found += _names(package, document)
    return sorted(found, key=lambda token: token.span)


def _names(package: Package, document: Document) -> Iterator[Token]:
    for each in package.registrations:
        place = each.name_argument
        if each.name is None or place.path != document.path or not is_string_literal(package, place):
            continue
        inside = Span(place.span.start + 1, place.span.end - 1)
        if inside.end > inside.start and b"\n" not in document.text[inside.start : inside.end]:
            yield Token(inside, "function")
