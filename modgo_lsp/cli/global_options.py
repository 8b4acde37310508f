"""The options that every command takes, before or after its name: --quiet, --verbose, --color, --config."""

from __future__ import annotations

from typing import Any

import click

COLORS = ("auto", "always", "never")


class GlobalOptions:
    """What the command line says. `config` is the configuration file to use instead of the nearest one."""

    # No msgspec struct: `modgo --help` would import msgspec for it, which takes 7 ms of 50.
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    config: str | None = None


# Of this process: click's callbacks set it, and the output functions in terminal.py read it.
_chosen = GlobalOptions()


def global_options() -> GlobalOptions:
    """The global options of the command that runs."""
    return _chosen


def reset() -> None:
    """Sets the defaults, for a process that runs several command lines, as tests do."""
    vars(_chosen).clear()


def _set(_ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value:
        setattr(_chosen, str(param.name), value)


def _option(*names: str, **how: Any) -> click.Option:
    # Eager, so that they hold for errors in the other options.
    return click.Option(names, expose_value=False, is_eager=True, callback=_set, **how)


OPTIONS = (
    _option("-q", "--quiet", is_flag=True, help="Write only results, warnings and errors."),
    _option("-v", "--verbose", is_flag=True, help="Also write what is run and which settings are read."),
    _option(
        "--color", type=click.Choice(COLORS), help="Whether to use colours (default: auto, on a terminal)."
    ),
    _option(
        "--config",
        type=click.Path(exists=True, dir_okay=False, readable=True),
        metavar="FILE",
        help="Read settings from this file instead of the nearest modgo.toml.",
    ),
)
