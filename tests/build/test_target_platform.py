"""Builds with zig for other machines and for a given glibc."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.build import toolchain
from modgo_lsp.build.build import BuildRequest, BuildResult, build_module
from modgo_lsp.build.go_build import _check_target
from modgo_lsp.build.module_inspection import inspect
from modgo_lsp.build.preflight import RequestError, parse_target
from modgo_lsp.build.target_platform import Target
from modgo_lsp.build.toolchain import ToolchainError, newest_glibc
from modgo_lsp.golang.modules.build_constraints import BuildContext
from modgo_lsp.model.sdk import SDK_PATH

Write = Callable[..., Path]

HOST = BuildContext()
SOURCE = (
    f'package m\n\nimport "{SDK_PATH}"\n\n// #include <stdlib.h>\nimport "C"\n\n'
    'func init() { udf.Register("answer", func() int { return int(C.abs(-42)) }) }\n'
)


def only(arch: str) -> str:
    return f'package m\n\nimport "{SDK_PATH}"\n\nvar _ = udf.Register("on_{arch}", func() {{}})\n'


async def build(folder: Path, output: Path, **more: object) -> BuildResult:
    return await build_module(BuildRequest((folder,), output=output, **more))  # type: ignore[arg-type]


@pytest.mark.timeout(600)  # zig makes its C library the first time
@pytest.mark.parametrize("dispatch", ["registry", "exported"])
async def test_arm64_with_an_old_glibc_the_same_bytes_from_two_folders(
    write: Write, tmp_path: Path, dispatch: str
) -> None:
    folder = write("m.go", SOURCE, "m_arm64.go", only("arm64"), "m_amd64.go", only("amd64"))
    target = "linux/arm64-glibc2.17"
    sums = set()
    for place in (folder, tmp_path / "else" / "where"):
        if not place.exists():
            place.parent.mkdir()
            folder.rename(place)
        out = tmp_path / "m.so"
        result = await build(place, out, target=target, dispatch=dispatch, release=True)
        assert result.ok, result.findings
        assert result.target == target
        assert [function["name"] for function in result.functions] == ["answer", "on_arm64"]
        sums.add(result.sha256)
    assert len(sums) == 1
    found = inspect(out)
    assert found.is_module
    assert found.elf is not None
    assert (found.elf.target, found.elf.stripped, found.glibc) == ("linux/arm64", True, "2.17")
    assert found.go is not None
    assert found.go.settings["GOARCH"] == "arm64"
    assert str(tmp_path).encode() not in out.read_bytes()


async def test_files_of_other_machines_are_not_checked(write: Write, tmp_path: Path) -> None:
    other = "amd64" if HOST.goarch == "arm64" else "arm64"
    wrong = only(other).replace("func()", "func(c chan int)")
    folder = write("m.go", SOURCE, f"m_{other}.go", wrong)
    assert (await build(folder, tmp_path / "m.so")).ok
    result = await build(folder, tmp_path / "m.so", target=f"linux/{other}")
    assert [finding.code for finding in result.findings] == ["MG201"]


async def test_the_name_of_this_machine_needs_no_zig(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "wheel_folder", lambda _: None)
    monkeypatch.setenv("GOARCH", "s390x")  # the requested target counts
    folder = write("m.go", SOURCE)
    result = await build(folder, tmp_path / "m.so", target=f"linux/{HOST.goarch}")
    assert result.ok, result.findings
    assert result.target == f"linux/{HOST.goarch}"


async def test_no_zig(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "wheel_folder", lambda _: None)
    found = toolchain.find_program
    monkeypatch.setattr(toolchain, "find_program", lambda name: None if name == "zig" else found(name))
    result = await build(write("m.go", SOURCE), tmp_path / "m.so", target="linux/arm64")
    assert result.toolchain_at_fault
    assert "needs zig, and there is none" in result.findings[0].message
    assert "pip install 'modgo-lsp[zig]'" in result.findings[0].message


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("darwin/arm64", "there are no UDF modules for darwin: Aerospike runs on Linux"),
        ("windows/amd64", "there are no UDF modules for windows"),
        ("linux/riscv64", "there is no target for linux on riscv64; choose linux/amd64 or linux/arm64"),
        ("linux/arm46", "there is no target named linux/arm46"),
        ("arm64", "the target arm64 cannot be read"),
        ("linux/arm64-glibc2", "cannot be read"),
        ("linux/arm64-musl", "cannot be read"),
        ("linux/arm64-glibc2.17\n", "cannot be read"),
        ("linux/arm64-glibc2.5", "glibc 2.5 is older than modgo builds for; choose 2.17 or newer"),
        ("", "cannot be read"),
    ],
)
def test_invalid_targets(text: str, problem: str) -> None:
    with pytest.raises(RequestError) as refused:
        parse_target(text)
    assert problem in str(refused.value)


async def test_a_glibc_that_zig_does_not_have(write: Write, tmp_path: Path) -> None:
    newest = await newest_glibc()
    assert newest is not None
    assert tuple(map(int, newest.split("."))) >= (2, 44)
    folder = write("m.go", SOURCE)
    for glibc in ("9.9", "2.100"):
        with pytest.raises(RequestError, match=f"there is no glibc {glibc}: zig builds for 2.17 to {newest}"):
            await build(folder, tmp_path / "m.so", target=f"linux/amd64-glibc{glibc}")


def test_targets() -> None:
    assert parse_target(None) is None
    assert parse_target(f"linux/{HOST.goarch}") is None
    assert parse_target("linux/arm64-glibc2.28") == Target("arm64", "2.28")
    other = "amd64" if HOST.goarch == "arm64" else "arm64"
    assert str(parse_target(f"linux/{other}")) == f"linux/{other}-glibc2.17"
    assert Target("arm64", "2.17").triple == "aarch64-linux-gnu.2.17"
    assert Target("amd64", "2.17").triple == "x86_64-linux-gnu.2.17"


def test_unsupported_machines_need_a_target(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(RequestError, match="this machine runs darwin") as refused:
        parse_target(None)
    assert "--target linux/amd64" in str(refused.value)
    assert parse_target(f"linux/{HOST.goarch}") == Target(HOST.goarch, "2.17")


async def test_the_glibc_of_the_result_is_checked(write: Write, tmp_path: Path) -> None:
    """This machine's compiler stands in for zig: its result needs this machine's glibc."""
    out = tmp_path / "m.so"
    assert (await build(write("m.go", SOURCE), out)).ok
    glibc = platform.libc_ver()[1]
    _check_target(out, Target(HOST.goarch, glibc))
    needed = inspect(out).glibc
    assert needed not in (None, "2.17"), "this machine's glibc is too old to try"
    with pytest.raises(ToolchainError, match=f"needs glibc {needed}, newer than the target"):
        _check_target(out, Target(HOST.goarch, "2.17"))
    with pytest.raises(ToolchainError, match=r"the build made no module for linux/\w+-glibc2.17 \(it is for"):
        _check_target(out, Target("amd64" if HOST.goarch == "arm64" else "arm64", "2.17"))
    out.write_bytes(b"nothing")
    with pytest.raises(ToolchainError, match="it is not an ELF file"):
        _check_target(out, Target(HOST.goarch, "2.17"))
