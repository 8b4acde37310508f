"""Expressions that select cases: what they match, and what is no expression."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.host.cases.case_file import parse_cases
from modgo_lsp.host.cases.case_selection import ExpressionError, Selection, matcher, select_cases

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
    if len(expression) > 200:
        assert refused.value.message == f"the expression of -k has {message}"
    else:
        assert refused.value.message == f"the expression of -k is wrong: {message}"
    assert refused.value.remedy


def test_the_longest_expression() -> None:
    assert selected("x" * 200) == []


CASES = """# the cases
- function: f
  args: [1]
- {function: g}

- [no case]
- {function: h, cases: [{args: [1]}, {args: [2]}]}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "a.case.yaml"
    file.write_text(CASES)
    return file


def names(selection: Selection) -> list[str]:
    return [case.name for case in selection.cases]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (0, ["f(1)", "g()", "h(1)", "h(2)"]),
        (1, []),
        (2, ["f(1)"]),
        (3, ["f(1)"]),
        (4, ["g()"]),
        (6, ["g()"]),
        (7, ["h(1)", "h(2)"]),
        (99, ["h(1)", "h(2)"]),
    ],
)
def test_the_cases_at_a_line(file: Path, line: int, expected: list[str]) -> None:
    found = select_cases([(file, line)], [])
    assert names(found) == expected
    assert [problem.line for problem in found.problems] == [6]
    assert found.left_out == 0


def test_cases_are_in_the_order_in_which_their_files_are_named(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "0.case.yaml"
    other.write_text("{function: other}")
    found = select_cases([(file, 7), (other, 0), (file, 4)], [])
    assert names(found) == ["h(1)", "h(2)", "other()", "g()"]
    assert [problem.path for problem in found.problems] == [file]


@pytest.mark.parametrize(
    ("expressions", "preferred", "expected", "left_out"),
    [
        ([], "", ["f(1)", "g()", "h(1)", "h(2)"], 0),
        (["f or h"], "", ["f(1)", "h(1)", "h(2)"], 1),
        (["f or h", "h or g"], "", ["h(1)", "h(2)"], 2),
        (["f or h", "h or g"], '"h(2)"', ["h(2)"], 3),
        (["f or h"], "g", ["f(1)", "h(1)", "h(2)"], 1),
        (["f", "h"], "f", [], 4),
    ],
)
def test_what_is_selected_and_how_many_are_left_out(
    file: Path, expressions: list[str], preferred: str, expected: list[str], left_out: int
) -> None:
    found = select_cases([(file, 0)], [matcher(each) for each in expressions], matcher(preferred or "not x"))
    assert (names(found), found.left_out) == (expected, left_out)
