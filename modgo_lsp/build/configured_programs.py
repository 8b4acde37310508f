"""Decides which Go and which C compiler may be run.

A configuration file (modgo.toml or pyproject.toml) comes with a repository or is in a folder above it. A
build runs the programs that it names if no other user can change the file. Loading a module, `modgo doctor`
and compiling libmod_go run only programs that the user names.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from modgo_lsp.build.ownership import foreign_hand
from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.lint.config import Configuration

_WINDOWS = "its owner is unknown on Windows"
_WORDS = {"go": "go command", "cc": "C compiler"}


class Tools(NamedTuple):
    """Each is a path or a name in PATH, `cc` also a command line; None to search for one."""

    go: str | None
    cc: str | None


def own_tools(found: Configuration) -> Tools:
    """The tools that an option or the editor's settings name."""
    settings, named = found.settings, named_by_file(found)
    return Tools(None if "go" in named else settings.go, None if "cc" in named else settings.cc)


def building_tools(found: Configuration) -> Tools:
    """The tools to build with. Raises ToolchainError if a file names them that another user could change."""
    for key, place in named_by_file(found).items():
        assert found.file is not None
        reason = _WINDOWS if sys.platform == "win32" else _foreign_hand(found.file)
        if reason is not None:
            program = getattr(found.settings, key)
            option = "--go" if key == "go" else "--cc or CC"
            raise ToolchainError(
                f"{place} names the {_WORDS[key]} {program}, which is not run: {reason}",
                f"name it with {option} or in the editor's settings, or make the file and the folders above "
                "it yours alone",
            )
    return Tools(found.settings.go, found.settings.cc)


def named_by_file(found: Configuration) -> dict[str, str]:
    """The tools that the configuration file names: key → FILE:LINE."""
    if found.file is None:
        return {}
    return {key: place for key in _WORDS if (place := found.sources[key]).startswith(f"{found.file}:")}


def _foreign_hand(file: str) -> str | None:
    try:
        return foreign_hand(file)
    except OSError as error:  # an editor's unsaved file, or one that is gone
        return f"{error.filename or file}: {error.strerror}"
