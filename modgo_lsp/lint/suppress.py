"""Suppressions in the source: finding `//modgo:ignore`, what each covers, and which were of no use.

Not for: writing them (ide/suppress.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

import msgspec

from modgo_lsp.model.finding import Edit, Finding, Fix, Location
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.syntax import ast
from modgo_lsp.syntax.document import Document
from modgo_lsp.syntax.lower import lower
from modgo_lsp.syntax.positions import Span

# Comments, and the literals that may hold what looks like one.
_TOKEN = re.compile(
    rb"""//[^\r\n]*|/\*.*?(?:\*/|\Z)|`[^`]*(?:`|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?""", re.DOTALL
)
_DIRECTIVE = re.compile(rb"//modgo:ignore(?P<file>-file)?(?:[ \t]+(?P<rest>.*))?", re.DOTALL)
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
    if b"//modgo:ignore" not in document.text:
        return ()
    places = _Places(document)
    return tuple(
        _read(document, found.span(), directive, places, need_reason)
        for found in _TOKEN.finditer(document.text)
        if (directive := _DIRECTIVE.fullmatch(found.group()))
    )


def suppress(
    findings: Iterable[Finding], directives: Collection[Suppression]
) -> tuple[list[Finding], set[tuple[Location, str]]]:
    """The findings that no directive covers; and the codes that were of use, with their comments."""
    by_code: dict[tuple[str, str], list[Suppression]] = {}
    for directive in directives:
        for code, _ in directive.codes if directive.invalid is None else ():
            by_code.setdefault((directive.comment.path, code), []).append(directive)
    kept: list[Finding] = []
    used: set[tuple[Location, str]] = set()
    for finding in findings:
        start = finding.location.span.start
        covering = [
            directive
            for directive in by_code.get((finding.location.path, finding.code), ())
            if directive.covers is not None and directive.covers.start <= start < directive.covers.end
        ]
        used.update((directive.comment, finding.code) for directive in covering)
        if not covering:
            kept.append(finding)
    return kept, used


def verdicts(
    document: Document,
    directives: Iterable[Suppression],
    used: Collection[tuple[Location, str]],
    unjudged: Collection[str] = (),
) -> Iterator[Finding]:
    """MG501 and MG502 of one file's directives. Codes in `unjudged`, and those that no rule checks in the
    source, are never called unused."""
    for directive in directives:
        if directive.invalid is not None:
            message, span = directive.invalid
            yield RULES["MG502"].finding(message, Location(document.path, span))
            continue
        for code, span in directive.codes:
            if RULES[code].check is None or code in unjudged or (directive.comment, code) in used:
                continue
            edit = _without(document, directive, code, span)
            yield RULES["MG501"].finding(
                f"nothing here gives {code}, so suppressing it has no effect",
                Location(document.path, span),
                fixes=[Fix(f"Remove the suppression of {code}", True, (edit,))],
            )


def _read(
    document: Document, span: tuple[int, int], directive: re.Match[bytes], places: _Places, need_reason: bool
) -> Suppression:
    start, end = span
    rest_start = start + (directive.start("rest") if directive["rest"] is not None else end - start)
    listed = _CODES.match(directive["rest"] or b"")
    codes: list[tuple[str, Span]] = []
    for code in _CODE.finditer(listed.group()) if listed else ():
        place = Span(rest_start + code.start(), rest_start + code.end())
        if (written := code.group().decode("utf-8", "replace")) not in (known for known, _ in codes):
            codes.append((written, place))
    reason = (directive["rest"] or b"")[listed.end() if listed else 0 :].strip().decode("utf-8", "replace")
    comment = Location(document.path, Span(start, end))
    if invalid := _what_is_wrong(codes, reason, need_reason, comment.span):
        return Suppression(comment, tuple(codes), reason, None, invalid)
    covers = places.file_below(start) if directive["file"] else places.line_or_statement(start)
    return Suppression(comment, tuple(codes), reason, covers)


def _what_is_wrong(
    codes: list[tuple[str, Span]], reason: str, need_reason: bool, comment: Span
) -> tuple[str, Span] | None:
    if not codes:
        return "say which findings are to be suppressed, as in //modgo:ignore MG101 reason", comment
    for code, span in codes:
        if code in _UNSUPPRESSIBLE:
            return f"{code} is about suppressions and cannot be suppressed", span
        if code not in RULES:
            return f"there is no rule {code}; `modgo rule --all` lists them", span
    if need_reason and not reason:
        return "the configuration asks for a reason: write it behind the codes", comment
    return None


class _Places:
    """What comments of a file cover. Looks at the syntax only when asked."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @cached_property
    def _file(self) -> ast.File:
        return lower(self._document)

    @cached_property
    def _ends(self) -> dict[int, int]:
        """Where each statement and declaration begins, with the end of the longest that begins there."""
        ends: dict[int, int] = {}
        for node in ast.walk(self._file):
            if isinstance(node, _COVERED):
                ends[node.span.start] = max(node.span.end, ends.get(node.span.start, 0))
        if self._file.name is not None:
            clause = self._document.text.rfind(b"package", 0, self._file.name.span.start)
            ends[clause] = self._file.name.span.end
        return ends

    def file_below(self, comment: int) -> Span | None:
        """The whole file, where the comment at that offset stands before its first declaration."""
        for decl in self._file.decls:
            imports = isinstance(decl, ast.GenDecl) and decl.token == "import"
            if not imports and decl.span.start < comment:
                return None
        return Span(0, len(self._document.text) + 1)

    def line_or_statement(self, comment: int) -> Span | None:
        """The line that the comment at that offset ends, or else the statement or declaration below."""
        text, lines = self._document.text, self._document.lines
        line = lines.line_of(comment)
        start = lines.offset(line, 0, "utf-8")
        if text[start:comment].strip():
            return Span(start, self._line_start(line + 1))
        while line + 1 < lines.line_count:
            line += 1
            start = lines.offset(line, 0, "utf-8")
            content = text[start : self._line_start(line + 1)]
            if not content.strip():
                return None
            if not content.lstrip().startswith(b"//"):
                begin = start + len(content) - len(content.lstrip())
                end = self._ends.get(begin)
                return None if end is None else Span(begin, end)
        return None

    def _line_start(self, line: int) -> int:
        """Where `line` (from 0) begins; past the text's end behind its last line, so that it is covered."""
        lines = self._document.lines
        end = len(self._document.text) + 1
        return lines.offset(line, 0, "utf-8") if line < lines.line_count else end


_COVERED = (
    *(ast.BadStmt, ast.DeclStmt, ast.LabeledStmt, ast.ExprStmt, ast.SendStmt, ast.IncDecStmt, ast.AssignStmt),
    *(ast.GoStmt, ast.DeferStmt, ast.ReturnStmt, ast.BranchStmt, ast.BlockStmt, ast.IfStmt, ast.SwitchStmt),
    *(ast.TypeSwitchStmt, ast.SelectStmt, ast.ForStmt, ast.RangeStmt, ast.CaseClause, ast.CommClause),
    *(ast.GenDecl, ast.FuncDecl, ast.ImportSpec, ast.ValueSpec, ast.TypeSpec),
)


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
