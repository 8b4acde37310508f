"""Builds with the real Go: the module, its functions, its generated files, and what is left behind."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
from functools import partial
from pathlib import Path

import psutil
import pytest

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.build.cache import cache_directory, cached_module
from modgo_lsp.build.preflight import RequestError
from modgo_lsp.build.sdk import require, shipped_sdk
from modgo_lsp.build.toolchain import discover
from tests.build.conftest import Write
from tests.build.go_module import GOOD, SDK, build

MODULES = Path(__file__).parent / "modules"


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder, with its content's digest."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


async def test_a_module_with_its_dependency_and_an_untouched_tree(tmp_path: Path) -> None:
    before = tree(MODULES / "udfs")
    steps: list[str] = []
    request = BuildRequest((MODULES / "udfs",), output=tmp_path / "out.so")
    result = await build_module(request, steps.append)
    assert result.ok, result.findings
    assert tree(MODULES / "udfs") == before
    data = (tmp_path / "out.so").read_bytes()
    assert (result.bytes, result.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (result.module, result.dispatch) == ("out", "registry")
    assert list(tmp_path.iterdir()) == [tmp_path / "out.so"]
    functions = {function["name"]: function for function in result.functions}
    assert functions["add"] == {
        "name": "add",
        "kind": "record",
        "params": [{"name": "bin", "type": "string"}, {"name": "by", "type": "int64"}],
        "results": ["int64", "error"],
        "doc": "Add adds by to a bin and returns\nits new value. It is not atomic.",
        "location": "udfs.go:26",
        "symbol": "",
        "bins": [],
        "bin_arguments": [0],
        "context": False,
    }
    assert functions["double"]["location"] == "shared.go:10"
    assert functions["collections"]["params"][-1] == {"name": "rest", "type": "...string"}
    assert steps[0].startswith("building out with Go 1.")


async def test_a_module_in_the_cache_that_is_up_to_date_is_left_as_it_is(write: Write) -> None:
    folder = write("m.go", GOOD)
    output = cached_module(str(folder))
    request = BuildRequest((folder,), output=output)
    assert (await build_module(request)).ok
    steps: list[str] = []
    before = output.stat()
    assert (await build_module(request, steps.append)).ok
    assert (steps, output.stat().st_ino) == ([], before.st_ino)
    write("m.go", GOOD + "\nfunc More() {}\n")
    assert (await build_module(request, steps.append)).ok
    assert steps[0].startswith("building m with Go 1.")
    assert output.stat().st_ino != before.st_ino


async def test_a_file_that_claims_to_be_up_to_date_is_replaced(tmp_path: Path, write: Write) -> None:
    """Go trusts the ID in its output, and a repository may contain any file."""
    output = tmp_path / "m.so"
    request = BuildRequest((write("m.go", GOOD),), output=output)
    assert (await build_module(request)).ok
    built = output.read_bytes()
    output.write_bytes(built + b"more")
    assert (await build_module(request)).ok
    assert output.read_bytes() == built


async def test_wrappers_are_bound_for_every_function_whose_type_can_be_named(tmp_path: Path) -> None:
    await build(MODULES / "udfs", tmp_path / "x.so", keep_generated=tmp_path / "generated")
    text = (tmp_path / "generated" / "zz_modgo_bind.go").read_text()
    assert text.count(".Bind(") == text.count("Adapt: ") == 16
    assert "_Function.(func(*modgo_udf.Record, string, int64) (int64, error))" in text
    assert "Integer[level]" in text
    assert "Float[float32]" in text
    assert "Variadic[string]" in text
    assert 'shared3 "example.com/udfs/shared"' in text


async def test_reflect_has_descriptors_and_no_wrappers(tmp_path: Path) -> None:
    result = await build(
        MODULES / "udfs", tmp_path / "x.so", dispatch="reflect", keep_generated=tmp_path / "generated"
    )
    assert result.ok
    text = (tmp_path / "generated" / "zz_modgo_bind.go").read_text()
    assert "Adapt" not in text
    assert "Descriptor" in text


async def test_several_packages_become_one_module(tmp_path: Path) -> None:
    """One of them is internal, so a main package elsewhere could not import it."""
    folders = (MODULES / "several/first", MODULES / "several/second/internal/deep")
    result = await build_module(BuildRequest(folders, output=tmp_path / "all.so"))
    assert result.ok, result.findings
    assert [function["name"] for function in result.functions] == ["one", "two"]
    with pytest.raises(RequestError, match="needs a name"):
        await build_module(BuildRequest(folders))


def udf_named(name: str, package: str) -> str:
    return f'package {package}\n\n{SDK}\nvar _ = udf.Register("{name}", func() {{}})\n'


async def test_packages_of_one_name_stay_apart(write, tmp_path: Path) -> None:
    folder = write("a/x/x.go", udf_named("one", "x"), "b/x/x.go", udf_named("two", "x"))
    generated = tmp_path / "generated"
    folders = (folder / "a/x", folder / "b/x", folder / "a/x")  # the first one twice is once
    result = await build_module(
        BuildRequest(folders, tmp_path / "all.so", dispatch="exported", keep_generated=generated)
    )
    assert result.ok, result.findings
    assert [function["name"] for function in result.functions] == ["one", "two"]
    assert sorted(tree(generated)) == [
        *("a/x/zz_modgo_bind.go", "a/x/zz_modgo_main/main.go", "a/x/zz_modgo_main/symbols.c"),
        "b/x/zz_modgo_bind.go",
    ]
    assert "modgo_udf_two" in (generated / "a/x/zz_modgo_main/symbols.c").read_text()
    assert sorted(tree(folder)) == ["a/x/x.go", "b/x/x.go", "go.mod"]


async def test_an_internal_package_alone(tmp_path: Path) -> None:
    result = await build(MODULES / "several/second/internal/deep", tmp_path)
    assert result.output == str(tmp_path / "deep.so")


@pytest.mark.parametrize("dispatch", ["registry", "exported", "reflect"])
async def test_release_builds_do_not_depend_on_where_they_are_made(
    write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, dispatch: str
) -> None:
    in_c = "// static int one(void) { return 1; }\n"
    folder = write("m.go", GOOD.replace("import", f'{in_c}import "C"\nimport', 1), "x.c", "int two;\n")
    other = tmp_path / "else" / "where"
    other.parent.mkdir()
    sums = []
    for place in (folder, folder, other):
        if place is other:
            folder.rename(other)
            monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another cache"))
            for name in ("TMPDIR", "HOME"):
                (tmp_path / name).mkdir()
                monkeypatch.setenv(name, str(tmp_path / name))
            monkeypatch.setenv("TZ", "Asia/Tokyo")
            request.addfinalizer(partial(os.umask, os.umask(0o077)))
        result = await build(place, tmp_path / "r.so", release=True, dispatch=dispatch)
        sums.append(result.sha256)
        data = (tmp_path / "r.so").read_bytes()
        assert str(tmp_path).encode() not in data
        assert str(cache_directory()).encode() not in data
    assert len(set(sums)) == 1


async def test_shadowed_universe_falls_back_to_reflection(write, tmp_path: Path) -> None:
    """The package redeclares names that generated code needs; its registration is valid."""
    shadows = "\ntype any int\n\ntype error interface{ Foo() }\n\nconst nil = 3\n"
    result = await build(write("m.go", GOOD + shadows), tmp_path / "out.so")
    assert result.ok, result.findings


async def test_cancelling_leaves_no_process_and_no_file(
    write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # used by this test only
    # The package takes long: its C file is compiled by a compiler that never ends.
    slow = tmp_path / "slowcc"
    slow.write_text('#!/bin/sh\ncase "$*" in *--version*) echo slow 1;; *) sleep 600;; esac\n')
    slow.chmod(0o755)
    folder = write("m.go", GOOD.replace("import", 'import "C"\nimport', 1))
    started = asyncio.Event()
    task = asyncio.create_task(build(folder, tmp_path / "x.so", cc=str(slow)))
    for _ in range(1200):
        await asyncio.sleep(0.05)
        if sleepers := [p for p in psutil.Process().children(recursive=True) if p.name() == "sleep"]:
            started.set()
            break
    assert started.is_set()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    _, alive = psutil.wait_procs(sleepers, timeout=60)
    assert not alive
    assert not (tmp_path / "x.so").exists()
    assert list((cache_directory() / "scratch").iterdir()) == []


async def test_a_build_without_changes_replaces_the_file_not_its_content(write, tmp_path: Path) -> None:
    """A process that has loaded the old file is not disturbed, because the new file is another inode."""
    folder = write("m.go", GOOD)
    first = await build(folder, tmp_path / "x.so")
    inode = (tmp_path / "x.so").stat().st_ino
    with (tmp_path / "x.so").open("rb") as generated:
        second = await build(folder, tmp_path / "x.so")
        assert (tmp_path / "x.so").stat().st_ino != inode
        assert hashlib.sha256(generated.read()).hexdigest() == first.sha256 == second.sha256
    assert json.dumps(second.functions) == json.dumps(first.functions)


async def test_vendored_modules_and_links(write, tmp_path: Path) -> None:
    folder = write("m.go", GOOD)
    toolchain = await discover()
    await require(toolchain.go, shipped_sdk(), folder)
    subprocess.run([toolchain.go.path, "mod", "vendor"], cwd=folder, check=True)
    (tmp_path / "link").symlink_to(folder)
    result = await build(tmp_path / "link", tmp_path / "x.so")
    assert result.ok, result.findings
