"""Each kind of dispatch, with generated wrappers or without, gives the same answers to the same calls. A host
written in C makes the calls."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgpack
import msgspec
import pytest

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.build.exported_symbols import compile_symbols
from modgo_lsp.build.toolchain import ToolchainError, discover
from modgo_lsp.model.sdk import SDK_PATH

MODULES = Path(__file__).parent / "modules"
DISPATCHES = ["registry", "exported", "reflect"]

Write = Callable[..., Path]
Driver = Callable[..., list[str]]


def map_of(**entries: int) -> str:
    """A map argument for the driver."""
    data = {b"\x03" + key.encode(): value for key, value in entries.items()}
    return "m:" + msgpack.packb({key.decode(): value for key, value in data.items()}).hex()


# The driver's input and its output, in which paths are cut to their base names.
Calls = list[tuple[str, str]]
RECORD_CALLS: Calls = [
    ("bin a i:5", ""),
    ("apply add s:a i:2", "0 integer 7"),
    ("apply add s:a", "2 string add expects 2 arguments, got 1"),
    ("apply add s:a s:b", '2 string argument 2 of add: expected an integer, got the string "b"'),
    ("apply types b:1 i:5 i:6 d:0.5 s:x x:61", "0 string true 5 6 0.5xa"),
    (
        "apply types b:1 i:500 i:6 d:0.5 s:x x:61",
        "2 string argument 2 of types: expected an integer from -128 to 127, got the integer 500",
    ),
    ("apply fail", "3 string out of tokens"),
    (
        "apply index n",
        "4 string runtime error: index out of range [5] with length 0\\nudfs.go:50 udfs.index",
    ),
    ("apply meta", "0 string true 3demo-1ns"),
    ("apply echo s:x", "0 string x"),
    ("apply next i:3", "0 integer 5"),
    ("apply moment i:3", "0 integer 4"),
    ("apply double i:3", "0 integer 6"),
    ("option deadline 20", ""),
    ("apply wait", "3 string context deadline exceeded"),
]
STREAM_CALLS: Calls = [
    ("option many 0", ""),
    ("records 4", ""),
    ("stream count 3", "write integer 4\n0 nil"),
    ("stream count 1", "write integer 4\n0 nil"),
    (f"stream within 3 s:a {map_of(least=2, most=3)}", "3 string there is no deadline"),
    (
        "stream join 3 s:+ s:a s:b",
        "write string 1+1\nwrite string 2+2\nwrite string 3+3\nwrite string 4+4\n0 nil",
    ),
    ("stream join 3", "2 string join expects at least 1 argument, got 0"),
    ("stream join 3 s:+ i:4", "2 string argument 2 of join: expected a string, got the integer 4"),
    ("stream tripled 3", "write integer 30\n0 nil"),
    ("stream scaled 3 i:2", "write integer 2\nwrite integer 4\nwrite integer 6\nwrite integer 8\n0 nil"),
    (
        "stream scaled 3 i:4294967296",
        "2 string argument 1 of scaled: expected an integer from -2147483648 to 2147483647, "
        "got the integer 4294967296",
    ),
    (
        "stream crash 3 i:7",
        "4 string runtime error: index out of range [7] with length 1\\nstreams.go:68 streams.crash.func1",
    ),
    ("stream none 3 n", "0 nil"),
    ("stream number 3", "6 string number is a record UDF; apply it to a record"),
    ("apply count", "6 string count is a stream UDF; apply it to a stream"),
    ("bin a i:5", ""),
    ("apply number", "0 integer 5"),
    ("option deadline 60000", ""),
    (f"stream within 3 s:a {map_of(least=2, most=3)}", "write integer 5\n0 nil"),
    (f"stream within 3 s:a {map_of(least=9, most=3)}", "3 string least is more than most"),
]


@pytest.mark.parametrize("dispatch", DISPATCHES)
@pytest.mark.parametrize(("name", "calls"), [("udfs", RECORD_CALLS), ("streams", STREAM_CALLS)])
async def test_answers_are_the_same(
    driver: Driver, tmp_path: Path, name: str, calls: Calls, dispatch: str
) -> None:
    module = tmp_path / f"{name}.so"
    result = await build_module(BuildRequest((MODULES / name,), output=module, dispatch=dispatch))
    assert result.ok, result.findings
    expected = [dispatch, *(line for _, text in calls for line in text.splitlines())]
    assert driver(module, "property dispatch", *(line for line, _ in calls)) == expected
    if dispatch == "exported":
        symbols = {str(function["name"]): str(function["symbol"]) for function in result.functions}
        by_symbol = [  # except calls of the wrong kind: a host reads the kind from the manifest
            re.sub(r"^(apply|stream) (\w+)", lambda call: f"{call[1]} @{symbols[call[2]]}", line)
            if not text.startswith("6 ")
            else line
            for line, text in calls
        ]
        assert driver(module, "property dispatch", *by_symbol) == expected


async def test_a_symbol_that_the_module_has_already_is_an_error_in_it(write: Write, tmp_path: Path) -> None:
    source = (
        "package m\n\n// int modgo_udf_one(void) { return 1; }\n"
        f'import "C"\nimport "{SDK_PATH}"\n\nvar _ = udf.Register("one", func() int {{ return 1 }})\n'
    )
    request = BuildRequest((write("m.go", source),), output=tmp_path / "x.so", dispatch="exported")
    result = await build_module(request)
    assert [finding.code for finding in result.findings] == ["MG401"]
    assert "multiple definition of" in result.findings[0].message
    assert "modgo_udf_one" in result.findings[0].message


async def test_every_stream_udf_gets_a_wrapper(tmp_path: Path) -> None:
    request = BuildRequest(
        (MODULES / "streams",), output=tmp_path / "x.so", keep_generated=tmp_path / "generated"
    )
    result = await build_module(request)
    assert {function["name"]: function["bins"] for function in result.functions if function["bins"]} == {
        "number": ["a"]
    }
    text = (tmp_path / "generated" / "zz_modgo_bind.go").read_text()
    assert text.count("AdaptStream: ") == 7
    assert text.count("\tAdapt: ") == 1
    assert (
        "_Function.(func(modgo_context2.Context, *modgo_udf.Stream, bin, bounds) (*modgo_udf.Stream, error))"
        in text
    )


async def test_a_panic_names_the_modules_own_code_in_a_release_build(
    write: Write, driver: Driver, tmp_path: Path
) -> None:
    """Without paths, as in a release build, a module path without a dot looks like Go's own library."""
    source = (
        f'package m\n\nimport (\n\t"sort"\n\n\t"{SDK_PATH}"\n)\n\n'
        'var _ = udf.Register("sorts", func(list []int) {\n'
        '\tsort.Slice(list, func(i, j int) bool { panic("here") })\n})\n'
    )
    go_mod = f"module shop\n\ngo 1.24\n\nrequire {SDK_PATH} v1.0.0\n"
    folder = write("go.mod", go_mod, "m.go", source)
    request = BuildRequest((folder,), output=tmp_path / "x.so", release=True)
    assert (await build_module(request)).ok
    assert driver(tmp_path / "x.so", "apply sorts l:920201") == [
        "4 string here\\nshop/m.go:10 shop.init.func1.1\\nshop/m.go:10 shop.init.func1"
    ]


async def test_symbols_that_cannot_be_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await discover()
    assert found.cc is not None
    for script, reason in (("echo no space >&2; exit 1", "no space"), ("exit 3", "exit status 3")):
        (tmp_path / "cc").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "cc").chmod(0o755)
        broken = msgspec.structs.replace(found.cc, command=(str(tmp_path / "cc"),))
        with pytest.raises(ToolchainError, match=f"{tmp_path}/cc cannot compile C: {reason}; run "):
            await compile_symbols(msgspec.structs.replace(found, cc=broken), "int x;")
    for name, is_refused in (("it's here", True), ("it's", False), ("a b", False)):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / name))
        if is_refused:
            with pytest.raises(ToolchainError, match="Go's linker accepts no path with a space and a quote"):
                await compile_symbols(found, "int x;")
        else:
            assert (await compile_symbols(found, "int x;")).is_file()
