"""Lowers a document's trees to the syntax of ast.py: files and declarations. Bodies and fields are lowered on
demand.

Works on any tree: code that doesn't parse becomes a Bad node or is left out.
"""

from __future__ import annotations

from tree_sitter import Node as Tree

from modgo_lsp.golang.syntax import ast, grammar
from modgo_lsp.golang.syntax.document import Document, Lowered, Part
from modgo_lsp.golang.syntax.grammar import kind
from modgo_lsp.golang.syntax.literals import unquote
from modgo_lsp.golang.syntax.lower_expressions import Lowering
from modgo_lsp.golang.syntax.lower_statements import lower_body, lower_general
from modgo_lsp.golang.syntax.positions import Span

_CLAUSE = kind("package_clause")
_COMMENT = kind("comment")
_FUNCTIONS = frozenset((kind("function_declaration"), kind("method_declaration")))
_GENERAL = frozenset((kind("const_declaration"), kind("var_declaration"), kind("type_declaration")))
_IMPORT = kind("import_declaration")
_IMPORT_SPEC = kind("import_spec")

# From this size on, in bytes, the declarations of a part are parsed one by one once its tree was released.
_LARGE = 2048


def lower(document: Document) -> ast.File:
    """The file of a document. Takes time in proportion to the number of declarations in parts that were not
    lowered before at the same offset, whatever is in their bodies."""
    names: list[ast.Ident] = []
    imports: list[ast.ImportSpec] = []
    decls: list[ast.Decl] = []
    for start, part in zip(document.starts, document.parts, strict=True):
        lowered = part.lowered
        if lowered is None or lowered.start != start:
            part.lowered = lowered = _lowered(part, start)
        names += lowered.names
        imports += lowered.imports
        decls += lowered.decls
    return ast.File(Span(0, len(document.text)), names[0] if names else None, tuple(imports), tuple(decls))


def _lowered(part: Part, start: int) -> Lowered:
    shift = start - part.offset
    lowering = Lowering(part, shift, lower_body)
    is_large = len(part.code) > _LARGE
    names: list[ast.Ident] = []
    imports: list[ast.ImportSpec] = []
    decls: list[ast.Decl] = []
    comments: list[Tree] = []
    for node in part.nodes:
        kind_id = node.kind_id
        if kind_id == _COMMENT:
            comments.append(node)
            continue
        if is_large:
            lowering = Lowering(part, shift, lower_body, Span(node.start_byte, node.end_byte))
        if kind_id == _CLAUSE:
            names += _package_names(lowering, node)
        elif kind_id == _IMPORT:
            specs = _import_specs(lowering, node)
            imports += specs
            decls.append(ast.GenDecl(lowering.span(node), "import", tuple(specs)))
        elif kind_id in _FUNCTIONS:
            decls.append(_function(lowering, node, _doc(lowering, comments, node.start_byte)))
        elif kind_id in _GENERAL:
            decls.append(lower_general(lowering, node))
        comments.clear()
    return Lowered(start, tuple(names), tuple(imports), tuple(decls))


def _package_names(lowering: Lowering, clause: Tree) -> list[ast.Ident]:
    node = clause.child_by_field_id(grammar.NAME)
    return [] if node is None or node.is_missing else [lowering.ident(node)]


def _import_specs(lowering: Lowering, node: Tree) -> list[ast.ImportSpec]:
    specs = []
    for child in node.named_children:
        if child.kind_id != _IMPORT_SPEC:
            continue
        path = child.child_by_field_id(grammar.PATH)
        name = child.child_by_field_id(grammar.NAME)
        value = None if path is None else unquote(lowering.text[path.start_byte : path.end_byte])
        specs.append(
            ast.ImportSpec(
                lowering.span(child),
                None if name is None else lowering.ident(name),
                "" if value is None else value.decode("utf-8", "replace"),
            )
        )
    return specs


def _function(lowering: Lowering, node: Tree, doc: Span | None) -> ast.FuncDecl:
    name = node.child_by_field_id(grammar.NAME)
    receiver = node.child_by_field_id(grammar.RECEIVER)
    body = node.child_by_field_id(grammar.BODY)
    return ast.FuncDecl(
        lowering.span(node),
        doc,
        None if receiver is None else lowering.parameters(receiver, 0),
        ast.Ident(lowering.between(node.start_byte, node.start_byte), "_")
        if name is None
        else lowering.ident(name),
        lowering.function_type(node, 0),
        None if body is None else lowering.body(body, 0),
    )


def _doc(lowering: Lowering, comments: list[Tree], start: int) -> Span | None:
    """The span of the comments directly above `start`."""
    first: int | None = None
    for comment in reversed(comments):
        gap = lowering.text[comment.end_byte : start]
        if gap.strip() or gap.count(b"\n") > 1 or _trails(lowering.text, comment.start_byte):
            break
        first = start = comment.start_byte
    return None if first is None else lowering.between(first, comments[-1].end_byte)


def _trails(text: bytes, offset: int) -> bool:
    """Whether there is code before `offset` on its line."""
    return bool(text[text.rfind(b"\n", 0, offset) + 1 : offset].strip())
