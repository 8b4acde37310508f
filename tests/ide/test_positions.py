"""Hover, completion and hints at each position of code with unusual forms."""

from __future__ import annotations

from collections.abc import Callable

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide.completion import completions
from modgo_lsp.ide.hover import hover
from modgo_lsp.ide.sdk_action import sdk_action
from modgo_lsp.model.package import Package

SDK = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
CODE = f"""package stats

{SDK}
var name = "dynamic"

func init() {{
	udf.Register(name, one)
	udf.Register("one", one)
}}

func one(r *udf.Record) int {{
	n, _ := udf.Get[int](r, "a")
	(r.Set)("b", n)
	func() {{}}()
	[]func(){{}}[0]()
	return n
}}
"""


def test_hover_is_on_names_of_the_sdk(package_of: Callable[..., Package]) -> None:
    package = package_of(stats=CODE)
    document = next(each.document for each in package.files)
    start = CODE.index("n, _")
    found = {}
    for offset in range(start, len(CODE)):
        shown = hover(package, document, offset, DiskFiles(), lambda: False)
        if shown is not None:
            found[CODE[shown.span.start : shown.span.end]] = shown.markdown.splitlines()[1]
    assert found.keys() == {"Get", "Set"}
    assert found["Get"].startswith("func Get[")
    assert found["Set"].startswith("func (r *Record) Set(")
    at = CODE.index('"one"') + 2
    udf = hover(package, document, at, DiskFiles(), lambda: True)
    assert udf is not None
    assert CODE[udf.span.start : udf.span.end] == '"one"'


def test_a_file_without_the_sdk(package_of: Callable[..., Package]) -> None:
    """Another file of the package imports it."""
    other = "package stats\n\nfunc other(r *udf.Record) {\n\tr.\n\tudf.R\n\tud\n}\n\nud\n"
    package = package_of(stats=CODE, other=other)
    document = next(each.document for each in package.files if each.document.path.endswith("other.go"))
    lines = document.lines
    for offset in range(len(other) + 1):
        assert completions(package, document, offset, DiskFiles(), True) == []
    assert sdk_action(package, document.path, lines, Span(0, 0), DiskFiles(), False) is None
