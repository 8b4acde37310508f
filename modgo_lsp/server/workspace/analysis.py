"""The one thread on which packages are loaded and judged, and what it keeps from snapshot to snapshot.

One thread, because the analysis is pure Python and more would only wait for each other; off the protocol's
loop, so that typing is never held up. Requests come first, in their order; then the diagnostics, of the
newest snapshot alone; then what can wait. Not for: builds and calls, which run in processes of their own
(commands.py).
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.build.lint_store import DiskStore
from modgo_lsp.golang.files import DiskMemory, Files, OverlayFiles
from modgo_lsp.golang.modules.go_environment import NOTHING_KNOWN
from modgo_lsp.lint.config import Configuration, configuration
from modgo_lsp.lint.lint_result import LintResult, lint_package
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package
from modgo_lsp.server.workspace import gc_policy
from modgo_lsp.server.workspace.editor_settings import EDITOR
from modgo_lsp.server.workspace.import_index import KeptImporters

if TYPE_CHECKING:
    from modgo_lsp.golang.modules.go_environment import GoEnvironment

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class CancelledError(Exception):
    """Nobody waits for the answer any more."""


class Job:
    """Work for the thread. `done` gets what came of it, or what it raised, on that thread."""

    __slots__ = ("_done", "_work", "cancelled")

    def __init__(self, work: Callable[[], Any], done: Callable[[Any, BaseException | None], None]) -> None:
        self._work = work
        self._done = done
        self.cancelled = False

    def cancel(self) -> None:
        """Keeps it from being begun. What has begun is done in milliseconds."""
        self.cancelled = True

    def do(self) -> None:
        if self.cancelled:
            self._done(None, CancelledError())
            return
        try:
            result = self._work()
        except Exception as error:
            self._done(None, error)
        else:
            self._done(result, None)


class _Configured(NamedTuple):
    files: Files
    overrides: Mapping[str, Any]
    by_directory: dict[str, Configuration]


def _are_go_files(paths: Collection[str] | None) -> bool:
    return paths is not None and all(path.endswith(".go") for path in paths)


class Analysis:
    """`publish` is called when nothing else is to be done and something has changed."""

    def __init__(self) -> None:
        self.disk = DiskMemory()
        self._jobs: deque[Job] = deque()
        self._later: deque[Iterator[None]] = deque()
        self._publish: Callable[[], None] | None = None
        self._changed = False
        self._busy = False
        self._ended = False
        self._news = threading.Condition()
        self._loader: Loader | None = None
        self._environment: GoEnvironment | None = None
        self._store = DiskStore()
        self._importers: KeptImporters | None = None
        self._asked_go: tuple[str | None, int, int] | None = None
        self._found_go: GoEnvironment | None = None
        self._sweep = gc_policy.Sweep()
        self._number = 0
        self._files: OverlayFiles | None = None
        self._configured: _Configured | None = None
        threading.Thread(target=self._run, name="analysis", daemon=True).start()

    # --- by any thread

    def submit(self, work: Callable[[], Any], done: Callable[[Any, BaseException | None], None]) -> Job:
        """Does `work` after what was asked before it."""
        job = Job(work, done)
        self.put(job)
        return job

    def put(self, job: Job) -> None:
        with self._news:
            self._jobs.append(job)
            self._news.notify()

    def later(self, steps: Iterator[None]) -> None:
        """Takes the steps, one at a time, when there is nothing better to do."""
        with self._news:
            self._later.append(steps)
            self._news.notify()

    def publish_by(self, publish: Callable[[], None]) -> None:
        self._publish = publish

    def changed(self) -> None:
        with self._news:
            self._changed = True
            self._news.notify()

    @property
    def is_idle(self) -> bool:
        """Whether all that was asked is done, but for what can wait."""
        with self._news:
            return not (self._jobs or self._changed or self._busy)

    @property
    def waiting(self) -> int:
        """How many jobs were not begun."""
        return len(self._jobs)

    def end(self) -> None:
        with self._news:
            self._ended = True
            self._news.notify()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            try:
                with gc_policy.set_apart():
                    work()
            except Exception:
                _log.exception("The analysis failed")
            self._sweep.worked()

    def _next(self) -> Callable[[], None] | None:
        with self._news:
            self._busy = False
            while not self._ended:
                if self._jobs:
                    self._busy = True
                    return self._jobs.popleft().do
                if self._changed and self._publish is not None:
                    self._changed = False
                    self._busy = True
                    return self._publish
                if self._later:
                    return self._step
                if not self._news.wait(self._sweep.seconds_left):
                    return self._sweep.do
        return None

    def _step(self) -> None:
        steps = self._later[0]
        try:
            next(steps)
        except StopIteration:
            self._later.popleft()
        except Exception:
            self._later.popleft()
            raise

    # --- on the thread alone

    def load(
        self, number: int, files: OverlayFiles, glanced_at: Callable[[], OverlayFiles], go: str | None
    ) -> Loader:
        """A loader of the files of the snapshot `number`. `glanced_at` gives the same files, not to be kept
        in memory. `go` is the Go of the settings."""
        if number < self._number and self._loader is not None and self._files is not None:
            # What has changed on disk since may count: that moves nothing in the text that is asked about.
            if files.has_same_documents(self._files):
                return self._loader
            return Loader(files, None, self._loader)
        environment = self._go_environment(go)
        before = self._loader
        after = before.next(files) if before is not None and environment == self._environment else None
        if after is None:
            if before is not None:
                self._sweep.let_go()
            if environment != self._environment:
                self._importers = None
            self._environment = environment
            self._importers = KeptImporters(
                glanced_at(), environment or NOTHING_KNOWN, self._store, self.later, self._importers
            )
            after = Loader(files, None, before, environment, DiskFactsCache(), self._importers)
        elif self._importers is not None:
            self._importers.advance(glanced_at())
        self._number, self._files, self._loader = number, files, after
        return after

    def _go_environment(self, go: str | None) -> GoEnvironment | None:
        """Where Go is. Looked for again when something on disk has changed, or is looked at anew: not for
        each letter that is typed."""
        asked = (go, self.disk.told, self.disk.looks)
        if asked != self._asked_go:
            self._found_go, self._asked_go = find_go_environment(go), asked
        return self._found_go

    async def run(self, work: Callable[[], _T]) -> _T:
        """`work` done on the thread, after what was asked before it; for a coroutine to wait for."""
        import asyncio  # not there when the first findings are told

        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_T] = loop.create_future()

        def settle(result: Any, error: BaseException | None) -> None:
            if not answer.done():
                if error is None:
                    answer.set_result(result)
                else:
                    answer.set_exception(error)

        def done(result: Any, error: BaseException | None) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(settle, result, error)

        job = self.submit(work, done)
        try:
            return await answer
        except asyncio.CancelledError:
            job.cancel()
            raise

    def configuration(self, directory: str, files: Files, overrides: Mapping[str, Any]) -> Configuration:
        """The settings in effect in a folder; as they were worked out last where no file of settings that is
        known, or may be one, has changed since."""
        before = self._configured
        if (
            before is None
            or before.overrides is not overrides
            or not _are_go_files(files.since(before.files))
        ):
            self._configured = before = _Configured(files, overrides, {})
        elif before.files is not files:
            self._configured = before = _Configured(files, overrides, before.by_directory)
        if directory not in before.by_directory:
            before.by_directory[directory] = configuration(directory, files, overrides, EDITOR)
        return before.by_directory[directory]

    def judge(self, package: Package) -> LintResult | None:
        """What the rules say of a package; the last judgement where it has not changed.

        A rule that fails is our mistake, not the user's: it is logged, and the editor keeps working."""
        return package.cached("lint result", self._judge)

    def _judge(self, package: Package) -> LintResult | None:
        try:
            return lint_package(package)
        except Exception:
            _log.exception("Could not judge %s", package.directory)
            return None
