"""`modgo inspect`: describes a module file without running it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from modgo_lsp.build.go_info import GoInfo
from modgo_lsp.build.module_inspection import ElfFacts, Inspection, inspect
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, json_option
from modgo_lsp.cli.local_module import write_json
from modgo_lsp.cli.terminal import painted, say
from modgo_lsp.report import terminal_escapes as escape

# The build settings of Go that are shown; the JSON has all of them.
_TELLING = ("-buildmode", "-tags", "-trimpath", "-race", "GOOS", "GOARCH", "GOAMD64", "GOARM64")


@click.command(
    cls=Command,
    epilog="Exits with 0 for a file that can be a UDF module, 1 for any other, 2 if it cannot be read.",
)
@click.argument("file", metavar="FILE.so", type=click.Path(path_type=Path))
@json_option
def command(file: Path, as_json: bool) -> None:
    """Describe a file without running it: its platform, the libraries and the glibc that it needs, the
    functions of the ABI that it exports, and how Go built it. Safe for files of any origin.

    \b
    Examples:
      modgo inspect counters.so
      modgo inspect counters.so --json | jq .glibc
    """
    try:
        found = inspect(file)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CliError(f"{file} cannot be read ({reason})", "name a module (.so)") from None
    if as_json:
        write_json(found)
    else:
        _show(found)
    sys.exit(0 if found.is_module else 1)


def _show(found: Inspection) -> None:
    verdict = (
        painted("can be a UDF module", "green") if found.is_module else painted("not a UDF module", "red")
    )
    title = painted(escape.on_a_line(found.path), bold=True)
    say(f"{title}: {verdict}, {_size(found.bytes)}")
    for problem in found.problems:
        say(f"  {'problem':<9}{escape.on_a_line(problem)}")
    lines = [] if found.elf is None else [*_elf_lines(found, found.elf), *_go_lines(found.go)]
    lines += _grant_lines(found)
    for name, text in lines:
        say(f"  {painted(f'{name:<9}', dim=True)}{escape.on_a_line(text)}")


def _grant_lines(found: Inspection) -> list[tuple[str, str]]:
    """What it wants, and what grants that."""
    if not found.wants:
        return []
    name = Path(found.path).name.partition(".")[0]
    options = [
        f"--allow-{each}" if " " not in each else f"--allow-{each.partition(' ')[0]} {shlex.quote(each[5:])}"
        for each in found.wants
    ]
    settings = " and ".join(dict.fromkeys(f"modgo.allow.{each.split()[0]}" for each in found.wants))
    allow = shlex.quote(f"{name}={','.join(each.replace(' ', ':', 1) for each in found.wants)}")
    return [
        ("wants", ", ".join(found.wants)),
        ("granted", f"by {' '.join(options)}"),
        ("", f"in editors by {settings}"),
        ("", f"on a server by MODGO_ALLOW={allow}"),
    ]


def _elf_lines(found: Inspection, elf: ElfFacts) -> list[tuple[str, str]]:
    runs = f" ({elf.target})" if elf.target else ""
    count, there = len(found.exports), sum(found.exports.values())
    return [
        ("machine", f"{elf.machine}{runs}, {elf.bits} bits, {elf.order}"),
        ("needs", ", ".join(found.needed) or "no library"),
        ("glibc", f"{found.glibc} or newer" if found.glibc else "no version of it"),
        ("exports", f"{'all' if there == count else f'{there} of the'} {count} functions of the ABI"),
        ("symbols", "stripped" if elf.stripped else "with symbols for debuggers"),
    ]


def _go_lines(info: GoInfo | None) -> list[tuple[str, str]]:
    if info is None:
        return [("go", "no build information of Go")]
    main = f", module {info.main.path} {info.main.version}".rstrip() if info.main is not None else ""
    settings = " ".join(f"{name}={info.settings[name]}" for name in _TELLING if name in info.settings)
    lines = [("go", f"{info.version}{main}")]
    lines += [("built", settings)] if settings else []
    lines += [
        ("with", f"{module.path} {module.version}{_replaced(module.replaced_by)}") for module in info.deps
    ]
    return lines


def _replaced(by: str) -> str:
    return f" => {by}" if by else ""


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size:,} bytes"
