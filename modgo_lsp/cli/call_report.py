"""Results of `modgo call` as text: the value, the changes of the record as a diff, the log, failures."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from modgo_lsp.cli.terminal import is_coloured, say
from modgo_lsp.host.json_forms import json_of
from modgo_lsp.host.result import CallResult, Failure, LogLine, NumberedResult, StreamResult
from modgo_lsp.host.run_call import Calls, Outcome
from modgo_lsp.host.sample import sample_json
from modgo_lsp.plural import counted
from modgo_lsp.report.call_text import change_lines, record_lines
from modgo_lsp.report.terminal_escapes import styled

Paint = Callable[[str, str], str]


def show_outcome(outcome: Outcome, timed: bool = True) -> None:
    """Writes results to the standard output, logs and failures to the standard error; with `timed`, also how
    long a call took."""
    if isinstance(outcome, Calls):
        _show_summary(outcome)
        return
    _show_logs(outcome.logs)
    if outcome.failure is not None:
        show_failure(outcome.failure)
    elif isinstance(outcome, StreamResult):
        _show_stream(outcome, timed)
    else:
        _show_call(outcome, timed)


def show_one_of_many(source: str) -> Callable[[NumberedResult], None]:
    """Returns a function that shows the call on one record of `source`, with its failure as FILE:LINE."""

    def show(one: NumberedResult) -> None:
        result, place = one.result, f"{source}:{one.line}"
        _show_logs(result.logs, f"{place}: ")
        if result.failure is not None:
            show_failure(result.failure, f"{place}: ")
            return
        key = _compact(sample_json(result.before)["key"])
        did = f"  {', '.join(result.operations)}" if result.operations else ""
        say(f"{key}: {_paint()(_compact(json_of(result.value)), 'green')}{did}")

    return show


def show_failure(failure: Failure, place: str = "") -> None:
    """Writes message, frames and help to the standard error."""
    say(f"{place}{_paint()(failure.kind, 'red')}: {failure.message}", err=True)
    for frame in failure.frames:
        say(f"  at {frame}", err=True)
    if failure.remedy:
        say(f"Help: {failure.remedy}", err=True)
    if failure.replay:
        say(f"Help: `modgo call --replay {failure.replay}` repeats this call", err=True)


def show_log(line: LogLine, before: str = "") -> None:
    """Writes a line of a module's log to the standard error."""
    place = f"{line.location}: " if line.location else ""
    say(f"{before}{line.level}: {place}{line.message}", err=True)


def _show_logs(logs: tuple[LogLine, ...], before: str = "") -> None:
    for line in logs:
        show_log(line, before)


def _show_call(result: CallResult, timed: bool) -> None:
    paint = _paint()
    say(paint(_compact(json_of(result.value)), "green"))
    for change in _changes(result):
        colour = {"+": "green", "-": "red"}.get(change[0])
        say(paint(change, colour) if colour else change)
    did = ", ".join(result.operations) or "no write"
    say(f"{did} in {result.elapsed_ns / 1e6:.3f} ms" if timed else did)


def _show_stream(result: StreamResult, timed: bool) -> None:
    def within(elapsed_ns: int) -> str:
        return f" in {elapsed_ns / 1e6:.3f} ms" if timed else ""

    paint = _paint()
    for value in result.values:
        say(paint(_compact(json_of(value)), "green"))
    for number, node in enumerate(result.nodes, 1):
        counts = f"{counted(node.records, 'record')} → {counted(len(node.values), 'value')}"
        say(f"  node {number}: {counts}{within(node.elapsed_ns)}")
    say(f"{counted(len(result.values), 'value')}{within(result.elapsed_ns)}")


def _show_summary(calls: Calls) -> None:
    results = [one.result for one in calls.results]
    failed = sum(not result.ok for result in results)
    elapsed = sum(result.elapsed_ns for result in results) / 1e6
    say(f"{counted(len(results), 'call')}, {failed or 'none'} failed, in {elapsed:.3f} ms")


def _changes(result: CallResult) -> list[str]:
    """The record before and after as a diff; empty if nothing changed."""
    before, after = sample_json(result.before), sample_json(result.after)
    if record_lines(before) == record_lines(after):
        return []
    return [f"  record {_compact(before['key'])}", *change_lines(before, after)]


def _paint() -> Paint:
    coloured = is_coloured(sys.stdout)
    return lambda text, colour: styled(text, fg=colour) if coloured else text


def _compact(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)
