"""Which names modules may have, why not, and which others are suggested."""

from __future__ import annotations

import pytest

from modgo_lsp.build.module_name import NAME_LIMIT, name_problem, path_problem, shown_name, suggested_name

CHARACTERS = "it must begin with a letter, and have only the letters a to z, digits, - and _"
SPECIAL = "it has a special meaning in Go"
ELEMENT = "has a dot at an end, or a character other than letters, digits and -._~"


@pytest.mark.parametrize(
    ("name", "problem", "suggested"),
    [
        ("a", "", "a"),
        ("Rate-Limiter_2", "", "Rate-Limiter_2"),
        ("a" * NAME_LIMIT, "", "a" * (NAME_LIMIT - 4)),
        ("a" * (NAME_LIMIT + 1), f"it is longer than {NAME_LIMIT} characters", "a" * (NAME_LIMIT - 4)),
        ("", CHARACTERS, None),
        ("-", CHARACTERS, None),
        ("2a", CHARACTERS, "udf-2a"),
        ("_a", CHARACTERS, "a"),
        ("café au lait!", CHARACTERS, "cafe-au-lait"),
        ("a\n", CHARACTERS, "a"),
        ("func", "it is a keyword of Go", "udf-func"),
        ("F-unc", "it is a keyword of Go", "udf-F-unc"),
        ("Vendor", SPECIAL, "udf-Vendor"),
        ("ma_in", SPECIAL, "udf-ma_in"),
        ("com9", SPECIAL, "udf-com9"),
        ("com-9", "", "com-9"),
        ("com0", "", "com0"),
        ("мир", CHARACTERS, None),
    ],
)
def test_names_of_udf_modules(name: str, problem: str, suggested: str | None) -> None:
    assert (name_problem(name), suggested_name(name)) == (problem, suggested)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("example.com/a~b/c_d", ""),
        ("a/b.con", ""),
        ("", "it has an empty element"),
        ("a//b", "it has an empty element"),
        ("a/", "it has an empty element"),
        ("-a/b", "it begins with a hyphen"),
        ("a/-b", ""),
        ("a/.b", f"its element .b {ELEMENT}"),
        ("a/b.", f"its element b. {ELEMENT}"),
        ("a b/c", f"its element a b {ELEMENT}"),
        ("a/Nul.x", "Go allows no element Nul.x, a device of Windows"),
    ],
)
def test_paths_of_go_modules(path: str, problem: str) -> None:
    assert path_problem(path) == problem


def test_names_in_messages() -> None:
    assert shown_name("a b") == "a b"
    assert shown_name("") == "''"
    assert shown_name("a\n") == "'a\\n'"
    assert shown_name("a" * NAME_LIMIT) == "a" * NAME_LIMIT
    assert shown_name("a" * (NAME_LIMIT + 1)) == "a" * 40 + "…"
