"""Lenses stand at the functions that are registered, or at the call where the function is elsewhere."""

from __future__ import annotations

from modgo_lsp.ide.lenses import Lens, lenses
from modgo_lsp.model.package import Package

SOURCE = """package stats

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("add", Add)
	udf.Register("sum", Add)
	udf.Register("twice", func(n int64) int64 { return 2 * n })
}

// Add adds.
func Add(a, b int64) int64 { return a + b }

func unregistered() {}
"""


def at(package: Package, lens: Lens) -> str:
    document = next(f.document for f in package.files if f.document.path == lens.location.path)
    return document.slice(lens.location.span)


def test_each_registered_function_has_its_lenses(package_of):
    package = package_of(stats=SOURCE)
    found = lenses(package, package.files[0].document.path)
    assert [(lens.kind, lens.title, lens.function) for lens in found] == [
        ("registered", "Registered as 'twice'", None),
        ("build-and-load", "Build & load", None),
        ("run-on-sample", "Run on sample", "twice"),
        ("registered", "Registered as 'add', 'sum'", None),
        ("build-and-load", "Build & load", None),
        ("run-on-sample", "Run 'add' on sample", "add"),
        ("run-on-sample", "Run 'sum' on sample", "sum"),
    ]
    assert at(package, found[0]).startswith('udf.Register("twice"')
    assert at(package, found[3]) == "Add"


def test_lenses_of_a_file_are_its_own(package_of):
    package = package_of(a=SOURCE, b='package stats\n\nimport _ "fmt"\n\nfunc helper() {}\n')
    helper = next(f.document.path for f in package.files if f.document.path.endswith("b.go"))
    assert lenses(package, helper) == []


def test_a_registration_without_a_constant_name_has_none(package_of):
    source = SOURCE.replace('"add"', "name()").replace('"sum"', "name()").replace('"twice"', "name()")
    package = package_of(stats=source + 'func name() string { return "x" }\n')
    assert lenses(package, package.files[0].document.path) == []
