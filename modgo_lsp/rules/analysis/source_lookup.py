"""The source at a location: its document, declaration and text."""

from __future__ import annotations

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.lower import lower
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Function, Package


def document_at(package: Package, place: Location) -> Document | None:
    """The document of a place in the UDF module; None for any other place."""
    for member in (package, *package.dependencies):
        for file in member.files:
            if file.document.path == place.path:
                return file.document
    return None


def function_at(package: Package, place: Location) -> Function | None:
    """The function of the package in whose declaration a place is."""
    return next((function for function in package.functions if function.extent.holds(place)), None)


def declaration_at(package: Package, place: Location) -> ast.FuncDecl | None:
    """The syntax tree of the function of the package in whose declaration a place is."""
    document, function = document_at(package, place), function_at(package, place)
    if document is None or function is None:
        return None
    return next(
        decl
        for decl in lower(document).decls
        if isinstance(decl, ast.FuncDecl) and decl.name.span == function.location.span
    )


def text_at(package: Package, place: Location) -> str:
    """The source text of a place for a message; "this" if it is long or has several lines."""
    document = document_at(package, place)
    text = "" if document is None else document.slice(place.span)
    return text if text and "\n" not in text and len(text) <= 40 else "this"


def text_before(package: Package, place: Location) -> bytes:
    """The text of the file up to a place."""
    document = document_at(package, place)
    return b"" if document is None else document.text[: place.span.start]


def is_string_literal(package: Package, place: Location) -> bool:
    document = document_at(package, place)
    written = "" if document is None else document.slice(place.span)
    return written[:1] in ('"', "`") and written[1:].find(written[:1]) == len(written) - 2
