"""The editor's settings, as the keys of modgo.toml have them.

Not for: modgo.toml (lint/config.py lays the editor's settings over it).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.config import resolve

SECTION = "modgo"
# Who has said what is set, where no file has.
EDITOR = "editor settings"
_CAPITAL = re.compile(r"[A-Z]")


def section_of(settings: Any) -> dict[str, Any] | None:
    """Our section of what was pushed; None where it isn't there."""
    section = settings.get(SECTION) if isinstance(settings, dict) else None
    return section if isinstance(section, dict) else None


def overrides(section: Mapping[str, Any]) -> dict[str, Any]:
    """The editor's settings by the keys of modgo.toml: `go.path` is `go` there, `c.compiler` is `cc`, and
    `lint.failOn` is `fail-on`. What is empty is not set; the client's own settings are passed over."""
    found = {"go": _inner(section, "go", "path"), "cc": _inner(section, "c", "compiler")}
    lint = section.get("lint")
    if isinstance(lint, dict):
        found |= {_CAPITAL.sub(lambda letter: "-" + letter.group().lower(), key): lint[key] for key in lint}
    return {key: value for key, value in found.items() if value not in (None, "")}


def log_level(section: Mapping[str, Any]) -> Any:
    """How much the server is to log; None where the editor says nothing of it."""
    return _inner(section, "log", "level") or None


def problems(overrides: Mapping[str, Any]) -> list[str]:
    """What is wrong with the editor's settings."""
    found = resolve(os.sep, DiskFiles(), overrides, EDITOR)[1]
    return [str(problem) for problem in found if problem.origin == EDITOR]


def _inner(section: Mapping[str, Any], outer: str, inner: str) -> Any:
    value = section.get(outer)
    return value.get(inner) if isinstance(value, dict) else None
