"""The text and concise reports."""

from __future__ import annotations

from pathlib import Path

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.lint_paths import Counts
from modgo_lsp.model.finding import Edit, Finding, Fix, Location, Related
from modgo_lsp.report.colours import Painter
from modgo_lsp.report.concise import report_concise
from modgo_lsp.report.findings_json import finding_objects
from modgo_lsp.report.lint_report import LintReport
from modgo_lsp.report.sources import Sources
from modgo_lsp.report.statistics import statistics_text
from modgo_lsp.report.terminal_escapes import shown
from modgo_lsp.report.text import closing_line, report_text

PLAIN = Painter(False)


def finding(path: Path, text: str, word: str, fixes: tuple[Fix, ...] = ()) -> Finding:
    start = len(text[: text.index(word)].encode())
    place = Location(str(path), Span(start, start + len(word.encode())))
    return Finding("MG101", "warning", "nobody can call it", place, (), fixes)


def test_text_shows_the_source_and_what_to_do(tmp_path: Path) -> None:
    text = "package p\n\n// Add adds.\nfunc Add(rec R) {\n\treturn\n}\n"
    path = tmp_path / "a.go"
    path.write_text(text)
    place = Location(str(path), Span(0, 0))
    fix = Fix('Register Add as "add"', True, (Edit(place, "x"),))
    text = Finding(
        "MG101", "warning", "nobody can call it", finding(path, text, "Add(").location,
        (Related(place, "the package"),), (fix,),
    )  # fmt: skip
    assert report_text(LintReport([text], Sources(DiskFiles(), str(tmp_path)), paint=PLAIN)) == (
        "MG101 warning: nobody can call it\n"
        " --> a.go:4:6\n"
        "  |\n"
        "2 |\n"
        "3 | // Add adds.\n"
        "4 | func Add(rec R) {\n"
        "  |      ^^^^\n"
        "5 |     return\n"
        "6 | }\n"
        "  |\n"
        "note: the package: a.go:1:1\n"
        'help: Register Add as "add" (--fix)'
    )


def test_no_excerpt_of_a_file_outside_the_workspace(tmp_path: Path) -> None:
    """A report may be a public log, and the file a secret of the machine."""
    secret = tmp_path / "secret"
    secret.write_text("token = Add\n")
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "go.mod").write_text("module example.com/m\n")
    path = tmp_path / "m" / "a.go"
    path.symlink_to(secret)
    text = report_text(
        LintReport([finding(path, "token = Add\n", "Add")], Sources(DiskFiles(), str(tmp_path)), paint=PLAIN)
    )
    assert text == "MG101 warning: nobody can call it\n --> m/a.go:1:9"


def test_carets_align_behind_tabs_and_wide_characters(tmp_path: Path) -> None:
    text = "\t日本 := Add\n"
    path = tmp_path / "a.go"
    path.write_text(text)
    lines = report_text(
        LintReport([finding(path, text, "Add")], Sources(DiskFiles(), str(tmp_path)), paint=PLAIN)
    ).splitlines()
    assert lines[1].endswith("a.go:1:8")
    assert lines[3] == "1 |     日本 := Add"
    assert lines[4] == "  |             ^^^"


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    text = "// \x1b[31m Add\n"
    path = tmp_path / "a.go"
    path.write_text(text)
    assert "\x1b" not in report_text(
        LintReport([finding(path, text, "Add")], Sources(DiskFiles(), str(tmp_path)), paint=PLAIN)
    )


def test_concise_is_a_line_each_and_marks_what_can_be_fixed(tmp_path: Path) -> None:
    text = "func Add\n"
    path = tmp_path / "in" / "a.go"
    path.parent.mkdir()
    path.write_text(text)
    fixable = finding(path, text, "Add", (Fix("f", True, ()),))
    sources = Sources(DiskFiles(), str(tmp_path))
    assert report_concise(LintReport([finding(path, text, "Add"), fixable], sources, paint=PLAIN)) == (
        "in/a.go:1:6: MG101 nobody can call it\nin/a.go:1:6: MG101 [*] nobody can call it"
    )
    assert "\x1b[" in shown(report_concise(LintReport([fixable], sources, paint=Painter(True))))


def test_a_finding_in_a_file_that_is_gone_is_still_reported(tmp_path: Path) -> None:
    gone = Finding("MG401", "error", "oh", Location(str(tmp_path / "gone.go"), Span(3, 5)))
    sources = Sources(DiskFiles(), str(tmp_path))
    assert report_concise(LintReport([gone], sources, paint=PLAIN)) == "gone.go:1:1: MG401 oh"
    assert "gone.go:1:1" in report_text(LintReport([gone], sources, paint=PLAIN))


def test_the_closing_line_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.go"
    one = finding(path, "Add", "Add")
    assert closing_line([one], Counts(1, 1)) == "Found 1 problem (1 warning) in 1 package."
    assert closing_line([], Counts(2, 2)) == "No problems in 2 packages."
    assert closing_line([], Counts(0, 0)) == "No Go packages here."
    assert statistics_text([one, one]) == "2  MG101  unregistered-udf"


def test_json_is_in_the_order_of_paths_positions_and_codes(tmp_path: Path) -> None:
    found = []
    for name in ("a.go", "b.go"):
        (tmp_path / name).write_text("one two\n")
        for start, code in ((0, "MG301"), (4, "MG101"), (4, "MG201")):
            place = Location(str(tmp_path / name), Span(start, start + 3))
            found.append(Finding(code, "warning", "it is wrong", place, (), ()))
    objects = finding_objects(reversed(found), Sources(DiskFiles(), str(tmp_path)))
    assert [(each.path, each.range.start.column, each.code) for each in objects] == [
        *(("a.go", 1, "MG301"), ("a.go", 5, "MG101"), ("a.go", 5, "MG201")),
        *(("b.go", 1, "MG301"), ("b.go", 5, "MG101"), ("b.go", 5, "MG201")),
    ]
