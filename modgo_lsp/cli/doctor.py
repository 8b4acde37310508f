"""`modgo doctor`: checks what building and loading need, and reports how to get what is missing."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import click
import msgspec

from modgo_lsp.build.cache import cache_directory
from modgo_lsp.build.configured_programs import named_by_file
from modgo_lsp.build.delve import find_delve
from modgo_lsp.build.sdk import is_installed, sdk_directory, shipped_sdk
from modgo_lsp.build.toolchain import CCompiler, Go, ToolchainError, discover_cc, discover_go, find_zig
from modgo_lsp.build.warm_cache import warm_cache
from modgo_lsp.cli.bug_report import CheckRow, bug_report
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, json_option
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.local_module import complete, settings_for, write_json
from modgo_lsp.cli.progress import progress, waiting
from modgo_lsp.cli.terminal import painted, say
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.host.fence_check import FenceCheck, check_fence
from modgo_lsp.host.native import Native, libmod_go
from modgo_lsp.lint.config import Settings, configuration


class Check(msgspec.Struct, frozen=True):
    """The result of one check. `version`, `path` and `remedy` may be null."""

    name: str
    ok: bool
    version: str | None
    path: str | None
    message: str
    remedy: str | None = None


@click.command(
    cls=Command,
    epilog="Exits with 0 if everything that is needed was found, 2 if not.",
)
@click.option(
    "--go", metavar="GO", help="The go command to check (default: the configured or the found one)."
)
@click.option(
    "--cc", metavar="CC", help="The C compiler to check (default: the configured or the found one)."
)
@json_option
@click.option("--report", is_flag=True, help="Write a report for a bug report, as Markdown without secrets.")
@click.option("--warm", is_flag=True, help="Also compile what the first build, vet and test need.")
@click.option(
    "--target", metavar="OS/ARCH[-glibcN]", help="With --warm: for builds for this platform, by zig."
)
def command(
    go: str | None, cc: str | None, as_json: bool, report: bool, warm: bool, target: str | None
) -> None:
    """Check Go, the C compiler, the cache, libmod_go, its fence, the SDK and Delve, and show where each is.

    \b
    Examples:
      modgo doctor
      modgo doctor --json
      modgo doctor --verbose        also lists the attacks that were tried on the fence
      modgo doctor --report > report.md
      modgo doctor --warm           fill Go's build cache: in an image, or before a demonstration
      modgo doctor --warm --target linux/arm64
    """
    if target is not None and not warm:
        raise CliError("--target needs --warm", "leave it out")
    settings = settings_for(Path(), go, cc)
    with waiting("checking the tools and libmod_go, which is compiled once", as_json or report):
        checks, fence = complete(examine(settings.go, settings.cc))
        checks = _with_named(checks)
    if report:
        rows = (CheckRow(each.name, each.ok, each.version, each.path, each.message) for each in checks)
        say(bug_report(rows, Path()))
    elif as_json:
        attacks = fence.attacks if fence is not None else ()
        write_json({"checks": msgspec.to_builtins(checks), "attacks": msgspec.to_builtins(attacks)})
    else:
        for check in checks:
            say(_line(check))
            if check.name == "fence" and fence is not None:
                _say_attacks(fence, all_of_them=global_options().verbose)
    if warm and all(check.ok for check in checks):
        _warm(settings, target, quiet=as_json)
    sys.exit(0 if all(check.ok for check in checks) else 2)


def _warm(settings: Settings, target: str | None, quiet: bool) -> None:
    start = time.monotonic()
    with progress(quiet) as report:
        complete(warm_cache(settings.go, settings.cc, target, report))
    if not quiet:
        what = f"builds for {target}" if target is not None else "build, vet and test"
        say(f"Go's build cache has what {what} need ({time.monotonic() - start:.0f} s).")


def _with_named(checks: list[Check]) -> list[Check]:
    """The checks, with a note about tools that the configuration file names: only builds run those."""
    found = configuration(str(Path.cwd()), DiskFiles(), named=global_options().config)
    named = named_by_file(found)
    for index, check in enumerate(checks):
        key = {"go": "go", "c-compiler": "cc"}.get(check.name, "")
        if key in named:
            text = f"{check.message}; {named[key]} names {getattr(found.settings, key)}, which builds use"
            checks[index] = msgspec.structs.replace(check, message=text)
    return checks


async def examine(go: str | None, cc: str | None) -> tuple[list[Check], FenceCheck | None]:
    """All checks, each after those that it depends on; and the self-test of the fence, if it could run."""
    found_go, go_check = await _tool("go", lambda: discover_go(go))
    found_cc, cc_check = await _tool("c-compiler", lambda: discover_cc(cc))
    cache = _cache()
    native, loader = await _loader(found_cc)
    fence, attacks = await _fence(native)
    checks = [go_check, cc_check, cache, loader, fence, _sdk(found_go), _zig(), await _delve()]
    return checks, attacks


async def _tool(
    name: str, find: Callable[[], Awaitable[Go | CCompiler]]
) -> tuple[Go | CCompiler | None, Check]:
    try:
        tool = await find()
    except ToolchainError as error:
        return None, Check(name, False, None, None, error.message, error.remedy)
    origin = {
        "setting": "named by an option or a setting",
        "environment": "named by CC",
        "PATH": "found on PATH",
        "wheel": "from the wheel",
    }[tool.origin]
    version = tool.version
    if isinstance(tool, CCompiler) and (number := re.search(r"\d+\.\d+(\.\d+)?", version)):
        version = number[0]
    return tool, Check(name, True, version, tool.path, f"{tool.version}, {origin}")


def _cache() -> Check:
    directory = cache_directory()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        remedy = f"make {directory} writable, or set XDG_CACHE_HOME"
        return Check("cache", False, None, str(directory), f"cannot be written ({error.strerror})", remedy)
    return Check("cache", True, None, str(directory), "can be written")


async def _loader(cc: object) -> tuple[Native | None, Check]:
    name = "libmod_go"
    if sys.platform != "linux":
        remedy = "use a Linux machine"
        return None, Check(name, False, None, None, "modules can be loaded on Linux only", remedy)
    if not isinstance(cc, CCompiler):
        return None, Check(name, False, None, None, "needs a C compiler to be built", "see c-compiler")
    try:
        native = await libmod_go(cc)
    except ToolchainError as error:
        return None, Check(name, False, None, None, error.message, error.remedy)
    message = "built for this machine; speaks ABI 1.0"
    return native, Check(name, True, "1.0", str(native.library), message)


async def _fence(native: Native | None) -> tuple[Check, FenceCheck | None]:
    if native is None:
        return Check("fence", False, None, None, "is tested with libmod_go", "see libmod_go"), None
    worker = str(native.worker)
    try:
        done = await check_fence(native.worker)
    except ToolchainError as error:
        return Check("fence", False, None, worker, error.message, error.remedy), None
    message = "; ".join(filter(None, (done.summary, done.lacks)))
    remedy = None
    if done.failed():
        remedy = "load only modules that you trust on this machine, and report this as SECURITY.md says"
    return Check("fence", remedy is None, None, worker, message, remedy), done


def _sdk(go: object) -> Check:
    try:
        sdk = shipped_sdk()
    except ToolchainError as error:
        return Check("sdk", False, None, None, error.message, error.remedy)
    if not isinstance(go, Go):
        return Check("sdk", True, sdk.version, None, "shipped with modgo")
    if is_installed(go, sdk):
        return Check("sdk", True, sdk.version, str(sdk_directory(go, sdk)), "in the module cache")
    return Check(
        "sdk", True, sdk.version, None, "shipped with modgo; the first build puts it into the module cache"
    )


def _zig() -> Check:
    """Only builds with --target need it, so a missing zig is not an error."""
    try:
        zig, origin = find_zig()
    except ToolchainError as error:
        message = "not found; only builds with --target need it"
        return Check("zig", True, None, None, message, error.remedy)
    where = "from the wheel" if origin == "wheel" else "found on PATH"
    return Check("zig", True, None, str(zig), f"{where}, for builds with --target")


async def _delve() -> Check:
    """Only `modgo debug` needs it."""
    try:
        delve = await find_delve()
    except ToolchainError as error:
        message = error.message if "was not found" not in error.message else "not found"
        return Check("delve", True, None, None, f"{message}; only `modgo debug` needs it", error.remedy)
    where = {"PATH": "found on PATH", "GOBIN": "found in Go's bin folder", "cache": "from modgo's cache"}
    return Check("delve", True, delve.version, delve.path, f"{delve.version}, {where[delve.origin]}")


def _say_attacks(fence: FenceCheck, all_of_them: bool) -> None:
    for each in fence.attacks if all_of_them else fence.failed():
        say(f"    {each.verdict:<18}  {each.attack}{': ' if each.message else ''}{each.message}")


def _line(check: Check) -> str:
    mark = "error" if not check.ok else "optional" if check.remedy else "ok"
    mark = painted(mark, "green" if check.ok else "red", bold=not check.ok)
    path = f"  {_shown(check.path)}" if check.path is not None else ""
    help_line = f"\n    Help: {check.remedy}" if check.remedy else ""
    return f"{check.name + ':':<12} {mark}{path}\n    {check.message}{help_line}"


def _shown(path: str) -> str:
    home = os.path.expanduser("~")  # noqa: PTH111 (a home that is unknown stays as it is)
    return "~" + path[len(home) :] if path.startswith(home + os.sep) else path
