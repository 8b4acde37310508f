"""Diagnostics and findings in a form in which they can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modgo_lsp.golang.syntax.positions import LineIndex, Span
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.server.lsp import wire


def shown_diagnostic(item: wire.Diagnostic) -> object:
    return key(item.range, item.code, item.message, item.severity)


def finding_of(item: Mapping[str, Any], directory: Path) -> Finding:
    """A finding as a command returns it."""
    path = (directory / item["path"]).resolve()
    lines = LineIndex(path.read_bytes() if path.is_file() else b"")
    places = (item["range"]["start"], item["range"]["end"])
    start, end = (lines.offset(each["line"] - 1, each["column"] - 1, "utf-32") for each in places)
    return Finding(item["code"], item["severity"], item["message"], Location(str(path), Span(start, end)))


def key(place: wire.Range, code: str | None, message: str, severity: int | None) -> object:
    start, end = place.start, place.end
    return start.line, start.character, end.line, end.character, code, message, severity


def range_of(item: Mapping[str, Any]) -> wire.Range:
    start, end = item["start"], item["end"]
    return wire.Range(
        wire.Position(start["line"], start["character"]), wire.Position(end["line"], end["character"])
    )
