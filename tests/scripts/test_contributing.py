"""The scaffolds print what CONTRIBUTING.md shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from modgo_lsp.rules.catalogue import RULES
from scripts.new_method import new_method
from scripts.new_rule import ROOT, new_rule

# The code that the page shows may be a rule's by now: the scaffold gets another one.
_FREE = next(code for code in (f"MG{number}" for number in range(399, 300, -1)) if code not in RULES)


def shown(target: str) -> tuple[dict[str, str], list[str]]:
    """The variables of `make TARGET` in CONTRIBUTING.md, and the lines shown below it."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(rf"^\$ make {target} (.*)\n((?:[^$`].*\n)*)", text, re.MULTILINE)
    assert found is not None
    variables = dict(variable.split("=", 1) for variable in shlex.split(found[1]))
    return variables, found[2].splitlines()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with the folders and the table that the scaffolds write to."""
    for folder in ("modgo_lsp/rules", "tests/rules", "modgo_lsp/server/requests", "tests/server/workspaces"):
        (tmp_path / folder).mkdir(parents=True)
    table = Path("modgo_lsp/server/lsp/methods.py")
    (tmp_path / table).parent.mkdir()
    (tmp_path / table).write_bytes((ROOT / table).read_bytes())
    return tmp_path


def test_new_rule_prints_what_the_page_shows(root: Path) -> None:
    variables, lines = shown("new-rule")
    written = new_rule(_FREE, variables["NAME"], variables["SUMMARY"], root)
    code = variables["CODE"]
    names = [path.relative_to(root).as_posix() for path in written]
    assert [name.replace(_FREE, code).replace(_FREE.lower(), code.lower()) for name in names] == lines


def test_new_method_prints_what_the_page_shows(root: Path) -> None:
    variables, lines = shown("new-method")
    written = new_method(variables["METHOD"], root)
    assert [path.relative_to(root).as_posix() for path in written] == lines
