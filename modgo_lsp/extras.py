"""The command that adds an extra of this package to the environment that modgo runs in."""

from __future__ import annotations

import os
import shlex
import sys
from importlib.util import find_spec


def install_command(extra: str) -> str:
    """Like `pip install 'modgo-lsp[zig]'`. Names this environment's Python unless the environment is active:
    where pipx or uv installed modgo, `pip` belongs to another one."""
    package = f"'modgo-lsp[{extra}]'"
    if os.environ.get("VIRTUAL_ENV") == sys.prefix:
        return f"pip install {package}"
    python = shlex.quote(sys.executable)
    if find_spec("pip") is None:  # uv makes environments without pip
        return f"uv pip install --python {python} {package}"
    return f"{python} -m pip install {package}"
