"""Reads a module's file without running it, and decides whether it is a UDF module."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Literal

import msgspec

from modgo_lsp.build.elf import DamagedError, Elf, NotSharedObjectError
from modgo_lsp.build.go_info import GoInfo, go_info
from modgo_lsp.build.wants import read_wants

# The symbols that a module exports (docs/abi.md).
ABI_SYMBOLS = tuple(
    f"aerospike_udf_go_{name}"
    for name in (
        *("get_api_version_major", "get_api_version_minor", "get_property"),
        *("setup", "apply_single", "apply_stream"),
    )
)
LARGEST = 256 << 20  # bytes; a module with net/http has 10 MB

# ELF's machines: common name and GOARCH.
_MACHINES = {
    "EM_X86_64": ("x86-64", "amd64"),
    "EM_AARCH64": ("arm64", "arm64"),
    "EM_386": ("x86", "386"),
    "EM_ARM": ("arm", "arm"),
    "EM_RISCV": ("riscv", "riscv64"),
    "EM_S390": ("s390x", "s390x"),
    "EM_PPC64": ("ppc64", "ppc64le"),
    "EM_LOONGARCH": ("loongarch", "loong64"),
}
_BUILD = "build the package with `modgo build`"

Verdict = Literal["module", "not-a-module"]


class ElfFacts(msgspec.Struct, frozen=True, rename={"bits": "class"}):
    """`bits` is 32 or 64, `machine` is like "x86-64", `target` is GOOS/GOARCH ("linux/amd64") or "" if Go has
    no such target. `versions` are the symbol versions needed from each library. `stripped` is true without a
    symbol table for debuggers."""

    bits: int
    order: Literal["little-endian", "big-endian"]
    machine: str
    target: str
    soname: str | None
    versions: dict[str, tuple[str, ...]]
    stripped: bool


class Inspection(msgspec.Struct, frozen=True):
    """The JSON of `modgo inspect`. `bytes` is the file's size. `elf` is None if the file is no intact shared
    object, `go` if it has no Go build information, `glibc` ("2.17") if it needs no version of glibc.
    `exports` maps each ABI symbol to whether it is exported. `problems` is empty exactly if the verdict is
    "module". `wants` are the grants that it wants: "network", "read PATH"."""

    path: str
    bytes: int
    elf: ElfFacts | None
    exports: dict[str, bool]
    needed: tuple[str, ...]
    glibc: str | None
    go: GoInfo | None
    verdict: Verdict
    problems: tuple[str, ...]
    wants: tuple[str, ...] = ()

    @property
    def is_module(self) -> bool:
        return self.verdict == "module"


def inspect(path: Path) -> Inspection:
    """Inspects the file at `path`; runs nothing and reads no other file. Any content gets a verdict, in
    bounded time. Raises OSError if the file can't be read."""
    size, data = _read(path)
    if isinstance(data, str):
        return _refused(path, size, data)
    try:
        elf = Elf(data)
        facts = _facts(elf)
        exports = {name: elf.exports(name) for name in ABI_SYMBOLS}
        needed = elf.needed
        info = go_info(elf.section(".go.buildinfo") or elf.writable())
    except NotSharedObjectError as error:
        return _refused(path, size, f"{error}; {_BUILD}")
    except DamagedError as error:
        return _refused(path, size, f"{error}: its build or copy was cut short or damaged; build it again")
    problems = _problems(facts, exports, info)
    return Inspection(
        path=str(path),
        bytes=size,
        elf=facts,
        exports=exports,
        needed=needed,
        glibc=newest_glibc(facts.versions),
        go=info,
        verdict="not-a-module" if problems else "module",
        problems=problems,
        wants=read_wants(data),
    )


def newest_glibc(versions: dict[str, tuple[str, ...]]) -> str | None:
    """The oldest glibc that has these symbol versions, like "2.17"."""
    numbers = [
        tuple(map(int, match[1].split(".")))
        for names in versions.values()
        for name in names
        if (match := re.fullmatch(r"GLIBC_(\d{1,4}(?:\.\d{1,4}){1,2})", name))
    ]
    return ".".join(map(str, max(numbers))) if numbers else None


def _read(path: Path) -> tuple[int, bytes | str]:
    """The file's size and content, or the problem as a string instead of the content."""
    # Opening a pipe would block. fstat checks the opened file: the name may mean another file by now.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            return 0, f"it is {kind}; name the .so that `modgo build` wrote"
        if status.st_size > LARGEST:
            return status.st_size, f"it is larger than {LARGEST >> 20} MiB, the limit for a module; {_BUILD}"
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(LARGEST)
    finally:
        os.close(descriptor)
    return len(data), data or f"it is empty; {_BUILD}"


def _facts(elf: Elf) -> ElfFacts:
    name, arch = _MACHINES.get(elf.machine, (elf.machine.removeprefix("EM_").lower(), ""))
    return ElfFacts(
        bits=elf.bits,
        order="little-endian" if elf.little_endian else "big-endian",
        machine=name,
        target=f"linux/{arch}" if arch else "",
        soname=elf.soname,
        versions=elf.versions(),
        stripped=elf.is_stripped,
    )


def _problems(facts: ElfFacts, exports: dict[str, bool], info: GoInfo | None) -> tuple[str, ...]:
    if not facts.target:
        return (f"it is for {facts.machine}, on which no module runs; {_BUILD}",)
    missing = [name for name, there in exports.items() if not there]
    if not missing:
        return ()
    if len(missing) < len(exports):
        return (f"it does not export {', '.join(missing)}, which the ABI requires; {_BUILD}",)
    mode = "" if info is None else info.settings.get("-buildmode", "")
    by = f", though Go built it ({mode or 'without -buildmode=c-shared'})" if info is not None else ""
    return (f"it exports no function of the ABI{by}: it is a library, but not a UDF module; {_BUILD}",)


def _refused(path: Path, size: int, problem: str) -> Inspection:
    return Inspection(
        path=str(path),
        bytes=size,
        elf=None,
        exports=dict.fromkeys(ABI_SYMBOLS, False),
        needed=(),
        glibc=None,
        go=None,
        verdict="not-a-module",
        problems=(problem,),
    )
