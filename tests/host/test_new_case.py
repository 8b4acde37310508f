"""A new case: to which file of its function it is added, and what stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.host.cases.case_file import LARGEST
from modgo_lsp.host.cases.new_case import CaseTextError, NewCase, case_text

NEW = NewCase("add", [1], {"result": 2}, {})
LINES = "- function: add\n  args: [1]\n  expect:\n    result: 2\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "testdata" / "udf" / "add.case.yaml"
    file.parent.mkdir(parents=True)
    return file


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"- function: f\n", f"- function: f\n\n{LINES}"),
        (b"- function: f", f"- function: f\n\n{LINES}"),
        (b"\n", f"\n{LINES}"),
        (b"", LINES),
        # NaN does not equal NaN, and the case still is the same.
        (b"- {function: f, args: [.nan]}\n", f"- {{function: f, args: [.nan]}}\n\n{LINES}"),
    ],
)
def test_it_stands_after_the_others(tmp_path: Path, file: Path, before: bytes, after: str) -> None:
    file.write_bytes(before)
    found = case_text(tmp_path, NEW)
    assert (found.path, found.before) == (file, before)
    assert found.text == after
    assert (found.case.function, found.case.arguments) == ("add", (1,))
    assert file.read_bytes() == before


def test_lines_end_as_those_of_the_file(tmp_path: Path, file: Path) -> None:
    file.write_bytes("\ufeff- function: f\r\n".encode())
    assert case_text(tmp_path, NEW).text == f"- function: f\n\n{LINES}".replace("\n", "\r\n")


@pytest.mark.parametrize(
    "before",
    [
        b"- function: caf\xe9\n",  # not UTF-8
        b"function: f\nargs: [1]\n",  # one case, not a list
        b"- function: f\n  args: [\n",  # not YAML
        b"- function: f\n  args:\n    - |+\n      a\n",  # a line more would belong to the argument
        b"- function: f\n" + b"#" * (LARGEST // 2),
    ],
)
def test_another_file_is_taken_if_the_first_takes_no_more_cases(
    tmp_path: Path, file: Path, before: bytes
) -> None:
    file.write_bytes(before)
    found = case_text(tmp_path, NEW)
    assert (found.path.name, found.before, found.text) == ("add-2.case.yaml", None, LINES)


def test_a_file_takes_cases_up_to_half_of_what_it_may_have(tmp_path: Path, file: Path) -> None:
    before = b"- function: f\n"
    file.write_bytes(before + b"#" * (LARGEST // 2 - len(before)))
    assert case_text(tmp_path, NEW).path == file


def test_a_call_that_cannot_be_read_back(tmp_path: Path) -> None:
    with pytest.raises(CaseTextError, match='a case of "" with this call cannot be read back'):
        case_text(tmp_path, NewCase("", [], {"result": 1}, {}))


def test_the_text_of_every_key(tmp_path: Path) -> None:
    long = {"a": "x" * 60, "b": [1, "y" * 60]}
    new = NewCase(
        "f", [1, "yes"], {"result": long, "logs": ["w" * 120]}, {"now": 5, "record": {"bins": long}}
    )
    found = case_text(tmp_path, new)
    assert (
        found.text
        == f"""- function: f
  args: [1, "yes"]
  now: 5
  record:
    bins:
      a: {"x" * 60}
      b: [1, {"y" * 60}]
  expect:
    result:
      a: {"x" * 60}
      b: [1, {"y" * 60}]
    logs: [
        {"w" * 120}
      ]
"""
    )
    assert (found.case.arguments, found.case.now, found.case.expected) == ((1, "yes"), 5, new.expect)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("a.b-c_1", "a.b-c_1"),
        ("x" * 201, "x" * 201),
        ("x" * 202, "cases"),
        ("../a", "cases"),
        (".a", "cases"),
        ("a b", "cases"),
    ],
)
def test_the_file_has_the_name_of_the_function_if_that_can_be_one(
    tmp_path: Path, function: str, name: str
) -> None:
    found = case_text(tmp_path, NewCase(function, [], {"result": 1}, {}))
    assert found.path == tmp_path / "testdata" / "udf" / f"{name}.case.yaml"
    assert found.case.function == function


def test_files_are_numbered(tmp_path: Path, file: Path) -> None:
    for name in ("add", *(f"add-{number}" for number in range(2, 99))):
        file.with_name(f"{name}.case.yaml").write_bytes(b"\xff")
    assert case_text(tmp_path, NEW).path.name == "add-99.case.yaml"
    file.with_name("add-99.case.yaml").write_bytes(b"\xff")
    with pytest.raises(CaseTextError):
        case_text(tmp_path, NEW)
