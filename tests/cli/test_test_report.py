"""The report of `modgo test` for results as they are: failed cases in text, what could not run in JUnit, and
which results `--accept` writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modgo_lsp.build.build import BuildResult
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.test.accept import accept
from modgo_lsp.cli.test.junit import report_junit
from modgo_lsp.cli.test.report import show_module, show_summary, shown_path
from modgo_lsp.cli.test.run import ModuleReport
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.host.cases.case_file import Case, CaseProblem, parse_cases
from modgo_lsp.host.cases.case_result import CaseResult
from modgo_lsp.host.cases.compare import Difference, differences
from modgo_lsp.host.result import CallResult, Failure, LogLine
from modgo_lsp.host.sample import Record
from modgo_lsp.model.finding import Finding, Location

Capture = pytest.CaptureFixture[str]


def case(expect: str, path: Path = Path("x.case.yaml")) -> Case:
    found = parse_cases(f"name: one\nfunction: f\nexpect: {expect}\n", path)
    assert found.problems == ()
    return found.cases[0]


def result(of: Case, **more: object) -> CaseResult:
    outcome = CallResult("f", Record(), Record(), **more)  # type: ignore[arg-type]
    return CaseResult(of, outcome, differences(of.expectation, outcome))


def shown(one: CaseResult, capsys: Capture) -> list[str]:
    show_module(ModuleReport("m", (one,)), 1)
    return capsys.readouterr().out.splitlines()


def test_what_differs_in_a_short_text_is_marked(capsys: Capture) -> None:
    lines = shown(result(case("{result: the quick brown fox}"), value="the quick green fox"), capsys)
    at = lines.index("  result") + 1
    assert lines[at : at + 3] == [
        '    expected "the quick brown fox"',
        '    actual   "the quick green fox"',
        "                        ^^^^",
    ]


def test_a_failure_is_shown_with_its_frames_and_its_remedy(capsys: Capture) -> None:
    failure = Failure("panic", "no", frames=("a.go:1", "b.go:2"), remedy="add one")
    lines = shown(result(case("{result: 1}"), failure=failure), capsys)
    at = lines.index("    at a.go:1")
    assert lines[at : at + 3] == ["    at a.go:1", "    at b.go:2", "    Help: add one"]
    lines = shown(result(case("{result: 1}"), failure=Failure("panic", "no")), capsys)
    assert not [line for line in lines if "Help" in line]


def test_what_differs_in_a_long_text_is_shown_with_what_is_near_it(capsys: Capture) -> None:
    before, after = "a" * 200, "z" * 200
    lines = shown(result(case(f"{{result: {before}one{after}}}"), value=f"{before}two{after}"), capsys)
    at = lines.index("  result") + 1
    # Both end in the same letter before what follows, and begin so after what is before.
    assert lines[at] == f"    expected …{'a' * 30}one{'z' * 30}…"
    assert lines[at + 1] == f"    actual   …{'a' * 30}two{'z' * 30}…"
    assert lines[at + 2] == " " * (len("    actual   …") + 30) + "^^^"


def test_of_a_long_difference_the_beginning_is_shown(capsys: Capture) -> None:
    lines = shown(
        result(case(f"{{result: 'same words, {'b' * 300}'}}"), value=f"same words, {'c' * 161}"), capsys
    )
    at = lines.index("  result") + 1
    assert lines[at] == f'    expected "same words, {"b" * 160}…"'
    assert lines[at + 1] == f'    actual   "same words, {"c" * 160}…"'
    assert lines[at + 2] == " " * len('    actual   "same words, ') + "^" * 160


@pytest.mark.parametrize(("count", "more"), [(20, []), (21, ["    … 1 more"]), (150, ["    … 130 more"])])
def test_the_first_log_lines_are_shown(count: int, more: list[str], capsys: Capture) -> None:
    logs = tuple(LogLine("info", f"line {n}", "a.go:1") for n in range(count))
    lines = shown(result(case("{result: 1}"), value=2, logs=logs), capsys)
    at = lines.index("  logs") + 1
    assert lines[at : at + 20] == [f"    info: a.go:1: line {n}" for n in range(20)]
    assert lines[at + 20 :] == [*more, ""]


def test_a_failure_is_shown_with_its_frames_and_what_to_do(capsys: Capture) -> None:
    failure = Failure("usage", "f expects 1 argument", ("m.go:5",), "its signature is f(int)")
    lines = shown(result(case("{result: 1}"), failure=failure), capsys)
    assert lines[-3:-1] == ["    at m.go:5", "    Help: its signature is f(int)"]


JUNIT = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="modgo test" tests="7" failures="2" errors="4" time="3.500">
  <testsuite name="a" tests="4" failures="2" errors="1" time="1.500">
    <testcase name="one" classname="a.f" file="x.case.yaml" line="1" time="0.002500" />
    <testcase name="one" classname="a.f" file="x.case.yaml" line="1" time="0.000000">
      <failure message="result: expected 1, actual 2">x.case.yaml:1
result: expected 1, actual 2
error: expected nothing, actual panic</failure>
      <system-out>info: a line
warning: another</system-out>
    </testcase>
    <testcase name="one" classname="a.f" file="x.case.yaml" line="1" time="0.000000">
      <failure message="result: expected 1, actual nothing">x.case.yaml:1
result: expected 1, actual nothing</failure>
    </testcase>
    <testcase name="modgo" classname="a">
      <error message="no such key">y.case.yaml:7: no such key</error>
    </testcase>
  </testsuite>
  <testsuite name="b" tests="2" failures="0" errors="2" time="2.000">
    <testcase name="modgo" classname="b">
      <error message="undefined: x">undefined: x</error>
    </testcase>
    <testcase name="modgo" classname="b">
      <error message="undefined: x">undefined: x</error>
    </testcase>
  </testsuite>
  <testsuite name="c" tests="1" failures="0" errors="1" time="0.000">
    <testcase name="modgo" classname="c">
      <error message="crash: it ended\ufffd">it ended\ufffd</error>
    </testcase>
  </testsuite>
</testsuites>"""


