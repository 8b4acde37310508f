"""`modgo inspect`, as users see it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from modgo_lsp.build.go_info import GoInfo, GoModule
from modgo_lsp.build.module_inspection import ABI_SYMBOLS, ElfFacts, Inspection
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.inspect import _show
from modgo_lsp.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"
Capture = pytest.CaptureFixture[str]


def inspect(capsys: Capture, *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["inspect", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inspect") / "hello.so"
    command = [sys.executable, "-m", "modgo_lsp", "build", EXAMPLES / "hello", "-o", path]
    subprocess.run(command, check=True, capture_output=True)
    return path


def test_a_module(capsys: Capture, module: Path) -> None:
    code, out, err = inspect(capsys, module)
    assert (code, err) == (0, "")
    first, *lines = out.splitlines()
    assert first.startswith(f"{module}: can be a UDF module, ")
    assert "  exports  all 6 functions of the ABI" in lines
    assert any(line.startswith("  machine  ") and "64 bits" in line for line in lines)
    assert any(line.startswith("  built    -buildmode=c-shared") for line in lines)


def test_json_is_the_contract(capsys: Capture, module: Path) -> None:
    code, out, _ = inspect(capsys, module, "--json")
    found = json.loads(out)
    assert code == 0
    assert list(found) == [
        *("path", "bytes", "elf", "exports", "needed", "glibc", "go", "verdict", "problems", "wants"),
    ]
    assert found["elf"]["class"] == 64
    assert set(found["exports"].values()) == {True}
    assert found["go"]["settings"]["-buildmode"] == "c-shared"
    assert (found["verdict"], found["problems"]) == ("module", [])


def test_another_file(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m.so"
    path.write_text("no module")
    code, out, _ = inspect(capsys, path)
    assert code == 1
    assert "not a UDF module, 9 bytes" in out
    assert "  problem  it is not an ELF file; build the package with `modgo build`" in out
    assert "\x1b" not in out


def test_no_file(capsys: Capture, tmp_path: Path) -> None:
    code, out, err = inspect(capsys, tmp_path / "none.so")
    assert (code, out) == (2, "")
    assert "none.so cannot be read (no such file or directory)" in err


ELF = ElfFacts(64, "little-endian", "x86-64", "linux/amd64", None, {}, stripped=True)
BUILT = ("-buildmode", "-tags", "-trimpath", "-race", "GOOS", "GOARCH", "GOAMD64", "GOARM64")
GO = GoInfo(
    "go1.26.8",
    "example.com/m",
    GoModule("example.com/m", "v1"),
    (GoModule("a.org/b", "v1.2", "h1:x"), GoModule("a.org/c", "v2", replaced_by="../c")),
    {"vcs": "git", **dict.fromkeys(reversed(BUILT), "x")},
)
EXPORTS = dict.fromkeys(ABI_SYMBOLS, True)
MODULE = Inspection("a/m.x.so", 99_999, ELF, EXPORTS, ("libc.so.6", "libm.so"), "2.17", GO, "module", ())
SHOWN = {
    "all": (
        MODULE,
        "[1]a/m.x.so[0]: [32]can be a UDF module[0], 99,999 bytes\n"
        "  [2]machine  [0]x86-64 (linux/amd64), 64 bits, little-endian\n"
        "  [2]needs    [0]libc.so.6, libm.so\n"
        "  [2]glibc    [0]2.17 or newer\n"
        "  [2]exports  [0]all 6 functions of the ABI\n"
        "  [2]symbols  [0]stripped\n"
        "  [2]go       [0]go1.26.8, module example.com/m v1\n"
        "  [2]built    [0]" + " ".join(f"{name}=x" for name in BUILT) + "\n"
        "  [2]with     [0]a.org/b v1.2\n"
        "  [2]with     [0]a.org/c v2 => ../c\n",
    ),
    "little": (
        replace(
            MODULE,
            bytes=100_000,
            elf=replace(ELF, target="", stripped=False),
            exports={**EXPORTS, ABI_SYMBOLS[0]: False},
            needed=(),
            glibc=None,
            go=replace(GO, main=None, deps=(), settings={}),
            verdict="not-a-module",
            problems=("it is old", "it is\nbad"),
        ),
        "[1]a/m.x.so[0]: [31]not a UDF module[0], 0.1 MB\n"
        "  problem  it is old\n"
        "  problem  it is\\u000abad\n"
        "  [2]machine  [0]x86-64, 64 bits, little-endian\n"
        "  [2]needs    [0]no library\n"
        "  [2]glibc    [0]no version of it\n"
        "  [2]exports  [0]5 of the 6 functions of the ABI\n"
        "  [2]symbols  [0]with symbols for debuggers\n"
        "  [2]go       [0]go1.26.8\n",
    ),
    "wants": (
        replace(MODULE, go=None, wants=("network", "read /a b", "read /c")),
        "[1]a/m.x.so[0]: [32]can be a UDF module[0], 99,999 bytes\n"
        "  [2]machine  [0]x86-64 (linux/amd64), 64 bits, little-endian\n"
        "  [2]needs    [0]libc.so.6, libm.so\n"
        "  [2]glibc    [0]2.17 or newer\n"
        "  [2]exports  [0]all 6 functions of the ABI\n"
        "  [2]symbols  [0]stripped\n"
        "  [2]go       [0]no build information of Go\n"
        "  [2]wants    [0]network, read /a b, read /c\n"
        "  [2]granted  [0]by --allow-network --allow-read '/a b' --allow-read /c\n"
        "  [2]         [0]in editors by modgo.allow.network and modgo.allow.read\n"
        "  [2]         [0]on a server by MODGO_ALLOW='m=network,read:/a b,read:/c'\n",
    ),
}


@pytest.mark.parametrize(("found", "shown"), SHOWN.values(), ids=SHOWN)
def test_all_that_is_shown(
    found: Inspection, shown: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    _show(found)
    assert capsys.readouterr() == (re.sub(r"\[\d\d?\]", "", shown), "")
    monkeypatch.setattr(global_options(), "color", "always")
    _show(found)
    assert re.sub(r"\x1b\[(\d+)m", r"[\1]", capsys.readouterr().out) == shown
