"""Finds Go, its library and its module cache without running Go, so that lint starts fast.

toolchain.py checks that the Go found here runs and can build.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Literal

from modgo_lsp.build.isolation import find_program
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.golang.modules.versions import go_version

MINIMUM_GO = (1, 24)

Origin = Literal["setting", "environment", "PATH", "wheel"]

_MOD_FLAG = r"(?:^|\s)--?mod=(mod|readonly|vendor)(?=\s|$)"


def find_go_environment(setting: str | None = None) -> GoEnvironment:
    """The environment of a build with the Go of the settings, or with the first one that is new enough.
    `goroot` is None if no Go is found, or not without running it. Never raises."""
    variables = _Variables()
    goroot, version = _library(setting, variables)
    cache = variables.get("GOMODCACHE")
    if not cache:
        first = variables.get("GOPATH").split(os.pathsep)[0] or os.path.expanduser("~/go")
        cache = os.path.join(first, "pkg", "mod")
    flags = variables.get("GOFLAGS")
    flag = re.search(_MOD_FLAG, flags) if "mod=" in flags else None
    return GoEnvironment(
        goroot=goroot,
        version=version,
        module_cache=os.path.abspath(cache),  # links stay links
        mod=flag[1] if flag else "",  # type: ignore[arg-type]  # the pattern has these words alone
        work=variables.get("GOWORK"),
    )


class _Variables:
    """Go's variables: from the environment, else from the file of `go env -w`."""

    def __init__(self) -> None:
        self._saved: dict[str, str] | None = None

    def get(self, name: str) -> str:
        value = os.environ.get(name, "")
        if value:
            return value
        if self._saved is None:
            self._saved = _saved_variables()
        return self._saved.get(name, "")


def _saved_variables() -> dict[str, str]:
    named = os.environ.get("GOENV", "")
    if named == "off":
        return {}
    try:
        text = _text(named or os.path.join(_config_folder(), "go", "env"))
    except OSError:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _config_folder() -> str:
    if sys.platform == "win32":
        return os.environ.get("APPDATA", "")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Application Support")
    return os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")


def _library(setting: str | None, variables: _Variables) -> tuple[str | None, str]:
    """GOROOT and version of the Go that a build would use."""
    if setting:
        command = find_program(os.path.expanduser(setting))
        found = None if command is None else _of_command(command, variables)
        return found or (None, "")
    for command, _, settings in go_candidates():
        found = _checked(settings["GOROOT"]) if "GOROOT" in settings else _of_command(command, variables)
        if found is not None and go_version(found[1]) >= MINIMUM_GO:
            return found
    return None, ""


def _of_command(command: str, variables: _Variables) -> tuple[str, str] | None:
    """A go command is in its GOROOT's bin, perhaps behind a link, or is the wheel's script beside it; of a
    script that starts another go, only the variable GOROOT has the folder."""
    roots = _roots(command, variables)
    return next((found for found in map(_checked, roots) if found is not None), None)


def _roots(command: str, variables: _Variables) -> Iterator[str]:
    yield variables.get("GOROOT")
    above = os.path.dirname(os.path.dirname(os.path.realpath(command)))
    yield above
    with suppress(OSError):
        for name in os.listdir(os.path.join(above, "lib")):
            if name.startswith("python3"):
                yield os.path.join(above, "lib", name, "site-packages", "go")
    yield os.path.join(above, "Lib", "site-packages", "go")


def _checked(goroot: str) -> tuple[str, str] | None:
    if not goroot or not os.path.isdir(os.path.join(goroot, "src", "builtin")):
        return None
    try:
        first = _text(os.path.join(goroot, "VERSION")).partition("\n")[0]
    except OSError:
        return None
    return goroot, first.strip().removeprefix("go")


def _text(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def go_candidates() -> list[tuple[str, Origin, dict[str, str]]]:
    """The go commands of this machine, the best first: path, origin, environment variables to set."""
    candidates: list[tuple[str, Origin, dict[str, str]]] = []
    folder = wheel_folder("go")
    # An active virtual environment puts the wheel's script first in PATH. The machine's Go comes before it.
    scripts = "" if folder is None else os.path.dirname(sys.executable)
    if path := find_program("go", besides=scripts):
        candidates.append((path, "PATH", {}))
    executable = "go.exe" if sys.platform == "win32" else "go"
    if folder is not None and os.path.isfile(os.path.join(folder, "bin", executable)):
        # The wheel holds a whole GOROOT; one in the environment belongs to another Go.
        candidates.append((os.path.join(folder, "bin", executable), "wheel", {"GOROOT": folder}))
    return candidates


def wheel_folder(package: str) -> str | None:
    """The folder of an installed Python package."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    locations = list(spec.submodule_search_locations or ()) if spec is not None else []
    return locations[0] if locations else None
