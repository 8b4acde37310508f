"""The colours of reports. cli/ decides whether there are any."""

from __future__ import annotations

import msgspec

from modgo_lsp.model.finding import Severity
from modgo_lsp.report.terminal_escapes import styled

_COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "information": "blue", "hint": "cyan"}


class Painter(msgspec.Struct, frozen=True):
    """Colours the parts of a report, if `coloured`."""

    coloured: bool

    def severity(self, text: str, severity: Severity) -> str:
        return styled(text, fg=_COLOURS[severity], bold=True) if self.coloured else text

    def path(self, text: str) -> str:
        return styled(text, bold=True) if self.coloured else text

    def frame(self, text: str) -> str:
        return styled(text, fg="blue") if self.coloured else text

    def help(self, text: str) -> str:
        return styled(text, fg="green") if self.coloured else text
