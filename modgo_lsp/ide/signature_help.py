"""Signature help inside a registration: the UDF's signature as its callers see it."""

from __future__ import annotations

import msgspec

from modgo_lsp.ide.caller_signature import caller_signature
from modgo_lsp.ide.markdown import printable_lines
from modgo_lsp.model.package import Package


class Help(msgspec.Struct, frozen=True):
    """`label` is the signature, `parameters` the character offsets of its parameters, `documentation` plain
    text."""

    label: str
    parameters: tuple[tuple[int, int], ...]
    documentation: str


def signature_help(package: Package, path: str, offset: int) -> Help | None:
    """The signature of the UDF whose registration is around `offset`."""
    for each in package.registrations:
        call = each.call
        inside = call.path == path and each.name_argument.span.start <= offset < call.span.end
        if inside and each.name is not None and each.signature is not None:
            label = caller_signature(each.name, each.signature)
            doc = "" if each.target is None else printable_lines(each.target.doc.strip())
            return Help(label, _parameters(label), doc)
    return None


def _parameters(label: str) -> tuple[tuple[int, int], ...]:
    start, end = label.index("(") + 1, label.index(")")
    found = []
    for part in label[start:end].split(", ") if end > start else ():
        found.append((start, start + len(part)))
        start += len(part) + 2
    return tuple(found)
