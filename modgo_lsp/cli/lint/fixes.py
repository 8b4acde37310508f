"""Shows fixes as a diff, or writes them to the files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.file_writer import ANYTHING, check_place, content_is, explain, workspace_of, write_file
from modgo_lsp.lint.apply_fixes import Fixed
from modgo_lsp.report.sources import Sources, printable
from modgo_lsp.rules.catalogue import RULES


def unified_diff(changes: Mapping[str, tuple[bytes, bytes]]) -> str:
    """The changes as one diff for `patch -p0` and `git apply -p0`, paths relative to the current folder."""
    from difflib import unified_diff as diff  # 1 ms of a warm `modgo lint`

    parts: list[str] = []
    for path, (before, after) in changes.items():
        name = printable(os.path.relpath(path).replace(os.sep, "/"))
        old, new = (_lines(text.decode("utf-8", "replace")) for text in (before, after))
        for line in diff(old, new, name, name):
            parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)


def fix_list(fixed: Fixed, sources: Sources) -> str:
    """How many findings of each rule were fixed in each file."""
    counts = Counter((finding.location.path, finding.code) for finding in fixed.fixed)
    lines: list[str] = []
    for path in sorted({path for path, _ in counts}):
        lines.append(sources.shown(path))
        lines += [
            f"  {count} × {code} {RULES[code].name}"
            for (where, code), count in sorted(counts.items())
            if where == path
        ]
    return "\n".join(lines) or "No fixes."


def _lines(text: str) -> list[str]:
    """The lines as patch splits them: only LF ends a line."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return [line for line in lines if line]


def why_not_writable(path: str) -> str | None:
    """Why --fix must not change a file, or None."""
    try:
        check_place(path, replaces=ANYTHING, within=workspace_of(path))
    except OSError as error:
        return error.strerror or str(error)
    return None


def write_changes(changes: Mapping[str, tuple[bytes, bytes]]) -> None:
    """Writes the new texts, each file atomically and only if it still has the linted text. Raises CliError
    for the first that could not be written, after it has written the others."""
    failed: CliError | None = None
    for path, (before, after) in changes.items():
        try:
            write_file(path, after, replaces=content_is(before), within=workspace_of(path))
        except OSError as error:
            remedy = "make the file and its folder writable, then run the command again"
            failed = failed or CliError(*explain(error, remedy))
    if failed is not None:
        raise failed
