"""The errors of working with a cluster. Failed calls of a UDF are results (apply.py)."""

from __future__ import annotations

from modgo_lsp.user_error import UserError


class ShipError(UserError):
    """Work with a cluster that failed. `usage`: because of a wrong command, setting or address (exit code 2),
    else for another reason (exit code 1)."""

    def __init__(self, message: str, remedy: str = "", *, usage: bool = False) -> None:
        super().__init__(message, remedy)
        self.usage = usage


def usage_error(message: str, remedy: str = "") -> ShipError:
    return ShipError(message, remedy, usage=True)
