"""The value of --timeout: seconds, of which there are enough in a day."""

from __future__ import annotations

import math
from typing import Any

import click

from modgo_lsp.host.session import LONGEST_SECONDS


class _Seconds(click.FloatRange):
    """A range without what is no number, which is neither too small nor too large."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value} is no number of seconds.", param, ctx)
        return seconds


SECONDS = _Seconds(0, LONGEST_SECONDS, min_open=True)
