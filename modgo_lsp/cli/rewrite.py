"""Bringing fixes to the user: as a diff, or into the files.

Not for: making them (lint/fix.py).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from modgo_lsp.cli.failure import CliError
from modgo_lsp.report.sources import printable


def unified_diff(changes: Mapping[str, tuple[bytes, bytes]]) -> str:
    """The changes by path as one diff that `patch -p0` and `git apply -p0` take; paths from here."""
    from difflib import unified_diff as diff

    parts: list[str] = []
    for path, (before, after) in changes.items():
        name = printable(Path(os.path.relpath(path)).as_posix())
        old, new = (_lines(text.decode("utf-8", "replace")) for text in (before, after))
        for line in diff(old, new, name, name):
            parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)


def _lines(text: str) -> list[str]:
    """The lines as patch sees them: they end in LF alone."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return [line for line in lines if line]


def write_changes(changes: Mapping[str, tuple[bytes, bytes]]) -> None:
    """Writes the new texts, each file whole or not at all. Raises CliError."""
    for path, (_, after) in changes.items():
        write_file(Path(path), after)


def write_file(path: Path, text: bytes) -> None:
    """Writes a file, new or over the old one, whole or not at all. Raises CliError."""
    try:
        _replace(path.resolve(), text)
    except OSError as error:
        remedy = "see that the file and its folder may be written, then run the command again"
        raise CliError(f"{printable(str(path))} could not be written: {error.strerror}", remedy) from error


def _new_file_mode() -> int:
    """What a file gets that is simply written: all may read and write, less the umask."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _replace(target: Path, text: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        temporary.chmod(target.stat().st_mode & 0o7777 if target.exists() else _new_file_mode())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
