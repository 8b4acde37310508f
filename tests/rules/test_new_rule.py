"""A new rule begins with files that load and a test that says what is still to do."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from modgo_lsp.rules.rule import Rule
from tests.rules.new_rule import new_rule


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("modgo_lsp/rules", "tests/rules"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_the_file_holds_a_rule_and_the_test_wants_it(root: Path) -> None:
    file, test = new_rule("MG399", "slow-loop", "A loop is slow.", root)
    spec = spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    rule: Rule = module.RULE
    assert (rule.code, rule.name, rule.summary) == ("MG399", "slow-loop", "A loop is slow")
    assert "// want MG399 bad()" in test.read_text()


def test_nothing_is_written_over(root: Path) -> None:
    new_rule("MG399", "slow-loop", "A loop is slow", root)
    with pytest.raises(FileExistsError):
        new_rule("MG399", "slow-loop", "A loop is slow", root)


@pytest.mark.parametrize(
    ("code", "name", "summary"),
    [
        ("MG3", "slow-loop", "x"),
        ("MG399", "Slow", "x"),
        ("MG101", "slow-loop", "x"),
        ("MG399", "stdout", "x"),
        ("MG399", "slow-loop", ""),
    ],
)
def test_words_that_make_no_rule_are_refused(root: Path, code: str, name: str, summary: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        new_rule(code, name, summary, root)
