"""Reads TOML with the line of each key, which Python's tomllib doesn't give.

tomllib takes time to the square of a key's parts, a minute for 200 KB, as do other readers in Python. So keys
with too many parts are refused first, and reading takes time in proportion to the text.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

BOM = b"\xef\xbb\xbf"
_AT = r"\s*\(at (?:line (\d+), column \d+|end of document)\)$"

# How many parts a key may have, and digits a number.
_MOST_PARTS = 64
_MOST_DIGITS = 4000

# A part of a key, what is between two, and anything else.
_TOKEN = re.compile(r"""("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)|([ \t]*\.[ \t]*)|.""")
_DIGITS = re.compile(r"[0-9_]+")

Path = tuple[str, ...]


def parse_toml(raw: bytes) -> tuple[dict[str, Any], int | None, str | None]:
    """The document; or an empty one with the line, from 1, and the message of an error."""
    try:
        # Editors on Windows begin files with a byte order mark, which is not part of TOML.
        text = raw.removeprefix(BOM).decode()
        too_much = _too_much(text)
        if too_much is not None:
            return {}, *too_much
        return _loads(text), None, None
    except UnicodeDecodeError as error:
        return {}, raw.count(b"\n", 0, error.start) + 1, "this is not UTF-8, which TOML has to be"
    except ValueError as error:  # of the reader, or of a number in it
        message = str(error)
        place = re.search(_AT, message)
        # Python reports the line after the last one where something is missing at the end.
        last = len(raw.splitlines()) or 1
        line = min(int(place.group(1)), last) if place and place.group(1) else last
        return {}, line, f"this is not TOML: {re.sub(_AT, '', message)}"
    except RecursionError:
        return {}, 1, "this is not TOML: it is nested too deeply"


def _loads(text: str) -> dict[str, Any]:
    # Importing it takes 2 ms of a warm `modgo lint`, and few folders have a configuration file.
    if sys.version_info >= (3, 11):
        from tomllib import loads
    else:
        # Not installed where Python has tomllib, so mypy may or may not find it.
        from tomli import loads  # type: ignore[import-not-found,unused-ignore]
    document: dict[str, Any] = loads(text)
    return document


def _too_much(text: str) -> tuple[int, str] | None:
    """The line and the message of the first thing that would take too long to read."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") >= _MOST_PARTS and _parts(line) > _MOST_PARTS:
            return number, f"this key has more than {_MOST_PARTS} parts"
        if len(line) > _MOST_DIGITS and any(len(each[0]) > _MOST_DIGITS for each in _DIGITS.finditer(line)):
            return number, f"this number has more than {_MOST_DIGITS} digits"
    return None


def _parts(line: str) -> int:
    """The number of parts of the longest key that a line may hold."""
    longest = parts = 0
    joined = False
    for token in _TOKEN.finditer(line):
        if token[1] is not None:
            parts = parts + 1 if joined else 1
            longest = max(longest, parts)
        joined = token[2] is not None
    return longest


def line_of(text: str, path: Path) -> int | None:
    """The line, from 1, on which a key is set, as `key = …`, `key.x = …` or a table `[key]`; None if it is
    not found. `path` begins with the tables that the key is in."""
    return _lines(text).get(path)


@lru_cache(2)
def _lines(text: str) -> dict[Path, int]:
    found: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = tuple(_key(stripped.lstrip("[ \t")))
            path = table
        else:
            path = (*table, *_key(stripped)) if "=" in stripped else ()
        for length in range(len(table) if path is not table else 0, len(path)):
            found.setdefault(path[: length + 1], number)
    return found


def _key(text: str) -> Iterator[str]:
    """The parts of the key at the start of a text."""
    expected = True
    for token in _TOKEN.finditer(text):
        part, between, whole = token[1], token[2], token[0]
        if part is not None and expected:
            yield part[1:-1] if part[0] in "\"'" else part
            expected = False
        elif between is not None and not expected:
            expected = True
        elif not whole.isspace():
            return
