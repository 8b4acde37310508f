"""Builds that fail: each error's code and location, and the requests that are refused."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.build.cache import cache_directory
from modgo_lsp.build.preflight import RequestError, make_plan
from modgo_lsp.build.wrappers import bind_file
from modgo_lsp.model.sdk import SDK_PATH
from tests.build.go_module import GO_MOD, GOOD, build, shown
from tests.build.test_build import udf_named


async def test_one_name_in_two_packages_of_a_module(write, tmp_path: Path) -> None:
    folder = write("a/a.go", udf_named("same", "a"), "b/b.go", udf_named("same", "b"))
    for dispatch in ("registry", "exported"):
        result = await build_module(
            BuildRequest((folder / "a", folder / "b"), tmp_path / "all.so", dispatch=dispatch)
        )
        assert shown(result) == [("MG103", "b.go", '"same"')]
        assert [related.message for related in result.findings[0].related] == ["registered here first"]


async def test_generated_files_that_cannot_be_copied(write, tmp_path: Path) -> None:
    folder = write("m.go", GOOD)
    with pytest.raises(RequestError, match="choose another folder with --keep-generated"):
        await build(folder, tmp_path / "x.so", keep_generated=folder / "m.go")
    assert not (tmp_path / "x.so").exists()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            ("m.go", GOOD.replace("return n", 'return "é" + undefinedThing')),
            [("MG401", "m.go", "undefinedThing")],
            id="type error after a wide character",
        ),
        pytest.param(
            ("m.go", GOOD, "b.go", "package m\n\nfunc broken( {\n"),
            [("MG401", "b.go", "{")],
            id="syntax error in another file",
        ),
        pytest.param(
            ("m.go", GOOD, "b.go", 'package m\n\nvar s = "\udcff"\n'),
            [("MG401", "b.go", "\ufffd")],
            id="not UTF-8",
        ),
        pytest.param(
            ("m.go", GOOD.replace("package m", "package main") + "func main() {}\n"),
            [("MG108", "m.go", "main")],
            id="package main",
        ),
        pytest.param(
            ("m.go", GOOD.replace("n int64)", "n chan int)").replace("return n", "return 0")),
            [("MG201", "m.go", "chan int")],
            id="an error of a rule",
        ),
        pytest.param(
            ("m.go", GOOD, "go.mod", "module example.com/m\n\ngo 1.24\n"),
            [("MG406", "m.go", f'"{SDK_PATH}"')],
            id="no SDK in go.mod",
        ),
        pytest.param(
            ("m.go", GOOD, "go.mod", GO_MOD.replace("1.24", "1.99")),
            [("MG406", "go.mod", "go 1.99")],
            id="go.mod requires a newer Go",
        ),
        pytest.param(
            ("m.go", GOOD, "go.mod", GO_MOD + "frob x\n"),
            [("MG406", "go.mod", "frob x")],
            id="go.mod does not parse",
        ),
        pytest.param(
            ("m.go", GOOD.replace("import ", 'import _ "example.org/nowhere"\nimport ')),
            [("MG401", "m.go", "_")],
            id="a package that go.mod does not require",
        ),
        pytest.param(
            ("m.go", "package m\n\n// #include <nosuch.h>\nimport \"C\"\n" + GOOD.partition("\n")[2]),
            [("MG401", "m.go", "// #include <nosuch.h>")],
            id="cgo without its header",
        ),
        pytest.param(
            ("m.go", GOOD.replace("import", 'import "C"\nimport', 1), "x.c", "int f(void) { return bar; }\n"),
            [("MG401", "x.c", "bar")],
            id="an error in C",
        ),
        pytest.param(
            (
                "m.go",
                GOOD.replace("import", 'import "C"\nimport', 1),
                "x.c",
                "int aerospike_udf_go_setup(void) { return 1; }\n",
            ),
            [("MG401", "x.c", "int aerospike_udf_go_setup(void) { return 1; }")],
            id="a symbol that the SDK defines",
        ),
        pytest.param(
            ("m.go", GOOD.replace("import", 'import _ "example.com/m/b"\nimport', 1),
             "b/b.go", 'package b\n\nimport _ "example.com/m"\n'),
            [("MG401", "m.go", "m")],
            id="import cycle",
        ),
    ],
)  # fmt: skip
async def test_errors_have_their_location(
    write, tmp_path: Path, files: tuple[str, ...], expected: list[tuple[str, str, str]]
) -> None:
    result = await build(write(*files), tmp_path / "out.so")
    assert not result.ok
    assert shown(result) == expected
    assert not (tmp_path / "out.so").exists()
    for finding in result.findings:
        assert "zz_modgo" not in finding.message
        assert str(cache_directory()) not in finding.message


async def test_no_go_mod(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "m.go").write_text(GOOD)
    result = await build(tmp_path / "m", tmp_path / "out.so")
    assert shown(result) == [("MG406", "m.go", "m")]
    assert result.toolchain_at_fault
    assert "go mod init example.com/m" in result.findings[0].message


async def test_redeclaration_names_the_other_place(write, tmp_path: Path) -> None:
    result = await build(write("m.go", GOOD + "\nfunc Add() {}\n"), tmp_path / "out.so")
    first = result.findings[0]
    assert first.message == "Add redeclared in this block"
    assert [related.message for related in first.related] == ["other declaration of Add"]


async def test_go_sum_of_another_sdk_is_a_clear_error(write, tmp_path: Path) -> None:
    folder = write("m.go", GOOD, "go.sum", f"{SDK_PATH} v1.0.0 h1:AAAA=\n{SDK_PATH} v1.0.0/go.mod h1:AAAA=\n")
    result = await build(folder, tmp_path / "out.so")
    assert result.toolchain_at_fault
    (finding,) = result.findings  # go could not download it, or it was in the module cache
    remedy = "; if go.sum is from another build of modgo, run `modgo sdk install --write`"
    assert re.search(rf"{SDK_PATH}@v1.0.0: (reading .*|checksum mismatch){remedy}", finding.message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "nowhere does not exist"),
        ("m/m.go", "m.go is not a folder; name its folder, .*/m$"),
        ("m/go.mod", "go.mod is not a folder; name a folder$"),
        ("m" * 300, r"m cannot be read \(File name too long\); check its permissions"),
        ("m\0m", "does not exist"),
        ("empty", "no Go files"),
        ("plain", "does not import"),
        ("m/...", "is a pattern"),
    ],
)
async def test_invalid_requests(write, tmp_path: Path, name: str, message: str) -> None:
    write("m.go", GOOD)
    (tmp_path / "empty").mkdir()
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "p.go").write_text("package p\n")
    with pytest.raises(RequestError, match=message):
        await build(tmp_path / name, tmp_path / "out.so")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_folder_of_somebody_else(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)
    (tmp_path / "m").mkdir(0o711)
    os.seteuid(54321)
    try:
        with pytest.raises(RequestError, match=r"m cannot be read \(Permission denied\)"):
            make_plan((tmp_path / "m",), tmp_path / "x.so", "registry", None)
    finally:
        os.seteuid(0)


def test_packages_that_become_no_module(write, tmp_path: Path) -> None:
    other = GO_MOD.replace("example.com/m", "example.com/other")
    folder = write("a/a.go", GOOD, "b/b.go", GOOD, "other/go.mod", other, "other/o.go", GOOD)
    a, b = folder / "a", folder / "b"
    for packages, output, message in (
        ((), tmp_path / "x.so", "no package was named"),
        ((a, folder / "other"), tmp_path / "x.so", "packages of several Go modules cannot become one"),
        ((a, b), None, "a module of several packages needs a name; name it: -o NAME.so"),
        ((a, b), folder, f"{folder} is a folder; name the module's file: -o FOLDER/NAME.so"),
    ):
        with pytest.raises(RequestError, match=message):
            make_plan(packages, output, "registry", None)
    for packages, output, expected in (
        ((a,), None, a / "a.so"),
        ((a,), folder, folder / "a.so"),
        ((a, a), folder, folder / "a.so"),
        ((a, b), tmp_path / "x.so", tmp_path / "x.so"),
    ):
        assert make_plan(packages, output, "registry", None).output == expected


def test_folders_and_files_of_the_names_that_modgo_generates(write, tmp_path: Path) -> None:
    folder = write("m.go", GOOD)
    plan = make_plan((folder,), tmp_path / "x.so", "registry", None)
    plan.main_folder.mkdir()
    plan.main_folder.with_name(f"{plan.main_folder.name}_").mkdir()
    again = make_plan((folder,), tmp_path / "x.so", "registry", None)
    assert again.main_folder == plan.main_folder.with_name(f"{plan.main_folder.name}__")
    bind = bind_file(plan.packages[0], "registry")
    assert bind is not None
    bind.path.touch()
    bind.path.with_name(f"z{bind.path.name}").touch()
    more = bind_file(plan.packages[0], "registry")
    assert more is not None
    assert more.path == bind.path.with_name(f"zz{bind.path.name}")


async def test_wants_that_cannot_be(write, tmp_path: Path) -> None:
    folder = write("m.go", GOOD, "modgo.toml", 'wants-read = ["etc/geo"]\n')
    with pytest.raises(RequestError, match=r"wants-read names 'etc/geo'.*; correct modgo.toml"):
        await build(folder, tmp_path / "x.so")


async def test_an_unknown_dispatch(write, tmp_path: Path) -> None:
    folder = write("m.go", GOOD)
    with pytest.raises(RequestError, match="no dispatch telepathy; choose registry, exported or reflect"):
        await build(folder, tmp_path / "x.so", dispatch="telepathy")


async def test_a_missing_tool_is_a_finding(write, tmp_path: Path) -> None:
    result = await build(write("m.go", GOOD), tmp_path / "x.so", go="/no/such/go")
    assert shown(result) == [("MG406", "m.go", "m")]
    assert "/no/such/go" in result.findings[0].message


async def test_an_output_that_cannot_be_written(write, tmp_path: Path) -> None:
    folder = write("m.go", GOOD)
    with pytest.raises(RequestError, match="cannot be written"):
        await build(folder, folder / "m.go" / "x.so")


async def test_a_folder_outside_the_workspace(write, tmp_path: Path) -> None:
    folder = write("m.go", GOOD)
    (tmp_path / "go.work").write_text("go 1.24\n")
    result = await build(folder, tmp_path / "x.so")
    assert shown(result) == [("MG406", "m.go", "m")]
    assert "go work use ." in result.findings[0].message
    assert "zz_modgo" not in result.findings[0].message


async def test_an_sdk_version_that_does_not_exist(
    write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOPROXY", "off")
    folder = write("m.go", GOOD, "go.mod", GO_MOD.replace("v1.0.0", "v1.9.0"))
    result = await build(folder, tmp_path / "x.so")
    assert shown(result) == [("MG406", "m.go", f'"{SDK_PATH}"')]
    assert "modgo sdk install --write" in result.findings[0].message


async def test_the_users_go_flags_are_used(write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOFLAGS", "-mod=mod -tags=special")
    folder = write("m.go", GOOD, "special.go", "//go:build special\n\npackage m\n\nvar _ int = nothing\n")
    result = await build(folder, tmp_path / "x.so")
    assert shown(result) == [("MG401", "special.go", "nothing")]
