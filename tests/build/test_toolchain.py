"""Finding Go and a C compiler: which are used, which are refused, and the messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modgo_lsp.build import go_environment, toolchain
from modgo_lsp.build.toolchain import ToolchainError, discover, discover_cc, discover_go
from modgo_lsp.golang.modules.versions import go_version


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with nothing on PATH but the returned folder, no wheels, and nothing set."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("CC", "GOROOT", "GOTOOLCHAIN"):
        monkeypatch.delenv(name, raising=False)
    for module in (toolchain, go_environment):
        monkeypatch.setattr(module, "wheel_folder", lambda _: None)
    return folder


def program(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def go_program(path: Path, version: str) -> Path:
    variables = {"GOVERSION": f"go{version}", "GOMODCACHE": "/m", "GOHOSTOS": "linux", "GOHOSTARCH": "arm64"}
    return program(path, f"echo '{json.dumps(variables)}'")


async def test_finds_the_real_tools_of_this_machine() -> None:
    found = await discover()
    assert found.go.release >= (1, 24)
    assert found.go.module_cache.is_absolute()
    assert found.environment()["CGO_ENABLED"] == "1"
    assert found.environment()["GOTOOLCHAIN"] == "local"


async def test_no_go_names_the_wheels(bare: Path) -> None:
    program(bare / "gcc", "echo gcc 12")
    with pytest.raises(ToolchainError, match="there is no Go on PATH") as refused:
        await discover()
    assert "pip install 'modgo-lsp[toolchain]'" in refused.value.remedy


async def test_no_c_compiler(bare: Path) -> None:
    go_program(bare / "go", "1.26.1")
    with pytest.raises(ToolchainError, match="no C compiler on PATH") as refused:
        await discover()
    assert "gcc or clang" in refused.value.remedy


async def test_the_message_about_an_old_go_has_both_versions(bare: Path) -> None:
    path = go_program(bare / "go", "1.22.4")
    with pytest.raises(ToolchainError) as refused:
        await discover_go()
    assert refused.value.message == f"{path} is Go 1.22.4, which is too old: modgo needs 1.24 or newer"


async def test_a_wheel_helps_where_the_go_on_path_is_too_old(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_program(bare / "go", "1.22.4")
    goroot = tmp_path / "site" / "go"
    go_program(goroot / "bin" / "go", "1.27.3")
    (goroot / "__init__.py").touch()
    monkeypatch.undo()
    monkeypatch.setenv("PATH", str(bare))
    monkeypatch.setenv("GOROOT", "/somewhere/else")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    found = await discover_go()
    assert (found.version, found.origin) == ("1.27.3", "wheel")
    assert found.environment()["GOROOT"] == str(goroot)


async def test_the_wheel_s_script_comes_after_the_machine_s_go(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virtual environment that is active puts the script first in PATH."""
    own, scripts = go_program(bare / "go", "1.26.1"), tmp_path / "venv" / "bin"
    go_program(scripts / "go", "1.27.3")
    monkeypatch.setattr(go_environment.sys, "executable", str(scripts / "python"))
    monkeypatch.setattr(go_environment, "wheel_folder", lambda _: tmp_path / "venv")
    monkeypatch.setenv("PATH", f"{scripts}:{bare}")
    assert (await discover_go()).path == str(own)
    monkeypatch.setattr(go_environment, "wheel_folder", lambda _: None)
    assert (await discover_go()).path == str(scripts / "go")  # put there by somebody, not by the wheel


async def test_the_zig_wheel_serves_as_c_compiler(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zig = program(tmp_path / "site" / "zig lang" / "zig", '[ "$1" = cc ] && echo "clang 22 ($2)"')
    for module in (toolchain, go_environment):
        monkeypatch.setattr(module, "wheel_folder", lambda name: zig.parent if name == "ziglang" else None)
    found = await discover_cc()
    assert (found.version, found.origin) == ("clang 22 (--version)", "wheel")
    assert len(found.command) == 1
    assert await discover_cc() == found  # the script is there already


async def test_a_cache_that_cannot_be_written_for_zig(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zig = program(tmp_path / "site" / "zig", "echo clang")
    for module in (toolchain, go_environment):
        monkeypatch.setattr(module, "wheel_folder", lambda name: zig.parent if name == "ziglang" else None)
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(ToolchainError, match="modgo's cache cannot be written"):
        await discover_cc()


async def test_a_setting_is_binding(bare: Path) -> None:
    go_program(bare / "go", "1.26.1")
    with pytest.raises(ToolchainError, match="/no/such/go, which --go or the setting go names, is not"):
        await discover_go("/no/such/go")
    with pytest.raises(ToolchainError, match="nocc, which --cc or the setting cc names, is not a program"):
        await discover_cc("nocc")


async def test_cc_is_binding(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "nocc")
    with pytest.raises(ToolchainError, match="nocc, which CC names, is not a program"):
        await discover_cc()


async def test_settings_and_cc_may_have_spaces_and_options(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spaced = go_program(tmp_path / "my tools" / "go", "1.26.1")
    assert (await discover_go(str(spaced))).origin == "setting"
    compiler = program(tmp_path / "my tools" / "cc", 'echo "cc with $1"')
    monkeypatch.setenv("CC", f"'{compiler}' -m64")
    found = await discover_cc()
    assert (found.origin, found.version) == ("environment", "cc with -m64")
    assert toolchain._quoted(found.command) == f"'{compiler}' -m64"


async def test_programs_that_are_not_what_they_are_called(bare: Path) -> None:
    program(bare / "go", "echo 'unknown command' >&2; exit 3")
    with pytest.raises(ToolchainError, match=r"does not answer `go env` \(unknown command\)"):
        await discover_go()
    program(bare / "gcc", "exit 4")
    with pytest.raises(ToolchainError, match=r"gcc does not run \(exit status 4\)"):
        await discover_cc()


def test_versions() -> None:
    assert go_version("go1.26.8") == (1, 26, 8)
    assert go_version("1.27rc1") == (1, 27)
    assert go_version("devel go1.28-abcdef") == (1, 28)
    assert go_version("tip") == ()


async def test_files_that_are_no_programs(bare: Path) -> None:
    for name in ("go", "gcc"):
        (bare / name).write_bytes(b"\x7fELF")
        (bare / name).chmod(0o755)
    with pytest.raises(ToolchainError, match=rf"^{bare}/go does not run \(Exec format error\)"):
        await discover_go()
    with pytest.raises(ToolchainError, match=rf"^the C compiler {bare}/gcc does not run \(Exec format error"):
        await discover_cc()
    with pytest.raises(ToolchainError, match=r"'unclosed, which --cc .* names, is not a program"):
        await discover_cc("'unclosed")


def test_a_zig_on_the_path(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ToolchainError, match="needs zig, and there is none"):
        toolchain.find_zig()
    own = program(bare / "zig", "exit 0")
    assert toolchain.find_zig() == (own, "PATH")
    (tmp_path / "wheel").mkdir()
    monkeypatch.setattr(toolchain, "wheel_folder", lambda _: str(tmp_path / "wheel"))
    assert toolchain.find_zig() == (own, "PATH")  # the wheel is damaged
    wheel = program(tmp_path / "wheel" / "zig", "exit 0")
    assert toolchain.find_zig() == (wheel, "wheel")
