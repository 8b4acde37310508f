"""Polls the few files that must take effect at once and that not every client watches: configuration, which
may be above the workspace, and what a build has read while its findings are shown."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from modgo_lsp.golang.disk_cache import DiskCache
from modgo_lsp.lint.config import FILES

_log = logging.getLogger(__name__)

# Seconds between two polls, each of one system call a file.
_EVERY = 0.5
_CONFIGURATION = (*FILES, "go.mod", "go.work", "baseline.json")  # also modgo-baseline.json


class FilePolling:
    """Calls `changed` with the files that were read before and have changed since, on a thread of its own,
    while `needed` is set. `concerns` says which files to poll beside the configuration."""

    def __init__(
        self, disk: DiskCache, concerns: Callable[[str], bool], changed: Callable[[list[str]], None]
    ) -> None:
        self.needed = threading.Event()
        self._disk = disk
        self._concerns = concerns
        self._changed = changed
        threading.Thread(target=self._run, name="polling", daemon=True).start()

    def _run(self) -> None:
        while True:
            self.needed.wait()
            time.sleep(_EVERY)
            try:
                changed = self._disk.changed_paths(self._counts)
                if changed:
                    self._changed(changed)
            except Exception:
                _log.exception("Could not poll the configuration files")

    def _counts(self, path: str) -> bool:
        return path.endswith(_CONFIGURATION) or self._concerns(path)
