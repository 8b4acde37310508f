"""Suppressions in the source: what each `//modgo:ignore` covers, and which of them suppress nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.config import Settings
from modgo_lsp.model.finding import Edit, Finding, Fix, Location
from modgo_lsp.rules.catalogue import RULES, unknown_rule
from modgo_lsp.rules.mg501_unused_suppression import RULE as UNUSED
from modgo_lsp.rules.mg502_suppression_without_code import RULE as WITHOUT_CODE

# The parser is imported only to read comments: that takes 4 ms of the 65 of a warm `modgo lint`.
if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.directives import Directive
    from modgo_lsp.golang.syntax.document import Document

_ONE, _FILE = "modgo:ignore", "modgo:ignore-file"
# A list of codes begins with something like a code; otherwise the text is a reason without one.
_CODES = rb"[A-Za-z]+\d[^\s,]*(?:[ \t]*,[ \t]*[^\s,]+)*"
_CODE = rb"[^\s,]+"

REASON_IS_MISSING = "the configuration asks for a reason: write it after the codes"


class Suppression(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A `//modgo:ignore` or `//modgo:ignore-file` comment. `codes` have their places, `removals` are the
    edits that remove one code each. A finding is suppressed if it begins in the bytes `covers`. `invalid`
    is what is wrong with the comment, and where; an invalid one covers nothing."""

    comment: Location
    codes: tuple[tuple[str, Span], ...]
    removals: tuple[Edit, ...]
    reason: str
    covers: Span | None
    invalid: tuple[str, Span] | None


def suppressions(document: Document) -> tuple[Suppression, ...]:
    """The suppressions in a file, in order."""
    return document.derive(_suppressions)


def _suppressions(document: Document) -> tuple[Suppression, ...]:
    from modgo_lsp.golang.syntax.directives import directives

    own = (each for each in directives(document) if each.name in (_ONE, _FILE))
    return tuple(_read(document, each) for each in own)


def require_reasons(written: tuple[Suppression, ...], settings: Settings) -> tuple[Suppression, ...]:
    """The suppressions, of which those without a reason are invalid if the settings require one."""
    if not settings.require_suppression_reason:
        return written
    return tuple(
        each
        if each.reason or each.invalid is not None
        else structs.replace(each, covers=None, invalid=(REASON_IS_MISSING, each.comment.span))
        for each in written
    )


def suppress(
    findings: Iterable[Finding], suppressing: Iterable[Suppression]
) -> tuple[list[Finding], set[tuple[Location, str]]]:
    """The findings that nothing suppresses, and the comment and code of each suppression that was used."""
    found = list(findings)
    directives: dict[tuple[str, str], list[tuple[Span, Suppression]]] = {}
    for directive in suppressing:
        if directive.invalid is None and directive.covers is not None:
            for code, _ in directive.codes:
                directives.setdefault((directive.comment.path, code), []).append(
                    (directive.covers, directive)
                )
    starts: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for number, finding in enumerate(found):
        group = (finding.location.path, finding.code)
        if group in directives:
            starts.setdefault(group, []).append((finding.location.span.start, number))
    suppressed: set[int] = set()
    used: set[tuple[Location, str]] = set()
    for (path, code), group_starts in starts.items():
        for number, directive in _covering(directives[path, code], group_starts):
            suppressed.add(number)
            used.add((directive.comment, code))
    return [finding for number, finding in enumerate(found) if number not in suppressed], used


def _covering(
    directives: list[tuple[Span, Suppression]], starts: list[tuple[int, int]]
) -> Iterator[tuple[int, Suppression]]:
    """The number of each finding with each suppression that covers its start. One pass over the file:
    generated code may have thousands of both."""
    waiting = sorted(directives, key=lambda each: each[0].start, reverse=True)
    opened: list[tuple[Span, Suppression]] = []
    for start, number in sorted(starts):
        while waiting and waiting[-1][0].start <= start:
            opened.append(waiting.pop())
        opened = [each for each in opened if each[0].end > start]
        yield from ((number, directive) for _, directive in opened)


def suppression_findings(
    written: Iterable[Suppression],
    used: Collection[tuple[Location, str]],
    unsure: bool,
) -> Iterator[Finding]:
    """The findings about the suppressions of one file: MG501 and MG502. A code that no rule checks in the
    source is never reported as unused. With `unsure`, packages that import this one may have findings here,
    and codes that depend on them are not reported either."""
    for directive in written:
        path = directive.comment.path
        if directive.invalid is not None:
            message, span = directive.invalid
            yield WITHOUT_CODE.finding(message, Location(path, span))
            continue
        for (code, span), edit in zip(directive.codes, directive.removals, strict=True):
            if RULES[code].check is None or (directive.comment, code) in used:
                continue
            if unsure and RULES[code].depends_on_importers:
                continue
            yield UNUSED.finding(
                f"there is no {code} here to suppress: remove it",
                Location(path, span),
                fixes=[Fix(f"Remove the suppression of {code}", True, (edit,))],
            )


def _read(document: Document, directive: Directive) -> Suppression:
    start = directive.arguments.start
    rest = document.text[start : directive.arguments.end]
    listed = re.match(_CODES, rest)
    places: dict[str, Span] = {}
    for code in re.finditer(_CODE, listed.group()) if listed else ():
        place = Span(start + code.start(), start + code.end())
        places.setdefault(code.group().decode("utf-8", "replace"), place)
    codes = list(places.items())
    reason = rest[listed.end() :].strip().decode("utf-8", "replace") if listed else ""
    comment = Location(document.path, directive.span)
    removals = tuple(_without(document, comment.span, codes, index) for index in range(len(codes)))
    invalid = _error(codes, comment.span)
    covers = _covered(document, directive) if invalid is None else None
    return Suppression(comment, tuple(codes), removals, reason, covers, invalid)


def _covered(document: Document, directive: Directive) -> Span | None:
    """The bytes in which a suppressed finding begins, the ends of lines and of the text included."""
    if directive.name == _FILE:
        return Span(0, len(document.text) + 1) if directive.leading else None
    if directive.alone or directive.extent is None:
        return directive.extent
    return Span(directive.extent.start, directive.extent.end + 1)


def _error(codes: list[tuple[str, Span]], comment: Span) -> tuple[str, Span] | None:
    if not codes:
        return "name the rules to suppress, as in //modgo:ignore MG101 reason", comment
    for code, span in codes:
        if code not in RULES:
            return unknown_rule(code), span
        if RULES[code].group == "suppression":
            return f"{code} is about suppressions and cannot be suppressed", span
    return None


def _without(document: Document, comment: Span, codes: list[tuple[str, Span]], index: int) -> Edit:
    """The edit that removes one of the codes, or the whole comment where it is the only one."""
    text, path = document.text, document.path
    if len(codes) > 1:
        span = codes[index][1]
        last = index == len(codes) - 1
        cut = Span(codes[index - 1][1].end, span.end) if last else Span(span.start, codes[index + 1][1].start)
        return Edit(Location(path, cut), "")
    start, end = comment.start, comment.end
    while start > 0 and text[start - 1 : start] in (b" ", b"\t"):
        start -= 1
    if start == 0 or text[start - 1 : start] == b"\n":
        newline = text.find(b"\n", end)
        end = len(text) if newline < 0 else newline + 1
    return Edit(Location(path, Span(start, end)), "")
