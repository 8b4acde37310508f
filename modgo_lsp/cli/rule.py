"""`modgo rule`: shows the page of a rule, or lists all rules."""

from __future__ import annotations

import sys

import click
import msgspec

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, json_option
from modgo_lsp.cli.completion import rules
from modgo_lsp.cli.terminal import is_coloured, say
from modgo_lsp.report.rule_json import rule_object
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.rules.rule import Rule
from modgo_lsp.spelling import did_you_mean


@click.command(cls=Command)
@click.argument("code", required=False, shell_complete=rules)
@click.option("--all", "every", is_flag=True, help="List every rule.")
@json_option
def command(code: str | None, every: bool, as_json: bool) -> None:
    """Show what a rule finds, why that is a problem, and how to fix it. CODE may also be the rule's name.

    \b
    Examples:
      modgo rule MG101
      modgo rule unregistered-udf
      modgo rule --all
      modgo rule --all --json
    """
    if every == (code is not None):
        raise CliError("name one rule, or --all", "for example: modgo rule MG101")
    rules = [_find(code)] if code is not None else list(RULES.values())
    if as_json:
        objects = [rule_object(rule) for rule in rules]
        shown = msgspec.json.encode(objects if every else objects[0])
        say(msgspec.json.format(shown, indent=2).decode())
    elif every:
        say("\n".join(_line(rule) for rule in rules))
    elif is_coloured(sys.stdout):
        # Only on a terminal: rich takes twice as long to import as click.
        from rich.console import Console
        from rich.markdown import Markdown

        Console(force_terminal=True).print(Markdown(rules[0].page))  # as --color and FORCE_COLOR say
    else:
        say(rules[0].page, nl=False)


def _find(asked: str) -> Rule:
    for rule in RULES.values():
        if asked.upper() == rule.code or asked.lower() == rule.name:
            return rule
    names = [*RULES, *(rule.name for rule in RULES.values())]
    raise CliError(f"there is no rule {asked}", did_you_mean(asked, names, "`modgo rule --all` lists them"))


def _line(rule: Rule) -> str:
    fix = f" (fix: {rule.fix})" if rule.fix else ""
    return f"{rule.code}  {rule.severity:<11}  {rule.name:<24}  {rule.summary}{fix}"
