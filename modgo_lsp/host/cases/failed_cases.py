"""The cases that failed in the last run of each module, for `modgo test --failed`. They are in modgo's cache,
so that a run writes nothing in the user's tree."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from modgo_lsp.build.cache import cache_directory
from modgo_lsp.file_writer import ANYTHING, write_file
from modgo_lsp.host.cases.case_file import Case
from modgo_lsp.host.cases.case_result import CaseResult

# A case is identified by its file and its name.
_Names = set[tuple[str, str]]


def failed_before(folder: Path) -> _Names:
    """The cases of the module in `folder` that failed when they were last run; empty if that is unknown."""
    try:
        return msgspec.json.decode(_file(folder).read_bytes(), type=_Names)
    except (OSError, msgspec.DecodeError):
        return set()


def has_failed(case: Case, names: _Names) -> bool:
    return _name(case) in names


def record_failed(folder: Path, results: Iterable[CaseResult]) -> None:
    """Records which cases failed; those that were not run stay as they were."""
    names = failed_before(folder)
    for result in results:
        if result.ok:
            names.discard(_name(result.case))
        else:
            names.add(_name(result.case))
    with suppress(OSError):  # without a cache, the next run cannot select them
        write_file(_file(folder), msgspec.json.encode(sorted(names)), replaces=ANYTHING)


def _name(case: Case) -> tuple[str, str]:
    return os.fsencode(case.path.name).decode("utf-8", "replace"), case.name


def _file(folder: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:24]
    return cache_directory() / "failed_cases" / f"{digest}.json"
