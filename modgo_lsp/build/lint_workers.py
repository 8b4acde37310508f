"""The processes of the lint worker pool.

Each lints packages that import one another (lint_partition.py), then takes over packages from the slowest.
A process that has linted `max_bytes` of source is replaced, so that memory does not grow with the module.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

import msgspec

from modgo_lsp.build import cache_folders
from modgo_lsp.build.isolation import NEUTRAL_FOLDER, python_command
from modgo_lsp.golang.files import Files
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.golang.program.outlined_files import FactsCache
from modgo_lsp.lint.module_index import ModuleIndex
from modgo_lsp.lint.package_linter import Batch, PackageLinter

# Packages sent to a worker at a time.
_CHUNK = 8
# A fork shares what was read so far. It is safe: this process has no other threads.
_FORKS = sys.platform == "linux"
# The signals that end the command.
_ENDING = (signal.SIGINT, signal.SIGTERM)


class _Failure(msgspec.Struct, frozen=True):
    """A worker's answer if linting raised an exception, which is a bug in modgo."""

    text: str


class WorkerError(Exception):
    """Linting raised an exception in a worker; the message has its type and text."""


class _Task(msgspec.Struct, frozen=True):
    files: Files
    index: ModuleIndex
    environment: GoEnvironment
    cache: FactsCache | None
    parent: int
    max_bytes: int


class _Worker:
    """A share of the packages and the process that lints it. `given_bytes` counts the source sent to this
    process, `in_flight` the packages of the last chunk."""

    def __init__(self, share: Sequence[str], task: _Task, others: Sequence[_Worker]) -> None:
        self.left = deque(share)
        self.in_flight = 0
        self._task = task
        self.start(others)

    def start(self, others: Sequence[_Worker]) -> None:
        """Starts a process, which closes the connections of the `others` that it inherits."""
        self.given_bytes = 0
        self.process: BaseProcess | subprocess.Popen[bytes]
        self.connection, theirs = multiprocessing.Pipe()
        if _FORKS:
            ours = [self.connection, *(each.connection for each in others if each is not self)]
            context = multiprocessing.get_context("fork")
            self.process = context.Process(target=_serve, args=(theirs, ours, self._task), daemon=True)
            # An interrupt in the callbacks that Python runs after a fork (logging has one) would be lost.
            signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
            try:
                self.process.start()
            finally:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
            theirs.close()
        else:
            self.process = _started(theirs)
            theirs.close()
            self.connection.send(self._task)

    @property
    def is_full(self) -> bool:
        return self.given_bytes > self._task.max_bytes

    def give(self, chunk: Sequence[str]) -> None:
        packages = map(self._task.index.package, chunk)
        self.given_bytes += sum(package.size for package in packages if package is not None)
        self.in_flight = len(chunk)
        self.connection.send(chunk)

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        if isinstance(self.process, subprocess.Popen):
            self.process.wait()
        else:
            self.process.join()


def lint_in_workers(
    shares: Sequence[Sequence[str]],
    files: Files,
    index: ModuleIndex,
    environment: GoEnvironment,
    cache: FactsCache | None,
    max_bytes: int,
    done: Callable[[], None],
) -> list[Batch] | None:
    """Lints the folders of each share in a process of its own and returns the results; a process is replaced
    after `max_bytes` of source. Calls `done` after each package. None if a process died, for example for lack
    of memory. Raises WorkerError."""
    workers: list[_Worker] = []
    task = _Task(files, index, environment, cache, os.getpid(), max_bytes)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        for share in shares:
            workers.append(_Worker(share, task, workers))
        return _work(workers, done)
    except (EOFError, OSError):
        return None
    finally:
        for worker in workers:
            worker.end()


def _started(theirs: Connection) -> subprocess.Popen[bytes]:
    """Starts a worker in a new Python with one end of a pipe. multiprocessing's "spawn" would import modules
    from the current folder, which is the user's repository."""
    handle = theirs.fileno()
    command = python_command(__name__, str(handle))
    if sys.platform == "win32":
        os.set_handle_inheritable(handle, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=NEUTRAL_FOLDER, startupinfo=startup)
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=NEUTRAL_FOLDER, pass_fds=(handle,))


def main() -> None:
    """Runs a worker in a new Python; the argument is its end of the pipe."""
    cache_folders.disable_warnings()
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection as End
    else:
        End = Connection  # noqa: N806
    connection = End(int(sys.argv[1]))
    _serve(connection, (), connection.recv())


def _work(workers: Sequence[_Worker], done: Callable[[], None]) -> list[Batch]:
    batches: list[Batch] = []
    for worker in workers:
        worker.give(_next_chunk(worker, workers))
    busy = {worker.connection: worker for worker in workers}
    while busy:
        for connection in wait(list(busy)):
            worker = busy.pop(connection)  # type: ignore[call-overload]
            answer = worker.connection.recv()
            if isinstance(answer, _Failure):
                raise WorkerError(answer.text)
            if isinstance(answer, Batch):
                batches.append(answer)
                worker.end()
                if not any(each.left for each in workers):
                    continue
                worker.start(list(busy.values()))
            else:
                for _ in range(worker.in_flight):
                    done()
            busy[worker.connection] = worker
            worker.give(_next_chunk(worker, workers))
    return batches


def _next_chunk(worker: _Worker, workers: Sequence[_Worker]) -> list[str]:
    """A worker's next packages: its own, else the last ones of the worker with the most left. None if nothing
    is left or its process is full."""
    if worker.is_full:
        return []
    if worker.left:
        return [worker.left.popleft() for _ in range(min(_CHUNK, len(worker.left)))]
    slowest = max(workers, key=lambda each: len(each.left))
    return [slowest.left.pop() for _ in range(min(_CHUNK, (len(slowest.left) + 1) // 2))]


def _serve(connection: Connection, others: Sequence[Connection], task: _Task) -> None:
    """The worker's loop, in its own process."""
    # Ctrl-C reaches every process of the terminal; the command stops its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    if _FORKS:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    for other in others:
        other.close()  # else an open copy hides from the other workers that the command has ended
    try:
        linter = PackageLinter(task.files, task.index, task.environment, task.cache)
        while chunk := connection.recv():
            for directory in chunk:
                if os.getppid() != task.parent:
                    return  # the command has ended
                linter.lint(directory)
            connection.send(None)
        connection.send(linter.batch())
    except (EOFError, OSError):
        return  # the command has ended
    except Exception as defect:
        if os.environ.get("MODGO_DEBUG"):
            traceback.print_exc()
        connection.send(_Failure(f"{type(defect).__name__}: {defect}"))
