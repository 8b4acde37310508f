"""The arguments of a UDF on a command line: separated from options, and read as values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command
from modgo_lsp.host.json_forms import FormError, argument
from modgo_lsp.host.values import Value
from modgo_lsp.spelling import did_you_mean


class FunctionCommand(Command):
    """A command with arguments for a function. They may begin with "-", as negative numbers do; one that
    begins with "--" is more likely a misspelled option."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.ignore_unknown_options = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [(name, one) for one in self.get_params(ctx) for name in one.opts]
        takes_value = {name: not getattr(one, "is_flag", False) for name, one in options}
        value = False
        for word in args:
            if word == "--":
                break
            name = word.partition("=")[0]
            if not value and name.startswith("--") and name not in takes_value and not ctx.resilient_parsing:
                meant = did_you_mean(name, takes_value, f"{ctx.command_path} --help lists them")
                remedy = f"{meant} (an argument of the function goes after --, as in: -- {word})"
                raise CliError(f"there is no option {name}", remedy)
            value = takes_value.get(word, False)
        return super().parse_args(ctx, args)


def argument_values(words: Sequence[str]) -> tuple[Value, ...]:
    """The value of each word: JSON, or the word itself as a string. Raises CliError."""
    return tuple(_value(index, word) for index, word in enumerate(words, 1))


def _value(index: int, word: str) -> Value:
    try:
        return argument(word)
    except FormError as error:
        message = f"argument {index} is not JSON that modgo understands ({error})"
        raise CliError(message, "quote it for the shell, as in '[1, 2]' or '{\"a\": 1}'") from None