def test_junit_has_failures_of_cases_and_what_could_not_run_as_errors() -> None:
    of = case("{result: 1}")
    logs = (LogLine("info", "a line", "a.go:1"), LogLine("warning", "another", ""))
    passed, outcome = (
        CallResult("f", Record(), Record(), **more) for more in ({"elapsed_ns": 2_500_000}, {"logs": logs})
    )
    differences = (Difference("result", "1", "2"), Difference("error", None, "panic"))
    cases = (
        CaseResult(of, passed),
        CaseResult(of, outcome, differences),
        CaseResult(of, CallResult("f", Record(), Record()), (Difference("result", "1", None),)),
    )
    problems = (CaseProblem(Path("y.case.yaml"), 7, "no such key"),)
    finding = Finding("MG401", "error", "undefined: x", Location("m.go", Span(0, 1)))
    reports = [
        ModuleReport("a", cases, problems, 1.5),
        ModuleReport("b", seconds=2, unbuilt=BuildResult(False, "b", findings=(finding, finding))),
        ModuleReport("c", failure=Failure("crash", "it ended\x00")),
    ]
    assert report_junit(reports) == JUNIT


@pytest.mark.parametrize("now", [None, b"- {function: g}\n", b"\xff", b""])
def test_a_file_that_changes_during_the_run_accepts_nothing(
    now: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "x.case.yaml"
    one = result(case("{result: 1}", path), value=2)
    if now is not None:
        path.write_bytes(now)
    report = ModuleReport("m", (one,))
    assert accept(report, tmp_path, False) == report
    assert (path.read_bytes() if path.exists() else None) == now


def test_what_is_accepted_is_expected_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "x.case.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: one\r\nfunction: f\r\nexpect: {result: 1}\r\n")
    done = accept(ModuleReport("m", (result(case("{result: 1}", path), value=2),)), tmp_path, False)
    assert (done.accepted, done.exit_code) == (1, 0)
    assert path.read_bytes() == b"\xef\xbb\xbfname: one\r\nfunction: f\r\nexpect: {result: 2}\r\n"


def test_each_file_is_accepted_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    results = []
    for name in ("a", "b", "gone"):
        path = tmp_path / f"{name}.case.yaml"
        path.write_text("name: one\nfunction: f\nexpect: {result: 1}\n")
        results.append(result(case("{result: 1}", path), value=name))
    path.unlink()
    passed = result(case("{result: 1}", tmp_path / "a.case.yaml"), value=1)
    done = accept(ModuleReport("m", (*results, passed)), tmp_path, True)
    assert (done.accepted, [each.ok for each in done.results]) == (2, [True, True, False, True])
    assert capsys.readouterr().out == "".join(
        f"--- {name}.case.yaml\n+++ {name}.case.yaml\n@@ -1,3 +1,3 @@\n name: one\n function: f\n"
        f"-expect: {{result: 1}}\n+expect: {{result: {name}}}\n\n"
        for name in ("a", "b")
    )


# --- all that `modgo test` writes


def failed(*differences: Difference, **more: object) -> CaseResult:
    return CaseResult(case("{result: 1}"), CallResult("f", Record(), Record(), **more), differences)  # type: ignore[arg-type]


PASSED = CaseResult(case("{result: 1}"), CallResult("f", Record(), Record()))
FAILED = failed(
    Difference("result", "1", "2"), Difference("error", None, "x: y"), Difference("logs", "z", None)
)
INVALID = CaseProblem(Path("y.case.yaml"), 7, "no such key")
CRASH = Failure("crash", "it ended", ("a.go:1",), "see the log")
UNBUILT = ModuleReport("b", unbuilt=BuildResult(False, "b"))


