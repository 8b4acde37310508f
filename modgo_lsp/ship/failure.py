"""The errors of working with a cluster. Failed calls of a UDF are results (apply.py)."""

from __future__ import annotations


class ShipError(Exception):
    """Work with a cluster that could not be done. `message` says what and where, `remedy` what to do next.

    `usage` tells a wrong command, setting or address from work that failed (exit codes 2 and 1).
    """

    def __init__(self, message: str, remedy: str = "", *, usage: bool = False) -> None:
        super().__init__(f"{message}; {remedy}" if remedy else message)
        self.message = message
        self.remedy = remedy
        self.usage = usage


def usage_error(message: str, remedy: str = "") -> ShipError:
    return ShipError(message, remedy, usage=True)
