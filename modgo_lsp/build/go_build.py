"""Runs `go build -buildmode=c-shared` and moves its output into place, all or nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from modgo_lsp.build.cache import scratch_directory
from modgo_lsp.build.main_package import MAIN_FOLDER
from modgo_lsp.build.module_file import write_module
from modgo_lsp.build.module_inspection import inspect
from modgo_lsp.build.process import run
from modgo_lsp.build.sdk import index_environment
from modgo_lsp.build.target_platform import Target, is_newer
from modgo_lsp.build.toolchain import Toolchain, ToolchainError

Progress = Callable[[str], None]

_PACKAGE_LINE = re.compile(r"^[\w.~-]+(/[\w.~-]+)*$")


class Compilation(msgspec.Struct, frozen=True):
    """`folder` is where go runs, `main` the main package's folder below it, `overlay` the overlay's JSON.
    `objects` are files for the linker beside what Go compiles. `target` is None for this machine. With
    `force` the module replaces any file."""

    folder: Path
    main: str
    overlay: Path
    output: Path
    release: bool
    objects: tuple[Path, ...] = ()
    target: Target | None = None
    force: bool = False


class CompileFailedError(Exception):
    """`stderr` is what go said."""

    def __init__(self, stderr: str) -> None:
        super().__init__(stderr)
        self.stderr = stderr


async def compile_module(toolchain: Toolchain, what: Compilation, progress: Progress) -> None:
    """Builds and publishes. Cancelling it kills go and all it started. Raises CompileFailedError,
    ToolchainError where the outcome is not for the target, OSError."""
    with scratch_directory() as scratch:
        made = scratch / "module.so"
        work = scratch / "work"
        work.mkdir()

        def line_said(line: str) -> None:
            if _PACKAGE_LINE.match(line):
                progress("linking" if MAIN_FOLDER in line else f"compiling {line}")

        done = await run(
            [toolchain.go.path, "build", *_flags(what, made), f"./{what.main}"],
            cwd=what.folder,
            # A go that is killed leaves its work folder behind: here it goes with ours.
            # C compilers speak the user's language, and their errors are read here.
            env={
                **toolchain.environment(),
                **index_environment(toolchain.go),
                "GOTMPDIR": str(work),
                "TMPDIR": str(work),  # of the C compiler and the linker
                "PWD": str(what.folder),
                "LC_ALL": "C",
            },
            on_line=line_said,
        )
        if done.code != 0:
            said = [line for line in done.stderr.splitlines() if not _PACKAGE_LINE.match(line)]
            raise CompileFailedError("\n".join(said) or done.stdout or done.stderr)
        if what.target is not None:
            await asyncio.to_thread(_check_target, made, what.target)
        await asyncio.to_thread(_publish, made, what)


def _publish(made: Path, what: Compilation) -> None:
    write_module(what.output, made.read_bytes(), what.force)


def _check_target(made: Path, target: Target) -> None:
    """Raises ToolchainError where the module would not run on the target: C that is linked in may ask for
    more."""
    found = inspect(made)
    if found.elf is None or found.elf.target != f"linux/{target.arch}":
        machine = found.problems[0] if found.elf is None else f"it is for {found.elf.machine}"
        raise ToolchainError(f"what was built is no module for {target} ({machine})", "run `modgo doctor`")
    if found.glibc is not None and is_newer(found.glibc, target.glibc):
        raise ToolchainError(
            f"the module needs glibc {found.glibc}, and it is to run with {target.glibc}",
            f"build for linux/{target.arch}-glibc{found.glibc}, or leave out the C code that needs it",
        )


def _flags(what: Compilation, made: Path) -> list[str]:
    flags = ["-buildmode=c-shared", "-buildvcs=false", "-v", f"-overlay={what.overlay}", "-o", str(made)]
    # Go knows quotes around a whole word, no escapes; and there are two readers of lists here.
    given = [f"'{path}'" if " " in str(path) else str(path) for path in what.objects]
    linker = []
    if what.release:
        linker += ["-s", "-w", "-buildid="]
        given.insert(0, "-s")  # once more, for zig forgets it at the -g that cgo's flags bring
    if given:
        text = " ".join(given)
        linker += ["-extldflags", f'"{text}"' if " " in text else text]
    if what.release:
        flags.append("-trimpath")
    if linker:
        flags.append(f"-ldflags={' '.join(linker)}")
    return flags