@pytest.fixture(params=["never", "always"])
def colour(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(global_options(), "color", request.param)
    return str(request.param)


def marked(text: str) -> str:
    """The text with its colours as [CODES]."""
    return re.sub(r"\x1b\[([\d;]*)m", r"[\1]", text)


MODULES = {
    "passed": (ModuleReport("m", (PASSED,), seconds=0.9994), "[32][1]ok[0]    m    1 case in 999 ms\n"),
    "accepted": (
        ModuleReport("m", (PASSED,) * 2, seconds=1, accepted=2),
        "[32][1]ok[0]    m    2 cases, 2 accepted in 1.00 s\n",
    ),
    "invalid": (
        ModuleReport("m", (PASSED,), (INVALID,)),
        "[31][1]FAIL[0]  m    1 case, 1 not valid in 0 ms\n\n"
        "[1]y.case.yaml:7[0]: [31]not valid[0]: no such key\n\n",
    ),
    "failed": (
        ModuleReport("m", (PASSED, FAILED)),
        "[31][1]FAIL[0]  m    1 of 2 cases failed in 0 ms\n\n"
        "[31][1]FAIL[0] [1]one[0]\n"
        "  [34]x.case.yaml:1[0]  f\n"
        "  [1]result[0]\n    expected [32][1][27]1[0]\n    actual   [31][1][27]2[0]\n"
        "  [1]error[0]\n    expected [2]no error[0]\n    actual   [31]x: y[0]\n"
        "  [1]logs[0]\n    expected [32]z[0]\n    actual   [2]nothing[0]\n\n",
    ),
    "failed in the module": (
        ModuleReport(
            "m",
            (failed(Difference("error", None, "x"), failure=CRASH, logs=(LogLine("info", "a line", ""),)),),
        ),
        "[31][1]FAIL[0]  m    1 of 1 case failed in 0 ms\n\n"
        "[31][1]FAIL[0] [1]one[0]\n"
        "  [34]x.case.yaml:1[0]  f\n"
        "  [1]error[0]\n    expected [2]no error[0]\n    actual   [31]x[0]\n"
        "    at [34]a.go:1[0]\n    [32]Help[0]: see the log\n"
        "  [1]logs[0]\n    info: a line\n\n",
    ),
    "unbuilt": (UNBUILT, "[31][1]FAIL[0]  b    could not be built\n\n\n\n"),
    "unloaded": (
        ModuleReport("m", failure=CRASH),
        "[31][1]FAIL[0]  m    could not be loaded\n\n\n",
    ),
}


@pytest.mark.parametrize(("report", "expected"), MODULES.values(), ids=MODULES)
def test_all_that_is_shown_of_a_module(
    report: ModuleReport, expected: str, colour: str, capsys: Capture
) -> None:
    show_module(report, 3)
    expected = expected if colour == "always" else re.sub(r"\[\d*\]", "", expected)
    out, error = capsys.readouterr()
    assert marked(out) == expected
    kind = "[31]crash[0]" if colour == "always" else "crash"
    assert marked(error) == (f"{kind}: it ended\n  at a.go:1\nHelp: see the log\n" if report.failure else "")


SUMMARIES = {
    "nothing": ([], "[32][1]0 passed[0] in 0 ms\n"),
    "passed": ([ModuleReport("m", (PASSED,), seconds=0.5)] * 2, "[32][1]2 passed[0] in 1.00 s\n"),
    "all failed": ([ModuleReport("m", (FAILED,))], "[31][1]1 failed[0] in 0 ms\n"),
    "one failed": (
        [ModuleReport("m", (PASSED, FAILED))],
        "[31][1]1 failed[0], [32][22]1 passed[0] in 0 ms\n",
    ),
    "all kinds": (
        [ModuleReport("m", (PASSED,), (INVALID,)), UNBUILT, ModuleReport("c", failure=CRASH)],
        "[31][1]2 modules not run[0], [31][1]1 not valid[0], [32][1]1 passed[0] in 0 ms\n",
    ),
    "99": ([ModuleReport("m", (PASSED,) * 99, seconds=2, loading=1)], "[32][1]99 passed[0] in 2.00 s\n"),
    "100": (
        [ModuleReport("m", (PASSED,) * 50, seconds=1.25, loading=0.25)] * 2,
        "[32][1]100 passed[0] in 2.50 s (500 ms to load, then 50 calls/s)\n",
    ),
    "100 at once": (
        [ModuleReport("m", (PASSED,) * 100, seconds=1, loading=1)],
        "[32][1]100 passed[0] in 1.00 s\n",
    ),
}


@pytest.mark.parametrize(("reports", "expected"), SUMMARIES.values(), ids=SUMMARIES)
def test_the_summary(reports: list[ModuleReport], expected: str, colour: str, capsys: Capture) -> None:
    expected = expected if colour == "always" else re.sub(r"\[\d*\]", "", expected)
    show_summary(reports)
    assert marked(capsys.readouterr().out) == expected
    show_summary(reports, interrupted=True)
    assert marked(capsys.readouterr().out) == expected.replace("\n", "; interrupted\n")


def test_paths_are_relative_below_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    assert shown_path(inner / "x.yaml") == "x.yaml"
    assert shown_path(tmp_path / "x.yaml") == str(tmp_path / "x.yaml")
