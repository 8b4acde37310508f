"""The baseline: findings that were there before, which nobody is told of again.

It keeps counts per file and rule and no lines, so that code which moves does not wake it. Not for:
suppressions, which stand in the source (suppressions.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from modgo_lsp.lint.toml_lines import BOM
from modgo_lsp.model.finding import Finding

DEFAULT_NAME = "modgo-baseline.json"
_VERSION = 1

# Findings that are known: by absolute path of the file, how many of each code.
Known = Mapping[str, Mapping[str, int]]


class BaselineError(Exception):
    """A baseline that cannot be read; the message says why."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """`findings`: by path relative to the file's folder, with slashes, the number of findings by code."""

    version: int
    findings: dict[str, dict[str, int]]


def read_baseline(raw: bytes, folder: str) -> Known:
    """The baseline of a file that lies in `folder`. Raises BaselineError."""
    try:
        file = msgspec.json.decode(raw.removeprefix(BOM), type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BaselineError(f"it is no baseline ({error})") from None
    if file.version != _VERSION:
        raise BaselineError(f"it has version {file.version}, and this modgo reads version {_VERSION}")
    from pathlib import PurePath  # most runs have no baseline

    return {str(PurePath(folder, path)): counts for path, counts in file.findings.items()}


def is_baseline(raw: bytes) -> bool:
    """Whether a file is a baseline, of whichever version."""
    try:
        msgspec.json.decode(raw.removeprefix(BOM), type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def write_baseline(findings: Iterable[Finding], folder: str) -> bytes:
    """The text of a baseline file in `folder` that holds these findings. Files outside are left out: a
    baseline says nothing of what lies beside its project."""
    from pathlib import PurePath

    counts: dict[str, Counter[str]] = {}
    for finding in findings:
        path = PurePath(finding.location.path)
        if path.is_relative_to(folder):
            counts.setdefault(path.relative_to(folder).as_posix(), Counter())[finding.code] += 1
    ordered = {path: dict(sorted(counts[path].items())) for path in sorted(counts)}
    return msgspec.json.format(msgspec.json.encode(_File(_VERSION, ordered)), indent=2) + b"\n"


def unknown(findings: Iterable[Finding], known: Known) -> list[Finding]:
    """The findings that `known` does not cover. Where a file has more of a rule than are known, all of them
    are given: which one is new, counts cannot tell."""
    found = list(findings)
    counts = Counter((finding.location.path, finding.code) for finding in found)
    return [
        finding
        for finding in found
        if counts[finding.location.path, finding.code]
        > known.get(finding.location.path, {}).get(finding.code, 0)
    ]
