"""Expressions that select cases: what they match, and what is no expression."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.host.cases.case_file import parse_cases
from modgo_lsp.host.cases.case_selection import ExpressionError, matcher

TEXT = """- {name: Adds two, function: add}
- {name: or else, function: limit}
- {name: third, function: add}
"""


def selected(expression: str) -> list[str]:
    matches = matcher(expression)
    return [case.name for case in parse_cases(TEXT, Path("counters.case.yaml")).cases if matches(case)]


@pytest.mark.parametrize(
    ("expression", "numbers"),
    [
        ("ADD", (1, 3)),
        ("counters", (1, 2, 3)),
        ("add and third", (3,)),
        ("limit or third", (2, 3)),
        ("not add", (2,)),
        ("not add or third", (2, 3)),
        ("not (add or third)", (2,)),
        ("(limit or add) and (two or else)", (1, 2)),
        ("add and not(two)", (3,)),
        ('"or else"', (2,)),
        ('"or"', (2,)),
        ('add and "s t"', (1,)),
        ("yaml and json", ()),
        (f"{'not ' * 48}third", (3,)),  # 197 characters
    ],
)
def test_what_an_expression_selects(expression: str, numbers: tuple[int, ...]) -> None:
    names = ("Adds two", "or else", "third")
    assert selected(expression) == [names[number - 1] for number in numbers]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "it ends where a word is expected"),
        ("add and", "it ends where a word is expected"),
        ("not", "it ends where a word is expected"),
        ("(add", "a closing parenthesis is missing"),
        ("(add third)", "a closing parenthesis is missing"),
        ("add)", "')' is not expected there"),
        ("add third", "'third' is not expected there"),
        ("and add", "'and' is not expected there"),
        ("add and or third", "'or' is not expected there"),
        ("()", "')' is not expected there"),
        ('add "two', "a quotation mark is missing"),
        ("x" * 201, "more than 200 characters"),
    ],
)
def test_what_is_no_expression(expression: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        matcher(expression)
    assert message in refused.value.message
    assert refused.value.remedy


def test_the_longest_expression() -> None:
    assert selected("x" * 200) == []
