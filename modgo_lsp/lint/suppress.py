"""Suppressions in the source: what each `//modgo:ignore` covers, and which were of no use.

Not for: writing them (ide/suppress.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

import msgspec

from modgo_lsp.model.finding import Edit, Finding, Fix, Location
from modgo_lsp.rules.catalogue import RULES, unknown_rule
from modgo_lsp.syntax.directives import Directive, directives
from modgo_lsp.syntax.document import Document
from modgo_lsp.syntax.positions import Span

_ONE, _FILE = "modgo:ignore", "modgo:ignore-file"
# A list of codes begins with something like one; otherwise what follows is a reason without a code.
_CODES = re.compile(rb"[A-Za-z]+\d[^\s,]*(?:[ \t]*,[ \t]*[^\s,]+)*")
_CODE = re.compile(rb"[^\s,]+")
_UNSUPPRESSIBLE = ("MG501", "MG502")


class Suppression(msgspec.Struct, frozen=True):
    """A directive. `comment` is all of it, `codes` its codes with their places, `covers` the bytes of the
    file in which a finding has to begin to be suppressed (None: nothing). `invalid` says what is wrong
    with it (MG502) and where; such a one covers nothing."""

    comment: Location
    codes: tuple[tuple[str, Span], ...]
    reason: str
    covers: Span | None
    invalid: tuple[str, Span] | None = None


def suppressions(document: Document, need_reason: bool = False) -> tuple[Suppression, ...]:
    """The directives of a file, in its order. `need_reason`: one without a reason is invalid."""
    return tuple(
        _read(document, directive, need_reason)
        for directive in directives(document)
        if directive.name in (_ONE, _FILE)
    )


def suppress(
    findings: Iterable[Finding], suppressing: Collection[Suppression]
) -> tuple[list[Finding], set[tuple[Location, str]]]:
    """The findings that no directive covers; and the codes that were of use, with their comments."""
    by_code: dict[tuple[str, str], list[Suppression]] = {}
    for directive in suppressing:
        for code, _ in directive.codes if directive.invalid is None else ():
            by_code.setdefault((directive.comment.path, code), []).append(directive)
    kept: list[Finding] = []
    used: set[tuple[Location, str]] = set()
    for finding in findings:
        start = finding.location.span.start
        covering = [
            directive
            for directive in by_code.get((finding.location.path, finding.code), ())
            if directive.covers is not None and directive.covers.holds(start)
        ]
        used.update((directive.comment, finding.code) for directive in covering)
        if not covering:
            kept.append(finding)
    return kept, used


def verdicts(
    document: Document,
    written: Iterable[Suppression],
    used: Collection[tuple[Location, str]],
    unjudged: Collection[str] = (),
) -> Iterator[Finding]:
    """MG501 and MG502 of the suppressions that are written in one file. Codes in `unjudged`, and those that
    no rule checks in the source, are never called unused."""
    for directive in written:
        if directive.invalid is not None:
            message, span = directive.invalid
            yield RULES["MG502"].finding(message, Location(document.path, span))
            continue
        for code, span in directive.codes:
            if RULES[code].check is None or code in unjudged or (directive.comment, code) in used:
                continue
            edit = _without(document, directive, code, span)
            yield RULES["MG501"].finding(
                f"there is no {code} here to suppress: remove it",
                Location(document.path, span),
                fixes=[Fix(f"Remove the suppression of {code}", True, (edit,))],
            )


def _read(document: Document, directive: Directive, need_reason: bool) -> Suppression:
    rest, start = (
        document.text[directive.arguments.start : directive.arguments.end],
        directive.arguments.start,
    )
    listed = _CODES.match(rest)
    codes: list[tuple[str, Span]] = []
    for code in _CODE.finditer(listed.group()) if listed else ():
        place = Span(start + code.start(), start + code.end())
        if (written := code.group().decode("utf-8", "replace")) not in (known for known, _ in codes):
            codes.append((written, place))
    reason = rest[listed.end() if listed else 0 :].strip().decode("utf-8", "replace")
    comment = Location(document.path, directive.span)
    if invalid := _what_is_wrong(codes, reason, need_reason, comment.span):
        return Suppression(comment, tuple(codes), reason, None, invalid)
    return Suppression(comment, tuple(codes), reason, _covered(document, directive))


def _covered(document: Document, directive: Directive) -> Span | None:
    """The bytes in which findings begin that the directive is about: ends of lines and of the text count."""
    if directive.name == _FILE:
        return Span(0, len(document.text) + 1) if directive.leading else None
    if directive.alone or directive.extent is None:
        return directive.extent
    return Span(directive.extent.start, directive.extent.end + 1)


def _what_is_wrong(
    codes: list[tuple[str, Span]], reason: str, need_reason: bool, comment: Span
) -> tuple[str, Span] | None:
    if not codes:
        return "say which findings are to be suppressed, as in //modgo:ignore MG101 reason", comment
    for code, span in codes:
        if code in _UNSUPPRESSIBLE:
            return f"{code} is about suppressions and cannot be suppressed", span
        if code not in RULES:
            return unknown_rule(code), span
    if need_reason and not reason:
        return "the configuration asks for a reason: write it after the codes", comment
    return None


def _without(document: Document, directive: Suppression, code: str, span: Span) -> Edit:
    """Takes `code` out of the directive, or the whole of it where no other code is left."""
    others = [(other, place) for other, place in directive.codes if other != code]
    text, path = document.text, document.path
    if others:
        following = [place for _, place in others if place.start > span.start]
        cut = Span(span.start, following[0].start) if following else Span(others[-1][1].end, span.end)
        return Edit(Location(path, cut), "")
    start, end = directive.comment.span.start, directive.comment.span.end
    while start > 0 and text[start - 1 : start] in (b" ", b"\t"):
        start -= 1
    if start == 0 or text[start - 1 : start] == b"\n":
        newline = text.find(b"\n", end)
        end = len(text) if newline < 0 else newline + 1
    return Edit(Location(path, Span(start, end)), "")
