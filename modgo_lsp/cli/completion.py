"""`modgo completion`: the completion script, and the functions that complete arguments. No module is run."""

from __future__ import annotations

import os
import re

import click
from click.shell_completion import CompletionItem, get_completion_class

from modgo_lsp.cli.command import Command

# Every command imports this file for the functions that complete its arguments, and most runs complete none:
# json takes 1 ms, the rules 2 ms and the analysis 0.15 s to import.
VARIABLE = "_MODGO_COMPLETE"

# A function in the manifest that `modgo build` writes into a module.
_DESCRIPTOR = rb'\{"name": ("(?:[^"\\]|\\.){1,200}"), "kind": "(record|stream)", "params": \['
_LARGEST = 64 << 20  # bytes


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script that completes modgo's commands, options, files, functions and rules in a shell.

    \b
    Examples:
      eval "$(modgo completion bash)"               in ~/.bashrc
      eval "$(modgo completion zsh)"                in ~/.zshrc, after compinit
      modgo completion fish >~/.config/fish/completions/modgo.fish
    """
    script = get_completion_class(shell)
    assert script is not None
    click.echo(script(click.Group(), {}, "modgo", VARIABLE).source())


# Files and folders, or folders alone: the shell completes them.
files = click.Path().shell_complete
folders = click.Path(file_okay=False).shell_complete


def functions(ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """The functions of the module or package named before: stream UDFs with --stream, else record UDFs."""
    module = ctx.params.get("module")
    if not module:
        return []
    shape = "stream" if ctx.params.get("stream") else "record"
    found = _of_package(module) if os.path.isdir(module) else _of_file(module)
    return sorted(name for name, kind in found.items() if kind == shape and name.startswith(begun))


def rules(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Codes of rules, or their names if `begun` is the start of one."""
    from modgo_lsp.rules.catalogue import RULES

    by_code = begun.upper() in ("M", "") or begun.upper().startswith("MG")
    words = {rule.code if by_code else rule.name: rule.summary for rule in RULES.values()}
    start = begun.upper() if by_code else begun
    return [CompletionItem(word, help=about) for word, about in words.items() if word.startswith(start)]


def _of_package(folder: str) -> dict[str, str]:
    """Names and kinds of the functions that the source in a folder registers."""
    from modgo_lsp.golang.files import DiskFiles
    from modgo_lsp.model.load import Loader

    try:
        package = Loader(DiskFiles()).package(os.path.abspath(folder))
    except OSError:
        return {}
    return {
        one.name: one.signature.kind
        for one in (package.registrations if package is not None else ())
        if one.name is not None and one.signature is not None
    }


def _of_file(module: str) -> dict[str, str]:
    """Names and kinds of the functions in the manifest of a module that modgo built."""
    import json

    try:
        with open(module, "rb") as file:
            data = file.read(_LARGEST)
    except OSError:
        return {}
    return {json.loads(match[1]): match[2].decode() for match in re.finditer(_DESCRIPTOR, data)}
