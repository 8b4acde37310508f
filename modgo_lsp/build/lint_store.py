"""The files of lint's result cache: one for each Go module, in modgo's cache folder.

lint/result_cache.py says what is in them and when an entry is still valid.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from functools import cached_property
from importlib.util import find_spec

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.resources import resource_folder

# The folders of modgo_lsp whose code lint results depend on.
_FOLDERS = ("golang", "model", "rules", "lint")
# Packages that parse Go.
_PARSERS = ("tree_sitter", "tree_sitter_golang")


class DiskStore:
    """A file that can't be read counts as missing; one that can't be written is not cached."""

    def __init__(self) -> None:
        self._files = DiskFactsCache("lint")

    def get(self, root: str, environment: GoEnvironment) -> memoryview | None:
        key = self._key(root, environment)
        written = self._files.get(_name(key))
        if written is None or not written.startswith(key):
            return None
        return memoryview(written)[len(key) :]  # a copy of some MB would take longer than reading them

    def put(self, root: str, environment: GoEnvironment, value: bytes) -> None:
        key = self._key(root, environment)
        self._files.put(_name(key), key + value)

    def now(self) -> int:
        return time.time_ns()

    def _key(self, root: str, environment: GoEnvironment) -> bytes:
        machine = (sys.platform, *os.uname()[4:]) if hasattr(os, "uname") else (sys.platform,)
        library = "" if environment.goroot is None else _stamp(os.path.join(environment.goroot, "VERSION"))
        parts = (root, *machine, repr(environment), library, self._modgo)
        return "\0".join((*parts, "")).encode("utf-8", "surrogateescape")

    @cached_property
    def _modgo(self) -> str:
        """Changes whenever the code changes that lint results depend on."""
        here = os.path.dirname(os.path.dirname(__file__))
        folders = [os.path.join(here, name) for name in _FOLDERS]
        folders += (resource_folder("grammars"), resource_folder("udf"))
        found = [f"{here}{_stamps(here, below=False)}", *(f"{folder}{_stamps(folder)}" for folder in folders)]
        for name in _PARSERS:
            spec = find_spec(name)
            found.append(f"{spec.origin}{_stamp(spec.origin)}" if spec and spec.origin else "")
        return "\0".join(found)


def _name(key: bytes) -> str:
    """The name of the file. Two keys may have the same one, so the file begins with its key. A digest would
    load OpenSSL."""
    return f"{zlib.crc32(key):08x}"


def _stamps(folder: str, below: bool = True) -> str:
    """Names, times and sizes of the files in a folder and, with `below`, in the folders in it."""
    with os.scandir(folder) as scan:
        entries = sorted((entry for entry in scan if entry.name != "__pycache__"), key=lambda each: each.name)
    inner = [_stamps(entry.path) for entry in entries if below and entry.is_dir()]
    return repr([(entry.name, *_times(entry.stat())) for entry in entries if entry.is_file()] + inner)


def _stamp(path: str) -> str:
    try:
        return repr(_times(os.stat(path)))
    except OSError:
        return ""


def _times(found: os.stat_result) -> tuple[int, int]:
    return found.st_mtime_ns, found.st_size
