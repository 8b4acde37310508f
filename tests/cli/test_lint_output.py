"""All that `modgo lint` writes for an outcome: findings, the closing lines, notes and errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.lint.options import Options
from modgo_lsp.cli.lint.output import show
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.lint_paths import Counts, Outcome
from modgo_lsp.lint.target_folders import PathProblem
from modgo_lsp.model.finding import Finding, Fix, Location

Capture = pytest.CaptureFixture[str]

NOTHING = Outcome(
    findings=(),
    counts=Counts(1, 1),
    problems=(),
    fail_on="hint",
    modules=(),
    without_module=(),
    unread=(),
    go_found=True,
    passed_over=(),
    excluded=(),
    loaders={},
)
AS_TEXT = Options()
SAFE, UNSAFE = (Fix("change it", safe, ()) for safe in (True, False))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.go").write_text("package a\n")
    return tmp_path


def shown(capsys: Capture, options: Options = AS_TEXT, **facts: Any) -> tuple[str, str]:
    show(options, msgspec.structs.replace(NOTHING, **facts), DiskFiles())
    out, error = capsys.readouterr()
    return out, error


def finding(folder: Path, *fixes: Fix) -> Finding:
    return Finding("MG101", "warning", "it is wrong", Location(str(folder / "a.go"), Span(8, 9)), (), fixes)


def paths(folder: Path, count: int) -> tuple[str, ...]:
    return tuple(str(folder / f"{number}.go") for number in range(count))


@pytest.mark.parametrize(
    ("facts", "note"),
    [
        ({}, ""),
        ({"go_found": False}, ""),
        ({"unread": ("time",)}, ""),
        (
            {"unread": ("net/http", "time"), "go_found": False},
            "Note: Go was not found, so types of its library (net/http, time) are not checked; "
            "`modgo doctor` shows what to do\n",
        ),
        (
            {"unread": ("a.org/b", "time", "c.org/d")},
            "Note: the source of a.org/b, c.org/d was not found, so its types are not checked; "
            "`go mod download` fetches what go.mod requires\n",
        ),
        (
            {"problems": (PathProblem("x\x1b", "it is gone"),)},
            "Error: x\\u001b: it is gone\n",
        ),
    ],
)
def test_notes_of_what_is_missing(facts: dict[str, Any], note: str, capsys: Capture) -> None:
    assert shown(capsys, **facts) == ("No problems in 1 package.\n", note)


def test_a_folder_in_no_go_module(folder: Path, capsys: Capture) -> None:
    expected = (
        "Note: inner belongs to no Go module, so its imports cannot be resolved; `go mod init` makes one\n"
    )
    assert shown(capsys, without_module=(str(folder / "inner"),))[1] == expected


def test_the_root_folder_is_not_searched_as_a_whole(capsys: Capture) -> None:
    note = "Note: /proc, /sys, /dev are skipped: they contain no source\n"
    assert shown(capsys, Options(paths=("a", "/")))[1] == note
    assert shown(capsys, Options(paths=("a", "/usr")))[1] == ""


@pytest.mark.parametrize(("count", "more"), [(5, ""), (6, " and 1 more"), (7, " and 2 more")])
@pytest.mark.parametrize(
    ("fact", "note"),
    [
        ("excluded", "not linted, because --exclude or the setting `exclude` covers it"),
        ("passed_over", "skipped, unreadable or larger than max-file-size"),
    ],
)
def test_of_many_files_the_first_are_named(
    fact: str, note: str, count: int, more: str, folder: Path, capsys: Capture
) -> None:
    error = shown(capsys, **{fact: paths(folder, count)})[1]
    assert error == f"Note: {note}: 0.go, 1.go, 2.go, 3.go, 4.go{more}\n"


EXCERPT = "MG101 warning: it is wrong\n --> a.go:1:9\n"


@pytest.mark.parametrize(
    ("fixes", "last"),
    [
        ([()], ""),
        ([(SAFE,)], "1 can be fixed with --fix.\n"),
        ([(UNSAFE,)], "1 with --fix --unsafe-fixes.\n"),
        ([(UNSAFE, SAFE)], "1 can be fixed with --fix.\n"),
        ([(SAFE,), (), (SAFE,), (UNSAFE,)], "2 can be fixed with --fix, 1 more with --fix --unsafe-fixes.\n"),
    ],
)
def test_how_many_can_be_fixed(
    fixes: list[tuple[Fix, ...]], last: str, folder: Path, capsys: Capture
) -> None:
    findings = tuple(finding(folder, *each) for each in fixes)
    out = shown(capsys, findings=findings)[0]
    count = "1 problem (1 warning)" if len(fixes) == 1 else f"{len(fixes)} problems ({len(fixes)} warnings)"
    assert out.startswith(EXCERPT)
    assert out.rpartition("\n\n")[2] == f"Found {count} in 1 package.\n{last}"
    # They were fixed, or are shown.
    for options in (Options(fix=True), Options(diff=True)):
        assert shown(capsys, options, findings=findings)[0] == out.removesuffix(last)


def test_quiet_and_other_formats_have_no_closing_line(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = (finding(folder, SAFE),)
    line = "a.go:1:9: MG101 [*] it is wrong\n"
    out = shown(capsys, Options(output_format="concise"), findings=wrong)[0]
    assert out == line
    statistics = "1  MG101  unregistered-udf (1 with --fix)\n"
    assert shown(capsys, Options(statistics=True), findings=wrong)[0] == statistics
    rows = json.loads(shown(capsys, Options(statistics=True, output_format="json"), findings=wrong)[0])
    assert rows == [{"code": "MG101", "name": "unregistered-udf", "count": 1, "fixable": 1}]
    monkeypatch.setattr(global_options(), "quiet", True)
    assert shown(capsys) == ("", "")
    quiet = shown(capsys, findings=wrong, without_module=(str(folder),), problems=(PathProblem("x", "gone"),))
    assert quiet[0].startswith(EXCERPT)
    assert (quiet[0].endswith("\n\n"), "Found" in quiet[0], quiet[1]) == (True, False, "Error: x: gone\n")
