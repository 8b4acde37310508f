"""`modgo load`: loads a module and shows the functions that it registers."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from modgo_lsp.cli.command import Command, json_option, tool_options
from modgo_lsp.cli.completion import files
from modgo_lsp.cli.local_module import (
    BuildFailedError,
    complete,
    obtain,
    package_folders,
    settings_for,
    show_build_failure,
    show_findings,
    write_json,
)
from modgo_lsp.cli.options.grants import grant_options
from modgo_lsp.cli.options.memory import size_option
from modgo_lsp.cli.options.timeout import SECONDS
from modgo_lsp.cli.progress import waiting
from modgo_lsp.cli.terminal import painted, say
from modgo_lsp.host.fenced import Grants
from modgo_lsp.host.load import LOAD_SECONDS, load_module
from modgo_lsp.host.result import FunctionInfo, LoadResult, load_json
from modgo_lsp.lint.config import Settings
from modgo_lsp.report.build_json import findings_json


@click.command(
    cls=Command,
    epilog="Exits with 0 if the module was loaded and set up, 1 if not, 2 for a file that is not a module "
    "or a wrong set-up.",
)
@click.argument("module", metavar="FILE.so|PKG", default=".", shell_complete=files)
@click.option(
    "--timeout", type=SECONDS, default=LOAD_SECONDS, show_default=True,
    metavar="SECONDS", help="Time limit of loading.",
)  # fmt: skip
@click.option(
    "--memory", callback=size_option, metavar="SIZE", help="Memory limit, like 256MB (default: none)."
)
@grant_options
@tool_options
@json_option
def command(
    module: str,
    timeout: float,
    memory: int,
    grants: Grants,
    go: str | None,
    cc: str | None,
    as_json: bool,
) -> None:
    """Load a module in a worker process and show what it registers. A package is built first.

    \b
    Examples:
      modgo load ./counters        build the package, load the result
      modgo load counters.so --json
      modgo load geo.so --allow-network --allow-read /etc/geo
    """
    settings = settings_for(Path(module), go, cc)
    try:
        result, built = complete(_load(module, settings, timeout, memory, grants, as_json))
    except BuildFailedError as failed:
        sys.exit(show_build_failure(failed.result, as_json))
    if as_json:
        findings = {"findings": findings_json(result.findings, str(Path.cwd()))} if result.findings else {}
        write_json({**load_json(result), **findings})
    else:
        _show(result, module if built else "")
    sys.exit(0 if result.failure is None else 2 if result.failure.kind == "usage" else 1)


async def _load(
    word: str, settings: Settings, timeout: float, memory: int, grants: Grants, quiet: bool
) -> tuple[LoadResult, bool]:
    """The result, and whether the module was built first."""
    module = await obtain(word, settings, quiet)
    with waiting(f"loading {word}", quiet):
        result = await load_module(
            module.path,
            cc=settings.cc,
            timeout=timeout,
            memory=memory,
            package=module.package,
            grants=grants,
        )
    if result.ok:
        await asyncio.to_thread(package_folders, module, result.properties)
    return result, module.package is not None


def _show(result: LoadResult, package: str) -> None:
    """`package` is the folder from which the module was built, or ""."""
    for line in result.logs:
        say(f"{line.level}: {line.message}", err=True)
    failure = result.failure
    if failure is not None:
        if any(finding.location.path.endswith(".go") for finding in result.findings):
            show_findings(result.findings)
            say("\nThe module was not loaded.", err=True)
        else:
            say(f"Error: {failure.message}", err=True)
            for frame in failure.frames:
                say(f"  at {frame}", err=True)
            if failure.remedy:
                say(f"Help: {failure.remedy}", err=True)
        return
    assert result.abi is not None
    facts = [f"ABI {result.abi[0]}.{result.abi[1]}"]
    facts += [
        f"{name} {result.properties[name]}"
        for name in ("go-version", "dispatch")
        if result.properties.get(name)
    ]
    if result.properties.get("conn-name"):
        facts.append(f"{result.properties['conn-name']} {result.properties.get('conn-version', '')}".strip())
    title = painted(package or result.path, bold=True)
    say(f"{title}: {'built, ' if package else ''}loaded and set up ({', '.join(facts)})")
    for function in result.functions:
        say(_function(function))
    if not result.functions:
        say("  it registers no functions")


def _function(function: FunctionInfo) -> str:
    signature = painted(function.signature, "green")
    place = f"  {function.location}" if function.location else ""
    kind = "  stream" if function.kind == "stream" else ""
    paragraph = " ".join(function.doc.strip().split("\n\n")[0].split())
    about = paragraph.partition(". ")[0].rstrip(".")
    return f"  {signature}{kind}{place}" + (f"\n      {about}" if about else "")
