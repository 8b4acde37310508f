"""For which types codecs are generated. udf/bind/codecs_test.go compares those of udf/testdata/codecs with
reflection, and test_types.py those of a built module."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.build.codecs import _packed, _UnwritableError, codec_file
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.build.wrappers import bind_file
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.model.load import Loader
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.resources import resource

Write = Callable[..., Path]
Driver = Callable[..., list[str]]

HEAD = f'package m\n\nimport "{SDK_PATH}"\n\n'
ITEM = 'type Item struct {\n\tName string `udf:"name"`\n\tPrice *float64 `udf:",omitempty"`\n}\n\n'


def generated(folder: Path) -> str:
    package = Loader(DiskFiles(), environment=find_go_environment(None)).package(str(folder))
    assert package is not None
    file = codec_file(package, set())
    return "" if file is None else file.text.decode()


def codecs(folder: Path) -> list[str]:
    """The types that get a codec."""
    found = re.findall(r"_x := \w+\.\((.+)\)$", generated(folder), re.MULTILINE)
    return [re.sub(r"modgo_(\D+)\d+\.", r"\1.", each) for each in found]


def test_the_sdk_tests_what_is_generated(write: Write) -> None:
    committed = resource("udf") / "testdata" / "codecs"
    folder = write("types.go", (committed / "types.go").read_text())
    fresh = folder / "fresh.txt"
    fresh.write_text(generated(folder))
    fresh.write_bytes(subprocess.run(["gofmt", fresh], capture_output=True, check=True).stdout)
    old = committed / "zz_modgo_codecs.go"
    assert fresh.read_bytes() == old.read_bytes(), f"run: cp {fresh} {old}"


def test_types_of_signatures(write: Write) -> None:
    folder = write(
        "m.go",
        HEAD
        + ITEM
        + "type Tags []string\n"
        + "func Add(r *udf.Record, item *Item, tags Tags, n int64, list []int64)"
        + " (map[string][]Item, error) {\n"
        + '\treturn nil, nil\n}\n\nfunc init() { udf.Register("add", Add) }\n',
    )
    # Integers are no collections, and []int64 has a fast path without one.
    assert codecs(folder) == ["Item", "Tags", "map[string][]Item"]


def test_types_with_a_fast_path_get_none(write: Write) -> None:
    source = (resource("udf") / "internal" / "value" / "fast_decode.go").read_text("utf-8")
    fast = re.findall(r"^\tcase \*((?:\[\]|map).+):$", source, re.MULTILINE)
    assert {"[]string", "map[string]any", "map[int64]int64"} < set(fast)
    functions = "".join(f"func F{number}(x {each}) {{}}\n\n" for number, each in enumerate(fast))
    names = "".join(f'\tudf.Register("f{number}", F{number})\n' for number in range(len(fast)))
    assert codecs(write("m.go", f"{HEAD}{functions}func init() {{\n{names}}}\n")) == []


def test_types_in_the_code_that_udfs_reach(write: Write) -> None:
    folder = write(
        "m.go",
        HEAD
        + ITEM
        + "".join(f"type {name} struct{{ N int }}\n\n" for name in "ABCDE")
        + 'func load(r *udf.Record) { udf.Get[[]A](r, "a"); udf.At[E](udf.ListView{}, 0) }\n\n'
        + 'func Do(r *udf.Record) { load(r); b := B{1}; r.Set("b", b); r.Set("n", 1) }\n\n'
        + "func Sum(s *udf.Stream) *udf.Stream {\n"
        + "\treturn udf.Map(s, func(r *udf.Record) C { return C{} })\n}\n\n"
        + 'func unused(r *udf.Record) { r.Set("d", D{}) }\n\n'
        + 'func init() { udf.Register("do", Do); udf.Register("sum", Sum) }\n',
    )
    assert codecs(folder) == ["B", "C", "[]A", "A", "E"]


def test_what_is_left_to_reflection(write: Write) -> None:
    folder = write(
        "m.go",
        HEAD
        + 'import "example.com/m/other"\n\n'
        + "type inner struct{ N int }\n"
        + "type Hidden struct {\n\t*inner\n\tM int\n}\n"
        + "type Keyed map[any]int\n"
        + "type Missing struct {\n\tnowhere.Base\n\tN int\n}\n\n"
        + 'type Tagged struct {\n\tinner `udf:"x"`\n\tM int\n}\n\n'
        + "func Do(a Hidden, b Keyed, c other.Named, d Missing, e []Hidden, f udf.HLL, g Tagged) {}\n\n"
        + 'func init() { udf.Register("do", Do) }\n',
        "other/other.go",
        "package other\n\ntype inner struct{ N int }\n\ntype Named struct {\n\tinner\n\tM int\n}\n",
    )
    # Its elements are.
    assert codecs(folder) == ["[]Hidden"]
    assert "DecodeReflected" in generated(folder)


def test_types_of_internal_packages(write: Write) -> None:
    """The type of a field may be from a package that only the struct's own package may import."""
    folder = write(
        "m.go",
        HEAD
        + 'import "example.com/m/other"\n\n'
        + "func Do(a other.Named, b []other.Named) {}\n\n"
        + 'func init() { udf.Register("do", Do) }\n',
        "other/other.go",
        'package other\n\nimport "example.com/m/other/internal/deep"\n\n'
        + "type Named struct {\n\tList []deep.Type\n\tOne deep.Type\n}\n",
        "other/internal/deep/deep.go",
        "package deep\n\ntype Type struct{ N int }\n",
    )
    assert codecs(folder) == ["other.Named", "[]other.Named"]
    assert "/internal/" not in generated(folder)


