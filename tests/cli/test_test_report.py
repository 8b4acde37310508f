"""The report of `modgo test` for results as they are: failed cases in text, what could not run in JUnit, and
which results `--accept` writes."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from modgo_lsp.build.build import BuildResult
from modgo_lsp.cli.test.accept import accept
from modgo_lsp.cli.test.junit import report_junit
from modgo_lsp.cli.test.report import show_module
from modgo_lsp.cli.test.run import ModuleReport
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.host.cases.case_file import Case, parse_cases
from modgo_lsp.host.cases.case_result import CaseResult
from modgo_lsp.host.cases.compare import differences
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


def test_junit_has_what_could_not_run_as_errors() -> None:
    finding = Finding("MG401", "error", "undefined: x", Location("m.go", Span(0, 1)))
    unbuilt = ModuleReport("a", unbuilt=BuildResult(False, "a", findings=(finding, finding)))
    unloaded = ModuleReport("b", failure=Failure("crash", "it ended\x00"))
    root = ElementTree.fromstring(report_junit([unbuilt, unloaded]))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "0", "3")
    errors = [(each.get("message"), each.text) for each in root.iter("error")]
    assert errors == [("undefined: x", "undefined: x")] * 2 + [("crash: it ended\ufffd", "it ended\ufffd")]
    assert [each.get("errors") for each in root] == ["2", "1"]


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
