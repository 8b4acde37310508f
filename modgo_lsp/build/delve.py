"""Finds the debugger Delve, or installs it into modgo's cache by `go install`, if the user asks for that.

No configuration file can name it: it is looked up where the user's own programs are.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from modgo_lsp.build.cache import cache_directory, move_once, scratch_directory
from modgo_lsp.build.isolation import NEUTRAL_FOLDER, find_program
from modgo_lsp.build.process import TooSlowError, run
from modgo_lsp.build.toolchain import Go, ToolchainError

MODULE = "github.com/go-delve/delve/cmd/dlv"
VERSION = "1.27.2"
# The first one that listens on a Unix socket in every command.
_MINIMUM = (1, 22)
_VERSION = re.compile(r"^Version: (\d+)\.(\d+)\.(\d+)", re.MULTILINE)
_PROBE_SECONDS = 30.0
_NAME = "dlv.exe" if sys.platform == "win32" else "dlv"

REMEDY = "run `modgo debug --install-delve`, which puts it into modgo's cache, or install it yourself"


class Delve(msgspec.Struct, frozen=True):
    """`version` is like "1.27.2"."""

    path: str
    version: str
    origin: Literal["PATH", "GOBIN", "cache"]


async def find_delve() -> Delve:
    """The first Delve that is new enough: on PATH, where `go install` puts programs, or in modgo's cache.
    Raises ToolchainError."""
    too_old: Delve | None = None
    for path, origin in _places():
        version = await _version(path)
        if version is None:
            continue
        found = Delve(path, ".".join(map(str, version)), origin)
        if version[:2] >= _MINIMUM:
            return found
        too_old = too_old or found
    if too_old is not None:
        least = ".".join(map(str, _MINIMUM))
        message = f"{too_old.path} is Delve {too_old.version}, and modgo needs {least} or newer"
        raise ToolchainError(message, REMEDY)
    message = "the debugger Delve (dlv) was not found on PATH, in Go's bin folder or in modgo's cache"
    raise ToolchainError(message, REMEDY)


async def install_delve(go: Go, progress: Callable[[str], None]) -> Delve:
    """Builds Delve in modgo's cache, from the module proxy that Go uses. Raises ToolchainError."""
    target = _installed()
    if not await asyncio.to_thread(target.is_file):
        progress(f"installing Delve {VERSION}")
        with scratch_directory() as scratch:
            made = scratch / "bin"
            work = scratch / "work"
            work.mkdir()
            done = await run(
                [go.path, "install", "-v", f"{MODULE}@v{VERSION}"],
                cwd=Path(NEUTRAL_FOLDER),
                env=_environment(go, made, work),
                on_line=lambda line: progress(f"installing Delve {VERSION}: {line}"),
            )
            if done.code != 0:
                reason = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.code}"]
                raise ToolchainError(
                    f"Delve could not be installed ({reason[0]})", "check the network and GOPROXY"
                )
            await asyncio.to_thread(move_once, made, target.parent)
    version = await _version(str(target))
    if version is None:
        raise ToolchainError(f"{target} does not run", "remove its folder, and install it again")
    return Delve(str(target), ".".join(map(str, version)), "cache")


def _places() -> Iterator[tuple[str, Literal["PATH", "GOBIN", "cache"]]]:
    if on_path := find_program("dlv"):
        yield on_path, "PATH"
    paths = os.environ.get("GOPATH") or os.path.expanduser("~/go")  # noqa: PTH111 (the home may be unknown)
    folders = [Path(os.environ.get("GOBIN", "")), *(Path(path, "bin") for path in paths.split(os.pathsep))]
    for folder in folders:
        if folder.is_absolute() and (found := find_program(str(folder / _NAME))):
            yield found, "GOBIN"
    if found := find_program(str(_installed())):
        yield found, "cache"


def _installed() -> Path:
    return cache_directory() / "delve" / VERSION / _NAME


async def _version(path: str) -> tuple[int, int, int] | None:
    """None if the program does not run, or is something else."""
    try:
        done = await run([path, "version"], cwd=Path(NEUTRAL_FOLDER), timeout=_PROBE_SECONDS)
    except (OSError, TooSlowError):
        return None
    match = _VERSION.search(done.stdout)
    return (int(match[1]), int(match[2]), int(match[3])) if match is not None and done.code == 0 else None


def _environment(go: Go, made: Path, work: Path) -> dict[str, str]:
    """Without the user's flags and target, which are for the packages that he builds."""
    given = {name: value for name, value in go.environment().items() if name not in ("GOOS", "GOARCH")}
    return {
        **given,
        "GOFLAGS": "",
        "GOWORK": "off",
        "GOBIN": str(made),
        "GOTMPDIR": str(work),
        "CGO_ENABLED": "0",
    }
