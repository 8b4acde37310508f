"""What the options of `modgo lint` mean: overridden settings, exit codes, and fixes as text and in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.lint.fixes import fix_list, unified_diff, why_not_writable, write_changes
from modgo_lsp.cli.lint.options import Options, overridden_settings
from modgo_lsp.cli.lint.run import _exit_code
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.apply_fixes import Fixed
from modgo_lsp.lint.target_folders import PathProblem
from modgo_lsp.model.finding import Finding, Location, Severity
from modgo_lsp.report.sources import Sources
from tests.cli.test_lint_output import NOTHING


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (Options(), {}),
        (Options(select=("MG1, MG2", "MG3,,")), {"select": ["MG1", "MG2", "MG3"], "ignore": []}),
        (Options(ignore=("MG1",)), {"ignore": ["MG1"]}),
        (Options(select=("MG1",), ignore=("MG101",)), {"select": ["MG1"], "ignore": ["MG101"]}),
        (Options(fail_on="never"), {"fail-on": "never"}),
        (Options(baseline=""), {"baseline": "/here"}),
        (Options(baseline="a/b.json"), {"baseline": "/here/a/b.json"}),
        (Options(baseline="/a.json", write_baseline=True), {}),
    ],
)
def test_settings_that_options_override(
    options: Options, settings: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = overridden_settings(options)
    if "baseline" in found:
        found["baseline"] = found["baseline"].replace(str(tmp_path), "/here")
    assert found == settings


def finding(severity: Severity, code: str = "MG101", path: str = "/a.go") -> Finding:
    return Finding(code, severity, "", Location(path, Span(0, 0)))


SEVERITIES: tuple[Severity, ...] = ("error", "warning", "information", "hint")


@pytest.mark.parametrize("index", range(4))
def test_findings_as_severe_as_the_setting_or_worse_fail(index: int) -> None:
    outcome = replace(NOTHING, findings=(finding(SEVERITIES[index]),))
    for least in range(4):
        decided = replace(outcome, fail_on=SEVERITIES[least])
        assert _exit_code(Options(), decided) == int(index <= least)
        assert _exit_code(Options(exit_zero=True), decided) == 0
    assert _exit_code(Options(), replace(outcome, fail_on="never")) == 0
    several = replace(outcome, findings=(finding("hint"), *outcome.findings), fail_on=SEVERITIES[index])
    assert _exit_code(Options(), several) == 1


def test_problems_and_a_missing_toolchain_are_no_findings() -> None:
    for options in (Options(), Options(exit_zero=True)):
        assert _exit_code(options, replace(NOTHING, problems=(PathProblem("x", "gone"),))) == 2
        assert _exit_code(options, replace(NOTHING, findings=(finding("error", "MG406"),))) == 2
    assert _exit_code(Options(), NOTHING) == 0


def test_fixes_as_a_diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert unified_diff({}) == ""
    changes = {
        str(tmp_path / "b.go"): (b"one\r\ntwo\n", b"one\r\n2\n"),
        str(tmp_path / "in" / "a.go"): (b"a\x0cb\xff", b"a\n\n"),
        str(tmp_path / "same.go"): (b"x", b"x"),
    }
    assert unified_diff(changes) == (
        "--- b.go\n+++ b.go\n@@ -1,2 +1,2 @@\n one\r\n-two\n+2\n"
        "--- in/a.go\n+++ in/a.go\n@@ -1 +1,2 @@\n"
        "-a\x0cb\ufffd\n\\ No newline at end of file\n+a\n+\n"
    )


def test_fixes_are_counted_by_file_and_rule(tmp_path: Path) -> None:
    places = (("b", "MG105"), ("b", "MG101"), ("a", "MG105"), ("b", "MG105"))
    found = tuple(finding("error", code, str(tmp_path / f"{name}.go")) for name, code in places)
    sources = Sources(DiskFiles(), str(tmp_path))
    assert fix_list(Fixed(NOTHING, {}, found), sources) == (
        "a.go\n  1 × MG105 invalid-name\nb.go\n  1 × MG101 unregistered-udf\n  2 × MG105 invalid-name"
    )
    assert fix_list(Fixed(NOTHING, {}, ()), sources) == "No fixes."


def test_files_that_have_changed_since_they_were_read_stay(tmp_path: Path) -> None:
    """The others are written, and the first that was not is reported."""
    names = ("a", "changed", "too", "z")
    for name in names:
        (tmp_path / name).write_text("old" if name in ("a", "z") else "newer")
    with pytest.raises(CliError) as failed:
        write_changes({str(tmp_path / name): (b"old", b"new") for name in names})
    assert failed.value.message.startswith(str(tmp_path / "changed"))
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {
        "a": "new",
        "changed": "newer",
        "too": "newer",
        "z": "new",
    }
    assert why_not_writable(str(tmp_path / "a")) is None
    assert why_not_writable(str(tmp_path)) is not None
