"""The exit code of `modgo lint` for each kind of finding, option and input: 0, 1 or 2 of each combination."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from modgo_lsp.cli.lint.options import FAIL_ON

SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
GO_MOD = f"module example.com/shop\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n"
CLEAN = (
    f'package shop\n\nimport "{SDK}"\n\nfunc init() {{\n\tudf.Register("add", Add)\n}}\n\n'
    "func Add(rec *udf.Record) {}\n"
)
# By kind: the code to add, and the severity of its finding. --fix fixes those that begin with "fixable".
KINDS = {
    "clean": ("", None),
    "error": ('\nfunc init() { udf.Register("add", Add) }\n', "error"),
    "unsafely fixable error": ('\nfunc init() {\n\tudf.Register("mul-by", Add)\n}\n', "error"),
    "fixable warning": ("\nfunc Sub(rec *udf.Record) {}\n", "warning"),
    "warning": (
        '\nfunc Loop() {\n\tfor {\n\t}\n}\n\nfunc init() { udf.Register("loop", Loop) }\n',
        "warning",
    ),
}
MODES = ((), ("--fix",), ("--diff",))


def lint(folder: Path, *options: str, text: str | None = None) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "lint", *options],
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
    )
    return done.returncode


def expected(kind: str, mode: tuple[str, ...], fail_on: str) -> int:
    severity = KINDS[kind][1]
    fixed = kind.startswith("fixable")
    if mode == ("--diff",):
        return int(fixed)
    if severity is None or (mode and fixed) or fail_on == "never":
        return 0
    return int(FAIL_ON.index(severity) <= FAIL_ON.index(fail_on))


@pytest.mark.parametrize("stdin", [False, True], ids=["file", "stdin"])
@pytest.mark.parametrize("kind", KINDS)
def test_exit_codes(tmp_path: Path, kind: str, stdin: bool) -> None:
    (tmp_path / "go.mod").write_text(GO_MOD)
    text = CLEAN + KINDS[kind][0]
    source = ("--stdin-filename", "shop.go") if stdin else ()
    for mode, fail_on in product(MODES, ("error", "warning", "never")):
        (tmp_path / "shop.go").write_text(CLEAN if stdin else text)
        code = lint(tmp_path, *mode, *source, "--fail-on", fail_on, text=text if stdin else None)
        assert code == expected(kind, mode, fail_on), (mode, fail_on)
    for mode in MODES:
        (tmp_path / "shop.go").write_text(CLEAN if stdin else text)
        assert lint(tmp_path, *mode, *source, "--exit-zero", text=text if stdin else None) == 0, mode


@pytest.mark.parametrize("mode", [*MODES, ("--exit-zero",), ("--fail-on", "never")], ids=str)
def test_what_could_not_be_linted_is_2(tmp_path: Path, mode: tuple[str, ...]) -> None:
    (tmp_path / "go.mod").write_text(GO_MOD)
    (tmp_path / "shop.go").write_text(CLEAN)
    assert lint(tmp_path, *mode, "nowhere.go") == 2
    (tmp_path / "modgo.toml").write_text("select = 1\n")
    assert lint(tmp_path, *mode) == 2
