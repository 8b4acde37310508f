"""The settings `modgo.lint.*` in the VS Code extension's package.json, from the schema of modgo.toml.

The server takes each key of modgo.toml as `modgo.lint.KEY`, in camel case, except these: `go` and `cc` have
other names (`modgo.go.path`, `modgo.c.compiler`), `fail-on` is the exit code of `modgo lint`,
and what a module wants is its own. `modgo.allow.*`, which no modgo.toml has, is what modules are granted.
"""

from __future__ import annotations

import json
import re
from typing import Any

from modgo_lsp.lint.config import schema
from modgo_lsp.server.workspace.editor_settings import ONLY_IN_EDITORS

_ELSEWHERE = ("go", "cc", "fail-on", "wants-network", "wants-read")
_PREFIX = "modgo.lint."
_FIRST = 20  # their order in the settings editor


def manifest(text: str) -> str:
    """The text of package.json with the current settings."""
    found = json.loads(text)
    configuration = found["contributes"]["configuration"]
    others = {
        name: each for name, each in configuration["properties"].items() if not name.startswith(_PREFIX)
    }
    configuration["properties"] = {**others, **lint_settings()}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def lint_settings() -> dict[str, dict[str, Any]]:
    """The settings by their names in VS Code."""
    keys = {name: each for name, each in schema()["properties"].items() if name not in _ELSEWHERE}
    for name, about in ONLY_IN_EDITORS.items():
        keys[name] = {"type": "string", "default": None, "description": about}
    return {
        f"{_PREFIX}{_camel(name)}": _setting(key, _FIRST + number)
        for number, (name, key) in enumerate(keys.items())
    }


def _setting(key: dict[str, Any], order: int) -> dict[str, Any]:
    shape = {name: key[name] for name in ("type", "enum", "items", "additionalProperties") if name in key}
    if "anyOf" in key:
        # The settings editor shows a text field for a string, and nothing for a choice of types.
        shape = {"type": "string"}
    return {
        **shape,
        "default": "" if key["default"] is None else key["default"],
        "scope": "window",
        "order": order,
        "markdownDescription": key["description"],
    }


def _camel(key: str) -> str:
    return re.sub("-(.)", lambda match: match[1].upper(), key)
