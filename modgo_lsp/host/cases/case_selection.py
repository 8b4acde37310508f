"""Which cases to run: those whose names an expression matches, or the one on a line of its file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from modgo_lsp.host.cases.case_file import Case, CaseFile, CaseProblem, read_case_file
from modgo_lsp.user_error import UserError

Matcher = Callable[[Case], bool]
_WORD = re.compile(r"\s*(?:([()])|\"([^\"]*)\"|([^\s()\"]+))")
_LONGEST = 200  # each parenthesis takes stack frames


class ExpressionError(UserError):
    """The expression cannot be parsed."""


def matcher(expression: str) -> Matcher:
    """Of an expression like `limit and not (add or "two words")`: words are searched in the case's name, its
    function and its file's name, in any case. Raises ExpressionError."""
    if len(expression) > _LONGEST:
        raise ExpressionError(f"the expression of -k has more than {_LONGEST} characters", "make it shorter")
    tokens = _tokens(expression)
    found = _any_of(tokens)
    if tokens:
        raise _error(f"{tokens[0][1]!r} is not expected there")
    return found


# A word in quotes is never an operator.
_Token = tuple[bool, str]


def _tokens(expression: str) -> list[_Token]:
    tokens: list[_Token] = []
    place = 0
    while expression[place:].strip():
        match = _WORD.match(expression, place)
        if match is None:
            raise _error("a quotation mark is missing")
        place = match.end()
        parenthesis, quoted, word = match.groups()
        tokens.append((quoted is None, parenthesis or quoted or word or ""))
    return tokens


def _any_of(tokens: list[_Token]) -> Matcher:
    parts = [_all_of(tokens)]
    while tokens[:1] == [(True, "or")]:
        tokens.pop(0)
        parts.append(_all_of(tokens))
    return lambda case: any(part(case) for part in parts)


def _all_of(tokens: list[_Token]) -> Matcher:
    parts = [_one(tokens)]
    while tokens[:1] == [(True, "and")]:
        tokens.pop(0)
        parts.append(_one(tokens))
    return lambda case: all(part(case) for part in parts)


def _one(tokens: list[_Token]) -> Matcher:
    if not tokens:
        raise _error("it ends where a word is expected")
    operator, text = tokens.pop(0)
    if operator and text == "not":
        negated = _one(tokens)
        return lambda case: not negated(case)
    if operator and text == "(":
        inner = _any_of(tokens)
        if tokens[:1] != [(True, ")")]:
            raise _error("a closing parenthesis is missing")
        tokens.pop(0)
        return inner
    if operator and text in ("and", "or", ")"):
        raise _error(f"{text!r} is not expected there")
    folded = text.casefold()
    return lambda case: folded in f"{case.name}\0{case.function}\0{case.path.name}".casefold()


def _error(reason: str) -> ExpressionError:
    return ExpressionError(f"the expression of -k is wrong: {reason}", "write it like 'add and not limit'")


class Selection(msgspec.Struct, frozen=True):
    """The cases to run, in the order of the files; the problems of those files, and how many valid cases were
    left out."""

    cases: tuple[Case, ...] = ()
    problems: tuple[CaseProblem, ...] = ()
    left_out: int = 0


def select_cases(
    named: Sequence[tuple[Path, int]],
    matchers: Sequence[Matcher],
    preferred: Matcher = lambda _: True,
) -> Selection:
    """Reads case files, each with a line for the case there, or with 0 for all, and selects the cases that
    all `matchers` accept: of those the `preferred` ones, if there are any."""
    read: dict[Path, CaseFile] = {}
    found: dict[int, Case] = {}
    for path, line in named:
        if path not in read:
            read[path] = read_case_file(path)
        for case in _at_line(read[path].cases, line) if line else read[path].cases:
            found[id(case)] = case  # once, also if it is named twice
    cases = list(found.values())
    chosen = tuple(case for case in cases if all(matches(case) for matches in matchers))
    chosen = tuple(filter(preferred, chosen)) or chosen
    problems = tuple(problem for file in read.values() for problem in file.problems)
    return Selection(chosen, problems, len(cases) - len(chosen))


def _at_line(cases: Sequence[Case], line: int) -> list[Case]:
    """The case that stands on a line: the last one that begins there or before."""
    before = [case for case in cases if case.line <= line]
    last = max((case.line for case in before), default=0)
    return [case for case in before if case.line == last]
