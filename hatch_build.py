"""Adds the server plugin to a wheel if MODGO_SERVER_PLUGIN names its folder, as `make wheel` does.

Other builds leave it out, so that they need no Aerospike headers and no zig.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        plugin = os.environ.get("MODGO_SERVER_PLUGIN")
        if plugin and version != "editable":
            folder = Path(plugin).resolve()
            if not list(folder.glob("*/lib/libmod_go_asd.so")):
                raise FileNotFoundError(f"there is no server plugin in {plugin}: `make wheel` builds it")
            build_data["force_include"][str(folder)] = "modgo_lsp/bundled/plugin"
