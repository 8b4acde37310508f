"""Hover: a UDF as its callers see it, a rule's page on its code in a suppression, and the documentation of
the SDK. gopls answers for other names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

import msgspec

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide import doc_comment, markdown
from modgo_lsp.ide.caller_signature import caller_signature
from modgo_lsp.ide.case_files import module_directory, names_in
from modgo_lsp.ide.sdk_docs import sdk_doc, sdk_names
from modgo_lsp.ide.udf_names import registrations, touches
from modgo_lsp.lint.suppressions import suppressions
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Registration
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.rules.catalogue import RULES


class Hover(msgspec.Struct, frozen=True):
    """The contents for the text at `span`, in Markdown and as plain text."""

    markdown: str
    text: str
    span: Span


def hover(
    package: Package | None,
    document: Document,
    offset: int,
    files: Files,
    gopls_knows_sdk: Callable[[], bool],
) -> Hover | None:
    """The hover at `offset`, if any. Names of the SDK are left to gopls if it can resolve them."""
    if module_directory(document.path) is not None:
        return None if package is None else _case(package, document.path, offset, files)
    found = _suppressed_rule(document, offset)
    if found is None and package is not None:
        found = _udf(package, document.path, offset)
        if found is None and _may_be_sdk(document, offset) and not gopls_knows_sdk():
            found = _sdk(package, document.path, offset)
    return found


def _suppressed_rule(document: Document, offset: int) -> Hover | None:
    for directive in suppressions(document):
        for code, span in directive.codes:
            if code in RULES and span.start <= offset <= span.end:
                page = RULES[code].page
                return Hover(page, page, span)
    return None


def _case(package: Package, path: str, offset: int, files: Files) -> Hover | None:
    """The UDF that a case names at `offset`."""
    for named in names_in(path, files):
        if named.kind == "function" and touches(named.location, path, offset):
            found = [each for each in registrations(package) if each.name == named.text]
            return _described(found, package, named.location.span) if found else None
    return None


def _udf(package: Package, path: str, offset: int) -> Hover | None:
    for place, registration in _places(package):
        if touches(place, path, offset):
            # A function may be registered under several names: its own name shows them all.
            named = [
                other
                for other in package.registrations
                if other is registration or (other.target is not None and other.target.location == place)
            ]
            return _described(named, package, place.span)
    return None


def _places(package: Package) -> Iterator[tuple[Location, Registration]]:
    for registration in package.registrations:
        if registration.name is None:
            continue
        yield registration.name_argument, registration
        yield registration.function_argument, registration
        if registration.target is not None:
            yield registration.target.location, registration


def _may_be_sdk(document: Document, offset: int) -> bool:
    """Whether the word at `offset` is a name that the SDK exports. It is checked first because it is
    cheap."""
    text = document.text
    before, after = text[max(0, offset - 64) : offset], text[offset : offset + 64]
    begun, ended = re.search(rb"\w*$", before), re.match(rb"\w*", after)
    word = (begun[0] if begun else b"") + (ended[0] if ended else b"")
    return word.decode("utf-8", "replace") in sdk_names()


def _sdk(package: Package, path: str, offset: int) -> Hover | None:
    """The function or method of the SDK that is called at `offset` in code that a UDF reaches."""
    for code in package.reached:
        if code.file.path != path or not code.declaration.span.holds(offset):
            continue
        for node in code.of_kind(ast.CallExpr):
            last = _last_name(node.fun)
            if last is None or not last.start <= offset <= last.end:
                continue
            callee = code.callee(node.fun)
            path_, _, name = ("", "", "") if callee is None else callee.name.partition(f"{SDK_PATH}.")
            doc = sdk_doc(name) if not path_ else None
            if doc is not None:
                return Hover(doc.markdown, doc.plain, last)
    return None


def _last_name(fun: ast.Expr) -> Span | None:
    fun = ast.unparen(fun)
    if isinstance(fun, ast.IndexExpr):
        fun = ast.unparen(fun.x)
    if isinstance(fun, ast.SelectorExpr):
        return fun.sel.span
    return fun.span if isinstance(fun, ast.Ident) else None


def _described(named: Iterable[Registration], package: Package, span: Span) -> Hover:
    """Each registered name with its signature, and the function's doc comment once."""
    shown: list[str] = []
    texts: list[str] = []
    docs: dict[str, None] = {}
    module = PurePath(package.directory).name
    for each in named:
        name = each.name or "?"
        signature = caller_signature(name, each.signature)
        about, problems = _about(each), list(_problems(each))
        shown += [
            markdown.code_block(signature, "text"),
            f"{about[0]} {markdown.code(name)} of module {markdown.code(module)}{about[1]}.",
            *map(markdown.plain, problems),
        ]
        texts += [
            signature,
            f"{about[0]} {markdown.printable(name)} of module {markdown.printable(module)}{about[1]}.",
            *map(markdown.printable, problems),
        ]
        doc = "" if each.target is None else each.target.doc.strip()
        docs |= {doc: None} if doc else {}
    return Hover(
        "\n\n".join([*shown, *map(doc_comment.markdown, docs)]),
        "\n\n".join([*texts, *map(markdown.printable_lines, docs)]),
        span,
    )


def _about(registration: Registration) -> tuple[str, str]:
    """The beginning and the end of the sentence about a UDF."""
    signature = registration.signature
    kind = "UDF" if signature is None else "Stream UDF" if signature.kind == "stream" else "Record UDF"
    about = ", works on the record" if signature is not None and signature.takes_record else ""
    return kind, f"{about}, may fail" if signature is not None and signature.returns_error else about


def _problems(registration: Registration) -> Iterator[str]:
    signature = registration.signature
    if signature is not None and signature.problems:
        yield "Cannot be called yet: " + " ".join(problem.message for problem in signature.problems)
