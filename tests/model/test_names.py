"""The names of registrations: which are constants, and their values."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modgo_lsp.model.package import Package

Make = Callable[..., Package]


def name_of(udfs: Make, expression: str, source: str = "", **others: str) -> str | None:
    imports = '"example.com/m/other"' if others else ""
    found = udfs(f"func F() {{}}\n{source}\nvar _ = udf.Register({expression}, F)\n", imports, **others)
    (registration,) = found.registrations
    assert (registration.name is None) == (registration.dynamic in ("name", "unknown"))
    return registration.name


@pytest.mark.parametrize(
    ("expression", "source", "value"),
    [
        ('"a"', "", "a"),
        ("`a\\n`", "", "a\\n"),
        ('"\\x61\\u00e9\\n\\101"', "", "aé\nA"),
        ('("a" + "b")', "", "ab"),
        ("N", 'const N = "n"', "n"),
        ('P + "_" + N', 'const P, N = "p", "n"', "p_n"),
        ("N", 'const N string = "n"', "n"),
        ("string(N)", 'type S string; const N S = "n"', "n"),
        ("string('x')", "", "x"),
        ("string(rune(C))", "const C = 'a' + 1", "b"),
        ("C", 'const ( A = "x"; B; C )', "x"),
        ("string(rune(C))", "const ( A = iota + 'a'; B; C )", "c"),
        ('N[:1]', 'const N = "n"', None),
        ("N", 'var N = "n"', None),
        ("f()", 'func f() string { return "n" }', None),
        ('"a" + v', 'var v = "n"', None),
        ("N", "const N = N", None),
        ("true", "", None),
        ("7", "", None),
    ],
)  # fmt: skip
def test_values(udfs: Make, expression: str, source: str, value: str | None) -> None:
    assert name_of(udfs, expression, source) == value


def test_constants_of_other_packages(udfs: Make) -> None:
    other = 'package other\nconst Prefix = base + "_"\nconst base = "o"\n'
    assert name_of(udfs, 'other.Prefix + "x"', other__o=other) == "o_x"


def test_a_local_constant_shadows(udfs: Make) -> None:
    found = udfs('const N = "out"\nfunc F() {}\nfunc init() { const N = "in"; udf.Register(N, F) }')
    assert [each.name for each in found.registrations] == ["in"]


def test_an_undeclared_name(udfs: Make) -> None:
    found = udfs("func F() {}\nfunc init() { udf.Register(Nam, F) }")
    unresolved = found.registrations[0].unresolved_name
    assert unresolved is not None
    assert unresolved[0] == "Nam"
    assert found.files[0].document.slice(unresolved[1].span) == "Nam"


def test_long_chains_of_concatenation(udfs: Make) -> None:
    assert name_of(udfs, " + ".join(['"a"'] * 3000)) == "a" * 3000


@pytest.mark.parametrize(
    "source",
    [
        "const N = 1 << 1 << 62",
        "const N = 1 << 100000000000",
        'const N = "a" + 1',
        "const N = 1 / 0",
        "const N = 1e999999999",
        "const A, N = 1",
    ],
)
def test_invalid_constants_have_no_value(udfs: Make, source: str) -> None:
    assert name_of(udfs, "N", source) is None


@pytest.mark.parametrize(
    ("length", "value"),
    [
        ("3", 3),
        ("0x10 | 0b1", 17),
        ("1_000", 1000),
        ("017", 15),
        ("-7/2 + 10", 7),
        ("-7%3 + 10", 9),
        ("1<<4 - 1", 15),
        ("len(`four`)", 4),
        ("len([3]int{})", 3),
        ("'a'", 97),
        ("2.0 * 1.5", 3),
        ("N", 12),
        ("7 &^ 2", 5),
        ("int(uint8(3))", 3),
        ("^-4", 3),
    ],
)
def test_lengths_of_arrays(udfs: Make, length: str, value: int) -> None:
    found = udfs(f"const N = 4 * 3\nfunc F(m map[[{length}]byte]int) {{}}\nvar _ = udf.Register(`f`, F)")
    signature = found.registrations[0].signature
    assert signature is not None
    assert signature.problems == ()
    assert signature.parameters[0].type.key.length == value  # type: ignore[union-attr]


LONG = 1_000


def test_long_chains_of_constants(udfs: Make) -> None:
    source = "".join(f"const C{i} = C{i + 1} + `a`\n" for i in range(LONG))
    assert name_of(udfs, "C0", f"{source}const C{LONG} = `n`\n") == "n" + "a" * LONG


def test_long_chains_of_constants_through_two_packages(udfs: Make) -> None:
    here = "".join(f"const C{i} = C{i + 1} + `a`\n" for i in range(LONG)) + f"const C{LONG} = other.C0\n"
    other = "".join(f"const C{i} = C{i + 1} + `o`\n" for i in range(LONG)) + f"const C{LONG} = `n`\n"
    assert name_of(udfs, "C0", here, other__o=f"package other\n{other}") == "n" + "o" * LONG + "a" * LONG
