"""The lint worker pool: decides whether worker processes pay, and how many.

The processes are in lint_workers.py, which takes 0.14 s to import: small runs load neither it nor the shares.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from modgo_lsp.build.processors import processors
from modgo_lsp.golang.files import Files
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.lint.cache_keys import Graph
from modgo_lsp.lint.module_index import ModuleIndex

if TYPE_CHECKING:
    from modgo_lsp.golang.program.outlined_files import FactsCache
    from modgo_lsp.lint.package_linter import Batch


class LintWorkerPool(msgspec.Struct, frozen=True):
    """`cores` is None for as many as this process may use. A worker takes about as long to start as to lint
    `min_bytes` of source. It is replaced after `max_bytes`, because it needs thirty times their memory."""

    cache: FactsCache | None
    cores: int | None = None
    min_bytes: int = 300_000
    max_bytes: int = 16_000_000

    def lint(
        self,
        directories: Sequence[str],
        files: Files,
        index: ModuleIndex,
        imports: Callable[[], Graph],
        environment: GoEnvironment,
        done: Callable[[], None],
    ) -> Sequence[Batch] | None:
        """See WorkerPool in lint/linted_modules.py."""

        def size(directory: str) -> int:
            package = index.package(directory)
            return 0 if package is None else package.size

        cores = self.cores or processors()
        total = sum(map(size, directories))
        count = min(cores, len(directories), 1 + total // max(1, self.min_bytes))
        if count < 2 and total <= self.max_bytes:
            return None
        from modgo_lsp.build.lint_partition import shares
        from modgo_lsp.build.lint_workers import lint_in_workers

        given = shares(directories, imports(), size, count)
        return lint_in_workers(given, files, index, environment, self.cache, self.max_bytes, done)
