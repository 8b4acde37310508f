"""The classes of modgo's commands: each takes the global options, and -h for --help."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from modgo_lsp.cli.global_options import OPTIONS, global_options


class Command(click.Command):
    """A command with the global options."""

    def __init__(self, *arguments: Any, **how: Any) -> None:
        super().__init__(*arguments, **how)
        self.context_settings.setdefault("help_option_names", ["-h", "--help"])

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        *own, last = super().get_params(ctx)
        return [*own, *OPTIONS, last]  # the last is --help

    def invoke(self, ctx: click.Context) -> Any:
        if global_options().verbose:
            from modgo_lsp.cli.verbose_log import log_details  # 6 ms, with logging

            log_details()
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        every = self.get_params(ctx)
        common = [*OPTIONS, every[-1]]
        own = [each for each in every if isinstance(each, click.Option) and each not in common]
        for title, params in (("Options", own), ("Global options", common)):
            records = [record for each in params if (record := each.get_help_record(ctx)) is not None]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class CommandGroup(Command, click.Group):
    """A command with subcommands."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --json, and --output-format as other commands have it; the command receives `as_json`."""

    @wraps(command)
    def with_json(*, as_json: bool, output_format: str, **options: Any) -> Any:
        return command(as_json=as_json or output_format == "json", **options)

    choice = click.Choice(["text", "json"])
    with_json = click.option("--output-format", type=choice, default="text", hidden=True)(with_json)
    return _json("Write the result as JSON.")(with_json)


def tool_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --go and --cc to a command that builds a package first if it is given one."""
    cc = click.option("--cc", metavar="CC", help="The C compiler.")
    go = click.option("--go", metavar="GO", help="The go command, if a package is built first.")
    return go(cc(command))


def output_format_option(*formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds --output-format, and --json for its format "json"; the command receives `output_format`."""

    def added(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_format(*, as_json: bool, output_format: str, **options: Any) -> Any:
            return command(output_format="json" if as_json else output_format, **options)

        choice = click.Choice(formats)
        option = click.option(
            "--output-format",
            type=choice,
            default=formats[0],
            show_default=True,
            help="Format of the result.",
        )
        return option(_json("The same as --output-format json.")(with_format))

    return added


def _json(about: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--json", "as_json", is_flag=True, help=about)
