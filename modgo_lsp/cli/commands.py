"""The click group `modgo`. A subcommand is imported when it runs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from modgo_lsp import __version__
from modgo_lsp.cli.cli_error import CliError, asks_for_json, show_as_json
from modgo_lsp.cli.command import CommandGroup
from modgo_lsp.cli.global_options import reset
from modgo_lsp.cli.standard_streams import ReaderEndedError
from modgo_lsp.cli.terminal import click_color, say
from modgo_lsp.spelling import nearest

# Subcommand → the module that defines it as `command`, and its line in the help. `modgo lint` imports nothing
# that only `modgo build` needs, and `modgo --help` imports none of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "new": ("modgo_lsp.cli.new", "Make a UDF module to start from."),
    "lint": ("modgo_lsp.cli.lint.command", "Find problems in UDFs, and fix them."),
    "rule": ("modgo_lsp.cli.rule", "Explain a rule."),
    "build": ("modgo_lsp.cli.build", "Build a package into a module (.so)."),
    "inspect": ("modgo_lsp.cli.inspect", "Describe a module file without running it."),
    "load": ("modgo_lsp.cli.load", "Load a module and show the functions it registers."),
    "call": ("modgo_lsp.cli.call", "Call a function of a module on a record."),
    "debug": ("modgo_lsp.cli.debug.command", "Call a function of a package in the debugger Delve."),
    "test": ("modgo_lsp.cli.test.command", "Run the cases of modules."),
    "bench": ("modgo_lsp.cli.bench", "Measure what a call of a function costs."),
    "repl": ("modgo_lsp.cli.repl.command", "Call functions of a module in an interactive session."),
    "deploy": ("modgo_lsp.cli.deploy", "Deploy a module to a cluster, and wait until every node has it."),
    "modules": ("modgo_lsp.cli.modules", "List the modules of a cluster."),
    "apply": ("modgo_lsp.cli.apply", "Call a function of a deployed module on a record."),
    "undeploy": ("modgo_lsp.cli.undeploy", "Remove a module from a cluster."),
    "plugin": ("modgo_lsp.cli.plugin", "Write the server plugin that runs Go modules in a stock server."),
    "sdk": ("modgo_lsp.cli.sdk", "Install the Go SDK where the go command finds it."),
    "config": ("modgo_lsp.cli.config", "Show the settings in effect and their sources."),
    "clean": ("modgo_lsp.cli.clean", "Remove modgo's cache."),
    "doctor": ("modgo_lsp.cli.doctor", "Check the toolchain, the loader and the SDK."),
    "lsp": ("modgo_lsp.cli.lsp", "Run the language server."),
    "completion": ("modgo_lsp.cli.completion", "Print shell completion for bash, zsh or fish."),
}


# What other tools call the same, by the word that modgo has for it.
_OTHER_NAMES = {
    "new": "init create generate",
    "lint": "check vet fix fmt format analyze",
    "rule": "explain rules",
    "build": "compile make",
    "inspect": "show describe info",
    "call": "run invoke exec",
    "repl": "shell console",
    "bench": "benchmark",
    "deploy": "put upload register",
    "modules": "list ls",
    "undeploy": "remove rm delete",
    "config": "settings env",
    "lsp": "server serve language-server",
    "--help": "help",
    "--version": "version",
}


class _Commands(CommandGroup):
    """A group whose commands are imported when they run."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        reset()
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderEndedError from error  # click would exit with 1, which means findings

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name][0]).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name][0]}.command is not a click command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        completing = ctx.resilient_parsing
        if args[0] not in COMMANDS and not args[0].startswith("-") and not completing:
            near = _meant(args[0].lower())
            remedy = f"did you mean `modgo {near}`?" if near else "`modgo --help` lists the commands"
            raise CliError(f"there is no command {args[0]}", remedy)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [
            CompletionItem(name, help=about)
            for name, (_, about) in COMMANDS.items()
            if name.startswith(incomplete)
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


def _meant(word: str) -> str | None:
    """The command or option that somebody who typed `word` wants."""
    same = next((name for name, others in _OTHER_NAMES.items() if word in others.split()), None)
    return same if same in COMMANDS or (same or "").startswith("--") else nearest(word, COMMANDS)


@click.group(
    cls=_Commands,
    epilog="`modgo COMMAND --help` has the options of each command, with examples.",
)
@click.version_option(__version__, "-V", "--version", prog_name="modgo", message="%(prog)s %(version)s")
def modgo() -> None:
    """Write, check, build and run Aerospike UDFs in Go.

    \b
    Examples:
      modgo new limiter                 make a module to start from
      modgo lint --fix                  find problems below this folder, and apply the safe fixes
      modgo build ./limiter             build limiter.so
      modgo call ./limiter add hits 2   call a function of it on a sample record
      modgo test ./...                  run the cases of all packages below this folder
      modgo rule MG101                  explain a rule
    """


def run(words: Sequence[str]) -> object:
    """Runs a command line, shows its failure and returns its exit code. Raises KeyboardInterrupt, without a
    cause if the cursor is not at the start of a line."""
    try:
        return modgo.main(list(words), prog_name="modgo", standalone_mode=False, color=click_color())
    except click.ClickException as failure:
        if asks_for_json(words):
            show_as_json(failure)
        else:
            shown = io.StringIO()
            failure.show(shown)
            say(shown.getvalue(), err=True, nl=False)
        return failure.exit_code
    except click.Abort as end:
        raise KeyboardInterrupt from end.__cause__
