"""Case files that would take more time or memory than their size, or read files elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modgo_lsp.host import named_samples
from modgo_lsp.host.cases.case_file import EXPANDED_MAX, parse_cases
from modgo_lsp.host.cases.case_selection import select_cases


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "go.mod").write_text("module m\n")
    made = tmp_path / "testdata" / "udf"
    made.mkdir(parents=True)
    (made / "a.record.json").write_text('{"bins": {"a": 1}}')
    (made / "b.records.jsonl").write_text('{"bins": {"a": 1}}\n' * 3)
    return made


def messages(text: str, folder: Path) -> list[str]:
    return [problem.message for problem in parse_cases(text, folder / "x.case.yaml").problems]


def test_a_table_whose_cases_share_much(folder: Path) -> None:
    shared = "x" * 100_000
    rows = "  - {}\n" * (EXPANDED_MAX // 100_000 + 10)
    found = parse_cases(f"function: f\nargs: [{shared}]\ncases:\n{rows}", folder / "x.case.yaml")
    assert [problem.message for problem in found.problems] == [
        "the cases, each with the keys of its table, have more than 16 MiB"
    ]
    assert len(found.cases) == EXPANDED_MAX // 100_003


def test_a_file_that_many_cases_name_is_read_once(folder: Path) -> None:
    rows = "  - {}\n" * 1000
    found = parse_cases(
        f"function: f\nrecord: a.record.json\nexpect: {{record: a.record.json}}\ncases:\n{rows}",
        folder / "x.case.yaml",
    )
    assert found.problems == ()
    assert len({id(case.record) for case in found.cases}) == 1
    found = parse_cases(f"function: f\nrecords: b.records.jsonl\ncases:\n{rows}", folder / "x.case.yaml")
    assert len({id(case.records) for case in found.cases}) == 1


def test_all_files_together_have_a_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "c.record.json").write_text(f'{{"bins": {{"a": "{"x" * (1 << 20)}"}}}}')
    monkeypatch.setattr(named_samples, "_LARGEST", 1 << 20)
    text = "- {function: f, record: a.record.json}\n- {function: f, record: c.record.json}\n"
    assert messages(text, folder) == ["the files that the cases name have more than 1 MiB together"]


@pytest.mark.parametrize("key", ["record: {}", "records: {}", "expect: {{record: {}}}"])
def test_a_name_that_leads_out_of_the_workspace(folder: Path, tmp_path: Path, key: str) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}.json"
    outside.write_text('{"bins": {"secret": 1}}')
    (folder / "link.json").symlink_to(outside)
    try:
        for name in (str(outside), os.path.relpath(outside, folder), "link.json", "/dev/zero"):
            (message,) = messages(f"function: f\n{key.format(name)}\n", folder)
            assert message.endswith(f" is outside of {tmp_path}: copy it there")
    finally:
        outside.unlink()


def test_names_of_no_regular_file(folder: Path) -> None:
    os.mkfifo(folder / "pipe.json")
    for name in ("pipe.json", "../udf", "none.json", '"a\\0b"'):
        (message,) = messages(f"function: f\nrecord: {name}\n", folder)
        assert "cannot be" in message
    assert messages("function: f\nrecord: ../udf/a.record.json\n", folder) == []


def test_a_case_that_is_named_twice_is_selected_once(folder: Path) -> None:
    path = folder / "x.case.yaml"
    path.write_text("- {function: f}\n- {function: g}\n")
    found = select_cases([(path, 1), (path, 0), (path, 2)], [])
    assert [case.function for case in found.cases] == ["f", "g"]


def test_preferred_cases_are_selected_if_there_are_any(folder: Path) -> None:
    path = folder / "x.case.yaml"
    path.write_text("- {function: f}\n- {function: g}\n")
    for preferred, expected in (("g", ["g"]), ("gone", ["f", "g"])):
        found = select_cases([(path, 0)], [], lambda case: case.function == preferred)  # noqa: B023
        assert [case.function for case in found.cases] == expected
