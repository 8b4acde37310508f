"""The go.mod around a folder on disk."""

from __future__ import annotations

from pathlib import Path


def go_mod_folder(start: Path) -> Path | None:
    """The folder of the go.mod in or above an absolute path."""
    return next((each for each in (start, *start.parents) if (each / "go.mod").is_file()), None)
