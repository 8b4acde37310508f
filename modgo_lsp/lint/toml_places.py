"""Reading TOML with the lines that things stand on, which Python's reader doesn't tell.

Not for: what the keys mean (config.py).
"""

from __future__ import annotations

import re
import sys
from typing import Any

BOM = b"\xef\xbb\xbf"
_AT = r"\s*\(at (?:line (\d+), column \d+|end of document)\)$"


def parse_toml(raw: bytes) -> tuple[dict[str, Any], int | None, str | None]:
    """The document; or an empty one, with the line (from 1) and the message of what is wrong."""
    # Most folders have no configuration, and then there is no need to load the reader.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        # Not installed where Python has tomllib, so mypy may or may not find it.
        import tomli as tomllib  # type: ignore[import-not-found,unused-ignore]
    try:
        # Editors on Windows begin files with a byte order mark, which is no part of TOML.
        return tomllib.loads(raw.removeprefix(BOM).decode()), None, None
    except UnicodeDecodeError as error:
        return {}, raw.count(b"\n", 0, error.start) + 1, "this is not UTF-8, which TOML has to be"
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = re.search(_AT, message)
        # Where something is missing at the end, Python tells the line after it.
        last = len(raw.splitlines()) or 1
        line = min(int(place.group(1)), last) if place and place.group(1) else last
        return {}, line, f"this is not TOML: {re.sub(_AT, '', message)}"
    except RecursionError:
        return {}, 1, "this is not TOML: it is nested too deeply"


def line_of_key(text: str, header: str, key: str, otherwise: int = 1) -> int:
    """The line (from 1) on which `key` of the table `header` ("" is the top) is set, as `key = …`,
    `key.x = …` or a table `[header.key]`; `otherwise` where it can't be told."""
    quoted = rf"""(?:{re.escape(key)}|"{re.escape(key)}"|'{re.escape(key)}')"""
    full = re.escape(f"{header}.") + quoted if header else quoted
    table = re.compile(rf"\s*\[\s*{full}\s*[.\]]")
    setting = re.compile(rf"\s*{quoted}\s*[.=]")
    inside = header == ""
    for number, line in enumerate(text.splitlines(), 1):
        if table.match(line):
            return number
        if line.lstrip().startswith("["):
            inside = line.strip().partition("]")[0].lstrip("[").strip() == header != ""
        elif inside and setting.match(line):
            return number
    return otherwise
