"""Findings for people: each with an excerpt of the source and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import combining, east_asian_width

from modgo_lsp.file_writer import leads_out
from modgo_lsp.lint.lint_paths import Counts
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.plural import counted
from modgo_lsp.report.colours import Painter
from modgo_lsp.report.lint_report import LintReport
from modgo_lsp.report.sources import Sources
from modgo_lsp.report.summary import summary

_TAB = 4
_CONTEXT = 2
_WIDEST = 160


def report_text(report: LintReport) -> str:
    """All findings, separated by blank lines, without a line end."""
    sources, paint = report.sources, report.paint
    return "\n\n".join("\n".join(_finding(finding, sources, paint)) for finding in report.findings)


def closing_line(findings: Sequence[Finding], counts: Counts) -> str:
    """ "Found 3 problems (1 error, 2 warnings) in 2 packages", or that there are none."""
    found = summary(findings, counts)
    packages = counted(counts.packages, "package")
    if not findings:
        return f"No problems in {packages}." if counts.packages else "No Go packages here."
    kinds = [
        counted(found.errors, "error"),
        counted(found.warnings, "warning"),
        f"{found.information} information",
        counted(found.hints, "hint"),
    ]
    by_severity = ", ".join(kind for kind in kinds if not kind.startswith("0 "))
    return f"Found {counted(len(findings), 'problem')} ({by_severity}) in {packages}."


def _finding(finding: Finding, sources: Sources, paint: Painter) -> Iterator[str]:
    yield f"{paint.severity(f'{finding.code} {finding.severity}', finding.severity)}: {finding.message}"
    yield from _excerpt(finding.location, finding, sources, paint)
    for related in finding.related:
        start = sources.start(related.location)
        place = f"{sources.shown(related.location.path)}:{start.line}:{start.column}"
        yield f"{paint.frame('note')}: {related.message}: {place}"
    for fix in finding.fixes:
        flag = "--fix" if fix.safe else "--fix --unsafe-fixes"
        yield f"{paint.help('help')}: {fix.title} ({flag})"


def _excerpt(place: Location, finding: Finding, sources: Sources, paint: Painter) -> Iterator[str]:
    """The lines around a place, with carets below it up to the end of its first line."""
    lines, text = sources.lines(place.path), sources.text(place.path)
    span = sources.range(place)
    start, end = span.start, span.end
    first = max(1, start.line - _CONTEXT)
    last = min(lines.line_count, start.line + _CONTEXT)
    gutter = len(str(last))
    shown = f"{paint.path(sources.shown(place.path))}:{start.line}:{start.column}"
    yield f"{' ' * gutter}{paint.frame('-->')} {shown}"
    if leads_out(place.path):
        return  # a file outside may be a secret, and this a public log
    yield paint.frame(f"{' ' * gutter} |")
    finish = lines.offset(first - 1, 0, "utf-8")
    for number in range(first, last + 1):
        begin, finish = finish, lines.offset(number, 0, "utf-8")  # past the last line, the end of the text
        line = text[begin:finish].rstrip(b"\r\n").decode("utf-8", "replace")
        yield f"{paint.frame(f'{number:>{gutter}} |')} {_displayed(line)[:_WIDEST]}".rstrip()
        if number == start.line:
            left = len_displayed(line[: start.column - 1])
            upto = end.column - 1 if end.line == start.line else len(line)
            width = max(1, len_displayed(line[: max(upto, start.column - 1)]) - left)
            if left < _WIDEST:
                carets = "^" * min(width, _WIDEST - left)
                margin = paint.frame(f"{' ' * gutter} |")
                yield f"{margin} {' ' * left}{paint.severity(carets, finding.severity)}"
    yield paint.frame(f"{' ' * gutter} |")


def _displayed(line: str) -> str:
    """The line with tabs as spaces, and control characters as U+FFFD."""
    shown = line.replace("\t", " " * _TAB)
    if shown.isprintable():  # nearly every line is
        return shown
    return "".join(
        " " * _TAB if character == "\t" else character if character.isprintable() else "\ufffd"
        for character in line
    )


def len_displayed(text: str) -> int:
    """The columns that a terminal needs for `text`."""
    if text.isascii():
        return len(text) + (_TAB - 1) * text.count("\t")
    columns = 0
    for character in text:
        wide = east_asian_width(character) in "WF"
        columns += _TAB if character == "\t" else 2 if wide else 0 if combining(character) else 1
    return columns
