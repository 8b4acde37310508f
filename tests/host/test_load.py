"""Loading through the real libmod_go: a module's properties, and every kind of failure."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.build.cache import cache_directory
from modgo_lsp.build.process import run
from modgo_lsp.build.toolchain import CCompiler, ToolchainError, discover_cc, find_zig
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.host.fence_check import check_fence
from modgo_lsp.host.fenced import Fence
from modgo_lsp.host.load import load_module
from modgo_lsp.host.module import HostError, Module
from modgo_lsp.host.native import Native, libmod_go
from modgo_lsp.host.result import load_json
from modgo_lsp.host.session import Session
from modgo_lsp.host.source_locations import place_of_frame
from modgo_lsp.model.finding import Location
from modgo_lsp.model.load import Loader
from modgo_lsp.model.sdk import SDK_PATH


async def test_the_json_is_the_contract(udfs: Path) -> None:
    result = load_json(await load_module(udfs))
    assert set(result) == {"ok", "path", "abi", "properties", "setup", "dispatch", "functions"}
    assert (result["path"], result["setup"]) == (str(udfs), 0)
    assert result["abi"] == {"major": 1, "minor": 0}
    assert result["dispatch"] == result["properties"]["dispatch"] == "registry"
    assert result["properties"]["supports-dlclose"] == "false"
    assert result["functions"][0] == {
        "name": "add",
        "kind": "record",
        "params": [{"name": "bin", "type": "string"}, {"name": "by", "type": "int64"}],
        "results": ["int64", "error"],
        "doc": "Add adds by to a bin and returns\nits new value. It is not atomic.",
        "location": "udfs.go:26",
    }


async def test_the_functions_of_the_build_are_those_of_the_module(tmp_path: Path) -> None:
    """Also with reflection: the build writes the descriptors, and the module only sorts them."""
    source = Path(__file__).parents[1] / "build" / "modules" / "udfs"
    built = await build_module(BuildRequest((source,), output=tmp_path / "r.so", dispatch="reflect"))
    result = await load_module(tmp_path / "r.so")
    assert result.dispatch == "reflect"
    assert [function.name for function in result.functions] == [
        function["name"] for function in built.functions
    ]


@pytest.mark.parametrize(
    ("flags", "code", "kind", "message"),
    [
        (["-DMAJOR=2"], "MG402", "abi", "2"),
        (["-Daerospike_udf_go_setup=other"], "MG403", "abi", "aerospike_udf_go_setup"),
        (["-DSETUP_FAILS"], "MG404", "udf", "setup"),
        (["-DSETUP_HANGS"], "MG404", "timeout", "did not end within 1 s"),
        (["-DSETUP_DIES"], "MG407", "crash", "SIGABRT"),
    ],
)
async def test_modules_that_cannot_be_loaded(
    compile_c: Callable[..., Path], flags: list[str], code: str, kind: str, message: str
) -> None:
    path = compile_c("crashing", *flags)
    result = await load_module(path, timeout=1 if kind == "timeout" else 60)
    assert result.failure is not None
    assert result.failure.kind == kind
    assert message in result.failure.message
    assert [(finding.code, finding.location.path) for finding in result.findings] == [(code, str(path))]
    assert load_json(result)["setup"] == (3 if kind == "udf" else None)


async def test_other_files_are_not_modules(tmp_path: Path, udfs: Path) -> None:
    (tmp_path / "text.so").write_text("no ELF at all")
    (tmp_path / "cut.so").write_bytes(udfs.read_bytes()[:5000])
    for name in ("none.so", "text.so", "cut.so", "."):
        result = await load_module(tmp_path / name)
        assert result.failure is not None
        assert result.failure.kind == "usage"
        assert result.findings == ()
        assert load_json(result)["ok"] is False


def source_of(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "go.mod").write_text(f"module example.com/m\n\ngo 1.24\n\nrequire {SDK_PATH} v1.0.0\n")
    (folder / "m.go").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        pytest.param(
            f'package m\n\nimport "{SDK_PATH}"\n\nvar f func() int\n\n'
            'func init() {\n\tudf.Register("f", f)\n}\n',
            "MG404",
            'udf.Register("f", f)',
            id="a nil function",
        ),
        pytest.param(
            f'package m\n\nimport _ "{SDK_PATH}"\n\nfunc init() {{\n\tpanic("no")\n}}\n',
            "MG407",
            'panic("no")',
            id="a panic in init",
        ),
    ],
)
async def test_findings_have_their_location_in_the_source(
    tmp_path: Path, text: str, code: str, place: str
) -> None:
    source = source_of(tmp_path / "m", text)
    built = await build_module(BuildRequest((source,), output=tmp_path / "m.so"))
    assert built.ok, built.findings
    result = await load_module(tmp_path / "m.so", package=built.package)
    (finding,) = result.findings
    span = finding.location.span
    assert (finding.code, finding.location.path) == (code, str(source / "m.go"))
    assert text[span.start : span.end] == place


async def test_the_library_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cc = await discover_cc()
    first, second = await asyncio.gather(libmod_go(cc), libmod_go(cc))
    assert first == second
    made = [first.library.stat().st_mtime_ns, first.worker.stat().st_mtime_ns]
    again = await libmod_go(cc)
    assert [again.library.stat().st_mtime_ns, again.worker.stat().st_mtime_ns] == made
    assert list((cache_directory() / "scratch").iterdir()) == []


async def test_a_library_that_another_user_could_have_written_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cc = await discover_cc()
    native = await libmod_go(cc)
    native.worker.chmod(0o777)
    with pytest.raises(ToolchainError, match=r"mod-go-worker is not loaded: ") as refused:
        await libmod_go(cc)
    assert refused.value.remedy == f"remove {native.worker.parent}; modgo compiles it again"


async def test_zig_compiles_sources_of_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`zig cc -c` links the objects of several sources."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sources = {
        "common/main.c": "int zero(void) { return 0; }",
        "worker/main.c": "int zero(void); int main(void) { return zero(); }",
    }
    for name, text in sources.items():
        source = tmp_path / "src" / name
        source.parent.mkdir(parents=True)
        source.write_text(text)
    monkeypatch.setattr("modgo_lsp.host.native.resource", lambda _: tmp_path)
    zig, origin = find_zig()
    native = await libmod_go(CCompiler((str(zig), "cc"), "zig", origin))
    assert (await run([str(native.worker)], cwd=tmp_path)).code == 0


async def test_a_compiler_that_fails_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    broken = tmp_path / "cc"
    # The first command fails while others run.
    broken.write_text(
        "#!/bin/sh\nmkdir first 2>/dev/null || exec sleep 60\nsleep 0.2\n"
        "echo 'x.c:1:10: fatal error: stdint.h: No such file' >&2\nexit 1\n"
    )
    broken.chmod(0o755)
    with pytest.raises(ToolchainError, match=r"stdint\.h") as refused:
        await libmod_go(CCompiler((str(broken),), "broken", "setting"))
    assert "build-essential" in refused.value.remedy


async def test_a_compiler_that_does_not_end_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("modgo_lsp.host.native._COMPILE_SECONDS", 0.1)
    slow = tmp_path / "cc"
    slow.write_text("#!/bin/sh\nexec sleep 100\n")
    slow.chmod(0o755)
    with pytest.raises(ToolchainError, match="libmod_go could not be compiled: ") as refused:
        await libmod_go(CCompiler((str(slow),), "slow", "setting"))
    assert refused.value.remedy == "run `modgo doctor`"


async def test_sources_that_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("modgo_lsp.host.native.resource", lambda _: tmp_path)
    cc = await discover_cc()
    with pytest.raises(ToolchainError, match=r"sources cannot be read \(there are no C files in") as refused:
        await libmod_go(cc)
    assert refused.value.remedy == "install modgo-lsp again"


async def test_a_library_that_cannot_be_loaded(good: Path, tmp_path: Path) -> None:
    (tmp_path / "library.so").write_text("text")
    native = await libmod_go(await discover_cc())
    read, write = os.pipe()
    module = Module(Native(tmp_path / "library.so", native.worker), good, Fence(), read)
    try:
        with pytest.raises(HostError, match=r"libmod_go cannot be loaded \(.*library\.so.*run `modgo doc"):
            module.open(None)
    finally:
        module.close()
        os.close(read)
        os.close(write)


async def test_other_systems_load_no_modules(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modgo_lsp.host.session.sys", SimpleNamespace(platform="darwin"))
    with pytest.raises(HostError, match="modules can be loaded on Linux only"):
        async with Session(good):
            pass


async def test_a_module_without_functions(compile_c: Callable[..., Path]) -> None:
    async with Session(compile_c("crashing", '-DFUNCTIONS="[]"')) as session:
        result = await session.call("add")
    assert result.failure is not None
    assert result.failure.remedy == "the module registers none"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#!/bin/sh\necho 'no such option' >&2\nexit 3\n", "no such option"),
        ("#!/bin/sh\necho '{}'\nexit 3\n", "{path} ended with exit status 3"),
        ("not a program", "{path}"),
    ],
)
async def test_a_self_test_that_does_not_run(text: str, reason: str, tmp_path: Path) -> None:
    worker = tmp_path / "worker"
    worker.write_text(text)
    worker.chmod(0o755)
    with pytest.raises(ToolchainError, match="the self-test of the fence did not run: ") as refused:
        await check_fence(worker)
    assert reason.format(path=worker) in refused.value.message
    assert refused.value.remedy == f"run {worker} --check"


def test_the_line_of_a_stack_frame(tmp_path: Path) -> None:
    file = tmp_path / "a.go"
    file.write_bytes(b"package a\n\n\tx()  \nlast")
    for line, span in ((1, Span(0, 9)), (3, Span(12, 15)), (4, Span(18, 22))):
        assert place_of_frame(str(file), line) == Location(str(file), span)
    for line in (0, 5, -1):
        assert place_of_frame(str(file), line) is None
    assert place_of_frame(str(tmp_path / "gone.go"), 1) is None


def test_the_line_of_a_frame_in_a_package(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.24\n")
    (tmp_path / "a.go").write_text("package m\n")
    package = Loader(DiskFiles()).package(str(tmp_path))
    assert package is not None
    assert place_of_frame("a.go", 1, package) == Location(str(tmp_path / "a.go"), Span(0, 9))
    assert place_of_frame("a.go", 9, package) is None
    assert place_of_frame("b.go", 1, package) is None
