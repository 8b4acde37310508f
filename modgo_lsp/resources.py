"""Where the project's non-Python parts are: the SDK, libmod_go's sources, the grammars.

In a wheel they lie in modgo_lsp/bundled/, in a checkout at its root.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent


@lru_cache
def resource(name: Literal["grammars", "udf", "libmod_go"]) -> Path:
    """The folder of that name. Raises FileNotFoundError where the installation is damaged."""
    for folder in (_PACKAGE / "bundled" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"modgo's own folder {name}/ is missing beside {_PACKAGE}: install modgo-lsp again"
    )
