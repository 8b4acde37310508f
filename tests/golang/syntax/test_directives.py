"""Directive comments, and the code that each applies to."""

from __future__ import annotations

import pytest

from modgo_lsp.golang.syntax.directives import Directive, directives
from modgo_lsp.golang.syntax.document import parse

SOURCE = b"""//modgo:ignore-file MG309 reason
package p

import "C"

//export foo
//modgo:ignore MG1
// doc
func F() {
\t//modgo:ignore MG303,MG302 because
\tfoo(
\t\t1)
\tx := 1 //modgo:ignore MG1
\ts := "//modgo:ignore no"
\t// modgo:ignore no, for it begins with a blank
\tswitch x {
\t//modgo:ignore MG3
\tcase 1:
\t\ta()
\t}
\t//modgo:ignore MG4
}

type T struct {
\t//modgo:ignore MG5
\tA, B int
}

//modgo:ignore MG6
"""


def found() -> tuple[list[Directive], list[str | None]]:
    document = parse("/x.go", SOURCE)
    all_of_them = list(directives(document))
    return all_of_them, [document.slice(each.extent) if each.extent else None for each in all_of_them]


def test_names_and_arguments() -> None:
    assert [(each.name, parse("/x.go", SOURCE).slice(each.arguments)) for each in found()[0]] == [
        ("modgo:ignore-file", "MG309 reason"),
        ("export", "foo"),
        ("modgo:ignore", "MG1"),
        ("modgo:ignore", "MG303,MG302 because"),
        ("modgo:ignore", "MG1"),
        ("modgo:ignore", "MG3"),
        ("modgo:ignore", "MG4"),
        ("modgo:ignore", "MG5"),
        ("modgo:ignore", "MG6"),
    ]


def test_extents() -> None:
    _, extents = found()
    assert extents[1] == extents[2]
    assert extents[1] is not None
    assert extents[1].startswith("func F() {")
    assert extents[3:] == [
        "foo(\n\t\t1)",
        "\tx := 1 //modgo:ignore MG1",
        "case 1:\n\t\ta()",
        None,
        "A, B int",
        None,
    ]


def test_only_a_directive_before_the_first_declaration_leads() -> None:
    assert [each.leading for each in found()[0]] == [True] * 3 + [False] * 6


def test_alone_on_the_line() -> None:
    assert [each.alone for each in found()[0]] == [True] * 4 + [False] + [True] * 4
    assert directives(parse("/x.go", b"\xef\xbb\xbf//modgo:ignore X\r\npackage p"))[0].alone


def test_arguments_exclude_crlf() -> None:
    document = parse("/x.go", b"package p //modgo:ignore\tA b \r\n")
    (directive,) = directives(document)
    assert document.slice(directive.arguments) == "A b"
    assert document.slice(directive.span) == "//modgo:ignore\tA b "


def test_markers_inside_literals_and_comments_are_text() -> None:
    text = (
        b"package p\nvar a = `\n//go:no`\n/*\n//go:no\n*/ //go:yes //go:no\n//// //go:no\nvar b = '//go:no'"
    )
    assert [each.name for each in directives(parse("/x.go", text))] == ["go:yes"]


@pytest.mark.parametrize("text", [b"package p\nvar a = 1 " + b"/* " * 600, b"/* " * 600])
def test_behind_many_comments_without_end_there_are_none(text: bytes) -> None:
    """The parser does not see them: their text is blanked."""
    marks = b"\n//modgo:ignore X\n//modgo:ignore Y\n"
    assert directives(parse("/x.go", text + marks)) == ()


def test_comments_may_contain_any_bytes() -> None:
    document = parse("/x.go", b"package p\n/* \xff */ //modgo:ignore X\n/* \xff */ //modgo:ignore Y\n")
    assert [document.slice(each.arguments) for each in directives(document)] == ["X", "Y"]


@pytest.mark.parametrize(
    ("below", "extent"),
    [
        ("// a comment\n/* and\n another */\nfunc f() {\n}", "func f() {\n}"),
        ("\nfunc f() {}", None),
        ("func f(\n//modgo:x\na int,\n)", "func f(\n//modgo:x\na int,\n)"),
        ("var (\na = b +\nc\n)", "var (\na = b +\nc\n)"),
    ],
)
def test_the_extent_is_the_code_directly_below(below, extent):
    document = parse("/x.go", f"package p\n\n//modgo:ignore X\n{below}\n".encode())
    found = directives(document)[0].extent
    assert (found and document.slice(found)) == extent


@pytest.mark.parametrize(
    ("line", "extent"),
    [
        ("a(\n//modgo:ignore X\n1)", None),
        ("//modgo:ignore X\nL:\nfor {\nb()\n}", "L:\nfor {\nb()\n}"),
        ("//modgo:ignore X\nx++\ny++", "x++"),
        ("switch {\ncase x:\n//modgo:ignore X\na(); b()\n}", "a()"),
        ("//modgo:ignore X\n" + "x +" * 5000 + "x", "x +" * 5000 + "x"),
    ],
)
def test_inside_a_function_the_extent_is_a_statement(line, extent):
    document = parse("/x.go", f"package p\nfunc f() {{\n{line}\n}}\n".encode())
    found = directives(document)[0].extent
    assert (found and document.slice(found)) == extent
