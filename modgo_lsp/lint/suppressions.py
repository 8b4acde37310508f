"""Suppressions in the source: what each `//modgo:ignore` covers, and which of them suppress nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Edit, Finding, Fix, Location
from modgo_lsp.rules.catalogue import RULES, unknown_rule
from modgo_lsp.rules.mg501_unused_suppression import RULE as UNUSED
from modgo_lsp.rules.mg502_suppression_without_code import RULE as WITHOUT_CODE

# The parser is needed only to read directives.
if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.directives import Directive
    from modgo_lsp.golang.syntax.document import Document

_ONE, _FILE = "modgo:ignore", "modgo:ignore-file"
# A list of codes begins with something like one; otherwise what follows is a reason without a code. Compiled
# where there are directives to read.
_CODES = rb"[A-Za-z]+\d[^\s,]*(?:[ \t]*,[ \t]*[^\s,]+)*"
_CODE = rb"[^\s,]+"


class Suppression(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A directive. `comment` is all of it, `codes` its codes with their places, `removals` what takes each of
    them out, `covers` the bytes of the file in which a finding has to begin to be suppressed (None: nothing).
    `invalid` says what is wrong with it (MG502) and where; such a one covers nothing."""

    comment: Location
    codes: tuple[tuple[str, Span], ...]
    removals: tuple[Edit, ...]
    reason: str
    covers: Span | None
    invalid: tuple[str, Span] | None = None


def suppressions(document: Document) -> tuple[Suppression, ...]:
    """The directives of a file, in its order."""
    return document.derive(_suppressions)


def _suppressions(document: Document) -> tuple[Suppression, ...]:
    from modgo_lsp.golang.syntax.directives import directives

    own = (each for each in directives(document) if each.name in (_ONE, _FILE))
    return tuple(_read(document, each) for each in own)


def asking_reasons(written: tuple[Suppression, ...], asked: bool) -> tuple[Suppression, ...]:
    """The directives as they are where the configuration asks for reasons: one without is invalid."""
    message = "the configuration asks for a reason: write it after the codes"
    return tuple(
        structs.replace(each, covers=None, invalid=(message, each.comment.span))
        if asked and not each.reason and each.invalid is None
        else each
        for each in written
    )


def suppress(
    findings: Iterable[Finding], suppressing: Iterable[Suppression]
) -> tuple[list[Finding], set[tuple[Location, str]]]:
    """The findings that no directive covers; and the codes that were of use, with their comments."""
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
    """The number of each finding with each directive that covers where it begins. Goes through the file once:
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
    unsure: bool = False,
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
    rest, start = (
        document.text[directive.arguments.start : directive.arguments.end],
        directive.arguments.start,
    )
    listed = re.match(_CODES, rest)
    places: dict[str, Span] = {}
    for code in re.finditer(_CODE, listed.group()) if listed else ():
        place = Span(start + code.start(), start + code.end())
        places.setdefault(code.group().decode("utf-8", "replace"), place)
    codes = list(places.items())
    reason = rest[listed.end() if listed else 0 :].strip().decode("utf-8", "replace")
    comment = Location(document.path, directive.span)
    removals = tuple(_without(document, comment.span, codes, index) for index in range(len(codes)))
    invalid = _what_is_wrong(codes, comment.span)
    covers = _covered(document, directive) if invalid is None else None
    return Suppression(comment, tuple(codes), removals, reason, covers, invalid)


def _covered(document: Document, directive: Directive) -> Span | None:
    """The bytes in which findings begin that the directive is about: ends of lines and of the text count."""
    if directive.name == _FILE:
        return Span(0, len(document.text) + 1) if directive.leading else None
    if directive.alone or directive.extent is None:
        return directive.extent
    return Span(directive.extent.start, directive.extent.end + 1)


def _what_is_wrong(codes: list[tuple[str, Span]], comment: Span) -> tuple[str, Span] | None:
    if not codes:
        return "say which findings are to be suppressed, as in //modgo:ignore MG101 reason", comment
    for code, span in codes:
        if code not in RULES:
            return unknown_rule(code), span
        if RULES[code].group == "suppression":
            return f"{code} is about suppressions and cannot be suppressed", span
    return None


def _without(document: Document, comment: Span, codes: list[tuple[str, Span]], index: int) -> Edit:
    """Takes one of the codes out of a directive, or the whole of it where no other code is left."""
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
