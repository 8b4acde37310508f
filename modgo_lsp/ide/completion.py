"""Completion: what only modgo knows. Rule codes in suppressions, bin names in strings, names to register a
function under, registrations and UDFs as skeletons.

Goes by the text before the cursor, for code that is being typed seldom parses. Not for: Go (gopls).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import Literal

import msgspec

from modgo_lsp.model.files import Files
from modgo_lsp.model.package import Function, Package
from modgo_lsp.rules.bins import READING, WRITING, bin_names
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.rules.naming import name_for
from modgo_lsp.syntax.document import Document
from modgo_lsp.syntax.positions import Span

CompletionKind = Literal["rule", "bin", "name", "snippet"]
# Characters after which clients ask by themselves.
TRIGGERS = ('"', ",", " ")

_CODES = re.compile(r"//modgo:ignore(?:-file)?[ \t]+(?:[A-Za-z0-9]+,[ \t]*)*(?P<typed>[A-Za-z0-9]*)$")
_METHODS = "|".join((*READING, *WRITING))
_BIN = re.compile(rf'\.(?:{_METHODS})\(\s*"(?P<typed>[^"\\]*)$')
_GET = re.compile(r'\bGet\[[^"]*\]\(\s*\w+\s*,\s*"(?P<typed>[^"\\]*)$')
_NAME = re.compile(r'\bRegister\(\s*"(?P<typed>[^"\\]*)$')
_WORD = re.compile(r"^(?P<indent>\s*)(?P<typed>[A-Za-z.]*)$")


class Completion(msgspec.Struct, frozen=True):
    """`text` replaces the document at `replaced`; of a snippet it has places to fill in, as LSP writes them.
    `documented` says what resolve tells more about: a rule's code, or "" for nothing."""

    label: str
    kind: CompletionKind
    detail: str
    text: str
    replaced: Span
    documented: str = ""


def completions(
    package: Package | None, document: Document, offset: int, files: Files, snippets: bool
) -> list[Completion]:
    """What may stand at `offset`, the likeliest first. `snippets`: the client can fill in places."""
    line = document.lines.line_of(offset)
    before = document.text[document.lines.offset(line, 0, "utf-8") : offset].decode("utf-8", "replace")

    def replaced(match: re.Match[str]) -> Span:
        return Span(offset - len(match["typed"].encode()), offset)

    if match := _CODES.search(before):
        return list(_rules(replaced(match)))
    if package is None:
        return []
    if match := _BIN.search(before) or _GET.search(before):
        return list(_bins(package, files, replaced(match)))
    if match := _NAME.search(before):
        return list(_names(package, replaced(match)))
    if snippets and (match := _WORD.search(before)):
        return list(_skeletons(package, document.path, match, replaced(match)))
    return []


def documentation(documented: str) -> str | None:
    """The page that resolve adds, in Markdown."""
    return RULES[documented].page if documented in RULES else None


def _rules(replaced: Span) -> Iterator[Completion]:
    for code, rule in RULES.items():
        if code[:3] in ("MG1", "MG2", "MG3"):
            yield Completion(code, "rule", f"{rule.name}: {rule.summary}", code, replaced, code)


def _bins(package: Package, files: Files, replaced: Span) -> Iterator[Completion]:
    for name, where in {**_in_samples(package, files), **_in_code(package)}.items():
        yield Completion(name, "bin", where, name, replaced)


def _in_code(package: Package) -> dict[str, str]:
    found: dict[str, str] = {}
    for code in package.reached:
        for expr in bin_names(code):
            name = code.constant(expr)
            if name:
                found.setdefault(name, f"bin, used by {code.name}")
    return found


def _in_samples(package: Package, files: Files) -> dict[str, str]:
    folder = PurePath(package.directory, "testdata", "udf")
    found: dict[str, str] = {}
    try:
        names = [name for name, is_folder in files.entries(str(folder)) if not is_folder]
    except OSError:
        return found
    for name in sorted(names):
        if not name.endswith(".record.json"):
            continue
        try:
            sample = json.loads(files.read(str(folder / name)))
        except (OSError, ValueError):
            continue
        bins = sample.get("bins") if isinstance(sample, dict) else None
        for each in bins if isinstance(bins, dict) else ():
            found.setdefault(each, f"bin of {name}")
    return found


def _names(package: Package, replaced: Span) -> Iterator[Completion]:
    for function in _unregistered(package):
        name = name_for(function.name, package)
        if name is not None:
            yield Completion(name, "name", f"for {function.name}", name, replaced)


def _unregistered(package: Package) -> Iterator[Function]:
    """Functions that might be registered, those that take a record or stream first."""
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


def _skeletons(package: Package, path: str, match: re.Match[str], replaced: Span) -> Iterator[Completion]:
    sdk = next((file.sdk_name for file in package.files if file.document.path == path), None)
    if sdk is None or sdk == "_":
        return
    prefix = "" if sdk == "." else f"{sdk}."
    if match["indent"]:
        typed = match["typed"]
        if not f"{prefix}Register".startswith(typed):
            return
        for function in _unregistered(package):
            name = name_for(function.name, package)
            if name is not None:
                text = f'{prefix}Register("{name}", {function.name})'
                yield Completion(text, "snippet", "register this UDF", text, replaced)
        return
    wanted: Iterable[tuple[str, str, Callable[[str], str]]] = (
        ("udf record", "a UDF that works on a record", _record_skeleton),
        ("udf stream", "a UDF that works on a stream of records", _stream_skeleton),
    )
    for label, detail, skeleton in wanted:
        if label.startswith(match["typed"]) or not match["typed"]:
            yield Completion(label, "snippet", detail, skeleton(prefix), replaced)


def _record_skeleton(prefix: str) -> str:
    return (
        f'var _ = {prefix}Register("${{1:name}}", ${{2:Name}})\n\n'
        "// ${2:Name} ${3:does something to a record.}\n"
        f"func ${{2:Name}}(rec *{prefix}Record, ${{4:n int64}}) (${{5:int64}}, error) {{\n"
        "\t$0\n\treturn ${6:0}, rec.Update()\n}\n"
    )


def _stream_skeleton(prefix: str) -> str:
    return (
        f'var _ = {prefix}Register("${{1:name}}", ${{2:Name}})\n\n'
        "// ${2:Name} ${3:sums a bin over all records.}\n"
        f"func ${{2:Name}}(s *{prefix}Stream) *{prefix}Stream {{\n"
        f"\tvalues := {prefix}Map(s, func(rec *{prefix}Record) int64 {{\n"
        '\t\tn, _ := rec.Int("${4:bin}")\n\t\treturn n\n\t})\n'
        f"\treturn {prefix}Reduce(values, func(a, b int64) int64 {{ return a + b }})$0\n}}\n"
    )
