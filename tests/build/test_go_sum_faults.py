"""The place of what the go command says of go.sum."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.build.compiler_errors import findings_of
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Location

LINES = ("example.com/x v1.0.0 h1:B=", "", "one two", "example.com/y v1.0.0 h1:C=")
MISMATCH = "verifying example.com/x@v1.0.0: checksum mismatch\n\tdownloaded: h1:A=\n\tgo.sum:     h1:{}\n"
TIDY = "run `go mod tidy`"


@pytest.mark.parametrize(
    ("printed", "message", "line"),
    [
        (MISMATCH.format("C="), "if you trust the download", LINES[3]),
        (MISMATCH.format("D="), "if you trust the download", None),
        # The number is that of a file with the SDK's lines.
        ("malformed go.sum:\n{folder}/go.sum:5: wrong number", "go.sum: wrong number; correct", LINES[2]),
        ("go: x@v1: missing go.sum entry for go.mod file; to add:\n\tgo mod x", TIDY, LINES[0]),
        ("go: updates to go.mod needed", TIDY, None),
    ],
)
def test_the_line_at_fault(tmp_path: Path, printed: str, message: str, line: str | None) -> None:
    (tmp_path / "go.mod").touch()
    (tmp_path / "go.sum").write_text("\n".join(LINES))
    inner = tmp_path / "inner"
    inner.mkdir()
    clause = Location(str(inner / "m.go"), Span(0, 9))
    (finding,) = findings_of(printed.replace("{folder}", str(tmp_path)), inner, {}, clause)
    assert finding.code == "MG406"
    assert message in finding.message
    assert "to add:" not in finding.message
    place = finding.location
    if line is None:
        assert place == clause
    else:
        assert (Path(place.path).name, Path(place.path).read_text()[place.span.start : place.span.end]) == (
            "go.sum",
            line,
        )


def test_without_go_sum_the_package_clause_is_the_place(tmp_path: Path) -> None:
    clause = Location(str(tmp_path / "m.go"), Span(0, 9))
    printed = "missing go.sum entry for go.mod file"
    assert findings_of(printed, tmp_path, {}, clause)[0].location == clause
    (tmp_path / "go.mod").touch()
    assert findings_of(printed, tmp_path, {}, clause)[0].location == clause
    (tmp_path / "go.sum").touch()
    assert findings_of(printed, tmp_path, {}, clause)[0].location == clause
