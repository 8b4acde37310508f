"""Where `modgo build` writes a module, and all that it shows of a result."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modgo_lsp.build.build import BuildResult
from modgo_lsp.cli.build import _output, _show
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.local_module import exit_code_of, show_build_failure
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Finding, Location

Capture = pytest.CaptureFixture[str]

ONE, TWO = Path("a/one"), Path("two")


@pytest.mark.parametrize(
    ("folders", "output", "path"),
    [
        ((ONE,), None, Path()),
        ((ONE, TWO), None, None),
        ((ONE,), "x.so", Path("x.so")),
        ((ONE,), "out/", Path("out/one.so")),
        ((Path(),), "out/", Path("out/here.so")),
        ((Path("/"),), "out/", Path("out/module.so")),
        ((ONE, TWO), "out/", Path("out")),
        ((ONE, TWO), "x.so", Path("x.so")),
    ],
)
def test_the_file_that_is_written(
    folders: tuple[Path, ...],
    output: str | None,
    path: Path | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert _output(folders, output) == path
    with pytest.raises(CliError, match="-o is empty"):
        _output(folders, "")


def finding(folder: Path, code: str) -> Finding:
    (folder / "m.go").write_text("package m\n")
    return Finding(code, "error", "it is wrong", Location(str(folder / "m.go"), Span(8, 9)))


def test_what_is_shown_of_a_module(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    functions = ({"name": "add"}, {"name": "sub"})
    built = BuildResult(
        True, "m", str(tmp_path / "out" / "m.so"), 2_540_488, functions=functions, elapsed_ms=1260
    )
    _show(built)
    assert capsys.readouterr() == ("out/m.so: 2.5 MB, 2 functions (add, sub), 1.3 s\n", "")
    monkeypatch.setattr(global_options(), "color", "always")
    _show(BuildResult(True, "m", "m.so", functions=functions[:1]))
    assert capsys.readouterr().out == "\x1b[1mm.so\x1b[0m: 0.0 MB, 1 function (add), 0.0 s\n"


@pytest.mark.parametrize(("code", "exit_code"), [("MG401", 1), ("MG406", 2)])
def test_what_is_shown_of_a_failed_build(
    code: str, exit_code: int, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    failed = BuildResult(False, "m", findings=(finding(tmp_path, code),))
    _show(failed)
    out, error = capsys.readouterr()
    assert out.startswith(f"{code} error: it is wrong\n --> m.go:1:9\n")
    assert error == "\nm was not built.\n"
    assert show_build_failure(failed, False) == exit_code_of(failed) == exit_code
    assert capsys.readouterr() == (out, error)
    assert show_build_failure(failed, True) == exit_code
    shown = capsys.readouterr()
    assert (re.findall(r'"code": "(\w+)"', shown.out), shown.err) == ([code], "")
    assert exit_code_of(BuildResult(True, "m", findings=failed.findings)) == 0
