"""The thread on which packages are loaded and linted, and requests about them answered.

Design note.

One thread. The analysis is pure Python: two threads of it would take turns on the interpreter's lock and
share its caches behind further locks. It is not the message thread, so that a message is never read late
because an analysis takes long.

What it does, in this order:

1. Jobs: requests of the client, first come, first served. A job is cancelled as long as it has not begun. A
   request that pygls has to convert first reserves its place (`reserve`), and the thread waits there for the
   job, about a millisecond. Otherwise an edit that the client sent after the request would be analysed before
   it, and the request refused with ContentModified.
2. Publishing of diagnostics, for the newest snapshot alone. `publish` puts a snapshot into a slot of one.
   When twenty letters are typed while the thread is busy, nineteen snapshots are dropped unseen. One that
   comes late, from a thread that was held up between taking and publishing it, is dropped too: it would show
   older text.
3. Background steps (`later`), one at a time, each followed by another look at 1 and 2. A step is short.
4. A collection of garbage, when nothing else was to be done for a while (gc_policy.py).

Requests go before diagnostics because somebody waits for them. A client that sends requests without a pause
could hold its diagnostics back; the connection stops reading before (`Server.is_behind`).

Who may change what. `_condition` guards the queues, the slot and `_is_busy`; any thread may add. Everything
that the work itself touches (Analysis, the lazy fields of a Snapshot, the trees of documents) belongs to this
thread and has no lock. So nobody else may ask a Snapshot for a package: take it, and submit a job.

`_is_busy` is set before the lock is released with the piece of work in hand. Otherwise there would be a
moment in which the queues are empty and nothing runs, and `is_idle` would be true too early: the server would
begin to import pygls while the first diagnostics are being computed, and the tests would read half of the
diagnostics.

`done` runs on this thread, and must not block: it sends an answer, or hands the result to an event loop.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from modgo_lsp.server.workspace.gc_policy import IdleCollector
from modgo_lsp.server.workspace.job import Job, Reservation
from modgo_lsp.server.workspace.snapshot import Snapshot

_log = logging.getLogger(__name__)


class AnalysisThread:
    def __init__(self) -> None:
        self.collector = IdleCollector()
        self._jobs: deque[Job | Reservation] = deque()
        self._later: deque[Iterator[None]] = deque()
        self._newest: Snapshot | None = None
        self._newest_number = 0
        self._publish: Callable[[Snapshot], None] | None = None
        self._is_busy = False
        self._condition = threading.Condition()

    def start(self, publish: Callable[[Snapshot], None]) -> None:
        """`publish` sends the diagnostics of a snapshot."""
        self._publish = publish
        threading.Thread(target=self._run, name="analysis", daemon=True).start()

    # --- any thread

    def submit(self, work: Callable[[], Any], done: Callable[[Any, BaseException | None], None]) -> Job:
        job = Job(work, done)
        self.put(job)
        return job

    def reserve(self) -> Reservation:
        """A place in the queue, for a job that comes soon."""
        reservation = Reservation()
        self.put(reservation)
        return reservation

    def put(self, job: Job | Reservation) -> None:
        with self._condition:
            self._jobs.append(job)
            self._condition.notify()

    def later(self, steps: Iterator[None]) -> None:
        with self._condition:
            self._later.append(steps)
            self._condition.notify()

    def publish(self, snapshot: Snapshot) -> None:
        with self._condition:
            if snapshot.number > self._newest_number:
                self._newest, self._newest_number = snapshot, snapshot.number
                self._condition.notify()

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do but background steps."""
        with self._condition:
            return not (self._jobs or self._newest is not None or self._is_busy)

    @property
    def waiting(self) -> int:
        """The number of jobs that have not begun."""
        return len(self._jobs)

    # --- the thread itself

    def _run(self) -> None:
        while True:
            work = self._next()
            try:
                work()
            except Exception:
                _log.exception("The analysis failed")

    def _next(self) -> Callable[[], None]:
        with self._condition:
            self._is_busy = False
            while True:
                if self._jobs or self._newest is not None:
                    self._is_busy = True
                    self.collector.worked()
                    return self._jobs.popleft().do if self._jobs else self._publish_newest
                if self._later:
                    return self._step
                if not self._condition.wait(self.collector.seconds_left):
                    return self.collector.collect

    def _publish_newest(self) -> None:
        with self._condition:
            snapshot, self._newest = self._newest, None
        if snapshot is not None and self._publish is not None:
            self._publish(snapshot)

    def _step(self) -> None:
        steps = self._later[0]
        try:
            next(steps)
        except StopIteration:
            self._later.popleft()  # also after an exception, which ends a generator
