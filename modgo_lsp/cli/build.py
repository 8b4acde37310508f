"""`modgo build`: builds packages into a module."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from modgo_lsp.build.build import BuildRequest, BuildResult, build_module
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
from modgo_lsp.cli.terminal import is_coloured, say
from modgo_lsp.report.build_json import build_json
from modgo_lsp.report.terminal_escapes import styled


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
      modgo build ./counters --release --json
      modgo build ./counters --target linux/arm64-glibc2.17
    """
    folders = tuple(Path(package) for package in packages or (".",))
    settings_for(folders[0], go, cc)  # warns of problems in the configuration
    tools = tools_for(folders[0], go, cc)
    request = BuildRequest(
        packages=folders,
        output=_output(folders, output),
        dispatch=dispatch,
        release=release,
        target=target,
        go=tools.go,
        cc=tools.cc,
        keep_generated=Path(keep_generated) if keep_generated is not None else None,
        force=force,
    )
    with progress(quiet=as_json) as report:
        result = complete(build_module(request, report))
    if as_json:
        write_json(build_json(result, str(Path.cwd())))
    else:
        _show(result)
    sys.exit(exit_code_of(result))


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
    path = os.path.relpath(result.output)
    done = styled(path, bold=True) if is_coloured(sys.stdout) else path
    count = f"{len(names)} function{'' if len(names) == 1 else 's'}"
    say(f"{done}: {size}, {count} ({', '.join(names)}), {result.elapsed_ms / 1000:.1f} s")
