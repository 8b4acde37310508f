"""Modules and packages: go.mod, import paths, dependencies, and what a Loader reads and reuses."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles, OverlayFiles
from modgo_lsp.golang.modules.go_mod import Replace, parse_go_mod
from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.golang.types.types import Func, Pointer
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import SDK_NAME, SDK_PATH
from modgo_lsp.model.sdk_types import SDK_TYPES

SDK = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
FUNC = '\nvar _ = udf.Register("f", F)\n'
Make = Callable[..., Package]


def test_go_mod() -> None:
    found = parse_go_mod(
        b"""// Comment
module "example.com/m" // here
go 1.24
toolchain go1.24.1
require example.com/a v1.0.0
require (
\texample.com/b v2.0.0 // indirect
\t"example.com/c" v0.0.0-2020
)
replace example.com/a => ../a
replace (
\texample.com/b v2.0.0 => example.com/fork v2.1.0 // why
\texample.com/broken =>
)
exclude example.com/d v1.0.0
module second
nonsense ( ] `
"""
    )
    assert (found.module, found.go) == ("example.com/m", "1.24")
    assert found.requires == (
        ("example.com/a", "v1.0.0"),
        ("example.com/b", "v2.0.0"),
        ("example.com/c", "v0.0.0-2020"),
    )
    assert found.replaces == (
        Replace("example.com/a", "", "../a", ""),
        Replace("example.com/b", "v2.0.0", "example.com/fork", "v2.1.0"),
    )


@pytest.mark.parametrize(
    "text", [b"", b"\xff\xfe\0", b"module", b"require (", b")", b'module "', b"replace => =>"]
)
def test_broken_go_mod(text: bytes) -> None:
    assert parse_go_mod(text).requires == ()


def test_the_module_of_a_directory(loader: Callable[..., Loader]) -> None:
    world = loader({"a/b/b.go": "package b\n"})
    expected = Module("/m", "example.com/m", "1.24", ((SDK_PATH, "v1.0.0"),))
    assert world.module("/m") == world.module("/m/a/b") == world.module("/m/nowhere") == expected
    assert world.module("/other") is None


def test_import_paths(loader: Callable[..., Loader]) -> None:
    world = loader({"m.go": "package m\n", "a/b/b.go": "package x\n"})
    root, inner = world.package("/m"), world.package("/m/a/b")
    assert root is not None
    assert inner is not None
    assert (root.import_path, inner.import_path, inner.name) == ("example.com/m", "example.com/m/a/b", "x")


def test_without_go_mod(package: Callable[..., Package]) -> None:
    found = package(
        {"go.mod": None, "m.go": f'package m\n{SDK}func F() {{}}\nvar _ = udf.Register("f", F)\n'}
    )
    assert found.module is None
    assert [each.name for each in found.registrations] == ["f"]


def test_a_folder_without_go_files_is_no_package(loader: Callable[..., Loader]) -> None:
    world = loader({"x.txt": "", "t_test.go": "package m\n", "un.go": None})
    assert world.package("/m") is None
    assert world.package("/m/nowhere") is None


def test_files_of_a_package(package: Callable[..., Package]) -> None:
    found = package(
        {
            "b.go": "package m\nfunc broken( {\n",
            "a.go": f"package m\nimport u {SDK.removeprefix('import ')}var _ u.Value\n",
            "c.go": "",
        }
    )
    a, b, c = found.files
    assert (a.package_name, a.sdk_name, a.problem) == ("m", "u", None)
    assert a.sdk_import is not None
    assert a.document.slice(a.sdk_import.span) == f'u "{SDK_PATH}"'
    assert a.document.slice(a.package_name_location.span) == "m"
    assert b.problem is not None
    assert b.document.lines.position(b.problem.location.span.start).line == 2
    assert (c.package_name, c.problem is None) == ("", False)


def test_dependencies(loader: Callable[..., Loader]) -> None:
    world = loader(
        {
            "m.go": f'package m\n{SDK}import "example.com/m/b"\nimport "fmt"\nvar _ udf.Value\n',
            "b/b.go": 'package b\nimport "example.com/m/a"\n',
            "a/a.go": "package a\n",
            "other/o.go": 'package other\nimport "example.com/m"\n',
        }
    )
    package = world.package("/m")
    assert package is not None
    assert [each.import_path for each in package.dependencies] == ["example.com/m/a", "example.com/m/b"]
    assert package.imported_in_module


def test_import_cycles_end(loader: Callable[..., Loader]) -> None:
    world = loader(
        {
            "a/a.go": f'package a\n{SDK}import "example.com/m/b"\ntype T = b.T\nfunc F(t T) {{}}{FUNC}',
            "b/b.go": 'package b\nimport "example.com/m/a"\ntype T = a.T\n',
        }
    )
    package = world.package("/m/a")
    assert package is not None
    assert package.registrations[0].signature is not None
    assert package.registrations[0].signature.problems == ()


def test_a_replaced_module_is_read(loader: Callable[..., Loader]) -> None:
    world = loader(
        {
            "app/go.mod": "module example.com/app\nreplace example.org/lib => ../lib\n",
            "app/a.go": f'package app\n{SDK}import "example.org/lib/t"\nfunc F(x t.T) {{}}{FUNC}',
            "lib/go.mod": "module example.org/renamed\n",
            "lib/t/t.go": "package t\ntype T chan int\n",
        }
    )
    package = world.package("/m/app")
    assert package is not None
    assert package.registrations[0].signature is not None
    assert [p.kind for p in package.registrations[0].signature.problems] == ["unsupported-parameter"]
    assert package.dependencies == ()


def test_a_directory_with_its_own_go_mod_is_another_module(loader: Callable[..., Loader]) -> None:
    world = loader(
        {
            "m.go": f'package m\n{SDK}import "example.com/m/sub"\nfunc F(x sub.T) {{}}{FUNC}',
            "sub/go.mod": "module example.com/m/sub\n",
            "sub/s.go": "package sub\ntype T chan int\n",
        }
    )
    package = world.package("/m")
    assert package is not None
    assert package.registrations[0].signature is not None
    assert package.registrations[0].signature.problems == ()


def test_each_file_is_read_once(loader: Callable[..., Loader]) -> None:
    world = loader(
        {"m.go": f"package m\n{SDK}var _ udf.Value\n", "a/a.go": 'package a\nimport "example.com/m"\n'}
    )
    world.package("/m")
    world.package("/m/a")
    world.package("/m")
    reads = world._world.sources._files.reads  # type: ignore[attr-defined]
    assert len(reads) == len(set(reads))


def test_unchanged_files_are_reused(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text("package m\n")
    (tmp_path / "b.go").write_text("package m\n")
    first = Loader(DiskFiles())
    before = first.package(str(tmp_path))
    assert before is not None
    assert len(before.files) == 2
    (tmp_path / "b.go").write_text("package m\n\nfunc F() {}\n")
    after = Loader(DiskFiles(), previous=first).package(str(tmp_path))
    assert after is not None
    assert after.files[0].document is before.files[0].document
    assert after.files[1].document is not before.files[1].document


def test_open_documents_replace_files(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text("package m\n")
    opened = parse(str(tmp_path / "a.go"), b"package changed\n")
    new = parse(str(tmp_path / "new.go"), b"package changed\n")
    files = OverlayFiles(DiskFiles(), {opened.path: opened, new.path: new})
    package = Loader(files).package(str(tmp_path))
    assert package is not None
    assert [file.document for file in package.files] == [opened, new]
    unsaved = OverlayFiles(DiskFiles(), {str(tmp_path / "x" / "x.go"): new})
    assert unsaved.entries(str(tmp_path / "x")) == [("x.go", False)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_entries_that_are_not_regular_files(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/m\n")
    (tmp_path / "a.go").write_text(f"package m\n{SDK}var _ udf.Value\n")
    (tmp_path / "dir.go").mkdir()
    os.mkfifo(tmp_path / "pipe.go")
    (tmp_path / "gone.go").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    package = Loader(DiskFiles()).package(str(tmp_path))
    assert package is not None
    assert [Path(file.document.path).name for file in package.files] == ["a.go"]


def test_cgo_files_count_only_with_cgo(package: Callable[..., Package]) -> None:
    files = {"a.go": "package m\n", "c.go": 'package m\nimport "C"\n'}
    assert len(package(files).files) == 2
    assert len(package(files, cgo=False).files) == 1


def test_known_types_match_the_sdk_s_declarations(package: Make) -> None:
    # A dot import makes the loader read the SDK's source.
    read = package(
        {
            "m.go": f"""package m
import . "{SDK_PATH}"
var _ = Register("f", func({", ".join(f"*{name}" for name in SDK_TYPES)}) {{}})"""
        }
    )
    unread = package(
        {
            "m.go": f"""package m
import {SDK_NAME} "{SDK_PATH}"
var _ = udf.Register("f", func({", ".join(f"*udf.{name}" for name in SDK_TYPES)}) {{}})"""
        }
    )
    types = unread.registrations[0].function_type
    assert types == read.registrations[0].function_type
    assert types == Func(tuple(map(Pointer, SDK_TYPES.values())), ())


def test_common_types_are_known_without_the_sdk_s_source(udfs: Make, monkeypatch) -> None:
    monkeypatch.setattr(DiskFiles, "entries", lambda *_: pytest.fail("the SDK was read"))
    source = (
        "func F(ctx context.Context, r *udf.Record, g udf.GeoJSON, v udf.Value) (any, error)\n"
        "func S(s *udf.Stream) *udf.Stream\n"
        'func init() { udf.Register("f", F); udf.Register("s", S); helper() }\n'
        "func helper() { udf.Log.Info(`x`) }\n"
    )
    found = udfs(source, '"context"')
    assert [registration.signature.problems for registration in found.registrations] == [(), ()]
    assert [registration.dynamic for registration in found.registrations] == [None, None]
