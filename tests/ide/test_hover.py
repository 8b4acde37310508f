"""Hover tells a UDF as its callers see it, wherever it is named, and nothing else's."""

from __future__ import annotations

import pytest

from modgo_lsp.ide.hover import hover
from modgo_lsp.model.package import Package

SOURCE = """package stats

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("add", Add)
	udf.Register("count", Count)
}

// Add adds b to a.
func Add(a int64, b int64) int64 { return a + b }

func Count(rec *udf.Record, names ...string) (map[string]bool, error) { return nil, nil }

func other() {} //modgo:ignore MG101,MG102 not used yet
"""


def hovered(package: Package, text: str, nth: int = 0) -> str | None:
    document = package.files[0].document
    offset = -1
    for _ in range(nth + 1):
        offset = document.text.index(text.encode(), offset + 1)
    found = hover(package, document, offset + 1)
    return None if found is None else found.markdown


@pytest.mark.parametrize(("text", "nth"), [('"add"', 0), ("Add", 0), ("Add(a", 0)])
def test_a_udf_is_told_at_its_name_and_at_both_arguments(package_of, text, nth):
    told = hovered(package_of(stats=SOURCE), text, nth)
    assert told is not None
    assert "add(a: integer, b: integer) → integer" in told
    assert "Record UDF `add` of module `stats`" in told
    assert "Add adds b to a." in told


def test_record_variadics_and_errors_are_told(package_of):
    told = hovered(package_of(stats=SOURCE), '"count"')
    assert told is not None
    assert "count(names: string…) → map" in told
    assert "works on the record" in told
    assert "may fail" in told


def test_a_rule_is_told_over_its_code_in_a_suppression(package_of):
    package = package_of(stats=SOURCE)
    assert (hovered(package, "MG101") or "").startswith("# MG101 unregistered-udf")
    assert (hovered(package, "MG102") or "").startswith("# MG102 unknown-function")


@pytest.mark.parametrize("text", ["other()", "return a", "package stats", "not used yet"])
def test_nothing_is_told_elsewhere(package_of, text):
    assert hovered(package_of(stats=SOURCE), text) is None


def test_a_suppression_is_explained_even_without_a_package(package_of):
    document = package_of(stats=SOURCE).files[0].document
    assert hover(None, document, document.text.index(b"MG101")) is not None
    assert hover(None, document, document.text.index(b"Add(a")) is None
