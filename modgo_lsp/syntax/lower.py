"""From a document's tree to the syntax in ast.py: files and declarations. Bodies are lowered when used.

Works on any tree: what doesn't parse becomes a Bad node or is left out. Not for: saying what is wrong
with it (errors.py). Its neighbours: lower_expressions.py, lower_statements.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node as Tree

from modgo_lsp.syntax import ast
from modgo_lsp.syntax.document import Document
from modgo_lsp.syntax.literals import unquote
from modgo_lsp.syntax.lower_expressions import Lowering
from modgo_lsp.syntax.lower_statements import lower_body, lower_general
from modgo_lsp.syntax.positions import Span, common_prefix


def lower(document: Document, earlier: tuple[Document, ast.File] | None = None) -> ast.File:
    """The file of a document. Takes time in proportion to the declarations, not to what is in functions.

    `earlier` is another text's, such as before an edit: functions that end before the first difference are
    taken from it as they are, with what was already lowered of them."""
    lowering = Lowering(document.text, lower_body)
    known = {} if earlier is None else _same_functions(document, *earlier)
    name: ast.Ident | None = None
    decls: list[ast.Decl] = []
    imports: list[ast.ImportSpec] = []
    comments: list[Tree] = []
    for node in top_level(document.tree.root_node):
        kind = node.type
        if kind == "comment":
            comments.append(node)
            continue
        if kind == "package_clause":
            name = name or _package_name(lowering, node)
        elif kind == "import_declaration":
            decl = _import(lowering, node)
            imports.extend(spec for spec in decl.specs if isinstance(spec, ast.ImportSpec))
            decls.append(decl)
        elif kind in ("function_declaration", "method_declaration"):
            decls.append(
                known.get((node.start_byte, node.end_byte))
                or _function(lowering, node, _doc(document.text, comments, node.start_byte))
            )
        elif kind in ("const_declaration", "var_declaration", "type_declaration"):
            decls.append(lower_general(lowering, node))
        comments.clear()
    return ast.File(Span(0, len(document.text)), name, tuple(imports), tuple(decls))


def _same_functions(
    document: Document, before: Document, file: ast.File
) -> dict[tuple[int, int], ast.FuncDecl]:
    """By start and end, the functions of `file`, lowered from `before`, that are the same in `document`."""
    # How the parser recovers from an error may depend on what comes later.
    if document.has_error or before.has_error:
        return {}
    same = common_prefix(document.text, before.text)
    return {
        (decl.span.start, decl.span.end): decl
        for decl in file.decls
        if isinstance(decl, ast.FuncDecl) and decl.span.end < same
    }


def top_level(root: Tree) -> Iterator[Tree]:
    """What stands at the top of the file, also what the parser found whole among what it gave up on."""
    for node in root.named_children:
        if node.is_error:
            yield from node.named_children
        else:
            yield node


def _package_name(lowering: Lowering, clause: Tree) -> ast.Ident | None:
    node = clause.child_by_field_name("name")
    return None if node is None or node.is_missing else lowering.ident(node)


def _import(lowering: Lowering, node: Tree) -> ast.GenDecl:
    specs = []
    for child in node.named_children:
        if child.type != "import_spec":
            continue
        path = child.child_by_field_name("path")
        if path is None:
            continue
        name = child.child_by_field_name("name")
        value = unquote(lowering.text[path.start_byte : path.end_byte])
        specs.append(
            ast.ImportSpec(
                _span(child),
                None if name is None else lowering.ident(name),
                "" if value is None else value.decode("utf-8", "replace"),
                _span(path),
            )
        )
    return ast.GenDecl(_span(node), "import", tuple(specs))


def _function(lowering: Lowering, node: Tree, doc: Span | None) -> ast.FuncDecl:
    name = node.child_by_field_name("name")
    receiver = node.child_by_field_name("receiver")
    body = node.child_by_field_name("body")
    return ast.FuncDecl(
        _span(node),
        doc,
        None if receiver is None else lowering.parameters(receiver, 0),
        ast.Ident(Span(node.start_byte, node.start_byte), "_") if name is None else lowering.ident(name),
        lowering.function_type(node, 0),
        None if body is None else lowering.body(body, 0),
    )


def _doc(text: bytes, comments: list[Tree], start: int) -> Span | None:
    """The comment that ends on the line before `start`, with those that touch it."""
    first: int | None = None
    for comment in reversed(comments):
        gap = text[comment.end_byte : start]
        if gap.strip() or gap.count(b"\n") > 1 or _trails(text, comment.start_byte):
            break
        first = start = comment.start_byte
    return None if first is None else Span(first, comments[-1].end_byte)


def _trails(text: bytes, offset: int) -> bool:
    """Whether something stands before `offset` on its line."""
    return bool(text[text.rfind(b"\n", 0, offset) + 1 : offset].strip())


def _span(node: Tree) -> Span:
    return Span(node.start_byte, node.end_byte)
