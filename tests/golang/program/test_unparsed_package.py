"""Packages of main modules are parsed on first use."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.queries import Table
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document, parse
from modgo_lsp.golang.syntax.lower import lower
from modgo_lsp.golang.types.packages import UnparsedPackage


def test_its_files_are_parsed_once_and_not_before_they_are_needed() -> None:
    parsed: list[str] = []

    def files() -> Iterator[tuple[Document, ast.File]]:
        for path in ("/p/a.go", "/p/b.go"):
            document = parse(path, b"package p\n\nfunc " + path[-4:-3].encode() + b"() {}\n")
            parsed.append(path)
            yield document, lower(document)

    package = UnparsedPackage(Table(), "/p", "example.com/p", "p", None, files)
    assert (package.name, str(package), package.unreadable) == ("p", "example.com/p", ())
    assert not package.is_parsed
    assert parsed == []
    assert package.lookup("b") is not None
    assert [function.name for function in package.functions] == ["a", "b"]
    assert [file.path for file in package.files] == parsed == ["/p/a.go", "/p/b.go"]
    assert package.is_parsed
