"""What all rules have in common. The tests of a single rule are in its Markdown, such as MG101.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modgo_lsp.rules.catalogue import RULES, codes_under
from modgo_lsp.rules.rule import Rule

HERE = Path(__file__).parent
REPORTED_BY_LINT = {"MG501", "MG502"}

every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


def test_rules_are_in_code_order() -> None:
    assert list(RULES) == sorted(RULES)


@every_rule
def test_a_rule_is_named_after_its_file(rule: Rule) -> None:
    folder = Path(__file__).parents[2] / "modgo_lsp" / "rules"
    name = f"{rule.code.lower()}_{rule.name.replace('-', '_')}.py"
    assert (folder / name).is_file()


@every_rule
def test_a_page_has_its_sections(rule: Rule) -> None:
    headings = re.findall(r"^## (.*)$", rule.text, re.MULTILINE)
    assert headings[:2] == ["What it does", "Why is this bad?"]
    assert headings[2:4] in (["Example", "Use instead"], ["What to do"])
    assert ("Fix safety" in headings) == (rule.fix is not None)
    assert rule.text.count("```") % 2 == 0


@pytest.mark.parametrize(
    "code", [code for code, rule in RULES.items() if rule.check or code in REPORTED_BY_LINT]
)
def test_a_rule_has_cases_for_and_against(code: str) -> None:
    cases = (HERE / f"{code}.md").read_text(encoding="utf-8")
    assert re.search(rf"// want (.*; )?{code}\b", cases)
    assert "// ok" in cases


def test_a_prefix_stands_for_all_its_codes() -> None:
    assert codes_under("MG101") == ["MG101"]
    assert codes_under("MG20")[0] == "MG201"
    assert codes_under("MG999") == codes_under("X") == codes_under("") == []
