"""Errors of commands that use a cluster. Failed calls of a UDF are results (apply.py)."""

from __future__ import annotations

from modgo_lsp.user_error import UserError


class ShipError(UserError):
    """A command that uses a cluster failed. `usage` is true for a wrong command, setting or address (exit
    code 2), false for other reasons (exit code 1)."""

    def __init__(self, message: str, remedy: str = "", *, usage: bool = False) -> None:
        super().__init__(message, remedy)
        self.usage = usage


def usage_error(message: str, remedy: str = "") -> ShipError:
    return ShipError(message, remedy, usage=True)
