"""Inspection of files without running them: real modules, other files, and hostile ones."""

from __future__ import annotations

import ctypes
import os
import random
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.build.elf import Elf
from modgo_lsp.build.module_inspection import ABI_SYMBOLS, LARGEST, inspect, newest_glibc
from modgo_lsp.build.toolchain import discover, discover_cc
from modgo_lsp.host.native import libmod_go

MODULES = Path(__file__).parent / "modules"
Compile = Callable[..., Path]


@pytest.fixture
def compile_c(tmp_path: Path) -> Compile:
    """compile_c(source, option, …) returns the path of the shared object."""

    def compile_(source: str, *options: str, link: bool = True) -> Path:
        out = tmp_path / "c.so"
        (tmp_path / "c.c").write_text(source)
        flags = ["-shared", "-fPIC"] if link else []
        subprocess.run(["cc", *flags, *options, "-o", out, tmp_path / "c.c"], check=True)
        return out

    return compile_


def functions(*names: str) -> str:
    return "".join(f"int {name}(void) {{ return 1; }}\n" for name in names)


async def built(tmp_path: Path, **more: object) -> Path:
    out = tmp_path / "m.so"
    request = BuildRequest((MODULES / "several/first",), output=out, **more)  # type: ignore[arg-type]
    assert (await build_module(request)).ok
    return out


async def test_a_module(tmp_path: Path) -> None:
    module = await built(tmp_path)
    found = inspect(module)
    assert (found.verdict, found.problems) == ("module", ())
    assert found.bytes == module.stat().st_size
    assert found.exports == dict.fromkeys(ABI_SYMBOLS, True)
    assert found.elf is not None
    assert (found.elf.bits, found.elf.order, found.elf.stripped) == (64, "little-endian", False)
    toolchain = await discover()
    assert found.elf.target == toolchain.go.host_target
    assert "libc.so.6" in found.needed
    assert found.glibc == newest_glibc(found.elf.versions) is not None


async def test_the_build_information_is_that_of_go_version(tmp_path: Path) -> None:
    module = await built(tmp_path, release=True)
    go = inspect(module).go
    assert go is not None
    path = (await discover()).go.path
    printed = subprocess.run(
        [path, "version", "-m", module], capture_output=True, text=True, check=True
    ).stdout
    first, *lines = printed.splitlines()
    assert first == f"{module}: {go.version}"
    ours = [f"\tpath\t{go.path}"]
    assert go.main is not None
    ours.append(f"\tmod\t{go.main.path}\t{go.main.version}\t{go.main.sum}")
    ours += [f"\tdep\t{dep.path}\t{dep.version}\t{dep.sum}" for dep in go.deps]
    ours += [f"\tbuild\t{name}={value}" for name, value in go.settings.items()]
    assert ours == lines
    assert go.settings["-trimpath"] == "true"


async def test_stripped(tmp_path: Path) -> None:
    facts = inspect(await built(tmp_path, release=True)).elf
    assert facts is not None
    assert facts.stripped


@pytest.mark.parametrize("style", ["gnu", "sysv", "both"])
def test_a_module_in_c(compile_c: Compile, style: str) -> None:
    others = functions(*(f"f{index}" for index in range(300)))
    found = inspect(compile_c(others + functions(*ABI_SYMBOLS), f"-Wl,--hash-style={style}"))
    assert (found.verdict, found.go) == ("module", None)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (functions(*ABI_SYMBOLS[1:]), f"it does not export {ABI_SYMBOLS[0]}, which"),
        (functions(*ABI_SYMBOLS[:4]), f"{ABI_SYMBOLS[4]}, {ABI_SYMBOLS[5]}, which the ABI requires"),
        (functions(*ABI_SYMBOLS[1:]) + f"int {ABI_SYMBOLS[0]};", f"it does not export {ABI_SYMBOLS[0]}"),
        (functions(*ABI_SYMBOLS[1:]) + "static " + functions(ABI_SYMBOLS[0]), "it does not export"),
        (
            functions(*ABI_SYMBOLS[1:]) + '__attribute__((visibility("hidden")))' + functions(ABI_SYMBOLS[0]),
            "it does not export",
        ),
        (
            functions(*ABI_SYMBOLS[1:]) + f"int {ABI_SYMBOLS[0]}(void); int f(void)"
            f"{{ return {ABI_SYMBOLS[0]}(); }}",
            "it does not export",
        ),
        (functions("f"), "it exports no function of the ABI: it is a library, but not a UDF module"),
    ],
    ids=["one missing", "two missing", "a variable", "static", "hidden", "undefined", "a library"],
)
def test_missing_exports(compile_c: Compile, source: str, problem: str) -> None:
    found = inspect(compile_c(source))
    assert found.verdict == "not-a-module"
    assert problem in found.problems[0]


