"""Processes that lint packages in parallel, one a core, where there are enough packages to be worth it.

Each works through packages that need one another (lint_partition.py); one that has finished takes work that
another has left. A worker that has linted enough ends, and a new one takes its place: its memory is freed
with it, so that memory doesn't grow with the module.
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
from modgo_lsp.golang.program.sources import FactsCache
from modgo_lsp.lint.module_index import ModuleIndex
from modgo_lsp.lint.package_linter import Batch, PackageLinter

# How many packages a worker is given at a time.
_CHUNK = 8
# A fork has all that was read so far. Nothing else runs in this process that it could take by surprise.
_FORKS = sys.platform == "linux"
# The signals that end the command.
_ENDING = (signal.SIGINT, signal.SIGTERM)


class _Failure(msgspec.Struct, frozen=True):
    """What a worker says where judging fails, which is a defect of modgo's."""

    text: str


class WorkerError(Exception):
    """Judging has failed in a worker; the message is what it failed with."""


class _Task(msgspec.Struct, frozen=True):
    files: Files
    index: ModuleIndex
    environment: GoEnvironment
    cache: FactsCache | None
    parent: int
    enough: int


class _Worker:
    """A share of the packages, and the process that judges them now. `judged` are the bytes of source that
    the process was given."""

    def __init__(self, share: Sequence[str], task: _Task, others: Sequence[_Worker]) -> None:
        self.left = deque(share)
        self.given = 0
        self._task = task
        self.start(others)

    def start(self, others: Sequence[_Worker]) -> None:
        """Starts a process. It doesn't keep the connections of the `others`, nor they the end of this one."""
        self.judged = 0
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
    def is_to_end(self) -> bool:
        return self.judged > self._task.enough

    def give(self, chunk: Sequence[str]) -> None:
        packages = map(self._task.index.package, chunk)
        self.judged += sum(package.size for package in packages if package is not None)
        self.given = len(chunk)
        self.connection.send(chunk)

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        if isinstance(self.process, subprocess.Popen):
            self.process.wait()
        else:
            self.process.join()


def judge_in_workers(
    shares: Sequence[Sequence[str]],
    files: Files,
    index: ModuleIndex,
    environment: GoEnvironment,
    cache: FactsCache | None,
    enough: int,
    done: Callable[[], None],
) -> list[Batch] | None:
    """The judgements of the packages in the folders of each share, by a process for each. After `enough`
    bytes of source another process takes its place. None where one of them has ended before its time: memory
    may have been too little for so many. Raises WorkerError."""
    workers: list[_Worker] = []
    task = _Task(files, index, environment, cache, os.getpid(), enough)
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
    """A worker in a new Python that has one end of a pipe. Those of multiprocessing begin by importing its
    modules from the current folder, which is a repository."""
    handle = theirs.fileno()
    command = python_command(__name__, str(handle))
    if sys.platform == "win32":
        os.set_handle_inheritable(handle, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=NEUTRAL_FOLDER, startupinfo=startup)
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=NEUTRAL_FOLDER, pass_fds=(handle,))


def main() -> None:
    """What a worker in a new Python does; the argument is its end of the pipe."""
    cache_folders.say_nothing()
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
                for _ in range(worker.given):
                    done()
            busy[worker.connection] = worker
            worker.give(_next_chunk(worker, workers))
    return batches


def _next_chunk(worker: _Worker, workers: Sequence[_Worker]) -> list[str]:
    """A worker's next packages: of its own, else the last ones of whoever has most left; none where all are
    given, or its process is to end."""
    if worker.is_to_end:
        return []
    if worker.left:
        return [worker.left.popleft() for _ in range(min(_CHUNK, len(worker.left)))]
    slowest = max(workers, key=lambda each: len(each.left))
    return [slowest.left.pop() for _ in range(min(_CHUNK, (len(slowest.left) + 1) // 2))]


def _serve(connection: Connection, others: Sequence[Connection], task: _Task) -> None:
    """The worker's side, in its own process."""
    # Ctrl-C goes to all processes of a terminal: the command ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    if _FORKS:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    for other in others:
        other.close()  # or nobody would see that the command has ended
    try:
        linter = PackageLinter(task.files, task.index, task.environment, task.cache)
        while chunk := connection.recv():
            for directory in chunk:
                if os.getppid() != task.parent:
                    return  # nobody is left to be told
                linter.lint(directory)
            connection.send(None)
        connection.send(linter.batch())
    except (EOFError, OSError):
        return  # the command has ended
    except Exception as defect:
        if os.environ.get("MODGO_DEBUG"):
            traceback.print_exc()
        connection.send(_Failure(f"{type(defect).__name__}: {defect}"))
