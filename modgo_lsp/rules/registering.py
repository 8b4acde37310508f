"""Writing a registration into the source, where the package already registers or in a new init.

Not for: what the name shall be (naming.py).
"""

from __future__ import annotations

from modgo_lsp.model.finding import Edit, Location
from modgo_lsp.model.package import Function, Package, Registration, SourceFile
from modgo_lsp.rules.naming import is_static
from modgo_lsp.syntax.positions import Span


def register(package: Package, function: Function, name: str) -> tuple[Edit, ...]:
    """The edits that register `function` as `name`; none where no file lends itself to it."""
    files = {file.document.path: file for file in package.files if file.problem is None}
    for init in package.functions:
        if init.name == "init" and init.location.path in files:
            calls = [
                each for each in package.registrations if init.extent.holds(each.call) and is_static(each)
            ]
            if calls:
                return _after(files[init.location.path], init, calls[-1], function, name)
    file = files.get(function.location.path)
    if file is None or (callee := _callee(file)) is None:
        return ()
    added = f'\n\nfunc init() {{\n\t{callee}("{name}", {function.name})\n}}'
    text, end = file.document.text, function.extent.span.end
    comment = text[end : _line_end(text, end)].lstrip().startswith(b"//")
    return (_insert(file, _line_end(text, end) if comment else end, added),)


def _after(
    file: SourceFile, init: Function, last: Registration, function: Function, name: str
) -> tuple[Edit, ...]:
    """Puts the call behind the last registration of an init, in the way that one is written."""
    text = file.document.text
    call, end = last.call.span, init.extent.span.end - 1
    callee = text[call.start : last.name_argument.span.start].decode("utf-8", "replace").rstrip().rstrip("(")
    added = f'{callee.rstrip()}("{name}", {function.name})'
    body = text.index(b"{", init.location.span.end) + 1
    line = text[text.rfind(b"\n", 0, call.start) + 1 : call.start]
    rest = text[call.end : _line_end(text, call.end)].strip()
    alone = not text[body : call.start].strip() and not text[call.end : end].strip()
    if alone and b"\n" not in text[body:end]:
        # func init() { udf.Register("a", A) } has to grow lines for gofmt to be content.
        opened = Edit(Location(last.call.path, Span(body, call.start)), "\n\t")
        return (opened, Edit(Location(last.call.path, Span(call.end, end)), f"\n\t{added}\n"))
    if rest and not rest.startswith((b"//", b"/*")):
        return (_insert(file, call.end, f"; {added}"),)
    indent = line[: len(line) - len(line.lstrip())].decode()
    return (_insert(file, _line_end(text, call.end), f"\n{indent}{added}"),)


def _callee(file: SourceFile) -> str | None:
    if file.sdk_name is None or file.sdk_name == "_":
        return None
    return "Register" if file.sdk_name == "." else f"{file.sdk_name}.Register"


def _line_end(text: bytes, offset: int) -> int:
    end = text.find(b"\n", offset)
    end = len(text) if end < 0 else end
    return end - 1 if end > offset and text[end - 1 : end] == b"\r" else end


def _insert(file: SourceFile, offset: int, text: str) -> Edit:
    if b"\r\n" in file.document.text:
        text = text.replace("\n", "\r\n")
    return Edit(Location(file.document.path, Span(offset, offset)), text)