def test_no_codecs_without_registrations(write: Write) -> None:
    assert generated(write("m.go", HEAD + "var _ udf.Value\n")) == ""


async def test_codecs_that_do_not_compile_are_left_out(write: Write, tmp_path: Path, driver: Driver) -> None:
    """The package declares a function of the name of a builtin, which codecs call."""
    source = (
        HEAD
        + ITEM
        + "func append() {}\n\nfunc init() {\n\tappend()\n"
        + '\tudf.Register("back", func(v Item) Item { return v })\n}\n'
    )
    output = tmp_path / "m.so"
    result = await build_module(BuildRequest((write("m.go", source),), output=output))
    assert result.ok, result.findings
    assert not any(path.endswith("zz_modgo_codecs.go") for path in result.generated)
    assert driver(output, "apply back m:81a5036e616d65a20378") == ["0 map 82c70001c0a5036e616d65a20378"]


@pytest.mark.parametrize(
    ("length", "head"),
    [(30, "bf"), (31, "d920"), (254, "d9ff"), (255, "da0100"), (65534, "daffff")],
)
def test_the_lengths_of_names(length: int, head: str) -> None:
    escaped = "".join(f"\\x{head[at : at + 2]}" for at in range(0, len(head), 2))
    assert _packed("a" * length) == f'"{escaped}\\x03"+"{"a" * length}"'


def test_a_name_that_no_bin_holds() -> None:
    with pytest.raises(_UnwritableError):
        _packed("a" * 65535)


def test_types_that_this_package_cannot_name(write: Write) -> None:
    """Their functions get no wrapper; the SDK calls them by reflection."""
    folder = write(
        "m.go",
        HEAD
        + 'import "example.com/m/other"\n\nfunc init() {\n'
        + "".join(f'\tudf.Register("{name.lower()}", other.{name})\n' for name in "ABCD")
        + "}\n",
        "other/other.go",
        f'package other\n\nimport "{SDK_PATH}"\n\ntype hidden int64\n\n'
        + "func A(r *udf.Record, n hidden) {}\n\nfunc B(r *udf.Record) hidden { return 0 }\n\n"
        + "func C(r *udf.Record, list ...hidden) {}\n\nfunc D(r *udf.Record, n int64) int64 { return n }\n",
    )
    package = Loader(DiskFiles(), environment=find_go_environment(None)).package(str(folder))
    assert package is not None
    file = bind_file(package, "registry")
    assert file is not None
    text = file.text.decode()
    assert text.count(".Bind(") == 4
    assert re.findall(r"Function\.\((func.*)\)", text) == ["func(*modgo_udf.Record, int64) int64"]
