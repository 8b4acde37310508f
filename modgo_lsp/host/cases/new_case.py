"""A new case for a case file: the text of the call and what to expect, and where it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from modgo_lsp.host.cases.accept_cases import flow_lines, word
from modgo_lsp.host.cases.case_file import LARGEST, Case, parse_cases
from modgo_lsp.host.sample import SAMPLES

_FILE_NAME = re.compile(r"\w[\w.-]{0,200}")
_MOST_FILES = 100


class NewCase(msgspec.Struct, frozen=True):
    """The keys of a case, as data for JSON: see docs/testing.md. `args` is left out if it is empty."""

    function: str
    args: list[Any]
    expect: dict[str, Any]
    more: dict[str, Any]


class CaseText(NamedTuple):
    """A case file at `path` that had the content `before` (None: it is new), its new `text`, and the case in
    it."""

    path: Path
    before: bytes | None
    text: str
    case: Case


class CaseTextError(Exception):
    """The case cannot be written. The message says why."""


def case_text(directory: Path, new: NewCase) -> CaseText:
    """The case at the end of testdata/udf/FUNCTION.case.yaml of the module in `directory`, or of
    FUNCTION-2.case.yaml and so on where that is not a list to which it can be added. Reads the file. Raises
    CaseTextError, and OSError."""
    for path in _paths(directory, new.function):
        if path.is_file() and path.stat().st_size > LARGEST // 2:
            continue
        before = path.read_bytes() if path.is_file() else None
        text = _appended(before, new)
        found = None if text is None else _last_case(text, before, path)
        if text is not None and found is not None:
            return CaseText(path, before, text, found)
    raise CaseTextError(f"a case of {json.dumps(new.function)} with this call cannot be read back")


def _paths(directory: Path, function: str) -> Iterator[Path]:
    name = function if _FILE_NAME.fullmatch(function) else "cases"
    folder = directory / SAMPLES
    yield folder / f"{name}.case.yaml"
    for number in range(2, _MOST_FILES):
        yield folder / f"{name}-{number}.case.yaml"


def _appended(before: bytes | None, new: NewCase) -> str | None:
    """The text of the file with the case, None if it is not UTF-8."""
    try:
        old = "" if before is None else before.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    newline = "\r\n" if "\r\n" in old else "\n"
    gap = newline if old.strip() else ""
    end = "" if not old or old.endswith("\n") else newline
    return f"{old}{end}{gap}{newline.join(_lines(new))}{newline}"


def _lines(new: NewCase) -> Iterator[str]:
    keys = {"function": new.function, **({"args": new.args} if new.args else {}), **new.more}
    lines = [line for key, value in keys.items() for line in _block(key, value, 2)]
    yield f"- {lines[0].lstrip()}"
    yield from lines[1:]
    yield "  expect:"
    for key, value in new.expect.items():
        yield from _block(key, value, 4)


def _block(key: str, value: Any, indentation: int) -> Iterator[str]:
    """A key with its value: in flow style if that fits on the line, or else a line for each key of a map."""
    head = f"{' ' * indentation}{word(key)}:"
    first, *more = flow_lines(value, len(head))
    if more and isinstance(value, dict):
        yield head
        for name, item in value.items():
            yield from _block(name, item, indentation + 2)
    else:
        first, *more = flow_lines(value, indentation)
        yield f"{head} {first}"
        yield from more


def _last_case(text: str, before: bytes | None, path: Path) -> Case | None:
    """The new case as it is read back; None if it is not, or if another case changed."""
    read = parse_cases(text, path)
    text_before = "" if before is None else before.decode("utf-8-sig")
    old = parse_cases(text_before if text_before.strip() else "[]", path)
    if read.problems != old.problems or len(read.cases) != len(old.cases) + 1:
        return None
    # As text: NaN does not equal NaN.
    if [repr(case) for case in read.cases[:-1]] != [repr(case) for case in old.cases]:
        return None
    return read.cases[-1]
