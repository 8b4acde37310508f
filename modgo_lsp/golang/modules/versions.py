"""Versions of Go and of Go modules: their order, and how the module cache spells paths and versions."""

from __future__ import annotations

import re

_VERSION = r"v(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?"

Key = tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]


def version_key(version: str) -> Key:
    """A sort key by semantic versioning; a malformed version comes first."""
    match = re.fullmatch(_VERSION, version)
    if match is None:
        return (-1, 0, 0, False, ())
    major, minor, patch, before = match.groups()
    parts = [
        (not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in (before or "").split(".")
    ]
    return (int(major), int(minor), int(patch), not before, tuple(parts) if before else ())


def go_version(text: str) -> tuple[int, ...]:
    """(1, 26, 8) of "go1.26.8" or "1.26.8", (1, 27) of "1.27rc1" or "devel go1.27-abc"; () without one."""
    match = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(group) for group in match.groups() if group is not None) if match else ()


def newer(a: str, b: str) -> str:
    return a if version_key(a) >= version_key(b) else b


def escaped(text: str) -> str:
    """A module path or version in the spelling of the module cache: `!x` for `X`."""
    return re.sub("[A-Z]", lambda match: "!" + match[0].lower(), text)
