"""`modgo build`: builds packages into a module."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

import click

from modgo_lsp.build.build import BuildRequest, BuildResult, build_module
from modgo_lsp.cli.build_targets import is_pattern, module_targets
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, json_option
from modgo_lsp.cli.completion import files, folders
from modgo_lsp.cli.local_module import (
    complete,
    exit_code_of,
    settings_for,
    show_findings,
    tools_for,
    write_json,
)
from modgo_lsp.cli.progress import progress
from modgo_lsp.cli.terminal import painted, say
from modgo_lsp.plural import counted
from modgo_lsp.report.build_json import build_json


@click.command(
    cls=Command,
    epilog="Exits with 0 if the module was built, 1 for errors in the code, 2 for wrong usage or set-up.",
)
@click.argument("packages", nargs=-1, metavar="[PKG]...", shell_complete=folders)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=files,
    help="The module to write (default: NAME.so here).",
)
@click.option(
    "--dispatch",
    type=click.Choice(["registry", "exported", "reflect"]),
    default="registry",
    show_default=True,
    help="How calls find their function.",
)
@click.option(
    "--target",
    metavar="OS/ARCH[-glibcN]",
    help="The platform to build for, and its glibc (default: this one); needs zig.",
)
@click.option("--release", is_flag=True, help="Strip the module, and build it reproducibly.")
@click.option(
    "--keep-generated", metavar="DIR", shell_complete=folders, help="Write the generated Go files to DIR."
)
@click.option("--force", is_flag=True, help="Replace the output file even if it is not a shared object.")
@click.option("--go", metavar="GO", help="The go command (default: the configured or the found one).")
@click.option("--cc", metavar="CC", help="The C compiler (default: the configured or the found one).")
@json_option
def command(
    packages: tuple[str, ...],
    output: str | None,
    dispatch: str,
    target: str | None,
    release: bool,
    keep_generated: str | None,
    force: bool,
    go: str | None,
    cc: str | None,
    as_json: bool,
) -> None:
    """Build the package in a folder (default: this one) into a UDF module.

    Packages in which lint finds errors are not compiled. Compiler errors are shown with file and line. Only
    the module is written to your source tree.

    \b
    Examples:
      modgo build                            this folder's package, into FOLDER.so
      modgo build ./counters -o out/         out/counters.so
      modgo build ./a ./b -o all.so          two packages, one module
      modgo build ./... -o out/              a module for each package with UDFs below this folder
      modgo build ./counters --release --json
      modgo build ./counters --target linux/arm64-glibc2.17
    """
    options = _Options(dispatch, target, release, keep_generated, force, go, cc, as_json)
    if any(is_pattern(package) for package in packages):
        sys.exit(_build_each(module_targets(packages, output), options))
    folders = tuple(Path(package) for package in packages or (".",))
    result = _build(folders, _output(folders, output), options)
    if as_json:
        write_json(build_json(result, str(Path.cwd())))
    else:
        _show(result)
    sys.exit(exit_code_of(result))


class _Options(NamedTuple):
    """The options that hold for each module."""

    dispatch: str
    target: str | None
    release: bool
    keep_generated: str | None
    force: bool
    go: str | None
    cc: str | None
    as_json: bool


def _build(folders: tuple[Path, ...], output: Path | None, options: _Options) -> BuildResult:
    settings_for(folders[0], options.go, options.cc)  # warns of problems in the configuration
    tools = tools_for(folders[0], options.go, options.cc)
    request = BuildRequest(
        packages=folders,
        output=output,
        dispatch=options.dispatch,
        release=options.release,
        target=options.target,
        go=tools.go,
        cc=tools.cc,
        keep_generated=Path(options.keep_generated) if options.keep_generated is not None else None,
        force=options.force,
    )
    with progress(quiet=options.as_json) as report:
        return complete(build_module(request, report))


def _build_each(targets: list[tuple[Path, Path]], options: _Options) -> int:
    """Builds a module from each package, shows how many were built, and returns the exit code."""
    results: list[BuildResult] = []
    for package, output in targets:
        kept = options.keep_generated
        own = options._replace(keep_generated=None if kept is None else str(Path(kept, output.stem)))
        results.append(_build((package,), output, own))
        if not options.as_json:
            _show(results[-1])
    failed = [result for result in results if not result.ok]
    if options.as_json:
        modules = [build_json(result, str(Path.cwd())) for result in results]
        write_json({"ok": not failed, "modules": modules})
    else:
        names = f"; failed: {', '.join(result.module for result in failed)}" if failed else ""
        say(f"Built {len(results) - len(failed)} of {len(results)} modules{names}.")
    return max(exit_code_of(result) for result in results)


def _output(folders: tuple[Path, ...], output: str | None) -> Path | None:
    if output is None:
        # In the current folder, as `go build` does, not in the folder of the package.
        return Path() if len(folders) == 1 else None
    if not output:
        raise CliError("-o is empty", "name a file, or leave -o out")
    if output.endswith(os.sep) and len(folders) == 1:  # a folder that may not exist
        name = Path(os.path.abspath(folders[0])).name  # noqa: PTH100
        return Path(output, f"{name or 'module'}.so")
    return Path(output)


def _show(result: BuildResult) -> None:
    if result.findings:
        show_findings(result.findings)
    if not result.ok:
        say(f"\n{result.module} was not built.", err=True)
        return
    names = [str(function["name"]) for function in result.functions]
    size = f"{result.bytes / 1e6:.1f} MB"
    done = painted(os.path.relpath(result.output), bold=True)
    count = counted(len(names), "function")
    say(f"{done}: {size}, {count} ({', '.join(names)}), {result.elapsed_ms / 1000:.1f} s")
