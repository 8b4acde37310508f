"""Removes imports that a fix leaves unused, which Go does not compile."""

from __future__ import annotations

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Edit
from modgo_lsp.model.function_code import Code


def without_import(code: Code, path: str, removed: Span) -> tuple[Edit, ...]:
    """The edit that removes the import of `path`, if only the code at `removed` uses it."""
    if any(not removed.holds(offset) for offset in code.uses_of_import(path)):
        return ()
    specs = [spec for spec in code.file.syntax.imports if spec.path == path]
    if len(specs) != 1 or (specs[0].name is not None and specs[0].name.name in ("_", ".")):
        return ()
    text = code.file.document.text
    whole = next((decl.span for decl in code.file.syntax.decls if _is_alone(decl, specs[0])), specs[0].span)
    start, end = text.rfind(b"\n", 0, whole.start) + 1, text.find(b"\n", whole.end) + 1
    if text[start : whole.start].strip() or text[whole.end : end].strip() or not end:
        return ()  # there is other code on its line
    return (Edit(code.place(Span(start, end)), ""),)


def _is_alone(decl: ast.Decl, spec: ast.ImportSpec) -> bool:
    return isinstance(decl, ast.GenDecl) and decl.specs == (spec,)
