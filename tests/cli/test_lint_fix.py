"""`modgo lint --fix` and --diff, on files and on standard input."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.lint_command import CLEAN, MISNAMED, append, modgo

# --- fixes


def test_fix_applies_safe_fixes_and_reports_the_other_findings(module: Path) -> None:
    path = append(module, "\nfunc Sub(rec *udf.Record) {}\n" + MISNAMED)
    path.chmod(0o640)
    ran = modgo(module, "--fix")
    assert ran.returncode == 1
    assert "MG105" in ran.stdout
    assert "MG101" not in ran.stdout
    assert ran.stdout.endswith("Fixed 1 in 1 file.\n")
    assert '\tudf.Register("add", Add)\n\tudf.Register("sub", Sub)\n}' in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(path.parent.iterdir()) == [path]


def test_unsafe_fixes_need_their_option(module: Path) -> None:
    path = append(module, MISNAMED)
    assert modgo(module, "--fix").returncode == 1
    assert "mul-by" in path.read_text(encoding="utf-8")
    assert modgo(module, "--fix", "--unsafe-fixes").returncode == 0
    assert "mul_by" in path.read_text(encoding="utf-8")


def test_diff_changes_nothing_and_can_be_applied(module: Path) -> None:
    path = append(module, "\n// form\x0cfeed\u2028\nfunc Sub(rec *udf.Record) {}")
    before = path.read_text(encoding="utf-8")
    ran = modgo(module, "--diff")
    assert ran.returncode == 1
    assert path.read_text(encoding="utf-8") == before
    subprocess.run(["git", "apply", "-p0"], input=ran.stdout, text=True, cwd=module, check=True)
    assert modgo(module, "--diff").returncode == 0
    assert 'udf.Register("sub", Sub)' in path.read_text(encoding="utf-8")


def test_a_link_stays_a_link(module: Path) -> None:
    path = append(module, "\nfunc Sub(rec *udf.Record) {}\n")
    real = module / "real.go.txt"
    path.rename(real)
    path.symlink_to(real)
    assert modgo(module, "--fix").returncode == 0
    assert path.is_symlink()
    assert '"sub"' in real.read_text(encoding="utf-8")


# --- standard input


def test_standard_input_is_a_file_that_need_not_exist(module: Path) -> None:
    text = "package counters\n\n" + CLEAN.splitlines()[2] + "\n\nfunc Sub(rec *udf.Record) {}\n"
    for arguments in (("-",), ()):
        ran = modgo(
            module,
            *arguments,
            "--stdin-filename",
            "counters/new.go",
            "--output-format",
            "concise",
            stdin=text,
        )
        assert ran.stdout.startswith("counters/new.go:5:6: MG101")
        assert ran.returncode == 1


def test_standard_input_is_fixed_to_standard_output(module: Path) -> None:
    text = CLEAN + "\nfunc Sub(rec *udf.Record) {}\n"
    ran = modgo(module, "--fix", "--stdin-filename", "counters/counters.go", stdin=text)
    assert '\tudf.Register("sub", Sub)\n' in ran.stdout
    assert ran.stdout.startswith("package counters\n")
    assert (module / "counters" / "counters.go").read_text() == CLEAN
    for nothing_to_do in (CLEAN, "package counters\n", ""):
        ran = modgo(module, "--fix", "--stdin-filename", "counters/counters.go", stdin=nothing_to_do)
        assert ran.stdout == nothing_to_do


@pytest.mark.parametrize(
    "arguments", [("-",), ("--stdin-filename", "a.txt"), ("--stdin-filename", "a.go", "b.go")]
)
def test_standard_input_needs_a_file_name_and_no_other_paths(
    module: Path, arguments: tuple[str, ...]
) -> None:
    ran = modgo(module, *arguments, stdin=CLEAN)
    assert ran.returncode == 2
    assert "Error: " in ran.stderr
    assert "Help: " in ran.stderr
