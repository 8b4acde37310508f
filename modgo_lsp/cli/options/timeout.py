"""The value of --timeout: seconds, up to a day."""

from __future__ import annotations

import math
from typing import Any

import click

from modgo_lsp.host.session import CALL_SECONDS, LONGEST_SECONDS


class _Seconds(click.FloatRange):
    """A range without NaN, which click's FloatRange accepts."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value} is not a number of seconds.", param, ctx)
        return seconds


SECONDS = _Seconds(0, LONGEST_SECONDS, min_open=True)

timeout_option = click.option(
    "--timeout",
    type=SECONDS,
    default=CALL_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="Time limit of a call.",
)
