"""A parsed Go file, and what makes it import the same as another text of it."""

from __future__ import annotations

from modgo_lsp.golang.syntax import ast, lower
from modgo_lsp.golang.syntax.document import Document


class Parsed:
    """A parsed file: its document and syntax tree."""

    __slots__ = ("document", "syntax")

    def __init__(self, parsed: Document) -> None:
        self.document = parsed
        self.syntax: ast.File = lower.lower(parsed)


def head(parsed: Parsed) -> object:
    """The package name and imports of a file."""
    syntax = parsed.syntax
    imports = [(spec.path, spec.name and spec.name.name) for spec in syntax.imports]
    return syntax.name and syntax.name.name, imports
