"""The subcommands of `modgo`, as click knows them: each is imported alone, when it is run.

Not for: what they do (each has a file of its own), nor the process that they run in (main.py).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import click

from modgo_lsp import __version__
from modgo_lsp.cli.cli_error import CliError, asks_for_json, show_as_json
from modgo_lsp.cli.terminal import colour_wish, say

# Only a shell that completes words needs it.
if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Subcommand → the module that has it as `command`, and its line in the help, so that `modgo lint` imports
# nothing that only `modgo build` needs, and `modgo --help` imports none of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "lint": ("modgo_lsp.cli.lint", "Say what is wrong with UDFs, and mend it."),
    "rule": ("modgo_lsp.cli.rule", "Show what a rule finds, why, and what to do."),
    "build": ("modgo_lsp.cli.build", "Build a package into a module (.so)."),
    "inspect": ("modgo_lsp.cli.inspect", "Say what a module's file is, without running it."),
    "load": ("modgo_lsp.cli.load", "Load a module and show the functions it registers."),
    "call": ("modgo_lsp.cli.call", "Run a function of a module on a record."),
    "deploy": ("modgo_lsp.cli.deploy", "Give a module to a cluster, and wait until every node has it."),
    "modules": ("modgo_lsp.cli.modules", "List the modules of a cluster."),
    "apply": ("modgo_lsp.cli.apply", "Apply a function of a cluster's module to a record."),
    "undeploy": ("modgo_lsp.cli.undeploy", "Take a module away from a cluster."),
    "plugin": ("modgo_lsp.cli.plugin", "Write the plugin that makes a stock server run Go modules."),
    "sdk": ("modgo_lsp.cli.sdk", "Put the Go SDK where the go command finds it."),
    "config": ("modgo_lsp.cli.config", "Show the settings in effect, and where they come from."),
    "doctor": ("modgo_lsp.cli.doctor", "Check the toolchain, the loader and the SDK."),
    "lsp": ("modgo_lsp.cli.lsp", "Run the language server."),
    "completion": ("modgo_lsp.cli.completion", "Complete modgo's words in bash, zsh or fish."),
}


class _Commands(click.Group):
    """A group whose commands are imported when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name][0]).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name][0]}.command is no click command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        completing = ctx.resilient_parsing
        if args[0] not in COMMANDS and not args[0].startswith("-") and not completing:
            from modgo_lsp.spelling import nearest

            near = nearest(args[0], COMMANDS)
            remedy = f"did you mean `modgo {near}`?" if near else "`modgo --help` lists the commands"
            raise CliError(f"there is no command {args[0]}", remedy)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(name, help=about)
            for name, (_, about) in COMMANDS.items()
            if name.startswith(incomplete)
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`modgo COMMAND --help` has the options of each command, with examples.",
)
@click.version_option(__version__, "-V", "--version", prog_name="modgo", message="%(prog)s %(version)s")
def modgo() -> None:
    """Write, check, build and run Aerospike UDFs in Go.

    \b
    Examples:
      modgo lint                      say what is wrong below this folder
      modgo lint --fix ./counters     and mend what can be mended safely
      modgo build ./counters          build counters.so
      modgo call ./counters add hits 5 100    run a function of it on a sample record
      modgo rule MG101                what a rule means
    """


def run(words: Sequence[str]) -> object:
    """Runs a command line; gives its exit code. Failures that have a message are shown. Raises
    KeyboardInterrupt, without a cause where the terminal still lacks the end of a line."""
    try:
        return modgo.main(list(words), prog_name="modgo", standalone_mode=False, color=colour_wish())
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
