"""The editor's settings as keys of modgo.toml. lint/config.py merges them with the files."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.config import resolve

SECTION = "modgo"
# The origin of these settings, where others have a file.
EDITOR = "editor settings"
# Settings that no file has, by their names as keys, with their descriptions.
ONLY_IN_EDITORS = {
    "new-since": "A git revision, such as `main`: findings that it has too are not reported. Empty: none.",
}
_CAPITAL = re.compile(r"[A-Z]")


def section_of(settings: Any) -> dict[str, Any] | None:
    """Our section of the settings that the client sent; None where it is missing."""
    section = settings.get(SECTION) if isinstance(settings, dict) else None
    return section if isinstance(section, dict) else None


def overrides(section: Mapping[str, Any]) -> dict[str, Any]:
    """The editor's settings by the keys of modgo.toml: `go.path` is `go` there, `c.compiler` is `cc`, and
    `lint.failOn` is `fail-on`. An empty value is not set; the client's own settings are ignored."""
    found = {"go": _inner(section, "go", "path"), "cc": _inner(section, "c", "compiler")}
    lint = section.get("lint")
    if isinstance(lint, dict):
        found |= {_CAPITAL.sub(lambda letter: "-" + letter.group().lower(), key): lint[key] for key in lint}
    return {
        key: value for key, value in found.items() if value not in (None, "") and key not in ONLY_IN_EDITORS
    }


def new_since(section: Mapping[str, Any]) -> str:
    """The git revision whose findings are not reported; "" for none."""
    value = _inner(section, "lint", "newSince")
    return value.strip() if isinstance(value, str) else ""


def log_level(section: Mapping[str, Any]) -> Any:
    """The log level; None where it is not set."""
    return _inner(section, "log", "level") or None


def problems(overrides: Mapping[str, Any]) -> list[str]:
    """The problems in the editor's settings."""
    found = resolve(os.sep, DiskFiles(), overrides, EDITOR)[1]
    return [str(problem) for problem in found if problem.origin == EDITOR]


def _inner(section: Mapping[str, Any], outer: str, inner: str) -> Any:
    value = section.get(outer)
    return value.get(inner) if isinstance(value, dict) else None
