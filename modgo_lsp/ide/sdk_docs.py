"""The documentation of the SDK's functions and methods, from the SDK's source. It serves where gopls does not
find the SDK in Go's module cache."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document, parse
from modgo_lsp.golang.syntax.lower import lower
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide.doc_comment import markdown
from modgo_lsp.ide.markdown import code_block
from modgo_lsp.resources import resource


class SdkDoc(msgspec.Struct, frozen=True):
    """A declaration of the SDK in Go, and the text of its doc comment."""

    declaration: str
    text: str

    @property
    def markdown(self) -> str:
        return f"{code_block(self.declaration, 'go')}\n\n{markdown(self.text)}"

    @property
    def plain(self) -> str:
        return f"{self.declaration}\n\n{self.text}"


def sdk_doc(name: str) -> SdkDoc | None:
    """The documentation of "Register" or "Record.Set"; None if the SDK exports no such name."""
    return _docs().get(name)


@lru_cache
def sdk_names() -> frozenset[str]:
    """The names of the SDK's functions and methods, such as "Register" and "Set"."""
    return frozenset(name.rpartition(".")[2] for name in _docs())


@lru_cache
def _docs() -> dict[str, SdkDoc]:
    found: dict[str, SdkDoc] = {}
    for path in sorted(resource("udf").glob("*.go")):
        if not path.name.endswith("_test.go"):
            document = parse(str(path), path.read_bytes())
            for decl in lower(document).decls:
                if isinstance(decl, ast.FuncDecl) and decl.name.name[:1].isupper() and decl.doc is not None:
                    found.setdefault(_name(decl), _doc(document, decl, decl.doc))
    return found


def _name(decl: ast.FuncDecl) -> str:
    """ "Record.Set" for a method of *Record."""
    if decl.receiver is None or not decl.receiver.fields:
        return decl.name.name
    receiver = ast.unparen(decl.receiver.fields[0].type)
    receiver = receiver.x if isinstance(receiver, ast.StarExpr) else receiver
    return f"{receiver.name}.{decl.name.name}" if isinstance(receiver, ast.Ident) else decl.name.name


def _doc(document: Document, decl: ast.FuncDecl, comment: Span) -> SdkDoc:
    end = decl.span.end if decl.body is None else decl.body.span.start
    declaration = document.slice(Span(decl.span.start, end)).strip()
    lines = (
        line.strip().removeprefix("//").removeprefix(" ") for line in document.slice(comment).splitlines()
    )
    return SdkDoc(declaration, "\n".join(lines))
