"""The base of the errors that are shown to users."""

from __future__ import annotations


class UserError(Exception):
    """`message` says what is wrong and where, `remedy` what to do next ("" if there is nothing to add)."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message}; {remedy}" if remedy else message)
        self.message = message
        self.remedy = remedy
