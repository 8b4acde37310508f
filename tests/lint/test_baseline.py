"""Known findings are not reported, new ones are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.baseline import BaselineError, read_baseline, unknown, write_baseline
from modgo_lsp.lint.config import configuration
from modgo_lsp.lint.lint_paths import lint_paths
from modgo_lsp.model.finding import Finding, Location


def finding(path: str, code: str, at: int = 0) -> Finding:
    return Finding(code, "warning", "so", Location(path, Span(at, at)))


def test_a_baseline_is_written_and_read() -> None:
    text = write_baseline([finding("/p/b.go", "MG101"), finding("/p/b.go", "MG101", 9)], "/p")
    assert json.loads(text) == {"version": 1, "findings": {"b.go": {"MG101": 2}}}
    assert read_baseline(text, "/p") == {"/p/b.go": {"MG101": 2}}


def test_files_outside_its_folder_are_left_out() -> None:
    assert json.loads(write_baseline([finding("/q/b.go", "MG101")], "/p"))["findings"] == {}


def test_known_findings_are_hidden_wherever_they_moved() -> None:
    known = {"/p/b.go": {"MG101": 2}}
    assert unknown([finding("/p/b.go", "MG101", 5), finding("/p/b.go", "MG101", 7)], known) == []


def test_one_more_of_a_rule_in_a_file_shows_all_of_them() -> None:
    three = [finding("/p/b.go", "MG101", at) for at in range(3)]
    other = finding("/p/b.go", "MG105")
    assert unknown([*three, other], {"/p/b.go": {"MG101": 2, "MG105": 1}}) == three


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "not a baseline"),
        (b"[]", "not a baseline"),
        (b'{"version": 1, "findings": {"a.go": {"MG101": "x"}}}', "not a baseline"),
        (b'{"version": 2, "findings": {}}', "version 2"),
    ],
)
def test_another_file_is_refused_as_a_baseline(text: bytes, why: str) -> None:
    with pytest.raises(BaselineError, match=why):
        read_baseline(text, "/p")


def test_the_setting_names_it_relative_to_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "modgo.toml").write_text('baseline = "known.json"\n')
    (tmp_path / "go.mod").write_text("module example.com/p\n\ngo 1.24\n")
    (tmp_path / "p.go").write_text(
        'package p\n\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n\nfunc A(rec *udf.Record) {}\n\n'
        'var _ = udf.Register("b", func() {})\n'
    )
    (tmp_path / "known.json").write_text('{"version": 1, "findings": {}}')
    assert [each.code for each in lint_paths([str(tmp_path)], DiskFiles()).findings] == ["MG101"]
    (tmp_path / "known.json").write_text('{"version": 1, "findings": {"p.go": {"MG101": 1}}}')
    assert lint_paths([str(tmp_path)], DiskFiles()).findings == ()


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("known.json", "it cannot be read (No such file or directory); --write-baseline makes one"),
        ("a\\u0000b", "no file can have that name (embedded null byte)"),
        ("text.json", "it is not a baseline (JSON is malformed: invalid character (byte 4))"),
    ],
)
def test_an_unusable_baseline_is_reported_where_it_is_named(tmp_path: Path, named: str, why: str) -> None:
    (tmp_path / "text.json").write_text("text")
    (tmp_path / "modgo.toml").write_text(f'fail-on = "error"\nbaseline = "{named}"\n')
    (problem,) = configuration(str(tmp_path), DiskFiles()).problems
    assert (problem.origin, problem.line) == (str(tmp_path / "modgo.toml"), 2)
    path = str(tmp_path / named).replace("\\u0000", "\0")
    assert problem.message == f"baseline {path}: {why}"
