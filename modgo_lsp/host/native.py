"""libmod_go, its worker program, and the program that measures calls, compiled for this machine into the
cache when needed."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from modgo_lsp.build.cache import cache_directory, move_once, scratch_directory
from modgo_lsp.build.ownership import foreign_hand
from modgo_lsp.build.process import TooSlowError, run
from modgo_lsp.build.processors import processors
from modgo_lsp.build.toolchain import CCompiler, ToolchainError
from modgo_lsp.extras import install_command
from modgo_lsp.resources import resource

# The flags of libmod_go's Makefile that affect the result.
_FLAGS = ("-std=c11", "-O2", "-fPIC", "-fvisibility=hidden", "-D_GNU_SOURCE", "-w")
_LIBRARIES = ("-ldl", "-lpthread")
_LIBRARY_SOURCES = ("src/common", "src/value", "src/elf", "src/loader", "src/fenced")
_WORKER_SOURCES = (*_LIBRARY_SOURCES, "src/worker", "src/check")
_BENCH_SOURCES = (*_LIBRARY_SOURCES, "src/bench")
_COMPILE_SECONDS = 180.0
_MOST_COMPILERS = 8  # at a time, of some 50 MB each


class Native(msgspec.Struct, frozen=True):
    """The two files of one build. They only work together."""

    library: Path
    worker: Path


async def libmod_go(cc: CCompiler) -> Native:
    """Compiles libmod_go, once for these sources and this compiler. Cancelling stops the compiler and leaves
    no files. Raises ToolchainError."""
    directory = await _compiled(cc, _WORKER_SOURCES, ("libmod_go.so", "mod-go-worker"), _compile_both)
    return Native(directory / "libmod_go.so", directory / "mod-go-worker")


async def bench_program(cc: CCompiler) -> Path:
    """Compiles mod-go-bench, as `libmod_go` does the other two; most users never need it. Raises
    ToolchainError."""
    return await _compiled(cc, _BENCH_SOURCES, ("mod-go-bench",), _compile_bench) / "mod-go-bench"


async def _compiled(
    cc: CCompiler,
    parts: Sequence[str],
    names: Sequence[str],
    compile_all: Callable[[CCompiler, Path, Path], Awaitable[None]],
) -> Path:
    """The folder in the cache with the files `names`, which `compile_all` makes from the sources in `parts`
    if they are not there. Raises ToolchainError."""
    try:
        folder = resource("libmod_go")
        digest = await asyncio.to_thread(_digest, folder, parts, cc)
    except OSError as error:
        raise ToolchainError(
            f"libmod_go's sources cannot be read ({error})", "install modgo-lsp again"
        ) from error
    directory = cache_directory() / "libmod_go" / digest
    if all((directory / name).is_file() for name in names):
        for name in names:
            _check_own(directory / name)
        return directory
    try:
        with scratch_directory() as scratch:
            made = scratch / "made"
            made.mkdir()
            (scratch / "objects").mkdir()
            await compile_all(cc, folder, made)
            move_once(made, directory)
    except OSError as error:
        raise ToolchainError(
            f"modgo's cache cannot be written ({error.strerror or error})",
            f"make {cache_directory()} writable, or set XDG_CACHE_HOME",
        ) from error
    return directory


def _check_own(path: Path) -> None:
    """Raises ToolchainError if another user could have written the file."""
    if (reason := foreign_hand(str(path))) is not None:
        raise ToolchainError(
            f"{path} is not loaded: {reason}", f"remove {path.parent}; modgo compiles it again"
        )


def _sources(folder: Path, parts: Sequence[str]) -> list[Path]:
    found = [path for part in parts for path in sorted((folder / part).glob("*.c"))]
    if not found:
        raise FileNotFoundError(f"there are no C files in {folder / 'src'}")
    return found


def _digest(folder: Path, parts: Sequence[str], cc: CCompiler) -> str:
    """The digest of everything that the files made from `parts` depend on."""
    headers = [path for part in ("include", *parts) for path in sorted((folder / part).glob("*.h"))]
    digest = hashlib.sha256(repr((cc.command, cc.version, _FLAGS, _LIBRARIES)).encode())
    for path in (*_sources(folder, parts), *headers):
        name = path.relative_to(folder).as_posix()
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:24]


async def _compile_both(cc: CCompiler, folder: Path, made: Path) -> None:
    """Links both files from the same objects, because the worker has all sources of the library."""
    objects = await _compile(cc, folder, _sources(folder, _WORKER_SOURCES), made.with_name("objects"))
    parts = {folder / part for part in _LIBRARY_SOURCES}
    library = [made_from for source, made_from in objects.items() if source.parent in parts]
    await _together(
        (
            _link(cc, ["-shared", *library], made / "libmod_go.so"),
            _link(cc, list(objects.values()), made / "mod-go-worker"),
        )
    )


async def _compile_bench(cc: CCompiler, folder: Path, made: Path) -> None:
    objects = await _compile(cc, folder, _sources(folder, _BENCH_SOURCES), made.with_name("objects"))
    await _link(cc, list(objects.values()), made / "mod-go-bench")


async def _together(commands: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Runs all commands. If one fails, the others are stopped."""
    work = [asyncio.ensure_future(each) for each in commands]
    try:
        await asyncio.gather(*work)
    finally:
        for one in work:
            one.cancel()
        await asyncio.gather(*work, return_exceptions=True)


async def _compile(cc: CCompiler, folder: Path, sources: Sequence[Path], objects: Path) -> dict[Path, str]:
    """The object file of each source. On all processors, each source by a command of its own: zig links the
    objects of several sources."""
    made = {source: str(objects / f"{source.parent.name}-{source.stem}.o") for source in sources}
    include = ["-I", str(folder / "include"), "-I", str(folder / "src")]
    slots = asyncio.Semaphore(min(_MOST_COMPILERS, processors()))

    async def compile_one(source: Path) -> None:
        async with slots:
            await _run(cc, [*_FLAGS, *include, "-c", str(source), "-o", made[source]], objects)

    await _together(compile_one(source) for source in sources)
    return made


async def _link(cc: CCompiler, words: Sequence[str], output: Path) -> None:
    await _run(cc, ["-o", str(output), *words, *_LIBRARIES], output.parent)


async def _run(cc: CCompiler, words: Sequence[str], folder: Path) -> None:
    try:
        environment = {**os.environ, "LC_ALL": "C"}  # its errors are read below
        done = await run([*cc.command, *words], cwd=folder, env=environment, timeout=_COMPILE_SECONDS)
    except TooSlowError as error:
        raise ToolchainError(f"libmod_go could not be compiled: {error}", "run `modgo doctor`") from error
    if done.code != 0:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()
        first = lines[0] if lines else f"exit status {done.code}"
        raise ToolchainError(
            f"libmod_go could not be compiled with {cc.path} ({first})",
            "install a C compiler with the C library's headers (Debian: build-essential), or "
            f"{install_command('zig')} and unset CC",
        )
