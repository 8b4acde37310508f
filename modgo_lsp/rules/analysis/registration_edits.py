"""Edits that add a registration: after the package's other registrations, or in a new init."""

from __future__ import annotations

import re
from functools import cached_property

from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Edit, Location
from modgo_lsp.model.package import Function, Package, Registration, SourceFile
from modgo_lsp.rules.analysis.registered_names import is_static


class RegistrationEdits:
    """Where a package registers. It is computed once, because generated code has thousands of functions."""

    def __init__(self, package: Package) -> None:
        self._package = package

    @cached_property
    def _files(self) -> dict[str, SourceFile]:
        return {file.document.path: file for file in self._package.files if file.problem is None}

    def register(self, function: Function, name: str) -> tuple[Edit, ...]:
        """The edits that register `function` as `name`; none if no file is suitable."""
        if self._last is not None:
            return self._after(*self._last, function, name)
        file = self._files.get(function.location.path)
        if file is None or (callee := _callee(file)) is None:
            return ()
        added = f'\n\nfunc init() {{\n\t{callee}("{name}", {function.name})\n}}'
        text, end = file.document.text, function.extent.span.end
        comment = text[end : _line_end(text, end)].lstrip().startswith(b"//")
        return (self._insert(file, _line_end(text, end) if comment else end, added),)

    @cached_property
    def _last(self) -> tuple[Function, Registration] | None:
        """The first init with a static registration, and the last such registration in it."""
        inits = [each for each in self._package.functions if each.name == "init"]
        for init in inits:
            if init.location.path in self._files:
                calls = [
                    each
                    for each in self._package.registrations
                    if init.extent.holds(each.call) and is_static(each)
                ]
                if calls:
                    return init, calls[-1]
        return None

    def _after(self, init: Function, last: Registration, function: Function, name: str) -> tuple[Edit, ...]:
        """Adds the call after the last registration of an init, in the same form."""
        file = self._files[init.location.path]
        text = file.document.text
        call, end = last.call.span, init.extent.span.end - 1
        before_name = text[call.start : last.name_argument.span.start].decode("utf-8", "replace")
        callee = re.sub(r"/\*.*?\*/|//[^\n]*", "", before_name, flags=re.DOTALL).rstrip().rstrip("(").rstrip()
        added = f'{callee}("{name}", {function.name})'
        body = text.index(b"{", init.location.span.end) + 1
        line = text[text.rfind(b"\n", 0, call.start) + 1 : call.start]
        rest = text[call.end : _line_end(text, call.end)].strip()
        if text.find(b"\n", body, end) < 0:
            alone = not text[body : call.start].strip() and not text[call.end : end].strip()
            if alone:
                # gofmt wants func init() { udf.Register("a", A) } on several lines when it grows.
                opened = self._replace(file, Span(body, call.start), "\n\t")
                return (opened, self._replace(file, Span(call.end, end), f"\n\t{added}\n"))
        if rest and not rest.startswith((b"//", b"/*")):
            return (self._insert(file, call.end, f"; {added}"),)
        indent = line[: len(line) - len(line.lstrip())].decode()
        return (self._insert(file, _line_end(text, call.end), f"\n{indent}{added}"),)

    def _insert(self, file: SourceFile, offset: int, text: str) -> Edit:
        return self._replace(file, Span(offset, offset), text)

    def _replace(self, file: SourceFile, span: Span, text: str) -> Edit:
        if file.document.path in self._with_crlf:
            text = text.replace("\n", "\r\n")
        return Edit(Location(file.document.path, span), text)

    @cached_property
    def _with_crlf(self) -> set[str]:
        """The files with CRLF line endings."""
        return {path for path, file in self._files.items() if b"\r\n" in file.document.text}


def _callee(file: SourceFile) -> str | None:
    if file.sdk_name is None or file.sdk_name == "_":
        return None
    return "Register" if file.sdk_name == "." else f"{file.sdk_name}.Register"


def _line_end(text: bytes, offset: int) -> int:
    end = text.find(b"\n", offset)
    end = len(text) if end < 0 else end
    return end - 1 if end > offset and text[end - 1 : end] == b"\r" else end
