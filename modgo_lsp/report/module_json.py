"""A new module as JSON: `modgo new --json`, and the server's modgo.new."""

from __future__ import annotations

from typing import Any

from modgo_lsp.build.new_module import NewModule


def new_module_json(made: NewModule) -> dict[str, Any]:
    return {
        "folder": str(made.folder),
        "name": made.name,
        "module": made.module,
        "function": made.function,
        "files": list(made.files),
    }
