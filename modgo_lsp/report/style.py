"""The colours of reports, or none.

Not for: deciding whether there are any (cli/ knows the terminal).
"""

from __future__ import annotations

from typing import Any

import msgspec

from modgo_lsp.model.finding import Severity

_COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "information": "blue", "hint": "cyan"}


class Painter(msgspec.Struct, frozen=True):
    """Paints parts of a report; leaves them plain unless `coloured`."""

    coloured: bool

    def severity(self, text: str, severity: Severity) -> str:
        return _styled(text, fg=_COLOURS[severity], bold=True) if self.coloured else text

    def path(self, text: str) -> str:
        return _styled(text, bold=True) if self.coloured else text

    def frame(self, text: str) -> str:
        return _styled(text, fg="blue") if self.coloured else text

    def help(self, text: str) -> str:
        return _styled(text, fg="green") if self.coloured else text


def _styled(text: str, **how: Any) -> str:
    # Loaded for terminals alone: it would take a fifth of a lint that finds all as it was.
    from click import style

    return style(text, **how)
