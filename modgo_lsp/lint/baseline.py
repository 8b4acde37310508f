"""The baseline: a file of known findings, which are not reported.

It has counts by file and rule, not lines: code that moves does not make a finding new.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from modgo_lsp.lint.toml_lines import BOM
from modgo_lsp.model.finding import Finding

DEFAULT_NAME = "modgo-baseline.json"
_VERSION = 1

# By absolute path of a file, how many known findings of each code it has.
Known = Mapping[str, Mapping[str, int]]


class BaselineError(Exception):
    """A baseline can't be read; the message says why."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """`findings`: by path relative to the file's folder, with slashes, the number of findings by code."""

    version: int
    findings: dict[str, dict[str, int]]


def read_baseline(raw: bytes, folder: str) -> Known:
    """The known findings in a baseline file that lies in `folder`. Raises BaselineError."""
    try:
        file = msgspec.json.decode(raw.removeprefix(BOM), type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BaselineError(f"it is not a baseline ({error})") from None
    if file.version != _VERSION:
        raise BaselineError(f"it has version {file.version}, and this modgo reads version {_VERSION}")
    return {os.path.normpath(os.path.join(folder, path)): counts for path, counts in file.findings.items()}


def is_baseline(raw: bytes) -> bool:
    """Whether a file is a baseline, of any version."""
    try:
        msgspec.json.decode(raw.removeprefix(BOM), type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def write_baseline(findings: Iterable[Finding], folder: str) -> bytes:
    """The text of a baseline file in `folder` with these findings, but for those in files outside the
    folder."""
    inside = os.path.join(folder, "")
    counts: dict[str, Counter[str]] = {}
    for finding in findings:
        path = finding.location.path
        if path.startswith(inside):
            relative = path[len(inside) :].replace(os.sep, "/")
            counts.setdefault(relative, Counter())[finding.code] += 1
    ordered = {path: dict(sorted(counts[path].items())) for path in sorted(counts)}
    return msgspec.json.format(msgspec.json.encode(_File(_VERSION, ordered)), indent=2) + b"\n"


def unknown(findings: Iterable[Finding], known: Known) -> list[Finding]:
    """The findings that are not in the baseline. Where a file has more of a rule than the baseline, all of
    them are returned: counts do not show which one is new."""
    found = list(findings)
    counts = Counter((finding.location.path, finding.code) for finding in found)
    return [
        finding
        for finding in found
        if counts[finding.location.path, finding.code]
        > known.get(finding.location.path, {}).get(finding.code, 0)
    ]