def test_programs_and_object_files(compile_c: Compile) -> None:
    source = functions("main", *ABI_SYMBOLS)
    for options, what in (
        (["-fPIE", "-pie", "-rdynamic"], "a program"),
        (["-no-pie", "-rdynamic"], "a program"),
        (["-c"], "an object file"),
    ):
        found = inspect(compile_c(source, *options, link=False))
        assert found.problems[0].startswith(f"it is {what}, not a shared object; build the package")


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: path.write_bytes(b""), "it is empty"),
        (lambda path: path.write_text("package m"), "it is not an ELF file"),
        (lambda path: path.write_bytes(b"\x7fELF\x02\x01"), "its header is damaged"),
        (lambda path: path.write_bytes(b"\x7fELF\x09\x01" + bytes(100)), "its header is damaged"),
        (lambda path: path.write_bytes(b"\x7fELF\x02\x01" + bytes(50)), "it ends in its header"),
        (lambda path: path.mkdir(), "it is a folder"),
        (os.mkfifo, "it is not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "it is not a regular file"),
        (lambda path: path.open("wb").truncate(LARGEST + 1), "it is larger than 256 MiB"),
    ],
)
def test_other_files_are_not_modules(tmp_path: Path, make: Callable[[Path], object], problem: str) -> None:
    path = tmp_path / "x.so"
    make(path)
    found = inspect(path)
    assert found.verdict == "not-a-module"
    assert problem in found.problems[0]
    assert found.exports == dict.fromkeys(ABI_SYMBOLS, False)


async def test_a_module_that_was_cut_short_is_damaged_wherever(tmp_path: Path) -> None:
    data = (await built(tmp_path)).read_bytes()
    cut = tmp_path / "cut.so"
    ends = [*range(1, 1100, 7), *range(1100, len(data), len(data) // 50), len(data) - 1]
    for end in ends:
        cut.write_bytes(data[:end])
        found = inspect(cut)
        assert found.verdict == "not-a-module", end
        assert len(found.problems) == 1


@pytest.mark.parametrize("style", ["gnu", "sysv"])
async def test_no_damaged_module_passes_that_the_loader_refuses(compile_c: Compile, style: str) -> None:
    """Numbers of all sizes at random places of the tables; seeded, so that it can be repeated. The loader
    reads the same file with code of its own; where it refuses, a module must not be deployed."""
    loader = ctypes.CDLL(str((await libmod_go(await discover_cc())).library))
    error = ctypes.create_string_buffer(4096)
    source = functions(*ABI_SYMBOLS) + '#include <stdio.h>\nvoid f(void) { puts(""); }'
    path = compile_c(source, f"-Wl,--hash-style={style}")
    data = path.read_bytes()
    chance = random.Random(3)
    verdicts = set()
    for _ in range(700):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(chance.choice([64, 0x400, 0x1000, len(data)]))
            layout, bits = chance.choice([("<B", 8), ("<H", 16), ("<I", 32), ("<Q", 64)])
            number = chance.choice([0, 1, 2**bits - 1, 2 ** (bits - 1), chance.getrandbits(bits), len(data)])
            number %= 2**bits
            if at + bits // 8 <= len(data):
                struct.pack_into(layout, damaged, at, number)
        path.write_bytes(damaged)
        found = inspect(path)
        assert found.is_module == (found.problems == ())
        if found.is_module:
            assert loader.mod_go_check(bytes(path), error) == 0, error.raw[4:].partition(b"\0")[0]
        verdicts.add(found.verdict)
    assert verdicts == {"module", "not-a-module"}


def test_endless_tables_are_abandoned(compile_c: Compile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every count in the hash table has the largest value: no look-up goes through all entries."""
    path = compile_c(functions(*ABI_SYMBOLS), "-Wl,--hash-style=sysv")
    data = bytearray(path.read_bytes() + bytes(8 << 20))
    shown = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True).stdout
    offset = next(
        int(line.split("HASH")[1].split()[1], 16) for line in shown.splitlines() if " .hash " in line
    )
    buckets, count = struct.unpack_from("<II", data, offset)
    struct.pack_into("<II", data, offset, 1, 2**32 - 1)
    for index in range(buckets + count):  # each symbol is followed by itself
        struct.pack_into("<I", data, offset + 8 + 4 * index, 1)
    path.write_bytes(data)
    read = Elf._words
    steps = 0

    def counted(elf: Elf, *place: int) -> tuple[int, ...]:
        nonlocal steps
        steps += 1
        return read(elf, *place)

    monkeypatch.setattr(Elf, "_words", counted)
    assert inspect(path).verdict == "not-a-module"
    assert steps < len(ABI_SYMBOLS) * 3000


def test_the_newest_glibc_is_by_number() -> None:
    versions = {"libc.so.6": ("GLIBC_2.9", "GLIBC_2.17", "GLIBC_PRIVATE"), "libm.so.6": ("GLIBC_2.3.4",)}
    assert newest_glibc(versions) == "2.17"
    assert newest_glibc({"libx.so": ("X_9",)}) is None
