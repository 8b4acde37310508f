"""Finding Go and a C compiler: which are used, which are refused, and the messages."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from modgo_lsp.build import go_environment, toolchain
from modgo_lsp.build.target_platform import Target
from modgo_lsp.build.toolchain import CCompiler, ToolchainError, discover, discover_cc, discover_go
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


async def test_the_first_c_compiler_that_runs_is_used(bare: Path) -> None:
    for name in ("cc", "clang", "gcc"):
        program(bare / name, f"echo '{name} 1'; echo more")
        assert await discover_cc() == CCompiler((str(bare / name),), f"{name} 1", "PATH")
    program(bare / "gcc", "echo broken >&2; exit 1")
    assert (await discover_cc()).version == "clang 1"
    program(bare / "clang", "echo also; exit 1")
    program(bare / "cc", "exit 0")
    with pytest.raises(ToolchainError) as refused:  # the first says what is wrong
        await discover_cc()
    assert refused.value.message == f"the C compiler {bare}/gcc does not run (broken)"
    program(bare / "gcc", "echo 'gcc to standard error' >&2")
    assert (await discover_cc()).version == "gcc to standard error"


async def test_what_go_and_builds_run_in(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOTOOLCHAIN", "auto")
    for name in ("GOOS", "GOARCH", "CGO_ENABLED", "CC"):
        monkeypatch.setenv(name, "mine")
    monkeypatch.setenv("KEPT", "kept")
    go_program(bare / "go", "1.26.1 X:nosuch")
    compiler = program(bare / "my cc", "echo cc")
    go = await discover_go()
    assert (go.path, go.version, go.release, go.origin) == (str(bare / "go"), "1.26.1", (1, 26, 1), "PATH")
    assert (go.module_cache, go.host_target) == (Path("/m"), "linux/arm64")
    assert go.environment() == {**os.environ, "GOTOOLCHAIN": "local"}
    host = {**os.environ, "GOTOOLCHAIN": "local", "GOOS": "linux", "GOARCH": "arm64"}
    both = await discover(cc=str(compiler))
    assert (both.target, both.environment()) == (
        "linux/arm64",
        {**host, "CGO_ENABLED": "1", "CC": f"'{compiler}'"},
    )
    alone = await toolchain.discover_without_cgo(None)
    assert (alone.target, alone.cc, alone.environment()) == (
        "linux/arm64",
        None,
        {**host, "CGO_ENABLED": "0"},
    )


async def test_zig_for_another_machine(bare: Path) -> None:
    go_program(bare / "go", "1.26.1")
    zig = program(bare / "my zig" / "zig", 'echo "clang $*"')
    with pytest.raises(ToolchainError, match="needs zig, and there is none"):
        await toolchain.discover_cross(Target("arm64", "2.17"), None)
    (bare / "zig").symlink_to(zig)
    found = await toolchain.discover_cross(Target("arm64", "2.17"), None)
    assert found.cc is not None
    script, *options = found.cc.command
    assert options == ["-target", "aarch64-linux-gnu.2.17"]
    assert found.cc.version == "clang cc -target aarch64-linux-gnu.2.17 --version"
    assert (found.target, found.cc.origin) == ("linux/arm64-glibc2.17", "PATH")
    cxx = found.settings["CXX"].split(" ")
    assert (found.settings["GOOS"], found.settings["GOARCH"], cxx[1:]) == ("linux", "arm64", options)
    for path, language in ((Path(script), "cc"), (Path(cxx[0]), "c++")):
        assert path.read_text() == f'#!/bin/sh\nexec {bare}/zig {language} "$@"\n'
        assert path.stat().st_mode & 0o777 == 0o755
        path.write_text("damaged")
    again = await toolchain.discover_cross(Target("arm64", "2.17"), None)
    assert again == found


@pytest.mark.parametrize(
    ("answer", "newest"),
    [
        ('.glibc = .{ "2.17.0", "2.9.0", "2.40.1" }, .x = .{ "3.0.0" }', "2.40"),
        ('"glibc": ["2.17.0", "1.99.0"], "x": ["3.0.0"]', "2.17"),
        (".glibc = .{}", None),
        ("nothing", None),
    ],
)
async def test_the_newest_glibc_of_zig(bare: Path, answer: str, newest: str | None) -> None:
    assert await toolchain.newest_glibc() is None
    program(bare / "zig", f"[ \"$*\" = targets ] && echo '{answer}'")
    assert await toolchain.newest_glibc() == newest
