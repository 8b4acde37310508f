"""make new-rule writes files that load, and a test that fails until the check is written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.rules.rule import Rule
from scripts.new_rule import ROOT, new_rule

# A code that no rule has.
CODE = next(code for code in (f"MG{number}" for number in range(399, 300, -1)) if code not in RULES)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("modgo_lsp/rules", "tests/rules"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_the_file_defines_a_rule_and_the_test_expects_it(root: Path) -> None:
    file, test = new_rule(CODE, "only-here", "Only in this test.", root)
    spec = spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    rule: Rule = module.RULE
    assert (rule.code, rule.name, rule.summary) == (CODE, "only-here", "Only in this test")
    assert f"// want {CODE} bad()" in test.read_text()


def test_no_file_is_overwritten(root: Path) -> None:
    new_rule(CODE, "only-here", "Only in this test", root)
    with pytest.raises(FileExistsError):
        new_rule(CODE, "only-here", "Only in this test", root)


_CASE = f"""# {CODE}: the number of a process

```go
import "os"

func init() {{
	udf.Register("a", A)
}}

func A(rec *udf.Record) int {{
	return os.Getpid() // want {CODE} os.Getpid()
}}

func B() int {{ return os.Getppid() }} // ok
```
"""


def test_a_rule_touches_its_file_and_its_test(tmp_path: Path) -> None:
    """In a copy of this checkout, a rule needs no other file, and `make docs` writes its page."""
    listed = subprocess.check_output(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT
    )
    names = [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]
    for name in names:
        if name == "vscode-extension/package.json" or not name.startswith(("vscode-extension/", "examples/")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def run(*arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-B", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    rule, test = new_rule(CODE, "only-here", "Only in this test", tmp_path)
    rule.write_text(rule.read_text().replace("example.com/what.Calls", "os.Getpid"))
    test.write_text(_CASE)
    run("-m", "pytest", "-p", "no:cacheprovider", str(test))
    run("docs/generate.py")
    run("docs/generate.py", "--check")
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    written = {str(path.relative_to(tmp_path)) for path in after if after[path] != before.get(path)}
    assert {each for each in written if not each.startswith(".")} == {
        f"modgo_lsp/rules/{CODE.lower()}_only_here.py",
        f"tests/rules/{CODE}.md",
        f"docs/rules/{CODE}.md",
        "docs/rules/README.md",
    }


@pytest.mark.parametrize(
    ("code", "name", "summary"),
    [
        ("MG3", "only-here", "x"),
        (CODE, "Slow", "x"),
        ("MG101", "only-here", "x"),
        (CODE, "stdout", "x"),
        (CODE, "only-here", ""),
    ],
)
def test_invalid_arguments_are_refused(root: Path, code: str, name: str, summary: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        new_rule(code, name, summary, root)
