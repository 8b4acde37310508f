"""Results of `modgo test` as text: a line for each module, and what differs in each case that failed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from modgo_lsp.cli.call_report import show_failure
from modgo_lsp.cli.local_module import show_findings
from modgo_lsp.cli.terminal import is_coloured, painted, say
from modgo_lsp.cli.test.run import ModuleReport
from modgo_lsp.host.cases.case_result import CaseResult, limited
from modgo_lsp.host.cases.compare import Difference
from modgo_lsp.plural import counted
from modgo_lsp.report.sources import printable
from modgo_lsp.report.terminal_escapes import on_a_line

# Of a text that differs: what stands before the first difference, and all that is shown.
_BEFORE_MAX, _SHOWN_MAX = 30, 160
_MARKED_FROM = 12  # characters that both texts have; of shorter ones, marks say nothing
_LOGS_MAX = 20
_RATE_FROM = 100  # calls; the rate of fewer says nothing


def location(path: Path, line: int) -> str:
    return f"{shown_path(path)}:{line}"


def shown_path(path: Path) -> str:
    """The path as messages show it: relative to the working directory if it is below it."""
    relative = os.path.relpath(path)
    return printable(str(path) if relative.startswith("..") else relative)


def show_module(report: ModuleReport, width: int) -> None:
    """Writes the module's line, its failed cases, and its cases that are not valid. `width` is that of the
    longest name."""
    name = on_a_line(report.name).ljust(width)
    if report.unbuilt is not None or report.failure is not None:
        _show_unusable(report, name)
        return
    failed, count = report.failed, len(report.results)
    bad = bool(failed or report.problems)
    verdict = painted("FAIL", "red", bold=True) if bad else painted("ok", "green", bold=True) + "  "
    cases = f"{len(failed)} of {counted(count, 'case')} failed" if failed else counted(count, "case")
    invalid = f", {len(report.problems)} not valid" if report.problems else ""
    invalid += f", {report.accepted} accepted" if report.accepted else ""
    say(f"{verdict}  {name}  {cases}{invalid} in {_time(report.seconds)}")
    for problem in report.problems:
        place = painted(location(problem.path, problem.line), bold=True)
        say(f"\n{place}: {painted('not valid', 'red')}: {problem.message}")
    for result in failed:
        _show_failed(result)
    if bad:
        say()


def _show_unusable(report: ModuleReport, name: str) -> None:
    """Writes why a module was not built or not loaded."""
    what = "could not be built" if report.unbuilt is not None else "could not be loaded"
    say(f"{painted('FAIL', 'red', bold=True)}  {name}  {what}\n")
    if report.unbuilt is not None:
        show_findings(report.unbuilt.findings)
    if report.failure is not None:
        show_failure(report.failure)
    say()


def show_summary(reports: Sequence[ModuleReport], interrupted: bool = False) -> None:
    """Writes the counts over all modules."""
    results = [result for report in reports for result in report.results]
    failed = sum(not result.ok for result in results)
    invalid = sum(len(report.problems) for report in reports)
    seconds = sum(report.seconds for report in reports)
    unusable = sum(report.unbuilt is not None or report.failure is not None for report in reports)
    parts = [painted(f"{failed} failed", "red", bold=True)] if failed else []
    parts += [painted(f"{counted(unusable, 'module')} not run", "red", bold=True)] if unusable else []
    parts += [painted(f"{invalid} not valid", "red", bold=True)] if invalid else []
    passed = len(results) - failed
    parts += [painted(f"{passed} passed", "green", bold=not failed)] if passed or not parts else []
    loading = sum(report.loading for report in reports)
    rate = ""
    if len(results) >= _RATE_FROM and seconds > loading:
        rate = f" ({_time(loading)} to load, then {len(results) / (seconds - loading):,.0f} calls/s)"
    end = "; interrupted" if interrupted else ""
    say(f"{', '.join(parts)} in {_time(seconds)}{rate}{end}")


def _show_failed(result: CaseResult) -> None:
    case = result.case
    say(f"\n{painted('FAIL', 'red', bold=True)} {painted(on_a_line(case.name), bold=True)}")
    say(f"  {painted(on_a_line(location(case.path, case.line)), 'blue')}  {on_a_line(case.function)}")
    for difference in result.differences:
        for line in _difference(difference):
            say(f"  {line}")
    failure = result.outcome.failure
    if failure is not None:
        for frame in failure.frames:
            say(f"    at {painted(on_a_line(frame), 'blue')}")
        if failure.remedy:
            say(f"    {painted('Help', 'green')}: {failure.remedy}")
    _show_logs(result)


def _show_logs(result: CaseResult) -> None:
    logs = limited(result.outcome.logs)
    if not logs:
        return
    say(f"  {painted('logs', bold=True)}")
    for line in logs[:_LOGS_MAX]:
        place = f"{line.location}: " if line.location else ""
        say(on_a_line(f"    {line.level}: {place}{line.message}"))
    if len(result.outcome.logs) > _LOGS_MAX:
        say(f"    … {len(result.outcome.logs) - _LOGS_MAX} more")


def _difference(difference: Difference) -> Iterator[str]:
    """The path, both texts with what differs marked, and a line with marks where there are no colours."""
    yield painted(on_a_line(difference.path), bold=True)
    expected, actual = difference.expected, difference.actual
    if expected is None or actual is None:
        nothing = "no error" if difference.path == "error" else "nothing"
        yield f"  expected {_side(expected, nothing, 'green')}"
        yield f"  actual   {_side(actual, nothing, 'red')}"
        return
    start, end = _common(expected, actual)
    if start + end < _MARKED_FROM:
        start = end = 0
    left, mark = _cut(expected, start, end), _cut(actual, start, end)
    yield f"  expected {_marked(left, 'green')}"
    yield f"  actual   {_marked(mark, 'red')}"
    if not is_coloured(sys.stdout) and start + end:
        yield " " * (len("  actual   ") + len(mark[0])) + "^" * max(1, min(len(mark[1]), _SHOWN_MAX))


def _side(text: str | None, nothing: str, colour: str) -> str:
    if text is None:
        return painted(nothing, dim=True)
    return painted(on_a_line(text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"), colour)


def _common(one: str, other: str) -> tuple[int, int]:
    """The lengths of what both begin with and end with."""
    shorter = min(len(one), len(other))
    start = next((index for index in range(shorter) if one[index] != other[index]), shorter)
    rest = shorter - start
    end = next((index for index in range(rest) if one[-1 - index] != other[-1 - index]), rest)
    return start, end


def _cut(text: str, start: int, end: int) -> tuple[str, str, str]:
    """What comes before the difference, the difference and the rest, of a long text only what is near it."""
    before, middle, after = text[:start], text[start : len(text) - end], text[len(text) - end :]
    if len(text) <= _SHOWN_MAX:
        return on_a_line(before), on_a_line(middle), on_a_line(after)
    before = before if len(before) <= _BEFORE_MAX else f"…{before[-_BEFORE_MAX:]}"
    middle = middle if len(middle) <= _SHOWN_MAX else f"{middle[:_SHOWN_MAX]}…"
    after = after if len(after) <= _BEFORE_MAX else f"{after[:_BEFORE_MAX]}…"
    return on_a_line(before), on_a_line(middle), on_a_line(after)


def _marked(parts: tuple[str, str, str], colour: str) -> str:
    before, middle, after = parts
    marked = before or after
    return (
        painted(before, colour)
        + (painted(middle, colour, bold=True, reverse=bool(marked)) if middle else "")
        + painted(after, colour)
    )


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"
