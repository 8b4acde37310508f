"""Which files `go build` compiles. The expected answers are the go command's."""

from __future__ import annotations

import pytest

from modgo_lsp.golang.modules.build_constraints import BuildContext, evaluate, is_chosen

LINUX = BuildContext("linux", "amd64")


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("a.go", True),
        ("a_test.go", False),
        ("_a.go", False),
        (".a.go", False),
        ("a.txt", False),
        ("a_linux.go", True),
        ("a_windows.go", False),
        ("a_linux_amd64.go", True),
        ("a_linux_arm64.go", False),
        ("a_linux_linux_arm64.go", False),
        ("a_linux_windows_amd64.go", False),
        ("a_windows_amd64.go", False),
        ("a_amd64.go", True),
        ("a_arm64.go", False),
        ("linux.go", True),
        ("windows.go", True),
        ("a_unix.go", True),
        ("a_linux_test.go", False),
        ("a_windows_x.go", True),
        ("a_windows.x.go", False),
        ("a_test.x.go", True),
        ("a_linux_test.x.go", True),
        ("a_windows_test.x.go", False),
        ("a_windows_amd64_test.x.go", False),
    ],
)
def test_names(name: str, chosen: bool) -> None:
    assert is_chosen(name, b"package p", LINUX) is chosen


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("//go:build linux\n\n", True),
        ("//go:build linux\n", True),
        ("//go:build !linux\n", False),
        ("// Copyright\n\n/* more */\n//go:build windows\n\n", False),
        ("//go:build ignore\n", False),
        ("//go:build cgo && gc && unix && go1.24 && amd64.v1\n", True),
        ("//go:build go1.99\n", False),
        # Every combination of true tags.
        ("//go:build linux && windows\n", False),
        ("//go:build windows && linux\n", False),
        ("//go:build windows && darwin\n", False),
        ("//go:build linux || windows\n", True),
        ("//go:build windows || linux\n", True),
        ("//go:build windows || darwin\n", False),
        ("//go:build windows && linux || linux\n", True),
        ("//go:build windows && (linux || linux)\n", False),
        ("//go:build linux || linux && windows\n", True),
        ("//go:build !(linux && windows)\n", True),
        ("// +build linux\n// +build windows\n\n", False),
        ("// +build linux,windows\n\n", False),
        ("// +build windows linux\n\n", True),
        ("//go:build (windows || linux) && !arm64\n", True),
        ("//go:build linux &&\n", False),
        ("// go:build windows\n", True),
        ("// +build windows\n\n", False),
        ("// +build windows\n", True),
        ("/* a block comment ends them */\n// +build windows\n\n", True),
        ("// +build windows linux,!arm64\n\n", True),
        ("//go:build linux\n// +build windows\n\n", True),
        ("\ufeff//go:build windows\n\n", False),
        ("/*\n//go:build windows\n*/\n", True),
        ("//go:build windows\r\n\r\n", False),
    ],
)
def test_headers(header: str, chosen: bool) -> None:
    assert is_chosen("a.go", (header + "package p\n").encode(), LINUX) is chosen


def test_a_comment_after_the_package_clause_is_ignored() -> None:
    assert is_chosen("a.go", b"package p\n\n//go:build windows\n", LINUX)


def test_the_context_selects_files() -> None:
    assert not is_chosen("a.go", b"//go:build cgo\npackage p", BuildContext("linux", "amd64", cgo=False))
    assert is_chosen("a.go", b"//go:build x\npackage p", BuildContext("linux", "amd64", tags=("x",)))
    assert is_chosen("a_linux.go", b"package p", BuildContext("android", "arm64"))
    assert is_chosen("a.go", b"//go:build darwin\npackage p", BuildContext("ios", "arm64"))


@pytest.mark.parametrize(
    "expression", ["", "(", ")", "a b", "a &&", "!", "a & b", "(a", "a)", "&& a", "a || !"]
)
def test_malformed_expressions(expression: str) -> None:
    assert evaluate(expression, LINUX) is None


@pytest.mark.parametrize("expression", ["linux ", "  linux\t", "!windows \r"])
def test_blanks_around_an_expression(expression: str) -> None:
    assert evaluate(expression, LINUX) is True


def test_deep_expressions() -> None:
    assert evaluate("(" * 20_000 + "linux" + ")" * 20_000, LINUX) is True
    assert evaluate("!" * 20_001 + "linux", LINUX) is False
