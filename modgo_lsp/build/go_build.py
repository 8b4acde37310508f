"""Runs `go build` for a module, or for a program to debug, and publishes its output atomically."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from modgo_lsp.build.cache import scratch_directory
from modgo_lsp.build.main_package import MAIN_FOLDER
from modgo_lsp.build.module_file import read_cached, write_module
from modgo_lsp.build.module_inspection import inspect
from modgo_lsp.build.process import run
from modgo_lsp.build.sdk import index_environment
from modgo_lsp.build.target_platform import Target, is_newer
from modgo_lsp.build.toolchain import Go, Toolchain, ToolchainError

Progress = Callable[[str], None]

_PACKAGE_LINE = re.compile(r"^[\w.~-]+(/[\w.~-]+)*$")


class Compilation(msgspec.Struct, frozen=True):
    """`name` is the module's. `folder` is go's working directory, `main` the main package's folder in it,
    `overlay` the overlay's JSON file. `objects` are linked in addition to the Go packages. `target` is None
    for this machine. With `force` the output may replace any file. The packages of `covered` count what is
    executed. With `debug` the output is a program that a debugger can follow line by line."""

    name: str
    folder: Path
    main: str
    overlay: Path
    output: Path
    release: bool
    objects: tuple[Path, ...]
    target: Target | None
    force: bool
    covered: tuple[str, ...]
    debug: bool


class CompileFailedError(Exception):
    """`stderr` is go's output."""

    def __init__(self, stderr: str) -> None:
        super().__init__(stderr)
        self.stderr = stderr


async def compile_module(toolchain: Toolchain, what: Compilation, progress: Progress) -> None:
    """Builds the module and writes it to its output. Reports no progress if a module in the cache is up to
    date. Cancelling kills go and its children. Raises CompileFailedError, OSError, and ToolchainError if the
    module does not fit the target."""
    with scratch_directory() as scratch:
        made = scratch / "module.so"
        work = scratch / "work"
        work.mkdir()
        # Go does not link again if the ID in its output is that of these sources: 0.3 s instead of 2.0.
        before = await asyncio.to_thread(read_cached, what.output)
        if before:
            await asyncio.to_thread(made.write_bytes, before)
        done = await run(
            [toolchain.go.path, "build", *_flags(what, made), f"./{what.main}"],
            cwd=what.folder,
            # A killed go leaves its work folder behind, so it is inside ours.
            # C compilers translate their errors, which compiler_errors.py parses in English.
            env={
                **toolchain.environment(),
                **index_environment(toolchain.go),
                "GOTMPDIR": str(work),
                "TMPDIR": str(work),  # of the C compiler and the linker
                "PWD": str(what.folder),
                "LC_ALL": "C",
            },
            on_line=_line_reader(toolchain.go, what.name, progress, begun=not before),
        )
        if done.code != 0:
            errors = [line for line in done.stderr.splitlines() if not _PACKAGE_LINE.match(line)]
            raise CompileFailedError("\n".join(errors) or done.stdout or done.stderr)
        if what.target is not None:
            await asyncio.to_thread(_check_target, made, what.target)
        content = await asyncio.to_thread(made.read_bytes)
        if content != before:
            await asyncio.to_thread(write_module, what.output, content, what.force)


def _line_reader(go: Go, name: str, progress: Progress, begun: bool) -> Callable[[str], None]:
    """Reports what go builds by the lines of its output: at once if the build has `begun`, else with the
    first package."""
    library = Path(go.variables["GOROOT"], "src")
    unreported = [f"building {name} with Go {go.version}"]

    def read(line: str) -> None:
        if _PACKAGE_LINE.match(line):
            report()
            progress("linking" if MAIN_FOLDER in line else f"compiling {_described(line, library)}")

    def report() -> None:
        while unreported:
            progress(unreported.pop())

    if begun:
        report()
    return read


def _described(package: str, library: Path) -> str:
    """A package, for the progress: the first build compiles about a hundred of Go's library."""
    return f"Go's library, once: {package}" if (library / package).is_dir() else package


def _check_target(made: Path, target: Target) -> None:
    """Raises ToolchainError if the module does not run on the target: its C code may need a newer glibc."""
    found = inspect(made)
    if found.elf is None or found.elf.target != f"linux/{target.arch}":
        machine = found.problems[0] if found.elf is None else f"it is for {found.elf.machine}"
        raise ToolchainError(f"the build made no module for {target} ({machine})", "run `modgo doctor`")
    if found.glibc is not None and is_newer(found.glibc, target.glibc):
        raise ToolchainError(
            f"the module needs glibc {found.glibc}, newer than the target's {target.glibc}",
            f"build for linux/{target.arch}-glibc{found.glibc}, or leave out the C code that needs it",
        )


def _flags(what: Compilation, made: Path) -> list[str]:
    flags = ["-buildvcs=false", "-v", f"-overlay={what.overlay}", "-o", str(made)]
    if what.debug:
        # All are given, because GOFLAGS may have others, which would hide paths, lines or variables. A vendor
        # folder has no package udfdebug: nothing in the module imports it.
        flags += ["-buildmode=exe", "-mod=readonly", "-trimpath=false", "-ldflags=", "-gcflags=all=-N -l"]
        return flags
    flags.insert(0, "-buildmode=c-shared")
    if what.covered:
        flags += ["-cover", "-covermode=atomic", f"-coverpkg={','.join(what.covered)}"]
    # Go's lists know quotes around a whole word but no escapes, and two such lists are nested here.
    given = [f"'{path}'" if " " in str(path) else str(path) for path in what.objects]
    linker = ["-checklinkname=0"] if what.covered else []
    if what.release:
        linker += ["-s", "-w", "-buildid="]
        given.insert(0, "-s")  # again: cgo's flags have -g, after which zig drops Go's -s
    if given:
        text = " ".join(given)
        linker += ["-extldflags", f'"{text}"' if " " in text else text]
    if what.release:
        flags.append("-trimpath")
    if linker:
        flags.append(f"-ldflags={' '.join(linker)}")
    return flags
