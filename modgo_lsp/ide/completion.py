"""Completion of what gopls does not know: rule codes in suppressions, names of bins, SDK calls with their
bins, registered names, registrations, UDFs as snippets, and UDFs in cases.

It uses the text before the cursor, because code that is being typed seldom parses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide.caller_signature import caller_signature, registrations_by_name
from modgo_lsp.ide.case_files import module_directory
from modgo_lsp.ide.known_bins import known_bins
from modgo_lsp.ide.sdk_docs import sdk_doc
from modgo_lsp.ide.snippets import record_udf, stream_calls, stream_udf
from modgo_lsp.model.package import Function, Package
from modgo_lsp.model.sdk import READING
from modgo_lsp.rules.analysis.bin_calls import WRITING
from modgo_lsp.rules.analysis.registered_names import Naming
from modgo_lsp.rules.catalogue import RULES

CompletionKind = Literal["rule", "bin", "name", "udf", "call", "snippet"]

_CODES = re.compile(r"//modgo:ignore(?:-file)?[ \t]+(?:[A-Za-z0-9]+,[ \t]*)*(?P<typed>[A-Za-z0-9]*)$")
_METHODS = "|".join((*READING, *WRITING))
_BIN = re.compile(rf'\.(?:{_METHODS})\(\s*"(?P<typed>[^"\\]*)$')
_GET = re.compile(r'\bGet\[[^"]*\]\(\s*\w+\s*,\s*"(?P<typed>[^"\\]*)$')
_NAME = re.compile(r'\bRegister\(\s*"(?P<typed>[^"\\]*)$')
_MEMBER = re.compile(r"(?<![\w.)\]])(?P<of>\w+)\.(?P<typed>\w*)$")
_WORD = re.compile(r"^(?P<indent>\s*)(?P<typed>[A-Za-z.]*)$")
_CASE = re.compile(r"""(?:^|[\s{,])["']?function["']?\s*:\s*["']?(?P<typed>\w*)$""")


class Completion(msgspec.Struct, frozen=True):
    """`text` replaces the document at `replaced`. `snippet`: it is an LSP snippet, with placeholders.
    `documented` is what completionItem/resolve documents: a rule's code, a name of the SDK, or "" for
    nothing."""

    label: str
    kind: CompletionKind
    detail: str
    text: str
    replaced: Span
    documented: str = ""
    snippet: bool = False


class _Cursor(msgspec.Struct, frozen=True):
    """The cursor: its offset in the document, and the text of its line before it."""

    document: Document
    offset: int
    line: str

    def replaced(self, match: re.Match[str]) -> Span:
        return Span(self.offset - len(match["typed"].encode()), self.offset)

    def declaration(self) -> str:
        """The text of the declaration around the cursor, up to the cursor."""
        text = self.document.text[: self.offset]
        begins = max(text.rfind(word) for word in (b"\nfunc ", b"\nvar ", b"\nconst ", b"\ntype "))
        return text[max(begins, 0) :].decode("utf-8", "replace")


def completions(
    package: Package | None, document: Document, offset: int, files: Files, snippets: bool
) -> list[Completion]:
    """The completions at `offset`, the likeliest first. `snippets`: the client supports snippets."""
    line = document.lines.line_of(offset)
    before = document.text[document.lines.offset(line, 0, "utf-8") : offset].decode("utf-8", "replace")
    typed = _Cursor(document, offset, before)
    if module_directory(document.path) is not None:
        match = _CASE.search(before)
        return list(_udfs(package, typed.replaced(match))) if package is not None and match else []
    if match := _CODES.search(before):
        return list(_rules(typed.replaced(match)))
    if package is None:
        return []
    if match := _BIN.search(before) or _GET.search(before):
        return list(_bins(package, files, typed, typed.replaced(match)))
    if match := _NAME.search(before):
        return list(_names(package, typed.replaced(match)))
    found: list[Completion] = []
    if match := _MEMBER.search(before):
        found += _calls(package, files, typed, match, snippets)
    if match := _WORD.search(before):
        found += _snippets(package, document.path, match, typed.replaced(match), snippets)
    return found


def documentation(documented: str, markdown: bool) -> str | None:
    """The documentation that completionItem/resolve adds, in Markdown or as plain text."""
    if documented in RULES:
        return RULES[documented].page
    doc = sdk_doc(documented)
    return None if doc is None else doc.markdown if markdown else doc.plain


def _rules(replaced: Span) -> Iterator[Completion]:
    for code, rule in RULES.items():
        if rule.is_suppressible:
            yield Completion(code, "rule", f"{rule.name}: {rule.summary}", code, replaced, code)


def _udfs(package: Package, replaced: Span) -> Iterator[Completion]:
    for name, registration in registrations_by_name(package.registrations).items():
        detail = caller_signature(name, registration.signature)
        yield Completion(name, "udf", detail, name, replaced)


def _bins(package: Package, files: Files, typed: _Cursor, replaced: Span) -> Iterator[Completion]:
    for each in known_bins(package, files, typed.document.path, typed.offset):
        detail = " ".join(word for word in (each.type, "bin", each.origin) if word)
        yield Completion(each.name, "bin", detail, each.name, replaced)


def _calls(
    package: Package, files: Files, typed: _Cursor, match: re.Match[str], snippets: bool
) -> Iterator[Completion]:
    """Whole calls: methods of a record with the names of bins, and operations of a stream with a function
    literal."""
    prefix = _prefix(package, typed.document.path)
    if prefix is None:
        return
    declaration = typed.declaration()
    replaced = typed.replaced(match)
    if _is_of(match["of"], "Record", prefix, declaration):
        for each in known_bins(package, files, typed.document.path, typed.offset):
            text = f'{each.method}("{each.name}")'
            detail = " ".join(word for word in (each.type, "bin", each.origin) if word)
            yield Completion(text, "call", detail, text, replaced, f"Record.{each.method}")
    elif snippets and f"{match['of']}." == prefix:
        stream = re.search(rf"(\w+)\s+\*{re.escape(prefix)}Stream\b", declaration)
        for name, text in stream_calls(prefix, stream[1]) if stream else ():
            yield Completion(f"{name}(…)", "call", "with its function", text, replaced, name, snippet=True)


def _is_of(name: str, type_: str, prefix: str, declaration: str) -> bool:
    """Whether the text of a declaration declares a variable with that type of the SDK."""
    declared = rf"\b{name}\s+\*{re.escape(prefix)}{type_}\b"
    ranged = rf"\b{name}\s*:=\s*range\s+\w+\.Records\(\)" if type_ == "Record" else declared
    return re.search(f"{declared}|{ranged}", declaration) is not None


def _prefix(package: Package, path: str) -> str | None:
    """The qualifier of the SDK's names in a file, such as "udf."; None if the file does not import the
    SDK."""
    sdk = next((file.sdk_name for file in package.files if file.document.path == path), None)
    return None if sdk in (None, "_") else "" if sdk == "." else f"{sdk}."


def _names(package: Package, replaced: Span) -> Iterator[Completion]:
    naming = Naming(package)
    for function in _unregistered(package):
        name = naming.name_for(function.name)
        if name is not None:
            yield Completion(name, "name", f"for {function.name}", name, replaced)


def _unregistered(package: Package) -> Iterator[Function]:
    """Functions that could be registered, those with a record or stream first."""
    registered = {each.target.location for each in package.registrations if each.target is not None}
    free = [
        function
        for function in package.functions
        if function.location not in registered
        and not function.generic
        and function.exported
        and "." not in function.name
        and function.signature is not None
        and not function.signature.problems
    ]
    return iter(
        sorted(free, key=lambda function: not (function.signature and function.signature.receiver_first))
    )


def _snippets(
    package: Package, path: str, match: re.Match[str], replaced: Span, snippets: bool
) -> Iterator[Completion]:
    prefix = _prefix(package, path)
    if prefix is None:
        return
    typed = match["typed"]
    if match["indent"]:
        if f"{prefix}Register".startswith(typed):
            yield from _registrations(package, prefix, replaced)
        return
    offered: tuple[tuple[str, str, Callable[[str], str]], ...] = (
        ("udf record", "a UDF that works on a record", record_udf),
        ("udf stream", "a UDF that works on a stream of records", stream_udf),
    )
    for label, detail, snippet_of in offered:
        if snippets and label.startswith(typed):
            yield Completion(label, "snippet", detail, snippet_of(prefix), replaced, snippet=True)


def _registrations(package: Package, prefix: str, replaced: Span) -> Iterator[Completion]:
    naming = Naming(package)
    for function in _unregistered(package):
        name = naming.name_for(function.name)
        if name is not None:
            text = f'{prefix}Register("{name}", {function.name})'
            yield Completion(text, "snippet", "register this UDF", text, replaced, "Register")
