"""The command `modgo`: finds the subcommand and imports it alone; no failure reaches a user as a traceback.

Not for: what the subcommands do (each has a file of its own).
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType

import click
from click.shell_completion import CompletionItem

from modgo_lsp import __version__
from modgo_lsp.cli.failure import CliError, asks_for_json, colour_wish, show_as_json

ISSUES = "https://github.com/GeertJohan/aerospike-mod-go/issues"

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
            from modgo_lsp.rules.nearest import nearest

            near = nearest(args[0], COMMANDS)
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and exits: 0 fine, 1 findings or a failed call, 2 usage, configuration or toolchain,
    130 interrupted (143 by SIGTERM), 70 a defect of modgo itself."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    with _ended_like_by_ctrl_c(words) as ended_by:
        sys.exit(_run(words, ended_by))


def _run(words: list[str], ended_by: list[int]) -> int:
    """Gives the exit code. `ended_by` has the signal that ended it, where that was not Ctrl-C's."""
    try:
        code = modgo.main(words, prog_name="modgo", standalone_mode=False, color=colour_wish())
        sys.stdout.flush()
    except click.ClickException as failure:
        if asks_for_json(words):
            show_as_json(failure)
        else:
            failure.show()
        return failure.exit_code
    except (click.Abort, KeyboardInterrupt) as end:
        if end.__cause__ is None and sys.stderr.isatty():
            click.echo(
                err=True
            )  # as click does where no question was open: the shell's prompt has its own line
        return 128 + (ended_by or [signal.SIGINT])[0]
    except BrokenPipeError:
        # Whoever read our output has seen enough (`modgo lint | head`). Python must not flush once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13
    except Exception as defect:
        if os.environ.get("MODGO_DEBUG"):
            raise
        click.echo(f"Error: modgo itself failed: {type(defect).__name__}: {defect}", err=True)
        click.echo(f"Help: MODGO_DEBUG=1 shows where; please report it at {ISSUES}", err=True)
        return 70
    return code if isinstance(code, int) else 0


@contextmanager
def _ended_like_by_ctrl_c(words: Sequence[str]) -> Iterator[list[int]]:
    """Lets SIGTERM and SIGHUP (a terminal that is closed) end a command as Ctrl-C does: with no child and no
    half-written file left. Gives the list that then has the signal's number."""
    ended_by: list[int] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        ended_by.append(number)
        if (
            signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        ):  # so it is for what a script runs in the background
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    names = () if words[:1] == ["lsp"] else ("SIGTERM", "SIGHUP")  # an editor's server ends at once
    signals = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {one: signal.getsignal(one) for one in signals}
    for one, handler in before.items():
        if handler is signal.SIG_DFL:  # nohup has it ignored, and that stays
            signal.signal(one, interrupt)
    try:
        yield ended_by
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


if __name__ == "__main__":
    main()
