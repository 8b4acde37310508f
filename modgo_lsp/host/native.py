"""libmod_go as a shared library of this machine: compiled from its sources into the cache when needed.

Not for: calling it (loader.py, in the child process only).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

from modgo_lsp.build.cache import cache_directory, move_once, scratch_directory
from modgo_lsp.build.process import TooSlowError, run
from modgo_lsp.build.toolchain import CCompiler, ToolchainError
from modgo_lsp.resources import resource

# What the room's own Makefile compiles with, as far as it matters for the result.
_FLAGS = ("-std=c11", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-D_GNU_SOURCE", "-w")
_LIBRARIES = ("-ldl", "-lpthread")
_COMPILE_SECONDS = 180.0


async def libmod_go(cc: CCompiler) -> Path:
    """The library's path. It is compiled once for these sources and this compiler; cancelling stops the
    compiler and leaves nothing. Raises ToolchainError."""
    try:
        folder = resource("libmod_go")
        sources, digest = await asyncio.to_thread(_sources, folder, cc)
    except OSError as error:
        raise ToolchainError(
            f"libmod_go's sources cannot be read ({error})", "install modgo-lsp again"
        ) from error
    directory = cache_directory() / "libmod_go" / digest
    library = directory / "libmod_go.so"
    if library.is_file():
        return library
    try:
        with scratch_directory() as scratch:
            made = scratch / "made"
            made.mkdir()
            await _compile(cc, folder, sources, made / library.name)
            move_once(made, directory)
    except OSError as error:
        raise ToolchainError(
            f"modgo's cache cannot be written ({error.strerror or error})",
            f"make {cache_directory()} writable, or set XDG_CACHE_HOME",
        ) from error
    return library


def _sources(folder: Path, cc: CCompiler) -> tuple[list[Path], str]:
    """The C files, and a digest of everything that the library depends on."""
    sources = sorted((folder / "src").glob("*.c"))
    if not sources:
        raise FileNotFoundError(f"there are no C files in {folder / 'src'}")
    headers = [*sorted((folder / "src").glob("*.h")), *sorted((folder / "include").glob("*.h"))]
    digest = hashlib.sha256(repr((cc.command, cc.version, _FLAGS, _LIBRARIES)).encode())
    for path in (*sources, *headers):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return sources, digest.hexdigest()[:24]


async def _compile(cc: CCompiler, folder: Path, sources: list[Path], output: Path) -> None:
    command = [*cc.command, *_FLAGS, "-I", str(folder / "include"), "-I", str(folder / "src")]
    command += ["-o", str(output), *(str(source) for source in sources), *_LIBRARIES]
    try:
        environment = {**os.environ, "LC_ALL": "C"}  # its errors are read below
        done = await run(command, cwd=output.parent, env=environment, timeout=_COMPILE_SECONDS)
    except TooSlowError as error:
        raise ToolchainError(f"libmod_go could not be compiled: {error}", "run `modgo doctor`") from error
    if done.code != 0:
        said = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()
        first = said[0] if said else f"exit status {done.code}"
        raise ToolchainError(
            f"libmod_go could not be compiled with {cc.path} ({first})",
            "install a C compiler with the C library's headers (Debian: build-essential), or "
            "pip install 'modgo-lsp[toolchain]' and name no other in CC",
        )
