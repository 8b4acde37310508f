"""Where a fault of go.sum is that the go command reports without a place."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from modgo_lsp.golang.modules.go_mod_folder import go_mod_folder
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Location

_NAMED_SUM = re.compile(r"^go\.sum: +(h1:\S+)", re.MULTILINE)  # below "checksum mismatch"
_FIELDS = 3  # module, version, sum


def go_sum_fault(text: str, folder: Path) -> Location | None:
    """The line of go.sum that an error of the go command, run in `folder`, is about; its beginning if lines
    are missing. None if the error is not about go.sum, or there is none."""
    if (named := _NAMED_SUM.search(text)) is not None:
        wanted = named[1].encode()
        return _first_line(folder, lambda line: wanted in line.split())
    if "malformed go.sum" in text:
        # Not by go's line number: it may be that of an overlay with the SDK's lines.
        return _first_line(folder, lambda line: len(line.split()) not in (0, _FIELDS))
    return _first_line(folder, lambda _: True) if "missing go.sum entry" in text else None


def _first_line(folder: Path, is_it: Callable[[bytes], bool]) -> Location | None:
    module = go_mod_folder(folder)
    path = None if module is None else module / "go.sum"
    try:
        content = b"" if path is None else path.read_bytes()
    except OSError:
        return None
    start = 0
    for line in content.splitlines(keepends=True):
        if is_it(line):
            return Location(str(path), Span(start, start + len(line.rstrip())))
        start += len(line)
    return None
