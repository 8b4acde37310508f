"""docs/from-lua.md names tests that exist, and its code is that of the examples and of the tests."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "from-lua.md").read_text("utf-8")
COMPARED = ROOT / "tests" / "native" / "from_lua"
IN_C = (ROOT / "libmod_go" / "test" / "as_module").glob("*.c")
TESTS_IN_C = {name for path in IN_C for name in re.findall(r"^TEST\((\w+)\)", path.read_text(), re.MULTILINE)}
IN_PYTHON = ROOT / "tests" / "native" / "test_from_lua.py"
TESTS_IN_PYTHON = set(re.findall(r"^def (test_\w+)", IN_PYTHON.read_text("utf-8"), re.MULTILINE))


def rows() -> list[list[str]]:
    """The cells of each row of the tables, without those of heads."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_tests_that_rows_name_exist() -> None:
    named = {name for row in rows() for name in re.findall(r"^`(\w+)`$", row[-1])}
    assert named
    assert named <= TESTS_IN_C | TESTS_IN_PYTHON
    assert set(re.findall(r"`(test_\w+)`", PAGE)) <= TESTS_IN_PYTHON


def test_the_page_names_every_comparison() -> None:
    assert {name for name in TESTS_IN_PYTHON if f"`{name}`" not in PAGE} == {"test_a_counter"}


def test_every_difference_has_a_test() -> None:
    differences = PAGE[PAGE.index("## Differences") : PAGE.index("## Three modules")]
    for line in differences.splitlines():
        if line.startswith("| ") and not line.startswith(("| ---", "| | Lua", "| **")):
            assert re.search(r"`test_\w+` \|$", line), line


def test_code_is_that_of_files() -> None:
    files = [*(ROOT / "examples").glob("*/*.lua"), *(ROOT / "examples").glob("*/*.go"), *COMPARED.iterdir()]
    texts = [path.read_text("utf-8") for path in files]
    blocks = re.findall(r"```(?:lua|go)\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 8
    for block in blocks:
        for part in block.split("\n\n"):
            if not part.startswith("func init()"):
                assert any(part.strip("\n") in text for text in texts), part
