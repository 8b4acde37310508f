"""The known bins. Their names are untrusted input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.ide.known_bins import bins_of, known_bins
from modgo_lsp.model.package import Package

SDK = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'


def test_a_name_that_needs_escapes_is_left_out(package_of: Callable[..., Package]) -> None:
    package = package_of(stats=f"package stats\n\n{SDK}\nvar _ = udf.Register(`a`, func() {{}})\n")
    names = ["count", "é", "a b", "`x`", 'x")\nrun("', "back\\slash", "\x1b[31m", "\u202e", "nul\0", '"']
    folder = Path(package.directory) / "testdata" / "udf"
    folder.mkdir(parents=True)
    (folder / "one.record.json").write_text(json.dumps({"bins": dict.fromkeys(names, 1)}))
    assert {each.name for each in known_bins(package, DiskFiles())} == {"count", "é", "a b", "`x`"}


def test_an_unchanged_file_is_searched_once(
    package_of: Callable[..., Package], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f'package stats\n\n{SDK}\nfunc add(r *udf.Record) {{ r.Int("count") }}\n'
    package = package_of(stats=source)
    assert [each.name for each in known_bins(package, DiskFiles())] == ["count"]
    monkeypatch.setattr("modgo_lsp.ide.known_bins._search", None)
    assert [each.name for each in known_bins(package, DiskFiles())] == ["count"]


def test_damaged_samples_are_passed_over(package_of: Callable[..., Package]) -> None:
    package = package_of(stats=f"package stats\n\n{SDK}\nvar _ = udf.Register(`a`, func() {{}})\n")
    folder = Path(package.directory) / "testdata" / "udf"
    folder.mkdir(parents=True)
    for name, text in {
        "1.record.json": "{",
        "2.record.json": "[]",
        "3.record.json": '{"bins": 1}',
        "4.record.json": "[" * 100_000,
        "5.case.json": '{"bins": {"none": 1}}',
        "6.record.json": '{"bins": {"count": 1}}',
    }.items():
        (folder / name).write_text(text)
    found = {each.name: each.origin for each in known_bins(package, DiskFiles())}
    assert found == {"count": "in 6.record.json"}


@pytest.mark.parametrize(
    ("go_type", "type_"),
    [
        *(("bool", "boolean"), ("string", "string"), ("[]byte", "bytes"), ("udf.GeoJSON", "GeoJSON")),
        *(("float32", "double"), ("float64", "double"), ("int", "integer"), ("uint8", "integer")),
        *(("int64", "integer"), ("[]string", "list"), ("map[string]int", "map"), ("other", "")),
        *(("udf.ListView", "list"), ("udf.MapView", "map")),
    ],
)
def test_get_has_the_type_of_its_bin(package_of: Callable[..., Package], go_type: str, type_: str) -> None:
    source = f'package stats\n\n{SDK}\nfunc f(r *udf.Record) {{ udf.Get[{go_type}](r, "a") }}\n'
    (found,) = known_bins(package_of(stats=source), DiskFiles())
    assert (found.name, found.type, found.origin) == ("a", type_, "used in stats.go")


@pytest.mark.parametrize(
    ("method", "type_"),
    [
        *(("Bool", "boolean"), ("Int", "integer"), ("Float", "double"), ("String", "string")),
        *(("Bytes", "bytes"), ("List", "list"), ("Map", "map"), ("GeoJSON", "GeoJSON"), ("Bin", "")),
    ],
)
def test_each_method_that_reads_has_a_type(
    package_of: Callable[..., Package], method: str, type_: str
) -> None:
    source = f'package stats\n\n{SDK}\nfunc f(r *udf.Record) {{ r.{method}("a") }}\n'
    (found,) = known_bins(package_of(stats=source), DiskFiles())
    assert (found.method, found.type) == (method, type_)


def test_each_form_of_a_sample_has_a_type(package_of: Callable[..., Package]) -> None:
    package = package_of(stats=f"package stats\n\n{SDK}\nvar _ = udf.Register(`a`, func() {{}})\n")
    folder = Path(package.directory) / "testdata" / "udf"
    folder.mkdir(parents=True)
    forms: dict[str, object] = {
        **{"boolean": True, "integer": 1, "double": 1.5, "string": "x", "list": [1], "map": {"a": 1}},
        **{"bytes": {"$bytes": ""}, "GeoJSON": {"$geojson": ""}},
    }
    others: dict[str, object] = {
        **{
            "double": {"$double": "NaN"},
            "integer": {"$int": "1"},
            "list": {"$list": []},
            "map": {"$map": []},
        },
        **{"": {"$hll": ""}},
    }
    (folder / "one.record.json").write_text(
        json.dumps({"bins": {f"a {name}": form for name, form in forms.items()}})
    )
    (folder / "two.record.json").write_text(
        json.dumps({"bins": {f"b {name}": form for name, form in others.items()}})
    )
    found = {each.name: each.type for each in known_bins(package, DiskFiles())}
    assert found == {f"a {name}": name for name in forms} | {f"b {name}": name for name in others}


@pytest.mark.parametrize(
    ("call", "method"),
    [
        *(("udf.Get[*int]", "Int"), ("udf.Get[**[]byte]", "Bytes"), ("udf.Get[struct{}]", "Map")),
        *(("udf.Get[func()]", "Bin"), ("udf.Get[deep]", "Bin"), ("udf.Get[udf.ListView]", "List")),
        *(("udf.Get", "Bin"), ("udf.Get[int, string]", "Bin")),
    ],
)
def test_code_of_udfs_has_the_types_of_its_bins(
    package_of: Callable[..., Package], call: str, method: str
) -> None:
    source = (
        f"package stats\n\n{SDK}\ntype deep *deep\n\n"
        f'func f(r *udf.Record) {{ {call}(r, "a") }}\n\nfunc init() {{ udf.Register("f", f) }}\n'
    )
    (found,) = (each for code in package_of(stats=source).reached for each in bins_of(code))
    assert (found.name, found.method, found.origin) == ("a", method, "used by f")
