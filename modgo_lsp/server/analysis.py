"""The one thread on which packages are loaded and judged, and what it keeps from snapshot to snapshot.

One thread, because the analysis is pure Python and more would only wait for each other; off the protocol's
loop, so that typing is never held up. Not for: builds and calls, which run in processes of their own
(commands.py).
"""

from __future__ import annotations

import asyncio
import logging
import stat
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.lint.check import check_package
from modgo_lsp.lint.config import Settings
from modgo_lsp.model.files import Files
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import SDK_PATH

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Analysis:
    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="analysis")
        self._loader: Loader | None = None
        self._naming: dict[str, tuple[int, int, bool]] = {}
        self._judged: dict[str, tuple[Package, Settings, list[Finding]]] = {}

    async def run(self, work: Callable[[], _T]) -> _T:
        """`work` done on the thread, after what was asked before it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def load(self, files: Files, go: str | None) -> Loader:
        """A loader of this state of the files that takes over what the last one knew. `go` is the Go of the
        settings. On the thread only."""
        environment = find_go_environment(go)
        self._loader = Loader(files, None, self._loader, environment, DiskFactsCache())
        return self._loader

    def names_sdk(self, path: str) -> bool:
        """Whether a file on disk names the SDK. Read again where its time or size has changed. On the thread
        only."""
        try:
            found = Path(path).stat()
            last = self._naming.get(path)
            if last is None or last[:2] != (found.st_mtime_ns, found.st_size):
                names = stat.S_ISREG(found.st_mode) and SDK_PATH.encode() in Path(path).read_bytes()
                self._naming[path] = last = (found.st_mtime_ns, found.st_size, names)
        except OSError:
            return False
        return last[2]

    def judge(self, package: Package, settings: Settings) -> list[Finding]:
        """Lint's findings; the last ones where neither package nor settings have changed. On the thread only.

        A rule that fails is our mistake, not the user's: it is logged, and the editor keeps working."""
        last = self._judged.get(package.directory)
        if last is not None and last[0] is package and last[1] == settings:
            return last[2]
        try:
            findings = check_package(package, settings)
        except Exception:
            _log.exception("Could not judge %s", package.directory)
            findings = []
        self._judged[package.directory] = (package, settings, findings)
        return findings

    def forget_others(self, directories: Collection[str]) -> None:
        """Lets go of the packages of other folders. On the thread only."""
        self._judged = {key: value for key, value in self._judged.items() if key in directories}
